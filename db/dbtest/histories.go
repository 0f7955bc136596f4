package dbtest

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"lastclick/model"
)

// delivery is one webhook of a history: an order with its clicks, or a scan.
type delivery struct {
	id       string
	checkout string
	order    *Order
	clicks   []string
	scan     []byte
}

// histories proves the rules on random ones: the sums equal a recount, and the same
// webhooks shuffled and doubled come to the same page (R12, R22). What an order
// says of its time and code stays the same over its versions, for R8 keeps the
// verdict that the first accepted one reached; a receipt may come with a later one.
func histories(t *testing.T, open Open) {
	rapid.Check(t, func(rt *rapid.T) {
		history := drawHistory(rt)
		doubled := rapid.SliceOfN(rapid.SampledFrom(history), 0, len(history)).Draw(rt, "doubled")
		shuffled := rapid.Permutation(append(doubled, history...)).Draw(rt, "shuffled")
		var pages [2][]string
		for i, deliveries := range [][]delivery{history, shuffled} {
			// A test of its own closes its store before the next one opens.
			sound := t.Run("", func(t *testing.T) {
				w := newWorld(t, open(t))
				w.furnish()
				pages[i] = w.play(deliveries)
			})
			if !sound {
				rt.FailNow()
			}
		}
		for i := range pages[0] {
			if pages[0][i] != pages[1][i] {
				rt.Fatalf("in order:\n%s\nshuffled:\n%s", pages[0][i], pages[1][i])
			}
		}
	})
}

// furnish adds a second client, a second checkout and more links.
func (w *World) furnish() {
	w.AddClient("zenith")
	w.AddEvent("zenith", "nightshift")
	w.AddCheckout("web", "")
	w.AddLink("acme", "cyd", "winterball")
	w.AddLink("zenith", "zoe", "")
}

// play delivers everything and returns the pages of all clients.
func (w *World) play(history []delivery) []string {
	for _, d := range history {
		body := d.scan
		if d.order != nil {
			o := *d.order
			if len(d.clicks) > 0 { // signed with this store's own key
				o.Receipt = w.Receipt(d.clicks...)
			}
			body = o.Body()
		}
		if _, err := w.Deliver(d.checkout, d.id, body); err != nil {
			w.Fatalf("%v: %s", err, body)
		}
	}
	var pages []string
	for _, client := range []string{"acme", "zenith"} {
		st := w.stats(client, model.Filter{})
		for i := range st.Links { // the token and the time of creation are each store's own
			st.Links[i].Link = model.Link{Code: st.Links[i].Link.Code}
		}
		pages = append(pages, asJSON(st))
	}
	return pages
}

// drawHistory draws some orders with their versions, and scans of their tickets.
func drawHistory(rt *rapid.T) []delivery {
	var history []delivery
	add := func(d delivery) {
		d.id = fmt.Sprint("h_", len(history))
		history = append(history, d)
	}
	pick := func(label string, of ...string) string { return rapid.SampledFrom(of).Draw(rt, label) }
	for i := range rapid.IntRange(1, 12).Draw(rt, "orders") {
		o := Order{
			ID: fmt.Sprint("A-", i), Placed: Minute(rapid.IntRange(95, 105).Draw(rt, "placed")),
			Currency: pick("currency", "GBP", "GBP", "EUR"), Code: pick("code", "", "", "ana", "zoe", "nobody"),
			Receipt: pick("receipt", "", "", "broken"),
		}
		checkout := pick("checkout", "box", "web")
		clicks := rapid.SliceOfN(rapid.SampledFrom([]string{"ana@30", "ana@50", "bea@60", "bea@70", "cyd@70", "cyd@104", "zoe@55", "zoe@80"}), 0, 5).Draw(rt, "clicks")
		since := 0 // the version with which the tracking comes
		if o.Code == "" && o.Receipt == "" {
			since = rapid.IntRange(0, 2).Draw(rt, "since")
		}
		for v := range rapid.IntRange(1, 4).Draw(rt, "versions") {
			o.Version = int64(v + 1)
			o.Customer, o.Email = pick("customer", "", "kim", "lou", "max"), pick("email", "", "kim@example.com")
			o.Returning = rapid.IntRange(0, 5).Draw(rt, "returning") == 0
			o.Test = rapid.IntRange(0, 9).Draw(rt, "test") == 0
			o.Tickets = drawTickets(rt, i)
			d := delivery{checkout: checkout, order: new(o)}
			if v >= since {
				d.clicks = clicks
			}
			add(d)
		}
	}
	for range rapid.IntRange(0, 12).Draw(rt, "scans") {
		ticket := fmt.Sprintf("T-%d-%d", rapid.IntRange(0, 12).Draw(rt, "of order"), rapid.IntRange(0, 3).Draw(rt, "ticket"))
		at := Minute(rapid.IntRange(200, 203).Draw(rt, "at"))
		add(delivery{checkout: pick("scanned at", "box", "web"), scan: scanBody(ticket, at, rapid.Bool().Draw(rt, "scanned"))})
	}
	return history
}

func drawTickets(rt *rapid.T, order int) []Ticket {
	var tickets []Ticket
	for n := range 4 {
		// The first ticket is always there, for an order has at least one.
		if n > 0 && rapid.Bool().Draw(rt, "left out") {
			continue
		}
		tickets = append(tickets, Ticket{
			ID:     fmt.Sprintf("T-%d-%d", order, n),
			Event:  rapid.SampledFrom([]string{"summerfest", "winterball", "nightshift"}).Draw(rt, "event"),
			Type:   rapid.SampledFrom([]string{"ga", "vip"}).Draw(rt, "type"),
			Face:   rapid.SampledFrom([]int64{Free, 1000, 4500}).Draw(rt, "face"),
			Status: rapid.SampledFrom([]model.Status{model.Valid, model.Valid, model.Valid, model.Refunded, model.Void}).Draw(rt, "status"),
		})
	}
	return tickets
}
