package links

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/ui"
)

// dayPresets are the days that are often wanted, the words for them and what people call
// them.
var dayPresets = []struct{ word, title string }{
	{"all", "All days"},
	{"today", "Today"},
	{"yesterday", "Yesterday"},
	{"7d", "Last 7 days"},
	{"30d", "Last 30 days"},
	{"month", "This month"},
	{"last-month", "Last month"},
}

// dayActions choose days: in a form, from a list, or the next and the one before in it.
func (p *Tracking) dayActions(loaded func() bool) []ui.Action {
	return []ui.Action{
		ui.On("d", "days", "choose the days", func() tea.Cmd { return p.Open(p.newDays()) }).If(loaded),
		ui.On("D", "", "choose the days from a list: today, last 7 days, last month", p.listDays).If(loaded),
		ui.On("[", "", "the days before in that list", func() tea.Cmd { return p.stepDays(-1) }).If(loaded),
		ui.On("]", "", "the next days in that list", func() tea.Cmd { return p.stepDays(1) }).If(loaded),
	}
}

// DayPresets are the days that have a word, by which ShowDays shows them.
func DayPresets() []ui.Choice {
	all := make([]ui.Choice, len(dayPresets))
	for i, d := range dayPresets {
		all[i] = ui.Choice{Value: d.word, Title: d.title}
	}
	return all
}

// ShowDays shows the days of a word.
func (p *Tracking) ShowDays(word string) tea.Cmd { return p.showDays(word) }

// listDays asks for one of the presets.
func (p *Tracking) listDays() tea.Cmd {
	choices := DayPresets()
	for i := range choices {
		choices[i].Note = p.daysOf(choices[i].Value)
	}
	return p.Open(page.NewPicker(p.Session, "Choose the days", choices, p.preset(), func(c ui.Choice) tea.Cmd { return p.showDays(c.Value) }))
}

// preset is the word of what is shown; empty where days were entered.
func (p *Tracking) preset() string {
	if p.days == "" && p.filter.From+p.filter.To == "" {
		return "all"
	}
	return p.days
}

// stepDays shows the preset that is n further in the list; entered days stand before all.
func (p *Tracking) stepDays(n int) tea.Cmd {
	at := -1
	for i, d := range dayPresets {
		if d.word == p.preset() {
			at = i
		}
	}
	if at < 0 {
		n = max(n, 0)
	}
	at = (at + n + len(dayPresets)) % len(dayPresets)
	return p.showDays(dayPresets[at].word)
}

// daysOf says which days a word means now.
func (p *Tracking) daysOf(word string) string {
	from, to, err := model.ParseDays("days", word, p.today())
	switch {
	case err != nil || from == "":
		return ""
	case from == to:
		return shortDay(from)
	}
	return shortDay(from) + " to " + shortDay(to)
}

func shortDay(s string) string {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return s
	}
	return t.Format("Mon 2 Jan 2006")
}
