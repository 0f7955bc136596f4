package tui

import (
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/muesli/termenv"

	"lastclick/model"
	"lastclick/tui/pages/links"
)

func TestLinkForm_Filled_AddsTheLink(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, profile: termenv.Ascii})
	c.press("n")
	c.sees("Create a New Tracking Link", "Add Tracking Link", "All events of Acme Events")
	c.write("Kim Q")
	c.press("enter")
	c.write("kim@example.com")
	c.press("enter", "enter", "j", "enter") // Level: the second choice
	c.sees("Summer Fest 2026", "Event level")
	c.press("right", "tab")
	c.write("kim-q")
	c.press("enter", "enter", "enter")
	if len(store.added) != 1 {
		t.Fatalf("added %v", store.added)
	}
	want := model.NewLink{Name: "Kim Q", Email: "kim@example.com", Event: "summerfest", Source: "email", Code: "kim-q"}
	if store.added[0] != want {
		t.Errorf("added %+v, not %+v", store.added[0], want)
	}
	c.sees("✓ Added x7k2mq · c copies the shortlink", "Share only these two")
	c.press("esc")
	c.sees("3 links")
}

func TestLinkForm_Faults_BesideTheirFields(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, profile: termenv.Ascii})
	c.press("n", "ctrl+s")
	c.sees("! Name is missing", "! E-mail \"\" is not")
	c.write("Kim")
	c.press("tab")
	c.write("kim@")
	c.press("tab")
	c.sees(`! E-mail "kim@" is not an e-mail address`)
	c.press("shift+tab")
	c.write("example.com")
	c.misses("is not an e-mail")
	c.press("tab", "tab", "tab")
	c.write("stats")
	c.press("ctrl+s")
	c.sees("is a reserved word")
	if len(store.added) > 0 {
		t.Error("a link with faults was added")
	}
	c.press("ctrl+u")
	c.write("taken")
	store.fail = &model.Error{Kind: model.Conflict, Field: "code", Msg: "the code taken is another link's", Hint: "choose another"}
	c.press("ctrl+s")
	c.sees("The code taken is another link's: choose another", "▌ Code")
	store.fail = &model.Error{Kind: model.Busy, Msg: "the database is busy", Hint: "try again"}
	c.press("ctrl+s")
	c.sees("! The database is busy: try again")
	store.fail = nil
	c.press("ctrl+s")
	c.sees("Added x7k2mq")
}

func TestLinkForm_SentTwice_AddsOnce(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, profile: termenv.Ascii})
	c.press("n")
	c.write("Kim")
	c.press("tab")
	c.write("kim@example.com")
	c.hold = true
	c.press("ctrl+s", "ctrl+s", "enter")
	c.sees("Adding…")
	c.release()
	if len(store.added) != 1 {
		t.Errorf("added %d links", len(store.added))
	}
}

func TestLinkForm_Leave_AsksBeforeItForgets(t *testing.T) {
	c := acme(t, 80, 24)
	c.press("n", "esc")
	c.sees("3 links")
	c.press("n", "K", "esc")
	c.sees("Leave and forget what was entered?")
	c.press("n")
	c.sees("Add Tracking Link")
	c.press("esc", "y")
	c.sees("3 links")
}

func TestLinkForm_OtherSources_Warns(t *testing.T) {
	store := newFake()
	store.stats.Links[1].Link.Source = "social" // bo-dj, on summerfest, brings buyers
	c := open(t, setup{client: "acme", store: store, profile: termenv.Ascii})
	c.press("n")
	c.misses("Other sources")
	c.press("tab", "tab", "enter", "j", "enter")
	c.sees("Other sources already bring buyers to this page: bo-dj")
	c.press("left", "left") // referral, social
	c.misses("Other sources")
}

func TestLinkForm_Paste_CleanAndNoServerClipboard(t *testing.T) {
	c := acme(t, 80, 24)
	c.press("n")
	c.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("Ana\x1b]52;c;evil\a\u202e\nLopez"), Paste: true})
	form := c.top().(*links.Form)
	if got := form.Form.Value("name"); got != "Ana]52;c;evil Lopez" {
		t.Errorf("pasted %q", got)
	}
	c.press("ctrl+v")
	if got := form.Form.Value("name"); got != "Ana]52;c;evil Lopez" {
		t.Errorf("ctrl+v made it %q", got)
	}
}
