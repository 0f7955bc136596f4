package page

import (
	"context"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/ui"
)

const (
	stepWidth = len("address")
	narrow    = 60 // cells below which a step's name has a line of its own
)

// walkLimit bounds a test: several requests, each of which may take seconds.
const walkLimit = time.Minute

// Walk is a test that is walked in steps: of a checkout, or of a link.
type Walk struct {
	Head    string // what is walked, as the page's heading
	Command Args   // the shell command that does the same
	// Try walks, and says each step.
	Try func(ctx context.Context, say func(model.TryStep)) error
	// Whole says what it means that every step went well, and Open that the last one is left
	// open.
	Whole, Open string
}

// walkPage walks, and shows each step as it is done.
type walkPage struct {
	Base
	walk    Walk
	pager   ui.Pager
	steps   []model.TryStep
	running bool
	err     error // why it ended before its last step
	lines   []string
	w       int
	actions []ui.Action
}

// NewWalk is the page of the test.
func NewWalk(s *Session, walk Walk) Page {
	p := &walkPage{Base: NewBase(s), walk: walk, pager: ui.NewPager(s.Theme)}
	p.actions = append([]ui.Action{
		ui.On("t", "test again", "walk the way once more", p.Start).If(func() bool { return !p.running }),
		p.Back(),
	}, p.pager.Actions()...)
	return p
}

// Start walks. What is read again when something moves is not: the test of a checkout
// leaves a click and a test order each time.
func (p *walkPage) Start() tea.Cmd {
	p.steps, p.err, p.lines, p.running = nil, nil, nil, true
	return Stream(p.Session, p.ID(), walkLimit, p.walk.Try, func(step model.TryStep) {
		p.steps, p.lines = append(p.steps, step), nil
	}, func(err error) tea.Cmd {
		p.running, p.err, p.lines = false, err, nil
		return nil
	})
}

// Crumbs is what it does.
func (p *walkPage) Crumbs() []string { return []string{"Test"} }

// ShellCommands do the same.
func (p *walkPage) ShellCommands() []Args { return []Args{p.walk.Command} }

// Actions test again, and scroll.
func (p *walkPage) Actions() []ui.Action { return p.actions }

// Update takes the mouse.
func (p *walkPage) Update(msg tea.Msg) tea.Cmd {
	if m, ok := msg.(tea.MouseMsg); ok {
		p.pager.Mouse(m)
	}
	return nil
}

// View is the steps so far.
func (p *walkPage) View(w, h int) []string {
	if p.lines == nil || p.w != w {
		p.lines, p.w = p.write(w), w
	}
	return p.pager.View(p.lines, w, h)
}

func (p *walkPage) write(w int) []string {
	d := &ui.Writer{Theme: p.Theme, W: w}
	d.Head(p.walk.Head)
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
		d.Item(d.Bad, d.Glyph.Alert, d.Bad, Sentence(p.err)+".")
	case p.err == nil:
		d.Gap()
		p.sum(d)
	}
	return d.Lines
}

// sum says what the steps come to.
func (p *walkPage) sum(d *ui.Writer) {
	if n := len(p.steps); n > 0 && p.steps[n-1].State == model.TryOpen {
		d.Text(d.Warn, p.walk.Open)
		return
	}
	d.Text(d.Good, p.walk.Whole)
}
