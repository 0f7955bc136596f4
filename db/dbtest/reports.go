package dbtest

import (
	"fmt"
	"strings"

	"lastclick/model"
)

// considered is a ticket's clicks in short, the latest first.
func considered(t model.TicketExplained) string {
	var parts []string
	for _, c := range t.Considered {
		link := "–"
		if c.Link != nil {
			link = *c.Link
		}
		parts = append(parts, fmt.Sprintf("%s@%d %s", link, int(c.ClickedAt.Sub(Minute0).Minutes()), c.Verdict))
	}
	return strings.Join(parts, ", ")
}

var reportTests = []test{
	{"R10 every click is explained", func(w *World) {
		w.AddClient("zenith")
		w.AddEvent("zenith", "nightshift")
		w.AddLink("zenith", "zoe", "")
		w.AddLink("acme", "cyd", "")
		w.Place(Order{
			Customer: "kim", Receipt: w.Receipt("cyd@30", "ana@45", "zoe@50", "bea@60"),
			Tickets: []Ticket{{ID: "T-1"}, {ID: "T-2", Event: "winterball"}, {ID: "T-3", Event: "nightshift"}},
		})
		w.Scan("T-1", 200, true)
		x, err := w.Store.ExplainOrder(w.Ctx, As("acme"), "A-1", "box")
		w.Must(err)
		if len(x.Tickets) != 2 || !*x.CustomerNew || x.Checkout != "box" || x.Currency != "GBP" || !x.Tickets[0].Scanned {
			w.Errorf("a promoter sees their client's tickets: %s", asJSON(x))
		}
		if got, want := considered(x.Tickets[0]), "bea@60 won, –@50 other_client, ana@45 overridden, cyd@30 expired"; got != want {
			w.Errorf("T-1: %s, want %s", got, want)
		}
		if got, want := considered(x.Tickets[1]), "bea@60 other_event, –@50 other_client, ana@45 overridden, cyd@30 expired"; got != want {
			w.Errorf("T-2: %s, want %s", got, want)
		}
		if x.Tickets[1].Reason != model.ReasonOtherEvent || x.Tickets[1].Link != nil {
			w.Errorf("T-2: %s", asJSON(x.Tickets[1]))
		}
		x, err = w.Store.ExplainOrder(w.Ctx, w.Admin, "A-1", "")
		w.Must(err)
		if got, want := considered(x.Tickets[2]), "bea@60 other_client, zoe@50 won, ana@45 other_client, cyd@30 other_client"; got != want {
			w.Errorf("T-3 to an admin: %s, want %s", got, want)
		}
	}},
	{"R10 it is explained from what the verdict was reached with", func(w *World) {
		order := Order{Tickets: []Ticket{{ID: "T-1"}}, Code: "ana"}
		w.judged(order, "T-1 ana code")
		order.Version, order.Receipt, order.Placed = 2, w.Receipt("bea@60"), Minute(50)
		order.Tickets = append(order.Tickets, Ticket{ID: "T-2"})
		w.judged(order, "T-1 ana code, T-2 ana code")
		x, err := w.Store.ExplainOrder(w.Ctx, As("acme"), "A-1", "")
		w.Must(err)
		if got := considered(x.Tickets[0]); got != "" {
			w.Errorf("T-1 was judged without a receipt: %s", got)
		}
		if got := considered(x.Tickets[1]); got != "bea@60 after_order" {
			w.Errorf("T-2: %s", got)
		}
	}},
	{"an order of two checkouts has to be named", func(w *World) {
		w.AddCheckout("web", "")
		w.Place(Order{Tickets: []Ticket{{ID: "T-1"}}})
		w.Place(Order{Checkout: "web", Tickets: []Ticket{{ID: "T-1"}}})
		_, err := w.Store.ExplainOrder(w.Ctx, As("acme"), "A-1", "")
		w.wantKind(err, model.Invalid)
		x, err := w.Store.ExplainOrder(w.Ctx, As("acme"), "A-1", "web")
		w.Must(err)
		if x.Checkout != "web" || x.CustomerNew != nil {
			w.Errorf("explained %s", asJSON(x))
		}
		_, err = w.Store.ExplainOrder(w.Ctx, As("acme"), "A-2", "")
		w.wantKind(err, model.NotFound)
	}},
	{"an order without tickets of the client is not there", func(w *World) {
		w.AddClient("zenith")
		w.Place(Order{Tickets: []Ticket{{ID: "T-1"}}})
		_, err := w.Store.ExplainOrder(w.Ctx, As("zenith"), "A-1", "")
		w.wantKind(err, model.NotFound)
		orders, err := w.Store.Orders(w.Ctx, As("zenith"), model.OrderFilter{})
		w.Must(err)
		if len(orders.Items) != 0 || orders.Total != 0 {
			w.Errorf("orders %s", asJSON(orders))
		}
	}},
	{"orders, the newest first", func(w *World) {
		w.Place(Order{ID: "A-1", Customer: "kim", Receipt: w.Receipt("ana@50"), Tickets: []Ticket{{ID: "T-1"}, {ID: "T-2", Status: model.Refunded}}})
		w.Place(Order{ID: "A-3", Placed: Minute(300), Tickets: []Ticket{{ID: "T-4"}}})
		w.Place(Order{ID: "A-2", Placed: Minute(200), Test: true, Tickets: []Ticket{{ID: "T-3"}}})
		short := func(f model.OrderFilter) (s string) {
			list, err := w.Store.Orders(w.Ctx, As("acme"), f)
			w.Must(err)
			for _, o := range list.Items {
				s += fmt.Sprintf("%s %d %v %v %s; ", o.ID, o.Tickets, o.Links, o.Reasons, o.FaceValue)
			}
			return s
		}
		a1, a2, a3 := "A-1 1 [ana] [last_click] GBP 45.00; ", "A-2 0 [] [test] –; ", "A-3 1 [] [no_click] GBP 45.00; "
		for _, tt := range []struct {
			f    model.OrderFilter
			want string
		}{
			{model.OrderFilter{}, a3 + a2 + a1},
			{model.OrderFilter{Limit: 2}, a3 + a2},
			{model.OrderFilter{Link: "ana"}, a1},
			{model.OrderFilter{Unattributed: true}, a3 + a2},
		} {
			if got := short(tt.f); got != tt.want {
				w.Errorf("%+v: %s, want %s", tt.f, got, tt.want)
			}
		}
	}},
	{"links that took over from each other", func(w *World) {
		w.AddClient("zenith")
		w.AddLink("zenith", "zoe", "")
		w.AddLink("acme", "cyd", "")
		w.Place(Order{ID: "A-1", Receipt: w.Receipt("ana@50", "zoe@55", "bea@60"), Tickets: []Ticket{{ID: "T-1"}, {ID: "T-2"}}})
		w.Place(Order{ID: "A-2", Receipt: w.Receipt("ana@50", "cyd@55", "bea@60"), Tickets: []Ticket{{ID: "T-3"}}})
		w.Place(Order{ID: "A-3", Receipt: w.Receipt("bea@50", "ana@60"), Tickets: []Ticket{{ID: "T-4"}}})
		w.Place(Order{ID: "A-4", Receipt: w.Receipt("ana@39", "bea@60"), Tickets: []Ticket{{ID: "T-5"}}})                             // expired
		w.Place(Order{ID: "A-5", Receipt: w.Receipt("ana@50", "bea@60"), Tickets: []Ticket{{ID: "T-6", Status: model.Refunded}}})     // not live
		w.Place(Order{ID: "A-6", Receipt: w.Receipt("ana@50", "bea@60"), Test: true, Tickets: []Ticket{{ID: "T-7"}}})                 // a test
		w.Place(Order{ID: "A-7", Receipt: w.Receipt("ana@50", "bea@60"), Tickets: []Ticket{{ID: "T-8", Event: "winterball"}}})        // no link won
		w.Place(Order{ID: "A-8", Receipt: w.Receipt("ana@50", "bea@50", "cyd@101"), Tickets: []Ticket{{ID: "T-9"}}, Customer: "kim"}) // the same second
		short := func(list []model.Overlap) (s string) {
			for _, i := range list {
				s += fmt.Sprintf("%s %d; ", i.Link, i.Orders)
			}
			return s
		}
		for _, tt := range []struct {
			code, from, by string
			assists        int64
		}{
			{"ana", "bea 1; ", "bea 3; ", 3},
			{"bea", "ana 3; cyd 1; ", "ana 1; ", 1},
			{"cyd", "", "bea 1; ", 1},
		} {
			d, err := w.Store.Link(w.Ctx, As("acme"), tt.code)
			w.Must(err)
			if short(d.TookOverFrom) != tt.from || short(d.TakenOverBy) != tt.by || d.Assists != tt.assists {
				w.Errorf("%s took over from %q, was taken over by %q, assists %d; want %+v", tt.code, short(d.TookOverFrom), short(d.TakenOverBy), d.Assists, tt)
			}
		}
	}},
}
