package orders

import (
	"cmp"
	"context"
	"strings"
	"sync/atomic"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/ui"
)

// Orders is the live feed: the newest order on top. Paused, it stands still and counts
// what comes.
type Orders struct {
	page.PagedList[model.OrderSummary]
	link         string // only those credited to the link with this code
	unattributed bool   // only those with a ticket that no link is credited with
	preview      page.Preview[explained]
	named        atomic.Pointer[named]
}

// New is the feed of all orders, or of those credited to the link with that code.
func New(s *page.Session, link string) *Orders {
	p := &Orders{link: link}
	p.InitPaged(s, "order", "orders", orderKey)
	p.Table.Columns = p.columns()
	p.RememberSort("orders")
	p.About, p.None = p.covers, p.noOrders
	p.Fetch = func(ctx context.Context, s page.Store, a model.Actor, q page.Query) (model.Listing[model.OrderSummary], error) {
		return s.Orders(ctx, a, p.filter(q))
	}
	p.Place = func(o *model.OrderSummary, q page.Query) string { return model.PlaceOf(o, sortOf(q.By), q.Up).Cursor() }
	p.ShareAs = func() any { return p.filter(p.Query()) }
	p.Refused = func(search string) string {
		_, err := model.ParseOrderSearch(search, p.Now().UTC())
		if err == nil {
			return ""
		}
		return page.Sentence(err)
	}
	p.Searched = [][2]string{
		{"Search", "each word must be found, in any order, in the order's id, or in the event, the ticket type, the link (name, code, other codes) or the reason of one of its tickets"},
		{"", "in order ids, a word of one or two letters must be the whole id; an admin finds a customer too, by their whole id or e-mail address"},
		{"is:new", "the customer's first purchase; is:returning: of a customer who bought before; is:test: a test order"},
		{"is:refunded", "a ticket of the order is refunded; is:unattributed: a ticket of it has no link"},
		{"on:yesterday", "placed on that day, or from:2026-06-01 and to:2026-06-30: both days count, in the client's time zone"},
	}
	p.Own = p.ownActions()
	p.initPreview()
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
		{Title: "Order", Text: func(o *order) string { return o.ID }, Cells: [2]int{8, 14}, Unsorted: true},
		{Title: "Customer", Text: buyer, Style: faint, Drop: 5, Cells: [2]int{10, 10}, Unsorted: true},
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
		{Title: "Credited to", Short: []string{"Link"}, Text: credited, Cells: [2]int{12, 20}, Drop: 2},
		{Title: "Why", Text: page.Reasons, Style: faint, Cells: [2]int{15, 40}, Drop: 4, Unsorted: true},
	}
}

// sortOf is what the store sorts by for a column.
func sortOf(column int) model.OrderSort {
	switch column {
	case 3:
		return model.SortTickets
	case 4:
		return model.SortFace
	case 5:
		return model.SortLink
	}
	return model.SortPlaced
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

func (p *Orders) filter(q page.Query) model.OrderFilter {
	return model.OrderFilter{Link: p.link, Unattributed: p.unattributed, Search: q.Search, Sort: sortOf(q.By), Up: q.Up, Before: q.Before, Limit: q.Limit}
}

func (p *Orders) covers() string {
	dot := " " + p.Theme.Glyph.Dot + " "
	switch {
	case p.Paused():
		return "Paused" + dot + model.FormatCount(p.Held()) + " new" + dot + p.Keys.Name("p") + " goes on"
	case p.link != "" && p.unattributed:
		return "Orders partly credited to " + p.link
	case p.link != "":
		return "Orders credited to " + p.link
	case p.unattributed:
		return "Orders with tickets that no link is credited with"
	}
	if p.Table.By > 0 || p.Table.Up {
		return "All orders"
	}
	return "All orders, as they come"
}

func (p *Orders) noOrders(w int) []string {
	t := p.Theme
	switch {
	case p.unattributed:
		return t.Message(w, "Every ticket is credited to a link.", "Press "+p.Keys.Name("u")+" to see all orders.")
	case p.link != "":
		return t.Message(w, "No order is credited to this link yet.", "The first one appears here by itself. Press esc to go back.")
	}
	return t.Message(w, "No orders yet.", "Orders appear here by themselves as the checkout reports them.",
		"Share a tracking link: press 1, then "+p.Keys.Name("c")+" to copy it.")
}

// Crumbs is the way here.
func (p *Orders) Crumbs() []string {
	if p.link != "" {
		return []string{"Orders"}
	}
	return []string{"Live Stats", "Orders"}
}

// ShellCommands list the orders and explain the one at the cursor.
func (p *Orders) ShellCommands() []page.Args {
	q, list := p.Query(), p.list()
	id := "ID"
	if o := p.Table.Current(); o != nil {
		id = o.ID
	}
	return []page.Args{list + sorted(q), list + " --follow", page.Args("order explain").With(id), "export orders"}
}

// list is the command for these orders, whatever their order.
func (p *Orders) list() page.Args {
	list := page.Args("order list")
	if p.link != "" {
		list = list.With("--link", p.link)
	}
	if p.unattributed {
		list += " --unattributed"
	}
	if q := p.Query(); q.Search != "" {
		list = list.With("--search", q.Search)
	}
	return list
}

// sorted are the flags for the order that a query has, where it is another than the usual.
func sorted(q page.Query) (flags page.Args) {
	if by := sortOf(q.By); by != model.SortPlaced {
		flags = page.Args(" --sort").With(string(by))
	}
	if q.Up {
		flags += " --reverse"
	}
	return flags
}

func (p *Orders) ownActions() []ui.Action {
	pausable := func() bool { return len(p.Rows) > 0 && !p.Paused() }
	resumable := func() bool { return len(p.Rows) > 0 && p.Paused() }
	return []ui.Action{
		p.OnEnter("explain", "explain who got the sale, and why", func(o model.OrderSummary) tea.Cmd {
			return p.Open(newOrder(p.Session, o.ID, o.Checkout))
		}),
		ui.On("p", "pause", "pause the feed (space does too)", ui.Quietly(p.Pause), "p", " ").If(pausable),
		ui.On("p", "go on", "let the feed go on (space does too)", p.Resume, "p", " ").If(resumable),
		ui.On("u", "unattributed", "only orders with tickets that no link is credited with", p.toggleUnattributed).
			If(func() bool { return !p.unattributed }),
		ui.On("u", "unattributed", "all orders", p.toggleUnattributed).If(func() bool { return p.unattributed }),
		p.ExportAction(p.export).If(p.HasRow),
	}
}

func (p *Orders) toggleUnattributed() tea.Cmd {
	p.unattributed = !p.unattributed
	return p.Again()
}
