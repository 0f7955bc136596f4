package db

import (
	"context"
	"database/sql"
	"slices"
	"sync"
	"time"
)

// The changefeed tells the watchers of this node what other nodes changed. Every node
// of a shared database counts its changes in the table moves, by client, and polls
// that table. Between two polls, notifications say that a poll is worth while; one
// may be lost, and the next poll still sees the change.

const (
	pollEvery   = 2 * time.Second
	notifyEvery = 250 * time.Millisecond // at most so often are the other nodes told
	listenWait  = time.Second            // after a listening connection was lost
)

// Beside the ids of clients, changes are counted for these.
const (
	platform = 0  // clients, checkouts, people, the inbox
	memory   = -2 // what nodes keep in memory: the cache, the signing keys
	people   = -3 // whatever a person did, people and keys among it: what the audit records
)

// versions are the counts of the table moves that this node has taken notice of.
type versions struct {
	mu      sync.Mutex
	seen    map[int64]int64 // by client
	changed chan struct{}   // holds one: this node changed something
}

func newVersions() *versions {
	return &versions{seen: map[int64]int64{}, changed: make(chan struct{}, 1)}
}

// observe takes notice of counts. A count that was read before another never takes
// its place.
func (v *versions) observe(counts map[int64]int64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for client, n := range counts {
		v.seen[client] = max(v.seen[client], n)
	}
}

// observeOwn takes notice of a count that this node made, unless another node counted
// between: then the poll must find that.
func (v *versions) observeOwn(client, n int64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.seen[client] == n-1 {
		v.seen[client] = n
	}
}

// newer are the clients whose counts are higher than what was taken notice of.
func (v *versions) newer(counts map[int64]int64) (clients []int64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for client, n := range counts {
		if n > v.seen[client] {
			clients = append(clients, client)
		}
	}
	return clients
}

// countChanges counts what the transaction changed.
func (t *tx) countChanges() error {
	for _, client := range t.changed {
		var n int64
		err := t.row(`INSERT INTO moves (client_id, n) VALUES ($1, 1) ON CONFLICT (client_id) DO UPDATE SET n = moves.n + 1 RETURNING n`, client).Scan(&n)
		if err != nil {
			return err
		}
		t.onCommit(func() { t.s.versions.observeOwn(client, n) })
	}
	if len(t.changed) > 0 {
		t.onCommit(func() { wake(t.s.versions.changed) })
	}
	return nil
}

func (c *conn) loadVersions() (map[int64]int64, error) {
	counts := map[int64]int64{}
	err := c.each(func(r *sql.Rows) error {
		var client, n int64
		err := r.Scan(&client, &n)
		counts[client] = n
		return err
	}, `SELECT client_id, n FROM moves`)
	return counts, err
}

// followNodes runs the changefeed until the store closes: it polls, also whenever a
// notification comes, and notifies the others of what this node changed.
func (s *Store) followNodes() {
	ctx := s.ctx
	notified := make(chan struct{}, 1)
	var listener sync.WaitGroup
	listener.Go(func() { s.listen(ctx, notified) })
	defer listener.Wait()
	poll := time.NewTicker(pollEvery)
	defer poll.Stop()
	rested := time.NewTimer(0) // since the last notification
	defer rested.Stop()
	changed := s.versions.changed
	for {
		select {
		case <-ctx.Done():
			return
		case <-poll.C:
			s.poll(ctx)
		case <-notified:
			s.poll(ctx)
		case <-changed:
			if err := s.shared.notify(ctx, s.readers); err != nil {
				s.log.Warn("the other nodes were not notified of a change; their next poll finds it", "within", pollEvery, "err", err)
			}
			changed = nil
			rested.Reset(notifyEvery)
		case <-rested.C:
			changed = s.versions.changed
		}
	}
}

// listen waits for notifications, and connects again when the connection is lost.
func (s *Store) listen(ctx context.Context, notified chan struct{}) {
	for ctx.Err() == nil {
		err := s.shared.listen(ctx, func() { wake(notified) })
		if ctx.Err() != nil {
			return
		}
		s.log.Warn("no notifications from the other nodes: their changes show with the next poll", "within", pollEvery, "err", err)
		wait := time.NewTimer(listenWait)
		select {
		case <-wait.C:
		case <-ctx.Done():
		}
		wait.Stop()
	}
}

// poll tells the watchers what other nodes changed, once this node's memory is as new.
func (s *Store) poll(ctx context.Context) {
	counts, err := read(ctx, s, (*conn).loadVersions)
	if err != nil {
		s.log.Warn("the changes of other nodes could not be polled", "err", err)
		return
	}
	clients := s.versions.newer(counts)
	if slices.Contains(clients, memory) {
		if err := s.update(ctx, s.reload); err != nil {
			s.log.Warn("what other nodes changed could not be read into memory", "err", err)
			return
		}
	}
	s.versions.observe(counts)
	s.signal(clients)
}

// wake leaves a signal, unless one is there already.
func wake(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}
