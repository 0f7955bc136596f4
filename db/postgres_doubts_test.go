package db_test

import (
	"runtime"
	"sync/atomic"
	"testing"

	"lastclick/db"
	"lastclick/db/dbtest"
	"lastclick/model"
)

// testDoubts loses the answer to the COMMIT of a new checkout and of ten clicks, and then
// each look whether it happened, until the store refuses other work. The caller is told what
// happened in the end, and the clicks are counted once.
func testDoubts(t *testing.T, c *cluster) {
	t.Run("Committed", func(t *testing.T) {
		d := beginDoubt(t, c, false)
		d.away.Store(false)
		d.wantAnswer(t, true)
	})
	t.Run("CommittedAndLost", func(t *testing.T) { // a failover in between
		d := beginDoubt(t, c, true)
		c.setTo(t, d.schema, "before")
		d.away.Store(false)
		d.wantAnswer(t, false)
	})
	t.Run("StoreCloses", func(t *testing.T) {
		d := beginDoubt(t, c, false)
		if err := d.Close(); err != nil {
			t.Error(err)
		}
		if r := <-d.answered; model.KindOf(r.err) != model.Busy {
			t.Errorf("answered %v", r.err)
		}
		d.Store = openStore(t, db.Options{URL: c.url(d.schema)})
		d.want(t, true)
	})
}

// doubtful is a store that does not know whether it has committed.
type doubtful struct {
	*db.Store
	w        *dbtest.World
	schema   string
	away     atomic.Bool // the looks do not come through
	answered chan addedCheckout
}

type addedCheckout struct {
	model.CheckoutSecret
	err error
}

// beginDoubt has the COMMIT come through. save keeps the state before.
func beginDoubt(t *testing.T, c *cluster, save bool) *doubtful {
	t.Helper()
	d := &doubtful{schema: c.schema(t), answered: make(chan addedCheckout, 1)}
	s, crash, err := db.OpenCrashing(t.Context(), db.Options{URL: c.url(d.schema)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	d.Store, d.w = s, dbtest.Seed(t, s)
	if save {
		c.save(t, d.schema, "before")
	}
	looked := make(chan struct{}, 1)
	d.away.Store(true)
	s.OnLook(func() bool {
		select {
		case looked <- struct{}{}:
		default:
		}
		return !d.away.Load()
	})
	release := s.Hold(t)
	click(t, s, "ana", 10)
	go func() {
		added, err := s.AddCheckout(d.w.Ctx, d.w.Admin, model.NewCheckout{Name: "kiosk"})
		d.answered <- addedCheckout{added, err}
	}()
	for s.Queued() == 0 {
		runtime.Gosched()
	}
	crash(db.Crash{Requests: 2, Sent: true, Once: true}) // after the COMMIT that is held, and a BEGIN
	release()
	<-looked
	s.ForgetCommit() // which would answer by itself
	if err := s.Ready(d.w.Ctx); model.KindOf(err) != model.Busy {
		t.Errorf("another operation was answered %v before it was known", err)
	}
	select {
	case r := <-d.answered:
		t.Fatalf("answered before it was known: %+v", r)
	default:
	}
	return d
}

func (d *doubtful) wantAnswer(t *testing.T, there bool) {
	t.Helper()
	r := <-d.answered
	if there != (r.err == nil) || there != (r.Secret != "") || r.err != nil && model.KindOf(r.err) != model.Busy {
		t.Errorf("the checkout is there: %t; the secret of %q was shown, and %v", there, r.Name, r.err)
	}
	d.want(t, there)
}

// want compares what the store knows with what happened.
func (d *doubtful) want(t *testing.T, there bool) {
	t.Helper()
	s, checkouts := d.Store, 1
	if there {
		checkouts = 2
	}
	soon(t, s, "", func() bool { return clicksOf(t, s, d.w, "ana") == 10 })
	worldOf(t, s).Place(dbtest.Order{Tickets: []dbtest.Ticket{{ID: "T-1"}}})
	if _, known := s.CheckoutByName("kiosk"); known != there {
		t.Errorf("the checkout is in memory: %t", known)
	}
	if list, err := s.Checkouts(d.w.Ctx, d.w.Admin); err != nil || len(list) != checkouts {
		t.Errorf("%d checkouts, want %d; %v", len(list), checkouts, err)
	}
	if clicks := clicksOf(t, s, d.w, "ana"); clicks != 10 {
		t.Errorf("%d clicks, want 10", clicks)
	}
	if diffs, err := s.Check(t.Context()); err != nil || len(diffs) > 0 {
		t.Errorf("check: %v %v", diffs, err)
	}
}
