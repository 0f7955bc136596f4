package tui

import (
	"testing"

	"github.com/muesli/termenv"

	"lastclick/model"
)

func (s *fakeStore) lastFilter() model.Filter { return s.filters[len(s.filters)-1] }

func TestDays_Words_InTheForm(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, w: 100, h: 24, profile: termenv.Ascii})
	for _, days := range []struct{ typed, from, to, shown string }{
		{"yesterday", "2026-05-31", "2026-05-31", "yesterday, 2026-05-31"},
		{"2026-05-31", "2026-05-31", "", "from 2026-05-31"},
		{"7d", "2026-05-26", "2026-06-01", "last 7 days, 2026-05-26 to 2026-06-01"},
		{"last month", "2026-05-01", "2026-05-31", "last month, 2026-05-01 to 2026-05-31"},
		{"3d", "2026-05-30", "2026-06-01", "2026-05-30 to 2026-06-01"},
		{"all", "", "", "all days"},
	} {
		c.press("d", "ctrl+u")
		c.write(days.typed)
		c.press("tab", "ctrl+u", "enter")
		if got, want := store.lastFilter(), (model.Filter{From: days.from, To: days.to}); got != want {
			t.Errorf("%s: %+v", days.typed, got)
		}
		c.sees("All events · " + days.shown)
	}
	c.press("d") // over what is shown, which need not be taken out first
	c.write("yesterday")
	c.press("enter") // the first field alone
	c.sees("yesterday, 2026-05-31")
	c.press("d", "tab")
	c.write("today")
	c.press("enter")
	c.sees("2026-05-31 to 2026-06-01")
	c.press("d", "ctrl+u", "tab", "ctrl+u", "ctrl+s", "d")
	c.write("may")
	c.press("tab")
	c.sees(`! First day "may" must be all, today, yesterday, 7d, 30d, month, last-month,`, "or a day")
	c.press("ctrl+u")
	c.write("soon")
	c.press("shift+tab", "ctrl+u")
	c.write("7d")
	c.press("ctrl+s")
	c.sees("! Last day must be empty beside 7d")
	c.press("ctrl+u", "shift+tab", "ctrl+u", "tab")
	c.write("yesterday")
	c.press("enter")
	if got, want := store.lastFilter(), (model.Filter{To: "2026-05-31"}); got != want {
		t.Errorf("until yesterday: %+v", got)
	}
}

// What is shown stands in the form until other days are typed over it.
func TestDays_Shown_TypedOver(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, w: 100, h: 24, profile: termenv.Ascii})
	for _, typed := range []struct{ word, shown string }{
		{"2026-05-02", "from 2026-05-02"}, {"7d", "last 7 days"}, {"30d", "last 30 days"}, {"all", "all days"}, {"today", "today, 2026-06-01"},
	} {
		c.press("d")
		c.write(typed.word)
		c.press("ctrl+s")
		c.sees("All events · " + typed.shown)
	}
	c.press("d")
	c.write("2026-05-02")
	c.press("enter")
	c.write("2026-05-09")
	c.press("enter", "d")
	c.write("month") // not from then to what was shown
	c.press("enter")
	c.sees("this month, 2026-06-01 against")
	c.press("d", "ctrl+s") // nothing typed: as it was
	c.sees("this month, 2026-06-01 against")
}

func TestDays_Presets_ByListAndKey(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, w: 100, h: 24, profile: termenv.Ascii})
	c.press("D")
	c.sees("All days", "Today", "Mon 1 Jun 2026", "Yesterday", "Last 7 days", "Tue 26 May 2026 to Mon 1 Jun 2026", "Last month")
	c.press("down", "down", "down", "enter")
	c.sees("last 7 days, 2026-05-26 to 2026-06-01")
	c.press("]")
	c.sees("last 30 days, 2026-05-03 to 2026-06-01")
	c.press("[", "[")
	c.sees("yesterday, 2026-05-31")
	c.press("[", "[", "[")
	c.sees("last month, 2026-05-01 to 2026-05-31")
	c.press("]")
	c.sees("All events · all days")
}

// A console that shows today shows the new day once it is there; the command in the help
// says the word too.
func TestDays_Word_MovesOnWithTheClock(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, w: 100, h: 70, profile: termenv.Ascii})
	c.press("]")
	c.sees("today, 2026-06-01")
	c.clock = c.clock.AddDate(0, 0, 1)
	c.send(movedMsg{c.live.gen})
	c.sees("today, 2026-06-02")
	if got, want := store.lastFilter(), (model.Filter{From: "2026-06-02", To: "2026-06-02"}); got != want {
		t.Errorf("%+v", got)
	}
	c.press("?", "G")
	c.sees("tickets.example stats --days today")
}
