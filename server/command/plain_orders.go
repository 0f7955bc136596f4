package command

import (
	"strconv"
	"strings"
	"time"

	"lastclick/model"
)

// orderSentence is an order in a line, as it is read aloud.
func orderSentence(o model.OrderSummary, loc *time.Location) string {
	line := o.ID + ", " + o.PlacedAt.In(loc).Format("2 Jan 15:04") + ": " + model.Plural(o.Tickets, "ticket", "tickets") + ", " + amount(o.FaceValue)
	if len(o.Links) > 0 {
		line += ", " + strings.Join(o.Links, " and ")
	}
	for _, r := range o.Reasons {
		line += ", " + strings.ToLower(r.Label())
	}
	return line + "."
}

// orders lists orders, the newest first; the number of one explains it.
func (m *plainMode) orders(f model.OrderFilter) error {
	f.Limit = plainPart
	if f.Link == "" {
		f.Event = m.filter.Event
	}
	var shown []model.OrderSummary
	total, next := int64(0), ""
	read := func() error {
		f.Before = next
		part, err := m.Store.Orders(m.ctx, m.actor, f)
		if err != nil {
			return m.fail(err)
		}
		if f.Before == "" {
			total = part.Total
			m.say(m.ordersHead(f, total))
		}
		for i, o := range part.Items {
			m.say(strconv.Itoa(len(shown)+i+1) + " " + orderSentence(o, m.loc))
		}
		shown, next = append(shown, part.Items...), part.Next
		if next != "" || f.Before != "" {
			m.say("That was up to " + model.FormatCount(int64(len(shown))) + " of " + model.FormatCount(total) + ".")
		}
		return nil
	}
	if err := read(); err != nil {
		return err
	}
	return screen(func(first bool) error {
		more := choice{"m", "", func() error { m.say("There are no more orders."); return nil }}
		if next != "" {
			more = choice{"m", "for more", read}
		}
		return m.choose(first, len(shown), "to have an order explained", func(n int) error { return m.explain(shown[n-1]) }, []choice{
			more,
			{"r", "to read the newest again", func() error { shown, next = nil, ""; return read() }},
			{"w", "to watch", m.watch},
			{"b", "to go back", goBack},
		})
	})
}

func (m *plainMode) ordersHead(f model.OrderFilter, total int64) string {
	head := model.Plural(total, "order", "orders")
	switch {
	case f.Link != "":
		head += " credited to " + f.Link
	case f.Event != "":
		head += " for " + f.Event
	}
	if total > 0 {
		head += ", the newest first"
	}
	return head + "."
}

// explain says why each ticket of an order was or was not credited.
func (m *plainMode) explain(o model.OrderSummary) error {
	e, err := m.Store.ExplainOrder(m.ctx, m.actor, o.ID, o.Checkout)
	if err != nil {
		return m.fail(err)
	}
	called := m.names(m.ctx, m.actor)
	m.say("Order " + e.ID + " of " + e.Checkout + ", placed " + e.PlacedAt.In(m.loc).Format("2 January 2006 15:04:05 MST") + ", " + customer(e.CustomerNew) + " customer. " + e.Rule.Explain())
	if e.Test {
		m.say("This is a test order: it counts nowhere.")
	}
	for _, g := range e.Verdicts() {
		for _, t := range g.Tickets {
			m.say(strings.NewReplacer(" × ", " ", " · ", ", ").Replace(ticketLine(t, e.Currency, called)) + ".")
		}
		m.say(verdict(g, e.PlacedAt, called))
		for _, moment := range g.Timeline(e.PlacedAt) {
			when := moment.At.In(m.loc).Format("2 Jan 15:04:05")
			if moment.Click == nil {
				m.say(when + ", the order.")
				continue
			}
			m.say(when + ", " + clicked(moment.Click, called) + ": " + moment.Click.Verdict.Explain(e.Window) + ".")
		}
	}
	return nil
}
