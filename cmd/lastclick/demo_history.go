package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"math"
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

// plan has the client's links made, visited and archived, orders placed and refunded, and
// tickets scanned.
func (h *demoHistory) plan(s *demoShop) {
	zone := model.Location(s.Timezone)
	for i := range s.links {
		h.planLink(s, &s.links[i])
	}
	for n := historyDays; n >= 0; n-- {
		day := h.now.In(zone).AddDate(0, 0, -n)
		midnight := time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, zone)
		of := demoDay{ago: float64(n), weekday: midnight.Weekday()}
		for i := range s.links {
			if l := &s.links[i]; of.ago <= l.since && of.ago >= l.until {
				for range poisson(s, l.visits(of)) {
					h.planVisit(s, l, s.moment(midnight))
				}
			}
		}
		for range poisson(s, s.direct*demoSeason[of.weekday]) {
			h.planOrder(s, &demoBrowser{}, nil, s.moment(midnight))
		}
	}
	for i := range s.events {
		h.planDoor(s, &s.events[i])
	}
}

// planLink has the link made, by the owner where the client has one.
func (h *demoHistory) planLink(s *demoShop, l *demoLink) {
	h.then(h.ago(l.since+1), func(ctx context.Context, _ time.Time) error {
		actor, err := h.actor(ctx, s)
		if err != nil {
			return err
		}
		if _, err = h.store.AddLink(ctx, actor, l.NewLink); err != nil {
			return err
		}
		for _, a := range l.aliases {
			if _, err := h.store.AddAlias(ctx, actor, l.Code, a); err != nil {
				return err
			}
		}
		return nil
	})
	if l.until == 0 {
		return
	}
	h.then(h.ago(l.until-1), func(ctx context.Context, _ time.Time) error {
		actor, err := h.actor(ctx, s)
		if err != nil {
			return err
		}
		_, err = h.store.ArchiveLink(ctx, actor, l.Code)
		return err
	})
}

func (h *demoHistory) actor(ctx context.Context, s *demoShop) (model.Actor, error) {
	if s.demoClient == northside {
		return h.owner, nil
	}
	return h.store.Choose(ctx, h.admin, s.Slug)
}

// planVisit is a customer who clicks the link. Some have clicked another one in the days
// before, some buy. A few of the requests are a preview's.
func (h *demoHistory) planVisit(s *demoShop, l *demoLink, at time.Time) {
	b := &demoBrowser{}
	click := func(l *demoLink) func(context.Context, time.Time) error {
		return func(ctx context.Context, _ time.Time) error { return s.click(ctx, b, l) }
	}
	if s.random.IntN(20) == 0 {
		h.then(at, func(ctx context.Context, _ time.Time) error {
			return s.follow(ctx, &demoBrowser{}, l.Code, previewAgent)
		})
	}
	if s.random.IntN(5) == 0 {
		before := at.Add(-time.Duration(s.random.Int64N(int64(6 * 24 * time.Hour))))
		other := &s.links[s.random.IntN(len(s.links))]
		if ago := h.now.Sub(before).Hours() / 24; other != l && ago < other.since && ago > other.until {
			h.then(before, click(other))
		}
	}
	h.then(at, click(l))
	if s.random.IntN(7) == 0 { // comes back, which makes no second visitor
		h.then(at.Add(time.Minute+time.Duration(s.random.Int64N(int64(30*time.Hour)))), click(l))
	}
	if s.random.Float64() >= l.buys {
		return
	}
	bought := at.Add(2*time.Minute + time.Duration(s.random.Int64N(int64(25*time.Minute))))
	if s.random.IntN(6) == 0 { // slept on it
		bought = bought.Add(time.Duration(s.random.Int64N(int64(60 * time.Hour))))
	}
	h.planOrder(s, b, l, bought)
}

// planOrder is an order, of which some are refunded within days.
func (h *demoHistory) planOrder(s *demoShop, b *demoBrowser, l *demoLink, at time.Time) {
	var placed *demoOrder
	h.then(at, func(ctx context.Context, at time.Time) (err error) {
		placed, err = s.buy(ctx, b, l, at)
		return err
	})
	if s.random.IntN(22) == 0 {
		refunded := at.Add(time.Duration(s.random.Int64N(int64(5 * 24 * time.Hour))))
		h.then(refunded, func(ctx context.Context, at time.Time) error {
			if placed == nil || at.After(s.startOf(placed.event)) {
				return nil
			}
			return s.refund(ctx, placed, at)
		})
	}
}

// The doors of an event open before it starts, and most have come soon after it has.
const (
	doorsBefore = 80 * time.Minute
	doorsAfter  = 40 * time.Minute
)

// planDoor has the tickets scanned of which people came.
func (h *demoHistory) planDoor(s *demoShop, e *demoEvent) {
	opened := s.startOf(e).Add(-doorsBefore)
	if opened.After(h.now) {
		return
	}
	until := opened.Add(doorsBefore + doorsAfter)
	if until.After(h.now) {
		until = h.now
	}
	h.then(until.Add(-time.Second), func(ctx context.Context, at time.Time) error {
		for _, o := range s.orders {
			if o.event != e {
				continue
			}
			for _, ticket := range o.valid() {
				came := opened.Add(time.Duration(s.random.Int64N(int64(doorsBefore + doorsAfter))))
				switch {
				case s.random.IntN(9) == 0: // does not come
				case came.After(at):
					s.door = append(s.door, ticket)
				default:
					if err := s.scan(ctx, ticket, came); err != nil {
						return err
					}
				}
			}
		}
		return nil
	})
}

// toDoor has those come whose order is for the event that is on now.
func (s *demoShop) toDoor(o *demoOrder) {
	if until := time.Until(s.startOf(o.event)); until < doorsBefore {
		s.door = append(s.door, o.valid()...)
	}
}

// valid are the ids of the tickets that let people in.
func (o *demoOrder) valid() (ids []string) {
	for _, t := range o.data["tickets"].([]map[string]any) {
		if t["status"] == "valid" {
			ids = append(ids, t["id"].(string))
		}
	}
	return ids
}

// planOffice is what people did at their desks, and what came that could not be applied.
func (h *demoHistory) planOffice() {
	shop := h.shops[0]
	order := func(id, event string, faceValue any) map[string]any {
		return map[string]any{
			"id": id, "version": 1, "currency": shop.currency, "customer": map[string]any{"id": "cus_" + id},
			"tickets": []map[string]any{{"id": id + "-1", "event": event, "type": "ga", "type_name": "General Admission", "face_value": faceValue}},
		}
	}
	place := func(status int, o map[string]any) func(context.Context, time.Time) error {
		return func(ctx context.Context, at time.Time) error {
			o["placed_at"] = at.UTC().Format(time.RFC3339)
			if err := shop.postFor(ctx, status, "order.placed", at, o); err != nil {
				return err
			}
			return h.flush(ctx, at) // the inbox says when it came
		}
	}
	trial := order("TEST-1", "summerfest", 4500)
	trial["test"] = true
	h.then(h.ago(historyDays+.5), place(http.StatusOK, trial))
	h.then(h.ago(3.2), place(http.StatusUnprocessableEntity, order("B-77", "summerfest", 45.5)))
	h.then(h.ago(.8), place(http.StatusAccepted, order("B-90", "warehouse-nye", 2800)))
	h.then(h.ago(.3), func(ctx context.Context, _ time.Time) error {
		_, err := h.store.Invite(ctx, h.owner, model.NewPerson{Name: "Priya Nair", Email: "priya@example.com", Role: model.Member})
		return err
	})
}

// moment is a time of the day at which people are awake.
func (s *demoShop) moment(midnight time.Time) time.Time {
	hour := weighted(s.random, len(demoHours), func(i int) int { return demoHours[i] })
	return midnight.Add(time.Duration(hour)*time.Hour + time.Duration(s.random.Int64N(int64(time.Hour))))
}

// poisson is how often something happens that happens so often on average.
func poisson(s *demoShop, mean float64) (n int) {
	for p := s.random.Float64(); p > math.Exp(-mean); p *= s.random.Float64() {
		n++
	}
	return n
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
