package page

import (
	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/ui"
)

// Picker is a page that asks for one choice, which is found by typing.
type Picker struct {
	Base
	title   string
	chooser ui.Chooser
	picked  func(ui.Choice) tea.Cmd
	actions [2][]ui.Action // while nothing is typed, and while something is
	rowsTop int
}

// NewPicker asks for one of the choices, the one with value selected; picked gets it
// after the picker is closed.
func NewPicker(s *Session, title string, choices []ui.Choice, value string, picked func(ui.Choice) tea.Cmd) *Picker {
	p := &Picker{Base: NewBase(s), title: title, picked: picked, chooser: ui.NewChooser(s.Theme)}
	p.chooser.Offer(choices, ui.NewChoiceFinder(choices))
	p.chooser.Select(value)
	for i, leave := range []string{"back", "clear"} {
		p.actions[i] = []ui.Action{
			ui.Hint("type", "to find").Says("letters find a choice: those of each word, in their order"),
			ui.Hint("enter", "choose").Says("choose it"),
			ui.Hint("↑ ↓", "move").Says("the choice before and the next (ctrl+p and ctrl+n too)"),
			ui.Hint("esc", leave).Says("clear what was typed, then go back"),
		}
	}
	return p
}

// Crumbs is the title.
func (p *Picker) Crumbs() []string { return []string{p.title} }

// Typing is true: letters find.
func (p *Picker) Typing() bool { return true }

// Actions are for the footer and the help: the picker takes the keys.
func (p *Picker) Actions() []ui.Action {
	if p.chooser.Typed() == "" {
		return p.actions[0]
	}
	return p.actions[1]
}

// Update takes the keys and the mouse.
func (p *Picker) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case tea.MouseMsg:
		if p.chooser.Mouse(m, m.Y-p.rowsTop) {
			return p.choose()
		}
	case tea.KeyMsg:
		switch m.String() {
		case "enter":
			return p.choose()
		case "esc":
			if p.chooser.Typed() == "" {
				return p.Close()
			}
			p.chooser.Type("")
		default:
			p.chooser.Update(m)
		}
	}
	return nil
}

func (p *Picker) choose() tea.Cmd {
	c := p.chooser.Current()
	if c == nil {
		return nil
	}
	choice := *c
	return p.CloseThen(func() tea.Cmd { return p.picked(choice) })
}

// View is what is typed, and the choices beneath it.
func (p *Picker) View(w, h int) []string {
	t := p.Theme
	count := p.chooser.Count()
	lines := []string{ui.Spread(" "+t.Accent.Render("/ ")+p.chooser.Field(max(w-ui.Width(count)-8, 10), "type to find"), t.Faint.Render(count)+" ", w)}
	if h >= Roomy {
		lines = append(lines, "")
	}
	p.rowsTop = len(lines)
	rows := p.chooser.Lines(w, h-len(lines))
	if len(rows) == 0 {
		return append(lines, t.Message(w, "Nothing matches “"+p.chooser.Typed()+"”.", "Press esc to clear it.")...)
	}
	return append(lines, rows...)
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
