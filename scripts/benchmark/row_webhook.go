package main

import (
	"fmt"
	"os"
	"time"

	"lastclick/scripts/benchmark/load"
	"lastclick/scripts/benchmark/measure"
	"lastclick/scripts/benchmark/peer"
)

const (
	storesNothing = "handler that stores nothing"
	oneABatch     = "one operation a batch"

	webhookCustomers = 5000
	mostOrders       = 12_000 // that are prepared for each second of a run
)

// webhookRow compares signed orders, committed to the disk before they are answered, with
// a handler that does everything but keep them, and with a daemon that commits each by
// itself.
func webhookRow(e *env) error {
	cost := e.figure("CPU an order", "", "µs", measure.AtMost(170))
	limit := e.figure("orders a second", storesNothing, "×", measure.AtLeast(0.16))
	batches := e.figure("orders a second", oneABatch, "×", measure.AtLeast(3))
	tail := e.figure("p99 / p50, with checkpoints", "", "×", measure.AtMost(5))

	batched, err := e.orderDaemon("batched")
	if err != nil {
		return err
	}
	single, err := e.orderDaemon("single", "LASTCLICK_BENCH_BATCH=1")
	if err != nil {
		return err
	}
	forgetful, err := e.peer(peer.NoStore, "--secret", batched.secret)
	if err != nil {
		return err
	}
	nothing := side{storesNothing, func() (measure.Sample, error) {
		o := batched.orders(batched.receipts, webhookCustomers, 1000, e.options.each)
		o.Addresses, o.Repeat = []string{forgetful.HTTP}, true
		s, _, err := e.hit(load.Job{Orders: o}, e.options.each, forgetful)
		return s, err
	}}
	sides := []side{batched.ordering(ours, batched.server), single.ordering(oneABatch, single.server), nothing}
	err = e.rounds(sides, func(m samples) {
		cost.Add(m[ours].CPU)
		limit.Add(m[ours].Rate / m[storesNothing].Rate)
		batches.Add(m[ours].Rate / m[oneABatch].Rate)
	})
	if err != nil {
		return err
	}
	return e.longRun(batched, tail)
}

// longRun takes orders for as long as it takes to have checkpoints among them, and
// compares their latencies.
func (e *env) longRun(d *orderDaemon, tail *measure.Figure) error {
	during := 4 * e.options.each
	begin := time.Now()
	s, r, err := e.hit(load.Job{Orders: d.orders(d.receipts, webhookCustomers, mostOrders, during)}, during, d.server)
	if err != nil {
		return err
	}
	// Only a checkpoint writes to the file itself; commits go to the WAL beside it.
	info, err := os.Stat(d.file())
	if err != nil {
		return err
	}
	tail.Add(s.P99 / s.P50)
	tail.Note = fmt.Sprintf("%d orders, p50 %.1f ms, p99 %.1f ms, longest %.0f ms", r.Good, s.P50, s.P99, r.Max)
	if info.ModTime().Before(begin) {
		tail.Note += "; no checkpoint fell into it: measure longer with --for"
	}
	return nil
}

// orderDaemon is a daemon with links, and customers who clicked them.
type orderDaemon struct {
	*daemon
	receipts []string
}

func (e *env) orderDaemon(name string, environment ...string) (*orderDaemon, error) {
	d, err := e.newDaemon(name, environment...)
	if err != nil {
		return nil, err
	}
	return d.withCustomers()
}

func (d *daemon) withCustomers() (*orderDaemon, error) {
	if err := d.addLinks(d.e.options.clicked); err != nil {
		return nil, err
	}
	receipts, err := d.receipts(d.e.options.receipts, d.e.options.clicked)
	return &orderDaemon{d, receipts}, err
}

// ordering is a side that takes orders at all of the nodes.
func (d *orderDaemon) ordering(name string, nodes ...server) side {
	return side{name, func() (measure.Sample, error) {
		o := d.orders(d.receipts, webhookCustomers, mostOrders, d.e.options.each)
		o.Addresses = nil
		o.Connections *= len(nodes) // each has as many as one has by itself
		for _, n := range nodes {
			o.Addresses = append(o.Addresses, n.HTTP)
		}
		s, _, err := d.e.hit(load.Job{Orders: o}, d.e.options.each, nodes...)
		return s, err
	}}
}
