package dbtest

import (
	"strings"
	"time"

	"lastclick/model"
)

var numberTests = []test{
	{"R17 distinct in their own cell, once in the total", func(w *World) {
		w.Place(Order{ID: "A-1", Customer: "kim", Receipt: w.Receipt("ana@50"), Tickets: []Ticket{{ID: "T-1"}, {ID: "T-2", Type: "vip", Face: 9000}, {ID: "T-3", Event: "winterball"}}})
		w.Place(Order{ID: "A-2", Customer: "kim", Placed: Minute(101), Receipt: w.Receipt("bea@50"), Tickets: []Ticket{{ID: "T-4"}}})
		w.Place(Order{ID: "A-3", Customer: "lou", Placed: Minute(102), Receipt: w.Receipt("bea@50"), Tickets: []Ticket{{ID: "T-5"}}})
		w.Place(Order{ID: "A-4", Placed: Minute(103), Receipt: w.Receipt("bea@50"), Tickets: []Ticket{{ID: "T-6", Face: Free}}})
		w.want(model.Filter{}, `
			ana: c1 n1 o1 t3 s0/3 GBP 180.00
			ana summerfest ga: c1 n1 o1 t1 s0/1 GBP 45.00
			ana summerfest vip: c1 n1 o1 t1 s0/1 GBP 90.00
			ana winterball ga: c1 n1 o1 t1 s0/1 GBP 45.00
			bea: c2 n1 o3 t3 s0/3 GBP 90.00
			total: c2 n2 o4 t6 s0/6 GBP 270.00`)
		w.want(model.Filter{Link: "bea"}, "bea: c2 n1 o3 t3 s0/3 GBP 90.00\ntotal: c2 n1 o3 t3 s0/3 GBP 90.00")
	}},
	{"R17 an order that two links share counts once in the total", func(w *World) {
		rule := string(model.InScope)
		_, err := w.Store.SetClient(w.Ctx, w.Admin, "acme", model.ClientChange{Rule: &rule})
		w.Must(err)
		w.judged(Order{Customer: "kim", Receipt: w.Receipt("ana@50", "bea@60"), Tickets: []Ticket{{ID: "T-1"}, {ID: "T-2", Event: "winterball"}}},
			"T-1 bea last_click, T-2 ana last_click")
		w.want(model.Filter{}, `
			ana: c1 n1 o1 t1 s0/1 GBP 45.00
			bea: c1 n1 o1 t1 s0/1 GBP 45.00
			total: c1 n1 o1 t2 s0/2 GBP 90.00`)
	}},
	{"R17 the sum of some links counts each person and order once", func(w *World) {
		w.AddLink("acme", "cyd", "")
		rule := string(model.InScope)
		_, err := w.Store.SetClient(w.Ctx, w.Admin, "acme", model.ClientChange{Rule: &rule})
		w.Must(err)
		w.Place(Order{ID: "A-1", Customer: "kim", Receipt: w.Receipt("ana@50", "bea@60"), Tickets: []Ticket{{ID: "T-1"}, {ID: "T-2", Event: "winterball"}}}) // both
		w.Place(Order{ID: "A-2", Customer: "kim", Placed: Minute(101), Receipt: w.Receipt("cyd@50"), Tickets: []Ticket{{ID: "T-3", Face: Free}}})
		w.Place(Order{ID: "A-3", Customer: "lou", Placed: Minute(102), Receipt: w.Receipt("cyd@50"), Tickets: []Ticket{{ID: "T-4"}, {ID: "T-5", Status: model.Refunded}}})
		w.Place(Order{ID: "A-4", Customer: "moe", Placed: Minute(103), Receipt: w.Receipt("ana@50"), Tickets: []Ticket{{ID: "T-6", Status: model.Refunded}}})
		w.Scan("T-4", 200, true)
		for codes, want := range map[string]string{
			"ana":         "c1 n1 o1 t1 s0/1 GBP 45.00",
			"ana bea":     "c1 n1 o1 t2 s0/2 GBP 90.00",
			"bea ana bea": "c1 n1 o1 t2 s0/2 GBP 90.00",
			"ana cyd":     "c2 n2 o3 t3 s1/2 GBP 90.00",
			"bea cyd":     "c2 n2 o3 t3 s1/2 GBP 90.00",
			"ana bea cyd": "c2 n2 o3 t4 s1/3 GBP 135.00",
			"nobody":      nothing,
		} {
			n, err := w.Store.SumLinks(w.Ctx, As("acme"), model.Filter{Link: "bea"}, strings.Fields(codes))
			if err != nil || line(n) != want {
				w.Errorf("%s together: %s, %v; want %s", codes, line(n), err, want)
			}
		}
		n, err := w.Store.SumLinks(w.Ctx, As("acme"), model.Filter{Event: "winterball"}, []string{"ana", "cyd"})
		if want := "c1 n1 o1 t1 s0/1 GBP 45.00"; err != nil || line(n) != want {
			w.Errorf("of one event: %s, %v; want %s", line(n), err, want)
		}
		if _, err := w.Store.SumLinks(w.Ctx, As("acme"), model.Filter{From: "yesterday"}, nil); model.KindOf(err) != model.Invalid {
			w.Errorf("a day that is none: %v", err)
		}
		if _, err := w.Store.SumLinks(w.Ctx, As("nobody"), model.Filter{}, nil); model.KindOf(err) != model.NotFound {
			w.Errorf("another client: %v", err)
		}
	}},
	{"R18 who a customer is", func(w *World) {
		w.AddCheckout("web", "")
		r := w.Receipt("ana@50")
		place := func(id, checkout, customer, email string) {
			w.Helper()
			w.Place(Order{ID: id, Checkout: checkout, Customer: customer, Email: email, Receipt: r, Tickets: []Ticket{{ID: "T" + id}}})
		}
		place("A-1", "box", "7", "kim@example.com")
		place("A-2", "web", "7", "kim@example.com")  // the same id at two checkouts is two people
		place("A-3", "box", "", " Kim@Example.COM ") // the e-mail alone is a third
		place("A-4", "web", "", "kim@example.com")   // and the same at both
		place("A-5", "box", "", "")                  // unknown
		w.want(model.Filter{}, "ana: c3 n3 o5 t5 s0/5 GBP 225.00\ntotal: c3 n3 o5 t5 s0/5 GBP 225.00")
	}},
	{"R18 a customer who changes with an update", func(w *World) {
		order := Order{Customer: "kim", Receipt: w.Receipt("ana@50"), Tickets: []Ticket{{ID: "T-1"}}}
		w.Place(order)
		w.Place(Order{ID: "A-2", Placed: Minute(110), Customer: "kim", Receipt: w.Receipt("bea@60"), Tickets: []Ticket{{ID: "T-2"}}})
		w.want(model.Filter{}, "ana: c1 n1 o1 t1 s0/1 GBP 45.00\nbea: c1 n0 o1 t1 s0/1 GBP 45.00\ntotal: c1 n1 o2 t2 s0/2 GBP 90.00")
		order.Version, order.Customer = 2, "lou"
		w.Place(order)
		w.want(model.Filter{}, "ana: c1 n1 o1 t1 s0/1 GBP 45.00\nbea: c1 n1 o1 t1 s0/1 GBP 45.00\ntotal: c2 n2 o2 t2 s0/2 GBP 90.00")
		order.Version, order.Customer = 3, ""
		w.Place(order)
		w.want(model.Filter{}, "ana: c0 n0 o1 t1 s0/1 GBP 45.00\nbea: c1 n1 o1 t1 s0/1 GBP 45.00\ntotal: c1 n1 o2 t2 s0/2 GBP 90.00")
	}},
	{"R19 an earlier order that arrives late moves the mark", func(w *World) {
		w.AddClient("zenith")
		w.AddEvent("zenith", "nightshift")
		w.Place(Order{ID: "A-2", Customer: "kim", Receipt: w.Receipt("ana@50"), Tickets: []Ticket{{ID: "T-2"}}})
		w.want(model.Filter{}, "ana: c1 n1 o1 t1 s0/1 GBP 45.00\ntotal: c1 n1 o1 t1 s0/1 GBP 45.00")
		// With another client, and unattributed: first purchases are those on the whole platform.
		w.Place(Order{ID: "A-1", Placed: Minute(20), Customer: "kim", Tickets: []Ticket{{ID: "T-1", Event: "nightshift"}}})
		w.want(model.Filter{}, "ana: c1 n0 o1 t1 s0/1 GBP 45.00\ntotal: c1 n0 o1 t1 s0/1 GBP 45.00")
		w.wantOf("zenith", model.Filter{}, "no_click: c1 n1 o1 t1 s0/1 GBP 45.00")
		// A refund does not make it less of a first purchase.
		w.Place(Order{ID: "A-1", Version: 2, Placed: Minute(20), Customer: "kim", Tickets: []Ticket{{ID: "T-1", Event: "nightshift", Status: model.Refunded}}})
		w.want(model.Filter{}, "ana: c1 n0 o1 t1 s0/1 GBP 45.00\ntotal: c1 n0 o1 t1 s0/1 GBP 45.00")
		// That it was placed later, or a test, does.
		w.Place(Order{ID: "A-1", Version: 3, Placed: Minute(200), Customer: "kim", Tickets: []Ticket{{ID: "T-1", Event: "nightshift"}}})
		w.want(model.Filter{}, "ana: c1 n1 o1 t1 s0/1 GBP 45.00\ntotal: c1 n1 o1 t1 s0/1 GBP 45.00")
		w.wantOf("zenith", model.Filter{}, "no_click: c1 n0 o1 t1 s0/1 GBP 45.00")
	}},
	{"R19 ties go by checkout and order id", func(w *World) {
		w.AddCheckout("aaa", "")
		for _, o := range []Order{{ID: "B", Checkout: "box"}, {ID: "A", Checkout: "box"}, {ID: "Z", Checkout: "aaa"}} {
			o.Email, o.Tickets = "kim@example.com", []Ticket{{ID: "T" + o.ID}}
			w.Place(o)
		}
		for id, want := range map[string]bool{"A": false, "B": false, "Z": true} {
			x, err := w.Store.ExplainOrder(w.Ctx, As("acme"), id, "")
			w.Must(err)
			if x.CustomerNew == nil || *x.CustomerNew != want {
				w.Errorf("order %s: new %v, want %v", id, x.CustomerNew, want)
			}
		}
	}},
	{"R19 no customer is new where the checkout knows older purchases", func(w *World) {
		r := w.Receipt("ana@50")
		w.Place(Order{Customer: "kim", Returning: true, Receipt: r, Tickets: []Ticket{{ID: "T-1"}}})
		w.Place(Order{ID: "A-2", Placed: Minute(101), Customer: "kim", Receipt: r, Tickets: []Ticket{{ID: "T-2"}}})
		w.want(model.Filter{}, "ana: c1 n0 o2 t2 s0/2 GBP 90.00\ntotal: c1 n0 o2 t2 s0/2 GBP 90.00")
		w.Place(Order{Version: 2, Customer: "kim", Receipt: r, Tickets: []Ticket{{ID: "T-1"}}})
		w.want(model.Filter{}, "ana: c1 n1 o2 t2 s0/2 GBP 90.00\ntotal: c1 n1 o2 t2 s0/2 GBP 90.00")
	}},
	{"R19 the mark counts where the first order has a live ticket", func(w *World) {
		r := w.Receipt("ana@50")
		w.Place(Order{Customer: "kim", Receipt: r, Tickets: []Ticket{{ID: "T-1"}, {ID: "T-2", Type: "vip", Status: model.Refunded}}})
		w.Place(Order{ID: "A-2", Placed: Minute(101), Customer: "kim", Receipt: r, Tickets: []Ticket{{ID: "T-3", Type: "vip"}}})
		w.want(model.Filter{}, `
			ana: c1 n1 o2 t2 s0/2 GBP 90.00
			ana summerfest ga: c1 n1 o1 t1 s0/1 GBP 45.00
			ana summerfest vip: c1 n0 o1 t1 s0/1 GBP 45.00
			total: c1 n1 o2 t2 s0/2 GBP 90.00`)
	}},
	{"R21 by event", func(w *World) {
		w.AddLink("acme", "cyd", "winterball")
		w.Place(Order{Customer: "kim", Receipt: w.Receipt("ana@50"), Tickets: []Ticket{{ID: "T-1"}, {ID: "T-2", Event: "winterball"}}})
		w.Place(Order{ID: "A-2", Customer: "lou", Tickets: []Ticket{{ID: "T-3", Event: "winterball"}}})
		w.want(model.Filter{Event: "winterball"}, `
			ana: c1 n1 o1 t1 s0/1 GBP 45.00
			total: c1 n1 o1 t1 s0/1 GBP 45.00
			no_click: c1 n1 o1 t1 s0/1 GBP 45.00`)
		w.want(model.Filter{Event: "summerfest"}, "ana: c1 n1 o1 t1 s0/1 GBP 45.00\ntotal: c1 n1 o1 t1 s0/1 GBP 45.00")
		st := w.stats("acme", model.Filter{Event: "winterball"})
		if len(st.Links) != 2 || st.Links[0].Link.Code != "ana" || st.Links[1].Link.Code != "cyd" || *st.Event != "winterball" {
			w.Errorf("client-level links and that event's: %s", asJSON(st))
		}
		_, err := w.Store.Stats(w.Ctx, As("acme"), model.Filter{Event: "nothing"})
		w.wantKind(err, model.NotFound)
	}},
	{"R19 R21 a customer is new in the range that holds their first order", func(w *World) {
		r := w.Receipt("ana@50")
		w.Place(Order{ID: "A-2", Placed: Minute(100).Add(aDay), Customer: "kim", Code: "ana", Tickets: []Ticket{{ID: "T-2"}}})
		w.Place(Order{Customer: "kim", Receipt: r, Tickets: []Ticket{{ID: "T-1"}}})
		for days, want := range map[[2]string]string{
			{"2025-06-02", "2025-06-02"}: "c1 n1 o1 t1 s0/1 GBP 45.00",
			{"2025-06-03", "2025-06-03"}: "c1 n0 o1 t1 s0/1 GBP 45.00",
			{"2025-06-02", "2025-06-03"}: "c1 n1 o2 t2 s0/2 GBP 90.00",
			{"", "2025-06-02"}:           "c1 n1 o1 t1 s0/1 GBP 45.00",
			{"2025-06-03", ""}:           "c1 n0 o1 t1 s0/1 GBP 45.00",
		} {
			w.want(model.Filter{From: days[0], To: days[1]}, "ana: "+want+"\ntotal: "+want)
		}
	}},
	{"R21 days are the client's, also of 23 and 25 hours", func(w *World) {
		for id, placed := range map[string]time.Time{
			"A": time.Date(2025, 3, 29, 23, 59, 59, 0, time.UTC),
			"B": time.Date(2025, 3, 30, 0, 0, 0, 0, time.UTC), // the day has 23 hours
			"C": time.Date(2025, 3, 30, 22, 59, 59, 0, time.UTC),
			"D": time.Date(2025, 3, 30, 23, 0, 0, 0, time.UTC),
			"E": time.Date(2025, 10, 25, 22, 59, 59, 0, time.UTC),
			"F": time.Date(2025, 10, 25, 23, 0, 0, 0, time.UTC), // the day has 25 hours
			"G": time.Date(2025, 10, 26, 23, 59, 59, 0, time.UTC),
			"H": time.Date(2025, 10, 27, 0, 0, 0, 0, time.UTC),
		} {
			w.Place(Order{ID: id, Placed: placed, Customer: "kim", Tickets: []Ticket{{ID: "T" + id}}})
		}
		w.want(model.Filter{From: "2025-03-29", To: "2025-03-29"}, "no_click: c1 n1 o1 t1 s0/1 GBP 45.00")
		w.want(model.Filter{From: "2025-03-30", To: "2025-03-30"}, "no_click: c1 n0 o2 t2 s0/2 GBP 90.00")
		w.want(model.Filter{From: "2025-10-26", To: "2025-10-26"}, "no_click: c1 n0 o2 t2 s0/2 GBP 90.00")
		w.want(model.Filter{From: "2025-10-27"}, "no_click: c1 n0 o1 t1 s0/1 GBP 45.00")
		w.want(model.Filter{To: "2025-03-31"}, "no_click: c1 n1 o4 t4 s0/4 GBP 180.00")
		_, err := w.Store.Stats(w.Ctx, As("acme"), model.Filter{From: "2025-03-31", To: "2025-03-30"})
		w.wantKind(err, model.Invalid)
		_, err = w.Store.Stats(w.Ctx, As("acme"), model.Filter{From: "yesterday"})
		w.wantKind(err, model.Invalid)
	}},
	{"the newest known name of a ticket type", func(w *World) {
		r := w.Receipt("ana@50")
		w.Place(Order{Receipt: r, Tickets: []Ticket{{ID: "T-1"}}})
		named := func(want string) {
			w.Helper()
			if got := w.stats("acme", model.Filter{}).Links[0].TicketTypes[0].Name; got != want {
				w.Errorf("name %q, want %q", got, want)
			}
		}
		named("Type ga")
		out, err := w.Deliver("box", "", []byte(`{"type":"event.updated","data":{"id":"summerfest","client":"acme","name":"S","url":"https://s.example/","ticket_types":[{"id":"ga","name":"General Admission"},{"id":"vip","name":"VIP"}]}}`))
		w.wantStatus(out, err, model.Applied)
		named("General Admission")
		_, err = w.Deliver("box", "", []byte(`{"type":"order.placed","data":{"id":"A-2","version":1,"placed_at":"2025-06-02T11:40:00Z","currency":"GBP","tickets":[{"id":"T-2","event":"summerfest","type":"ga","face_value":1}]}}`))
		w.Must(err)
		named("General Admission") // an order without a name takes none away
		e, err := w.Store.Event(w.Ctx, As("acme"), "summerfest")
		w.Must(err)
		if len(e.TicketTypes) != 2 || e.TicketTypes[1].Name != "VIP" || e.Name != "S" {
			w.Errorf("event %s", asJSON(e))
		}
	}},
}
