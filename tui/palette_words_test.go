package tui

import (
	"strings"
	"testing"

	"github.com/muesli/termenv"

	"lastclick/model"
)

// benStore has links that the words below name.
func benStore() *fakeStore {
	store := newFake()
	store.stats.Links = append(store.stats.Links,
		model.LinkStats{Link: someLink("blueroom", "The Blue Room", "")},
		model.LinkStats{Link: someLink("ben", "Ben Okafor", "")})
	store.events = append(store.events, model.Event{Slug: "jazz", Client: "acme", Name: "Jazz Weekender", Timezone: "Europe/London"})
	return store
}

// Several words find what they say together: what a thing is and its name, or what is done
// and with which link.
func TestPalette_SeveralWords_FindKindsActionsAndLinks(t *testing.T) {
	for _, of := range []struct{ typed, title, note string }{
		{"event jazz", "Jazz Weekender", "jazz"},
		{"jazz links", "Jazz Weekender", "jazz"},
		{"links ben", "Ben Okafor", "ben"},
		{"order 1041", "A-1041", "shop"},
		{"qr ana", "show the shortlink as a QR code", "Ana Lopez"},
		{"qr ben", "show the shortlink as a QR code", "of Ben Okafor · ben"},
		{"archive ben", "archive the link (asks first)", "of Ben Okafor · ben"},
		{"archive link ben", "archive the link (asks first)", "of Ben Okafor · ben"},
		{"blueroom archive", "archive the link (asks first)", "of The Blue Room"},
		{"sort tickets", "sort by Tickets", "Link Tracking"},
	} {
		c := open(t, setup{client: "acme", store: benStore(), w: 120, h: 36, profile: termenv.Ascii})
		c.find(of.typed)
		x := c.top().(*palette).chooser.Current()
		if x == nil || x.Title != of.title || !strings.Contains(x.Note, of.note) {
			t.Errorf("%q finds first %+v\n%s", of.typed, x, c.screen())
		}
		c.misses(" 0 of ")
		rows := c.screen()
		c.press("end")
		if x := c.top().(*palette).chooser.Current(); !strings.HasPrefix(x.Title, "search orders for") {
			t.Errorf("%q: the last is %+v\n%s", of.typed, x, rows)
		}
	}
}

// What is done with a link that was named asks as it does there; nothing is done before.
func TestPalette_ActionAndLink_AsksThere(t *testing.T) {
	store := benStore()
	c := open(t, setup{client: "acme", store: store, w: 120, h: 36, profile: termenv.Ascii})
	c.press("2")
	c.pick("archive ana", "archive the link (asks first)")
	c.sees("› ana ", "Archive")
	if len(store.calls) > 0 {
		t.Errorf("it is done before the answer: %q", store.calls)
	}
}

// A viewer is offered no action that it may not do, with no link.
func TestPalette_ActionAndLink_ViewerMayNot(t *testing.T) {
	c := open(t, setup{client: "acme", role: model.Viewer, store: benStore(), w: 120, h: 36, profile: termenv.Ascii})
	c.find("archive ben")
	c.misses("archive the link")
	c.press("esc")
	c.find("qr ben")
	c.sees("show the shortlink as a QR code", "of Ben Okafor")
}

// Where words begin with what was typed, texts that merely have its letters are no match.
func TestPalette_WordMatch_LeavesScatteredLettersOut(t *testing.T) {
	c := open(t, setup{client: "acme", store: benStore(), w: 120, h: 36, profile: termenv.Ascii})
	c.find("ben")
	c.sees("Ben Okafor")
	c.misses("sort by the next column")
	c.press("esc")
	c.find("qzx") // nothing at all
	c.sees("search orders for “qzx”")
	c.misses("0 of ")
}

// A column is sorted by on Link Tracking, from wherever it is asked for.
func TestPalette_SortByColumn_GoesThereAndSorts(t *testing.T) {
	for _, from := range []string{"1", "3"} {
		c := open(t, setup{client: "acme", w: 120, h: 36, profile: termenv.Ascii})
		c.press(from)
		c.pick("sort orders", "sort by Orders")
		c.sees("[1 Link Tracking]", "by Orders")
	}
}
