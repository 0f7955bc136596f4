package links

import (
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/tui/page"
	"lastclick/tui/ui"
)

// The parts of Link Tracking that a person can hide, beside the link and its face value.
// Their names are kept in the person's settings, so that they never change.
const (
	partCards   = "cards"
	partPreview = "preview"
)

// part is something that can be hidden: a column, or what stands around the table.
type part struct {
	name, title, note string
	column            int // below zero: none
}

var parts = []part{
	{"code", "Code", "left out first where there is no room", colCode},
	{"event", "Event", "left out fourth", colEvent},
	{"clicks", "Clicks", "left out third", colClicks},
	{"customers", "Customers", "", colCustomers},
	{"new", "New Customers", "", colNew},
	{"orders", "Orders", "", colOrders},
	{"tickets", "Tickets", "", colTickets},
	{"scanned", "Scanned", "", colScanned},
	{"unscanned", "Unscanned", "", colUnscanned},
	{"trend", "Sparklines", "tickets a day, left out second", colTrend},
	{partCards, "Cards", "the period in numbers, in a window of 100 cells and more", -1},
	{partPreview, "Preview", "the link under the cursor, in a window of 140 cells and more", -1},
}

// hides says whether the person hides the part.
func (p *Tracking) hides(name string) bool { return slices.Contains(p.Hidden, name) }

// applyParts hides the columns that are not wanted.
func (p *Tracking) applyParts() {
	for _, part := range parts {
		if part.column >= 0 {
			p.table.Columns[part.column].Hidden = p.hides(part.name) || part.column == colTrend && (p.version == nil || p.trends == nil)
		}
	}
}

// Parts chooses what Link Tracking shows.
type Parts struct {
	page.Base
	table   ui.Table[part]
	actions []ui.Action
	top     int
}

// newParts is the page of what can be hidden.
func newParts(s *page.Session) *Parts {
	p := &Parts{Base: page.NewBase(s)}
	t := s.Theme
	p.table = ui.NewTable(t, func(c *part) string { return c.name })
	p.table.Columns = []ui.Column[part]{
		{Cells: [2]int{3, 3}, Draw: func(c ui.CellOf[part]) string { return c.Style.Render(p.mark(c.Row.name)) }},
		{Cells: [2]int{14, 14}, Text: func(c *part) string { return c.title }},
		{Cells: [2]int{10, 60}, Text: func(c *part) string { return c.note }, Style: func(*part) ui.Style { return t.Faint }},
	}
	p.show()
	toggle := func() tea.Cmd { return p.toggle(p.table.Current()) }
	p.actions = append([]ui.Action{
		ui.On("space", "show or hide", "show or hide what the cursor is on", toggle, " ", "enter"),
		ui.On("r", "show all", "show everything again", func() tea.Cmd { return p.change(nil, "Everything is shown") }).If(func() bool { return len(p.Hidden) > 0 }),
		p.Back(),
	}, p.table.MoveActions()...)
	return p
}

func (p *Parts) show() { p.table.Show(ui.NewData(p.table.Columns, parts)) }

func (p *Parts) mark(name string) string {
	if slices.Contains(p.Hidden, name) {
		return "[ ]"
	}
	return "[x]"
}

func (p *Parts) toggle(part *part) tea.Cmd {
	if i := slices.Index(p.Hidden, part.name); i >= 0 {
		return p.change(slices.Delete(slices.Clone(p.Hidden), i, i+1), "Shown: "+part.title)
	}
	return p.change(append(slices.Clone(p.Hidden), part.name), "Hidden: "+part.title)
}

// change hides those parts and no other, and says what it came to; for a while the parts
// before can be had back.
func (p *Parts) change(hidden []string, said string) tea.Cmd {
	before := p.Hidden
	return tea.Batch(p.keep(hidden), p.SayDone(page.Done{Text: said, Undo: page.Undo{Here: func() tea.Cmd {
		return tea.Batch(p.keep(before), p.SayDone(page.Done{Text: "The columns are as they were"}))
	}}}))
}

// keep hides those parts and no other, and has it kept beyond the session where that can
// be.
func (p *Parts) keep(hidden []string) tea.Cmd {
	p.Hidden = hidden
	p.show()
	if p.KeepHidden == nil {
		return nil
	}
	return p.KeepHidden(hidden)
}

// Crumbs is the title.
func (p *Parts) Crumbs() []string { return []string{"Columns"} }

// Actions show and hide.
func (p *Parts) Actions() []ui.Action { return p.actions }

// Update takes the mouse.
func (p *Parts) Update(msg tea.Msg) tea.Cmd {
	if m, ok := msg.(tea.MouseMsg); ok {
		return page.TableMouse(&p.table, m, m.Y-p.top, p.Actions)
	}
	return nil
}

// View is the list.
func (p *Parts) View(w, h int) []string {
	p.table.Layout(w)
	lines := []string{" " + p.Theme.Cut("What Link Tracking shows where the window has room for it", w-2), ""}
	if h < page.Roomy {
		lines = lines[:1]
	}
	p.top = len(lines)
	return append(lines, p.table.Lines(h-len(lines))...)
}
