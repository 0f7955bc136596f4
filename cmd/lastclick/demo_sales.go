package main

import (
	"context"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"
)

// pace is the time between two things that happen in the first minute of the demo, and
// calmPace after it: at the first one a day would soon sell more than six weeks did.
const (
	pace     = 300 * time.Millisecond
	calmPace = 2 * time.Second
)

// demoSales goes on with what the shops did in the history.
type demoSales struct {
	shops  []*demoShop
	random *rand.Rand
}

// sell has the shops use the daemon itself, over HTTP, until ctx ends.
func (d *runningDemo) sell(ctx context.Context, o demoOptions, shops []*demoShop) error {
	if !o.still.IsZero() {
		<-ctx.Done()
		return nil
	}
	client := &http.Client{
		Timeout:       5 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	for _, s := range shops {
		s.base, s.client = d.daemon.baseURL, client
		s.send = func(ctx context.Context, w demoWebhook) error { return w.deliver(ctx, time.Now()) }
	}
	defer client.CloseIdleConnections()
	return (&demoSales{shops, rand.New(rand.NewPCG(20, 27))}).run(ctx)
}

// run sells until ctx ends.
func (d *demoSales) run(ctx context.Context) error {
	tick := time.NewTicker(pace)
	defer tick.Stop()
	calm := time.NewTimer(time.Minute)
	defer calm.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-calm.C:
			tick.Reset(calmPace)
			continue
		case <-tick.C:
		}
		if err := d.step(ctx); err != nil {
			return ignoreEnd(ctx, err)
		}
	}
}

func ignoreEnd(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// step is a visit, mostly; else a ticket is scanned at the door, or one is refunded.
func (d *demoSales) step(ctx context.Context) error {
	s := d.shops[weighted(d.random, len(d.shops), func(i int) int { return d.shops[i].popular })]
	switch n := d.random.IntN(24); {
	case n < 4 && len(s.door) > 0:
		i := d.random.IntN(len(s.door))
		ticket := s.door[i]
		s.door = slices.Delete(s.door, i, i+1)
		return s.scan(ctx, ticket, time.Now())
	case n == 4:
		return s.refund(ctx, s.orders[len(s.orders)-1-d.random.IntN(min(40, len(s.orders)))], time.Now())
	}
	return d.visit(ctx, s)
}

// visit is a customer who clicks none to three links, and buys now and then.
func (d *demoSales) visit(ctx context.Context, s *demoShop) error {
	today := demoDay{weekday: time.Now().Weekday()}
	b, last := &demoBrowser{}, (*demoLink)(nil)
	for range []int{0, 1, 1, 1, 1, 1, 1, 1, 2, 3}[d.random.IntN(10)] {
		last = &s.links[weighted(d.random, len(s.links), func(i int) int {
			if s.links[i].until > 0 {
				return 0
			}
			return 1 + int(s.links[i].visits(today))
		})]
		if err := s.click(ctx, b, last); err != nil {
			return err
		}
	}
	if d.random.IntN(10) < 7 {
		return nil // only looked
	}
	o, err := s.buy(ctx, b, last, time.Now())
	if err == nil && o != nil {
		s.toDoor(o)
	}
	return err
}
