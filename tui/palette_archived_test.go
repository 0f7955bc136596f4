package tui

import (
	"testing"

	"github.com/muesli/termenv"

	"lastclick/model"
)

func TestPalette_ArchivedLink_FoundAndSaid(t *testing.T) {
	for _, role := range []model.Role{model.Viewer, model.Owner} {
		c := open(t, setup{client: "acme", role: role, store: &askedStore{fakeStore: newFake()}, w: 120, h: 36, profile: termenv.Ascii})
		c.find("rosa")
		c.sees("Rosa Varga", "k7m2xq archived")
		c.press("enter")
		c.sees("› k7m2xq ")
	}
}

// More orders than clicks are no part of them: some came by a code.
func TestCards_MoreOrdersThanClicks_BothSaid(t *testing.T) {
	store := newFake()
	for i := range store.stats.Links {
		store.stats.Links[i].Link.Clicks = int64(i / 3) // one
	}
	c := open(t, setup{client: "acme", store: store, w: 200, h: 50, profile: termenv.Ascii})
	c.sees("77 orders, 1 click")
	c.misses("of 1 click")
}
