package db_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"lastclick/db"
	"lastclick/db/dbtest"
	"lastclick/model"
)

// The answer to COMMIT, or to what goes before it, is lost while a checkout is added and
// clicks are counted: what the command is answered is what happened, and no click is
// counted twice or lost.
func testLostCommits(t *testing.T, c *cluster) {
	s, crash, err := db.OpenCrashing(t.Context(), db.Options{URL: c.url(c.schema(t))})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	w := dbtest.Seed(t, s)
	ana, _ := s.LinkByCode("ana")
	added := 0
	for n := range 8 {
		for range 10 {
			s.Click(model.Click{Link: ana.Link, At: time.Now()})
		}
		crash(db.Crash{Requests: n / 2, Sent: n%2 == 0, Once: true})
		name := fmt.Sprint("shop-", n)
		_, err := s.AddCheckout(w.Ctx, w.Admin, model.NewCheckout{Name: name})
		if err == nil {
			added++
		}
		checkouts, listErr := s.Checkouts(w.Ctx, w.Admin)
		if listErr != nil {
			t.Fatal(listErr)
		}
		there := false
		for _, k := range checkouts {
			there = there || k.Name == name
		}
		if there != (err == nil) {
			t.Errorf("request %d, sent %t: answered %v, and the checkout is there: %t", n/2, n%2 == 0, err, there)
		}
		if clicks := clicksOf(t, s, w, "ana"); clicks > int64(10*(n+1)) {
			t.Errorf("%d clicks were made, %d are counted", 10*(n+1), clicks)
		}
	}
	soon(t, s, "", func() bool { return clicksOf(t, s, w, "ana") == 80 })
	if added == 0 {
		t.Error("no answer was found out")
	}
}

func clicksOf(t *testing.T, s *db.Store, w *dbtest.World, code string) int64 {
	t.Helper()
	links, err := s.Links(w.Ctx, w.Owner, true)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range links {
		if l.Code == code {
			return l.Clicks
		}
	}
	return 0
}

// A node that hangs in its transaction holds the others for some two seconds: then the
// server ends its session.
func testHungNode(t *testing.T, c *cluster) {
	o := db.Options{URL: c.url(c.schema(t))}
	a, b := openStore(t, o), openStore(t, o)
	w := dbtest.Seed(t, a)
	soon(t, b, "", func() bool { _, ok := b.CheckoutByName("box"); return ok })
	hangs, goesOn := a.Hang(t)
	defer goesOn()
	<-hangs
	there := *w
	there.Store = b
	begin := time.Now()
	if _, err := there.Send(dbtest.Order{Tickets: []dbtest.Ticket{{ID: "T-1"}}}); err != nil {
		t.Errorf("the other node answered %v", err)
	}
	if waited := time.Since(begin); waited > 8*time.Second {
		t.Errorf("it waited %s", waited)
	}
}

// Three nodes sell to the same customers, of two clients, in any order of time, with
// scans before and after the orders: a purchase that is the first no more moves numbers
// of a client that the batch does not sell for.
func testNodesRace(t *testing.T, c *cluster) {
	o := db.Options{URL: c.url(c.schema(t))}
	stores := []*db.Store{openStore(t, o), openStore(t, o), openStore(t, o)}
	w := dbtest.Seed(t, stores[0])
	w.AddClient("zenith")
	w.AddEvent("zenith", "nightshift")
	w.AddLink("zenith", "zoe", "")
	var nodes sync.WaitGroup
	errs := make([]error, 4*len(stores))
	for i := range errs {
		there := *w
		there.Store = stores[i%len(stores)]
		soon(t, stores[i%len(stores)], "", func() bool { _, ok := stores[i%len(stores)].LinkByCode("zoe"); return ok })
		nodes.Go(func() {
			for n := range 40 {
				id := fmt.Sprintf("%d-%d", i, n)
				ticket := dbtest.Ticket{ID: "T-" + id, Event: []string{"summerfest", "nightshift"}[rand.IntN(2)]}
				order := dbtest.Order{
					ID: "A-" + id, WebhookID: "msg-" + id, Customer: fmt.Sprint("c-", rand.IntN(4)), Code: []string{"ana", "zoe"}[rand.IntN(2)],
					Placed: dbtest.Minute0.Add(time.Duration(rand.IntN(5*24)) * time.Hour), Tickets: []dbtest.Ticket{ticket},
				}
				errs[i] = errors.Join(errs[i], untilDone(func() error { _, err := there.Send(order); return err }))
				scanned := fmt.Sprintf("T-%d-%d", rand.IntN(len(errs)), n)
				errs[i] = errors.Join(errs[i], untilDone(func() error {
					_, err := there.Store.Receive(there.Ctx, there.ScanDelivery("scan-"+id, scanned, n))
					return err
				}))
			}
		})
	}
	nodes.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Error(err)
	}
	if diffs, err := stores[0].Check(context.Background()); err != nil || len(diffs) > 0 {
		t.Errorf("check: %v %v", diffs, err)
	}
}

// untilDone does again what was answered with 503, as a checkout does.
func untilDone(do func() error) (err error) {
	for range 20 {
		if err = do(); model.KindOf(err) != model.Busy {
			return err
		}
	}
	return err
}
