package tui

import (
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/muesli/termenv"

	"lastclick/model"
)

// oneMessage sends the letters as a quick hand or a slow connection does.
func (c *console) oneMessage(letters string) {
	c.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(letters)})
}

// Letters behind v go to the list of events, not to the table beneath: "may" would turn
// the mouse on, archive the link and say yes.
func TestPicker_LettersInOneMessage_GoToIt(t *testing.T) {
	store := newFake()
	store.events = append(store.events, model.Event{Slug: "maydance", Client: "acme", Name: "May Dance", Timezone: "Europe/London"})
	c := open(t, setup{client: "acme", store: store, profile: termenv.Ascii})
	c.oneMessage("vmay")
	c.sees("Choose an event", "/ may", "May Dance")
	if calls := store.calls; len(calls) > 0 || c.mouse {
		t.Errorf("the letters did %v, mouse %v", calls, c.mouse)
	}
	c.press("enter")
	if got := store.filters[len(store.filters)-1].Event; got != "maydance" {
		t.Errorf("the event %q was chosen", got)
	}
}

// What is typed behind the key that chooses a client is done on that client's first page.
func TestClients_KeysBehindEnter_GoToTheClient(t *testing.T) {
	store := newFake()
	c := open(t, setup{role: model.Admin, store: store, profile: termenv.Ascii})
	c.hold = true
	c.press("enter", "n") // n adds a client here, and a link there
	c.misses("Add a client")
	for c.hold = false; len(c.held) > 0; {
		c.release()
	}
	c.sees("Add Tracking Link")

	c = open(t, setup{role: model.Admin, store: store, profile: termenv.Ascii})
	c.hold = true
	c.press("enter", "esc", "n") // esc leaves it
	c.sees("Add a client")
	c.release()
	c.sees("Add a client")

	c = open(t, setup{role: model.Admin, store: store, profile: termenv.Ascii})
	c.hold = true
	c.press("enter", "n") // what does not open gets no keys, nor does the page beneath
	store.fail = &model.Error{Kind: model.Busy, Msg: "busy"}
	c.release()
	c.sees("Busy")
	c.misses("Add a client")
}

// The page of the answer is there before the answer: keys behind t are its own.
func TestHookTest_KeysBehindT_GoToItsPage(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, profile: termenv.Ascii})
	c.press("4", "H")
	c.hold = true
	c.press("t", "-", "y") // - would remove the hook
	c.sees("› Test", "being sent")
	c.release()
	c.sees("It was not taken")
	if len(store.calls) > 0 {
		t.Errorf("the keys did %v", store.calls)
	}
	c.hold = true
	c.press("esc", "t", "esc")
	c.release()
	c.sees("Sales of")
}

// While a secret is made no key does anything, neither to the list beneath nor to the
// secret, which is shown once.
func TestRotate_KeysBehindYes_DoNothing(t *testing.T) {
	store := newFake()
	c := open(t, setup{role: model.Admin, client: "acme", store: store, w: 100, h: 30, profile: termenv.Ascii})
	c.press("7", "o")
	c.hold = true
	c.press("y", "-", "y", "x", "y", "enter", "esc", "1") // - would remove the checkout
	c.sees("New secret")
	c.release()
	c.sees(someSecret)
	calls(t, store, "checkout rotate "+store.doors[0].Name)
	c.press("enter")
	c.sees("[7 Checkouts]")
}
