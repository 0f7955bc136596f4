package tui

import (
	"slices"
	"strings"
	"testing"
)

// Columns give way in the order that their page says, with a period and without one: the
// cells at which they do so are not the same.
func TestParts_LeftOut_InTheOrderThatIsSaid(t *testing.T) {
	for period, order := range map[string][]string{"": {"Code", " days", "Clicks", "Event"}, "30d": {"Code", "Clicks", "Event"}} {
		for w := 70; w <= 200; w++ {
			c := acme(t, w, 36)
			if period != "" {
				c.pick(period, "days: Last")
			}
			var head string
			for _, l := range strings.Split(c.screen(), "\n") {
				if strings.Contains(l, "Link ") && strings.Contains(l, "Tick") && !strings.Contains(l, "[1") {
					head = l
				}
			}
			if head == "" {
				t.Fatalf("no titles at %d:\n%s", w, c.screen())
			}
			shown := slices.DeleteFunc(slices.Clone(order), func(s string) bool { return !strings.Contains(head, s) })
			if !slices.Equal(shown, order[len(order)-len(shown):]) {
				t.Errorf("%d cells, days %q, show %q:\n%s", w, period, shown, head)
			}
		}
	}
}
