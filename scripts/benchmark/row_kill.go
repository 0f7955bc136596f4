package main

import (
	"fmt"
	"time"

	"lastclick/scripts/benchmark/load"
	"lastclick/scripts/benchmark/measure"
	"lastclick/scripts/benchmark/process"
)

// killRow kills the daemon under a load of clicks and orders, starts it again, and looks
// for what was lost.
func killRow(e *env) error {
	start := e.figure("start to ready after kill -9 under load", "", "s", measure.AtMost(2))
	orders := e.figure("acknowledged orders that are lost", "", "", measure.AtMost(0))
	clicks := e.figure("lost clicks that were answered 50 ms before or earlier", "", "", measure.AtMost(0))

	d, err := e.orderDaemon("kill")
	if err != nil {
		return err
	}
	for range e.options.rounds {
		before, err := d.kept()
		if err != nil {
			return err
		}
		owed, err := d.killUnderLoad()
		if err != nil {
			return err
		}
		begin := time.Now()
		if err := d.start(); err != nil {
			return err
		}
		start.Add(time.Since(begin).Seconds())
		after, err := d.kept()
		if err != nil {
			return err
		}
		orders.Add(float64(max(0, owed.orders-(after.orders-before.orders))))
		clicks.Add(float64(max(0, owed.clicks-(after.clicks-before.clicks))))
		orders.Note = fmt.Sprintf("%d acknowledged in the last round", owed.orders)
		clicks.Note = fmt.Sprintf("%d answered in the last round", owed.clicks)
	}
	return nil
}

// kept is what the daemon has counted, or owes.
type kept struct{ orders, clicks int }

func (d *daemon) kept() (k kept, err error) {
	var stats struct {
		Total        struct{ Orders int }
		Unattributed []struct{ Orders int }
	}
	if err := d.commandJSON(&stats, "stats"); err != nil {
		return k, err
	}
	k.orders = stats.Total.Orders
	for _, u := range stats.Unattributed {
		k.orders += u.Orders
	}
	k.clicks, err = d.clicks()
	return k, err
}

// killUnderLoad returns what was answered: each order with 200, each click with 302 and
// long enough before the end.
func (d *orderDaemon) killUnderLoad() (owed kept, err error) {
	e := d.e
	ordering, err := e.loader(load.Job{Orders: d.orders(d.receipts, webhookCustomers, mostOrders, e.options.each)})
	if err != nil {
		return owed, err
	}
	defer ordering.Kill()
	clicking, err := e.loader(load.Job{Clicks: &load.Clicks{Address: d.HTTP, Links: e.options.clicked, Connections: e.options.connections}})
	if err != nil {
		return owed, err
	}
	defer clicking.Kill()
	for _, l := range []*loader{ordering, clicking} {
		if err := l.begin(load.Step{For: time.Minute}); err != nil {
			return owed, err
		}
	}
	time.Sleep(max(e.options.each/2, time.Second))
	d.Kill()
	placed, err := ordering.result(process.StartTime)
	if err != nil {
		return owed, err
	}
	clicked, err := clicking.result(process.StartTime)
	if err != nil {
		return owed, err
	}
	switch {
	case placed.Bad > 0 || clicked.Bad > 0:
		return owed, fmt.Errorf("bad answers before the kill: %s%s", placed.FirstBad, clicked.FirstBad)
	case placed.Good == 0 || clicked.Settled == 0:
		return owed, fmt.Errorf("%d orders and %d clicks were answered before the kill: that is no load", placed.Good, clicked.Settled)
	}
	return kept{placed.Good, clicked.Settled}, nil
}
