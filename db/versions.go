package db

import (
	"maps"
	"sync"
)

// version is a row of the table moves: a count of changes, with a tag that differs where
// the same number was counted by other changes. After a failover or a restored backup
// that lost the last ones, a count goes on from a lower number and may reach one that it
// had. The zero version is that of a row that is not there.
type version struct{ n, tag int64 }

// versions are those that this node has taken notice of. One that differs is a change by
// another node, also where it is lower. This node's own commits must not be taken for
// one, so a poll leaves out the versions of a commit that came in between; the next poll
// sees them.
type versions struct {
	mu         sync.Mutex
	seen       map[int64]version // by client
	shown      map[int64]version // that a page was read at which was not the seen one
	committing map[int64]version // what this node's transaction counts, until its commit is answered
	turn       int64             // own commits so far
	own        map[int64]int64   // turn of the last own commit, by client
	last       lastBatch
	missed     bool          // the last poll failed; the changefeed's
	changed    chan struct{} // holds one: this node changed something
	behind     chan struct{} // holds one: a poll is worth while
}

// lastBatch is the last batch that a session of the committer knows to be committed.
type lastBatch struct {
	session string // empty: none yet
	batch   int64
}

func newVersions() *versions {
	return &versions{seen: map[int64]version{}, shown: map[int64]version{}, committing: map[int64]version{}, own: map[int64]int64{}, changed: make(chan struct{}, 1), behind: make(chan struct{}, 1)}
}

// of is the version that was taken notice of.
func (v *versions) of(client int64) version {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.seen[client]
}

// set takes notice of a version that this node's transaction read.
func (v *versions) set(client int64, to version) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.seen[client] = to
}

// setAll takes notice of these versions and of no others: all watchers are signalled, or
// there are none.
func (v *versions) setAll(counts map[int64]version) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.seen = maps.Clone(counts)
	clear(v.shown)
}

// willCommit announces a version of this node's transaction.
func (v *versions) willCommit(client int64, to version) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.committing[client] = to
}

// committed takes notice of a version that this node made, unless the one before was not
// seen: another node has counted between, and the poll must find that.
func (v *versions) committed(client int64, to, before version) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.committing, client)
	v.turn++
	v.own[client] = v.turn
	if v.seen[client] == before {
		v.seen[client] = to
	}
}

// abandon forgets the versions of a transaction that failed.
func (v *versions) abandon() {
	v.mu.Lock()
	defer v.mu.Unlock()
	clear(v.committing)
}

// show notes that a page was read. What a page shows may be lost before a poll sees it.
func (v *versions) show(client int64, at version) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if at != v.seen[client] {
		v.shown[client] = at
	}
}

// noteBatch notes the last batch that was committed.
func (v *versions) noteBatch(last lastBatch) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.last = last
}

// beginPoll is the turn to compare with, and the batch that must be there still, before
// the versions are read.
func (v *versions) beginPoll() (turn int64, last lastBatch) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.turn, v.last
}

// differing are the clients whose versions are not those that were taken notice of, or
// that a page shows.
func (v *versions) differing(counts map[int64]version, turn int64) (clients []int64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	compare := func(client int64, now version) {
		shown, is := v.shown[client]
		delete(v.shown, client)
		if is && shown != now || v.differs(client, now, turn) {
			clients = append(clients, client)
		}
	}
	for client, now := range counts {
		compare(client, now)
	}
	for _, noted := range []map[int64]version{v.seen, v.shown} {
		for client := range noted {
			if _, ok := counts[client]; !ok {
				compare(client, version{})
			}
		}
	}
	return clients
}

func (v *versions) differs(client int64, now version, turn int64) bool {
	own, ok := v.committing[client]
	return now != v.seen[client] && v.own[client] <= turn && !(ok && own == now)
}

// observe takes notice of what a poll found of the clients; of the memory the
// transaction that read it again does.
func (v *versions) observe(counts map[int64]version, clients []int64, turn int64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, client := range clients {
		if client != memory && v.own[client] <= turn {
			v.seen[client] = counts[client]
		}
	}
}
