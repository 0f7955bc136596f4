package dbtest

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"lastclick/model"
)

// seasonDeliverers is how many orders of a Season come at once.
const seasonDeliverers = 128

// Season sells acme's tickets at random, the same at each call: so many more links, and
// so many orders over sixty days, of one to four tickets of two types, a fifth of them
// without a link. The orders are S-0, S-1, …, and the links sub-0, sub-1, ….
func Season(w *World, links, orders int) {
	w.Helper()
	list := make([]model.NewLink, links)
	for i := range list {
		list[i] = model.NewLink{Name: fmt.Sprintf("Person %d", i), Email: fmt.Sprintf("person%d@example.com", i), Code: fmt.Sprint("sub-", i), NoMail: true}
		if i%3 == 0 {
			list[i].Event = []string{"summerfest", "winterball"}[i%2]
		}
	}
	for len(list) > 0 {
		part := list[:min(len(list), 500)]
		list = list[len(part):]
		added, err := w.Store.AddLinks(w.Ctx, As("acme"), part)
		w.Must(err)
		for _, a := range added {
			w.Must(a.Err)
		}
	}
	receipts := make([]string, min(links, 1000))
	for i := range receipts {
		receipts[i] = w.Receipt(fmt.Sprintf("sub-%d@60", i*links/len(receipts)))
	}
	var all sync.WaitGroup
	errs := make([]error, seasonDeliverers)
	for first := range seasonDeliverers {
		all.Go(func() {
			for n := first; n < orders && errs[first] == nil; n += seasonDeliverers {
				o := seasonOrder(n, orders, receipts)
				_, errs[first] = w.Store.Receive(w.Ctx, w.Delivery("box", "season "+o.ID, o.Body()))
			}
		})
	}
	all.Wait()
	for _, err := range errs {
		w.Must(err)
	}
}

// seasonOrder is the n-th order of a season. All are placed inside the window of the
// clicks, a second or less apart.
func seasonOrder(n, orders int, receipts []string) Order {
	r := rand.New(rand.NewPCG(7, uint64(n)))
	o := Order{
		ID: fmt.Sprint("S-", n), Placed: Minute(61).Add(time.Duration(n) * (50 * time.Minute) / time.Duration(orders)),
		Customer: fmt.Sprint("cus-", r.IntN(orders/2+1)), Email: fmt.Sprintf("buyer%d@example.com", n),
	}
	if len(receipts) > 0 && r.IntN(5) > 0 {
		o.Receipt = receipts[r.IntN(len(receipts))]
	}
	event := []string{"summerfest", "winterball"}[r.IntN(2)]
	for i := range 1 + r.IntN(4) {
		t := Ticket{ID: fmt.Sprintf("S-%d-%d", n, i), Event: event, Face: int64(1000 + 100*r.IntN(80))}
		if r.IntN(4) == 0 {
			t.Type, t.Face = "vip", 12000
		}
		o.Tickets = append(o.Tickets, t)
	}
	return o
}
