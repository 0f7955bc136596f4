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

func openBench(b *testing.B) (*db.Store, *dbtest.World) {
	b.Helper()
	s, err := db.Open(b.Context(), db.Options{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
	return s, dbtest.Seed(b, s)
}

func benchOrder(receipt string, n int64) dbtest.Order {
	return dbtest.Order{
		ID: fmt.Sprint("A-", n), Placed: dbtest.Minute0.Add(time.Duration(n) * time.Second), Customer: fmt.Sprint("c-", n%5000), Receipt: receipt,
		Tickets: []dbtest.Ticket{{ID: fmt.Sprint("T-", n)}, {ID: fmt.Sprint("U-", n), Type: "vip", Face: 9000}},
	}
}

// deliverOrders gives a benchmark its n-th order: two tickets of a customer who came
// by ana's link.
func deliverOrders(b *testing.B, w *dbtest.World) func(n int64) {
	receipt := w.Receipt("bea@50", "ana@60")
	return func(n int64) {
		o := benchOrder(receipt, n)
		if _, err := w.Store.Receive(w.Ctx, w.Delivery("box", o.ID, o.Body())); err != nil {
			b.Error(err)
		}
	}
}

// BenchmarkReceive is an order, durable, as 64 checkouts post at once.
func BenchmarkReceive(b *testing.B) {
	_, w := openBench(b)
	deliver := deliverOrders(b, w)
	var n atomic.Int64
	b.SetParallelism(32)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			deliver(n.Add(1))
		}
	})
}

// BenchmarkReceiveAlone is an order when no other comes at the same time: one fsync each.
func BenchmarkReceiveAlone(b *testing.B) {
	_, w := openBench(b)
	deliver := deliverOrders(b, w)
	n := int64(0)
	for b.Loop() {
		n++
		deliver(n)
	}
}

// BenchmarkStats is the page of a client with 100 links, whatever was sold.
func BenchmarkStats(b *testing.B) {
	s, w := openBench(b)
	for i := range 98 {
		w.AddLink("acme", fmt.Sprint("link-", i), "")
	}
	deliver := deliverOrders(b, w)
	for n := range int64(200) {
		deliver(n)
	}
	for b.Loop() {
		if _, err := s.Stats(b.Context(), w.Owner, model.Filter{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCache is what a redirect asks the store: the link, and a click to count.
func BenchmarkCache(b *testing.B) {
	s, _ := openBench(b)
	now := time.Now()
	for b.Loop() {
		l, ok := s.LinkByCode("ana")
		if !ok {
			b.Fatal("there is no such link")
		}
		s.Click(model.Click{Link: l.Link, At: now})
	}
}
