package tui

import (
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/muesli/termenv"

	"lastclick/model"
	"lastclick/tui/page"
)

func TestPicker_TypedLetters_FindWhatIsChosen(t *testing.T) {
	store := newFake()
	store.events = append(store.events, model.Event{Slug: "jazz", Client: "acme", Name: "Jazz at the Kühlhaus", Timezone: "Europe/London"})
	c := open(t, setup{client: "acme", store: store, profile: termenv.Ascii})
	c.press("v")
	c.sees("type to find", "4 ", "All events", "esc back")
	c.write("jku") // j and k are letters, not moves
	c.sees("/ jku", "1 of 4", "Jazz at the Kühlhaus", "esc clear")
	c.misses("Late Night")
	c.press("esc")
	c.sees("type to find", "Late Night")
	c.write("qqq")
	c.sees("0 of 4", "Nothing matches “qqq”.")
	c.press("enter") // nothing to choose
	c.sees("Nothing matches")
	c.press("esc", "down", "down", "up", "enter")
	c.sees("Summer Fest 2026 · all days")
	c.press("v")
	c.sees("▌ Summer Fest 2026") // the one that is shown
	c.send(tea.KeyMsg{Type: tea.KeyCtrlN})
	c.sees("▌ Late Night")
	c.send(tea.KeyMsg{Type: tea.KeyCtrlP})
	c.press("esc")
	c.sees("Summer Fest 2026 · all days")
}

func TestPicker_Colour_EmphasizesTheLettersFound(t *testing.T) {
	c := open(t, setup{client: "acme", profile: termenv.ANSI})
	c.press("v")
	c.write("sf")
	accent := c.Theme.Accent.Render
	c.sees(accent("S"), accent("F"))
}

func TestForm_TypedLetters_ChooseOptions(t *testing.T) {
	c := acme(t, 100, 30)
	c.press("n", "tab", "tab")
	c.write("late") // opens the list of levels with it
	c.sees("Choose a level", "/ late", "1 of 3")
	c.press("enter")
	c.sees("Late Night")
	c.write("em")
	c.sees("email")
	c.write("dis")
	c.sees("display")
	c.press("down", "down")
	c.write("no")
	c.sees("Send no mail")
}

// Each zone can be chosen: the store and Go know it.
func TestTimezones_All_AreKnown(t *testing.T) {
	choices := page.TimezoneChoices("Asia/Calcutta", "")
	if choices[0].Value != "Asia/Calcutta" || len(choices) < 300 {
		t.Fatalf("%d zones, the first %q", len(choices), choices[0].Value)
	}
	for _, c := range choices {
		if _, err := time.LoadLocation(c.Value); err != nil {
			t.Errorf("%v", err)
		}
	}
}

func TestForm_Timezone_FoundByLetters(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, w: 100, h: 30, profile: termenv.Ascii})
	c.press("2", "E", "tab", "tab", "tab")
	c.write("nyork")
	c.sees("Choose a timezone", "▌ America/New_York")
	c.press("enter", "ctrl+s")
	calls(t, store, "event set summerfest starts=2026-07-18 18:00 timezone=America/New_York")
}
