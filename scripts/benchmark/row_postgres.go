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
	plainPgx  = "plain pgx, one transaction each"
	nodeCount = 3
)

// distances are the round trips to the database that are tried.
var distances = []time.Duration{0, time.Millisecond, 5 * time.Millisecond}

func nodesAt(n int, distance time.Duration) string {
	return fmt.Sprintf("%d %s, %d ms", n, map[bool]string{true: "node", false: "nodes"}[n == 1], distance.Milliseconds())
}

func pgxAt(distance time.Duration) string {
	return fmt.Sprintf("plain pgx, %d ms", distance.Milliseconds())
}

func clientsAt(distance time.Duration) string {
	return fmt.Sprintf("3 nodes, a client each, %d ms", distance.Milliseconds())
}

// postgresRow takes orders into PostgreSQL by one, two and three nodes, near the database
// and far from it, beside what one writes with pgx alone at the same distance. All orders
// are of one client, for which nodes take turns, and once of another client at each node.
func postgresRow(e *env) error {
	figures := e.nodeFigures()
	trips := e.figure("round trips a batch", "", "", measure.AtMost(4))
	folder, ok := process.PostgresFolder()
	if !ok {
		e.missing("PostgreSQL is not installed (Debian: apt-get install postgresql)")
		return nil
	}
	c, err := e.startPostgres(folder)
	if err != nil {
		return err
	}
	var sides []side
	var near *proxy.Proxy
	for _, distance := range distances {
		s, first, err := e.sidesAt(c, distance)
		if err != nil {
			return err
		}
		sides = append(sides, s...)
		if near == nil {
			near = first
		}
	}
	counted := near.Busiest()
	return e.rounds(sides, func(m samples) {
		for _, add := range figures {
			add(m)
		}
		now := near.Busiest()
		trips.Add(float64(now.Trips-counted.Trips) / float64(now.Commits-counted.Commits))
		counted = now
	})
}

// nodeFigures are what the rounds say; each is added from a round's samples. Several nodes
// and what is far away are held against a goal, the rest shows what they cost.
func (e *env) nodeFigures() (add []func(samples)) {
	ratio := func(what, against, side, of string, goal measure.Goal) {
		f := e.figure(what, against, "×", goal)
		add = append(add, func(m samples) { f.Add(m[side].Rate / m[of].Rate) })
	}
	ratio("orders a second, one node", plainPgx, nodesAt(1, 0), pgxAt(0), measure.AtLeast(1))
	ratio("orders a second, three nodes", "one node", nodesAt(nodeCount, 0), nodesAt(1, 0), measure.AtLeast(0.95))
	ratio("orders a second, 1 ms to the database", "0 ms", nodesAt(1, distances[1]), nodesAt(1, 0), measure.AtLeast(0.8))
	ratio("orders a second, 5 ms to the database", "0 ms", nodesAt(1, distances[2]), nodesAt(1, 0), measure.AtLeast(0.5))
	for _, distance := range distances {
		for n := 1; n <= nodeCount; n++ {
			if n == 1 && distance == 0 {
				continue // above
			}
			ratio("orders a second, "+nodesAt(n, distance), "plain pgx at the same distance", nodesAt(n, distance), pgxAt(distance), measure.Goal{})
		}
		ratio("orders a second, "+clientsAt(distance), "one node", clientsAt(distance), nodesAt(1, distance), measure.Goal{})
	}
	for n := 1; n <= nodeCount; n++ {
		f := e.figure("CPU an order, "+nodesAt(n, 0), "", "µs", measure.Goal{})
		add = append(add, func(m samples) { f.Add(m[nodesAt(n, 0)].CPU) })
	}
	return add
}

// sidesAt starts nodes over a database of their own, all at the distance, and returns what
// is compared there, and the proxy before the first node.
func (e *env) sidesAt(c *cluster, distance time.Duration) (sides []side, first *proxy.Proxy, err error) {
	name := fmt.Sprintf("away_%d", distance.Milliseconds())
	away := func() (*proxy.Proxy, error) {
		p, err := proxy.Start(e.ctx, c.address, distance)
		if err == nil {
			e.closers = append(e.closers, p.Close)
		}
		return p, err
	}
	if first, err = away(); err != nil {
		return nil, nil, err
	}
	one, err := e.postgresDaemon(c, name, first.Address())
	if err != nil {
		return nil, nil, err
	}
	nodes := []server{one.server}
	for i := 1; i < nodeCount; i++ {
		p, err := away()
		if err != nil {
			return nil, nil, err
		}
		d := &daemon{e: e, data: filepath.Join(e.dir, fmt.Sprint(name, "_", i)), database: c.url(p.Address(), name)}
		if err := d.start(); err != nil {
			return nil, nil, err
		}
		nodes = append(nodes, d.server)
	}
	sellers, err := one.sellers(nodeCount)
	if err != nil {
		return nil, nil, err
	}
	for n := 1; n <= nodeCount; n++ {
		sides = append(sides, one.ordering(nodesAt(n, distance), nodes[:n]...))
	}
	sides = append(sides, side{clientsAt(distance), func() (measure.Sample, error) {
		var jobs []load.Job
		for i, s := range sellers {
			o := one.orders(s.receipts, webhookCustomers, mostOrders, e.options.each)
			o.Addresses, o.Checkout, o.Secret, o.Events = []string{nodes[i].HTTP}, s.checkout, s.secret, s.events
			jobs = append(jobs, load.Job{Orders: o})
		}
		return e.hitAll(jobs, e.options.each, nodes...)
	}})
	p, err := away()
	if err != nil {
		return nil, nil, err
	}
	if err := c.create(e.ctx, name+"_plain"); err != nil {
		return nil, nil, err
	}
	job := load.Job{Database: &load.Database{URL: c.url(p.Address(), name+"_plain"), Connections: e.options.connections, Customers: webhookCustomers}}
	return append(sides, side{pgxAt(distance), func() (measure.Sample, error) {
		s, _, err := e.hit(job, e.options.each)
		return s, err
	}}), first, nil
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
	if err != nil {
		return nil, err
	}
	d.database = c.url(address, name)
	_, err = d.restart()
	return o, err
}

// seller is a client with a checkout, links and customers of its own.
type seller struct {
	checkout, secret string
	events           []string
	receipts         []string
}

// sellers are so many clients that sell by themselves. The daemon is one of several clients
// from then on.
func (d *orderDaemon) sellers(n int) (all []seller, err error) {
	for i := range n {
		slug := fmt.Sprint("client-", i)
		s := seller{checkout: "box-" + slug}
		if _, err := d.command("client", "add", slug, "--name", slug, "--url", "https://tickets.example/"+slug); err != nil {
			return nil, err
		}
		for _, event := range eventSlugs {
			event += "-" + slug
			if _, err := d.command("event", "add", event, "--name", event, "--url", "https://tickets.example/"+event, "--client", slug); err != nil {
				return nil, err
			}
			s.events = append(s.events, event)
		}
		var checkout struct{ Secret string }
		if err := d.commandJSON(&checkout, "checkout", "add", s.checkout); err != nil {
			return nil, err
		}
		s.secret = checkout.Secret
		code := func(n int) string { return fmt.Sprint(load.Code(n), "-", i) }
		if err := d.addLinksNamed(d.e.options.clicked, code, "--client", slug); err != nil {
			return nil, err
		}
		if s.receipts, err = d.receiptsOf(d.e.options.receipts, d.e.options.clicked, code); err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}
