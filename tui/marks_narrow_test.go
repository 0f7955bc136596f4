package tui

import (
	"strings"
	"testing"
)

// What the next key acts on is said however narrow the window is, before which rows are seen.
func TestMarks_NarrowWindow_CountStaysInTheHead(t *testing.T) {
	store := manyLinks(30)
	for _, of := range []struct {
		w, h int
		says string
	}{{120, 36, "3 marked of 30 links"}, {80, 24, "3 marked"}, {60, 20, "3 marked"}, {40, 10, "3 marked"}} {
		c := open(t, setup{client: "acme", store: store, w: of.w, h: of.h})
		c.press("t", "t", "t")
		if !strings.Contains(c.screen(), of.says) {
			t.Errorf("%dx%d does not say %q:\n%s", of.w, of.h, of.says, c.screen())
		}
		c.press("/")
		c.write("person")
		if !strings.Contains(c.screen(), "3 marked") {
			t.Errorf("%dx%d with a filter does not say what is marked:\n%s", of.w, of.h, c.screen())
		}
	}
}
