package db_test

import (
	"fmt"
	"sync"
	"testing"

	"lastclick/db"
	"lastclick/db/dbtest"
	"lastclick/model"
)

// testErasuresOfNodes has one node erase a customer again and again while two others take
// that customer's orders, new ones and later versions: each order is there once, the sums
// hold, and after the last erasure no row is the person's.
func testErasuresOfNodes(t *testing.T, c *cluster) {
	o := db.Options{URL: c.url(c.schema(t))}
	stores := []*db.Store{openStore(t, o), openStore(t, o), openStore(t, o)}
	w := dbtest.Seed(t, stores[0])
	kim := model.Buyer{Word: "kim"}
	const each = 40
	sold := make(chan struct{})
	var sellers, eraser sync.WaitGroup
	for i, s := range stores[1:] {
		soon(t, s, "", func() bool { _, ok := s.CheckoutByName("box"); return ok })
		there := *w
		there.Store = s
		sellers.Go(func() {
			for n := range each {
				id := fmt.Sprintf("%d-%d", i, n/2) // each order has two versions
				err := untilDone(func() error {
					_, err := there.Send(dbtest.Order{
						ID: "A-" + id, WebhookID: fmt.Sprintf("msg-%d-%d", i, n), Version: int64(n + 1), Customer: "kim", Code: "ana",
						Tickets: []dbtest.Ticket{{ID: "T-" + id}},
					})
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	erased := int64(0)
	erase := func() {
		out, err := w.Store.EraseCustomer(w.Ctx, w.Admin, kim)
		if err != nil && model.KindOf(err) != model.Busy && model.KindOf(err) != model.NotFound {
			t.Error(err)
		}
		erased += out.Customers
	}
	eraser.Go(func() {
		for {
			select {
			case <-sold:
				return
			default:
				erase()
			}
		}
	})
	sellers.Wait()
	close(sold)
	eraser.Wait()
	w.Place(dbtest.Order{ID: "A-last", Customer: "kim", Code: "ana", Tickets: []dbtest.Ticket{{ID: "T-last"}}})
	erase()
	if erased < 2 {
		t.Errorf("%d customers were erased: nothing was raced", erased)
	}
	for _, s := range stores {
		st, err := s.Stats(w.Ctx, w.Owner, model.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		if n := st.Total; n.Orders != each+1 || n.Customers != erased || n.NewCustomers != erased {
			t.Errorf("%d orders, %d customers, %d new; %d customers were erased, with %d orders", n.Orders, n.Customers, n.NewCustomers, erased, each+1)
		}
		if diffs, err := s.Check(w.Ctx); err != nil || len(diffs) > 0 {
			t.Errorf("check: %v %v", diffs, err)
		}
		if _, err := s.Customer(w.Ctx, w.Admin, kim); model.KindOf(err) != model.NotFound {
			t.Errorf("the customer is still there: %v", err)
		}
	}
}
