package intake

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"lastclick/model"
	"lastclick/server/shop"
)

const (
	atOnce    = 8                // deliveries that are worked on
	each      = 2                // of one checkout: a slow shop leaves room for others
	lease     = 2 * time.Minute  // of a delivery that is worked on
	fetchTime = 75 * time.Second // for one object; what is left of the lease is for the store
	poll      = time.Second      // between two looks at the queue; signals make it sooner

	sweepEvery = time.Hour        // more often where they are kept shorter
	sweepTime  = 10 * time.Minute // from a start until the first
	sweepAtOne = 200              // deliveries in one transaction
)

var errStopping = errors.New("the program stops")

// Run works off the queue until ctx ends, then waits for what is under way. The store
// must stay open until Run has returned.
func (in *Intake) Run(ctx context.Context) error {
	// Retries and new tokens are what people do.
	signal := in.c.Store.Watch(ctx, model.WatchPeople)
	defer in.c.Client.CloseIdleConnections()
	var work sync.WaitGroup
	defer work.Wait()
	every := sweepEvery
	if in.c.Keep > 0 {
		every = min(every, in.c.Keep)
	}
	sweep := in.c.Now().Add(min(sweepTime, every))
	failing := false
	for ctx.Err() == nil {
		n, err := in.begin(ctx, &work)
		if (err != nil) != failing && ctx.Err() == nil {
			if failing = err != nil; failing {
				in.c.Log.Warn("the queue of shops' deliveries cannot be read", "err", err)
			}
		}
		if in.c.Now().After(sweep) {
			sweep = in.c.Now().Add(every)
			in.forget(ctx)
		}
		if n == 0 || err != nil {
			in.rest(ctx, &signal)
		}
	}
	return nil
}

// rest waits until there may be something to do.
func (in *Intake) rest(ctx context.Context, signal *<-chan struct{}) {
	timer := time.NewTimer(poll)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-in.woken:
	case _, open := <-*signal:
		if !open {
			*signal = nil
		}
	}
}

// begin begins to work on what is due, as far as there is room, and says how many.
func (in *Intake) begin(ctx context.Context, work *sync.WaitGroup) (int, error) {
	in.mu.Lock()
	take := model.ShopTake{Limit: atOnce, Each: each, Working: maps.Clone(in.working), Lease: lease}
	in.mu.Unlock()
	for _, n := range take.Working {
		take.Limit -= n
	}
	if take.Limit < 1 {
		return 0, nil // the end of one wakes us
	}
	due, err := in.c.Store.DueShopDeliveries(ctx, take)
	for _, d := range due {
		in.count(d.Checkout, 1)
		work.Go(func() {
			note, err := in.work(ctx, d)
			in.report(ctx, d, note, err)
			in.count(d.Checkout, -1)
			in.wake()
		})
	}
	return len(due), err
}

func (in *Intake) count(checkout int64, n int) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.working[checkout] += n; in.working[checkout] == 0 {
		delete(in.working, checkout)
	}
}

// work maps a delivery again, fetches what it asks for, and applies it.
func (in *Intake) work(ctx context.Context, d model.ShopDelivery) (note string, err error) {
	k, ok := in.c.Store.CheckoutByName(d.CheckoutName)
	s, known := in.c.Shops[shop.Kind(k.Kind)]
	if !ok || !known {
		return "", &model.Error{Kind: model.Busy, Msg: "this version cannot read deliveries of the kind " + k.Kind}
	}
	r, err := in.mapped(s, k, shop.Delivery{Header: d.Header, Body: d.Body, Received: d.Received})
	if err == nil && r.Fetch != nil {
		r.Webhooks, err = in.fetch(ctx, k, s, *r.Fetch)
	}
	if err != nil {
		return "", err
	}
	_, err = in.apply(ctx, d, r.Webhooks)
	if err != nil && ctx.Err() != nil {
		return "", errStopping
	}
	return r.Note, err
}

func (in *Intake) fetch(ctx context.Context, k model.Checkout, s shop.Shop, f shop.Fetch) (hooks []shop.Webhook, err error) {
	defer in.recovered("fetch", &err)
	fetcher, ok := s.(shop.Fetcher)
	if !ok {
		return nil, &shop.Unmapped{Field: "the delivery", Detail: "asks for an object of a shop that has no API here"}
	}
	bounded, cancel := context.WithTimeout(ctx, fetchTime)
	defer cancel()
	began := in.begun()
	hooks, err = fetcher.Fetch(bounded, in.c.Client, shop.AccountOf(k), f, began)
	_, later := errors.AsType[*shop.Later](err)
	switch {
	case err == nil:
		in.answered(k.ID)
	case ctx.Err() != nil:
		return nil, errStopping
	case later:
		in.failed(k.ID, began)
	case bounded.Err() != nil:
		in.failed(k.ID, began)
		return nil, &shop.Later{Err: errors.New("it took more than " + fetchTime.String())}
	}
	return hooks, err
}

// begun is when a fetch begins: no two begin at the same millisecond, and none before an
// earlier one.
func (in *Intake) begun() time.Time {
	in.mu.Lock()
	defer in.mu.Unlock()
	now := in.c.Now().UTC().Truncate(time.Millisecond)
	if !now.After(in.began) {
		now = in.began.Add(time.Millisecond)
	}
	in.began = now
	return now
}

// forget deletes what was settled long ago.
func (in *Intake) forget(ctx context.Context) {
	for in.c.Keep > 0 && ctx.Err() == nil {
		n, err := in.c.Store.ForgetShopDeliveries(ctx, in.c.Now().Add(-in.c.Keep), sweepAtOne)
		if err != nil && ctx.Err() == nil {
			in.c.Log.Warn("old deliveries of shops could not be deleted", "err", err)
		}
		if err != nil || n < sweepAtOne {
			return
		}
	}
}

// backoff is how long to wait after the first, second … failure: a second, doubling up to
// ten minutes, and up to a quarter more or less.
func backoff(failures int) time.Duration {
	const first, most = time.Second, 10 * time.Minute
	d := most
	if failures < 11 {
		d = min(first<<max(failures-1, 0), most)
	}
	return d*3/4 + rand.N(d/2)
}

// newClient is a client for the shops' APIs: it follows no redirect to another host, and
// waits for nothing without an end.
func newClient() *http.Client {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.ResponseHeaderTimeout = 20 * time.Second
	t.MaxResponseHeaderBytes = 64 << 10
	t.MaxConnsPerHost = 2 * each
	return &http.Client{
		Transport: t, Timeout: 30 * time.Second,
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if first := via[0].URL; len(via) > 4 || r.URL.Host != first.Host || r.URL.Scheme != first.Scheme {
				return http.ErrUseLastResponse // the token must not go elsewhere
			}
			return nil
		},
	}
}
