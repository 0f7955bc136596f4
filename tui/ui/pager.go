package ui

import (
	"strings"

	"github.com/charmbracelet/bubbles/viewport"
	tea "github.com/charmbracelet/bubbletea"
)

// Pager is a window on lines. Where they are more than fit, its last line says which are
// seen, of how many: "12–36 of 60". The viewport keeps the place; its View is not used, because it fills every
// line with spaces to the width of the window, which are sent to the terminal with each
// frame.
type Pager struct {
	theme  *Theme
	view   viewport.Model
	lines  []string
	window []string // what was shown last, of lines
	of     place
}

// place is what part of the lines is shown.
type place struct{ top, h, w int }

// NewPager is a pager at the top of nothing.
func NewPager(t *Theme) Pager { return Pager{theme: t, view: viewport.New(0, 0)} }

// View is the part of lines that is seen in h lines of w cells.
func (p *Pager) View(lines []string, w, h int) []string {
	room := max(h, 1)
	marked := len(lines) > room && h >= 2
	if marked {
		room-- // for the mark
	}
	p.view.Width, p.view.Height = w, room
	if !same(lines, p.lines) {
		p.lines, p.window = lines, nil
		p.view.SetContent(strings.Join(lines, "\n"))
	}
	p.view.SetYOffset(p.view.YOffset) // within what there is now
	at := place{min(p.view.YOffset, len(lines)), h, w}
	end := min(at.top+max(min(h, room), 0), len(lines))
	if !marked {
		return lines[at.top:end]
	}
	if p.window == nil || p.of != at {
		p.window = append(append(make([]string, 0, h), lines[at.top:end]...), p.mark(at.top, end, w))
		p.of = at
	}
	return p.window
}

// mark says at the right edge what is seen, with an arrow to each side that has more.
func (p *Pager) mark(top, end, w int) string {
	t := p.theme
	up, down := " ", " "
	if top > 0 {
		up = t.Glyph.Up
	}
	if end < len(p.lines) {
		down = t.Glyph.Down
	}
	text := t.Position(int64(top)+1, int64(end), int64(len(p.lines)))
	if Width(text)+4 > w {
		return t.Faint.Render(t.Cut(text, w))
	}
	return Spaces(w-4-Width(text)) + t.Faint.Render(text+" "+up+down)
}

// same says whether two slices are one.
func same(a, b []string) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

// Mouse scrolls with the wheel, three lines a notch.
func (p *Pager) Mouse(m tea.MouseMsg) { p.by(3 * notch(m)) }

func (p *Pager) by(n int) {
	if n < 0 {
		p.view.ScrollUp(-n)
	} else {
		p.view.ScrollDown(n)
	}
}

// Actions scroll.
func (p *Pager) Actions() []Action {
	actions := []Action{
		On("↓ j", "", "down", Quietly(func() { p.by(1) }), "down", "j"),
		On("↑ k", "", "up", Quietly(func() { p.by(-1) }), "up", "k"),
		On("pgdn", "", "a page down", Quietly(func() { p.by(max(p.view.Height-1, 1)) }), "pgdown", "ctrl+d", " "),
		On("pgup", "", "a page up", Quietly(func() { p.by(-max(p.view.Height-1, 1)) }), "pgup", "ctrl+u"),
		On("g", "", "to the top", Quietly(func() { p.view.GotoTop() }), "g", "home"),
		On("G", "", "to the bottom", Quietly(func() { p.view.GotoBottom() }), "G", "end"),
	}
	for i := range actions {
		actions[i] = actions[i].Moves()
	}
	return actions
}
