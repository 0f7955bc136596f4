package main

import (
	"fmt"
	"time"

	"lastclick/scripts/benchmark/load"
	"lastclick/scripts/benchmark/measure"
	"lastclick/scripts/benchmark/peer"
	"lastclick/scripts/benchmark/process"
)

const (
	stock = "Wish with a table of bubbles"

	consoleLinks  = 30
	consoleWidth  = 120
	consoleHeight = 36
	consoleBefore = 200 // orders, so that the links differ
)

// consoleRow has many people watch the same page while orders come in, in lastclick and
// in a console written in the plain way. Only one of the two has sessions at a time, as
// those of the plain one cost something all the time.
func consoleRow(e *env) error {
	f := newConsoleFigures(e)
	d, err := e.newDaemon("console")
	if err != nil {
		return err
	}
	if err := d.addLinks(consoleLinks); err != nil {
		return err
	}
	plain, err := e.peer(peer.Console, "--links", fmt.Sprint(consoleLinks))
	if err != nil {
		return err
	}
	w := &watching{e: e, d: d, plain: plain}
	w.many, w.busy = watchers(e)
	if err := w.before(); err != nil {
		return err
	}
	if err := w.single(f); err != nil {
		return err
	}
	if err := w.memory(f); err != nil {
		return err
	}
	if err := w.rounds(w.busy, 200*time.Millisecond, 0, f.addBusy); err != nil {
		return err
	}
	return w.rounds(w.many, time.Second, w.idle(), f.addMany)
}

// watchers are how many sessions there are where little changes, and where much does.
func watchers(e *env) (many, busy int) { return e.options.sessions, e.options.sessions / 5 }

// consoleFigures are the row's.
type consoleFigures struct {
	cost5, cost1, bytes, p99, p99Stock, idle, idleStock, live, resident, one *measure.Figure
}

func newConsoleFigures(e *env) *consoleFigures {
	many, busy := watchers(e)
	fast, slow := fmt.Sprintf("%d sessions × 5/s", busy), fmt.Sprintf("%d sessions × 1/s", many)
	return &consoleFigures{
		cost5:     e.figure("CPU a session-update, "+fast, stock, "×", measure.AtMost(1.0/3)),
		cost1:     e.figure("CPU a session-update, "+slow, stock, "×", measure.AtMost(1.0/3)),
		bytes:     e.figure("bytes a session-update, "+fast, stock, "×", measure.AtMost(0.8)),
		p99:       e.figure("change to bytes, p99, "+slow, "", "ms", measure.AtMost(60)),
		p99Stock:  e.figure("the same, "+stock, "", "ms", measure.Goal{}),
		idle:      e.figure(fmt.Sprintf("%d idle sessions, of one processor", many), "", "%", measure.AtMost(4)),
		idleStock: e.figure("the same, "+stock, "", "%", measure.Goal{}),
		live:      e.figure("memory a session, in use after GC", "", "KB", measure.AtMost(180)),
		resident:  e.figure("memory a session, resident", "", "KB", measure.Goal{}),
		one:       e.figure("order to the screen of one session, longest", "", "ms", measure.AtMost(250)),
	}
}

// watching is both consoles, and how many watch them.
type watching struct {
	e          *env
	d          *daemon
	plain      server
	many, busy int
}

func (w *watching) idle() time.Duration { return 2 * w.e.options.each }

// orders are by codes, so that the plain console can tell which link is meant.
func (w *watching) orders() *load.Orders {
	o := w.d.orders(nil, webhookCustomers, 0, 0)
	o.Codes = consoleLinks
	return o
}

// before places some orders in both consoles, so that their links differ.
func (w *watching) before() error {
	for _, s := range []server{w.d.server, w.plain} {
		o := w.orders()
		o.Addresses, o.Count = []string{s.HTTP}, consoleBefore
		if _, _, err := w.e.hit(load.Job{Orders: o}, process.StartTime, s); err != nil { // ends when all are placed
			return err
		}
	}
	return nil
}

// ours and stock are jobs of so many sessions.
func (w *watching) ours(sessions int) load.Job {
	orders := w.orders()
	c := &load.Consoles{Address: w.d.SSH, Sessions: sessions, Width: consoleWidth, Height: consoleHeight, Orders: *orders}
	for _, k := range w.e.keys {
		c.Keys = append(c.Keys, k.pem)
	}
	return load.Job{Consoles: c}
}

func (w *watching) stock(sessions int) load.Job {
	job := w.ours(sessions)
	job.Consoles.Address = w.plain.SSH
	job.Consoles.Orders.Addresses = []string{w.plain.HTTP}
	return job
}

// watched is what one side did in a round.
type watched struct {
	updates float64 // CPU of the server for each session-update, µs
	bytes   float64 // sent for each
	p99     float64 // ms
	idle    float64 // % of a processor; 0 where it was not measured
}

// rounds opens so many sessions of each console in each round, leaves them alone for a
// while, and then makes changes at the pace.
func (w *watching) rounds(sessions int, every, idle time.Duration, done func(ours, stock watched)) error {
	suffix := fmt.Sprintf(", %d × %g/s", sessions, 1/every.Seconds())
	latest := map[string]watched{}
	measured := func(name string, s server, job func(int) load.Job) side {
		return side{name + suffix, func() (measure.Sample, error) {
			did, sample, err := w.watch(job(sessions), every, idle, s)
			latest[name] = did
			return sample, err
		}}
	}
	return w.e.rounds([]side{measured(ours, w.d.server, w.ours), measured(stock, w.plain, w.stock)}, func(samples) {
		done(latest[ours], latest[stock])
	})
}

// watch is one side of a round.
func (w *watching) watch(job load.Job, every, idle time.Duration, s server) (did watched, sample measure.Sample, err error) {
	l, err := w.e.loader(job)
	if err != nil {
		return did, sample, err
	}
	defer l.Kill()
	if idle > 0 {
		_, used, err := l.step(load.Step{For: idle}, s)
		if err != nil {
			return did, sample, err
		}
		did.idle = 100 * used.Seconds() / idle.Seconds()
	}
	changes := max(int(w.e.options.each/every), w.e.options.changes)
	r, used, err := l.step(load.Step{Changes: changes, Every: every}, s)
	if err != nil {
		return did, sample, err
	}
	if r.Updates == 0 {
		return did, sample, fmt.Errorf("no session was sent anything after %d changes", changes)
	}
	updates := float64(r.Updates)
	did.updates, did.bytes, did.p99 = float64(used.Microseconds())/updates, float64(r.Bytes)/updates, r.P99
	return did, measure.Sample{Rate: updates / r.Seconds, CPU: did.updates, P50: r.P50, P99: r.P99}, nil
}

func (f *consoleFigures) addBusy(ours, stock watched) {
	f.cost5.Add(ours.updates / stock.updates)
	f.bytes.Add(ours.bytes / stock.bytes)
}

func (f *consoleFigures) addMany(ours, stock watched) {
	f.cost1.Add(ours.updates / stock.updates)
	f.p99.Add(ours.p99)
	f.p99Stock.Add(stock.p99)
	f.idle.Add(ours.idle)
	f.idleStock.Add(stock.idle)
}

// memory compares the daemon with many sessions open, after some changes, with the daemon
// before.
func (w *watching) memory(f *consoleFigures) error {
	before, err := w.d.liveMemory()
	if err != nil {
		return err
	}
	l, err := w.e.loader(w.ours(w.many))
	if err != nil {
		return err
	}
	defer l.Kill()
	if _, _, err := l.step(load.Step{Changes: w.e.options.changes, Every: 300 * time.Millisecond}, w.d.server); err != nil {
		return err
	}
	after, err := w.d.liveMemory()
	if err != nil {
		return err
	}
	each := func(a, b float64) float64 { return (a - b) / float64(w.many) / 1000 }
	f.live.Add(each(after.live, before.live))
	f.resident.Add(each(after.resident, before.resident))
	return nil
}

// single is what one person who watches waits for an order.
func (w *watching) single(f *consoleFigures) error {
	for range w.e.options.rounds {
		l, err := w.e.loader(w.ours(1))
		if err != nil {
			return err
		}
		r, _, err := l.step(load.Step{Changes: w.e.options.changes, Every: 300 * time.Millisecond}, w.d.server)
		l.Kill()
		if err != nil {
			return err
		}
		f.one.Add(r.Max)
		f.one.Note = fmt.Sprintf("p50 %.0f ms in the last round", r.P50)
	}
	return nil
}
