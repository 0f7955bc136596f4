package db_test

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lastclick/db"
	"lastclick/db/dbtest"
	"lastclick/model"
)

// rereading is a store that compares the pages that it keeps, after each change, with
// those of another store that keeps none. A change that does not count as one of its
// client would leave an old page.
type rereading struct {
	*db.Store
	t     *testing.T
	fresh *db.Store

	busy    atomic.Int64 // changes under way
	changes atomic.Int64
	mu      sync.Mutex
}

func openRereading(t *testing.T) model.Store {
	o := db.Options{Dir: memoryDir(t)} // fsync is most of what the suite costs, and proves nothing here
	s := &rereading{Store: openStore(t, o), t: t}
	o.ReadOnly = true
	s.fresh = openStore(t, o)
	return s
}

func changing[T any](s *rereading, do func() (T, error)) (T, error) {
	s.busy.Add(1)
	v, err := do()
	s.changes.Add(1)
	s.busy.Add(-1)
	if model.KindOf(err) != model.Busy { // what was given up may be committed while the pages are read
		s.compare()
	}
	return v, err
}

// compare reads all pages twice; others that change something meanwhile compare them
// themselves.
func (s *rereading) compare() {
	s.mu.Lock()
	defer s.mu.Unlock()
	root := model.Actor{Name: "root", Role: model.Admin}
	clients, err := s.Clients(context.Background(), root)
	if err != nil {
		return // the store is closed
	}
	for _, c := range clients {
		for name, read := range pagesOf(root, c.Slug) {
			at := s.changes.Load()
			kept := read(s.Store)
			again := read(s.Store)
			fresh := read(s.fresh)
			if at == s.changes.Load() && s.busy.Load() == 0 && (kept != fresh || again != fresh) {
				s.t.Errorf("%s of %s is kept as\n%s\n%s\nand is now\n%s", name, c.Slug, kept, again, fresh)
			}
		}
	}
}

// pagesOf are the readings of a client that are shared.
func pagesOf(a model.Actor, client string) map[string]func(*db.Store) string {
	a.Client = client
	ctx := context.Background()
	say := func(v any, err error) string {
		b, _ := json.Marshal(v)
		return fmt.Sprint(string(b), err)
	}
	return map[string]func(*db.Store) string{
		"stats": func(s *db.Store) string { return say(s.Stats(ctx, a, model.Filter{})) },
		"days": func(s *db.Store) string {
			return say(s.Stats(ctx, a, model.Filter{From: "1970-01-01", To: "2999-12-31"}))
		},
		"orders":   func(s *db.Store) string { return say(s.Orders(ctx, a, model.OrderFilter{})) },
		"events":   func(s *db.Store) string { return say(s.EventStats(ctx, a)) },
		"named":    func(s *db.Store) string { return say(s.Events(ctx, a)) },
		"client":   func(s *db.Store) string { return say(s.Client(ctx, a, client)) },
		"trends":   func(s *db.Store) string { return say(s.Trends(ctx, a, 14)) },
		"overview": func(s *db.Store) string { return say(s.Overview(ctx, a, model.Filter{})) },
		"series":   func(s *db.Store) string { return say(s.Series(ctx, a, "", model.Week)) },
		"links": func(s *db.Store) string {
			links, err := s.Links(ctx, a, true)
			said := say(nil, err)
			for _, l := range links {
				said += say(s.Link(ctx, a, l.Code)) + say(s.SubPromoter(ctx, l.StatsToken))
			}
			return said
		},
	}
}

func (s *rereading) Receive(ctx context.Context, d model.Delivery) (model.Outcome, error) {
	return changing(s, func() (model.Outcome, error) { return s.Store.Receive(ctx, d) })
}

func (s *rereading) RetryInbox(ctx context.Context, a model.Actor, id int64) (model.Outcome, error) {
	return changing(s, func() (model.Outcome, error) { return s.Store.RetryInbox(ctx, a, id) })
}

func (s *rereading) SetClient(ctx context.Context, a model.Actor, slug string, ch model.ClientChange) (model.Client, error) {
	return changing(s, func() (model.Client, error) { return s.Store.SetClient(ctx, a, slug, ch) })
}

func (s *rereading) AddEvent(ctx context.Context, a model.Actor, n model.NewEvent) (model.Event, error) {
	return changing(s, func() (model.Event, error) { return s.Store.AddEvent(ctx, a, n) })
}

func (s *rereading) SetEvent(ctx context.Context, a model.Actor, slug string, ch model.EventChange) (model.Event, error) {
	return changing(s, func() (model.Event, error) { return s.Store.SetEvent(ctx, a, slug, ch) })
}

func (s *rereading) AddLink(ctx context.Context, a model.Actor, n model.NewLink) (model.Link, error) {
	return changing(s, func() (model.Link, error) { return s.Store.AddLink(ctx, a, n) })
}

func (s *rereading) SetLink(ctx context.Context, a model.Actor, code string, ch model.LinkChange) (model.Link, error) {
	return changing(s, func() (model.Link, error) { return s.Store.SetLink(ctx, a, code, ch) })
}

func (s *rereading) ArchiveLink(ctx context.Context, a model.Actor, code string) (model.Link, error) {
	return changing(s, func() (model.Link, error) { return s.Store.ArchiveLink(ctx, a, code) })
}

func (s *rereading) RestoreLink(ctx context.Context, a model.Actor, code string) (model.Link, error) {
	return changing(s, func() (model.Link, error) { return s.Store.RestoreLink(ctx, a, code) })
}

func (s *rereading) ResendMail(ctx context.Context, a model.Actor, code string) (model.Link, error) {
	return changing(s, func() (model.Link, error) { return s.Store.ResendMail(ctx, a, code) })
}

func (s *rereading) MailSent(ctx context.Context, id int64) error {
	_, err := changing(s, func() (any, error) { return nil, s.Store.MailSent(ctx, id) })
	return err
}

func (s *rereading) MailWritten(ctx context.Context, id int64) error {
	_, err := changing(s, func() (any, error) { return nil, s.Store.MailWritten(ctx, id) })
	return err
}

func (s *rereading) MailFailed(ctx context.Context, id int64, reason string, retry time.Time) error {
	_, err := changing(s, func() (any, error) { return nil, s.Store.MailFailed(ctx, id, reason, retry) })
	return err
}

func (s *rereading) Click(c model.Click) bool {
	taken, _ := changing(s, func() (bool, error) { return s.Store.Click(c), nil })
	return taken
}

// What one node has acknowledged is on the pages that the other gives, however often it
// has given them before.
func testPagesOfNodes(t *testing.T, c *cluster) {
	o := db.Options{URL: c.url(c.schema(t))}
	a, b := openStore(t, o), openStore(t, o)
	w := dbtest.Seed(t, a)
	for i := range 20 {
		if _, err := w.Send(dbtest.Order{ID: fmt.Sprint("A-", i), Tickets: []dbtest.Ticket{{ID: fmt.Sprint("T-", i)}}}); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			st, err := b.Stats(t.Context(), dbtest.As("acme"), model.Filter{})
			if err != nil {
				t.Fatal(err)
			}
			if n := st.Unattributed[0].Orders; n != int64(i+1) {
				t.Fatalf("%d orders on the other node's page after %d were acknowledged", n, i+1)
			}
		}
	}
}
