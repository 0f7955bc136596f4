//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"lastclick/scripts/stress/visit"
)

// visitors are customers who click, checkouts that deliver orders, and a promoter who asks
// for the statistics over SSH, until stop. Their requests take turns at a pace, so that a
// shared machine is not all theirs.
type visitors struct {
	d      *daemon
	ledger *visit.Ledger
	pace   pace
	key    *standardwebhooks.Webhook
	client *http.Client
	source net.Addr // of their connections; nil: the system's choice

	paused                       atomic.Bool // only the checkouts
	customers, checkouts, people visit.Seen
	stopped                      context.CancelFunc
	all                          sync.WaitGroup
}

// pace is how many there are of each kind, and how long each waits between two requests.
type pace struct {
	customers, checkouts int
	click, order, stats  time.Duration
	refused              time.Duration // that a checkout waits besides after an order that was not taken
}

var usual = pace{customers: 2, checkouts: 8, click: 5 * time.Millisecond, order: 2 * time.Millisecond, stats: 150 * time.Millisecond, refused: 30 * time.Millisecond}

// visit begins the visits.
func (d *daemon) visit(p pace, source net.Addr) (*visitors, error) {
	d.l.orders++
	v := &visitors{d: d, pace: p, source: source, ledger: visit.NewLedger(fmt.Sprintf("o%d", d.l.orders))}
	v.client = visit.NewClient(source, p.customers+p.checkouts)
	return v, v.begin()
}

// begin begins the visits, again after stop.
func (v *visitors) begin() (err error) {
	if v.key, err = standardwebhooks.NewWebhook(v.d.secret); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(v.d.l.ctx)
	v.stopped = stop
	for n := range v.pace.customers {
		v.all.Go(func() { visit.Repeat(ctx, v.pace.click, func() { v.click(ctx, n) }) })
	}
	for range v.pace.checkouts {
		v.all.Go(func() {
			visit.Repeat(ctx, v.pace.order, func() {
				if !v.paused.Load() && !v.order(ctx, v.ledger.Take()) {
					visit.Wait(ctx, v.pace.refused)
				}
			})
		})
	}
	v.all.Go(func() { visit.Repeat(ctx, v.pace.stats, func() { v.stats() }) })
	return nil
}

// stop ends the visits and waits for the last answers.
func (v *visitors) stop() {
	v.stopped()
	v.all.Wait()
	v.client.CloseIdleConnections()
}

func (v *visitors) click(ctx context.Context, n int) {
	begin := time.Now()
	answer := visit.Click(ctx, v.client, v.d.HTTP, visit.LinkCode(n+int(begin.UnixMilli())))
	if answer == visit.NoAnswer && ctx.Err() != nil {
		return
	}
	v.customers.Add(answer, answer == "302", time.Since(begin))
}

// deliver posts a signed body and says how it was answered.
func (v *visitors) deliver(ctx context.Context, id string, body []byte) string {
	return visit.Deliver(ctx, v.client, v.key, v.d.HTTP, id, body)
}

// audit compares the ledger with what a daemon has.
func (v *visitors) audit(d *daemon) (a visit.Account, err error) {
	c, err := d.dial()
	if err != nil {
		return a, err
	}
	defer c.Close()
	return v.ledger.Audit(c)
}

// order delivers an order once, and says whether it was acknowledged. The answer is waited
// for also when the visits end, so that none that was given is missed.
func (v *visitors) order(ctx context.Context, id string) bool {
	begin := time.Now()
	answer := v.deliver(context.WithoutCancel(ctx), "msg_"+id, visit.OrderBody(id))
	good := answer == "200"
	if good {
		v.ledger.Acknowledge(id)
	}
	v.checkouts.Add(answer, good, time.Since(begin))
	return good
}

// stats is a promoter who signs in and asks.
func (v *visitors) stats() {
	begin := time.Now()
	_, answer := visit.Ask(v.d.l.ctx, v.d.SSH, v.d.l.admin, v.source, "stats")
	v.people.Add(answer, answer == "ok", time.Since(begin))
}

// forget drops what was seen until now.
func (v *visitors) forget() {
	v.customers.Take()
	v.checkouts.Take()
	v.people.Take()
}

// until waits until n more orders are acknowledged, and says how long that took.
func (v *visitors) until(n int, within time.Duration) (time.Duration, error) {
	begin := time.Now()
	before, _ := v.ledger.Counts()
	for {
		now, _ := v.ledger.Counts()
		switch {
		case now >= before+n:
			return time.Since(begin), nil
		case time.Since(begin) > within:
			return 0, fmt.Errorf("%d of %d orders were acknowledged within %v", now-before, n, within)
		case v.d.l.ctx.Err() != nil:
			return 0, v.d.l.ctx.Err()
		}
		time.Sleep(time.Millisecond)
	}
}

// redeliver sends every order again that was not acknowledged, as shops do, and those
// that are answered with 503 once more. All must be taken.
func (v *visitors) redeliver() error {
	ctx := v.d.l.ctx
	late := time.Now().Add(recoveryTime)
	ids := make(chan string)
	errs := make([]error, 8)
	var all sync.WaitGroup
	for n := range errs {
		all.Go(func() {
			for id := range ids {
				answer := ""
				for errs[n] == nil && answer != "200" {
					answer = v.deliver(ctx, "msg_"+id, visit.OrderBody(id))
					switch {
					case answer == "200":
						v.ledger.Acknowledge(id)
					case answer != "503" || time.Now().After(late):
						errs[n] = fmt.Errorf("order %s, delivered again, was answered with %s", id, answer)
					default:
						visit.Wait(ctx, 100*time.Millisecond)
					}
				}
			}
		})
	}
	for _, id := range v.ledger.OpenIDs() {
		ids <- id
	}
	close(ids)
	all.Wait()
	return errors.Join(errs...)
}
