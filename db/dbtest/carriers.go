package dbtest

import (
	"fmt"
	"strings"

	"lastclick/model"
)

// AddAlias gives acme's link a further code.
func (w *World) AddAlias(code, alias string) model.Link {
	w.Helper()
	l, err := w.Store.AddAlias(w.Ctx, As("acme"), code, alias)
	w.Must(err)
	return l
}

// detail is a link of acme's.
func (w *World) detail(code string) model.LinkDetail {
	w.Helper()
	d, err := w.Store.Link(w.Ctx, As("acme"), code)
	w.Must(err)
	return d
}

// explained is what became of the clicks of an order's tickets, for the client.
func (w *World) explained(client, order string) string {
	w.Helper()
	x, err := w.Store.ExplainOrder(w.Ctx, As(client), order, "")
	w.Must(err)
	var parts []string
	for _, t := range x.Tickets {
		parts = append(parts, t.ID+": "+considered(t))
	}
	return strings.Join(parts, "; ")
}

var carrierTests = []test{
	{"R23 a token's click is one more click of the receipt", func(w *World) {
		w.AddClient("zenith")
		w.AddLink("zenith", "zoe", "")
		for i, tt := range []struct{ receipt, token, event, want string }{
			{"", w.Token("ana@50", 1), "", "ana last_click"},
			{"", w.Token("ana@40", 2), "", "ana last_click"},
			{"", w.Token("ana@39", 3), "", "– expired"},
			{"", w.Token("ana@100", 4), "", "ana last_click"},
			{"", w.Token("ana@101", 5), "", "– after_order"},
			{"", w.Token("bea@50", 6), "winterball", "– other_event"},
			{"", w.Token("zoe@50", 7), "", "– no_click"},
			{w.Receipt("ana@50"), w.Token("bea@60", 8), "", "bea last_click"},
			{w.Receipt("ana@60"), w.Token("bea@50", 9), "", "ana last_click"},
			{w.Receipt("ana@50"), w.Token("bea@50", 10), "", "bea last_click"},
			{w.Receipt("ana@50", "bea@60"), w.Token("ana@70", 11), "", "ana last_click"},
			{w.Receipt("ana@50", "bea@60"), w.Token("ana@50", 12), "", "bea last_click"},
			{w.Receipt("ana@50", "bea@60"), w.Token("zoe@70", 13), "", "bea last_click"},
			{"broken", w.Token("ana@50", 14), "", "ana last_click"},
			{w.Receipt("ana@50"), "broken", "", "ana last_click"},
			{"", "broken", "", "– bad_receipt"},
			{w.Receipt(), "broken", "", "– bad_receipt"},
			{"", strings.ToUpper(w.Token("ana@50", 15)), "", "ana last_click"},
			{"", " " + w.Token("ana@50", 16) + " ", "", "ana last_click"},
			{"", w.Token("ana@50", 17)[1:], "", "– bad_receipt"},
			{w.Token("ana@50", 18), "", "", "– bad_receipt"},
			{"", w.Receipt("ana@50"), "", "– bad_receipt"},
		} {
			ticket := fmt.Sprint("T-", i)
			w.judged(Order{ID: fmt.Sprint("A-", i), Receipt: tt.receipt, Click: tt.token, Tickets: []Ticket{{ID: ticket, Event: tt.event}}}, ticket+" "+tt.want)
		}
	}},
	{"R23 a token on a link that is not known is another client's", func(w *World) {
		token := string(w.Store.Receipts().AppendClick(nil, 987654321, Minute(50), [16]byte{}))
		w.judged(Order{Click: token, Tickets: []Ticket{{ID: "T-1"}}}, "T-1 – no_click")
		w.judged(Order{ID: "A-2", Customer: "kim", Click: token, Tickets: []Ticket{{ID: "T-2"}}}, "T-2 – no_click")
		if got, want := w.explained("acme", "A-1"), "T-1: –@50 other_client"; got != want {
			w.Errorf("%s, want %s", got, want)
		}
	}},
	{"R23 it belongs to the customer whose order came first", func(w *World) {
		token := w.Token("ana@50", 1)
		w.judged(Order{ID: "A-1", Customer: "kim", Click: token, Tickets: []Ticket{{ID: "T-1"}}}, "T-1 ana last_click")
		w.judged(Order{ID: "A-2", Customer: "kim", Click: token, Tickets: []Ticket{{ID: "T-2"}}}, "T-2 ana last_click")
		w.judged(Order{ID: "A-3", Customer: "lou", Click: strings.ToUpper(token), Tickets: []Ticket{{ID: "T-3"}}}, "T-3 – copied_address")
		w.judged(Order{ID: "A-4", Click: token, Tickets: []Ticket{{ID: "T-4"}}}, "T-4 – copied_address")
		// Placed before, and yet the other order was accepted first.
		w.judged(Order{ID: "A-5", Placed: Minute(60), Email: "mia@example.com", Click: token, Tickets: []Ticket{{ID: "T-5"}}}, "T-5 – copied_address")
		w.judged(Order{ID: "A-6", Customer: "lou", Click: w.Token("ana@50", 2), Tickets: []Ticket{{ID: "T-6"}}}, "T-6 ana last_click")
		w.want(model.Filter{}, `
			ana: c2 n1 o3 t3 s0/3 GBP 135.00
			total: c2 n1 o3 t3 s0/3 GBP 135.00
			copied_address: c2 n2 o3 t3 s0/3 GBP 135.00`)
		if n := w.detail("ana").SharedAddress; n != 3 {
			w.Errorf("%d orders by a shared address, want 3", n)
		}
	}},
	{"R23 orders of other checkouts and clients too", func(w *World) {
		w.AddClient("zenith")
		w.AddEvent("zenith", "nightshift")
		w.AddLink("zenith", "zoe", "")
		w.AddCheckout("web", "")
		token := w.Token("zoe@50", 1)
		w.judged(Order{Customer: "kim", Click: token, Tickets: []Ticket{{ID: "T-1"}, {ID: "T-2", Event: "nightshift"}}}, "T-1 – no_click, T-2 zoe last_click")
		w.judged(Order{Checkout: "web", Customer: "kim", Click: token, Tickets: []Ticket{{ID: "T-1"}, {ID: "T-2", Event: "nightshift"}}}, "T-1 – no_click, T-2 – copied_address")
		w.judged(Order{ID: "A-3", Customer: "lou", Click: token, Tickets: []Ticket{{ID: "T-3"}}}, "T-3 – no_click") // nothing of zenith's
		d, err := w.Store.Link(w.Ctx, As("zenith"), "zoe")
		w.Must(err)
		if d.SharedAddress != 1 {
			w.Errorf("%d orders of zenith by a shared address, want 1", d.SharedAddress)
		}
	}},
	{"R23 without a customer it belongs to the order", func(w *World) {
		token := w.Token("ana@50", 1)
		order := Order{Click: token, Tickets: []Ticket{{ID: "T-1"}}}
		w.judged(order, "T-1 ana last_click")
		w.judged(Order{ID: "A-2", Click: token, Tickets: []Ticket{{ID: "T-2"}}}, "T-2 – copied_address")
		w.judged(Order{ID: "A-3", Customer: "kim", Click: token, Tickets: []Ticket{{ID: "T-3"}}}, "T-3 – copied_address")
		order.Version, order.Tickets = 2, append(order.Tickets, Ticket{ID: "T-4"})
		w.judged(order, "T-1 ana last_click, T-4 ana last_click")
		// Once the order says whose it is, it is that customer's.
		order.Version, order.Customer = 3, "kim"
		w.judged(order, "T-1 ana last_click, T-4 ana last_click")
		w.judged(Order{ID: "A-5", Customer: "kim", Click: token, Tickets: []Ticket{{ID: "T-5"}}}, "T-5 ana last_click")
		w.judged(Order{ID: "A-6", Customer: "lou", Click: token, Tickets: []Ticket{{ID: "T-6"}}}, "T-6 – copied_address")
		// And stays theirs, whatever the order says later.
		order.Version, order.Customer, order.Tickets = 4, "lou", append(order.Tickets, Ticket{ID: "T-7"})
		w.judged(order, "T-1 ana last_click, T-4 ana last_click, T-7 ana last_click")
		w.judged(Order{ID: "A-8", Customer: "kim", Click: token, Tickets: []Ticket{{ID: "T-8"}}}, "T-8 ana last_click")
		w.judged(Order{ID: "A-9", Customer: "lou", Click: token, Tickets: []Ticket{{ID: "T-9"}}}, "T-9 – copied_address")
	}},
	{"R15 R23 a test order takes no token", func(w *World) {
		token := w.Token("ana@50", 1)
		trial := Order{Test: true, Customer: "kim", Click: token, Tickets: []Ticket{{ID: "T-1"}}}
		w.judged(trial, "T-1 – test")
		if got, want := w.explained("acme", "A-1"), "T-1: ana@50 won"; got != want {
			w.Errorf("%s, want %s", got, want)
		}
		w.judged(Order{ID: "A-2", Customer: "lou", Click: token, Tickets: []Ticket{{ID: "T-2"}}}, "T-2 ana last_click")
		// It is judged again once it is a test no more: too late.
		trial.Version, trial.Test = 2, false
		w.judged(trial, "T-1 – copied_address")
		if n := w.detail("ana").SharedAddress; n != 1 {
			w.Errorf("%d orders by a shared address, want 1", n)
		}
		trial.Version, trial.Test = 3, true
		w.judged(trial, "T-1 – test")
		if got, want := w.explained("acme", "A-1"), "T-1: ana@50 copied_address"; got != want {
			w.Errorf("%s, want %s", got, want)
		}
		if n := w.detail("ana").SharedAddress; n != 0 {
			w.Errorf("%d orders by a shared address, want none", n)
		}
		other := Order{ID: "A-3", Test: true, Customer: "kim", Click: w.Token("bea@50", 2), Tickets: []Ticket{{ID: "T-3"}}}
		w.judged(other, "T-3 – test")
		other.Version, other.Test = 2, false
		w.judged(other, "T-3 bea last_click")
		w.judged(Order{ID: "A-4", Customer: "lou", Click: other.Click, Tickets: []Ticket{{ID: "T-4"}}}, "T-4 – copied_address")
	}},
	{"R23 a copied address keeps nobody from a sale of their own", func(w *World) {
		token := w.Token("ana@50", 1)
		w.judged(Order{Customer: "kim", Click: token, Tickets: []Ticket{{ID: "T-0"}}}, "T-0 ana last_click")
		for i, tt := range []struct{ receipt, code, coupon, want string }{
			{"", "", "", "– copied_address"},
			{w.Receipt("bea@45"), "", "", "bea last_click"},
			{w.Receipt("ana@45"), "", "", "ana last_click"},
			{w.Receipt("ana@60"), "", "", "ana last_click"},
			{w.Receipt("bea@39"), "", "", "– copied_address"},
			{w.Receipt("bea@101"), "", "", "– after_order"},
			{"broken", "", "", "– copied_address"},
			{"", "bea", "", "bea code"},
			{"", "nobody", "", "– copied_address"},
			{"", "", "bea", "bea coupon"},
			{"", "nobody", "bea", "bea coupon"},
		} {
			ticket := fmt.Sprint("T-", i+1)
			w.judged(Order{ID: fmt.Sprint("B-", i), Customer: "lou", Receipt: tt.receipt, Code: tt.code, Coupon: tt.coupon, Click: token, Tickets: []Ticket{{ID: ticket}}}, ticket+" "+tt.want)
		}
		for order, want := range map[string]string{
			"B-0": "T-1: ana@50 copied_address", "B-1": "T-2: ana@50 copied_address, bea@45 won", "B-2": "T-3: ana@50 copied_address, ana@45 won",
			"B-3": "T-4: ana@60 won, ana@50 copied_address", "B-4": "T-5: ana@50 copied_address, bea@39 expired",
		} {
			if got := w.explained("acme", order); got != want {
				w.Errorf("%s: %s, want %s", order, got, want)
			}
		}
		if n := w.detail("ana").SharedAddress; n != 11 {
			w.Errorf("%d orders by a shared address, want 11", n)
		}
	}},
	{"R8 a token that comes later is for the tickets without a click", func(w *World) {
		order := Order{Tickets: []Ticket{{ID: "T-1"}}}
		w.judged(order, "T-1 – no_click")
		order.Version, order.Click = 2, "broken"
		w.judged(order, "T-1 – no_click")
		order.Version, order.Click = 3, w.Token("ana@50", 1)
		w.judged(order, "T-1 ana last_click")
		order.Version, order.Click, order.Tickets = 4, w.Token("bea@60", 2), append(order.Tickets, Ticket{ID: "T-2"})
		w.judged(order, "T-1 ana last_click, T-2 ana last_click") // the first token is kept
		order.Version, order.Click, order.Receipt, order.Tickets = 5, "", w.Receipt("bea@60"), append(order.Tickets, Ticket{ID: "T-3"})
		w.judged(order, "T-1 ana last_click, T-2 ana last_click, T-3 bea last_click")
		if got, want := w.explained("acme", "A-1"), "T-1: ana@50 won; T-2: ana@50 won; T-3: bea@60 won, ana@50 overridden"; got != want {
			w.Errorf("%s, want %s", got, want)
		}
		// bea won in one ticket, where it was clicked after ana; not in those that never saw it.
		if a, b := w.detail("ana"), w.detail("bea"); len(a.TakenOverBy) != 1 || len(a.TookOverFrom) != 0 || len(b.TookOverFrom) != 1 || a.Assists != 1 {
			w.Errorf("ana %s, bea %s", asJSON(a), asJSON(b))
		}
	}},
	{"R8 after a receipt without clicks, and after a code", func(w *World) {
		for i, tt := range []struct{ was, now Order }{
			{Order{Receipt: w.Receipt()}, Order{Click: w.Token("ana@50", 1)}},
			{Order{Code: "nobody"}, Order{Click: w.Token("ana@50", 2)}},
			{Order{Click: "broken"}, Order{Click: w.Token("ana@50", 3)}},
			{Order{Click: "broken", Receipt: "broken"}, Order{Receipt: w.Receipt("ana@50")}},
		} {
			ticket := fmt.Sprint("T-", i)
			for v, o := range []Order{tt.was, tt.now} {
				o.ID, o.Version, o.Tickets = fmt.Sprint("A-", i), int64(v+1), []Ticket{{ID: ticket}}
				out := verdicts(w.Place(o))
				if v == 1 && out != ticket+" ana last_click" {
					w.Errorf("%+v: %s", tt, out)
				}
			}
		}
	}},
	{"R8 not for tickets with another reason", func(w *World) {
		w.judged(Order{ID: "first", Customer: "kim", Click: w.Token("ana@50", 9), Tickets: []Ticket{{ID: "T-first"}}}, "T-first ana last_click")
		for i, tt := range []struct {
			first Order
			was   string
		}{
			{Order{Code: "ana"}, "ana code"},
			{Order{Coupon: "ana"}, "ana coupon"},
			{Order{Click: w.Token("ana@30", 1)}, "– expired"},
			{Order{Click: w.Token("ana@50", 9)}, "– copied_address"},
		} {
			ticket := fmt.Sprint("T-", i)
			o := tt.first
			o.ID, o.Tickets = fmt.Sprint("A-", i), []Ticket{{ID: ticket}}
			w.judged(o, ticket+" "+tt.was)
			o.Version, o.Receipt = 2, w.Receipt("bea@60")
			if o.Click == "" {
				o.Click = w.Token("bea@70", byte(10+i))
			}
			w.judged(o, ticket+" "+tt.was)
		}
	}},
	{"a link took over by a token, and never from itself", func(w *World) {
		w.judged(Order{ID: "A-1", Receipt: w.Receipt("ana@45"), Click: w.Token("ana@50", 1), Tickets: []Ticket{{ID: "T-1"}}}, "T-1 ana last_click")
		w.judged(Order{ID: "A-2", Receipt: w.Receipt("ana@50"), Click: w.Token("ana@45", 2), Tickets: []Ticket{{ID: "T-2"}}}, "T-2 ana last_click")
		w.judged(Order{ID: "A-3", Receipt: w.Receipt("ana@45", "bea@50"), Click: w.Token("ana@55", 3), Tickets: []Ticket{{ID: "T-3"}}}, "T-3 ana last_click")
		w.judged(Order{ID: "A-4", Receipt: w.Receipt("bea@50"), Click: w.Token("ana@45", 4), Tickets: []Ticket{{ID: "T-4"}}}, "T-4 bea last_click")
		w.judged(Order{ID: "A-5", Receipt: w.Receipt("bea@50"), Click: w.Token("ana@50", 5), Tickets: []Ticket{{ID: "T-5"}}}, "T-5 ana last_click")
		w.judged(Order{ID: "A-6", Receipt: w.Receipt("ana@50", "bea@50"), Click: w.Token("ana@50", 6), Tickets: []Ticket{{ID: "T-6"}}}, "T-6 bea last_click")
		w.judged(Order{ID: "A-7", Customer: "lou", Receipt: w.Receipt("bea@55"), Click: w.Token("ana@50", 5), Tickets: []Ticket{{ID: "T-7"}}}, "T-7 bea last_click") // copied
		for code, want := range map[string]string{
			"ana": `from bea 2, by bea 2, 2 assists, 1 shared`, "bea": `from ana 2, by ana 2, 2 assists, 0 shared`,
		} {
			d := w.detail(code)
			short := func(list []model.Overlap) (s string) {
				for _, o := range list {
					s += fmt.Sprintf(" %s %d", o.Link, o.Orders)
				}
				return s
			}
			if got := fmt.Sprintf("from%s, by%s, %d assists, %d shared", short(d.TookOverFrom), short(d.TakenOverBy), d.Assists, d.SharedAddress); got != want {
				w.Errorf("%s: %s, want %s", code, got, want)
			}
		}
	}},
	{"R22 orders by a shared address are counted as they stand", func(w *World) {
		token := w.Token("ana@50", 1)
		w.Place(Order{ID: "A-0", Customer: "kim", Click: token, Tickets: []Ticket{{ID: "T-0"}}})
		order := Order{Customer: "lou", Click: token, Tickets: []Ticket{{ID: "T-1"}, {ID: "T-2"}}}
		for v, tt := range []struct {
			first, second model.Status
			test          bool
			want          int64
		}{
			{model.Valid, model.Valid, false, 1},
			{model.Refunded, model.Valid, false, 1},
			{model.Refunded, model.Void, false, 0},
			{model.Refunded, model.Valid, false, 1},
			{model.Refunded, model.Valid, true, 0},
			{model.Valid, model.Valid, false, 1},
		} {
			order.Version, order.Test, order.Tickets[0].Status, order.Tickets[1].Status = int64(v+1), tt.test, tt.first, tt.second
			w.Place(order)
			if n := w.detail("ana").SharedAddress; n != tt.want {
				w.Errorf("version %d: %d orders, want %d", v+1, n, tt.want)
			}
			w.proveSums()
		}
	}},
	{"channel and paid are kept, and may change", func(w *World) {
		order := Order{Channel: " box\u200b office ", Tickets: []Ticket{{ID: "T-1", Paid: 3999}, {ID: "T-2", Paid: Free}, {ID: "T-3"}}}
		w.Place(order)
		shown := func() string {
			x, err := w.Store.ExplainOrder(w.Ctx, As("acme"), "A-1", "")
			w.Must(err)
			list := "–"
			if x.Channel != nil {
				list = *x.Channel
			}
			for _, t := range x.Tickets {
				if t.Paid == nil {
					list += " –"
				} else {
					list += fmt.Sprint(" ", *t.Paid)
				}
			}
			return list
		}
		if got, want := shown(), "box office 3999 0 –"; got != want {
			w.Errorf("%s, want %s", got, want)
		}
		order.Version, order.Channel, order.Tickets = 2, "online", []Ticket{{ID: "T-1"}, {ID: "T-2", Paid: 100}, {ID: "T-3", Paid: 1}}
		w.Place(order)
		if got, want := shown(), "online – 100 1"; got != want {
			w.Errorf("%s, want %s", got, want)
		}
		for _, change := range []func(*Order){func(o *Order) { o.Channel = "" }, func(o *Order) { o.Tickets[2].Paid = 2 }, func(o *Order) { o.Coupon = "x" }} {
			other := order
			other.Tickets = append([]Ticket(nil), order.Tickets...)
			change(&other)
			_, err := w.Send(other)
			w.wantKind(err, model.Conflict)
		}
		if out, err := w.Send(order); err != nil || out.Status != model.Duplicate {
			w.Errorf("the same again: %v, %v", out, err)
		}
	}},
	{"the carrier of a page, in memory at once", func(w *World) {
		carried := func(code string, want model.Carry) {
			w.Helper()
			t, _ := w.Store.LinkByCode(code)
			if l := w.detail(code); t.Carry != want || l.Carry != want {
				w.Errorf("%s: %q in memory, %q in the table, want %q", code, t.Carry, l.Carry, want)
			}
		}
		client := func(s string) {
			w.Helper()
			c, err := w.Store.SetClient(w.Ctx, w.Admin, "acme", model.ClientChange{Carry: &s})
			w.Must(err)
			if again, err := w.Store.Client(w.Ctx, As("acme"), "acme"); err != nil || again.Carry != c.Carry {
				w.Errorf("%q is read as %q (%v)", c.Carry, again.Carry, err)
			}
		}
		event := func(s string) {
			w.Helper()
			e, err := w.Store.SetEvent(w.Ctx, As("acme"), "summerfest", model.EventChange{Carry: &s})
			w.Must(err)
			if again, err := w.Store.Event(w.Ctx, As("acme"), "summerfest"); err != nil || again.Carry != e.Carry {
				w.Errorf("%q is read as %q (%v)", e.Carry, again.Carry, err)
			}
		}
		carried("ana", "")
		carried("bea", "")
		client("woocommerce")
		carried("ana", "utm_content")
		carried("bea", "utm_content")
		event("ref={click}")
		carried("ana", "utm_content")
		carried("bea", "ref")
		// What a checkout says of the event leaves its carrier.
		_, err := w.Deliver("box", "", eventBody("acme", "summerfest", "Summer", Minute(1000), typed("ga", "Standing")))
		w.Must(err)
		carried("bea", "ref")
		client("")
		carried("ana", "")
		carried("bea", "ref")
		event("")
		carried("bea", "")
		c, err := w.Store.AddClient(w.Ctx, w.Admin, model.NewClient{Slug: "zenith", Name: "Z", URL: "https://zenith.example/", Carry: "tito"})
		w.Must(err)
		e, err := w.Store.AddEvent(w.Ctx, As("acme"), model.NewEvent{Slug: "gala", Name: "Gala", URL: "https://tickets.example/gala", Carry: "aff={click}"})
		w.Must(err)
		w.AddLink("acme", "gil", "gala")
		if carried("gil", "aff"); c.Carry != "source" || e.Carry != "aff" {
			w.Errorf("added %q and %q", c.Carry, e.Carry)
		}
		for _, bad := range []string{"act={click}", "utm_content", "a b={click}"} {
			_, err := w.Store.SetClient(w.Ctx, w.Admin, "acme", model.ClientChange{Carry: &bad})
			w.wantKind(err, model.Invalid)
			_, err = w.Store.SetEvent(w.Ctx, As("acme"), "gala", model.EventChange{Carry: &bad})
			w.wantKind(err, model.Invalid)
		}
	}},
}
