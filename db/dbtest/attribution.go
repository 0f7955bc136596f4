package dbtest

import (
	"fmt"
	"strings"
	"time"

	"lastclick/model"
)

// verdicts is an outcome's tickets in short: "T-1 ana last_click, T-2 – no_click".
func verdicts(o model.Outcome) string {
	var parts []string
	for _, t := range o.Tickets {
		link := "–"
		if t.Link != nil {
			link = *t.Link
		}
		parts = append(parts, t.ID+" "+link+" "+string(t.Reason))
	}
	return strings.Join(parts, ", ")
}

// judged places an order and compares its verdicts.
func (w *World) judged(o Order, want string) {
	w.Helper()
	if got := verdicts(w.Place(o)); got != want {
		w.Errorf("version %d: %s, want %s", or(o.Version, 1), got, want)
	}
}

var attributionTests = []test{
	{"R1 per ticket", func(w *World) {
		w.judged(Order{Receipt: w.Receipt("bea@60"), Tickets: []Ticket{{ID: "T-1"}, {ID: "T-2", Event: "winterball"}}},
			"T-1 bea last_click, T-2 – other_event")
		w.want(model.Filter{}, `
			bea: c0 n0 o1 t1 s0/1 GBP 45.00
			total: c0 n0 o1 t1 s0/1 GBP 45.00
			other_event: c0 n0 o1 t1 s0/1 GBP 45.00`)
	}},
	{"R2 last click", func(w *World) {
		w.judged(Order{Receipt: w.Receipt("bea@50", "ana@60"), Tickets: []Ticket{{ID: "T-1"}}}, "T-1 ana last_click")
		w.judged(Order{ID: "A-2", Receipt: w.Receipt("ana@50", "bea@60"), Tickets: []Ticket{{ID: "T-2"}}}, "T-2 bea last_click")
	}},
	{"R2 within one second the click made later is the later one", func(w *World) {
		w.judged(Order{Receipt: w.Receipt("ana@50", "bea@50"), Tickets: []Ticket{{ID: "T-1"}}}, "T-1 bea last_click")
		w.judged(Order{ID: "A-2", Receipt: w.Receipt("bea@50", "ana@50"), Tickets: []Ticket{{ID: "T-2"}}}, "T-2 ana last_click")
		// A click's second is rounded down, so it is not later than an order placed in it.
		link, _ := w.Store.LinkByCode("ana")
		receipt := w.Store.Receipts().Sign(model.Receipt{}.Clicked(link.Link, Minute(100).Add(999*time.Millisecond)), Minute0)
		w.judged(Order{ID: "A-3", Receipt: receipt, Tickets: []Ticket{{ID: "T-3"}}}, "T-3 ana last_click")
	}},
	{"R2 other clients' clicks are invisible", func(w *World) {
		w.AddClient("zenith")
		w.AddEvent("zenith", "nightshift")
		w.AddLink("zenith", "zoe", "")
		w.judged(Order{Receipt: w.Receipt("ana@50", "zoe@60"), Tickets: []Ticket{{ID: "T-1"}, {ID: "T-2", Event: "nightshift"}}},
			"T-1 ana last_click, T-2 zoe last_click")
		w.wantOf("zenith", model.Filter{}, "zoe: c0 n0 o1 t1 s0/1 GBP 45.00\ntotal: c0 n0 o1 t1 s0/1 GBP 45.00")
		w.want(model.Filter{}, "ana: c0 n0 o1 t1 s0/1 GBP 45.00\ntotal: c0 n0 o1 t1 s0/1 GBP 45.00")
	}},
	{"R3 the rule in-scope", func(w *World) {
		order := Order{Receipt: w.Receipt("ana@50", "bea@60"), Tickets: []Ticket{{ID: "T-1", Event: "winterball"}}}
		w.judged(order, "T-1 – other_event")
		rule := string(model.InScope)
		_, err := w.Store.SetClient(w.Ctx, w.Admin, "acme", model.ClientChange{Rule: &rule})
		w.Must(err)
		order.ID, order.Tickets = "A-2", []Ticket{{ID: "T-2", Event: "winterball"}}
		w.judged(order, "T-2 ana last_click")
	}},
	{"R4 the window, and it is stored with the verdict", func(w *World) {
		w.judged(Order{ID: "A-0", Receipt: w.Receipt("ana@39"), Tickets: []Ticket{{ID: "T-0"}}}, "T-0 – expired")
		w.judged(Order{Receipt: w.Receipt("ana@40"), Tickets: []Ticket{{ID: "T-1"}}}, "T-1 ana last_click")
		short, rule := "5m", string(model.InScope)
		_, err := w.Store.SetClient(w.Ctx, w.Admin, "acme", model.ClientChange{Window: &short, Rule: &rule})
		w.Must(err)
		// A later ticket of the order is judged by what was in force when it was accepted.
		w.judged(Order{Version: 2, Receipt: w.Receipt("ana@40"), Tickets: []Ticket{{ID: "T-1"}, {ID: "T-2"}}}, "T-1 ana last_click, T-2 ana last_click")
		w.judged(Order{ID: "A-2", Receipt: w.Receipt("ana@90"), Tickets: []Ticket{{ID: "T-3"}}}, "T-3 – expired")
		x, err := w.Store.ExplainOrder(w.Ctx, As("acme"), "A-1", "")
		w.Must(err)
		if x.Rule != model.LastClick || x.Window != "1h" {
			w.Errorf("explained by %s, %s", x.Rule, x.Window)
		}
	}},
	{"R5 a click after the order", func(w *World) {
		w.judged(Order{Receipt: w.Receipt("ana@101"), Tickets: []Ticket{{ID: "T-1"}}}, "T-1 – after_order")
		w.judged(Order{ID: "A-2", Receipt: w.Receipt("ana@50", "bea@101"), Tickets: []Ticket{{ID: "T-2"}}}, "T-2 ana last_click")
	}},
	{"R6 clicks made before the archiving keep their window", func(w *World) {
		receipt := w.Receipt("ana@50")
		_, err := w.Store.ArchiveLink(w.Ctx, As("acme"), "ana")
		w.Must(err)
		w.judged(Order{Receipt: receipt, Tickets: []Ticket{{ID: "T-1"}}}, "T-1 ana last_click")
	}},
	{"R7 codes", func(w *World) {
		w.AddClient("zenith")
		w.AddLink("zenith", "zoe", "")
		w.AddLink("acme", "old", "")
		_, err := w.Store.ArchiveLink(w.Ctx, As("acme"), "old")
		w.Must(err)
		for i, tt := range []struct{ code, receipt, want string }{
			{"ana", "", "ana code"},
			{" ANA. ", "", "ana code"},
			{"bea", "", "bea code"},
			{"zoe", "", "– unknown_code"},
			{"old", "", "– unknown_code"},
			{"nobody", "", "– unknown_code"},
			{"ana", w.Receipt("bea@60"), "bea last_click"},
			{"ana", w.Receipt("bea@30"), "ana code"},
			{"ana", "broken", "ana code"},
			{"nobody", "broken", "– unknown_code"},
		} {
			ticket := fmt.Sprint("T-", i)
			w.judged(Order{ID: fmt.Sprint("A-", i), Code: tt.code, Receipt: tt.receipt, Tickets: []Ticket{{ID: ticket}}}, ticket+" "+tt.want)
		}
		w.judged(Order{ID: "other", Code: "bea", Tickets: []Ticket{{ID: "T-o", Event: "winterball"}}}, "T-o – unknown_code")
	}},
	{"R8 never again for a refund, a setting or an archiving", func(w *World) {
		order := Order{Receipt: w.Receipt("ana@50"), Tickets: []Ticket{{ID: "T-1"}}}
		w.judged(order, "T-1 ana last_click")
		_, err := w.Store.ArchiveLink(w.Ctx, As("acme"), "ana")
		w.Must(err)
		order.Version, order.Receipt, order.Code = 2, w.Receipt("bea@60"), "bea"
		order.Placed = Minute(30)
		w.judged(order, "T-1 ana last_click")
		order.Version, order.Tickets[0].Status = 3, model.Refunded
		w.judged(order, "T-1 ana last_click")
	}},
	{"R8 a new ticket and an exchange are judged then", func(w *World) {
		order := Order{Receipt: w.Receipt("bea@60"), Tickets: []Ticket{{ID: "T-1"}}}
		w.judged(order, "T-1 bea last_click")
		order.Version, order.Tickets = 2, []Ticket{{ID: "T-1", Event: "winterball"}, {ID: "T-2"}}
		order.Receipt = w.Receipt("ana@90") // the first receipt is kept
		w.judged(order, "T-1 – other_event, T-2 bea last_click")
		order.Version, order.Tickets = 3, []Ticket{{ID: "T-1"}, {ID: "T-2"}}
		w.judged(order, "T-1 bea last_click, T-2 bea last_click")
	}},
	{"R8 a receipt that comes later is for the tickets without a click", func(w *World) {
		order := Order{Tickets: []Ticket{{ID: "T-1"}}}
		w.judged(order, "T-1 – no_click")
		order.Version, order.Receipt = 2, "broken"
		w.judged(order, "T-1 – no_click")
		order.Version, order.Receipt = 3, w.Receipt("ana@50")
		w.judged(order, "T-1 ana last_click")
		order.Version, order.Receipt = 4, w.Receipt("bea@60")
		w.judged(order, "T-1 ana last_click")
	}},
	{"R8 also for a ticket that was left out when the receipt came", func(w *World) {
		w.judged(Order{Tickets: []Ticket{{ID: "T-1"}, {ID: "T-2"}}}, "T-1 – no_click, T-2 – no_click")
		w.judged(Order{Version: 2, Receipt: w.Receipt("ana@50"), Tickets: []Ticket{{ID: "T-1"}}}, "T-1 ana last_click")
		w.judged(Order{Version: 3, Receipt: w.Receipt("ana@50"), Tickets: []Ticket{{ID: "T-1"}, {ID: "T-2"}}}, "T-1 ana last_click, T-2 ana last_click")
	}},
	{"R8 also for those with a bad receipt or an unknown code", func(w *World) {
		order := Order{Receipt: "broken", Tickets: []Ticket{{ID: "T-1"}}}
		w.judged(order, "T-1 – bad_receipt")
		order.Version, order.Code = 2, "nobody"
		order.Tickets = append(order.Tickets, Ticket{ID: "T-2"})
		w.judged(order, "T-1 – bad_receipt, T-2 – unknown_code")
		order.Version, order.Receipt = 3, w.Receipt("ana@50")
		w.judged(order, "T-1 ana last_click, T-2 ana last_click")
	}},
	{"R8 not for tickets with another reason", func(w *World) {
		for i, tt := range []struct{ code, receipt, was string }{
			{"ana", "", "ana code"},
			{"", w.Receipt("ana@30"), "– expired"},
			{"", w.Receipt("ana@101"), "– after_order"},
			{"", w.Receipt(), "– no_click"}, // judged with the first receipt that verified
		} {
			ticket := fmt.Sprint("T-", i)
			order := Order{ID: fmt.Sprint("A-", i), Code: tt.code, Receipt: tt.receipt, Tickets: []Ticket{{ID: ticket}}}
			w.judged(order, ticket+" "+tt.was)
			order.Version, order.Receipt = 2, w.Receipt("bea@60")
			w.judged(order, ticket+" "+tt.was)
		}
	}},
	{"R8 the first code is kept", func(w *World) {
		order := Order{Code: "ana", Tickets: []Ticket{{ID: "T-1"}}}
		w.judged(order, "T-1 ana code")
		order.Version, order.Code, order.Tickets = 2, "bea", []Ticket{{ID: "T-1"}, {ID: "T-2"}}
		w.judged(order, "T-1 ana code, T-2 ana code")
	}},
	{"R9 the reasons of unattributed tickets", func(w *World) {
		w.AddClient("zenith")
		w.AddLink("zenith", "zoe", "")
		for i, tt := range []struct{ receipt, code, event, want string }{
			{w.Receipt(), "", "", "no_click"},
			{w.Receipt("zoe@60"), "", "", "no_click"}, // none of the ticket's client
			{w.Receipt("zoe@60"), "nobody", "", "unknown_code"},
			{"broken", "", "", "bad_receipt"},
			{"broken", "nobody", "", "unknown_code"},
			{w.Receipt("ana@30"), "", "", "expired"},
			{w.Receipt("ana@30"), "nobody", "", "expired"}, // there is a click
			{w.Receipt("ana@101"), "nobody", "", "after_order"},
			{w.Receipt("ana@30", "bea@101"), "", "", "after_order"}, // what the latest met
			{w.Receipt("ana@50", "bea@60"), "ana", "winterball", "other_event"},
			{w.Receipt("ana@30", "bea@60"), "", "winterball", "other_event"},
		} {
			ticket := fmt.Sprint("T-", i)
			w.judged(Order{ID: fmt.Sprint("A-", i), Code: tt.code, Receipt: tt.receipt, Tickets: []Ticket{{ID: ticket, Event: tt.event}}}, ticket+" – "+tt.want)
		}
	}},
	{"R9 a receipt with one bit altered", func(w *World) {
		receipt := []byte(w.Receipt("ana@50"))
		receipt[10] ^= 1
		w.judged(Order{Receipt: string(receipt), Tickets: []Ticket{{ID: "T-1"}}}, "T-1 – bad_receipt")
		w.judged(Order{ID: "A-2", Tickets: []Ticket{{ID: "T-2"}}}, "T-2 – no_click")
	}},
	{"R15 a test order counts nowhere", func(w *World) {
		order := Order{Test: true, Customer: "kim", Receipt: w.Receipt("ana@50"), Tickets: []Ticket{{ID: "T-1"}}}
		w.judged(order, "T-1 – test")
		w.Scan("T-1", 200, true)
		w.want(model.Filter{}, "total: "+nothing)
		w.judged(Order{ID: "A-2", Placed: Minute(120), Customer: "kim", Tickets: []Ticket{{ID: "T-2"}}}, "T-2 – no_click")
		w.want(model.Filter{}, "no_click: c1 n1 o1 t1 s0/1 GBP 45.00") // the first one: the test is none
		order.Version, order.Test = 2, false
		w.judged(order, "T-1 ana last_click")
		w.want(model.Filter{}, `
			ana: c1 n1 o1 t1 s1/0 GBP 45.00
			total: c1 n1 o1 t1 s1/0 GBP 45.00
			no_click: c1 n0 o1 t1 s0/1 GBP 45.00`)
		order.Version, order.Test = 3, true
		w.judged(order, "T-1 – test")
		w.want(model.Filter{}, "no_click: c1 n1 o1 t1 s0/1 GBP 45.00")
	}},
	{"R15 a ticket that was left out when the test ended is no test either", func(w *World) {
		w.judged(Order{Test: true, Tickets: []Ticket{{ID: "T-1"}, {ID: "T-2"}}}, "T-1 – test, T-2 – test")
		w.judged(Order{Version: 2, Tickets: []Ticket{{ID: "T-1"}}}, "T-1 – no_click")
		w.judged(Order{Version: 3, Tickets: []Ticket{{ID: "T-1"}, {ID: "T-2"}}}, "T-1 – no_click, T-2 – no_click")
	}},
	{"a touch on a link that is not known is another client's", func(w *World) {
		receipt := w.Store.Receipts().Sign(model.Receipt{}.Clicked(987654321, Minute(50)), Minute0)
		w.judged(Order{Receipt: receipt, Tickets: []Ticket{{ID: "T-1"}}}, "T-1 – no_click")
		x, err := w.Store.ExplainOrder(w.Ctx, w.Admin, "A-1", "")
		w.Must(err)
		if c := x.Tickets[0].Considered; len(c) != 1 || c[0].Link != nil || c[0].Verdict != model.OtherClient {
			w.Errorf("considered %s", asJSON(c))
		}
	}},
}
