package page

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/tui/ui"
)

// DetailPage tells of one thing from top to bottom, and is read again when something
// moves. A page made of it says what is read and what is written.
type DetailPage[T any] struct {
	Base
	Pager  ui.Pager
	Loader Loader[T]
	Value  *T // nil before the first answer

	What  string // "order": for what cannot be shown
	Zone  func(v *T) *time.Location
	Write func(d *ui.Writer, v *T)
	Own   []ui.Action // before those that scroll

	actions []ui.Action
	lines   []string // as written for value and width
	of      *T
	wrote   int
}

// InitDetail makes the page ready.
func (p *DetailPage[T]) InitDetail(s *Session, what string, read func() Call[T]) {
	p.Base = NewBase(s)
	p.Pager = ui.NewPager(s.Theme)
	p.What = what
	p.Loader = NewLoader(p.Base, read, func(v T) tea.Cmd {
		p.Value = &v
		return nil
	})
}

// Start loads.
func (p *DetailPage[T]) Start() tea.Cmd { return p.Reload() }

// Reload loads again.
func (p *DetailPage[T]) Reload() tea.Cmd { return p.Loader.Load() }

// Slow says that the first data is long in coming.
func (p *DetailPage[T]) Slow() bool { return p.Loader.Slow() }

// Since is up to when the data is right, and the timezone of its times.
func (p *DetailPage[T]) Since() (time.Time, *time.Location) {
	if p.Value == nil {
		return time.Time{}, time.UTC
	}
	return p.Loader.Since(), p.Zone(p.Value)
}

// Absent says that there is no data at all, because it cannot be read.
func (p *DetailPage[T]) Absent() bool { return p.Loader.Absent() }

// Awaits says that the first data is on its way.
func (p *DetailPage[T]) Awaits() bool { return p.Loader.Awaits() }

// Notice says that the data is old.
func (p *DetailPage[T]) Notice() string {
	if p.Value == nil {
		return ""
	}
	return p.Loader.Notice(p.Zone(p.Value))
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
