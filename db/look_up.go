package db

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"lastclick/model"
)

// A node hears of what another one made some milliseconds later, and where notifications
// are lost, up to pollEvery later. So what its memory does not know is looked up in the
// database before it is answered that it does not exist. Anybody can ask for what does not
// exist, so that is bounded: how many look-ups there are in a second and at once, how long
// one takes, and how many are made for one name. SQLite has one node, whose memory is
// the truth.
const (
	lookUpWait  = 300 * time.Millisecond // for one look-up, its turn included
	lookUpKept  = time.Second            // that an answer holds, and that no look-up is tried after one that failed
	lookUpTurns = readerConns / 2        // at once: half of the readers stay free for pages
	lookUpSweep = 1024                   // answers, before those that hold no more are dropped; the rates allow no more in lookUpKept
)

// lookUpKind tells apart what is looked up. Each kind has a rate of its own, so that those
// who guess the codes of links keep no new checkout out.
type lookUpKind int

const (
	linkNames lookUpKind = iota // and aliases
	eventNames
	clientNames
	checkoutNames
	checkoutSecrets // of checkouts that memory knows
	lookUpKinds
)

// lookUpRates are the look-ups of each kind in a second, for all who ask this node; twice
// as many may come at once.
var lookUpRates = [lookUpKinds]int{linkNames: 100, eventNames: 25, clientNames: 25, checkoutNames: 25, checkoutSecrets: 25}

type lookUpKey struct {
	kind lookUpKind
	name string
}

// lookUps are the answers of the last second, and the look-ups that are under way.
type lookUps struct {
	mu     sync.Mutex
	of     *cache // they are newer than this one; with another one they are dropped
	kept   map[lookUpKey]*lookUp
	rates  [lookUpKinds]*rate.Limiter
	failed time.Time // when the database did not answer last
	now    func() time.Time
	wait   time.Duration // for one look-up, its turn included

	turns chan struct{} // semaphore
}

// lookUp is one question to the database, for all who ask it meanwhile.
type lookUp struct {
	done  chan struct{} // closed when these are set:
	value any
	err   error
	at    time.Time
}

func newLookUps() *lookUps {
	l := &lookUps{kept: map[lookUpKey]*lookUp{}, now: time.Now, wait: lookUpWait, turns: make(chan struct{}, lookUpTurns)}
	for kind, n := range lookUpRates {
		l.rates[kind] = rate.NewLimiter(rate.Limit(n), 2*n)
	}
	return l
}

var (
	errNotThere = &model.Error{Kind: model.NotFound, Msg: "there is no such thing"}
	errNotAsked = &model.Error{Kind: model.Busy, Msg: "too many unknown names are looked up at this moment", Hint: "try again in a moment"}
	errNoAnswer = &model.Error{Kind: model.Busy, Msg: "the database cannot be asked now", Hint: "try again in a moment"}
)

// orNotThere answers as for what does not exist where too much is looked up.
func orNotThere(err error) error {
	if errors.Is(err, errNotAsked) {
		return errNotThere
	}
	return err
}

// LookUpLink asks the database for the link with the folded code or alias.
func (s *Store) LookUpLink(ctx context.Context, code string) (model.Target, error) {
	t, err := lookUpOf(ctx, s, lookUpKey{linkNames, code}, func(c *conn) (model.Target, error) { return c.target(code) })
	return t, orNotThere(err)
}

// LookUpEvent asks the database for the page of the event.
func (s *Store) LookUpEvent(ctx context.Context, slug string) (model.Page, error) {
	return s.lookUpPage(ctx, lookUpKey{eventNames, slug}, `SELECT c.slug, e.url, c.tracking FROM events e JOIN clients c ON c.id = e.client_id WHERE e.slug = $1`)
}

// LookUpClient asks the database for the client's profile page.
func (s *Store) LookUpClient(ctx context.Context, slug string) (model.Page, error) {
	return s.lookUpPage(ctx, lookUpKey{clientNames, slug}, `SELECT slug, url, tracking FROM clients WHERE slug = $1`)
}

func (s *Store) lookUpPage(ctx context.Context, key lookUpKey, query string) (model.Page, error) {
	p, err := lookUpOf(ctx, s, key, func(c *conn) (p model.Page, err error) {
		err = c.row(query, key.name).Scan(&p.Client, &p.URL, &p.Tracking)
		return p, err
	})
	return p, orNotThere(err)
}

// LookUpCheckout asks the database for the checkout. Too many look-ups are Busy here, since
// a sender takes it for final that there is no such checkout.
func (s *Store) LookUpCheckout(ctx context.Context, name string) (model.Checkout, error) {
	return lookUpOf(ctx, s, lookUpKey{checkoutNames, name}, func(c *conn) (model.Checkout, error) { return c.liveCheckout(name) })
}

// LookUpSecrets asks the database whether a checkout has other secrets than those that are
// known here; NotFound says that it has none.
func (s *Store) LookUpSecrets(ctx context.Context, known model.Checkout) (model.Checkout, error) {
	k, err := lookUpOf(ctx, s, lookUpKey{checkoutSecrets, known.Name}, func(c *conn) (model.Checkout, error) {
		k, err := c.liveCheckout(known.Name)
		if err == nil && slices.Equal(k.SecretIDs, known.SecretIDs) {
			err = errNotThere
		}
		return k, err
	})
	return k, orNotThere(err)
}

// lookUpOf is the answer to a look-up, where do reads it from the database.
func lookUpOf[T any](ctx context.Context, s *Store, key lookUpKey, do func(*conn) (T, error)) (T, error) {
	var none T
	if s.shared == nil {
		return none, errNotThere
	}
	u, mine, err := s.lookUps.begin(key, s.cache.Load())
	switch {
	case err != nil:
		s.metrics.lookUps.WithLabelValues("limited").Inc()
		return none, err
	case mine: // for as long as the store lives: others wait for the same answer
		value, err := s.ask(func(c *conn) (any, error) { return do(c) })
		s.lookUps.answer(key, u, value, err)
	default:
		s.metrics.lookUps.WithLabelValues("repeated").Inc()
	}
	select {
	case <-u.done:
	case <-ctx.Done():
		return none, s.failed(ctx.Err())
	}
	if u.err != nil {
		return none, u.err
	}
	return u.value.(T), nil
}

// begin returns the look-up of the key, which is the caller's to make where it is new.
func (l *lookUps) begin(key lookUpKey, m *cache) (u *lookUp, mine bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	if l.of != m {
		l.of = m
		l.drop(func(*lookUp) bool { return true })
	}
	if u := l.kept[key]; u != nil && (!u.isDone() || now.Sub(u.at) < lookUpKept) {
		return u, false, nil
	}
	if now.Sub(l.failed) < lookUpKept {
		return nil, false, errNoAnswer
	}
	if !l.rates[key.kind].AllowN(now, 1) {
		return nil, false, errNotAsked
	}
	if len(l.kept) >= lookUpSweep {
		l.drop(func(u *lookUp) bool { return now.Sub(u.at) >= lookUpKept })
	}
	u = &lookUp{done: make(chan struct{})}
	l.kept[key] = u
	return u, true, nil
}

// answer ends a look-up. One that failed is tried again by the next who asks, once that may be.
func (l *lookUps) answer(key lookUpKey, u *lookUp, value any, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	u.value, u.err, u.at = value, err, l.now()
	if errors.Is(err, errNoAnswer) {
		l.failed = u.at
		delete(l.kept, key)
	}
	close(u.done)
}

// drop drops answers, and none that is under way.
func (l *lookUps) drop(which func(*lookUp) bool) {
	for key, u := range l.kept {
		if u.isDone() && which(u) {
			delete(l.kept, key)
		}
	}
}

func (u *lookUp) isDone() bool {
	select {
	case <-u.done:
		return true
	default:
		return false
	}
}

// ask asks the database. Its error is errNotThere or errNoAnswer.
func (s *Store) ask(do func(*conn) (any, error)) (value any, err error) {
	ctx, cancel := context.WithTimeout(s.ctx, s.lookUps.wait)
	defer cancel()
	select {
	case s.lookUps.turns <- struct{}{}:
		if value, err = read(ctx, s, do); model.KindOf(err) == model.Busy && ctx.Err() == nil {
			value, err = read(ctx, s, do) // the connection was one that had broken in the pool
		}
		<-s.lookUps.turns
	case <-ctx.Done():
		err = ctx.Err()
	}
	outcome := "found"
	switch {
	case err == nil:
		wake(s.versions.behind) // memory is older than the database
	case isNoRows(err) || model.KindOf(err) == model.NotFound:
		outcome, err = "unknown", errNotThere
	default:
		s.log.Warn("what memory does not know could not be looked up in the database", "again_in", lookUpKept, "err", err)
		outcome, err = "failed", errNoAnswer
	}
	s.metrics.lookUps.WithLabelValues(outcome).Inc()
	return value, err
}

// target is what LinkByCode answers, from the tables.
func (c *conn) target(code string) (model.Target, error) {
	var t model.Target
	var event, page *string
	err := c.row(`SELECT l.id, l.code, CASE WHEN l.archived_at IS NULL THEN 0 ELSE 1 END, c.slug, c.url, c.tracking, COALESCE(NULLIF(e.carry, ''), c.carry), e.slug, e.url
		FROM links l JOIN clients c ON c.id = l.client_id LEFT JOIN events e ON e.id = l.event_id
		WHERE l.id IN (SELECT id FROM links WHERE code = $1 UNION ALL SELECT link_id FROM aliases WHERE alias = $1 AND removed_at IS NULL)`, code).
		Scan(&t.Link, &t.Code, &t.Archived, &t.Client, &t.URL, &t.Tracking, &t.Carry, &event, &page)
	if event != nil {
		t.Event, t.URL = *event, *page
	}
	return t, err
}
