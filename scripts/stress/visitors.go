//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"golang.org/x/crypto/ssh"

	"lastclick/scripts/benchmark/load"
	"lastclick/scripts/benchmark/measure"
)

// noAnswer is what a visitor saw who was not answered.
const noAnswer = "no answer"

// seen is what one kind of visitor saw, and how long the good answers took.
type seen struct {
	mu        sync.Mutex
	answers   map[string]int
	latencies measure.Latencies
	all       int // good ones, ever
}

// total is how many good answers there were in all.
func (s *seen) total() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all
}

func (s *seen) add(answer string, good bool, took time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if good {
		s.all++
	}
	if s.answers == nil {
		s.answers = map[string]int{}
	}
	s.answers[answer]++
	if good {
		s.latencies.Add(took)
	}
}

// take returns what was seen since the last time, and begins from nothing.
func (s *seen) take() sight {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := sight{answers: s.answers, latencies: s.latencies}
	s.answers, s.latencies = nil, measure.Latencies{}
	return out
}

// sight is what was seen in a time.
type sight struct {
	answers   map[string]int
	latencies measure.Latencies
}

func (s sight) String() string {
	if len(s.answers) == 0 {
		return "–"
	}
	var parts []string
	for _, a := range slices.Sorted(maps.Keys(s.answers)) {
		parts = append(parts, fmt.Sprintf("%s ×%d", a, s.answers[a]))
	}
	return strings.Join(parts, ", ")
}

// good is the share of good answers, and how many there were in all.
func (s sight) good() (share float64, all int) {
	for _, n := range s.answers {
		all += n
	}
	return float64(s.latencies.Len()) / float64(max(all, 1)), all
}

// visitors are customers who click, checkouts that deliver orders, and a promoter who asks
// for the statistics over SSH, until stop. Their requests take turns at a pace, so that a
// shared machine is not all theirs.
type visitors struct {
	d      *daemon
	ledger *ledger
	pace   pace
	key    *standardwebhooks.Webhook
	client *http.Client
	source net.Addr // of their connections; nil: the system's choice

	paused                       atomic.Bool // only the checkouts
	customers, checkouts, people seen
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
	v := &visitors{d: d, pace: p, source: source, ledger: newLedger(fmt.Sprintf("o%d", d.l.orders))}
	v.client = newClient(source, p.customers+p.checkouts)
	return v, v.begin()
}

// newClient is a client whose connections come from the address.
func newClient(source net.Addr, connections int) *http.Client {
	dialer := &net.Dialer{LocalAddr: source, Timeout: 20 * time.Second}
	return &http.Client{
		Timeout:       20 * time.Second,
		Transport:     &http.Transport{DialContext: dialer.DialContext, MaxIdleConnsPerHost: connections},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// begin begins the visits, again after stop.
func (v *visitors) begin() (err error) {
	if v.key, err = standardwebhooks.NewWebhook(v.d.secret); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(v.d.l.ctx)
	v.stopped = stop
	for n := range v.pace.customers {
		v.all.Go(func() { repeat(ctx, v.pace.click, func() { v.click(ctx, n) }) })
	}
	for range v.pace.checkouts {
		v.all.Go(func() {
			repeat(ctx, v.pace.order, func() {
				if !v.paused.Load() && !v.order(ctx, v.ledger.take()) {
					wait(ctx, v.pace.refused)
				}
			})
		})
	}
	v.all.Go(func() { repeat(ctx, v.pace.stats, func() { v.stats() }) })
	return nil
}

// stop ends the visits and waits for the last answers.
func (v *visitors) stop() {
	v.stopped()
	v.all.Wait()
	v.client.CloseIdleConnections()
}

func repeat(ctx context.Context, every time.Duration, do func()) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			do()
		}
	}
}

func wait(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

func (v *visitors) click(ctx context.Context, n int) {
	begin := time.Now()
	answer := noAnswer
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+v.d.HTTP+"/"+linkCode(n+int(begin.UnixMilli())), nil)
	if err != nil {
		return
	}
	r.Header.Set("User-Agent", load.UserAgent)
	if resp, err := v.client.Do(r); err == nil {
		drain(resp)
		answer = fmt.Sprint(resp.StatusCode)
	} else if ctx.Err() != nil {
		return
	}
	v.customers.add(answer, answer == "302", time.Since(begin))
}

func drain(r *http.Response) {
	_, _ = io.Copy(io.Discard, r.Body)
	_ = r.Body.Close()
}

// order delivers an order once, and says whether it was acknowledged. The answer is waited
// for also when the visits end, so that none that was given is missed.
func (v *visitors) order(ctx context.Context, id string) bool {
	begin := time.Now()
	answer := v.deliver(context.WithoutCancel(ctx), "msg_"+id, orderBody(id))
	good := answer == "200"
	if good {
		v.ledger.acknowledge(id)
	}
	v.checkouts.add(answer, good, time.Since(begin))
	return good
}

// firstPlaced is when the first order of a run was placed.
var firstPlaced = time.Now().Add(-time.Hour).Truncate(time.Second)

// placedAt is when the order was placed, always the same: an order that is delivered again
// must have the same bytes.
func placedAt(id string) time.Time {
	_, number, _ := strings.Cut(id, "-")
	n, _ := strconv.Atoi(number)
	return firstPlaced.Add(time.Duration(n) * 10 * time.Millisecond)
}

// deliver posts a signed body and says how it was answered.
func (v *visitors) deliver(ctx context.Context, id string, body []byte) string {
	now := time.Now()
	signature, err := v.key.Sign(id, now, body)
	if err != nil {
		return err.Error()
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+v.d.HTTP+"/webhooks/"+checkoutName, bytes.NewReader(body))
	if err != nil {
		return err.Error()
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(standardwebhooks.HeaderWebhookID, id)
	r.Header.Set(standardwebhooks.HeaderWebhookTimestamp, fmt.Sprint(now.Unix()))
	r.Header.Set(standardwebhooks.HeaderWebhookSignature, signature)
	resp, err := v.client.Do(r)
	if err != nil {
		return noAnswer
	}
	drain(resp)
	if resp.StatusCode == http.StatusServiceUnavailable && resp.Header.Get("Retry-After") == "" {
		return "503 without Retry-After"
	}
	return fmt.Sprint(resp.StatusCode)
}

// stats is a promoter who signs in and asks.
func (v *visitors) stats() {
	begin := time.Now()
	answer := "ok"
	if c, err := v.d.dialFrom(v.source); err != nil {
		answer = noAnswer
	} else {
		if _, err := command(c, "stats"); err != nil {
			answer = "refused"
			if r, ok := errors.AsType[*refusal](err); ok {
				answer = "refused: " + firstSentence(r.said, r.err)
			}
		}
		_ = c.Close()
	}
	v.people.add(answer, answer == "ok", time.Since(begin))
}

func firstSentence(said string, err error) string {
	if _, cut := errors.AsType[*ssh.ExitMissingError](err); cut {
		return "cut off"
	}
	line, _, _ := strings.Cut(said, "\n")
	line, _, _ = strings.Cut(line, ". ")
	if len(line) > 90 {
		line = line[:90] + "…"
	}
	return line
}

// forget drops what was seen until now.
func (v *visitors) forget() {
	v.customers.take()
	v.checkouts.take()
	v.people.take()
}

// until waits until n more orders are acknowledged, and says how long that took.
func (v *visitors) until(n int, within time.Duration) (time.Duration, error) {
	begin := time.Now()
	before, _ := v.ledger.counts()
	for {
		now, _ := v.ledger.counts()
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
					answer = v.deliver(ctx, "msg_"+id, orderBody(id))
					switch {
					case answer == "200":
						v.ledger.acknowledge(id)
					case answer != "503" || time.Now().After(late):
						errs[n] = fmt.Errorf("order %s, delivered again, was answered with %s", id, answer)
					default:
						wait(ctx, 100*time.Millisecond)
					}
				}
			}
		})
	}
	for _, id := range v.ledger.openIDs() {
		ids <- id
	}
	close(ids)
	all.Wait()
	return errors.Join(errs...)
}
