package db

import (
	"context"
	"database/sql"
	"maps"
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

// versions are the counts of the table moves that this node has taken notice of. A count
// that differs is a change by another node, also where it is lower: a server that took
// over, or a restored backup, may have set it back. This node's own commits must not be
// taken for one, so a poll leaves out the counts of a commit that came in between; the
// next poll sees them.
type versions struct {
	mu         sync.Mutex
	seen       map[int64]int64 // by client
	committing map[int64]int64 // what this node's transaction counts, until its commit is answered
	turn       int64           // own commits so far
	own        map[int64]int64 // turn of the last own commit, by client
	changed    chan struct{}   // holds one: this node changed something
}

func newVersions() *versions {
	return &versions{seen: map[int64]int64{}, committing: map[int64]int64{}, own: map[int64]int64{}, changed: make(chan struct{}, 1)}
}

// of is the count that was taken notice of.
func (v *versions) of(client int64) int64 {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.seen[client]
}

// set takes notice of a count that this node's transaction read.
func (v *versions) set(client, n int64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.seen[client] = n
}

// setAll takes notice of counts while nothing else happens.
func (v *versions) setAll(counts map[int64]int64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	maps.Copy(v.seen, counts)
}

// willCommit announces a count of this node's transaction.
func (v *versions) willCommit(client, n int64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.committing[client] = n
}

// committed takes notice of a count that this node made, unless another node counted
// between: then the poll must find that.
func (v *versions) committed(client, n int64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.committing, client)
	v.turn++
	v.own[client] = v.turn
	if v.seen[client] == n-1 {
		v.seen[client] = n
	}
}

// abandon forgets the counts of a transaction that failed.
func (v *versions) abandon() {
	v.mu.Lock()
	defer v.mu.Unlock()
	clear(v.committing)
}

// beginPoll is the turn to compare with, before the counts are read.
func (v *versions) beginPoll() int64 {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.turn
}

// differing are the clients whose counts are not those that were taken notice of.
func (v *versions) differing(counts map[int64]int64, turn int64) (clients []int64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for client, n := range counts {
		if v.differs(client, n, turn) {
			clients = append(clients, client)
		}
	}
	for client := range v.seen {
		if _, ok := counts[client]; !ok && v.differs(client, 0, turn) {
			clients = append(clients, client)
		}
	}
	return clients
}

func (v *versions) differs(client, n, turn int64) bool {
	own, ok := v.committing[client]
	return n != v.seen[client] && v.own[client] <= turn && !(ok && own == n)
}

// observe takes notice of what a poll found of the clients; of the memory the
// transaction that read it again does.
func (v *versions) observe(counts map[int64]int64, clients []int64, turn int64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, client := range clients {
		if client != memory && v.own[client] <= turn {
			v.seen[client] = counts[client]
		}
	}
}

// countChanges counts what the transaction changed. The requests go out with the COMMIT;
// only the count of the memory is wanted before, for the keys that are noted with it.
func (t *tx) countChanges() ([]request, error) {
	clients := slices.DeleteFunc(slices.Clone(t.changed), func(client int64) bool { return client == memory })
	if len(clients) < len(t.changed) {
		var n int64
		if err := t.row(`INSERT INTO moves (client_id, n) VALUES ($1, 1) ON CONFLICT (client_id) DO UPDATE SET n = moves.n + 1 RETURNING n`, memory).Scan(&n); err != nil {
			return nil, err
		}
		if err := t.noteKeys(n); err != nil {
			return nil, err
		}
		t.s.versions.willCommit(memory, n)
		t.onCommit(func() { t.s.versions.committed(memory, n) })
	}
	if len(t.changed) > 0 {
		t.onCommit(func() { wake(t.s.versions.changed) })
	}
	return []request{{set: countMoves, values: anys(clients), scan: func(r scanner) error {
		var client, n int64
		err := r.Scan(&client, &n)
		t.onCommit(func() { t.s.versions.committed(client, n) })
		return err
	}}}, nil
}

var countMoves = newSet("client bigint", `INSERT INTO moves (client_id, n) SELECT client, 1 FROM r WHERE true ON CONFLICT (client_id) DO UPDATE SET n = moves.n + 1 RETURNING client_id, n`)

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
	if s.upToDate() != nil {
		return // which is in the log
	}
	turn := s.versions.beginPoll()
	counts, err := read(ctx, s, func(c *conn) (map[int64]int64, error) {
		if err := c.permitted(); err != nil {
			return nil, err
		}
		return c.loadVersions()
	})
	if err != nil {
		s.log.Warn("the changes of other nodes could not be polled", "err", err)
		return
	}
	clients := s.versions.differing(counts, turn)
	if slices.Contains(clients, memory) {
		if err := s.refreshCache(ctx); err != nil {
			s.log.Warn("what other nodes changed could not be read into memory", "err", err)
			return
		}
	}
	s.versions.observe(counts, clients, turn)
	s.signal(clients)
}

// wake leaves a signal, unless one is there already.
func wake(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}
