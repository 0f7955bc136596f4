package links

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/page"
)

// newDays asks for the first and the last day of what is shown.
func (p *Tracking) newDays() *page.FormPage {
	f := &page.FormPage{}
	f.InitForm(p.Session, "Choose the days", "Show", "Showing")
	f.Form.Ask("from", "First day", "", p.filter.From).SetLimit(len(time.DateOnly))
	f.Form.Ask("to", "Last day", "", p.filter.To).SetLimit(len(time.DateOnly))
	f.Form.Box, f.Form.Quick = len(time.DateOnly)+2, true
	entered := func() model.Filter { return model.Filter{From: f.Form.Value("from"), To: f.Form.Value("to")} }
	f.Validate = func() error {
		_, _, err := entered().Range(p.zone)
		return err
	}
	f.Form.Send = func() tea.Cmd {
		days := entered()
		return f.CloseThen(func() tea.Cmd {
			p.filter.From, p.filter.To = days.From, days.To
			return p.refilter()
		})
	}
	f.Form.Explain = func(w int) []string {
		t := p.Theme
		today := p.Now().In(p.zone).Format(time.DateOnly)
		return append(t.Paragraph(w, t.Faint, "Days such as "+today+" (today), both inclusive, in the timezone "+p.zone.String()+". An empty field is no bound."),
			t.Paragraph(w, t.Faint, "Orders belong to the day they were placed, clicks to the day they were made.")[1:]...)
	}
	return f
}
