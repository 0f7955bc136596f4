package command

import (
	"cmp"
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
	return line
}

// orders lists orders, the newest first until they are sorted; the number of one explains it.
func (m *plainMode) orders(f model.OrderFilter) error {
	f.Limit = plainPart
	if f.Link == "" {
		f.Event = m.filter.Event
	}
	list := aloud[model.OrderSummary]{sentence: func(o model.OrderSummary) string { return orderSentence(o, m.loc) }}
	read := func() error {
		f.Before, f.Uncounted = list.next, list.next != "" // counted once: it costs more than to read a part
		part, err := m.Store.Orders(m.ctx, m.actor, f)
		if err != nil {
			return m.fail(err)
		}
		if f.Before == "" {
			list.total = part.Total
			m.say(m.ordersHead(f, list.total))
		}
		list.items, list.next = append(list.items, part.Items...), part.Next
		list.more(m)
		return nil
	}
	again := func() error { list.items, list.shown, list.next = nil, 0, ""; return read() }
	if err := read(); err != nil {
		return err
	}
	return screen(func(first bool) error {
		more := choice{"m", "", func() error { m.say("There are no more orders."); return nil }}
		if list.next != "" {
			more = choice{"m", "for more", read}
		}
		choices := []choice{
			more,
			{"f", "to find orders", func() error {
				return then(m.askOrderWords(&f), again)
			}},
			{"w", "to watch", func() error { return m.watch(f) }},
			{"b", "to go back", goBack},
			rarely,
			{"s", "to sort", func() error {
				sorted, err := m.askOrderSort(&f)
				if err != nil || !sorted {
					return err
				}
				return again()
			}},
		}
		if f.Link == "" {
			word := "for orders with tickets without a link alone"
			if f.Unattributed {
				word = "for all orders"
			}
			choices = append(choices, choice{"u", word, func() error { f.Unattributed = !f.Unattributed; return again() }})
		}
		choices = append(choices,
			choice{"x", "for the command that exports them", func() error { return m.sayOrderExport(f) }},
			choice{"r", "to read the list again", again})
		return m.choose(first, len(list.items), "to have an order explained", func(n int) error { return m.explain(list.items[n-1]) }, choices)
	})
}

func (m *plainMode) askOrderWords(f *model.OrderFilter) error {
	m.say("Find orders with which words of their id, event, ticket type, link or reason? Say nothing for all orders.")
	line, err := m.ask("> ")
	f.Search = model.Clean(line)
	return err
}

// orderSorts are what lists of orders are sorted by, as it is said.
var orderSorts = []struct {
	word string
	by   model.OrderSort
	up   bool
}{{"the newest first", model.SortPlaced, false}, {"the oldest first", model.SortPlaced, true}, {"most tickets first", model.SortTickets, false}, {"greatest amount first", model.SortFace, false}, {"by link", model.SortLink, true}}

// askOrderSort asks what the list is sorted by; it stays as it is where no number is said.
func (m *plainMode) askOrderSort(f *model.OrderFilter) (sorted bool, err error) {
	words := make([]string, len(orderSorts))
	for i, s := range orderSorts {
		words[i] = strconv.Itoa(i+1) + " " + s.word
	}
	n, err := m.askNumber("Say a number: "+inWords(words, "or")+". Say nothing, or b, to go back, q to leave.", len(orderSorts))
	switch {
	case err != nil:
		return false, err
	case n == 0:
		m.say("The list stays as it is.")
		return false, nil
	}
	f.Sort, f.Up = orderSorts[n-1].by, orderSorts[n-1].up
	return true, nil
}

// ordersAbout are the words behind "orders" for those of a list.
func ordersAbout(f model.OrderFilter) (about string) {
	switch {
	case f.Link != "":
		about = " credited to " + f.Link
	case f.Event != "":
		about = " for " + f.Event
	}
	if f.Unattributed {
		about += " with tickets without a link"
	}
	if f.Search != "" {
		about += " with “" + f.Search + "”"
	}
	return about
}

func (m *plainMode) ordersHead(f model.OrderFilter, total int64) string {
	head := model.Plural(total, "order", "orders") + ordersAbout(f)
	for _, s := range orderSorts {
		if total > 0 && s.by == cmp.Or(f.Sort, model.SortPlaced) && s.up == f.Up {
			head += ", " + s.word
		}
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
