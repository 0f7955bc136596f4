package tui

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/muesli/termenv"

	"lastclick/model"
)

// mayDo is what the console may have the store do for each role, by the first words of
// what the fake store notes. An owner may do all that stands on the pages of a client.
var mayDo = map[model.Role][]string{
	model.Viewer: nil,
	model.Member: {"add ", "set ", "archive ", "restore ", "resend ", "renew ", "link set ", "event add ", "event set ", "code add ", "code remove "},
}

// Every key on every page, and what it opens: a role finds there only what it may do, and
// is never told by the store that it may not.
func TestPages_EachKey_DoesWhatTheRoleMay(t *testing.T) {
	keys := []string{"space", "enter", "ctrl+s", "ctrl+k", "delete", "backspace", "ctrl+d", "ctrl+u"}
	for r := '!'; r <= '~'; r++ {
		if !strings.ContainsRune("qQ", r) { // which end it
			keys = append(keys, string(r))
		}
	}
	for role, allowed := range mayDo {
		t.Run(string(role), func(t *testing.T) {
			did := map[string]bool{}
			c := open(t, setup{client: "acme", role: role, w: 120, h: 40, profile: termenv.Ascii})
			for _, tab := range []string{"4", "5", "6", "7", "8"} {
				before := c.screen()
				if c.press(tab); c.screen() != before {
					t.Errorf("%s leads to a page of another role:\n%s", tab, c.screen())
				}
			}
			for _, way := range [][]string{{"1"}, {"1", "enter"}, {"2"}, {"2", "enter"}, {"3"}, {"3", "enter"}} {
				for _, k := range keys {
					store := newFake()
					c := open(t, setup{client: "acme", store: store, role: role, w: 120, h: 40, profile: termenv.Ascii})
					c.press(way...)
					c.press(k)
					c.press("y")
					c.press("ctrl+s")
					for _, call := range store.calls {
						if setting, _, ok := strings.Cut(call, "="); ok && !strings.Contains(setting, " ") {
							continue // a setting of one's own, which every role has
						}
						if !slices.ContainsFunc(allowed, func(start string) bool { return strings.HasPrefix(call, start) }) {
							t.Errorf("%s %s: a %s did %s", way, k, role, call)
						}
						verb, _, _ := strings.Cut(call, " ")
						did[verb] = true
					}
				}
			}
			if (len(did) > 0) != (len(allowed) > 0) {
				t.Errorf("it did %s", fmt.Sprint(did))
			}
		})
	}
}
