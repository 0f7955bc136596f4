package tui

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"lastclick/model"
)

// orderPage explains an order: for each ticket who got it and why, along the clicks
// of the customer.
type orderPage struct {
	reader[orderData]
	order, checkout string
}

// orderData is an order with the names of what it speaks of.
type orderData struct {
	model.OrderExplained
	links, events map[string]string
	loc           *time.Location
}

func newOrderPage(e *env, order, checkout string) *orderPage {
	p := &orderPage{reader: newReader[orderData](e, "order"), order: order, checkout: checkout}
	p.read = func(ctx context.Context, s model.Store, a model.Actor) (orderData, error) {
		return readOrder(ctx, s, a, order, checkout)
	}
	p.loc = func(o *orderData) *time.Location { return o.loc }
	p.write = p.explain
	return p
}

func readOrder(ctx context.Context, s model.Store, a model.Actor, order, checkout string) (d orderData, err error) {
	if d.OrderExplained, err = s.ExplainOrder(ctx, a, order, checkout); err != nil {
		return d, err
	}
	links, err := s.Links(ctx, a, true)
	if err != nil {
		return d, err
	}
	events, err := s.Events(ctx, a)
	if err != nil {
		return d, err
	}
	d.links, d.events = make(map[string]string), make(map[string]string)
	for i := range links {
		d.links[links[i].Code] = links[i].Name
	}
	for i := range events {
		d.events[events[i].Slug] = events[i].Name
	}
	d.loc, err = clientZone(ctx, s, a)
	return d, err
}

func (p *orderPage) crumbs() []string { return []string{clean(p.order)} }

func (p *orderPage) twins() []string {
	return []string{"order explain " + p.order, "order explain " + p.order + " --checkout " + p.checkout}
}

func (p *orderPage) explain(d *doc, o *orderData) {
	e := p.env
	dot := " " + e.mark.dot + " "
	d.line(e.ink.bold.on("Order "+e.cut(o.ID, d.w/2)) + e.ink.faint.on(dot+e.cut(o.Checkout, d.w/3)))
	d.text(paint{}, "Placed "+o.PlacedAt.In(o.loc).Format("2 Jan 2006 15:04:05")+dot+firstPurchase(o)+dot+"version "+model.FormatCount(o.Version))
	if o.Test {
		d.text(e.ink.warn, e.mark.bad+" A test order: it is explained, and counts nowhere.")
	}
	d.text(e.ink.faint, ruleText(o.Rule)+" A click counts for "+o.Window+".")
	for i := 0; i < len(o.Tickets); {
		next := i + 1
		for next < len(o.Tickets) && sameVerdict(&o.Tickets[i], &o.Tickets[next]) {
			next++
		}
		d.line("")
		for j := i; j < next; j++ {
			p.ticket(d, o, &o.Tickets[j])
		}
		p.verdict(d, o, &o.Tickets[i], next-i)
		i = next
	}
}

func firstPurchase(o *orderData) string {
	switch {
	case o.CustomerNew == nil:
		return "customer unknown"
	case *o.CustomerNew:
		return "a new customer: their first purchase on the platform"
	}
	return "a customer who bought before"
}

func ruleText(r model.Rule) string {
	if r == model.InScope {
		return "Rule in-scope: the last click whose link tracks the ticket's event gets the sale."
	}
	return "Rule last-click: only the last link that was clicked can get the sale."
}

// sameVerdict says whether two tickets were judged alike, so that the clicks need
// not be told twice.
func sameVerdict(a, b *model.TicketExplained) bool {
	return a.Event == b.Event && a.Reason == b.Reason && reflect.DeepEqual(a.Link, b.Link) && reflect.DeepEqual(a.Considered, b.Considered)
}

func (p *orderPage) ticket(d *doc, o *orderData, t *model.TicketExplained) {
	e := p.env
	name := t.TypeName
	if name == "" {
		name = t.Type
	}
	rest := e.mark.money(model.Money{o.Currency: t.FaceValue})
	if t.Status != model.Valid {
		rest += ", " + string(t.Status)
	}
	if t.Scanned {
		rest += ", scanned"
	}
	rest = clean(rest)
	room := max(d.w-2*docIndent-width(rest)-2, 8)
	id := e.cut(t.ID, max(room/3, 8))
	title := e.pair(name, named(o.events, t.Event), max(room-width(id)-2, 4))
	d.line(e.ink.bold.on(id) + "  " + title + "  " + rest)
}

// named is the name for a slug or code, or itself where there is none.
func named(names map[string]string, key string) string {
	if name := names[key]; name != "" {
		return name
	}
	return key
}

// verdict is who got the tickets, and the clicks that led to it: a timeline, the
// latest on top, with the order where it belongs.
func (p *orderPage) verdict(d *doc, o *orderData, t *model.TicketExplained, tickets int) {
	e := p.env
	who := "Credited"
	if tickets > 1 {
		who = fmt.Sprintf("%d tickets credited", tickets)
	}
	if t.Link != nil {
		how := "the last link that was clicked"
		if t.Reason == model.ReasonCode {
			how = "its code came with the order"
		}
		d.text(e.ink.good, e.mark.good+" "+who+" to "+nameAndCode(o.links, *t.Link)+": "+how+".")
	} else {
		d.text(e.ink.warn, e.mark.bad+" "+who+" to no link: "+unattributedText(t.Reason)+".")
	}
	placed := false
	order := func() {
		placed = true
		d.line("  " + e.ink.accent.on(e.mark.closed+" "+e.cell(o.PlacedAt.In(o.loc).Format(clickLayout), len(widestClick))) + "  the order")
	}
	for _, c := range t.Considered {
		if !placed && c.ClickedAt.Unix() <= o.PlacedAt.Unix() {
			order()
		}
		p.click(d, o, c)
	}
	if !placed && len(t.Considered) > 0 {
		order()
	}
}

const clickLayout, widestClick = "2 Jan 15:04:05", "31 Dec 23:59:59"

func (p *orderPage) click(d *doc, o *orderData, c model.ClickExplained) {
	e := p.env
	mark, ink := e.mark.dot, e.ink.faint
	if c.Verdict == model.Won {
		mark, ink = e.mark.good, e.ink.good
	}
	who := anotherLink
	if c.Link != nil {
		who = nameAndCode(o.links, *c.Link)
	}
	at := e.cell(c.ClickedAt.In(o.loc).Format(clickLayout), len(widestClick))
	line, room := "  "+ink.on(mark+" "+at)+"  ", d.w-2*docIndent-len("    "+widestClick+"  ")
	text, when := clickText(c.Verdict, o.Window), " ("+distance(c.ClickedAt, o.PlacedAt)+")"
	if col := min(o.widest(), 32); col+2+width(text) <= room {
		if col+2+width(text)+width(when) <= room {
			text += when
		}
		d.line(line + e.cell(who, col) + "  " + ink.on(clean(text)))
		return
	}
	d.line(line + e.cut(who, room))
	for _, l := range wrap(clean(text+when), d.w-2*docIndent-4) {
		d.line("    " + ink.on(l))
	}
}

const anotherLink = "another promoter's link"

// widest is the longest of the names that stand in the timelines.
func (o *orderData) widest() int {
	n := 0
	for i := range o.Tickets {
		for _, c := range o.Tickets[i].Considered {
			who := anotherLink
			if c.Link != nil {
				who = nameAndCode(o.links, *c.Link)
			}
			n = max(n, width(clean(who)))
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

// clickText says what became of a click.
func clickText(v model.ClickVerdict, window string) string {
	switch v {
	case model.Won:
		return "won"
	case model.Overridden:
		return "a later click took over"
	case model.Expired:
		return "too old: a click counts for " + window
	case model.AfterOrder:
		return "came after the order"
	case model.OtherEvent:
		return "its link does not track this event"
	case model.OtherClient:
		return "plays no part"
	}
	return string(v)
}

// unattributedText says why a ticket is credited to no link.
func unattributedText(r model.Reason) string {
	switch r {
	case model.ReasonNoClick:
		return "the customer clicked no tracking link"
	case model.ReasonBadReceipt:
		return "the receipt that came with the order does not verify"
	case model.ReasonExpired:
		return "the last click is older than the window"
	case model.ReasonAfterOrder:
		return "the only clicks came after the order"
	case model.ReasonOtherEvent:
		return "the last click was on a link of another event"
	case model.ReasonUnknownCode:
		return "the code that was quoted names no link in use for the event"
	case model.ReasonTest:
		return "a test order is credited to nobody"
	}
	return string(r)
}

// distance is how long before or after the order a click was, in its largest unit.
func distance(click, order time.Time) string {
	d, side := order.Sub(click), "before"
	if d < 0 {
		d, side = -d, "after"
	}
	for _, u := range []struct {
		d         time.Duration
		one, many string
	}{{24 * time.Hour, "day", "days"}, {time.Hour, "hour", "hours"}, {time.Minute, "minute", "minutes"}} {
		if d >= u.d {
			return plural(int64(d/u.d), u.one, u.many) + " " + side
		}
	}
	if d < time.Second {
		return "in the same second"
	}
	return plural(int64(d/time.Second), "second", "seconds") + " " + side
}
