package db

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"lastclick/model"
)

// cache holds what every request needs. Only the committer changes it, and only after
// the commit that changed the tables; readers take no lock. Links, of which there may
// be a million, have a table of their own; clients, events and checkouts are few.
type cache struct {
	links       *linkTable
	aliases     *linkTable                     // of links by their ids; archived is removed, and the page is none
	pages       atomic.Pointer[[]*destination] // of clients and events by place; never changed, but replaced; place 0 is no page
	clients     map[int64]uint32               // id → place; the committer's
	events      map[int64]uint32               // id → place; the committer's
	clientSlugs sync.Map                       // slug → place
	eventSlugs  sync.Map                       // slug → place
	checkouts   sync.Map                       // name → model.Checkout
	window      atomic.Int64
	hooked      atomic.Pointer[hookedClients] // nil: none is
}

// destination is the public page of a client or an event.
type destination struct {
	id        int64
	slug, url string
	client    uint32             // the place of an event's client, which it never leaves; of a client, its own
	window    model.Window       // of a client
	carry     model.Carry        // its own
	tracking  model.TrackingMode // of a client
}

// cachedLink is a link as the tables have it.
type cachedLink struct {
	code     string
	client   int64
	event    int64 // 0 at client level
	archived bool
}

// newCache is an empty cache with room for so many links.
func newCache(links int) *cache {
	m := &cache{links: newLinkTable(links), aliases: newLinkTable(0), clients: map[int64]uint32{}, events: map[int64]uint32{}}
	m.pages.Store(&[]*destination{{}})
	return m
}

func (m *cache) putClient(c model.Client) {
	place := m.placeOf(m.clients, c.ID)
	m.putPage(place, &destination{id: c.ID, slug: c.Slug, url: c.URL, client: place, window: c.Window, carry: c.Carry, tracking: c.Tracking})
	m.clientSlugs.Store(c.Slug, place)
	longest := model.Window(0)
	for _, p := range *m.pages.Load() {
		longest = max(longest, p.window)
	}
	m.window.Store(int64(longest))
}

// putEvent adds an event, or changes it. The client may be one that another node has made
// just now: then the changes of the other nodes, which are read soon, bring both.
func (m *cache) putEvent(e model.Event, client int64) {
	ofClient, known := m.clients[client]
	if !known {
		return
	}
	place := m.placeOf(m.events, e.ID)
	m.putPage(place, &destination{id: e.ID, slug: e.Slug, url: e.URL, client: ofClient, carry: e.Carry})
	m.eventSlugs.Store(e.Slug, place)
}

// placeOf is the place of a client or an event among the pages, a new one if it has
// none.
func (m *cache) placeOf(places map[int64]uint32, id int64) uint32 {
	place, ok := places[id]
	if !ok {
		place = uint32(len(*m.pages.Load()))
		places[id] = place
	}
	return place
}

// putPage copies the pages, of which there are few, for readers that have the old ones;
// a new one is beyond what those look at.
func (m *cache) putPage(place uint32, p *destination) {
	pages := *m.pages.Load()
	if int(place) == len(pages) {
		pages = append(pages, p)
	} else {
		pages = slices.Clone(pages)
		pages[place] = p
	}
	m.pages.Store(&pages)
}

// putLink adds a link, or changes whether it is archived. One whose page is not known yet
// waits for it, as an event does for its client: a link never changes its page.
func (m *cache) putLink(id int64, l cachedLink) {
	if r := m.links.get(id); r != nil {
		r.setArchived(l.archived)
		return
	}
	if place := m.placeOfLink(l.client, l.event); place != noPage {
		m.links.add(id, []byte(l.code), place, l.archived)
	}
}

// noPage is the place of no page.
const noPage = 0

// placeOfLink is the place of the page where a link leads: its event's, at client level
// its client's; noPage if that is not known.
func (m *cache) placeOfLink(client, event int64) uint32 {
	if event != 0 {
		return m.events[event]
	}
	return m.clients[client]
}

func (m *cache) putCheckout(k model.Checkout) { m.checkouts.Store(k.Name, k) }
func (m *cache) dropCheckout(name string)     { m.checkouts.Delete(name) }

// shops are the live checkouts that are shops.
func (m *cache) shops() (ids []int64) {
	m.checkouts.Range(func(_, v any) bool {
		if k := v.(model.Checkout); !k.Standard() {
			ids = append(ids, k.ID)
		}
		return true
	})
	return ids
}

// setCheckouts makes these the live ones.
func (m *cache) setCheckouts(live []model.Checkout) {
	names := map[string]bool{}
	for _, k := range live {
		m.putCheckout(k)
		names[k.Name] = true
	}
	m.checkouts.Range(func(name, _ any) bool {
		if !names[name.(string)] {
			m.checkouts.Delete(name)
		}
		return true
	})
}

// clientOf is the client of a link.
func (m *cache) clientOf(link int64) (int64, bool) {
	r := m.links.get(link)
	if r == nil {
		return 0, false
	}
	page, _ := r.at()
	pages := *m.pages.Load()
	return pages[pages[page].client].id, true
}

// clientIDs are the ids of all clients.
func (m *cache) clientIDs() (ids []int64) {
	m.clientSlugs.Range(func(_, place any) bool {
		ids = append(ids, (*m.pages.Load())[place.(uint32)].id)
		return true
	})
	return ids
}

// clientID is the id of the client with the slug.
func (m *cache) clientID(slug string) (int64, bool) {
	p, ok := m.pageOf(&m.clientSlugs, slug)
	if !ok {
		return 0, false
	}
	return p.id, true
}

// pageOf is the page with the slug.
func (m *cache) pageOf(slugs *sync.Map, slug string) (*destination, bool) {
	place, ok := slugs.Load(slug)
	if !ok {
		return nil, false
	}
	return (*m.pages.Load())[place.(uint32)], true
}

// LinkByCode is the link with the folded code or alias, from memory. A code allocates
// nothing.
func (s *Store) LinkByCode(code string) (model.Target, bool) {
	m := s.cache.Load()
	r := m.links.find(code)
	if r == nil {
		if r = m.linkByAlias(code); r == nil {
			return model.Target{}, false
		}
		code = string(m.links.codeOf(r))
	}
	place, archived := r.at()
	pages := *m.pages.Load() // after the link: its page is among them
	p := pages[place]
	t := model.Target{Link: r.id, Code: code, Client: p.slug, URL: p.url, Carry: p.carry, Tracking: p.tracking, Archived: archived}
	if p.client != place {
		client := pages[p.client]
		t.Client, t.Event, t.Tracking = client.slug, p.slug, client.tracking
		if t.Carry == "" {
			t.Carry = client.carry
		}
	}
	return t, true
}

// EventPage is where the event's page is, from memory.
func (s *Store) EventPage(slug string) (model.Page, bool) {
	m := s.cache.Load()
	p, ok := m.pageOf(&m.eventSlugs, slug)
	if !ok {
		return model.Page{}, false
	}
	client := (*m.pages.Load())[p.client]
	return model.Page{Client: client.slug, URL: p.url, Tracking: client.tracking}, true
}

// ClientPage is where the client's profile page is, from memory.
func (s *Store) ClientPage(slug string) (model.Page, bool) {
	m := s.cache.Load()
	p, ok := m.pageOf(&m.clientSlugs, slug)
	if !ok {
		return model.Page{}, false
	}
	return model.Page{Client: p.slug, URL: p.url, Tracking: p.tracking}, true
}

// CheckoutByName is the checkout with its secrets, from memory.
func (s *Store) CheckoutByName(name string) (model.Checkout, bool) {
	k, ok := s.cache.Load().checkouts.Load(name)
	if !ok {
		return model.Checkout{}, false
	}
	return k.(model.Checkout), true
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
