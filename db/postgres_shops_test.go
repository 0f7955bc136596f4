package db_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"lastclick/db"
	"lastclick/db/dbtest"
	"lastclick/model"
)

// testNodesShops has two nodes work off one queue: none gets what the other has, nor an
// object that the other reads.
func testNodesShops(t *testing.T, c *cluster) {
	o := db.Options{URL: c.url(c.schema(t))}
	nodes := []*db.Store{openStore(t, o), openStore(t, o)}
	w := dbtest.Seed(t, nodes[0])
	if _, err := nodes[0].AddCheckout(w.Ctx, w.Admin, model.NewCheckout{Name: "webshop", Kind: "woocommerce"}); err != nil {
		t.Fatal(err)
	}
	soon(t, nodes[1], "", func() bool { _, ok := nodes[1].CheckoutByName("webshop"); return ok })
	k, _ := nodes[0].CheckoutByName("webshop")
	const objects, each = 10, 3
	for n := range objects * each {
		d := model.ShopDelivery{Checkout: k.ID, CheckoutName: k.Name, Body: fmt.Append(nil, n), Received: time.Now(), FetchKey: fmt.Sprint("object-", n%objects)}
		if _, err := nodes[n%2].KeepShopDelivery(w.Ctx, d, 0); err != nil {
			t.Fatal(err)
		}
	}
	var mu sync.Mutex
	taken := map[string]int{}
	var both sync.WaitGroup
	errs := make([]error, len(nodes))
	for i, s := range nodes {
		both.Go(func() {
			for range objects {
				list, err := s.DueShopDeliveries(w.Ctx, model.ShopTake{Limit: 2, Each: 2, Lease: time.Minute})
				errs[i] = errors.Join(errs[i], err)
				mu.Lock()
				for _, d := range list {
					taken[d.FetchKey]++
				}
				mu.Unlock()
			}
		})
	}
	both.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	for key, n := range taken {
		if n != 1 {
			t.Errorf("%s was taken %d times", key, n)
		}
	}
	if len(taken) != objects {
		t.Errorf("%d objects were taken, of %d", len(taken), objects)
	}
}
