package tui

import (
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/muesli/termenv"

	"lastclick/model"
	"lastclick/tui/page"
)

// typed is what a quick hand, or a slow connection, makes of several keys: one message.
func typed(keys string) tea.KeyMsg { return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(keys)} }

// A page that a key opens is there for the next key, whatever its data takes: "na"
// never reaches the table, where a asks to archive.
func TestNavigation_KeysInOneMessage_GoToWhatTheyOpen(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, profile: termenv.Ascii})
	c.hold = true // no command runs: nothing that was opened has loaded
	c.send(typed("nana"))
	c.sees("Create a New Tracking Link", "[ ana")
	c.misses("Archive the link")
	c.press("ctrl+u", "esc", "y")
	c.send(typed("dq"))
	c.sees("Choose the days", "[ q")
	c.press("esc", "y")
	c.send(typed("3qa"))
	if !c.quit && !c.app.quit {
		t.Error("q behind 3 does not quit")
	}
}

func TestNavigation_KeysBehindQuit_AreDropped(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, profile: termenv.Ascii})
	c.send(typed("qay"))
	if len(store.calls) > 0 || !c.quit {
		t.Errorf("behind q, the store was asked to %v; quit %v", store.calls, c.quit)
	}
}

// What a late answer opens stands above the page that asked, and under what was opened
// meanwhile: a secret that is shown once is not lost.
func TestNavigation_LateSecret_StandsAboveItsPage(t *testing.T) {
	c := open(t, setup{client: "acme", role: model.Admin, w: 100, h: 24, profile: termenv.Ascii})
	c.press("7", "o")
	c.hold = true
	c.press("y")
	late := c.held
	c.held, c.hold = nil, false
	c.press("ctrl+g")
	c.held = late
	c.release()
	c.sees("On this page")
	c.press("esc")
	c.sees(someSecret)
}

func TestNavigation_AnswerForAClosedPage_GoesNowhere(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, profile: termenv.Ascii})
	c.press("n")
	c.write("Kim")
	c.press("tab")
	c.write("kim@example.com")
	c.hold = true
	c.press("ctrl+s") // on its way
	late := c.held
	c.held, c.hold = nil, false
	form := c.top()
	c.drain(c.Close(form.ID(), nil))
	c.send(tea.WindowSizeMsg{Width: 80, Height: 24})
	before := c.screen()
	c.held = late
	c.release()
	if got := c.screen(); got != before || len(c.stack()) != 1 {
		t.Errorf("the answer for a closed form changed the screen to\n%s", got)
	}
}

// Rows kept from the version before must look as they would drawn again.
func TestTracking_RowsKept_AsDrawnAgain(t *testing.T) {
	before, after := manyLinks(30), manyLinks(30)
	for i := range after.stats.Links {
		l := &after.stats.Links[i]
		switch i % 5 {
		case 0:
			l.Link.Name += " the Great"
		case 1:
			l.Numbers.Tickets++
		case 2:
			l.Link.Archived = true
		case 3:
			l.TicketTypes[0].Name = "Door"
		}
	}
	c := open(t, setup{client: "acme", store: before, w: 120, h: 80, profile: termenv.ANSI})
	c.press("e")
	c.Store.(*fakeStore).stats = after.stats
	c.send(movedMsg{c.live.gen})
	c.after(markFor)
	c.press("g")
	fresh := open(t, setup{client: "acme", store: after, w: 120, h: 80, profile: termenv.ANSI})
	fresh.press("e", "g")
	if got, want := c.screen(), fresh.screen(); got != want {
		for i, l := range strings.Split(got, "\n") {
			if w := strings.Split(want, "\n")[i]; l != w {
				t.Errorf("line %d is\n%q, drawn again\n%q", i, l, w)
			}
		}
	}
}

// What follows from a yes stands at the end of a question, which a narrow window must not
// cut off.
func TestAsk_NarrowWindow_QuestionWhole(t *testing.T) {
	c := acme(t, 60, 20)
	const text = "Take the code ana10 from ben? Orders that it credited stay credited, and nobody else gets it."
	ask := func(text string) {
		c.send(page.Answer{Apply: func() tea.Cmd { return c.Ask(text, func() tea.Cmd { return nil }) }})
	}
	ask(text)
	c.sees("Orders that it credited", "nobody else gets it. y/N", "any other key")
	ask(strings.Repeat("https://example.com/sales ", 100))
	c.sees("… y/N", "Link Tracking")
	c.press("n")
	c.misses("y/N")
}
