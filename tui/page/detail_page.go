package page

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/tui/ui"
)

// DetailPage tells of one thing from top to bottom, and is read again when something
// moves. A page made of it says what is read and what is written.
type DetailPage[T any] struct {
	Loading[T]
	Pager ui.Pager
	Value *T // nil before the first answer

	What   string                    // "order": for what cannot be shown
	ZoneOf func(v *T) *time.Location // of its times; nil: UTC
	Write  func(d *ui.Writer, v *T)
	Own    []ui.Action // before those that scroll

	actions []ui.Action
	lines   []string // as written for value and width
	of      *T
	wrote   int
}

// InitDetail makes the page ready.
func (p *DetailPage[T]) InitDetail(s *Session, what string, read func() Call[T]) {
	p.Loading = NewLoading(s, read, func(v T) tea.Cmd {
		if p.Value = &v; p.ZoneOf != nil {
			p.Zone = p.ZoneOf(&v)
		}
		return nil
	})
	p.Pager = ui.NewPager(s.Theme)
	p.What = what
}

// Actions are the page's own, back, and those that scroll.
func (p *DetailPage[T]) Actions() []ui.Action {
	if p.actions == nil {
		p.actions = append(append(append(p.actions, p.Own...), p.Back()), p.Pager.Actions()...)
	}
	return p.actions
}

// Update takes the mouse.
func (p *DetailPage[T]) Update(msg tea.Msg) tea.Cmd {
	if m, ok := msg.(tea.MouseMsg); ok {
		p.Pager.Mouse(m)
	}
	return nil
}

// View is the part that the window shows.
func (p *DetailPage[T]) View(w, h int) []string {
	if p.Value == nil {
		return p.Waiting(w, p.What, p.Loader.Err(), p.Keys.Name("R")+" tries again, esc goes back.")
	}
	if p.of != p.Value || p.wrote != w {
		d := ui.Writer{Theme: p.Theme, W: w}
		p.Write(&d, p.Value)
		p.lines, p.of, p.wrote = d.Lines, p.Value, w
	}
	return p.Pager.View(p.lines, w, h)
}
