package tui

import (
	"testing"

	"github.com/muesli/termenv"
)

// Which rows are seen is said in every window that does not show all, before anything else.
func TestPosition_SmallWindows_Said(t *testing.T) {
	for _, size := range [][2]int{{40, 10}, {60, 20}, {80, 14}} {
		store := manyLinks(61)
		store.stats.Links[3].Link.Archived = true
		c := open(t, setup{client: "acme", store: store, w: size[0], h: size[1], profile: termenv.Ascii})
		c.sees(" of 60", "All events")
		c.press("/")
		c.write("person")
		c.sees(" of 60", "/ person")
	}
}

// A count of marks that begins with the number of all rows is no noun for the position.
func TestPosition_AllMarked_IsACountOfItsOwn(t *testing.T) {
	c := open(t, setup{client: "acme", store: manyLinks(60), w: 140, h: 20, profile: termenv.Ascii})
	c.press("t", "G", "M")
	c.sees(" of 60 · 60 marked of 60 links")
	c.misses("of 60 marked")
}
