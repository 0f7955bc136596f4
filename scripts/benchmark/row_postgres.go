package main

import (
	"fmt"
	"path/filepath"
	"time"

	"lastclick/scripts/benchmark/load"
	"lastclick/scripts/benchmark/measure"
	"lastclick/scripts/benchmark/process"
	"lastclick/scripts/benchmark/proxy"
)

const (
	plainPgx   = "plain pgx, one transaction each"
	oneNode    = "one node"
	threeNodes = "three nodes"
	nodeCount  = 3
)

// farAway are the round trips to the database that are tried, against none.
var farAway = []time.Duration{time.Millisecond, 5 * time.Millisecond}

// postgresRow takes orders into PostgreSQL: against what one writes with pgx alone, with
// several nodes over one database, and with a database that is far away.
func postgresRow(e *env) error {
	trips := e.figure("round trips a batch", "", "", measure.AtMost(4))
	plain := e.figure("orders a second, one node", plainPgx, "×", measure.AtLeast(1))
	nodes := e.figure("orders a second, three nodes", oneNode, "×", measure.AtLeast(0.95))
	far := map[time.Duration]*measure.Figure{}
	for i, goal := range []float64{0.8, 0.5} {
		far[farAway[i]] = e.figure(fmt.Sprintf("orders a second, %v to the database", farAway[i]), "0 ms", "×", measure.AtLeast(goal))
	}
	folder, ok := process.PostgresFolder()
	if !ok {
		e.missing("PostgreSQL is not installed (Debian: apt-get install postgresql)")
		return nil
	}
	c, err := e.startPostgres(folder)
	if err != nil {
		return err
	}
	if err := e.nodes(c, plain, nodes); err != nil {
		return err
	}
	return e.distances(c, trips, far)
}

// nodes compares a daemon by itself with three over another database, and with pgx.
func (e *env) nodes(c *cluster, plain, nodes *measure.Figure) error {
	if err := c.create(e.ctx, "plain"); err != nil {
		return err
	}
	one, err := e.postgresDaemon(c, "one", c.address)
	if err != nil {
		return err
	}
	first, err := e.postgresDaemon(c, "three", c.address)
	if err != nil {
		return err
	}
	three := []server{first.server}
	for i := 1; i < nodeCount; i++ {
		d := &daemon{e: e, data: filepath.Join(e.dir, fmt.Sprint("node-", i)), database: first.database}
		if err := d.start(); err != nil {
			return err
		}
		three = append(three, d.server)
	}
	job := load.Job{Database: &load.Database{URL: c.url(c.address, "plain"), Connections: e.options.connections, Customers: webhookCustomers}}
	pgx := side{plainPgx, func() (measure.Sample, error) {
		s, _, err := e.hit(job, e.options.each)
		return s, err
	}}
	return e.rounds([]side{one.ordering(oneNode, one.server), first.ordering(threeNodes, three...), pgx}, func(m samples) {
		plain.Add(m[oneNode].Rate / m[plainPgx].Rate)
		nodes.Add(m[threeNodes].Rate / m[oneNode].Rate)
	})
}

// distances compares daemons with databases that are near and far, each through a proxy,
// and counts the round trips of the near one.
func (e *env) distances(c *cluster, trips *measure.Figure, far map[time.Duration]*measure.Figure) error {
	var sides []side
	var near *proxy.Proxy
	name := func(d time.Duration) string { return fmt.Sprintf("%d ms away", d.Milliseconds()) }
	for _, distance := range append([]time.Duration{0}, farAway...) {
		p, err := proxy.Start(e.ctx, c.address, distance)
		if err != nil {
			return err
		}
		e.closers = append(e.closers, p.Close)
		if distance == 0 {
			near = p
		}
		d, err := e.postgresDaemon(c, fmt.Sprintf("away_%d", distance.Milliseconds()), p.Address())
		if err != nil {
			return err
		}
		sides = append(sides, d.ordering(name(distance), d.server))
	}
	counted := near.Busiest()
	return e.rounds(sides, func(m samples) {
		for distance, f := range far {
			f.Add(m[name(distance)].Rate / m[name(0)].Rate)
		}
		now := near.Busiest()
		trips.Add(float64(now.Trips-counted.Trips) / float64(now.Commits-counted.Commits))
		counted = now
	})
}

// postgresDaemon is a daemon over a database of its own, with links and customers, that
// reaches it at the address. They are added over the shortest way.
func (e *env) postgresDaemon(c *cluster, name, address string) (*orderDaemon, error) {
	if err := c.create(e.ctx, name); err != nil {
		return nil, err
	}
	d := &daemon{e: e, data: filepath.Join(e.dir, name), database: c.url(c.address, name)}
	if err := d.start(); err != nil {
		return nil, err
	}
	if err := d.fill(); err != nil {
		return nil, err
	}
	o, err := d.withCustomers()
	if err != nil || address == c.address {
		return o, err
	}
	d.database = c.url(address, name)
	_, err = d.restart()
	return o, err
}
