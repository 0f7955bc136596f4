package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"time"

	"lastclick/db"
	"lastclick/model"
	"lastclick/scripts/benchmark/load"
	"lastclick/scripts/benchmark/measure"
)

const (
	groupBy = "GROUP BY over the facts"

	// mostNaive is in how many rounds the facts are counted: with a million orders that
	// takes half a minute.
	mostNaive = 3

	rangeDays = 9 // of storedDays: three orders of ten
)

// pageRow reads a client's page, its page for a range of days, and the page of one link,
// in this process with the store itself. Before each of these reads an order comes in,
// so that it is the first reader's after a change; the page is then read once more.
func pageRow(e *env) error {
	first := e.figure("page of 1000 links × 6 types, first reader", groupBy, "× as fast", measure.AtLeast(1000))
	firstTime := e.figure("the same, time", "", "ms", measure.Goal{})
	next := e.figure("the same, next reader", "first reader", "×", measure.AtMost(0.01))
	days := e.figure(fmt.Sprintf("page of %d days, %d orders", rangeDays, e.options.orders*rangeDays/storedDays), "", "ms", measure.AtMost(100))
	link := e.figure("page of one link", "", "ms", measure.AtMost(5))

	p, err := e.openPages()
	if err != nil {
		return err
	}
	defer p.store.Close()
	for n := range e.options.rounds {
		whole, again, err := p.read(p.stats(model.Filter{}))
		if err != nil {
			return err
		}
		firstTime.Add(whole)
		next.Add(again / whole)
		few, _, err := p.read(p.stats(p.days))
		if err != nil {
			return err
		}
		days.Add(few)
		one, _, err := p.read(p.link)
		if err != nil {
			return err
		}
		link.Add(one)
		if n >= mostNaive {
			continue
		}
		naive, err := p.countFacts()
		if err != nil {
			return err
		}
		first.Add(naive / whole)
	}
	return nil
}

// pages is a store over the stored orders.
type pages struct {
	ctx    context.Context
	store  *db.Store
	file   string
	days   model.Filter
	random *rand.Rand
	orders int
	placed int // orders that came since
}

func (e *env) openPages() (*pages, error) {
	stored, err := e.storedData()
	if err != nil {
		return nil, err
	}
	if err := copyDatabase(stored.full, e.dir); err != nil {
		return nil, err
	}
	store, err := db.Open(e.ctx, db.Options{Dir: e.dir})
	if err != nil {
		return nil, err
	}
	day := func(ago int) string { return time.Now().UTC().AddDate(0, 0, -ago).Format(time.DateOnly) }
	return &pages{
		ctx: e.ctx, store: store, file: filepath.Join(e.dir, "lastclick.db"), days: model.Filter{From: day(rangeDays + 9), To: day(10)},
		random: rand.New(rand.NewPCG(2, 2)), orders: e.options.orders,
	}, nil
}

// read takes in an order and times what the first reader of the page waits, and the next
// one, in milliseconds.
func (p *pages) read(page func() error) (first, next float64, err error) {
	p.placed++
	if err := placeOrder(p.ctx, p.store, fmt.Sprint("page-", p.placed), time.Now(), customersOf(p.orders), p.random); err != nil {
		return 0, 0, err
	}
	if first, err = timed(page); err != nil {
		return 0, 0, err
	}
	next, err = timed(page)
	return first, next, err
}

func timed(f func() error) (milliseconds float64, err error) {
	begin := time.Now()
	err = f()
	return float64(time.Since(begin).Microseconds()) / 1000, err
}

func (p *pages) stats(f model.Filter) func() error {
	return func() error {
		s, err := p.store.Stats(p.ctx, owner, f)
		if err == nil && len(s.Links) != storedLinks {
			return fmt.Errorf("the page has %d links, want %d", len(s.Links), storedLinks)
		}
		return err
	}
}

// link reads what the console's page of a link shows.
func (p *pages) link() error {
	code := load.Code(p.random.IntN(storedLinks))
	if _, err := p.store.Link(p.ctx, owner, code); err != nil {
		return err
	}
	if _, err := p.store.Orders(p.ctx, owner, model.OrderFilter{Link: code, Limit: 10}); err != nil {
		return err
	}
	_, err := p.store.Series(p.ctx, owner, code, model.Week)
	return err
}

// countFacts counts what the page shows from the facts, and says how many milliseconds it
// took. It fails where page and facts differ, of all days or of the range.
func (p *pages) countFacts() (float64, error) {
	facts, err := openFacts(p.ctx, p.file)
	if err != nil {
		return 0, err
	}
	defer facts.Close()
	var counted total
	took, err := timed(func() error {
		counted, err = facts.page()
		return err
	})
	if err != nil {
		return 0, err
	}
	if err := p.compare(model.Filter{}, counted); err != nil {
		return 0, err
	}
	from, until, err := p.days.Range(facts.zone)
	if err != nil {
		return 0, err
	}
	inRange, err := facts.between(from, until)
	if err != nil {
		return 0, err
	}
	return took, p.compare(p.days, inRange)
}

// compare returns an error unless the page says the same as what was counted.
func (p *pages) compare(f model.Filter, counted total) error {
	s, err := p.store.Stats(p.ctx, owner, f)
	if err != nil {
		return err
	}
	shown := total{s.Total.Customers, s.Total.NewCustomers, s.Total.Orders, s.Total.Tickets, s.Total.FaceValue["GBP"]}
	if shown != counted {
		return fmt.Errorf("the page %+v shows %+v, the facts are %+v", f, shown, counted)
	}
	return nil
}
