package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"strings"
	"time"

	"lastclick/model"
)

// What people look at may be read from a standby of the database (Options.ReadURL), so that
// many consoles and long exports leave the primary to the orders. Only what reads by
// readListed does: a client's pages (pages.go), its links and its exports. All else reads
// the primary, since read and snapshot do: verdicts, who may do what, what waits to be
// worked off, what is stored about a buyer. So a new method is right by itself; a test
// lists those that use the standby.
//
// A standby is behind by milliseconds, or by minutes. How far is asked of both servers for
// each page that is read: the primary says how often the client has changed, and what
// people did last; the snapshot on the standby says the same of itself.
//
//   - Has it as many changes, the page is what the primary would have shown. It is waited
//     for, but not long.
//   - What a person changed, at any node, must be there, else the primary is read.
//   - Sales alone may be missing: the page is shown with its age, and read again once the
//     standby has moved on.
//
// A standby that follows another primary than this one, after a failover that lost a tail,
// may have counted as far and hold other changes. So the nodes write a random text after
// each failover, and a standby is not used before it has that.
//
// The age is exact, by one clock: the node notes how far the primary's log was at a time,
// again and again (marks); a standby that has replayed it up to there is as of that time.
// The last commit that it replayed would be of no use: on a quiet primary that is old,
// though nothing is missing.
//
// Whatever goes wrong with the standby, the primary is read instead.
const (
	replicaWait  = 100 * time.Millisecond // for the standby to catch up, where it is not known to be behind
	replicaOld   = time.Second            // an age that people are told, and that is not waited for
	replicaOlder = time.Minute            // a standby that is further behind is not used
	exportsRest  = 10 * time.Minute       // for which exports read the primary, after one that the standby ended
)

// standing is how far a server is, and how far with one client.
type standing struct {
	standby  bool
	place    int64  // in its log: what a standby has replayed, what a primary has on its disk
	timeline string // of a primary; a failover begins another
	lineage  string // a random text behind the timeline that it was written on
	changes  int64  // of the client, as the table moves counts them
	deeds    int64  // the last change by a person, of the client or of the platform
}

// proven says whether the text was written since the last failover: then a standby that
// has it follows this primary.
func (at standing) proven() bool {
	return !at.standby && at.timeline != "" && strings.HasPrefix(at.lineage, at.timeline+" ")
}

// holds says whether at has what people did up to need.
func (at standing) holds(need standing) bool {
	return at.lineage == need.lineage && at.deeds >= need.deeds
}

// miss is why the primary is read, as the metric names it.
type miss struct {
	why string
	err error // nil where nothing has failed
}

const (
	missAway   = "primary_away"   // no standby is in use
	missChange = "primary_change" // it does not have what a person changed
	missFailed = "primary_failed" // the standby failed while it read
)

func (m *miss) Error() string { return m.why }
func (m *miss) Unwrap() error { return m.err }

// readListed is snapshot for what people look at: do may run on a standby, and once more,
// on the primary, where that fails. asOf is not zero where sales of the client are missing
// that came later.
func readListed[T any](ctx context.Context, s *Store, client int64, timeout time.Duration, do func(c *conn) (T, error)) (v T, asOf time.Time, err error) {
	if r := s.replica; r != nil && client != 0 {
		v, asOf, err = readReplica(ctx, r, client, timeout, do)
		m, missed := errors.AsType[*miss](err)
		if !missed {
			r.answered(asOf)
			return v, asOf, err
		}
		if ctx.Err() == nil {
			r.missed(m)
		}
	}
	v, err = snapshot(ctx, s, timeout, do)
	return v, time.Time{}, err
}

// readReplica is readListed on the standby alone. A miss says that it did not answer.
func readReplica[T any](ctx context.Context, r *replica, client int64, timeout time.Duration, do func(c *conn) (T, error)) (v T, asOf time.Time, err error) {
	use := r.inUse()
	if use == nil {
		return v, asOf, &miss{why: missAway}
	}
	need, err := r.primary(ctx, client)
	if err != nil {
		return v, asOf, &miss{missFailed, err}
	}
	if !need.proven() {
		return v, asOf, &miss{why: missAway}
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	stop := context.AfterFunc(use.ctx, cancel)
	defer stop()
	unanswered := time.AfterFunc(replicaAnswer, cancel)
	defer unanswered.Stop()
	on, err := r.readers.Conn(ctx)
	if err != nil {
		return v, asOf, &miss{missFailed, err}
	}
	defer on.Close()
	tx, asOf, err := r.begin(ctx, on, client, need, use)
	if err != nil {
		return v, asOf, err
	}
	unanswered.Stop()
	defer tx.Rollback()
	v, err = do(&conn{ctx: ctx, db: tx, s: r.s})
	if _, ours := errors.AsType[*model.Error](err); err == nil || ours && asOf.IsZero() {
		return v, asOf, err
	}
	return v, asOf, &miss{missFailed, err} // one that is behind may not know of an event either
}

// begin begins a snapshot on the standby that has what is needed, or is as old as asOf.
func (r *replica) begin(ctx context.Context, on *sql.Conn, client int64, need standing, use *usage) (_ *sql.Tx, asOf time.Time, err error) {
	until := time.Now().Add(replicaWait)
	if use.behind.Load() {
		until = time.Now()
	}
	var before standing // a snapshot holds what was replayed before it
	for try := 0; ; try++ {
		tx, err := on.BeginTx(ctx, r.s.engine.snapshot())
		if err != nil {
			return nil, asOf, &miss{missFailed, err}
		}
		at, err := r.s.shared.standing(ctx, tx, client)
		last := try > 0 && !time.Now().Before(until)
		switch {
		case err != nil:
			err = &miss{missFailed, err}
		case !at.standby:
			err = &miss{why: missAway}
		case at.holds(need) && at.changes >= need.changes:
			return tx, asOf, nil
		case last && !at.holds(need):
			err = &miss{why: missChange}
		case last:
			if asOf = r.asOf(before.place); asOf.IsZero() {
				err = &miss{why: missAway}
				break
			}
			r.owe(client, at.changes)
			return tx, asOf, nil
		}
		before = at
		_ = tx.Rollback() // of a reader
		if err != nil {
			if !at.standby {
				discard(on)
			}
			return nil, time.Time{}, err
		}
		pause := time.NewTimer(min(time.Millisecond<<min(try, 5), time.Until(until)))
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return nil, time.Time{}, &miss{missFailed, ctx.Err()}
		}
	}
}

// discard keeps the pool from using the connection again: its server is no standby, or
// does not answer.
func discard(on *sql.Conn) { _ = on.Raw(func(any) error { return driver.ErrBadConn }) }

// primary asks the primary, and notes how far it is.
func (r *replica) primary(ctx context.Context, client int64) (standing, error) {
	now := r.s.now() // before it is asked: what was committed by now, it says
	at, err := read(ctx, r.s, func(c *conn) (standing, error) { return r.s.shared.standing(c.ctx, c.db, client) })
	if err == nil && at.proven() {
		r.note(at, now)
	}
	return at, err
}

// noteAge says how old the answer to ctx is, where that is worth a word.
func (s *Store) noteAge(ctx context.Context, asOf time.Time) {
	if !asOf.IsZero() && s.now().Sub(asOf) >= replicaOld {
		model.NoteAge(ctx, asOf)
	}
}
