package dbtest

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"lastclick/model"
)

// compareSorted is the order of a list that is sorted so, written from what it shows.
func compareSorted(a, b model.OrderSummary, by model.OrderSort, up bool) int {
	key := func(o model.OrderSummary) (word string, amount int64) {
		switch by {
		case model.SortTickets:
			return "", o.Tickets
		case model.SortFace:
			for currency, face := range o.FaceValue {
				return currency, face
			}
		case model.SortLink:
			if len(o.Links) > 0 {
				return o.Links[0], 0
			}
			return "zzz", 0 // behind all codes here
		}
		return "", 0
	}
	word, amount := key(a)
	other, than := key(b)
	n := cmp.Or(cmp.Compare(word, other), cmp.Compare(amount, than), a.PlacedAt.Compare(b.PlacedAt), cmp.Compare(a.Checkout, b.Checkout), cmp.Compare(a.ID, b.ID))
	if up {
		return n
	}
	return -n
}

var orderSortTests = []test{
	{"each sort and direction, read whole and in parts, while orders arrive", func(w *World) {
		w.AddCheckout("web", "")
		w.AddLink("acme", "cyd", "")
		w.AddLink("acme", "dot", "winterball")
		Season(w, 3, 120)
		for n := range 30 { // many that are equal but for the checkout and the id
			w.Place(Order{ID: fmt.Sprint("E-", n%15), Checkout: []string{"box", "web"}[n/15], Currency: []string{"GBP", "EUR"}[n%2], Tickets: []Ticket{{ID: fmt.Sprint("E-", n)}}})
		}
		w.Place(Order{ID: "two", Receipt: w.Receipt("cyd@70"), Tickets: []Ticket{{ID: "2"}, {ID: "10", Event: "winterball", Type: "vip", Status: model.Refunded}}})
		w.Place(Order{ID: "test", Test: true, Tickets: []Ticket{{ID: "x"}}})
		r := rand.New(rand.NewPCG(3, 4))
		for _, filter := range []model.OrderFilter{{}, {Link: "sub-1"}, {Unattributed: true}, {Event: "winterball"}, {Search: "vip"}, {Search: "person summer"}} {
			for _, by := range model.OrderSorts {
				for _, up := range []bool{false, true} {
					filter.Sort, filter.Up = by, up
					w.readSorted(filter, r)
				}
			}
		}
	}},
	{"a cursor of another sort, and a sort that is none", func(w *World) {
		for n := range 3 {
			w.Place(Order{ID: fmt.Sprint("A-", n), Tickets: []Ticket{{ID: fmt.Sprint("T-", n)}}})
		}
		next := w.orders(model.OrderFilter{Limit: 1, Sort: model.SortTickets}).Next
		for _, f := range []model.OrderFilter{{Before: next}, {Before: next, Sort: model.SortTickets, Up: true}, {Before: next, Sort: model.SortFace}, {Sort: "colour"}} {
			_, err := w.Store.Orders(w.Ctx, As("acme"), f)
			w.wantKind(err, model.Invalid)
		}
	}},
	{"a search finds all of its words, in any order, in what an order is of", func(w *World) {
		w.Must(w.rename("bea", "Zoë Ölmann"))
		_, err := w.Store.AddAlias(w.Ctx, As("acme"), "ana", "spring50")
		w.Must(err)
		w.Place(Order{ID: "SHOP-1001", Customer: "cus_77", Email: "kim@example.com", Receipt: w.Receipt("bea@60"), Tickets: []Ticket{{ID: "1", Type: "early-bird", Name: "Early Bird"}}})
		w.Place(Order{ID: "SHOP-1002", Email: "kim@example.com", Receipt: w.Receipt("ana@60"), Tickets: []Ticket{{ID: "2", Event: "winterball"}, {ID: "3", Type: "vip"}}})
		w.Place(Order{ID: "shop-2001", Tickets: []Ticket{{ID: "4", Event: "winterball", Type: "vip"}}})
		w.Place(Order{ID: "50%_off", Test: true, Tickets: []Ticket{{ID: "5"}}})
		for search, want := range map[string]string{
			"": "shop-2001 SHOP-1002 SHOP-1001 50%_off", "  ": "shop-2001 SHOP-1002 SHOP-1001 50%_off",
			"1001": "SHOP-1001", "shop-100": "SHOP-1002 SHOP-1001", "00": "", "50%": "50%_off", "_off": "50%_off", "%%%": "", `\\\`: "",
			"zoë": "SHOP-1001", "ÖLM": "SHOP-1001", "bea": "SHOP-1001", "spring": "SHOP-1002", "EARLY": "SHOP-1001", "bird early": "SHOP-1001",
			"winter": "shop-2001 SHOP-1002", "winter vip": "shop-2001 SHOP-1002", "vip winter ana": "SHOP-1002", "event summerfest": "SHOP-1002 SHOP-1001 50%_off",
			"no link": "shop-2001", "last_click": "SHOP-1002 SHOP-1001", "test order": "50%_off", "nowhere": "", "vip nowhere": "",
			"cus_77": "", "kim@example.com": "", // an owner is not told who bought
		} {
			if got := ids(w.orders(model.OrderFilter{Search: search}).Items); got != want {
				w.Errorf("%q finds %q, want %q", search, got, want)
			}
		}
		for search, want := range map[string]string{"cus_77": "SHOP-1001", "CUS_77": "", "Kim@Example.com": "SHOP-1002", "kim@example.com vip": "SHOP-1002", "kim@example.com early": ""} {
			page, err := w.Store.Orders(w.Ctx, w.Admin, model.OrderFilter{Search: search})
			w.Must(err)
			if got := ids(page.Items); got != want || page.Total != int64(len(page.Items)) {
				w.Errorf("to an admin %q finds %q, want %q", search, got, want)
			}
		}
		w.AddClient("zenith")
		w.AddEvent("zenith", "nightshift")
		w.AddLink("zenith", "zed", "")
		w.Place(Order{ID: "both", Receipt: w.Receipt("ana@60"), Tickets: []Ticket{{ID: "6"}, {ID: "7", Event: "nightshift"}}})
		for _, search := range []string{"nightshift", "zed", "zenith"} { // what is another client's
			if got := ids(w.orders(model.OrderFilter{Search: search}).Items); got != "" {
				w.Errorf("%q finds %q", search, got)
			}
		}
		page, err := w.Store.Orders(w.Ctx, As("zenith"), model.OrderFilter{Search: "summerfest"})
		if err != nil || len(page.Items) != 0 {
			w.Errorf("zenith finds %s by an event of acme, %v", ids(page.Items), err)
		}
	}},
	{"orders since a cursor, in the order in which they came", func(w *World) {
		w.Place(Order{ID: "old", Tickets: []Ticket{{ID: "1"}}})
		since := func(f model.OrderFilter, cursor *string) string {
			page, err := w.Store.OrdersSince(w.Ctx, As("acme"), f, *cursor)
			w.Must(err)
			*cursor = page.Next
			return ids(page.Items)
		}
		var all, found string
		if got := since(model.OrderFilter{}, &all) + since(model.OrderFilter{Search: "vip"}, &found); got != "" {
			w.Errorf("from now on there is %s already", got)
		}
		start := all
		w.Place(Order{ID: "late", Placed: Minute(500), Tickets: []Ticket{{ID: "2", Type: "vip"}}})
		w.Place(Order{ID: "early", Placed: Minute(1), Tickets: []Ticket{{ID: "3"}, {ID: "4"}}})
		w.Place(Order{ID: "late", Version: 2, Placed: Minute(501), Tickets: []Ticket{{ID: "2", Type: "vip"}}}) // it came before
		if got := since(model.OrderFilter{}, &all); got != "late early" {
			w.Errorf("there came %q", got)
		}
		if got := since(model.OrderFilter{}, &all); got != "" {
			w.Errorf("%q came twice", got)
		}
		if got := since(model.OrderFilter{Search: "vip"}, &found); got != "late" {
			w.Errorf("of VIPs there came %q", got)
		}
		if all == start {
			w.Errorf("the cursor stays %q", all)
		}
		_, err := w.Store.OrdersSince(w.Ctx, As("acme"), model.OrderFilter{}, w.orders(model.OrderFilter{Limit: 1}).Next)
		w.wantKind(err, model.Invalid)
		_, err = w.Store.OrdersSince(w.Ctx, model.Actor{Name: "nobody"}, model.OrderFilter{}, "")
		w.wantKind(err, model.Denied)
	}},
	{"the inbox and the audit trail are searched and turned around", func(w *World) {
		for i := range 7 {
			w.AddLink("acme", fmt.Sprint("link-", i), "")
			_, err := w.Deliver("box", fmt.Sprint("bad_", i), []byte(`{"type":"order.placed","data":{}}`))
			w.wantKind(err, model.Invalid)
		}
		audit, err := w.Store.Audit(w.Ctx, w.Owner, model.Paging{Search: "ADD link- name", Up: true, Limit: 3})
		w.Must(err)
		if len(audit.Items) != 3 || audit.Total != 7 || audit.First != 0 || audit.Items[0].Object != "link-0" {
			w.Errorf("audit: %s", asJSON(audit))
		}
		audit, err = w.Store.Audit(w.Ctx, w.Owner, model.Paging{Search: "ADD link- name", Up: true, Limit: 30, Before: audit.Next})
		w.Must(err)
		if len(audit.Items) != 4 || audit.Total != 7 || audit.First != 3 || audit.Items[3].Object != "link-6" || audit.Next != "" {
			w.Errorf("the rest of the audit: %s", asJSON(audit))
		}
		inbox, err := w.Store.Inbox(w.Ctx, w.Admin, model.Paging{Search: "refused bad_3"})
		w.Must(err)
		if len(inbox.Items) != 1 || inbox.Total != 1 || inbox.Items[0].WebhookID != "bad_3" {
			w.Errorf("inbox: %s", asJSON(inbox))
		}
	}},
}

// rename gives a link another name.
func (w *World) rename(code, name string) error {
	_, err := w.Store.SetLink(w.Ctx, As("acme"), code, model.LinkChange{Name: &name})
	return err
}

// ids are the orders of a list.
func ids(list []model.OrderSummary) string {
	names := make([]string, len(list))
	for i, o := range list {
		names[i] = o.ID
	}
	return strings.Join(names, " ")
}

// readSorted reads the list whole, and in parts of a random length while orders arrive: each
// that was there once, in its place, and those that arrived at most once.
func (w *World) readSorted(f model.OrderFilter, r *rand.Rand) {
	w.Helper()
	f.Limit = model.MaxLimit
	whole := w.orders(f)
	if !slices.IsSortedFunc(whole.Items, func(a, b model.OrderSummary) int { return compareSorted(a, b, f.Sort, f.Up) }) {
		w.Errorf("%+v is not sorted: %s", f, asJSON(whole.Items))
	}
	if len(whole.Items) == 0 || whole.Total != int64(len(whole.Items)) {
		w.Errorf("%+v: %d of %d", f, len(whole.Items), whole.Total)
	}
	var read []model.OrderSummary
	for f.Limit = 1 + r.IntN(40); ; {
		page := w.orders(f)
		if f.Before == "" && page.First != 0 || f.Before != "" && page.First < int64(len(read)) || page.Total < page.First+int64(len(page.Items)) {
			w.Errorf("%+v: %d come before, %d in all, and %d were read", f, page.First, page.Total, len(read))
		}
		if read = append(read, page.Items...); page.Next == "" {
			break
		}
		f.Before = page.Next
		w.webhooks++
		w.Place(Order{ID: fmt.Sprint("N-", w.webhooks), Placed: Minute(r.IntN(120)), Receipt: w.Receipt("sub-1@1"), Tickets: []Ticket{{ID: fmt.Sprint("N-", w.webhooks), Type: "vip", Event: []string{"summerfest", "winterball"}[r.IntN(2)], Face: int64(1 + r.IntN(9000))}}})
	}
	if !slices.IsSortedFunc(read, func(a, b model.OrderSummary) int { return compareSorted(a, b, f.Sort, f.Up) }) {
		w.Errorf("%+v read in parts is not sorted: %s", f, ids(read))
	}
	seen := map[string]int{}
	for _, o := range read {
		seen[o.Checkout+" "+o.ID]++
	}
	for _, o := range whole.Items {
		if seen[o.Checkout+" "+o.ID] != 1 {
			w.Errorf("%+v: %s was read %d times", f, o.ID, seen[o.Checkout+" "+o.ID])
		}
	}
	for name, n := range seen {
		if n > 1 {
			w.Errorf("%+v: %s was read %d times", f, name, n)
		}
	}
}
