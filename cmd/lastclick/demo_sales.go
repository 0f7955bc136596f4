package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	webhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// pace is the time between two things that happen in the first minute of the demo, and
// calmPace after it: at the first one a day would soon sell more than six weeks did.
const (
	pace     = 300 * time.Millisecond
	calmPace = 2 * time.Second
)

// What a shop remembers: orders that may be refunded, and tickets whose holders may come.
const (
	refundable = 40
	maxDoor    = 1000
)

// demoSales goes on with what the shops did in the history.
type demoSales struct {
	shops  []*demoShop
	random *rand.Rand
	say    func(string)         // once for each trouble
	said   map[*demoShop]string // the trouble of the shop, until it sells again
}

// sell has the shops use the daemon itself, over HTTP, until ctx ends. What people do to
// the checkouts meanwhile ends nothing: say tells of it.
func (d *runningDemo) sell(ctx context.Context, o demoOptions, shops []*demoShop, say func(string)) {
	if !o.still.IsZero() {
		<-ctx.Done()
		return
	}
	client := &http.Client{
		Timeout:       5 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	for _, s := range shops {
		s.base, s.client = d.daemon.baseURL, client
		s.send = func(ctx context.Context, w demoWebhook) error {
			err := w.deliver(ctx, time.Now())
			if r, ok := errors.AsType[*demoRefusal](err); ok && r.status == http.StatusUnauthorized && d.newSecret(s) {
				say("The checkout " + s.checkout + " has another secret: its shop was told, and signs with it.")
				err = w.deliver(ctx, time.Now())
			}
			return err
		}
	}
	defer client.CloseIdleConnections()
	(&demoSales{shops: shops, random: rand.New(rand.NewPCG(20, 27)), say: say, said: map[*demoShop]string{}}).run(ctx)
}

// newSecret is the admin who tells the shop its checkout's newest secret; false where there
// is none.
func (d *runningDemo) newSecret(s *demoShop) bool {
	k, ok := d.daemon.store.CheckoutByName(s.checkout)
	if !ok || len(k.Secrets) == 0 {
		return false
	}
	sign, err := webhooks.NewWebhookRaw(k.Secrets[0])
	if err == nil {
		s.sign = sign
	}
	return err == nil
}

// run sells until ctx ends.
func (d *demoSales) run(ctx context.Context) {
	tick := time.NewTicker(pace)
	defer tick.Stop()
	calm := time.NewTimer(time.Minute)
	defer calm.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-calm.C:
			tick.Reset(calmPace)
			continue
		case <-tick.C:
		}
		s := d.shops[weighted(d.random, len(d.shops), func(i int) int { return d.shops[i].popular })]
		if err := ignoreEnd(ctx, d.step(ctx, s)); err != nil {
			d.trouble(s, err)
			continue
		}
		delete(d.said, s)
	}
}

// trouble tells of it once, however often it comes.
func (d *demoSales) trouble(s *demoShop, err error) {
	if d.said[s] != err.Error() {
		d.said[s] = err.Error()
		d.say("The shop of " + s.Name + " could not sell: " + err.Error() + ". It goes on trying.")
	}
}

func ignoreEnd(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// step is a visit, mostly; else a ticket is scanned at the door, or one is refunded.
func (d *demoSales) step(ctx context.Context, s *demoShop) error {
	s.orders = newest(s.orders, refundable)
	s.door = newest(s.door, maxDoor)
	switch n := d.random.IntN(24); {
	case n < 4 && len(s.door) > 0:
		i := d.random.IntN(len(s.door))
		ticket := s.door[i]
		s.door = slices.Delete(s.door, i, i+1)
		return s.scan(ctx, ticket, time.Now())
	case n == 4 && len(s.orders) > 0:
		return s.refund(ctx, s.orders[d.random.IntN(len(s.orders))], time.Now())
	}
	return d.visit(ctx, s)
}

// newest are the last of the items, as many as n.
func newest[T any](items []T, n int) []T {
	return slices.Delete(items, 0, max(0, len(items)-n))
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
