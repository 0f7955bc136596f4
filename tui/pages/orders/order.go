package orders

import (
	"context"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/ui"
)

// order explains an order: for each ticket who got it and why, along the clicks of the
// customer.
type order struct {
	page.DetailPage[explained]
	id, checkout string
}

// explained is an order with the names of what it speaks of.
type explained struct {
	model.OrderExplained
	*names
}

func newOrder(s *page.Session, id, checkout string) *order {
	p := &order{id: id, checkout: checkout}
	p.InitDetail(s, "order", page.Always(func(ctx context.Context, store page.Store, a model.Actor) (explained, error) {
		return readOrder(ctx, store, a, id, checkout)
	}))
	p.ZoneOf = func(o *explained) *time.Location { return o.zone }
	p.Write = write
	p.Own = []ui.Action{ui.On("c", "copy id", "copy the order's id", func() tea.Cmd { return p.CopyText("Order id", id) })}
	return p
}

func readOrder(ctx context.Context, s page.Store, a model.Actor, id, checkout string) (o explained, err error) {
	if o.OrderExplained, err = s.ExplainOrder(ctx, a, id, checkout); err != nil {
		return o, err
	}
	o.names, err = readNames(ctx, s, a)
	return o, err
}

// Crumbs is the order's id.
func (p *order) Crumbs() []string { return []string{model.Line(p.id)} }

// ShellCommands explain the order.
func (p *order) ShellCommands() []page.Args {
	explain := page.Args("order explain").With(p.id)
	return []page.Args{explain, explain.With("--checkout", p.checkout)}
}

// write is the order from top to bottom.
func write(d *ui.Writer, o *explained) {
	dot := " " + d.Glyph.Dot + " "
	d.Line(d.Bold.Render("Order "+d.Cut(o.ID, d.W/2)) + d.Faint.Render(dot+d.Cut(o.Checkout, d.W/3)))
	d.Text(ui.Style{}, "Placed "+o.PlacedAt.In(o.zone).Format("2 Jan 2006 15:04:05")+dot+customer(o)+dot+"version "+model.FormatCount(o.Version))
	if o.Channel != nil {
		d.Text(d.Faint, "Sold by the channel "+*o.Channel)
	}
	if o.Consent != nil && !*o.Consent {
		d.Text(d.Faint, "The customer did not consent to tracking.")
	}
	if o.Test {
		d.Text(d.Warn, d.Glyph.Alert+" A test order: it is explained, and counts nowhere.")
	}
	d.Text(d.Faint, o.Rule.Explain()+" A click counts for "+o.window()+".")
	for _, g := range o.Verdicts() {
		d.Gap()
		for _, t := range g.Tickets {
			writeTickets(d, o, t)
		}
		writeVerdict(d, o, g)
	}
}

// window is how long a click counts, in words.
func (o *explained) window() string {
	w, err := model.ParseWindow(o.Window)
	if err != nil {
		return o.Window
	}
	return w.Words()
}

func customer(o *explained) string {
	switch {
	case o.CustomerNew == nil:
		return "customer unknown"
	case *o.CustomerNew:
		return "a new customer: their first purchase on the platform"
	}
	return "a customer who bought before"
}

// writeTickets are equal tickets in a line, with what they are worth together, and beneath
// it their ids.
func writeTickets(d *ui.Writer, o *explained, t model.TicketGroup) {
	dot := " " + d.Glyph.Dot + " "
	rest := d.Money(t.Worth(o.Currency))
	if t.Paid != nil {
		rest = "paid " + d.Money(model.Money{o.Currency: *t.Paid * int64(len(t.IDs))}) + dot + rest
	}
	if t.Scanned {
		rest = "scanned" + dot + rest
	}
	if t.Status != model.Valid {
		rest = string(t.Status) + dot + rest
	}
	rest = model.Line(rest)
	count := model.FormatCount(int64(len(t.IDs))) + " " + d.Glyph.Cross + " "
	room := max(d.Room()-ui.Width(rest)-ui.Width(count)-2, 8)
	title := d.Pair(t.Name(), o.Event(t.Event), room)
	d.Line(d.Bold.Render(count) + d.Cell(title, room) + "  " + rest)
	d.Line(ui.Spaces(ui.Width(count)) + d.Faint.Render(d.Cut(strings.Join(t.IDs, ", "), d.Room()-ui.Width(count))))
}

// writeVerdict is who got the tickets, and beneath it the clicks that led to it and the
// order, downwards in time.
func writeVerdict(d *ui.Writer, o *explained, g model.VerdictGroup) {
	why := ": " + g.Reason.Explain()
	if won := g.Won(); won != nil {
		why += ", " + model.DistanceToOrder(won.ClickedAt, o.PlacedAt)
	}
	if g.Link != nil {
		d.Text(d.Good, d.Glyph.Check+" Credited to "+o.Link(*g.Link)+why+".")
	} else {
		d.Text(d.Warn, d.Glyph.Alert+" Credited to no link"+why+".")
	}
	moments := g.Timeline(o.PlacedAt)
	if moments != nil {
		d.Gap()
	}
	for _, m := range moments {
		at := d.Cell(m.At.In(o.zone).Format(clickLayout), len(widestClick))
		if m.Click == nil {
			d.Line("  " + d.Accent.Render(at+" "+d.Glyph.Closed+" the order"))
			continue
		}
		writeClick(d, o, at, *m.Click)
	}
}

const clickLayout, widestClick = "2 Jan 15:04:05", "31 Dec 23:59:59"

func writeClick(d *ui.Writer, o *explained, at string, c model.ClickExplained) {
	mark, st := " ", d.Faint
	if c.Verdict == model.Won {
		mark, st = d.Glyph.Check, d.Good
	}
	who := o.clicked(c)
	line, room := "  "+st.Render(at+" "+mark)+" ", d.Room()-len("  "+widestClick+"   ")
	text, when := c.Verdict.Explain(o.window()), " ("+model.Distance(c.ClickedAt, o.PlacedAt)+")"
	if col := min(o.widestName(), 32); col+2+ui.Width(text) <= room {
		if col+2+ui.Width(text)+ui.Width(when) <= room {
			text += when
		}
		d.Line(line + d.Cell(who, col) + "  " + st.Render(model.Line(text)))
		return
	}
	d.Line(line + d.Cut(who, room))
	for _, l := range ui.Wrap(text+when, d.Room()-6) {
		d.Line("      " + st.Render(l))
	}
}

// clicked names the link of a click; links of other clients have no name here.
func (o *explained) clicked(c model.ClickExplained) string {
	if c.Link == nil {
		return "another promoter's link"
	}
	return o.Link(*c.Link)
}

// widestName is the cells of the longest name in the timelines.
func (o *explained) widestName() int {
	n := 0
	for i := range o.Tickets {
		for _, c := range o.Tickets[i].Considered {
			n = max(n, ui.Width(model.Line(o.clicked(c))))
		}
	}
	return n
}
