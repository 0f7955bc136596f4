package tui

import (
	"testing"

	"github.com/muesli/termenv"
)

// R17 What archived links sold stays in the total while they are hidden, and it says so.
func TestTracking_R17_Archived_HiddenUntilAsked(t *testing.T) {
	c := acme(t, 100, 24)
	c.sees("3 links · 1 archived, A shows it", "Total, archived too", "165", "7,585.00")
	c.misses("Rosa Varga")
	c.press("A")
	c.sees("4 links, 1 of them archived · A hides it", "Rosa Varga", "165", "7,585.00")
	c.misses("A shows it", "archived too")
	c.press("A")
	c.misses("Rosa Varga")
}

func TestTracking_Archived_FilterSaysThatTheyMatch(t *testing.T) {
	c := acme(t, 100, 24)
	c.press("/")
	c.write("rosa")
	c.sees("0/3 links shown · 1 archived, A shows it", "No link matches “rosa”.", "Archived links match")
	c.press("enter", "A")
	c.sees("1/4 links shown", "Rosa Varga")
}

func TestTracking_AllArchived_SaysSo(t *testing.T) {
	store := newFake()
	for i := range store.stats.Links {
		store.stats.Links[i].Link.Archived = true
	}
	c := open(t, setup{client: "acme", store: store, profile: termenv.Ascii})
	c.sees("0 links · 4 archived, A shows them", "All links are archived.", "Press A to show them.")
	c.press("c", "a", "enter")
	if len(c.stack()) != 1 || len(c.copied) > 0 {
		t.Error("keys act on a link that is not shown")
	}
	c.press("A")
	c.sees("4 links, all archived · A hides them")
	c.press("enter")
	c.sees("Link Tracking › ana")
}

func TestTracking_ArchivedShown_SaysSoInANarrowWindow(t *testing.T) {
	c := acme(t, 60, 20)
	c.press("A")
	c.sees("4 links, 1 of them archived")
}

func TestTracking_NoneArchived_NoWordOfThem(t *testing.T) {
	store := newFake()
	store.stats.Links = store.stats.Links[:3]
	c := open(t, setup{client: "acme", store: store, profile: termenv.Ascii})
	c.sees("3 links")
	c.misses("archived")
	c.press("A")
	c.misses("archived")
}
