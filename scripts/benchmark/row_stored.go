package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"lastclick/scripts/benchmark/load"
	"lastclick/scripts/benchmark/measure"
)

const emptyName = "an empty database"

// storedRow compares what an order costs where many are stored with what it costs where
// there are none. The second database is a new one in each round, since it fills.
func storedRow(e *env) error {
	many := fmt.Sprintf("%d orders stored", e.options.orders)
	cost := e.figure("CPU an order, "+many, emptyName, "×", measure.AtMost(1.15))
	start := e.figure("start to ready, "+many, "", "s", measure.AtMost(1.5))

	full, err := e.storedDaemon("full", fullDatabase)
	if err != nil {
		return err
	}
	for range e.options.rounds {
		took, err := full.restart()
		if err != nil {
			return err
		}
		start.Add(took.Seconds())
	}
	// Both databases have the same keys and the same links, so the receipts are good in
	// both.
	receipts, err := full.receipts(e.options.receipts, storedLinks)
	if err != nil {
		return err
	}
	empty := side{emptyName, func() (measure.Sample, error) {
		d, err := e.storedDaemon(e.unique(), emptyDatabase)
		if err != nil {
			return measure.Sample{}, err
		}
		defer os.RemoveAll(d.data)
		defer d.Kill()
		return d.warmOrders(receipts)
	}}
	stored := side{many, func() (measure.Sample, error) { return full.warmOrders(receipts) }}
	return e.rounds([]side{stored, empty}, func(m samples) {
		cost.Add(m[many].CPU / m[emptyName].CPU)
	})
}

// warmOrders takes orders for a moment, so that caches and statements are there, and then
// measures. The customers are any of those whom the stored orders came from.
func (d *daemon) warmOrders(receipts []string) (s measure.Sample, err error) {
	for _, during := range []float64{0.2, 1} {
		each := time.Duration(during * float64(d.e.options.each))
		o := d.orders(receipts, customersOf(d.e.options.orders), mostOrders, each)
		if s, _, err = d.e.hit(load.Job{Orders: o}, each, d.server); err != nil {
			return s, err
		}
	}
	return s, nil
}

// storedDaemon starts a daemon over a copy of one of the stored databases.
func (e *env) storedDaemon(name string, database func(*storedData) string) (*daemon, error) {
	stored, err := e.storedData()
	if err != nil {
		return nil, err
	}
	d := &daemon{e: e, data: filepath.Join(e.dir, name), secret: stored.secret}
	if err := copyDatabase(database(stored), d.data); err != nil {
		return nil, err
	}
	return d, d.start()
}

func fullDatabase(s *storedData) string  { return s.full }
func emptyDatabase(s *storedData) string { return s.empty }
