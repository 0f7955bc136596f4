package orders

import (
	"context"
	"fmt"
	"reflect"
	"time"

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
	links, events map[string]string
	zone          *time.Location
}

func newOrder(s *page.Session, id, checkout string) *order {
	p := &order{id: id, checkout: checkout}
	p.InitDetail(s, "order", page.Always(func(ctx context.Context, s page.Store, a model.Actor) (explained, error) {
		return readOrder(ctx, s, a, id, checkout)
	}))
	p.Zone = func(o *explained) *time.Location { return o.zone }
	p.Write = p.write
	return p
}

func readOrder(ctx context.Context, s page.Store, a model.Actor, id, checkout string) (o explained, err error) {
	if o.OrderExplained, err = s.ExplainOrder(ctx, a, id, checkout); err != nil {
		return o, err
	}
	links, err := s.Links(ctx, a, true)
	if err != nil {
		return o, err
	}
	events, err := s.Events(ctx, a)
	if err != nil {
		return o, err
	}
	o.links, o.events = make(map[string]string, len(links)), make(map[string]string, len(events))
	for i := range links {
		o.links[links[i].Code] = links[i].Name
	}
	for i := range events {
		o.events[events[i].Slug] = events[i].Name
	}
	o.zone, err = page.ClientZone(ctx, s, a)
	return o, err
}

// Crumbs is the order's id.
func (p *order) Crumbs() []string { return []string{model.Line(p.id)} }

// ShellCommands explain the order.
func (p *order) ShellCommands() []string {
	return []string{"order explain " + p.id, "order explain " + p.id + " --checkout " + p.checkout}
}

func (p *order) write(d *ui.Writer, o *explained) {
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
	d.Text(d.Faint, o.Rule.Explain()+" A click counts for "+o.Window+".")
	for i := 0; i < len(o.Tickets); {
		next := i + 1
		for next < len(o.Tickets) && sameVerdict(&o.Tickets[i], &o.Tickets[next]) {
			next++
		}
		d.Gap()
		for j := i; j < next; j++ {
			writeTicket(d, o, &o.Tickets[j])
		}
		writeVerdict(d, o, &o.Tickets[i], next-i)
		i = next
	}
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

// sameVerdict says whether two tickets were judged alike, so that the clicks need not
// be told twice.
func sameVerdict(a, b *model.TicketExplained) bool {
	return a.Event == b.Event && a.Reason == b.Reason && reflect.DeepEqual(a.Link, b.Link) && reflect.DeepEqual(a.Considered, b.Considered)
}

func writeTicket(d *ui.Writer, o *explained, t *model.TicketExplained) {
	name := t.TypeName
	if name == "" {
		name = t.Type
	}
	rest := d.Money(model.Money{o.Currency: t.FaceValue})
	if t.Paid != nil {
		rest += ", paid " + d.Money(model.Money{o.Currency: *t.Paid})
	}
	if t.Status != model.Valid {
		rest += ", " + string(t.Status)
	}
	if t.Scanned {
		rest += ", scanned"
	}
	rest = model.Line(rest)
	room := max(d.Room()-ui.Width(rest)-2, 8)
	id := d.Cut(t.ID, max(room/3, 8))
	title := d.Pair(name, page.NameOr(o.events, t.Event), max(room-ui.Width(id)-2, 4))
	d.Line(d.Bold.Render(id) + "  " + title + "  " + rest)
}

// writeVerdict is who got the tickets, and the clicks that led to it: a timeline, the
// latest on top, with the order where it belongs.
func writeVerdict(d *ui.Writer, o *explained, t *model.TicketExplained, tickets int) {
	who := "Credited"
	if tickets > 1 {
		who = fmt.Sprintf("%d tickets credited", tickets)
	}
	if t.Link != nil {
		d.Text(d.Good, d.Glyph.Check+" "+who+" to "+nameAndCode(o.links, *t.Link)+": "+t.Reason.Explain()+".")
	} else {
		d.Text(d.Warn, d.Glyph.Alert+" "+who+" to no link: "+t.Reason.Explain()+".")
	}
	placed := false
	order := func() {
		placed = true
		d.Line("  " + d.Accent.Render(d.Glyph.Closed+" "+d.Cell(o.PlacedAt.In(o.zone).Format(clickLayout), len(widestClick))) + "  the order")
	}
	for _, c := range t.Considered {
		// Click times are whole seconds (R2), and so is the comparison.
		if !placed && c.ClickedAt.Unix() <= o.PlacedAt.Unix() {
			order()
		}
		writeClick(d, o, c)
	}
	if !placed && len(t.Considered) > 0 {
		order()
	}
}

const clickLayout, widestClick = "2 Jan 15:04:05", "31 Dec 23:59:59"

func writeClick(d *ui.Writer, o *explained, c model.ClickExplained) {
	mark, st := d.Glyph.Dot, d.Faint
	if c.Verdict == model.Won {
		mark, st = d.Glyph.Check, d.Good
	}
	who := o.clicked(c)
	at := d.Cell(c.ClickedAt.In(o.zone).Format(clickLayout), len(widestClick))
	line, room := "  "+st.Render(mark+" "+at)+"  ", d.Room()-len("    "+widestClick+"  ")
	text, when := c.Verdict.Explain(o.Window), " ("+distance(c.ClickedAt, o.PlacedAt)+")"
	if col := min(o.widestName(), 32); col+2+ui.Width(text) <= room {
		if col+2+ui.Width(text)+ui.Width(when) <= room {
			text += when
		}
		d.Line(line + d.Cell(who, col) + "  " + st.Render(model.Line(text)))
		return
	}
	d.Line(line + d.Cut(who, room))
	for _, l := range ui.Wrap(text+when, d.Room()-4) {
		d.Line("    " + st.Render(l))
	}
}

// clicked names the link of a click; links of other clients have no name here.
func (o *explained) clicked(c model.ClickExplained) string {
	if c.Link == nil {
		return "another promoter's link"
	}
	return nameAndCode(o.links, *c.Link)
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

// nameAndCode is a link's name with its code.
func nameAndCode(names map[string]string, code string) string {
	if name := names[code]; name != "" {
		return name + " (" + code + ")"
	}
	return code
}

// distance is how long before or after the order a click was, in its largest unit. An
// order may lie further back than a time.Duration reaches.
func distance(click, order time.Time) string {
	seconds, side := order.Unix()-click.Unix(), "before"
	if seconds < 0 {
		seconds, side = -seconds, "after"
	}
	for _, u := range []struct {
		seconds   int64
		one, many string
	}{{24 * 60 * 60, "day", "days"}, {60 * 60, "hour", "hours"}, {60, "minute", "minutes"}, {1, "second", "seconds"}} {
		if seconds >= u.seconds {
			return model.Plural(seconds/u.seconds, u.one, u.many) + " " + side
		}
	}
	return "in the same second"
}
