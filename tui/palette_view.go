package tui

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"lastclick/tui/page"
	"lastclick/tui/ui"
)

// Crumbs are none: the palette stands on the page that it was opened from.
func (p *palette) Crumbs() []string { return nil }

// Typing is true: letters find.
func (p *palette) Typing() bool { return true }

// Actions are for the footer and the help: the palette takes the keys.
func (p *palette) Actions() []ui.Action { return p.actions }

// Reload reads the page beneath, which is seen too.
func (p *palette) Reload() tea.Cmd { return p.under.Reload() }

// Notice is that of the page beneath.
func (p *palette) Notice() string { return p.under.Notice() }

// Update takes the keys and the mouse.
func (p *palette) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case tea.MouseMsg:
		if c := p.chooser.Current(); p.chooser.Mouse(m, m.Y-p.rowsTop) && c != nil {
			return p.CloseThen(c.Do)
		}
	case tea.KeyMsg:
		switch m.String() {
		case "esc":
			return p.Close()
		case "enter":
			if c := p.chooser.Current(); c != nil {
				return p.CloseThen(c.Do)
			}
		case "tab":
			if c := p.chooser.Current(); c != nil && c.Value != besides {
				p.chooser.Type(c.Title)
			}
		default:
			p.chooser.Update(m)
		}
	}
	return nil
}

const (
	paletteWidth = 78
	paletteRows  = 12
)

// View is the box with the field and what it finds, on the page beneath, which is faint.
func (p *palette) View(w, h int) []string {
	t := p.Theme
	lines := p.under.View(w, h)
	seen := make([]string, h)
	for i := range seen {
		if i < len(lines) {
			seen[i] = t.Faint.Render(ansi.Strip(lines[i]))
		}
	}
	box := p.box(min(w-2, paletteWidth), h)
	left := ui.Spaces((w - ui.Width(box[0])) / 2)
	for i := range min(len(box), h) {
		seen[i] = left + box[i]
	}
	return seen
}

// box is the palette in w cells and at most h lines. It has as many lines however many match,
// so that nothing moves while one types.
func (p *palette) box(w, h int) []string {
	t := p.Theme
	corner := [4]string{"╭", "╮", "╰", "╯"}
	if t.ASCII {
		corner = [4]string{"+", "+", "+", "+"}
	}
	inner := w - 4
	side := t.Accent.Render(t.Glyph.Vertical)
	line := func(s string) string { return side + " " + s + ui.Spaces(inner-ui.Width(s)) + " " + side }
	edge := func(l, text, r string) string {
		rest := w - 3 - ui.Width(text)
		return t.Accent.Render(l+t.Glyph.Rule) + t.Faint.Render(text) + t.Accent.Render(strings.Repeat(t.Glyph.Rule, max(rest, 0))+r)
	}
	box := []string{edge(corner[0], " go to, do or find ", corner[1]), line(t.Accent.Render(": ") + p.chooser.Field(inner-2, "a page, an action, a link, an event, an order"))}
	p.rowsTop = len(box)
	n := max(min(paletteRows, h-len(box)-1), 1)
	most := n
	if p.failed != nil && n > 1 {
		most-- // for what is missing
	}
	rows := p.chooser.Lines(inner, most)
	switch {
	case len(rows) == 0:
		rows = []string{"  Nothing matches."}
	case p.failed != nil && len(rows) < n:
		rows = append(rows, "  "+t.Warn.Render(t.Cut("Links, events and orders cannot be read: "+page.Reason(p.failed), inner-2)))
	}
	for len(rows) < n {
		rows = append(rows, "")
	}
	for _, r := range rows {
		box = append(box, line(t.Fit(r, inner)))
	}
	count := p.chooser.Count()
	if count != "" {
		count = " " + count + " "
	}
	rest := max(w-4-ui.Width(count), 0)
	return append(box, t.Accent.Render(corner[2]+strings.Repeat(t.Glyph.Rule, rest+1))+t.Faint.Render(count)+t.Accent.Render(t.Glyph.Rule+corner[3]))
}
