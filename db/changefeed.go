package db

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/binary"
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
	settings = -4 // themes and keys of people
)

// countChanges counts what the transaction changed. The requests go out with the COMMIT;
// only the count of the memory is wanted before, for the keys that are noted with it.
func (t *tx) countChanges() ([]request, error) {
	drawn := drawTag()
	counted := func(r scanner) (client int64, now version, err error) {
		err = r.Scan(&client, &now.n, &now.tag)
		t.onCommit(func() { t.s.versions.committed(client, now, version{now.n - 1, now.tag ^ drawn}) })
		return client, now, err
	}
	clients := slices.DeleteFunc(slices.Clone(t.changed), func(client int64) bool { return client == memory })
	if len(clients) < len(t.changed) {
		var now version
		err := t.set(countMoves, []any{memory, drawn}, func(r scanner) (err error) {
			_, now, err = counted(r)
			return err
		})
		if err != nil {
			return nil, err
		}
		if err := t.noteKeys(now); err != nil {
			return nil, err
		}
		t.s.versions.willCommit(memory, now)
	}
	if len(t.changed) > 0 {
		t.onCommit(func() { wake(t.s.versions.changed) })
	}
	var values []any
	for _, client := range clients {
		values = append(values, client, drawn)
	}
	return []request{{set: countMoves, values: values, scan: func(r scanner) error {
		_, _, err := counted(r)
		return err
	}}}, nil
}

// drawTag draws a number that is not negative. Nodes whose randomness is given, in tests,
// must not draw the same.
func drawTag() int64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // which never fails
	return int64(binary.NativeEndian.Uint64(b[:]) >> 1)
}

// countMoves counts, and changes each tag by exclusive or, which SQLite has no sign for.
var countMoves = newSet("client bigint, drawn bigint", `INSERT INTO moves (client_id, n, tag) SELECT client, 1, drawn FROM r WHERE true
	ON CONFLICT (client_id) DO UPDATE SET n = moves.n + 1, tag = (moves.tag | excluded.tag) - (moves.tag & excluded.tag) RETURNING client_id, n, tag`)

func (c *conn) loadVersions() (map[int64]version, error) {
	counts := map[int64]version{}
	err := c.each(func(r *sql.Rows) error {
		var client int64
		var v version
		err := r.Scan(&client, &v.n, &v.tag)
		counts[client] = v
		return err
	}, `SELECT client_id, n, tag FROM moves`)
	return counts, err
}

// versionOf is the count of one client, or of the memory.
func (c *conn) versionOf(client int64) (v version, err error) {
	err = c.row(`SELECT n, tag FROM moves WHERE client_id = $1`, client).Scan(&v.n, &v.tag)
	if isNoRows(err) {
		return version{}, nil
	}
	return v, err
}

// followNodes runs the changefeed until the store closes: it polls, also whenever a
// notification comes, and notifies the others of what this node changed.
func (s *Store) followNodes() {
	ctx := s.ctx
	notified := s.versions.behind
	var listener sync.WaitGroup
	listener.Go(func() { s.listen(ctx, notified) })
	defer listener.Wait()
	poll := time.NewTicker(s.pollEvery)
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
	var failure lasting
	for ctx.Err() == nil {
		err := s.shared.listen(ctx, func() { failure.over(); wake(notified) })
		if ctx.Err() != nil {
			return
		}
		if failure.say() {
			s.log.Warn("no notifications from the other nodes: their changes show with the next poll", "within", pollEvery, "err", err)
		}
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
	turn, last := s.versions.beginPoll()
	var held bool
	counts, err := read(ctx, s, func(c *conn) (counts map[int64]version, err error) {
		if err := c.permitted(); err != nil {
			return nil, err
		}
		if held, err = c.holds(last); err != nil {
			return nil, err
		}
		return c.loadVersions()
	})
	if err == nil && !held {
		var back bool
		if back, err = s.lookForLastBatch(ctx); back && err == nil {
			return // all is read again, and all watchers are told
		}
	}
	if err != nil {
		s.versions.missed = true
		if s.pollFailure.say() {
			s.log.Warn("the changes of other nodes could not be polled", "err", err)
		}
		return
	}
	s.pollFailure.over()
	if s.versions.missed { // behind an outage may be another state
		s.versions.missed = false
		s.signalAll()
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
