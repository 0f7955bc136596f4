package db_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"lastclick/db"
	"lastclick/db/dbtest"
	"lastclick/model"
)

// The machine's clock jumps ahead by days and by years, back, and is set right again:
// every order is stored once, receipts of before verify throughout, clicks are counted,
// and the sums are those of the facts; also after a start at a wrong time.
func TestStore_ClockJumps_NothingLost(t *testing.T) {
	var ahead atomic.Int64
	clock := func() time.Time { return dbtest.Minute(100).Add(time.Duration(ahead.Load())) }
	o := db.Options{Dir: t.TempDir(), Now: clock}
	s := openStore(t, o)
	w := dbtest.Seed(t, s)
	receipt := w.Receipt("ana@50")
	const day = 24 * time.Hour
	placed := int64(0)
	jump := func(by time.Duration) {
		t.Helper()
		ahead.Store(int64(by))
		link, _ := s.LinkByCode("ana")
		s.Click(model.Click{Link: link.Link, At: clock()})
		placed++
		id := fmt.Sprint("order-", placed)
		w.Place(dbtest.Order{ID: id, Customer: id, Receipt: receipt, Tickets: []dbtest.Ticket{{ID: id, Event: "summerfest"}}})
		if _, ok := s.Receipts().Verify(receipt); !ok {
			t.Errorf("%v: the receipt of before does not verify", by)
		}
		if diffs, err := s.Check(t.Context()); err != nil || len(diffs) > 0 {
			t.Errorf("%v: check: %v %v", by, diffs, err)
		}
	}
	for _, by := range []time.Duration{0, 3 * day, -40 * day, 900 * day, 0} {
		jump(by)
	}
	for _, by := range []time.Duration{900 * day, -40 * day, 0} { // started at a wrong time
		ahead.Store(int64(by))
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = openStore(t, o)
		w.Store = s
		jump(by)
	}
	all, err := s.Stats(t.Context(), w.Owner, model.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	clicks := int64(0)
	for _, l := range all.Links {
		clicks += l.Link.Clicks
	}
	if all.Total.Orders != placed || clicks != placed {
		t.Errorf("%d orders and %d clicks of %d", all.Total.Orders, clicks, placed)
	}
}
