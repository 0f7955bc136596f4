package tui

import (
	"slices"
	"strings"
	"testing"

	"github.com/muesli/termenv"

	"lastclick/model"
)

// pageWays lead to the pages, for an admin with a client.
var pageWays = [][]string{
	{"1"},
	{"1", "enter"},
	{"2"},
	{"2", "enter"},
	{"3"},
	{"3", "enter"},
	{"4"},
	{"4", "H"},
	{"4", "H", "enter"},
	{"5"},
	{"5", "enter"},
	{"6"},
	{"7"},
	{"7", "j", "enter"},
	{"8"},
	{"8", "enter"},
	{"T"},
	{","},
}

// x exports wherever there is something to export, and - takes away wherever something can
// be taken away; neither does anything else anywhere.
func TestKeys_ExportAndRemove_AreTheSameEverywhere(t *testing.T) {
	exports := 0
	for _, way := range pageWays {
		c := open(t, setup{client: "acme", role: model.Admin, w: 120, h: 36, profile: termenv.Ascii})
		c.press(way...)
		for _, act := range c.top().Actions() {
			if act.Do == nil {
				continue
			}
			removes := strings.HasPrefix(act.Long, "remove") || strings.HasPrefix(act.Long, "take a further code")
			if removes != slices.Contains(act.Keys(), "-") || removes && !strings.Contains(act.Long, "asks first") {
				t.Errorf("%v: %s does %q", way, act.Help().Key, act.Long)
			}
			export := strings.HasPrefix(act.Long, "say the command that exports")
			if export != slices.Contains(act.Keys(), "x") {
				t.Errorf("%v: %s does %q", way, act.Help().Key, act.Long)
			}
			if export {
				exports++
			}
		}
	}
	if exports < 11 {
		t.Errorf("only %d pages export", exports)
	}
}
