package page

import (
	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/ui"
)

// Picker is a page that asks for one choice.
type Picker struct {
	Base
	title   string
	table   ui.Table[ui.Choice]
	picked  func(ui.Choice) tea.Cmd
	actions []ui.Action
	rowsTop int
}

// NewPicker asks for one of the choices, the one with value selected; picked gets it
// after the picker is closed.
func NewPicker(s *Session, title string, choices []ui.Choice, value string, picked func(ui.Choice) tea.Cmd) *Picker {
	t := s.Theme
	p := &Picker{Base: NewBase(s), title: title, picked: picked}
	p.table = ui.NewTable(t, func(c *ui.Choice) string { return "=" + c.Value })
	p.table.Columns = []ui.Column[ui.Choice]{
		{Min: 20, Text: func(c *ui.Choice) string { return c.Title }},
		{Min: 1, Text: func(c *ui.Choice) string { return c.Note }, Style: func(*ui.Choice) ui.Style { return t.Faint }},
	}
	p.table.Show(ui.NewData(p.table.Columns, choices))
	p.table.Select("=" + value)
	return p
}

// Crumbs is the title.
func (p *Picker) Crumbs() []string { return []string{p.title} }

// Typing is true while the filter is typed.
func (p *Picker) Typing() bool { return p.table.Filtering() }

// Actions choose, filter and move.
func (p *Picker) Actions() []ui.Action {
	if p.table.Filtering() {
		return []ui.Action{ui.Hint("enter", "choose"), ui.Hint("esc", "clear the filter")}
	}
	if p.actions == nil {
		p.actions = append([]ui.Action{ui.On("enter", "choose", "choose", p.choose)}, p.table.FilterActions()...)
		p.actions = append(p.actions, p.table.MoveActions()...)
	}
	return p.actions
}

func (p *Picker) choose() tea.Cmd {
	c := p.table.Current()
	if c == nil {
		return nil
	}
	return p.CloseThen(func() tea.Cmd { return p.picked(*c) })
}

// Update takes keys while the filter is typed, where enter chooses, and the mouse.
func (p *Picker) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case tea.KeyMsg:
		if p.table.Type(m); m.String() == "enter" {
			return p.choose()
		}
	case tea.MouseMsg:
		return TableMouse(&p.table, m, m.Y-p.rowsTop, func() []ui.Action { return []ui.Action{ui.On("enter", "", "", p.choose)} })
	}
	return nil
}

// View is the choices, and the filter above them.
func (p *Picker) View(w, h int) []string {
	p.table.Layout(w)
	var lines []string
	if p.table.Filtering() || p.table.Filtered() {
		lines = append(lines, " "+p.table.FilterView(w-8))
	}
	p.rowsTop = len(lines)
	if p.table.Shown() == 0 {
		return append(lines, p.Theme.Message(w, "Nothing matches.", "Press esc to clear the filter.")...)
	}
	for _, l := range p.table.Lines(h - len(lines)) {
		lines = append(lines, " "+l)
	}
	return lines
}

// EventChoices are the events below the choice of all of them.
func EventChoices(all string, events []model.Event) []ui.Choice {
	cs := []ui.Choice{{Title: all}}
	for _, ev := range events {
		note := ev.Slug
		if ev.StartsAt != nil {
			note += "  " + ev.StartsAt.In(model.Location(ev.Timezone)).Format("2 Jan 2006 15:04")
		}
		cs = append(cs, ui.Choice{Value: ev.Slug, Title: model.Line(ev.Name), Note: model.Line(note)})
	}
	return cs
}
