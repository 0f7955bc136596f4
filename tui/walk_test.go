package tui

import (
	"strings"
	"testing"

	"github.com/muesli/termenv"

	"lastclick/model"
)

func TestLink_Test_SaysEachStep(t *testing.T) {
	for _, s := range []struct {
		code string
		sees []string
	}{
		{"ana", []string{"From the link ana to a sale", "✓ Click", "No click is", "✓ Order", "credited to ana.", "The way is whole: a sale that the link brings would be credited to it."}},
		{"night-owl", []string{"From the link night-owl to a sale", "✓ Click", "An admin adds one with checkout add.", "Until the last step is done, it can be credited with no sale."}},
	} {
		store := newFake()
		store.detail.Code = s.code
		c := open(t, setup{client: "acme", store: store, role: model.Viewer, w: 100, h: 40, profile: termenv.Ascii})
		c.press("enter", "t")
		c.sees(s.sees...)
		if s.code == "ana" {
			c.misses("Until the last step")
		}
		c.press("t") // again: the steps are those of the new walk alone
		if n := strings.Count(c.screen(), "✓ Click"); n != 1 {
			t.Errorf("%d clicks after a second walk:\n%s", n, c.screen())
		}
		c.press("esc")
		c.misses("From the link " + s.code)
		c.sees("Ana Lopez")
	}
}

func TestLink_Test_ErrorAndFailedStep_AreSaid(t *testing.T) {
	store := newFake()
	store.detail.Code = "broken"
	c := open(t, setup{client: "acme", store: store, w: 100, h: 40, profile: termenv.Ascii})
	c.press("enter", "t")
	c.sees("! Order", "would be credited to no link.")
	c.misses("The way is whole")
	store.detail.Code = "gone"
	c.press("esc")
	c.send(movedMsg{c.live.gen})
	c.press("t")
	c.sees("no link")
	c.misses("The way is whole")
}
