package tui

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/muesli/termenv"

	"lastclick/model"
	"lastclick/tui/ui"
)

// pick opens the palette, types, and does what it finds first.
func (c *console) pick(typed, first string) {
	c.t.Helper()
	c.find(typed)
	if l := c.line("▌"); !strings.Contains(l, first) {
		c.t.Fatalf("%q finds first %q, not %q\n%s", typed, l, first, c.screen())
	}
	c.press("enter")
}

// What is done elsewhere is found here, and done there.
func TestPalette_ActionOfAnotherPage_GoesThereAndDoesIt(t *testing.T) {
	for _, of := range []struct {
		from         []string
		typed, first string
		sees         []string
	}{
		{[]string{"3"}, "yesterday", "days: Yesterday", []string{"[1 Link Tracking]", "yesterday, 2026-05-31"}},
		{[]string{"3"}, "30d", "days: Last 30 days", []string{"[1 Link Tracking]", "2026-05-03 to"}},
		{[]string{"1", "enter"}, "archived", "show or hide archived links", []string{"[1 Link Tracking]", "Rosa Varga"}},
		{[]string{"2", "enter"}, "today", "days: Today", []string{"› Summer Fest 2026"}}, // of the event that is shown
		{nil, "rotate", "give it a new secret", []string{"[7 Checkouts]", "Choose a row, then press o: give it a new secret"}},
		{nil, "invite", "invite a person", []string{"[4 Team]", "Invite a person"}},
		{nil, "add event", "add an event", []string{"[2 Events]", "Add an event"}},
		{[]string{"2"}, "pause", "pause the feed", []string{"[3 Orders]", "Paused · 0 new"}},
		{nil, "add hook", "add a hook", []string{"› Hooks", "Add a hook"}},
		{nil, "walk way", "walk the way of a sale", []string{"[7 Checkouts]", "Choose one with enter, then press t"}},
		{[]string{"2"}, "archive marked", "archive the marked links", []string{"[1 Link Tracking]", "t marks a row; then press a"}},
		{nil, "QR", "show the shortlink as a QR code", []string{"› ana › QR code"}}, // of the link at the cursor
		{nil, "statement", "statement CODE", []string{"› Command", "ssh -p 2222 tickets.example statement CODE"}},
		{nil, "follow", "order list --follow", []string{"› Command"}},
	} {
		t.Run(of.typed, func(t *testing.T) {
			c := open(t, setup{client: "acme", role: model.Admin, w: 120, h: 36, profile: termenv.Ascii})
			c.press(of.from...)
			c.pick(of.typed, of.first)
			c.sees(of.sees...)
			c.misses("╭")
		})
	}
}

// What to press is said on the page where it is pressed, and no longer.
func TestPalette_HintOfAPage_EndsWithIt(t *testing.T) {
	c := open(t, setup{client: "acme", role: model.Admin, w: 120, h: 36, profile: termenv.Ascii})
	c.pick("rotate", "give it a new secret")
	c.press("j")
	c.sees("→ Choose a row, then press o")
	c.press("1")
	c.misses("Choose a row")
}

// An action of a link asks which, where there is none at the cursor; what asks before it is
// done still does.
func TestPalette_ActionOfALink_AsksWhichLink(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, w: 120, h: 36, profile: termenv.Ascii})
	c.press("3")
	c.pick("mail again", "send the welcome mail again")
	c.sees("Which link?")
	c.write("dj bo")
	c.press("enter")
	c.sees("› ana ", "Send the welcome mail to ana@example.com again?") // the fake has one link's detail alone
	if len(store.calls) > 0 {
		t.Errorf("it is done before the answer: %q", store.calls)
	}
}

func TestPalette_Theme_PutOnKeptAndTakenBack(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, w: 120, h: 36, profile: termenv.Ascii})
	c.pick("dark", "theme dark")
	c.sees("Theme dark · z goes back to auto (10 s)")
	if c.Theme.Name != "dark" || !slices.Contains(store.kept, "theme=dark") {
		t.Errorf("the theme is %s, kept %q", c.Theme.Name, store.kept)
	}
	c.press("z")
	c.sees("Theme auto")
	if c.Theme.Name != "auto" || store.kept[len(store.kept)-1] != "theme=auto" {
		t.Errorf("taken back, the theme is %s, kept %q", c.Theme.Name, store.kept)
	}
}

// A form on another page is not lost because something is chosen that is done beneath it.
func TestPalette_FormOpenThere_IsShownInstead(t *testing.T) {
	c := open(t, setup{client: "acme", w: 120, h: 36, profile: termenv.Ascii})
	c.press("2", "n")
	c.write("Kim")
	under := c.app.tabs[1].stack
	c.app.tab = 0 // no key leads out of a form
	c.pick("add an event", "add an event")
	if len(c.app.tabs[1].stack) != len(under) {
		t.Error("the form is gone")
	}
	c.sees("A form is open on Events", "[ Kim")
}

// Every action on every page is found from everywhere, by the words that its help has: those
// that move, and those about what is typed, are not to be looked for.
func TestPalette_EveryPage_ItsActionsAreListed(t *testing.T) {
	c := open(t, setup{client: "acme", role: model.Admin, w: 120, h: 36, profile: termenv.Ascii})
	for _, way := range [][]string{{"1"}, {"1", "enter"}, {"2"}, {"2", "enter"}, {"3"}, {"3", "enter"}, {"4"}, {"4", "H"}, {"5"}, {"6"}, {"7"}, {"7", "j", "enter"}, {"8"}, {"8", "enter"}} {
		there := open(t, setup{client: "acme", role: model.Admin, w: 120, h: 36, profile: termenv.Ascii})
		there.press(way...)
		for _, from := range []string{"1", "3", "8"} {
			c.press(from, ":")
			p := c.top().(*palette)
			for _, act := range ui.Possible(there.top().Actions()) {
				if !soughtFor(act) || slices.Contains(act.Keys(), "esc") {
					continue
				}
				if !slices.ContainsFunc(p.local, func(c ui.Choice) bool { return c.Title == act.Long }) {
					t.Errorf("%s is not found from page %s: %q of %v", act.Help().Key, from, act.Long, way)
				}
			}
			c.press("esc")
		}
	}
}

// What looks like the id of an order is offered to be searched right behind the orders whose
// ids begin so.
func TestPalette_LikeAnOrderID_SearchIsNearTheTop(t *testing.T) {
	store := newFake()
	for i := range 40 {
		store.orders = append(store.orders, model.OrderSummary{ID: fmt.Sprint("A-", 2700-i), Checkout: "shop", PlacedAt: noon})
		store.stats.Links = append(store.stats.Links, model.LinkStats{Link: someLink(fmt.Sprint("area-2", i), fmt.Sprint("Area 27 ", i), "")})
	}
	c := open(t, setup{client: "acme", store: store, w: 120, h: 36, profile: termenv.Ascii})
	for typed, want := range map[string]int{"A-27": 1, "a27": 1, "A-26": 3, "A-999": 0, "#A-27": 0} {
		c.find(typed)
		p := c.top().(*palette)
		for at := 0; ; at++ {
			x := p.chooser.Current()
			if strings.HasPrefix(x.Title, "search orders") {
				if at != want {
					t.Errorf("%s: the search is on line %d, not %d\n%s", typed, at, want, c.screen())
				}
				break
			}
			if c.press("down"); at > 100 {
				t.Fatalf("%s: no search is offered", typed)
			}
		}
		c.press("esc")
	}
}

// Pages and actions go before what merely has the letters.
func TestPalette_PagesAndActions_BeforeFarMatches(t *testing.T) {
	store := newFake()
	store.stats.Links = []model.LinkStats{{Link: someLink("x1", "Tom, East Anglia, Mo", "")}, {Link: someLink("x2", "Ida, Norbert Xavier", "")}}
	c := open(t, setup{client: "acme", role: model.Admin, store: store, w: 120, h: 36, profile: termenv.Ascii})
	for typed, want := range map[string]string{"team": "Team", "inbx": "Inbox", "event": "Events", "mouse": "mouse on or off"} {
		c.find(typed)
		if l := c.line("▌"); !strings.Contains(l, want) {
			t.Errorf("%s finds first %q", typed, l)
		}
		c.press("esc")
	}
}
