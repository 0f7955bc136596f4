package tui

import (
	"cmp"
	"context"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
)

// feedLength is how many of the newest orders the feed holds.
const feedLength = 200

// ordersPage is the live feed: the newest order on top. Paused, it stands still and
// counts what comes.
type ordersPage struct {
	listPage[model.OrderSummary]
	link         string // only those credited to the link with this code
	unattributed bool   // only those with a ticket that no link is credited with
	paused       bool
	waiting      []model.OrderSummary // what came while paused
}

func newOrders(e *env, link string) *ordersPage {
	p := &ordersPage{link: link}
	p.listPage = newListPage(e, "order", "orders", orderKey)
	p.feed = true
	type order = model.OrderSummary
	faint := func(*order) paint { return e.ink.faint }
	p.columns = []listColumn[order]{
		{title: "Placed", text: func(o *order) string { return e.moment(o.PlacedAt, p.loc) }, ink: faint, down: true,
			order: func(a, b *order) int { return a.PlacedAt.Compare(b.PlacedAt) }},
		{title: "Order", text: func(o *order) string { return o.ID }, least: 8, most: 24},
		{title: "Customer", text: buyer, ink: faint, drop: 4},
		{title: "Tickets", text: func(o *order) string { return model.FormatCount(o.Tickets) }, right: true, drop: 2,
			order: func(a, b *order) int { return cmp.Compare(a.Tickets, b.Tickets) }},
		{title: "Face Value", text: func(o *order) string { return e.mark.money(o.FaceValue) }, right: true,
			order: func(a, b *order) int { return compareMoney(a.FaceValue, b.FaceValue) }},
		{title: "Credited to", text: p.credited, least: 8, most: 24, drop: 1},
		{title: "Why", text: why, ink: faint, least: 12, drop: 3},
	}
	p.query, p.about, p.none, p.arrived = p.asked, p.covers, p.noOrders, p.arrive
	return p
}

func orderKey(o *model.OrderSummary) string { return o.Checkout + "\n" + o.ID }

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

func (p *ordersPage) credited(o *model.OrderSummary) string {
	if len(o.Links) == 0 {
		return "nobody"
	}
	return strings.Join(o.Links, ", ")
}

// why is the reasons of an order's tickets in words.
func why(o *model.OrderSummary) string {
	reasons := make([]string, len(o.Reasons))
	for i, r := range o.Reasons {
		reasons[i] = creditText(r)
	}
	return strings.Join(reasons, ", ")
}

// compareMoney weighs amounts by the first currency, in order, in which they differ.
func compareMoney(a, b model.Money) int {
	both := model.Money{}
	for _, m := range []model.Money{a, b} {
		for c := range m {
			both[c] = 0
		}
	}
	for _, c := range both.Currencies() {
		if n := cmp.Compare(a[c], b[c]); n != 0 {
			return n
		}
	}
	return 0
}

func (p *ordersPage) asked() reading[model.OrderSummary] {
	f := model.OrderFilter{Link: p.link, Unattributed: p.unattributed, Limit: feedLength}
	return inClient(func(ctx context.Context, s model.Store, a model.Actor) ([]model.OrderSummary, error) {
		return s.Orders(ctx, a, f)
	})
}

// arrive is what of new data is shown: while paused, nothing of it.
func (p *ordersPage) arrive(rows []model.OrderSummary) []model.OrderSummary {
	if p.paused {
		p.waiting = rows
		return p.rows
	}
	return rows
}

// held is how many orders came while the feed was paused.
func (p *ordersPage) held() int64 {
	shown := make(map[string]bool, len(p.rows))
	for i := range p.rows {
		shown[orderKey(&p.rows[i])] = true
	}
	var n int64
	for i := range p.waiting {
		if !shown[orderKey(&p.waiting[i])] {
			n++
		}
	}
	return n
}

func (p *ordersPage) covers() string {
	text := "All orders, as they come"
	switch {
	case p.link != "" && p.unattributed:
		text = "Orders partly credited to " + p.link
	case p.link != "":
		text = "Orders credited to " + p.link
	case p.unattributed:
		text = "Orders with tickets that no link is credited with"
	}
	if p.paused {
		text = "Paused " + p.env.mark.dot + " " + model.FormatCount(p.held()) + " new " + p.env.mark.dot + " p goes on"
	}
	return text
}

func (p *ordersPage) noOrders(w int) []string {
	e := p.env
	switch {
	case p.unattributed:
		return e.message(w, "Every ticket is credited to a link.", "Press u to see all orders.")
	case p.link != "":
		return e.message(w, "No order is credited to this link yet.", "The first one appears here by itself. Press esc to go back.")
	}
	return e.message(w, "No orders yet.", "Orders appear here by themselves as the checkout reports them.",
		"Share a tracking link: press 1, then c to copy it.")
}

func (p *ordersPage) crumbs() []string {
	if p.link != "" {
		return []string{"Orders"}
	}
	return []string{"Live Stats", "Orders"}
}

func (p *ordersPage) twins() []string {
	list := "order list"
	if p.link != "" {
		list += " --link " + p.link
	}
	if p.unattributed {
		list += " --unattributed"
	}
	id := "ID"
	if o := p.current(); o != nil {
		id = o.ID
	}
	return []string{list, "order explain " + id, "export orders"}
}

func (p *ordersPage) keys() []binding {
	if p.searching {
		return p.list.keys()
	}
	e := p.env
	var bs []binding
	if o := p.current(); o != nil {
		id, checkout := o.ID, o.Checkout
		bs = append(bs, binding{[]string{"enter", "right", "l"}, "enter", "explain who got the sale, and why", "explain", func() tea.Cmd {
			return push(newOrderPage(e, id, checkout))
		}})
	}
	if len(p.rows) > 0 {
		what := "pause"
		if p.paused {
			what = "go on"
		}
		bs = append(bs, binding{[]string{"p", " "}, "p", "pause the feed, or let it go on (space does too)", what, p.pause})
	}
	what := "only orders with tickets that no link is credited with"
	if p.unattributed {
		what = "all orders"
	}
	bs = append(bs, binding{[]string{"u"}, "u", what, "unattributed", func() tea.Cmd {
		p.unattributed = !p.unattributed
		p.paused, p.waiting = false, nil
		return p.anew()
	}})
	return append(bs, p.list.keys()...)
}

func (p *ordersPage) pause() tea.Cmd {
	if p.paused = !p.paused; !p.paused && p.waiting != nil {
		p.put(p.waiting)
	}
	p.waiting = nil
	return nil
}
