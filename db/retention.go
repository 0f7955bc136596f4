package db

import (
	"context"
	"database/sql"
	"time"

	"lastclick/model"
)

const (
	forgetFirst = 5 * time.Minute // from the start until the first round
	forgetEvery = time.Hour       // a round; more often where something is kept shorter
	forgetRows  = 200             // in one transaction: some milliseconds of the writer
	lookedAt    = 5000            // webhooks in one look, by a reader
)

// forgetOld forgets what is kept for a while only, until the store closes. Each node does
// so by itself: what another one has deleted is not there any more.
//
// It never changes a verdict or a number:
//
//   - A settled item of the inbox keeps its row, its reason and its digest; its body goes.
//     One that waits for an admin or for its event keeps it. What cannot be tried again
//     without its body is refused with a sentence.
//   - A webhook whose id is forgotten and that comes again is decided by what it says: an
//     order by its version, a scan and an event by their times. So it is stale or a
//     duplicate. Two things it does differently: a different body under the old id is no
//     conflict any more, and an event.updated without a timestamp counts as said now.
//     Where a shop said two things of an order in one moment, which versions that are times
//     cannot tell apart (sameMoment), the one that comes again holds; no shop is known to
//     repeat what it said before what it said last after so long.
//   - The audit is only read.
func (s *Store) forgetOld() {
	if s.keep == (model.Retention{}) {
		return
	}
	every := forgetEvery
	for _, d := range []time.Duration{s.keep.Inbox, s.keep.Webhooks, s.keep.Audit} {
		if d > 0 {
			every = min(every, d)
		}
	}
	next := time.NewTimer(min(forgetFirst, every))
	defer next.Stop()
	for {
		select {
		case <-next.C:
			if _, err := s.ForgetOld(s.ctx); err != nil && s.ctx.Err() == nil {
				s.log.Warn("what is kept for a while could not be deleted: it is tried again", "again_in", every, "err", err)
			}
			next.Reset(every)
		case <-s.ctx.Done():
			return
		}
	}
}

// Forgotten is what was deleted.
type Forgotten struct{ Bodies, Webhooks, Audit int64 }

// ForgetOld deletes what is older than the options say that it is kept, now.
func (s *Store) ForgetOld(ctx context.Context) (f Forgotten, err error) {
	now := s.now()
	if s.keep.Inbox > 0 {
		before := millis(now.Add(-s.keep.Inbox))
		f.Bodies, err = s.inPieces(ctx, func(c *conn, n int) ([]int64, error) {
			return c.ids(`SELECT id FROM inbox WHERE resolved_at < $1 AND length(body) > 0 AND resolved_at IS NOT NULL ORDER BY resolved_at LIMIT $2`, before, n)
		}, `UPDATE inbox SET body = substr(body, 1, 0) WHERE id = $1 AND resolved_at < $2`, before)
	}
	if s.keep.Audit > 0 && err == nil {
		before := millis(now.Add(-s.keep.Audit))
		// The oldest come first, by their ids, so that this reads no more than it deletes.
		f.Audit, err = s.inPieces(ctx, func(c *conn, n int) ([]int64, error) {
			return c.ids(`SELECT id FROM (SELECT id, at FROM audit ORDER BY id LIMIT $1) a WHERE at < $2`, n, before)
		}, `DELETE FROM audit WHERE id = $1 AND at < $2`, before)
	}
	if s.keep.Webhooks > 0 && err == nil {
		f.Webhooks, err = s.forgetWebhooks(ctx, millis(now.Add(-s.keep.Webhooks)))
	}
	return f, err
}

// inPieces does something to the rows that find gives, some in a transaction, until it
// gives none. It looks with a reader, so that nothing to do costs no commit.
func (s *Store) inPieces(ctx context.Context, find func(c *conn, n int) ([]int64, error), do string, before int64) (total int64, err error) {
	for {
		ids, err := read(ctx, s, func(c *conn) ([]int64, error) { return find(c, forgetRows) })
		if err != nil || len(ids) == 0 {
			return total, err
		}
		n, err := write(ctx, s, func(t *tx) (n int64, err error) {
			for _, id := range ids {
				one, err := t.exec(do, id, before)
				if n += one; err != nil {
					return n, err
				}
			}
			return n, nil
		})
		if total += n; err != nil || n == 0 {
			return total, err
		}
	}
}

// deleteOldWebhooks does not delete one that another node has renewed meanwhile.
var deleteOldWebhooks = newSet("checkout bigint, id text, before bigint", `DELETE FROM webhooks WHERE (checkout_id, webhook_id) IN (
	SELECT w.checkout_id, w.webhook_id FROM r JOIN webhooks w ON w.checkout_id = r.checkout AND w.webhook_id = r.id WHERE w.received_at < r.before)`)

// forgetWebhooks goes through the webhooks by their key, for an index by time would cost
// every order more than this costs once an hour.
func (s *Store) forgetWebhooks(ctx context.Context, before int64) (total int64, err error) {
	last, more := key{}, true
	for more && ctx.Err() == nil {
		var values []any
		_, err := read(ctx, s, func(c *conn) (none struct{}, err error) {
			n := 0
			err = c.each(func(r *sql.Rows) error {
				n++
				var at int64
				err := r.Scan(&last.checkout, &last.id, &at)
				if at < before {
					values = append(values, last.checkout, last.id, before)
				}
				return err
			}, `SELECT checkout_id, webhook_id, received_at FROM webhooks WHERE (checkout_id, webhook_id) > ($1, $2) ORDER BY checkout_id, webhook_id LIMIT $3`, last.checkout, last.id, lookedAt)
			more = n == lookedAt
			return none, err
		})
		if err != nil {
			return total, err
		}
		for len(values) > 0 {
			n := min(len(values), 3*forgetRows)
			if err := s.update(ctx, func(t *tx) error {
				if err := t.lockSales(); err != nil { // one of them may come again at this moment
					return err
				}
				return t.set(deleteOldWebhooks, values[:n], nil)
			}); err != nil {
				return total, err
			}
			total += int64(n / 3)
			values = values[n:]
		}
	}
	return total, ctx.Err()
}
