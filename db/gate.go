package db

import (
	"database/sql"
	"sync"
	"sync/atomic"
	"time"

	"lastclick/model"
)

// gate is what every request needs, in memory. The committer alone changes it, and
// only after the commit that changed the tables; anybody reads it without a lock.
type gate struct {
	clients   sync.Map // id → gateClient
	slugs     sync.Map // client slug → id
	events    sync.Map // id → gateEvent
	shows     sync.Map // event slug → id
	links     sync.Map // id → gateLink
	codes     sync.Map // code → id
	checkouts sync.Map // name → model.Checkout
	window    atomic.Int64
}

type gateClient struct {
	slug, url string
	window    model.Window
}

type gateEvent struct {
	slug, url string
	client    int64
}

type gateLink struct {
	code     string
	client   int64
	event    int64 // 0 at client level
	archived bool
}

func get[V any](m *sync.Map, key any) (v V, ok bool) {
	x, ok := m.Load(key)
	if ok {
		v = x.(V)
	}
	return v, ok
}

func (g *gate) putClient(c model.Client) {
	g.clients.Store(c.ID, gateClient{c.Slug, c.URL, c.Window})
	g.slugs.Store(c.Slug, c.ID)
	longest := model.Window(0)
	g.clients.Range(func(_, v any) bool {
		longest = max(longest, v.(gateClient).window)
		return true
	})
	g.window.Store(int64(longest))
}

func (g *gate) putEvent(e model.Event, client int64) {
	g.events.Store(e.ID, gateEvent{e.Slug, e.URL, client})
	g.shows.Store(e.Slug, e.ID)
}

func (g *gate) putLink(id int64, l gateLink) {
	g.links.Store(id, l)
	g.codes.Store(l.code, id)
}

func (g *gate) putCheckout(c model.Checkout) { g.checkouts.Store(c.Name, c) }
func (g *gate) dropCheckout(name string)     { g.checkouts.Delete(name) }

// clientOf is the client of a link.
func (g *gate) clientOf(link int64) (int64, bool) {
	l, ok := get[gateLink](&g.links, link)
	return l.client, ok
}

// LinkByCode is the link with the folded code, from memory.
func (s *Store) LinkByCode(code string) (model.Target, bool) {
	g := s.gate.Load()
	id, ok := get[int64](&g.codes, code)
	if !ok {
		return model.Target{}, false
	}
	l, _ := get[gateLink](&g.links, id)
	client, _ := get[gateClient](&g.clients, l.client)
	t := model.Target{Link: id, Code: l.code, Client: client.slug, URL: client.url, Archived: l.archived}
	if l.event != 0 {
		event, _ := get[gateEvent](&g.events, l.event)
		t.Event, t.URL = event.slug, event.url
	}
	return t, true
}

// EventPage is where the event's page is, from memory.
func (s *Store) EventPage(slug string) (model.Page, bool) {
	g := s.gate.Load()
	id, ok := get[int64](&g.shows, slug)
	if !ok {
		return model.Page{}, false
	}
	e, _ := get[gateEvent](&g.events, id)
	client, _ := get[gateClient](&g.clients, e.client)
	return model.Page{Client: client.slug, URL: e.url}, true
}

// ClientPage is where the client's profile page is, from memory.
func (s *Store) ClientPage(slug string) (model.Page, bool) {
	g := s.gate.Load()
	id, ok := get[int64](&g.slugs, slug)
	if !ok {
		return model.Page{}, false
	}
	c, _ := get[gateClient](&g.clients, id)
	return model.Page{Client: c.slug, URL: c.url}, true
}

// CheckoutByName is the checkout with its secrets, from memory.
func (s *Store) CheckoutByName(name string) (model.Checkout, bool) {
	return get[model.Checkout](&s.gate.Load().checkouts, name)
}

// LongestWindow is the longest window of all clients: how long a cookie is kept.
func (s *Store) LongestWindow() time.Duration {
	if w := time.Duration(s.gate.Load().window.Load()); w > 0 {
		return w
	}
	return time.Duration(model.DefaultWindow)
}

// Receipts signs and verifies receipts.
func (s *Store) Receipts() *model.Keyring { return s.keyring }

// loadGate reads all of it.
func (c *conn) loadGate() (*gate, error) {
	g := &gate{}
	clients, err := c.clients()
	if err != nil {
		return nil, err
	}
	for _, cl := range clients {
		g.putClient(cl)
	}
	err = c.each(func(r *sql.Rows) error {
		var e model.Event
		var client int64
		if err := r.Scan(&e.ID, &e.Slug, &e.URL, &client); err != nil {
			return err
		}
		g.putEvent(e, client)
		return nil
	}, `SELECT id, slug, url, client_id FROM events`)
	if err != nil {
		return nil, err
	}
	err = c.each(func(r *sql.Rows) error {
		var id int64
		var l gateLink
		if err := r.Scan(&id, &l.code, &l.client, &l.event, &l.archived); err != nil {
			return err
		}
		g.putLink(id, l)
		return nil
	}, `SELECT id, code, client_id, COALESCE(event_id, 0), CASE WHEN archived_at IS NULL THEN 0 ELSE 1 END FROM links`)
	if err != nil {
		return nil, err
	}
	checkouts, err := c.checkouts()
	if err != nil {
		return nil, err
	}
	for _, k := range checkouts {
		g.putCheckout(k)
	}
	return g, nil
}
