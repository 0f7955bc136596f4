package dbtest

import (
	"fmt"
	"time"

	"lastclick/model"
)

// wantStatus fails unless the delivery was answered so.
func (w *World) wantStatus(o model.Outcome, err error, status model.OutcomeStatus) {
	w.Helper()
	w.Must(err)
	if o.Status != status {
		w.Errorf("status %s, want %s", o.Status, status)
	}
}

// permutations are three tickets in the orders they can have.
func permutations(t []Ticket) (all [][]Ticket) {
	for _, p := range [][3]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
		all = append(all, []Ticket{t[p[0]], t[p[1]], t[p[2]]})
	}
	return all
}

var orderTests = []test{
	{"R11 the highest version wins, whatever the order of arrival", func(w *World) {
		receipt := w.Receipt("ana@50")
		w.Place(Order{Version: 3, Customer: "kim", Receipt: receipt, Tickets: []Ticket{{ID: "T-1"}, {ID: "T-2", Face: 1000}}})
		o, err := w.Send(Order{Version: 2, Customer: "lou", Receipt: receipt, Tickets: []Ticket{{ID: "T-9"}}})
		w.wantStatus(o, err, model.Stale)
		if verdicts(o) != "T-1 ana last_click, T-2 ana last_click" || o.Order != "A-1" {
			w.Errorf("stale: %s; it tells how the order stands", asJSON(o))
		}
		w.want(model.Filter{}, `
			ana: c1 n1 o1 t2 s0/2 GBP 55.00
			total: c1 n1 o1 t2 s0/2 GBP 55.00`)
	}},
	{"R11 a ticket that is left out is void, and may come back", func(w *World) {
		order := Order{Receipt: w.Receipt("ana@50"), Tickets: []Ticket{{ID: "T-1"}, {ID: "T-2"}}}
		w.Place(order)
		order.Version, order.Tickets = 2, []Ticket{{ID: "T-2"}}
		w.judged(order, "T-2 ana last_click")
		w.want(model.Filter{}, "ana: c0 n0 o1 t1 s0/1 GBP 45.00\ntotal: c0 n0 o1 t1 s0/1 GBP 45.00")
		x, err := w.Store.ExplainOrder(w.Ctx, As("acme"), "A-1", "")
		w.Must(err)
		if len(x.Tickets) != 1 || x.Tickets[0].ID != "T-2" {
			w.Errorf("explained %s; a ticket that is left out is shown nowhere", asJSON(x.Tickets))
		}
		order.Version, order.Tickets = 3, []Ticket{{ID: "T-1"}, {ID: "T-2"}}
		w.judged(order, "T-1 ana last_click, T-2 ana last_click")
		w.want(model.Filter{}, "ana: c0 n0 o1 t2 s0/2 GBP 90.00\ntotal: c0 n0 o1 t2 s0/2 GBP 90.00")
	}},
	{"R11 a ticket belongs to one order of its checkout", func(w *World) {
		w.AddCheckout("web", "")
		w.Place(Order{Tickets: []Ticket{{ID: "T-1"}, {ID: "T-2"}}})
		w.Place(Order{Version: 2, Tickets: []Ticket{{ID: "T-1"}}}) // T-2 is void, and still its
		_, err := w.Send(Order{ID: "A-2", Tickets: []Ticket{{ID: "T-3"}, {ID: "T-2"}, {ID: "T-1"}}})
		w.wantFaults(err, "data.tickets[1].id", "data.tickets[2].id")
		w.Place(Order{ID: "A-2", Checkout: "web", Tickets: []Ticket{{ID: "T-1"}}}) // another checkout's T-1
		w.want(model.Filter{}, "no_click: c0 n0 o2 t2 s0/2 GBP 90.00")
	}},
	{"R12 the same webhook again", func(w *World) {
		order := Order{WebhookID: "msg_a", Receipt: w.Receipt("ana@50"), Tickets: []Ticket{{ID: "T-1"}}}
		w.Place(order)
		for range 3 {
			o, err := w.Send(order)
			w.wantStatus(o, err, model.Duplicate)
			if o.Order != "A-1" || verdicts(o) != "T-1 ana last_click" {
				w.Errorf("duplicate: %s", asJSON(o))
			}
		}
		order.WebhookID = "msg_b" // the same version and content under another id
		o, err := w.Send(order)
		w.wantStatus(o, err, model.Duplicate)
		w.want(model.Filter{}, "ana: c0 n0 o1 t1 s0/1 GBP 45.00\ntotal: c0 n0 o1 t1 s0/1 GBP 45.00")
	}},
	{"R12 the same webhook-id with another body", func(w *World) {
		w.Place(Order{WebhookID: "msg_a", Tickets: []Ticket{{ID: "T-1"}}})
		for range 2 {
			_, err := w.Send(Order{WebhookID: "msg_a", Version: 2, Tickets: []Ticket{{ID: "T-1"}, {ID: "T-2"}}})
			w.wantKind(err, model.Conflict)
		}
		w.want(model.Filter{}, "no_click: c0 n0 o1 t1 s0/1 GBP 45.00")
		w.wantInbox("conflict order.updated msg_a")
		w.AddCheckout("web", "")
		w.Place(Order{Checkout: "web", WebhookID: "msg_a", Tickets: []Ticket{{ID: "T-1"}}}) // ids are the checkout's own
	}},
	{"R12 the same version with other content", func(w *World) {
		w.Place(Order{Tickets: []Ticket{{ID: "T-1"}}})
		_, err := w.Send(Order{WebhookID: "msg_x", Tickets: []Ticket{{ID: "T-1", Face: 1}}})
		w.wantKind(err, model.Conflict)
		w.want(model.Filter{}, "no_click: c0 n0 o1 t1 s0/1 GBP 45.00")
		w.wantInbox("conflict order.updated msg_x")
	}},
	{"R12 the order of the tickets is no content", func(w *World) {
		order := Order{Receipt: w.Receipt("bea@60"), Tickets: []Ticket{{ID: "T-2"}, {ID: "T-10", Event: "winterball"}, {ID: "T-1", Face: 1}}}
		w.Place(order)
		for _, tickets := range permutations(order.Tickets) {
			order.WebhookID, order.Tickets = "", tickets
			o, err := w.Send(order)
			w.wantStatus(o, err, model.Duplicate)
		}
		order.Tickets = []Ticket{{ID: "T-1", Face: 1}, {ID: "T-2", Event: "winterball"}, {ID: "T-10"}}
		_, err := w.Send(order)
		w.wantKind(err, model.Conflict)
		w.wantInbox("conflict order.updated msg_8")
		w.want(model.Filter{}, `
			bea: c0 n0 o1 t2 s0/2 GBP 45.01
			total: c0 n0 o1 t2 s0/2 GBP 45.01
			other_event: c0 n0 o1 t1 s0/1 GBP 45.00`)
	}},
	{"orders of any time back", func(w *World) {
		for i, placed := range []time.Time{
			time.UnixMilli(-1), time.UnixMilli(-1001), time.Date(1912, 4, 15, 2, 20, 0, 0, time.UTC), time.Date(1, 1, 1, 0, 0, 0, 1e6, time.UTC), Minute(100),
		} {
			w.Place(Order{ID: fmt.Sprint("A-", i), Customer: "kim", Placed: placed.UTC(), Tickets: []Ticket{{ID: fmt.Sprint("T-", i)}}})
			x, err := w.Store.ExplainOrder(w.Ctx, As("acme"), fmt.Sprint("A-", i), "")
			w.Must(err)
			if !x.PlacedAt.Equal(placed) {
				w.Errorf("placed at %v, and kept as %v", placed, x.PlacedAt)
			}
		}
		w.want(model.Filter{}, "no_click: c1 n1 o5 t5 s0/5 GBP 225.00")
		w.want(model.Filter{From: "1969-12-31", To: "1970-01-01"}, "no_click: c1 n0 o2 t2 s0/2 GBP 90.00")
		w.want(model.Filter{To: "1912-04-14"}, "no_click: c1 n1 o1 t1 s0/1 GBP 45.00")
	}},
	{"R14 scans of any time back", func(w *World) {
		w.Place(Order{Tickets: []Ticket{{ID: "T-1"}}})
		at := func(year int) []byte {
			return scanBody("T-1", time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC), year != 1966)
		}
		for _, step := range []struct {
			year    int
			status  model.OutcomeStatus
			scanned int
		}{{1960, model.Applied, 1}, {1966, model.Applied, 0}, {1965, model.Stale, 0}, {1969, model.Applied, 1}} {
			out, err := w.Deliver("box", "", at(step.year))
			w.wantStatus(out, err, step.status)
			w.want(model.Filter{}, fmt.Sprintf("no_click: c0 n0 o1 t1 s%d/%d GBP 45.00", step.scanned, 1-step.scanned))
		}
	}},
	{"R13 a refund takes its tickets out, and is shown beside", func(w *World) {
		receipt := w.Receipt("ana@50")
		w.Place(Order{Customer: "kim", Receipt: receipt, Tickets: []Ticket{{ID: "T-1"}, {ID: "T-2", Type: "vip", Face: 9000}}})
		w.Scan("T-2", 200, true)
		w.want(model.Filter{}, `
			ana: c1 n1 o1 t2 s1/1 GBP 135.00
			ana summerfest ga: c1 n1 o1 t1 s0/1 GBP 45.00
			ana summerfest vip: c1 n1 o1 t1 s1/0 GBP 90.00
			total: c1 n1 o1 t2 s1/1 GBP 135.00`)
		w.Place(Order{Version: 2, Customer: "kim", Receipt: receipt, Tickets: []Ticket{{ID: "T-1"}, {ID: "T-2", Type: "vip", Face: 9000, Status: model.Refunded}}})
		w.want(model.Filter{}, `
			ana: c1 n1 o1 t1 s0/1 GBP 45.00
			ana summerfest ga: c1 n1 o1 t1 s0/1 GBP 45.00
			ana summerfest vip: 
			total: c1 n1 o1 t1 s0/1 GBP 45.00`)
		d, err := w.Store.Link(w.Ctx, As("acme"), "ana")
		w.Must(err)
		if d.Refunded.Tickets != 1 || d.Refunded.FaceValue["GBP"] != 9000 || line(d.Numbers) != "c1 n1 o1 t1 s0/1 GBP 45.00" {
			w.Errorf("refunded %s beside %s", asJSON(d.Refunded), line(d.Numbers))
		}
		w.Place(Order{Version: 3, Customer: "kim", Receipt: receipt, Tickets: []Ticket{{ID: "T-1", Status: model.Refunded}, {ID: "T-2", Type: "vip", Face: 9000, Status: model.Refunded}}})
		w.want(model.Filter{}, "total: "+nothing)
	}},
	{"R14 a scan before its order", func(w *World) {
		w.Scan("T-1", 200, true)
		w.Place(Order{Receipt: w.Receipt("ana@50"), Tickets: []Ticket{{ID: "T-1"}}})
		w.want(model.Filter{}, "ana: c0 n0 o1 t1 s1/0 GBP 45.00\ntotal: c0 n0 o1 t1 s1/0 GBP 45.00")
	}},
	{"R14 the latest scan fact by its time holds", func(w *World) {
		w.Place(Order{Tickets: []Ticket{{ID: "T-1"}}})
		steps := []struct {
			minute  int
			scanned bool
			status  model.OutcomeStatus
			count   int
		}{
			{200, true, model.Applied, 1},
			{210, false, model.Applied, 0},
			{205, true, model.Stale, 0},
			{210, false, model.Duplicate, 0},
			{210, true, model.Applied, 1}, // at the same moment the scan holds
			{210, false, model.Stale, 1},
			{220, true, model.Applied, 1}, // a second scan
			{230, false, model.Applied, 0},
		}
		for i, s := range steps {
			o := w.Scan("T-1", s.minute, s.scanned)
			if o.Status != s.status || o.Ticket != "T-1" {
				w.Errorf("step %d: %s, want %s", i, asJSON(o), s.status)
			}
			w.want(model.Filter{}, fmt.Sprintf("no_click: c0 n0 o1 t1 s%d/%d GBP 45.00", s.count, 1-s.count))
		}
	}},
	{"R14 a scan of a refunded ticket counts nowhere", func(w *World) {
		w.Place(Order{Tickets: []Ticket{{ID: "T-1", Status: model.Refunded}, {ID: "T-2"}}})
		w.Scan("T-1", 200, true)
		w.want(model.Filter{}, "no_click: c0 n0 o1 t1 s0/1 GBP 45.00")
		w.Place(Order{Version: 2, Tickets: []Ticket{{ID: "T-1"}, {ID: "T-2"}}})
		w.want(model.Filter{}, "no_click: c0 n0 o1 t2 s1/1 GBP 90.00")
	}},
	{"R16 currencies are never added up", func(w *World) {
		receipt := w.Receipt("ana@50")
		w.Place(Order{Receipt: receipt, Tickets: []Ticket{{ID: "T-1"}}})
		w.Place(Order{ID: "A-2", Currency: "JPY", Receipt: receipt, Tickets: []Ticket{{ID: "T-2", Face: 5000}}})
		w.Place(Order{ID: "A-3", Currency: "EUR", Receipt: receipt, Tickets: []Ticket{{ID: "T-3", Face: Free}}})
		w.want(model.Filter{}, `
			ana: c0 n0 o3 t3 s0/3 EUR 0.00 + GBP 45.00 + JPY 5,000
			total: c0 n0 o3 t3 s0/3 EUR 0.00 + GBP 45.00 + JPY 5,000`)
		w.Place(Order{Version: 2, Currency: "EUR", Receipt: receipt, Tickets: []Ticket{{ID: "T-1"}}}) // the order's currency changes
		w.want(model.Filter{}, `
			ana: c0 n0 o3 t3 s0/3 EUR 45.00 + JPY 5,000
			total: c0 n0 o3 t3 s0/3 EUR 45.00 + JPY 5,000`)
	}},
	{"an exchange moves a ticket to another event", func(w *World) {
		order := Order{Customer: "kim", Receipt: w.Receipt("ana@50"), Tickets: []Ticket{{ID: "T-1"}, {ID: "T-2"}}}
		w.Place(order)
		order.Version, order.Tickets = 2, []Ticket{{ID: "T-1"}, {ID: "T-2", Event: "winterball", Type: "vip", Face: 100}}
		w.Place(order)
		w.want(model.Filter{}, `
			ana: c1 n1 o1 t2 s0/2 GBP 46.00
			ana summerfest ga: c1 n1 o1 t1 s0/1 GBP 45.00
			ana winterball vip: c1 n1 o1 t1 s0/1 GBP 1.00
			total: c1 n1 o1 t2 s0/2 GBP 46.00`)
	}},
	{"a checkout of one client sells for it alone", func(w *World) {
		w.AddClient("zenith")
		w.AddEvent("zenith", "nightshift")
		w.AddCheckout("zbox", "zenith")
		_, err := w.Send(Order{Checkout: "zbox", Tickets: []Ticket{{ID: "T-1", Event: "nightshift"}, {ID: "T-2"}}})
		w.wantFaults(err, "data.tickets[1].event")
		w.Place(Order{Checkout: "zbox", Tickets: []Ticket{{ID: "T-1", Event: "nightshift"}}})
		body := []byte(`{"type":"event.updated","data":{"id":"summerfest","client":"acme","name":"S","url":"https://s.example/"}}`)
		_, err = w.Deliver("zbox", "", body)
		w.wantFaults(err, "data.client")
	}},
	{"a delivery of no checkout", func(w *World) {
		d := w.Delivery("box", "msg", Order{Tickets: []Ticket{{ID: "T-1"}}}.Body())
		d.Checkout = 4711
		_, err := w.Store.Receive(w.Ctx, d)
		w.wantKind(err, model.NotFound)
	}},
	{"a thousand tickets in one order", func(w *World) {
		order := Order{Customer: "kim", Receipt: w.Receipt("ana@50")}
		for i := range model.MaxTickets {
			order.Tickets = append(order.Tickets, Ticket{ID: fmt.Sprint("T-", i)})
		}
		w.Place(order)
		w.want(model.Filter{}, "ana: c1 n1 o1 t1000 s0/1000 GBP 45,000.00\ntotal: c1 n1 o1 t1000 s0/1000 GBP 45,000.00")
	}},
}
