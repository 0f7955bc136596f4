package dbtest

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"lastclick/model"
)

// soldOrder is an order with the link that its receipt holds; empty for no receipt.
type soldOrder struct {
	Order
	code string
}

// credit is the link of a ticket, and why.
func (o *soldOrder) credit(t Ticket) (string, model.Reason) {
	switch {
	case o.Test:
		return "", model.ReasonTest
	case o.code == "":
		return "", model.ReasonNoClick
	case o.code == "bea" && t.Event != "summerfest":
		return "", model.ReasonOtherEvent
	}
	return o.code, model.ReasonLastClick
}

// holds says whether a word is found in the order.
func (o *soldOrder) holds(word string) bool {
	word = strings.ToLower(word)
	id := strings.ToLower(o.ID)
	if id == word || len(word) >= model.MinIDPart && strings.Contains(id, word) {
		return true
	}
	return slices.ContainsFunc(o.Tickets, func(t Ticket) bool {
		link, reason := o.credit(t)
		if link != "" && strings.Contains("name of "+link, word) || reason.Holds(word) {
			return true
		}
		return strings.Contains("event "+t.Event, word) || strings.Contains(t.Type, word)
	})
}

// is says whether the order fulfils a qualifier; first are the first purchases.
func (o *soldOrder) is(qualifier string, first map[string]*soldOrder) bool {
	day := o.Placed.In(london).Format(time.DateOnly)
	name, value, _ := strings.Cut(qualifier, ":")
	switch name {
	case "on":
		return day == value
	case "from":
		return day >= value
	case "to":
		return day <= value
	}
	known := o.Customer != "" && !o.Test
	isFirst := known && first[o.buyer()] == o && !o.Returning
	switch value {
	case "new":
		return isFirst
	case "returning":
		return known && !isFirst
	case "test":
		return o.Test
	case "refunded":
		return slices.ContainsFunc(o.Tickets, func(t Ticket) bool { return t.Status == model.Refunded })
	}
	return o.any("", "")
}

// any says whether a ticket has the link, and is for the event; empty for all.
func (o *soldOrder) any(link, event string) bool {
	return slices.ContainsFunc(o.Tickets, func(t Ticket) bool {
		got, _ := o.credit(t)
		return got == link && (event == "" || t.Event == event)
	})
}

func (o *soldOrder) buyer() string { return o.Checkout + " " + o.Customer }

// wanted says whether the filter's list has the order.
func (o *soldOrder) wanted(f model.OrderFilter, first map[string]*soldOrder) bool {
	unattributed := f.Unattributed
	for _, word := range strings.Fields(f.Search) {
		switch {
		case word == "is:unattributed":
			unattributed = true
		case strings.Contains(word, ":"):
			if !o.is(word, first) {
				return false
			}
		case !o.holds(word):
			return false
		}
	}
	if f.Link != "" && !o.any(f.Link, f.Event) || unattributed && !o.any("", f.Event) {
		return false
	}
	return f.Link != "" || unattributed || slices.ContainsFunc(o.Tickets, func(t Ticket) bool { return f.Event == "" || t.Event == f.Event })
}

var london = func() *time.Location {
	loc, err := time.LoadLocation("Europe/London")
	if err != nil {
		panic(err)
	}
	return loc
}()

// sellAny sells an order at random, or makes a new version of one: its customer and its
// tickets change, and what their credit rests on stays.
func (w *World) sellAny(r *rand.Rand, id int, was *soldOrder) *soldOrder {
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	o := &soldOrder{}
	if was != nil {
		*o = *was
		o.Tickets = nil
	} else {
		minute := r.IntN(4)*720 + 60*r.IntN(2) // many at once, some around midnight
		o.Order = Order{ID: fmt.Sprint("S-", id/2), Checkout: []string{"box", "web"}[id%2], Placed: Minute(minute), Test: r.IntN(12) == 0, Currency: pick("GBP", "GBP", "EUR")}
		if o.code = pick("", "ana", "bea"); o.code != "" {
			o.Receipt = w.Receipt(fmt.Sprintf("%s@%d", o.code, minute-10))
		}
	}
	o.Version++
	o.Customer, o.Returning = pick("", "kim", "lee", "mo", "ada"), r.IntN(8) == 0
	for i := range 1 + r.IntN(3) {
		o.Tickets = append(o.Tickets, Ticket{
			ID: fmt.Sprintf("%d-%d", id, i), Event: pick("summerfest", "winterball"), Type: pick("ga", "vip"), Face: int64(100 * (1 + r.IntN(3))),
			Status: model.Status(pick("valid", "valid", "refunded")),
		})
	}
	w.Place(o.Order)
	return o
}

var orderSearchTests = []test{
	{"random filters, sorts and places: the same orders, total and position as one by one", func(w *World) {
		w.AddCheckout("web", "")
		r := rand.New(rand.NewPCG(13, 16))
		var sold []*soldOrder
		for id := range 90 {
			sold = append(sold, w.sellAny(r, id, nil))
		}
		w.searchAtRandom(r, sold, 100)
		for id := range sold { // others are the first purchases then, and kinds and marks change
			if r.IntN(3) == 0 {
				sold[id] = w.sellAny(r, id, sold[id])
			}
		}
		for id := range 30 { // the words were searched for before these
			sold = append(sold, w.sellAny(r, 90+id, nil))
		}
		w.searchAtRandom(r, sold, 100)
	}},
	{"qualifiers that are none are refused, and words with a colon are words", func(w *World) {
		w.Place(Order{ID: "SHOP:1001", Tickets: []Ticket{{ID: "1"}}})
		for _, search := range []string{"is:paid", "on:friday", "from:", "is:new is:test", "from:2026-06-02 to:2026-06-01"} {
			_, err := w.Store.Orders(w.Ctx, As("acme"), model.OrderFilter{Search: search})
			w.wantKind(err, model.Invalid)
			_, err = w.Store.OrdersSince(w.Ctx, As("acme"), model.OrderFilter{Search: search}, "")
			w.wantKind(err, model.Invalid)
		}
		for search, want := range map[string]string{"shop:1001": "SHOP:1001", "shop:": "SHOP:1001", "hop:1 IS:Unattributed": "SHOP:1001", "shop:2": "", "on:today": "", "to:yesterday": "SHOP:1001"} {
			if got := ids(w.orders(model.OrderFilter{Search: search}).Items); got != want {
				w.Errorf("%q finds %q, want %q", search, got, want)
			}
		}
	}},
}

// searchAtRandom compares so many lists with those that are put together one by one.
func (w *World) searchAtRandom(r *rand.Rand, sold []*soldOrder, times int) {
	w.Helper()
	shown := map[string]model.OrderSummary{}
	for _, o := range w.orders(model.OrderFilter{Limit: model.MaxLimit}).Items {
		shown[o.Checkout+" "+o.ID] = o
	}
	first := map[string]*soldOrder{}
	for _, o := range sold {
		if was := first[o.buyer()]; !o.Test && (was == nil || cmp.Or(o.Placed.Compare(was.Placed), cmp.Compare(o.ID, was.ID)) < 0) {
			first[o.buyer()] = o
		}
	}
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	words := []string{"vip", "ga", "winter", "ana", "name", "S-1", "s-3", "S-20", "last", "no", "test", "nowhere", "event", "is:new", "is:returning", "is:test", "is:refunded", "is:unattributed", "on:2025-06-03", "from:2025-06-03", "to:2025-06-03"}
	for range times {
		f := model.OrderFilter{
			Link: pick("", "", "ana", "bea"), Event: pick("", "", "summerfest"), Unattributed: r.IntN(4) == 0, Limit: 1 + r.IntN(30),
			Sort: model.OrderSorts[r.IntN(len(model.OrderSorts))], Up: r.IntN(2) == 0, Uncounted: r.IntN(6) == 0,
		}
		for range r.IntN(4) {
			f.Search += pick(words...) + " "
		}
		if _, err := model.ParseOrderSearch(f.Search, Minute0); err != nil {
			continue // no order is all of that
		}
		var want []model.OrderSummary
		for _, o := range sold {
			if o.wanted(f, first) {
				want = append(want, shown[o.Checkout+" "+o.ID])
			}
		}
		compare := func(a, b model.OrderSummary) int { return compareSorted(a, b, f.Sort, f.Up) }
		slices.SortFunc(want, compare)
		before := 0
		if r.IntN(2) == 0 {
			o := sold[r.IntN(len(sold))] // in the list or not
			place := shown[o.Checkout+" "+o.ID]
			f.Before = model.PlaceOf(&place, f.Sort, f.Up).Cursor()
			for before < len(want) && compare(want[before], place) <= 0 {
				before++
			}
		}
		got := w.orders(f)
		part := want[before:min(before+f.Limit, len(want))]
		if ids(got.Items) != ids(part) || (got.Next != "") != (before+f.Limit < len(want)) {
			w.Errorf("%+v: %s\nwant %s", f, ids(got.Items), ids(part))
		}
		if counted := !f.Uncounted || f.Before == "" && got.Next == ""; counted && (got.Total != int64(len(want)) || got.First != int64(before)) {
			w.Errorf("%+v: %d orders, %d before; want %d, %d", f, got.Total, got.First, len(want), before)
		}
	}
}
