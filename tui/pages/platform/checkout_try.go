package platform

import (
	"context"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/ui"
)

const (
	stepWidth = len("address")
	narrow    = 60 // cells below which a step's name has a line of its own
)

// tryLimit bounds a test: several requests, each of which may take seconds.
const tryLimit = time.Minute

// tryPage walks the way of a sale through a checkout, and shows each step as it is done.
type tryPage struct {
	page.Base
	pager   ui.Pager
	name    string
	steps   []model.TryStep
	running bool
	err     error // why it ended before its last step
	lines   []string
	w       int
	actions []ui.Action
}

func newTry(s *page.Session, name string) *tryPage {
	p := &tryPage{Base: page.NewBase(s), pager: ui.NewPager(s.Theme), name: name}
	p.actions = append([]ui.Action{
		ui.On("t", "test again", "walk the way once more", p.Start).If(func() bool { return !p.running }),
		p.Back(),
	}, p.pager.Actions()...)
	return p
}

// Start walks. What is read again when something moves is not: each walk leaves a click and
// a test order.
func (p *tryPage) Start() tea.Cmd {
	p.steps, p.err, p.lines, p.running = nil, nil, nil, true
	try, actor, name := p.Connector.Try, p.Actor, p.name
	return page.Stream(p.Session, p.ID(), tryLimit, func(ctx context.Context, say func(model.TryStep)) error {
		return try(ctx, actor, name, say)
	}, func(step model.TryStep) {
		p.steps, p.lines = append(p.steps, step), nil
	}, func(err error) tea.Cmd {
		p.running, p.err, p.lines = false, err, nil
		return nil
	})
}

// Crumbs is what it does.
func (p *tryPage) Crumbs() []string { return []string{"Test"} }

// ShellCommands do the same.
func (p *tryPage) ShellCommands() []string { return []string{"checkout test " + p.name} }

// Actions test again, and scroll.
func (p *tryPage) Actions() []ui.Action { return p.actions }

// Update takes the mouse.
func (p *tryPage) Update(msg tea.Msg) tea.Cmd {
	if m, ok := msg.(tea.MouseMsg); ok {
		p.pager.Mouse(m)
	}
	return nil
}

// View is the steps so far.
func (p *tryPage) View(w, h int) []string {
	if p.lines == nil || p.w != w {
		p.lines, p.w = p.write(w), w
	}
	return p.pager.View(p.lines, w, h)
}

func (p *tryPage) write(w int) []string {
	d := &ui.Writer{Theme: p.Theme, W: w}
	d.Head("The way of a sale through " + d.Cut(p.name, d.W/2))
	d.Gap()
	failed := false
	for _, step := range p.steps {
		style, mark := d.Good, d.Glyph.Check
		switch step.State {
		case model.TryFailed:
			style, mark, failed = d.Bad, d.Glyph.Alert, true
		case model.TryOpen:
			style, mark = d.Warn, d.Glyph.None
		}
		name := mark + " " + d.Cell(ui.Sentence(step.Step), stepWidth)
		if d.W < narrow {
			d.Line(style.Render(name))
			name = " "
		}
		d.Item(style, name, ui.Style{}, step.Detail)
	}
	switch {
	case p.running:
		d.Line(d.Faint.Render(d.Glyph.Ellipsis + " The next step is being tried."))
	case p.err != nil && !failed: // a step that failed says why itself
		d.Item(d.Bad, d.Glyph.Alert, d.Bad, page.Sentence(p.err)+".")
	case p.err == nil:
		d.Gap()
		p.sum(d)
	}
	return d.Lines
}

// sum says what the steps come to.
func (p *tryPage) sum(d *ui.Writer) {
	if n := len(p.steps); n > 0 && p.steps[n-1].State == model.TryOpen {
		d.Text(d.Warn, "So far it is whole. The rest only the shop can try.")
		return
	}
	d.Text(d.Good, "The way is whole: a sale through it would be credited.")
}
