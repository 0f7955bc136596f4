package db

import (
	"container/list"
	"context"
	"sync"
	"time"

	"lastclick/model"
)

const (
	pageUnused = time.Minute // after which a page is forgotten
	pagesKept  = 32          // of one client; the one that was asked for longest ago goes first
	rowsKept   = 200_000     // of all pages, some 100 MB
)

// pages are those that are kept, by client.
type pages struct {
	mu      sync.Mutex
	clients map[int64]*clientPages
	recent  list.List // of *page, the one that was asked for last in front
	rows    int       // of all of them
	version uint64    // of the page that was read last
	now     func() time.Time
}

func newPages() *pages { return &pages{clients: map[int64]*clientPages{}, now: time.Now} }

// clientPages are those of one client. It is forgotten with its last page.
type clientPages struct {
	changes uint64 // committed ones, since it is known here
	held    bool   // the watchers have not been told of the last changes yet
	told    uint64 // the count that they know of, where held
	pages   map[any]*page
}

// page is one page of a client. What is read is shared, so it never changes.
type page struct {
	client int64
	key    any
	place  *list.Element // nil before the first reading is done

	value any
	rows  int
	state state
	used  time.Time

	reading *reading // in flight, or nil
}

// state says how new a page is: it holds all changes up to the count, on several nodes
// those of the version in the table moves too.
type state struct {
	changes uint64
	version version   // zero on a single node
	asOf    time.Time // zero, or a standby was read that had not all changes (replica.go)
}

// reading is one look at the tables, for all who wait for it.
type reading struct {
	version uint64
	changes uint64 // before it began
	waiting int
	left    bool // all who waited have gone, so it was canceled
	cancel  context.CancelFunc
	done    chan struct{} // closed when these are set:
	value   any
	state   state
	err     error
}

// get returns the page and its state, or an error of ctx or of the reading.
func (p *pages) get(ctx context.Context, client int64, key any, recent func(state) bool, start func(*reading, uint64) error) (any, state, error) {
	before := p.newest()
	for {
		v, st, r, err := p.look(client, key, recent, start)
		if err != nil || r == nil {
			return v, st, err
		}
		select {
		case <-r.done:
		case <-ctx.Done():
			err = ctx.Err()
		}
		p.settle(client, key, r)
		switch {
		case err != nil:
			return nil, st, err
		case r.version > before || r.err != nil || recent(r.state): // it began after the call
			return r.value, r.state, r.err
		}
		// What was under way began before a change that the caller may know of.
	}
}

// newest is the version of the reading that began last.
func (p *pages) newest() uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.version
}

// look returns the page as it is kept, or the reading to wait for.
func (p *pages) look(client int64, key any, recent func(state) bool, start func(*reading, uint64) error) (v any, st state, r *reading, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.forget(pageUnused)
	c := p.clients[client]
	if c == nil {
		c = &clientPages{pages: map[any]*page{}}
		p.clients[client] = c
	}
	e := c.pages[key]
	if e == nil {
		e = &page{client: client, key: key}
		c.pages[key] = e
	}
	if e.place != nil {
		e.used = p.now()
		p.recent.MoveToFront(e.place)
		if recent(e.state) {
			return e.value, e.state, nil, nil
		}
	}
	if e.reading == nil || e.reading.left {
		p.version++
		r := &reading{version: p.version, changes: c.changes, done: make(chan struct{})}
		if err := start(r, p.version); err != nil {
			p.drop(e)
			return nil, st, nil, err
		}
		e.reading = r
	}
	e.reading.waiting++
	return nil, st, e.reading, nil
}

// settle notes that a caller has waited long enough for the reading: it is done, or is
// canceled with the last who waits.
func (p *pages) settle(client int64, key any, r *reading) {
	p.mu.Lock()
	defer p.mu.Unlock()
	r.waiting--
	e := p.clients[client].page(key)
	select {
	case <-r.done:
		if e != nil && e.reading == r {
			e.reading = nil
			p.keep(e, r)
		}
	default:
		if r.waiting == 0 {
			r.left = true
			r.cancel()
			if e != nil && e.reading == r {
				e.reading = nil
				p.dropUnread(e)
			}
		}
	}
}

func (c *clientPages) page(key any) *page {
	if c == nil {
		return nil
	}
	return c.pages[key]
}

// keep keeps what was read, and drops what that leaves no room for.
func (p *pages) keep(e *page, r *reading) {
	if r.err != nil {
		p.dropUnread(e)
		return
	}
	p.rows += rowsOf(r.value) - e.rows
	e.value, e.rows, e.state, e.used = r.value, rowsOf(r.value), r.state, p.now()
	if e.place == nil {
		e.place = p.recent.PushFront(e)
	}
	if c := p.clients[e.client]; len(c.pages) > pagesKept {
		oldest := e
		for _, o := range c.pages {
			if o.place != nil && o.reading == nil && o.used.Before(oldest.used) {
				oldest = o
			}
		}
		if oldest != e {
			p.drop(oldest)
		}
	}
	for p.rows > rowsKept && p.recent.Len() > 1 {
		p.drop(p.recent.Back().Value.(*page))
	}
}

// forget drops the pages that were not asked for lately.
func (p *pages) forget(unused time.Duration) {
	since := p.now().Add(-unused)
	for at := p.recent.Back(); at != nil && at.Value.(*page).used.Before(since); at = p.recent.Back() {
		p.drop(at.Value.(*page))
	}
}

// drop forgets the page. One that is being read is kept by its readers alone.
func (p *pages) drop(e *page) {
	if e.place != nil {
		p.recent.Remove(e.place)
		p.rows -= e.rows
	}
	c := p.clients[e.client]
	delete(c.pages, e.key)
	if len(c.pages) == 0 {
		delete(p.clients, e.client)
	}
}

// dropUnread forgets a page that was never read.
func (p *pages) dropUnread(e *page) {
	if e.place == nil {
		p.drop(e)
	}
}

// changed counts a change of each of the clients. It comes after the commit, and before
// the commit is acknowledged.
func (p *pages) changed(clients []int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, id := range clients {
		if c := p.clients[id]; c != nil {
			c.changes++
		}
	}
	p.forget(pageUnused)
}

// changedAll counts a change of every client, of which all watchers are told at once.
func (p *pages) changedAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.clients {
		c.changes++
		c.held = false
	}
}

// hold notes that the client's watchers are told of its last change later.
func (p *pages) hold(client int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c := p.clients[client]; c != nil && !c.held && c.changes > 0 {
		c.held, c.told = true, c.changes-1
	}
}

// tell notes that the client's watchers are told of all of its changes now.
func (p *pages) tell(client int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c := p.clients[client]; c != nil {
		c.held = false
	}
}

// changes is the count that a page must hold: for a watcher the one that it was told of.
func (p *pages) changes(client int64, watcher bool) uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.clients[client]
	switch {
	case c == nil:
		return 0
	case watcher && c.held:
		return c.told
	}
	return c.changes
}

// rowsOf is the size of a page.
func rowsOf(value any) int {
	n := 1
	switch v := value.(type) {
	case model.Stats:
		for i := range v.Links {
			n += 1 + len(v.Links[i].TicketTypes)
		}
	case map[string][]int64:
		n += len(v)
	case model.Listing[model.OrderSummary]:
		n += len(v.Items)
	case model.Overview:
		n += len(v.Points)
	case []model.Event:
		n += len(v)
	case []model.EventStats:
		n += len(v)
	}
	return n
}
