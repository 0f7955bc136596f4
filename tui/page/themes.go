package page

import (
	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/ui"
)

// themes is the page on which a person chooses how the console looks: what is at the
// cursor is shown at once, and enter keeps it.
type themes struct {
	Base
	table   ui.Table[ui.Choice]
	before  string
	actions []ui.Action
	rowsTop int
}

// aboutThemes are the notes beside their names.
var aboutThemes = map[string]string{
	"auto":     "the 16 colours of your terminal, as they are set there",
	"dark":     "for dark backgrounds, with more colours where the terminal has them",
	"light":    "for light backgrounds",
	"contrast": "strong colours, nothing faint, the row at the cursor reversed",
	"mono":     "no colours: bold, underline and reverse",
}

// NewThemes asks for the theme.
func NewThemes(s *Session) Page {
	p := &themes{Base: NewBase(s), before: s.Theme.Name}
	p.table = ui.NewTable(s.Theme, func(c *ui.Choice) string { return c.Value })
	p.table.Columns = []ui.Column[ui.Choice]{
		{Text: func(c *ui.Choice) string { return c.Title }},
		{Min: 1, Text: func(c *ui.Choice) string { return c.Note }, Style: func(*ui.Choice) ui.Style { return s.Theme.Faint }},
	}
	var choices []ui.Choice
	for _, name := range model.Themes {
		choices = append(choices, ui.Choice{Value: name, Title: name, Note: aboutThemes[name]})
	}
	p.table.Show(ui.NewData(p.table.Columns, choices))
	p.table.Select(p.before)
	p.actions = []ui.Action{
		ui.On("enter", "keep", "keep the theme", p.keep),
		ui.On("esc", "back", "back to the theme before", p.Close),
	}
	p.actions = append(p.actions, ui.Then(p.table.MoveActions(), ui.Quietly(p.preview))...)
	return p
}

// Crumbs is the title.
func (p *themes) Crumbs() []string { return []string{"Theme"} }

// Actions keep, go back and move.
func (p *themes) Actions() []ui.Action { return p.actions }

// ShellCommands do the same in a shell.
func (p *themes) ShellCommands() []Args { return []Args{Args("theme").With(p.Theme.Name)} }

// Update takes the mouse.
func (p *themes) Update(msg tea.Msg) tea.Cmd {
	if m, ok := msg.(tea.MouseMsg); ok {
		_, opened := p.table.Mouse(m, m.Y-p.rowsTop)
		p.preview()
		if opened {
			return p.keep()
		}
	}
	return nil
}

// Reload looks at the theme at the cursor again, when the page is on top again.
func (p *themes) Reload() tea.Cmd {
	p.preview()
	return nil
}

func (p *themes) keep() tea.Cmd {
	p.trial = trial{}
	return p.CloseThen(func() tea.Cmd { return p.keepTheme(p.before) })
}

func (p *themes) preview() {
	p.trial = trial{p.id, p.before}
	p.ApplyTheme(p.table.Current().Value)
}

// trial is a theme that is only looked at: by which page, and the theme before.
type trial struct {
	page   int64
	before string
}

// EndTrial takes a theme off that was looked at on another page than the one on top.
func (s *Session) EndTrial(top int64) {
	if t := s.trial; t.page != 0 && t.page != top {
		s.trial = trial{}
		s.ApplyTheme(t.before)
	}
}

// AboutTheme says what a theme looks like.
func AboutTheme(name string) string { return aboutThemes[name] }

// ChooseTheme puts a theme on and keeps it, for a while with a way back.
func ChooseTheme(s *Session, name string) tea.Cmd {
	before := s.Theme.Name
	s.ApplyTheme(name)
	return s.keepTheme(before)
}

// keepTheme keeps the theme of now; the one before can be had back.
func (s *Session) keepTheme(before string) tea.Cmd {
	name := s.Theme.Name
	done := Done{Text: "Theme " + name}
	if before != name {
		done.Undo = Undo{Label: "goes back to " + before, Here: func() tea.Cmd {
			s.ApplyTheme(before)
			return tea.Batch(s.Keep(model.SettingTheme, before), s.Toast(Success, "Theme "+before))
		}}
	}
	return tea.Batch(s.Keep(model.SettingTheme, name), s.nav.Changed(done))
}

// ApplyTheme draws with a theme, and says whether it is another.
func (s *Session) ApplyTheme(name string) bool {
	if name == s.Theme.Name {
		return false
	}
	s.Theme.Apply(name)
	s.Routes.Restyle()
	return true
}

// View is the themes, and beneath them what each style is for.
func (p *themes) View(w, h int) []string {
	t := p.Theme
	p.table.Layout(w)
	var lines []string
	if h >= Roomy {
		lines = append(lines, "")
	}
	p.rowsTop = len(lines)
	lines = append(lines, p.table.Lines(min(len(model.Themes), h-len(lines)))...)
	d := ui.Writer{Theme: t, W: w}
	d.Gap()
	d.Line(t.Bold.Render("A heading") + "   " + t.Accent.Render("what is open, and keys") + "   " + t.Faint.Render("what is secondary"))
	d.Line(t.Good.Render(t.Glyph.Check+" done") + "   " + t.Warn.Render(t.Glyph.Alert+" take care") + "   " + t.Bad.Render(t.Glyph.Alert+" failed"))
	d.Line(t.Faint.Render("a number that has just changed ") + " " + t.Changed.Render("1,204"))
	for i := range d.Lines {
		d.Lines[i] = t.Fit(d.Lines[i], w)
	}
	if t.NoColour {
		d.Gap()
		d.Text(t.Faint, "Your terminal asks for no colours (NO_COLOR), so all themes are mono.")
	}
	return append(lines, ui.Trim(d.Lines, h-len(lines))...)
}
