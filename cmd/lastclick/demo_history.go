package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	webhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"lastclick/db"
	"lastclick/model"
	"lastclick/server/web"
)

// demoHistory makes the weeks before the demo, in the time that it takes: the store and
// the HTTP server run on a clock that is set from step to step, and are asked by their
// own doors, without a socket. Every number comes from a click, an order or a scan.
type demoHistory struct {
	now   time.Time    // when it ends
	clock atomic.Int64 // unix ns
	site  string       // where links lead
	store *db.Store
	admin model.Actor
	owner model.Actor
	shops []*demoShop

	steps   []demoStep
	waiting []demoWebhook // to be sent at the next stop
}

// demoStep is something that happened.
type demoStep struct {
	at time.Time
	do func(ctx context.Context, at time.Time) error
}

const (
	// stopEvery is how often the checkouts send what they have: many webhooks at once, which
	// share a commit.
	stopEvery = 24 * time.Hour
	// sending is how many of them are under way at once.
	sending = 256
)

// makeHistory fills the empty database in dir. The keys are of the admin and of the
// first client's owner. It returns the shops, for the sales to go on.
func makeHistory(ctx context.Context, dir string, now time.Time, site string, admins []string, owner model.Key, log *slog.Logger) (_ []*demoShop, err error) {
	h := &demoHistory{now: now, site: site}
	h.set(h.ago(historyDays + 1))
	if h.store, err = db.Open(ctx, db.Options{Dir: dir, Now: h.time, Log: log}); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, h.store.Close()) }()
	if err := ensureAdmins(ctx, h.store, admins, "", log); err != nil {
		return nil, err
	}
	handler := web.New(web.Config{Store: h.store, BaseURL: "http://demo", Log: log, Now: h.time}).Handler()
	for i := range demoClients {
		h.shops = append(h.shops, h.shop(&demoClients[i], uint64(i), handler))
	}
	if err := h.found(ctx, admins[0], owner); err != nil {
		return nil, err
	}
	for _, s := range h.shops {
		h.plan(s)
	}
	h.planOffice()
	if err := h.run(ctx); err != nil {
		return nil, err
	}
	_, err = h.store.AddHook(ctx, h.owner, h.site+hookPath) // which is told of what comes from now on
	return h.shops, err
}

func (h *demoHistory) time() time.Time { return time.Unix(0, h.clock.Load()) }
func (h *demoHistory) set(t time.Time) { h.clock.Store(t.UnixNano()) }
func (h *demoHistory) ago(days float64) time.Time {
	return h.now.Add(-time.Duration(days * 24 * float64(time.Hour)))
}

// then has something happen at a time; what would be in the future does not.
func (h *demoHistory) then(at time.Time, do func(ctx context.Context, at time.Time) error) {
	if at.Before(h.now) {
		h.steps = append(h.steps, demoStep{at, do})
	}
}

// run lets everything happen in its order.
func (h *demoHistory) run(ctx context.Context) error {
	slices.SortStableFunc(h.steps, func(a, b demoStep) int { return a.at.Compare(b.at) })
	stop := h.time().Add(stopEvery)
	for _, step := range h.steps {
		for step.at.After(stop) {
			if err := h.flush(ctx, stop); err != nil {
				return err
			}
			stop = stop.Add(stopEvery)
		}
		h.set(step.at)
		if err := step.do(ctx, step.at); err != nil {
			return err
		}
	}
	return h.flush(ctx, h.now)
}

// flush sends what waits.
func (h *demoHistory) flush(ctx context.Context, at time.Time) error {
	h.set(at)
	errs := make([]error, len(h.waiting))
	slots := make(chan struct{}, sending)
	var all sync.WaitGroup
	for i, w := range h.waiting {
		slots <- struct{}{}
		all.Go(func() {
			errs[i] = w.deliver(ctx, at)
			<-slots
		})
	}
	all.Wait()
	h.waiting = h.waiting[:0]
	return cmp.Or(errors.Join(errs...), ctx.Err())
}

// shop is a client's shop whose requests the handler answers.
func (h *demoHistory) shop(c *demoClient, seed uint64, handler http.Handler) *demoShop {
	s := newDemoShop(c, seed)
	s.base = "http://demo"
	s.client = &http.Client{
		Transport:     inProcess{handler},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	s.send = func(_ context.Context, w demoWebhook) error {
		h.waiting = append(h.waiting, w)
		return nil
	}
	s.starts = map[string]time.Time{}
	for _, e := range c.events {
		s.starts[e.slug] = e.starts(h.now.In(model.Location(c.Timezone)))
	}
	return s
}

// found adds the clients, what they sell, their checkouts and the first client's team.
func (h *demoHistory) found(ctx context.Context, admin string, owner model.Key) error {
	key, err := adminKeys([]string{admin})
	if err != nil {
		return err
	}
	if h.admin, err = h.store.Identify(ctx, key[0].Fingerprint); err != nil {
		return err
	}
	for _, s := range h.shops {
		if err := h.addClient(ctx, s); err != nil {
			return err
		}
	}
	if h.admin, err = h.store.Choose(ctx, h.admin, northside.Slug); err != nil {
		return err
	}
	for i, p := range demoPeople {
		if p.Key = owner; i > 0 {
			if p.Key, err = demoKey(p.Name); err != nil {
				return err
			}
		}
		if _, err := h.store.AddPerson(ctx, h.admin, p.NewPerson); err != nil {
			return err
		}
		h.then(h.ago(p.seen), func(ctx context.Context, _ time.Time) error {
			_, err := h.store.Identify(ctx, p.Key.Fingerprint)
			return err
		})
	}
	h.owner, err = h.store.Identify(ctx, owner.Fingerprint)
	return err
}

func (h *demoHistory) addClient(ctx context.Context, s *demoShop) error {
	client := s.NewClient
	client.URL = h.site + "/" + client.Slug
	if _, err := h.store.AddClient(ctx, h.admin, client); err != nil {
		return err
	}
	admin, err := h.store.Choose(ctx, h.admin, client.Slug)
	if err != nil {
		return err
	}
	for _, e := range s.events {
		if _, err := h.store.AddEvent(ctx, admin, model.NewEvent{Slug: e.slug, Name: e.name, URL: h.site + "/" + e.slug, StartsAt: s.startOf(&e).Format(time.RFC3339)}); err != nil {
			return err
		}
	}
	secret, err := h.store.AddCheckout(ctx, admin, model.NewCheckout{Name: s.checkout, Client: client.Slug})
	if err != nil {
		return err
	}
	s.sign, err = webhooks.NewWebhook(secret.Secret)
	return err
}

// inProcess has a handler answer, without a socket.
type inProcess struct{ http.Handler }

// RoundTrip answers the request.
func (h inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	r.RemoteAddr = "127.0.0.1:80"
	if r.Body == nil {
		r.Body = http.NoBody
	}
	a := &inProcessAnswer{header: http.Header{}, status: http.StatusOK}
	h.ServeHTTP(a, r)
	return &http.Response{
		Status: http.StatusText(a.status), StatusCode: a.status, Header: a.header, Body: io.NopCloser(&a.body), Request: r,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}, nil
}

type inProcessAnswer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *inProcessAnswer) Header() http.Header         { return a.header }
func (a *inProcessAnswer) WriteHeader(status int)      { a.status = status }
func (a *inProcessAnswer) Write(b []byte) (int, error) { return a.body.Write(b) }
