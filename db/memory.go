package db

import (
	"context"
	"errors"

	"lastclick/model"
)

// A node remembers what it read, and a database may go back behind that: a standby takes
// over that was behind, a backup is restored. Then ids that were given name nothing, or
// later other rows, and counts that were reached are reached again by other changes. A
// connection is no sign of it, since a pool of connections may hold the nodes' ones open.
// These are the signs:
//
//   - Each transaction of a committer must still find the last batch that its session has
//     committed (commits), else it fails as a whole and the session ends.
//   - The poll looks for that batch too, for a node that writes nothing.
//   - Each version has a tag (moves): equal numbers of two histories differ in it.
//
// What a session learned, it learned before its last commit or in the transaction that is
// under way. So where its last batch is there, all that it learned is.
//
// What a node remembers, and how it is dropped and read again:
//
//	session: ids of cells and for new rows, names of checkouts
//	                 end with the session; after a rollback too, but for the cells, which
//	                 are remembered once they are committed
//	cache, receipt keys, secret of the customer hashes, whom hooks are told of
//	                 read again by the first transaction of each session; changed by keys
//	                 only from a version whose tag is in the table (cache_changes)
//	versions.seen    taken from the tables by that transaction
//	pages            those of another version are not given, nor, after any of this, to
//	                 watchers, who are all signalled; a page of a version that no poll saw
//	                 is noted (versions.shown), so that the next poll looks at it
//	ids of watched clients
//	                 found again by slug
//	clicks in memory counted for links that are the same, by id and code
//	journal          rows of the table; a fold takes what is there
//	contacts         dropped: at most what was heard in contactDelay
//	leases of mails, hook messages and shops' deliveries, actors, items on a screen
//	                 name rows that may be gone. No other row gets their ids: those are
//	                 skipped (sharedEngine.skipIDs). Whatever reports on a row that is not
//	                 there changes nothing
//	receipts and click tokens in browsers
//	                 the same: a link that is gone is none, and its id is skipped
//	host keys        read again after a signal of WatchPeople (server/ssh)
//	cursors of lists places in the order of times and names; ids only as bounds
//
// What is shown without a page (audit, inbox, people) is read again with the next signal.
// One hole is left: a node that wrote nothing, whose screen shows a change of another node
// that no poll saw, which was lost with that node too, all behind a pool that let no
// connection break. That screen is old until the next change.

// errSetBack is what the callers of a batch are told that met a database without the
// session's last one.
var errSetBack = &model.Error{
	Kind: model.Busy, Msg: "the database has lost its last changes: a standby took over that did not have them, or a backup was restored. This change was not made",
	Hint: "look at what is there, and try again",
}

// errNotRead is what they are told where the connection broke each time that the memory
// was read again.
var errNotRead = &model.Error{Kind: model.Busy, Msg: "the connection to the database broke: nothing was changed", Hint: "try again in a moment"}

// currentSession is an open session whose memory is as new as it is.
func (s *Store) currentSession(ctx context.Context) (*session, error) {
	for try := 1; ; try++ {
		ses, err := s.openSession(ctx)
		if err != nil || !ses.stale {
			return ses, err
		}
		if err := s.readMemory(ctx, ses); errors.Is(err, errDoubt) {
			return nil, errNotRead // that is no doubt about the caller's batch
		} else if err != nil {
			return nil, err
		}
		if try == transactTries {
			return nil, errNotRead
		}
	}
}

// readMemory reads again all that is kept in memory, in a transaction of its own: what the
// next one decides is decided on that.
func (s *Store) readMemory(ctx context.Context, ses *session) (err error) {
	t := &tx{conn: conn{ctx: ctx, db: ses.conn, s: s}, ses: ses, now: s.now()}
	defer func() {
		if r := recover(); r != nil {
			err = panicked(r)
		}
		if err != nil {
			ses.rollback(ctx)
		}
	}()
	begin, reload := []request{s.engine.beginRequest()}, t.reload
	if s.shared != nil {
		begin, reload = append(begin, s.schemaRequest()), t.rejoin
	}
	if err := ses.run(ctx, begin...); err != nil {
		return err
	}
	if err := reload(); err != nil {
		return err
	}
	t.onCommit(func() { ses.stale = false })
	return t.commit()
}

// rejoin is reload with all else that is remembered of a database that other nodes change.
func (t *tx) rejoin() error {
	s := t.s
	_, last := s.versions.beginPoll()
	held, err := t.holds(last)
	if err != nil {
		return err
	}
	before := s.cache.Load()
	counts, err := t.loadVersions() // before the cache: what changes meanwhile is news
	if err != nil {
		return err
	}
	if err := t.reload(); err != nil {
		return err
	}
	t.onCommit(func() { s.versions.setAll(counts) })
	if !held {
		if err := t.setBack(before); err != nil {
			return err
		}
	}
	t.onCommit(s.signalAll)
	return nil
}

// holds says whether the database holds what this node has committed.
func (c *conn) holds(last lastBatch) (bool, error) {
	if last.session == "" {
		return true, nil
	}
	return c.s.shared.holds(c.ctx, c.db, last)
}

// setBack drops what names rows that may be gone. before is the cache of then.
func (t *tx) setBack(before *cache) error {
	s := t.s
	if err := s.shared.skipIDs(t.ctx, t.db); err != nil {
		return err
	}
	entries, err := t.journaled()
	if err != nil {
		return err
	}
	t.onCommit(func() {
		s.contacts.drop()
		s.clicks.found(entries, t.now)
		gone := s.clicks.keepLinks(func(id int64) bool { return s.cache.Load().sameLink(before, id) })
		s.log.Warn("the database has lost its last changes: a standby took over that did not have them, or a backup was restored; what was in memory was read again", "clicks_of_lost_links", gone)
	})
	return nil
}

// lookForLastBatch has the committer look whether the database was set back, and read all
// again then. A reader may only be behind.
func (s *Store) lookForLastBatch(ctx context.Context) (back bool, err error) {
	probe := op{probe: true}
	if err := s.enqueue(ctx, probe); !errors.Is(err, errSetBack) {
		return false, err
	}
	return true, s.enqueue(ctx, probe)
}

// sameLink says whether the link with the id is the one that another cache has.
func (m *cache) sameLink(other *cache, id int64) bool {
	now, was := m.links.get(id), other.links.get(id)
	return now != nil && (was == nil || string(m.links.codeOf(now)) == string(other.links.codeOf(was)))
}
