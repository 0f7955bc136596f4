//go:build linux

package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"lastclick/scripts/stress/visit"
)

// Pace of the visitors of each target: some 10 clicks and 10 orders a second for each of
// four. The machine is shared with three databases; what is looked for is what fails.
const (
	clickEvery    = 100 * time.Millisecond
	orderEvery    = 200 * time.Millisecond
	checkouts     = 2
	redeliver     = 250 * time.Millisecond // a checkout waits so long after a refusal
	clickPatience = 5 * time.Second        // then a customer has gone
	peopleEvery   = 500 * time.Millisecond
)

// target is where visitors go: a node, or HAProxy.
type target struct {
	name, address  string
	clicks, orders visit.Seen

	mu   sync.Mutex
	acks []time.Time // of orders
}

// load is the visitors of one fault.
type load struct {
	c       *cluster
	ledger  *visit.Ledger
	key     *standardwebhooks.Webhook
	clicks  *http.Client
	orders  *http.Client
	targets []*target // the nodes, then HAProxy
	people  visit.Seen
	console *console
	quiet   atomic.Bool // no clicks: then orders that are delivered again may be alone in a batch
	stop    context.CancelFunc
	all     sync.WaitGroup
}

// visitors begins the visits of one fault.
func (c *cluster) visitors(prefix string) (l *load, err error) {
	l = &load{c: c, ledger: visit.NewLedger(prefix), clicks: visit.NewClient(nil, 4), orders: visit.NewClient(nil, 4*checkouts)}
	l.clicks.Timeout = clickPatience
	// Go's client sends a GET again whose kept connection ends before the answer: two clicks.
	l.clicks.Transport.(*http.Transport).DisableKeepAlives = true
	if l.key, err = standardwebhooks.NewWebhook(c.secret); err != nil {
		return nil, err
	}
	for _, d := range c.nodes {
		l.targets = append(l.targets, &target{name: d.name, address: d.HTTP})
	}
	l.targets = append(l.targets, &target{name: "HAProxy", address: c.entry("80")})
	ctx, stop := context.WithCancel(c.ctx)
	l.stop = stop
	for _, t := range l.targets {
		l.all.Go(func() { visit.Repeat(ctx, clickEvery, func() { l.click(ctx, t) }) })
		for range checkouts {
			l.all.Go(func() { visit.Repeat(ctx, orderEvery, func() { l.order(ctx, t) }) })
		}
	}
	l.all.Go(func() { visit.Repeat(ctx, peopleEvery, func() { l.ask() }) })
	l.console = &console{}
	l.all.Go(func() { l.console.watch(ctx, c) })
	return l, nil
}

// end ends the visits and waits for the last answers.
func (l *load) end() {
	l.stop()
	l.all.Wait()
	l.clicks.CloseIdleConnections()
	l.orders.CloseIdleConnections()
}

// click follows a link. It is waited for also when the visits end, so that what it left is
// known.
func (l *load) click(ctx context.Context, t *target) {
	if l.quiet.Load() {
		return
	}
	begin := time.Now()
	answer := visit.Click(context.WithoutCancel(ctx), l.clicks, t.address, visit.LinkCode(int(begin.UnixMilli()/7)))
	t.clicks.Add(answer, answer == "302", time.Since(begin))
}

// order delivers one order until it is acknowledged, as checkouts do, or the visits end.
func (l *load) order(ctx context.Context, t *target) {
	id := l.ledger.Take()
	for ctx.Err() == nil {
		if l.deliver(context.WithoutCancel(ctx), t, id) {
			return
		}
		visit.Wait(ctx, redeliver)
	}
}

func (l *load) deliver(ctx context.Context, t *target, id string) bool {
	begin := time.Now()
	answer := visit.Deliver(ctx, l.orders, l.key, t.address, "msg_"+id, orderBody(id))
	now := time.Now()
	good := answer == "200"
	t.orders.Add(answer, good, now.Sub(begin))
	if good {
		l.ledger.Acknowledge(id)
		t.mu.Lock()
		t.acks = append(t.acks, now)
		t.mu.Unlock()
	}
	return good
}

// orderBody is the order of the id, always the same. Now and then there is a type of tickets
// that was never sold: rows are made that every node remembers, also in a tail that is lost.
func orderBody(id string) []byte {
	prefix, number, _ := strings.Cut(id, "-")
	n, _ := strconv.Atoi(number)
	const sold = 40 // orders with one type
	return bytes.ReplaceAll(visit.OrderBody(id), []byte(`"vip"`), fmt.Appendf(nil, `"vip-%s-%d"`, prefix, n/sold))
}

// ask is a promoter who signs in through HAProxy and asks for the statistics.
func (l *load) ask() {
	begin := time.Now()
	_, answer := visit.Ask(l.c.ctx, l.c.entry("2222"), l.c.admin, nil, "stats --json")
	l.people.Add(answer, answer == "ok", time.Since(begin))
}

// acknowledged is how many orders a target has taken.
func (t *target) acknowledged() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.acks)
}

// longest is the longest time without an acknowledged order since the moment.
func (t *target) longest(since time.Time) (longest time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	last := since
	for _, at := range t.acks {
		if at.After(since) {
			longest = max(longest, at.Sub(last))
			last = at
		}
	}
	return max(longest, 0)
}

// flow waits until every target has taken n more orders.
func (l *load) flow(n int, within time.Duration) error {
	before := map[*target]int{}
	for _, t := range l.targets {
		before[t] = t.acknowledged()
	}
	return l.c.await("orders flow", within, func() error {
		for _, t := range l.targets {
			if got := t.acknowledged() - before[t]; got < n {
				return fmt.Errorf("%s took %d of %d", t.name, got, n)
			}
		}
		return nil
	})
}

// settle delivers what was not acknowledged, through HAProxy, until all is.
func (l *load) settle() error {
	t := l.targets[len(l.targets)-1]
	return l.c.await("every order is acknowledged in the end", startTime, func() error {
		for _, id := range l.ledger.OpenIDs() {
			l.deliver(l.c.ctx, t, id)
		}
		if _, open := l.ledger.Counts(); open > 0 {
			return fmt.Errorf("%d are not", open)
		}
		return nil
	})
}
