package dbtest

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"lastclick/model"
)

// placeAll places orders, several at once.
func (w *World) placeAll(orders []Order) {
	w.Helper()
	var deliveries []model.Delivery
	for _, o := range orders {
		deliveries = append(deliveries, w.Delivery(or(o.Checkout, "box"), "msg "+o.ID, o.Body()))
	}
	errs := make([]error, len(deliveries))
	var done sync.WaitGroup
	for first := range 8 {
		done.Go(func() {
			for i := first; i < len(deliveries); i += 8 {
				_, errs[i] = w.Store.Receive(w.Ctx, deliveries[i])
			}
		})
	}
	done.Wait()
	w.Must(errors.Join(errs...))
}

// named are the orders of a list in short, "box A-1".
func named(list []model.OrderSummary) (names []string) {
	for _, o := range list {
		names = append(names, o.Checkout+" "+o.ID)
	}
	return names
}

// orders is a part of acme's list.
func (w *World) orders(f model.OrderFilter) model.Listing[model.OrderSummary] {
	w.Helper()
	page, err := w.Store.Orders(w.Ctx, As("acme"), f)
	w.Must(err)
	return page
}

// wantOrders compares a whole list, read at once and in parts.
func (w *World) wantOrders(f model.OrderFilter, want ...string) {
	w.Helper()
	for _, f.Limit = range []int{0, 1, 2} {
		var got []string
		for f.Before = ""; ; {
			page := w.orders(f)
			got = append(got, named(page.Items)...)
			if page.Total != int64(len(want)) || len(page.Items) > or(f.Limit, model.DefaultLimit) {
				w.Errorf("%+v: %d orders of %d, want %d", f, len(page.Items), page.Total, len(want))
			}
			if f.Before = page.Next; f.Before == "" || len(got) > len(want) {
				break
			}
		}
		if !slices.Equal(got, want) {
			w.Errorf("%+v: %q, want %q", f, got, want)
		}
	}
}

// exportedFirst are the first two cells of an export's rows.
func (w *World) exportedFirst(what string) (cells []string) {
	w.Helper()
	for row := range strings.Lines(w.export(what)) {
		first, rest, _ := strings.Cut(row, "|")
		second, _, _ := strings.Cut(rest, "|")
		cells = append(cells, second+" "+first)
	}
	return cells[1:]
}

var listTests = []test{
	{"R25 orders of one moment, whatever the order of arrival", func(w *World) {
		w.AddCheckout("web", "")
		w.AddCheckout("app", "")
		var orders []Order
		for _, checkout := range []string{"box", "web", "app"} { // in another order than their names
			for _, id := range []string{"A-2", "A-10", "A-1"} {
				orders = append(orders, Order{ID: id, Checkout: checkout, Tickets: []Ticket{{ID: "T-" + id}}})
			}
		}
		orders = append(orders, Order{ID: "B", Placed: Minute(101), Tickets: []Ticket{{ID: "T-B"}}}, Order{ID: "C", Placed: Minute(99), Tickets: []Ticket{{ID: "T-C"}}})
		for _, o := range orders {
			w.Place(o)
		}
		want := []string{"box B", "web A-2", "web A-10", "web A-1", "box A-2", "box A-10", "box A-1", "app A-2", "app A-10", "app A-1", "box C"}
		w.wantOrders(model.OrderFilter{}, want...)
		slices.Reverse(want) // exports begin with the oldest
		if got := w.exportedFirst("orders"); !slices.Equal(got, want) {
			w.Errorf("exported %q, want %q", got, want)
		}
	}},
	{"a list of orders read in parts has each once, while others come and go", func(w *World) {
		w.AddCheckout("web", "")
		order := func(n int, checkout string, placed int) Order {
			return Order{ID: fmt.Sprintf("%s-%03d", checkout, n), Checkout: checkout, Placed: Minute(placed), Tickets: []Ticket{{ID: fmt.Sprint("T-", n)}, {ID: fmt.Sprint("U-", n)}}}
		}
		var all []Order
		for n := range 500 {
			all = append(all, order(n, []string{"box", "web"}[n%2], 100))
		}
		r := rand.New(rand.NewPCG(1, 2))
		r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		w.placeAll(all)
		slices.SortFunc(all, func(a, b Order) int { return cmp.Or(cmp.Compare(b.Checkout, a.Checkout), cmp.Compare(b.ID, a.ID)) })
		var got []string
		late := map[string]bool{}
		for f := (model.OrderFilter{Limit: 37}); ; {
			page := w.orders(f)
			if want := int64(500 + len(late)); page.Total != want {
				w.Errorf("%d in all, want %d", page.Total, want)
			}
			got = append(got, named(page.Items)...)
			if f.Before = page.Next; f.Before == "" {
				break
			}
			n := 9000 + len(late) // before those of the same moment
			for i, o := range []Order{order(n, "box", 99), order(n+1, "web", 100), order(n+2, "box", 101)} {
				w.Place(o)
				late[o.Checkout+" "+o.ID] = i == 0 // a place that is still to come is read
			}
		}
		var want []string
		for _, o := range all {
			want = append(want, o.Checkout+" "+o.ID)
		}
		seen := map[string]int{}
		for _, name := range got {
			seen[name]++
		}
		for name, older := range late {
			if seen[name] > 1 || older && seen[name] == 0 || !older && seen[name] > 0 {
				w.Errorf("%s, which came meanwhile, was read %d times", name, seen[name])
			}
		}
		if read := slices.DeleteFunc(slices.Clone(got), func(name string) bool { _, ok := late[name]; return ok }); !slices.Equal(read, want) {
			w.Errorf("read %q, want %q", read, want)
		}
	}},
	{"an order is listed where a ticket of its newest version fits", func(w *World) {
		w.AddLink("acme", "cyd", "")
		both := w.Receipt("bea@60")
		w.Place(Order{ID: "A-1", Receipt: both, Tickets: []Ticket{{ID: "T-1"}, {ID: "T-2", Event: "winterball"}}}) // bea, and none other_event
		w.Place(Order{ID: "A-2", Receipt: w.Receipt("cyd@60"), Tickets: []Ticket{{ID: "T-3"}, {ID: "T-4", Event: "winterball"}}})
		w.Place(Order{ID: "A-3", Tickets: []Ticket{{ID: "T-5", Event: "winterball"}}})
		w.Place(Order{ID: "A-4", Receipt: both, Tickets: []Ticket{{ID: "T-6"}, {ID: "T-7"}}})
		w.Place(Order{ID: "A-5", Test: true, Tickets: []Ticket{{ID: "T-8", Status: model.Refunded}}})
		w.Place(Order{ID: "A-6", Receipt: both, Tickets: []Ticket{{ID: "T-9"}, {ID: "T-10", Event: "winterball"}}})
		w.Place(Order{ID: "A-6", Version: 2, Receipt: both, Tickets: []Ticket{{ID: "T-9"}}})
		w.Place(Order{ID: "A-7", Receipt: both, Tickets: []Ticket{{ID: "T-11"}, {ID: "T-12", Event: "winterball"}}})
		w.Place(Order{ID: "A-7", Version: 2, Receipt: both, Tickets: []Ticket{{ID: "T-12", Event: "winterball"}}})
		w.wantOrders(model.OrderFilter{}, "box A-7", "box A-6", "box A-5", "box A-4", "box A-3", "box A-2", "box A-1")
		w.wantOrders(model.OrderFilter{Link: "bea"}, "box A-6", "box A-4", "box A-1")
		w.wantOrders(model.OrderFilter{Unattributed: true}, "box A-7", "box A-5", "box A-3", "box A-1")
		w.wantOrders(model.OrderFilter{Event: "winterball"}, "box A-7", "box A-3", "box A-2", "box A-1")
		w.wantOrders(model.OrderFilter{Event: "winterball", Unattributed: true}, "box A-7", "box A-3", "box A-1")
		w.wantOrders(model.OrderFilter{Event: "summerfest", Unattributed: true}, "box A-5")
		w.wantOrders(model.OrderFilter{Event: "winterball", Link: "bea"})
		w.wantOrders(model.OrderFilter{Event: "winterball", Link: "cyd"}, "box A-2")
		w.wantOrders(model.OrderFilter{Link: "bea", Unattributed: true}, "box A-1") // partly credited to bea
		w.wantOrders(model.OrderFilter{Link: "bea", Unattributed: true, Event: "summerfest"})
		w.AddClient("zenith")
		w.AddEvent("zenith", "nightshift")
		for _, f := range []model.OrderFilter{{Link: "none"}, {Event: "none"}, {Event: "nightshift"}} {
			_, err := w.Store.Orders(w.Ctx, As("acme"), f)
			w.wantKind(err, model.NotFound)
		}
		if page := w.orders(model.OrderFilter{Limit: 2, Uncounted: true}); len(page.Items) != 2 || page.Next == "" || page.Total != 0 {
			w.Errorf("uncounted %s", asJSON(page))
		}
	}},
	{"the checkouts of an order's id are those of the client", func(w *World) {
		w.AddCheckout("web", "")
		w.AddClient("zenith")
		w.AddEvent("zenith", "nightshift")
		w.Place(Order{ID: "A-1", Tickets: []Ticket{{ID: "T-1"}}})
		w.Place(Order{ID: "A-1", Checkout: "web", Tickets: []Ticket{{ID: "T-2"}}})
		w.Place(Order{ID: "A-2", Tickets: []Ticket{{ID: "T-3", Event: "nightshift"}}})
		for _, c := range []struct{ client, id, want string }{{"acme", "A-1", "box web"}, {"acme", "A-2", ""}, {"zenith", "A-1", ""}, {"zenith", "A-2", "box"}, {"acme", "A", ""}, {"acme", "", ""}} {
			names, err := w.Store.OrderCheckouts(w.Ctx, As(c.client), c.id)
			if got := strings.Join(names, " "); got != c.want || (err != nil) != (c.want == "") {
				w.Errorf("%s of %s is at %q, %v; want %q", c.id, c.client, got, err, c.want)
			}
			if c.want == "" {
				w.wantKind(err, model.NotFound)
			}
		}
		_, err := w.Store.OrderCheckouts(w.Ctx, model.Actor{Name: "root", Role: model.Admin}, "A-1")
		if err == nil {
			w.Errorf("an admin without a client is told of orders")
		}
	}},
	{"R8 a ticket that is left out is shown nowhere", func(w *World) {
		w.AddClient("zenith")
		w.AddEvent("zenith", "nightshift")
		w.Place(Order{Receipt: w.Receipt("bea@60"), Tickets: []Ticket{{ID: "T-1"}, {ID: "T-2", Event: "winterball"}, {ID: "T-3", Event: "nightshift"}}})
		w.Place(Order{Version: 2, Receipt: w.Receipt("bea@60"), Tickets: []Ticket{{ID: "T-1"}}})
		w.Scan("T-2", 200, true)
		x, err := w.Store.ExplainOrder(w.Ctx, w.Admin, "A-1", "")
		w.Must(err)
		if len(x.Tickets) != 1 || x.Tickets[0].ID != "T-1" {
			w.Errorf("explained %s", asJSON(x.Tickets))
		}
		o := w.orders(model.OrderFilter{}).Items[0]
		if o.Tickets != 1 || asJSON(o.Reasons) != asJSON([]model.Reason{model.ReasonLastClick}) {
			w.Errorf("listed %s", asJSON(o))
		}
		if tickets := w.export("tickets"); strings.Contains(tickets, "T-2") {
			w.Errorf("exported %s", tickets)
		}
		if page, err := w.Store.Orders(w.Ctx, As("zenith"), model.OrderFilter{}); err != nil || len(page.Items) != 0 || page.Total != 0 {
			w.Errorf("to the client whose ticket was left out: %s, %v", asJSON(page), err)
		}
		_, err = w.Store.ExplainOrder(w.Ctx, As("zenith"), "A-1", "")
		w.wantKind(err, model.NotFound)
	}},
	{"R8 R25 what is shown of an order does not depend on what arrived, nor on the order of its tickets", func(w *World) {
		tickets := []Ticket{{ID: "T-10", Event: "winterball"}, {ID: "T-9", Status: model.Refunded}, {ID: "T-2"}}
		var shown []string
		for i, sent := range permutations(tickets) {
			id := fmt.Sprint("A-", i)
			for j := range sent {
				sent[j].ID = fmt.Sprintf("%d-%s", i, sent[j].ID)
			}
			order := Order{ID: id, Version: 2, Placed: Minute(100 + i), Receipt: w.Receipt("bea@60"), Tickets: sent}
			before := order
			before.Version, before.Tickets = 1, append([]Ticket{{ID: fmt.Sprintf("%d-T-1", i)}}, sent[0])
			if i%2 == 0 {
				w.Place(before)
			}
			w.Place(order)
			if _, err := w.Send(before); err != nil {
				w.Errorf("version 1 of %s: %v", id, err)
			}
			x, err := w.Store.ExplainOrder(w.Ctx, As("acme"), id, "")
			w.Must(err)
			s := ""
			for _, t := range x.Tickets {
				s += fmt.Sprintf("%s %s %s; ", strings.TrimPrefix(t.ID, fmt.Sprint(i, "-")), t.Status, t.Reason)
			}
			o := w.orders(model.OrderFilter{Limit: 1}).Items[0]
			shown = append(shown, s+fmt.Sprint(o.Tickets, o.Links, o.Reasons, o.FaceValue))
		}
		for _, s := range shown {
			if want := "T-2 valid last_click; T-9 refunded last_click; T-10 valid other_event; 2 [bea] [last_click other_event] GBP 90.00"; s != want {
				w.Errorf("shown %s, want %s", s, want)
			}
		}
		want := ""
		for i := range shown {
			want += fmt.Sprintf("A-%d %d-T-2, A-%d %d-T-9, A-%d %d-T-10, ", i, i, i, i, i, i)
		}
		if got := strings.Join(w.exportedFirst("tickets"), ", ") + ", "; got != want {
			w.Errorf("exported %s, want %s", got, want)
		}
	}},
	{"R9 a test order's clicks have the verdicts they would have met", func(w *World) {
		want := "bea@60 won, ana@50 overridden"
		for i, versions := range [][]string{{w.Receipt("ana@50", "bea@60")}, {"", w.Receipt("ana@50", "bea@60")}} { // at once, or later
			id := fmt.Sprint("A-", i)
			for v, receipt := range versions {
				w.judged(Order{ID: id, Version: int64(v + 1), Test: true, Placed: Minute(100), Receipt: receipt, Tickets: []Ticket{{ID: "T-" + id}}}, "T-"+id+" – test")
			}
			x, err := w.Store.ExplainOrder(w.Ctx, As("acme"), id, "")
			w.Must(err)
			if got := considered(x.Tickets[0]); got != want || x.Tickets[0].Link != nil || x.Tickets[0].Reason != model.ReasonTest {
				w.Errorf("%s: %s, want %s as a test: %s", id, got, want, asJSON(x.Tickets))
			}
		}
	}},
	{"the inbox and the audit trail read in parts", func(w *World) {
		const many = 7
		for i := range many {
			w.AddLink("acme", fmt.Sprint("link-", i), "")
			_, err := w.Deliver("box", fmt.Sprint("bad_", i), []byte(`{"type":"order.placed","data":{}}`))
			w.wantKind(err, model.Invalid)
		}
		inPart(w, many, func(p model.Paging) (model.Listing[model.InboxItem], error) { return w.Store.Inbox(w.Ctx, w.Admin, p) },
			func(i model.InboxItem) string { return strings.TrimPrefix(i.WebhookID, "bad_") })
		inPart(w, many+6, func(p model.Paging) (model.Listing[model.AuditEntry], error) {
			return w.Store.Audit(w.Ctx, w.Admin, p)
		}, func(e model.AuditEntry) string { return strings.TrimPrefix(e.Object, "link-") })
	}},
	{"a cursor of nothing, or of another list", func(w *World) {
		w.AddLink("acme", "cyd", "")
		w.Place(Order{Tickets: []Ticket{{ID: "T-1"}}})
		w.Place(Order{ID: "A-2", Tickets: []Ticket{{ID: "T-2"}}})
		orders := w.orders(model.OrderFilter{Limit: 1}).Next
		audit, err := w.Store.Audit(w.Ctx, w.Admin, model.Paging{Limit: 1})
		w.Must(err)
		for _, bad := range []string{"x", "A-1", audit.Next, orders[1:], strings.ToLower(orders)} {
			_, err := w.Store.Orders(w.Ctx, As("acme"), model.OrderFilter{Before: bad})
			w.wantKind(err, model.Invalid)
		}
		for _, bad := range []string{"x", orders} {
			_, err := w.Store.Audit(w.Ctx, w.Admin, model.Paging{Before: bad})
			w.wantKind(err, model.Invalid)
			_, err = w.Store.Inbox(w.Ctx, w.Admin, model.Paging{Before: bad})
			w.wantKind(err, model.Invalid)
		}
		// A place stays one when its order has gone from there.
		w.Place(Order{ID: "A-2", Version: 2, Placed: Minute(20), Tickets: []Ticket{{ID: "T-2"}}})
		if got := named(w.orders(model.OrderFilter{Before: orders}).Items); !slices.Equal(got, []string{"box A-1", "box A-2"}) {
			w.Errorf("after the place of A-2 that was: %q", got)
		}
	}},
	{"orders of any time back are listed in their place", func(w *World) {
		for i, placed := range []time.Time{time.Unix(0, 0), time.UnixMilli(-1), time.Date(1912, 4, 15, 0, 0, 0, 0, time.UTC), Minute(1)} {
			w.Place(Order{ID: fmt.Sprint("A-", i), Placed: placed.UTC(), Tickets: []Ticket{{ID: fmt.Sprint("T-", i)}}})
		}
		w.wantOrders(model.OrderFilter{}, "box A-3", "box A-0", "box A-1", "box A-2")
	}},
}

// inPart reads a list of n items from its end in parts of three. The names of the
// newest ones are numbers that go down.
func inPart[T any](w *World, n int, read func(model.Paging) (model.Listing[T], error), name func(T) string) {
	w.Helper()
	var got []string
	for p := (model.Paging{Limit: 3}); ; {
		page, err := read(p)
		w.Must(err)
		if page.Total != int64(n) || len(page.Items) > 3 {
			w.Errorf("%d items of %d, want %d", len(page.Items), page.Total, n)
		}
		for _, i := range page.Items {
			got = append(got, name(i))
		}
		if p.Before = page.Next; p.Before == "" || len(got) > n {
			break
		}
	}
	if len(got) != n || !slices.Equal(got[:7], []string{"6", "5", "4", "3", "2", "1", "0"}) {
		w.Errorf("%d items, want %d: %q", len(got), n, got)
	}
	page, err := read(model.Paging{})
	w.Must(err)
	if len(page.Items) != n || page.Next != "" || page.Total != int64(n) {
		w.Errorf("whole: %d items of %d, next %q; want %d", len(page.Items), page.Total, page.Next, n)
	}
}
