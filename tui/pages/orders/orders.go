package orders

import (
	"cmp"
	"context"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/ui"
)

// feedStep is how many of the newest orders the feed asks for at first, and how many
// more each time that the cursor comes near the last of them.
const feedStep = 200

// Orders is the live feed: the newest order on top. Paused, it stands still and counts
// what comes.
type Orders struct {
	page.ListPage[model.OrderSummary]
	link         string // only those credited to the link with this code
	unattributed bool   // only those with a ticket that no link is credited with
	limit        int    // how many of the newest are asked for
	paused       bool
	waiting      []model.OrderSummary // what came while paused
	actions      []ui.Action
}

// New is the feed of all orders, or of those credited to the link with that code.
func New(s *page.Session, link string) *Orders {
	p := &Orders{link: link, limit: feedStep}
	p.InitList(s, "order", "orders", orderKey, p.read)
	p.Table.Feed = true
	p.Table.Columns = p.columns()
	p.About, p.None, p.Arrived = p.covers, p.noOrders, p.arrive
	p.ShareAs = func() any { return p.filter() }
	p.actions = p.allActions()
	return p
}

func orderKey(o *model.OrderSummary) string { return o.Checkout + "\n" + o.ID }

func (p *Orders) columns() []ui.Column[model.OrderSummary] {
	type order = model.OrderSummary
	t := p.Theme
	faint := func(*order) ui.Style { return t.Faint }
	return []ui.Column[order]{
		{
			Title: "Placed", Cells: [2]int{12, 12}, Text: func(o *order) string { return p.Moment(o.PlacedAt, p.Zone) }, Style: faint, Descending: true,
			Compare: func(a, b *order) int { return a.PlacedAt.Compare(b.PlacedAt) },
		},
		{Title: "Order", Text: func(o *order) string { return o.ID }, Cells: [2]int{8, 14}},
		{Title: "Customer", Text: buyer, Style: faint, Drop: 5, Cells: [2]int{10, 10}},
		{
			Title: "Tickets", Short: []string{"Tick."}, Number: true, Drop: 3, Cells: [2]int{7, 9}, Text: func(o *order) string { return model.FormatCount(o.Tickets) },
			Draw: func(c ui.CellOf[order]) string {
				return c.Style.Render(t.Right(ui.Count(c.Row.Tickets, c.Width), c.Width))
			},
			Compare: func(a, b *order) int { return cmp.Compare(a.Tickets, b.Tickets) },
		},
		{
			Title: "Face Value", Number: true, Cells: [2]int{13, 14}, Text: func(o *order) string { return t.Money(o.FaceValue) },
			Draw: func(c ui.CellOf[order]) string {
				return c.Style.Render(t.Right(t.MoneyIn(c.Row.FaceValue, c.Width), c.Width))
			},
			Compare: func(a, b *order) int { return page.CompareMoney(a.FaceValue, b.FaceValue) },
		},
		{Title: "Credited to", Short: []string{"Link"}, Text: credited, Cells: [2]int{10, 24}, Drop: 2},
		{Title: "Why", Text: page.Reasons, Style: faint, Cells: [2]int{12, 40}, Drop: 4},
	}
}

// buyer says whether the order is its customer's first.
func buyer(o *model.OrderSummary) string {
	switch {
	case o.Test:
		return "test order"
	case o.CustomerNew == nil:
		return "unknown"
	case *o.CustomerNew:
		return "new"
	}
	return "returning"
}

func credited(o *model.OrderSummary) string {
	if len(o.Links) == 0 {
		return "no link"
	}
	return strings.Join(o.Links, ", ")
}

func (p *Orders) filter() model.OrderFilter {
	return model.OrderFilter{Link: p.link, Unattributed: p.unattributed, Limit: p.limit, Uncounted: true}
}

// read makes the call of now.
func (p *Orders) read() page.Call[page.List[model.OrderSummary]] {
	f := p.filter()
	return page.InClientZone(func(ctx context.Context, s page.Store, a model.Actor) ([]model.OrderSummary, error) {
		l, err := s.Orders(ctx, a, f)
		return l.Items, err
	})
}

func (p *Orders) covers() string {
	dot := " " + p.Theme.Glyph.Dot + " "
	switch {
	case p.paused:
		return "Paused" + dot + model.FormatCount(p.held()) + " new" + dot + "p goes on"
	case p.link != "" && p.unattributed:
		return "Orders partly credited to " + p.link
	case p.link != "":
		return "Orders credited to " + p.link
	case p.unattributed:
		return "Orders with tickets that no link is credited with"
	}
	return "All orders, as they come"
}

func (p *Orders) noOrders(w int) []string {
	t := p.Theme
	switch {
	case p.unattributed:
		return t.Message(w, "Every ticket is credited to a link.", "Press u to see all orders.")
	case p.link != "":
		return t.Message(w, "No order is credited to this link yet.", "The first one appears here by itself. Press esc to go back.")
	}
	return t.Message(w, "No orders yet.", "Orders appear here by themselves as the checkout reports them.",
		"Share a tracking link: press 1, then c to copy it.")
}

// Crumbs is the way here.
func (p *Orders) Crumbs() []string {
	if p.link != "" {
		return []string{"Orders"}
	}
	return []string{"Live Stats", "Orders"}
}

// ShellCommands list the orders and explain the one at the cursor.
func (p *Orders) ShellCommands() []string {
	list := "order list"
	if p.link != "" {
		list += " --link " + p.link
	}
	if p.unattributed {
		list += " --unattributed"
	}
	id := "ID"
	if o := p.Table.Current(); o != nil {
		id = o.ID
	}
	return []string{list, "order explain " + id, "export orders"}
}

// Actions are the feed's own and those of its table.
func (p *Orders) Actions() []ui.Action {
	if p.Table.Filtering() {
		return ui.FilterHints
	}
	return p.actions
}

func (p *Orders) allActions() []ui.Action {
	pausable := func() bool { return len(p.Rows) > 0 && !p.paused }
	resumable := func() bool { return len(p.Rows) > 0 && p.paused }
	all := []ui.Action{
		p.OnEnter("explain", "explain who got the sale, and why", func(o model.OrderSummary) tea.Cmd {
			return p.Open(newOrder(p.Session, o.ID, o.Checkout))
		}),
		ui.On("p", "pause", "pause the feed (space does too)", ui.Quietly(p.pause), "p", " ").If(pausable),
		ui.On("p", "go on", "let the feed go on (space does too)", ui.Quietly(p.resume), "p", " ").If(resumable),
		ui.On("u", "unattributed", "only orders with tickets that no link is credited with", p.toggleUnattributed).
			If(func() bool { return !p.unattributed }),
		ui.On("u", "unattributed", "all orders", p.toggleUnattributed).If(func() bool { return p.unattributed }),
	}
	all = append(all, p.ExportAction(p.export).If(p.HasRow))
	all = append(all, p.Table.ViewActions()...)
	for _, move := range p.Table.MoveActions() {
		do := move.Do
		move.Do = func() tea.Cmd { return tea.Batch(do(), p.readMore()) }
		all = append(all, move)
	}
	return all
}

func (p *Orders) toggleUnattributed() tea.Cmd {
	p.unattributed, p.limit = !p.unattributed, feedStep
	p.paused, p.waiting = false, nil
	return p.Loader.Restart()
}
