package db

import (
	"database/sql"
	"sync"
	"sync/atomic"
	"time"

	"lastclick/model"
)

// cache holds what every request needs. Only the committer changes it, and only after
// the commit that changed the tables; readers take no lock.
type cache struct {
	clients     sync.Map // id → cachedClient
	clientSlugs sync.Map // slug → id
	events      sync.Map // id → cachedEvent
	eventSlugs  sync.Map // slug → id
	links       sync.Map // id → cachedLink
	codes       sync.Map // code → id
	checkouts   sync.Map // name → model.Checkout
	window      atomic.Int64
}

type cachedClient struct {
	slug, url string
	window    model.Window
}

type cachedEvent struct {
	slug, url string
	client    int64
}

type cachedLink struct {
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

func (m *cache) putClient(c model.Client) {
	m.clients.Store(c.ID, cachedClient{c.Slug, c.URL, c.Window})
	m.clientSlugs.Store(c.Slug, c.ID)
	longest := model.Window(0)
	m.clients.Range(func(_, v any) bool {
		longest = max(longest, v.(cachedClient).window)
		return true
	})
	m.window.Store(int64(longest))
}

func (m *cache) putEvent(e model.Event, client int64) {
	m.events.Store(e.ID, cachedEvent{e.Slug, e.URL, client})
	m.eventSlugs.Store(e.Slug, e.ID)
}

func (m *cache) putLink(id int64, l cachedLink) {
	m.links.Store(id, l)
	m.codes.Store(l.code, id)
}

func (m *cache) putCheckout(k model.Checkout) { m.checkouts.Store(k.Name, k) }
func (m *cache) dropCheckout(name string)     { m.checkouts.Delete(name) }

// clientOf is the client of a link.
func (m *cache) clientOf(link int64) (int64, bool) {
	l, ok := get[cachedLink](&m.links, link)
	return l.client, ok
}

// clientID is the id of the client with the slug.
func (m *cache) clientID(slug string) (int64, bool) { return get[int64](&m.clientSlugs, slug) }

// LinkByCode is the link with the folded code, from memory.
func (s *Store) LinkByCode(code string) (model.Target, bool) {
	m := s.cache.Load()
	id, ok := get[int64](&m.codes, code)
	if !ok {
		return model.Target{}, false
	}
	l, _ := get[cachedLink](&m.links, id)
	client, _ := get[cachedClient](&m.clients, l.client)
	t := model.Target{Link: id, Code: l.code, Client: client.slug, URL: client.url, Archived: l.archived}
	if l.event != 0 {
		event, _ := get[cachedEvent](&m.events, l.event)
		t.Event, t.URL = event.slug, event.url
	}
	return t, true
}

// EventPage is where the event's page is, from memory.
func (s *Store) EventPage(slug string) (model.Page, bool) {
	m := s.cache.Load()
	id, ok := get[int64](&m.eventSlugs, slug)
	if !ok {
		return model.Page{}, false
	}
	e, _ := get[cachedEvent](&m.events, id)
	client, _ := get[cachedClient](&m.clients, e.client)
	return model.Page{Client: client.slug, URL: e.url}, true
}

// ClientPage is where the client's profile page is, from memory.
func (s *Store) ClientPage(slug string) (model.Page, bool) {
	m := s.cache.Load()
	id, ok := m.clientID(slug)
	if !ok {
		return model.Page{}, false
	}
	c, _ := get[cachedClient](&m.clients, id)
	return model.Page{Client: c.slug, URL: c.url}, true
}

// CheckoutByName is the checkout with its secrets, from memory.
func (s *Store) CheckoutByName(name string) (model.Checkout, bool) {
	return get[model.Checkout](&s.cache.Load().checkouts, name)
}

// LongestWindow is the longest window of all clients: how long a cookie is kept.
func (s *Store) LongestWindow() time.Duration {
	if w := time.Duration(s.cache.Load().window.Load()); w > 0 {
		return w
	}
	return time.Duration(model.DefaultWindow)
}

// Receipts signs and verifies receipts.
func (s *Store) Receipts() *model.Keyring { return s.keyring }

// loadCache reads all of it.
func (c *conn) loadCache() (*cache, error) {
	m := &cache{}
	clients, err := c.clients()
	if err != nil {
		return nil, err
	}
	for _, cl := range clients {
		m.putClient(cl)
	}
	err = c.each(func(r *sql.Rows) error {
		var e model.Event
		var client int64
		if err := r.Scan(&e.ID, &e.Slug, &e.URL, &client); err != nil {
			return err
		}
		m.putEvent(e, client)
		return nil
	}, `SELECT id, slug, url, client_id FROM events`)
	if err != nil {
		return nil, err
	}
	err = c.each(func(r *sql.Rows) error {
		var id int64
		var l cachedLink
		if err := r.Scan(&id, &l.code, &l.client, &l.event, &l.archived); err != nil {
			return err
		}
		m.putLink(id, l)
		return nil
	}, `SELECT id, code, client_id, COALESCE(event_id, 0), CASE WHEN archived_at IS NULL THEN 0 ELSE 1 END FROM links`)
	if err != nil {
		return nil, err
	}
	checkouts, err := c.checkouts("")
	if err != nil {
		return nil, err
	}
	for _, k := range checkouts {
		m.putCheckout(k)
	}
	return m, nil
}
