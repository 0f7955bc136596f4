package db

import (
	"context"
	"fmt"
	"runtime/debug"

	"lastclick/model"
)

// Every console of a client, every command and every owner's page asks for the same few
// pages, at every change. So a page is read once: it is kept until something of its
// client changes, and those who ask while it is being read wait for that one reading.
//
// A commit raises its client's count of changes before it is acknowledged, so that a
// caller who knows of a change is never given a page from before it. On several nodes
// over one database the version in the table moves takes that place, since another node
// may have acknowledged the change. A watcher that reads again after a signal
// (model.Refreshing) asks for less: a page as new as that signal. Signals of a client
// are at least watchPace apart, so however many watch and however often it changes,
// their pages are read five times a second.
//
// The price is memory: the rows of the pages that were asked for in the last minute,
// which is bounded in all.

// What tells a client's pages apart. model.Filter and model.OrderFilter are the keys of the
// pages that they narrow.
type (
	clientKey     struct{}
	eventsKey     struct{}
	eventStatsKey struct{}
	linkKey       string // a code
	ownerKey      int64  // a link
	trendsKey     int    // days
	seriesKey     struct {
		code string
		span model.Span
	}
	timedKey struct {
		of   any
		slot int64
	}
)

// timed is the key of a page that ends with now: a new hour or day in any timezone begins
// with one of these slots, and with another key.
func (s *Store) timed(key any) timedKey {
	return timedKey{key, s.now().UnixMilli() / slot.Milliseconds()}
}

// shared returns the client's page with the key, which do reads where the kept one is
// too old. The value is shared with others: it must not be changed. Version is higher
// for each page that is read; where what do reads depends on the time too, the key does.
func shared[T any](ctx context.Context, s *Store, slug string, key any, do func(c *conn, cl model.Client, version uint64) (T, error)) (T, error) {
	var none T
	if s.isClosed() {
		return none, errClosed
	}
	if err := s.Away(); err != nil {
		return none, err
	}
	client, known := s.cache.Load().clientID(slug)
	if !known || s.readOnly { // made by another node just now; or a store that hears of no change
		return read(ctx, s, func(c *conn) (T, error) { return ofClient(c, slug, 0, do) })
	}
	recent, err := s.recentEnough(ctx, client)
	if err != nil {
		return none, err
	}
	start := func(r *reading, version uint64) error {
		return s.readPage(r, client, func(c *conn) (any, error) { return ofClient(c, slug, version, do) })
	}
	v, st, err := s.pages.get(ctx, client, key, recent, start)
	if err != nil {
		return none, s.failed(err)
	}
	s.noteAge(ctx, st.asOf)
	return v.(T), nil
}

func (s *Store) isClosed() bool {
	s.closing.RLock()
	defer s.closing.RUnlock()
	return s.closed
}

func ofClient[T any](c *conn, slug string, version uint64, do func(*conn, model.Client, uint64) (T, error)) (T, error) {
	cl, err := c.client(slug)
	if err != nil {
		var none T
		return none, err
	}
	return do(c, cl, version)
}

// recentEnough says which states of the client's pages the caller may be given.
func (s *Store) recentEnough(ctx context.Context, client int64) (func(state) bool, error) {
	refreshing := model.IsRefreshing(ctx)
	if s.shared == nil || refreshing {
		need := s.pages.changes(client, refreshing)
		return func(st state) bool { return st.changes >= need }, nil
	}
	now, err := read(ctx, s, func(c *conn) (version, error) { return c.versionOf(client) })
	return func(st state) bool { return st.version == now }, err
}

// readPage starts the reading in a goroutine of the store: it is bounded by those who
// wait for it, not by the first of them.
func (s *Store) readPage(r *reading, client int64, do func(*conn) (any, error)) error {
	s.closing.RLock()
	defer s.closing.RUnlock()
	if s.closed {
		return errClosed
	}
	ctx, cancel := context.WithCancel(s.ctx)
	r.cancel = cancel
	s.background.Go(func() {
		defer close(r.done)
		defer cancel()
		r.state.changes = r.changes
		r.value, r.state.asOf, r.err = readListed(ctx, s, client, readTimeout, func(c *conn) (_ any, err error) {
			defer func() {
				if v := recover(); v != nil {
					s.log.Error("panic in the store", "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
					err = &model.Error{Kind: model.Internal, Msg: "the store failed", Hint: "an admin finds the cause in the log", Err: fmt.Errorf("panic: %v", v)}
				}
			}()
			if s.shared != nil {
				if r.state.version, err = c.versionOf(client); err != nil {
					return nil, err
				}
			}
			return do(c)
		})
		if s.shared != nil && r.err == nil && r.state.asOf.IsZero() {
			s.versions.show(client, r.state.version)
		}
	})
	return nil
}

// awaitOwnClicks is awaitClicks for a caller who may know of them. A watcher has a
// signal once they are written.
func (s *Store) awaitOwnClicks(ctx context.Context) {
	if !model.IsRefreshing(ctx) {
		s.awaitClicks(ctx)
	}
}
