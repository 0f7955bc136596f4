package links

import (
	"slices"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/ui"
)

// today is a moment of the client's day.
func (p *Tracking) today() time.Time { return p.Now().In(p.Zone) }

// showDays shows the days of a word, which move on with the clock.
func (p *Tracking) showDays(word string) tea.Cmd {
	if word == "all" {
		word = ""
	}
	p.days, p.filter.From, p.filter.To = word, "", ""
	p.moveDays()
	return p.refilter()
}

// moveDays makes the filter's days those that the word means now.
func (p *Tracking) moveDays() {
	if p.days == "" {
		return
	}
	if from, to, err := model.ParseDays("days", p.days, p.today()); err == nil {
		p.filter.From, p.filter.To = from, to
	}
}

// newDays asks for the first and the last day of what is shown.
func (p *Tracking) newDays() *page.FormPage {
	f := &page.FormPage{}
	f.InitForm(p.Session, "Choose the days", "Show", "Showing")
	from, to := p.filter.From, p.filter.To
	if p.days != "" {
		from, to = p.days, ""
	}
	// What is shown now stands there until other days are typed over it.
	first, last := f.Form.Ask("from", "First day", "or 7d, month", ""), f.Form.Ask("to", "Last day", "", "")
	first.SetLimit(len("last month"))
	first.Suggest(from)
	last.SetLimit(len(time.DateOnly))
	last.Suggest(to)
	f.Form.Edited = func(key string) tea.Cmd { // a word for several days is no first day of those shown
		if _, _, err := model.ParseDays(key, dayWord(first.Value()), p.today()); key == "from" && err == nil {
			last.Suggest("")
		}
		return nil
	}
	f.Form.Box, f.Form.Quick = len(time.DateOnly)+2, true
	f.Form.Leave = f.Close                      // nothing is lost by it
	f.Form.Sends = func(field *ui.Field) bool { // a word means both days
		word, _, err := p.enteredDays(f)
		return field.Key == "from" && word != "" && err == nil
	}
	f.Validate = func() error {
		_, _, err := p.enteredDays(f)
		return err
	}
	f.Form.Send = func() tea.Cmd {
		word, days, _ := p.enteredDays(f)
		return f.CloseThen(func() tea.Cmd {
			if word != "" {
				return p.showDays(word)
			}
			p.days, p.filter.From, p.filter.To = "", days.From, days.To
			return p.refilter()
		})
	}
	f.Form.Explain = func(w int) []string {
		t := p.Theme
		today := p.today().Format(time.DateOnly)
		return append(t.Paragraph(w, t.Faint, "Days such as "+today+", today or yesterday, both inclusive, in the timezone "+p.Zone.String()+". An empty field is no bound. The first field alone takes all of them at once: "+strings.Join(model.DayWords, ", ")+"."),
			t.Paragraph(w, t.Faint, "Orders belong to the day they were placed, clicks to the day they were made.")[1:]...)
	}
	f.Commands = func() []page.Args { return []page.Args{"stats --days 7d", "stats --from 2026-06-01 --to yesterday"} }
	return f
}

// dayWord is a word for days as the store takes it: last-month.
func dayWord(s string) string { return strings.ReplaceAll(strings.ToLower(s), " ", "-") }

// enteredDays is the word in the first field where there is one for several days, else
// the days of both.
func (p *Tracking) enteredDays(f *page.FormPage) (word string, days model.Filter, err error) {
	from, to := f.Form.Value("from"), f.Form.Value("to")
	now := p.today()
	day, wrong := model.ParseDay("from", from, now)
	if wrong != nil {
		if _, _, err := model.ParseDays("from", from, now); err != nil {
			return "", days, err
		}
		if to != "" {
			return "", days, model.Invalidf("to", "to must be empty beside %s", model.Line(from))
		}
		return dayWord(from), days, nil
	}
	if word = dayWord(from); to == "" && slices.Contains(model.DayWords, word) { // it is both ends
		return word, days, nil
	}
	if days.From = day; to != "" {
		if days.To, err = model.ParseDay("to", to, now); err != nil {
			return "", days, err
		}
	}
	_, _, err = days.Range(p.Zone)
	return "", days, err
}
