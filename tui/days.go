package tui

import (
	"errors"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
)

// daysPage asks for the first and the last day of what is shown.
type daysPage struct {
	plainPage
	owner int64 // who asked
	loc   *time.Location
	from  input
	to    input
	last  bool // the caret is in to
	fault *model.Error
}

// daysMsg is the range chosen, for the page that asked; empty is no bound.
type daysMsg struct {
	claim
	from, to string
}

func newDays(e *env, owner int64, f model.Filter, loc *time.Location) *daysPage {
	return &daysPage{plainPage: newPlainPage(e), owner: owner, loc: loc, from: newInput(f.From), to: newInput(f.To)}
}

func (p *daysPage) crumbs() []string { return []string{"Choose the days"} }
func (p *daysPage) typing() bool     { return true }

// keys are for the footer; typed does them.
func (p *daysPage) keys() []binding {
	return []binding{{show: "tab", foot: "next field"}, {show: "enter", foot: "show"}, {show: "ctrl+u", foot: "clear"}, {show: "esc", foot: "back"}}
}

func (p *daysPage) update(msg tea.Msg) tea.Cmd {
	k, ok := msg.(tea.KeyMsg)
	if !ok {
		return nil
	}
	switch k.String() {
	case "esc":
		return pop
	case "tab", "shift+tab", "up", "down":
		p.last = !p.last
	case "enter":
		if !p.last && p.to.value() == "" && p.from.value() != "" {
			p.last = true
			return nil
		}
		return p.choose()
	default:
		in := &p.from
		if p.last {
			in = &p.to
		}
		in.key(k)
	}
	return nil
}

// choose hands the days over if the model takes them.
func (p *daysPage) choose() tea.Cmd {
	m := daysMsg{claim{owner: p.owner}, strings.TrimSpace(p.from.value()), strings.TrimSpace(p.to.value())}
	_, _, err := model.Filter{From: m.from, To: m.to}.Range(p.loc)
	if e, ok := errors.AsType[*model.Error](err); ok {
		p.fault, p.last = e, e.Field == "to"
		return nil
	}
	return popWith(m)
}

func (p *daysPage) view(w, h int) []string {
	e := p.env
	today := p.env.now().In(p.loc).Format(time.DateOnly)
	lines := []string{
		"",
		"  First day  " + p.field(&p.from, !p.last),
		"  Last day   " + p.field(&p.to, p.last),
		"",
	}
	if p.fault != nil {
		for _, l := range wrap(sentence(p.fault), w-6) {
			lines = append(lines, "  "+e.ink.bad.on(e.mark.bad+" "+l))
		}
		lines = append(lines, "")
	}
	for _, s := range []string{
		"Days such as " + today + " (today), both inclusive, in the timezone " + p.loc.String() + ". An empty field is no bound.",
		"Orders belong to the day they were placed, clicks to the day they were made.",
	} {
		for _, l := range wrap(clean(s), w-4) {
			lines = append(lines, "  "+e.ink.faint.on(l))
		}
	}
	return e.trim(lines, h)
}

func (p *daysPage) field(in *input, focused bool) string {
	return p.env.box(in.view(p.env, 12, focused), focused)
}

// box sets a field apart from the text around it.
func (e *env) box(s string, focused bool) string {
	ink := e.ink.faint
	if focused {
		ink = e.ink.accent
	}
	return ink.on("[ ") + s + ink.on(" ]")
}

func zone(name string) *time.Location { return model.Client{Timezone: name}.Location() }
