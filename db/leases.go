package db

import (
	"context"
	"time"
)

// What one node alone is to do at a time it does under a lease, which ends by itself where
// the node dies. Of mails, hooks and deliveries of shops the lease is in their own rows; for
// the rest there is the table leases. Nothing depends on it for being right: a node that
// goes on beyond its lease does again what another one does, and that is harmless, or as good
// as at least once allows.
//
// The clocks of nodes may differ, and a lease must end for all of them at the same moment.
// So on a shared database the clock of its server counts.

// skew is how far the shared clock is ahead of this node's; 0 where they agree as far as that
// can be seen, and on a single node.
func (c *conn) skew() (time.Duration, error) {
	if c.s.shared == nil {
		return 0, nil
	}
	before := c.s.now()
	at, err := c.s.shared.clock(c.ctx, c.db)
	if err != nil {
		return 0, err
	}
	if after := c.s.now(); at.After(after) {
		return at.Sub(after), nil
	}
	return min(at.Sub(before), 0), nil
}

// sharedNow is the time by the clock that all nodes share.
func (c *conn) sharedNow() (time.Time, error) {
	skew, err := c.skew()
	return c.s.now().Add(skew), err
}

func (e *postgres) clock(ctx context.Context, db querier) (at time.Time, err error) {
	err = db.QueryRowContext(ctx, `SELECT clock_timestamp()`).Scan(&at)
	return at, err
}

// TakeLease takes the lease of a name for some time, or makes the holder's own end later. It
// is false while another holder has it.
func (s *Store) TakeLease(ctx context.Context, name, holder string, lease time.Duration) (taken bool, err error) {
	return write(ctx, s, func(t *tx) (bool, error) {
		now, err := t.sharedNow()
		if err != nil {
			return false, err
		}
		n, err := t.exec(`INSERT INTO leases (name, holder, until) VALUES ($1, $2, $3) ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
			WHERE leases.holder = excluded.holder OR leases.until <= $4`, name, holder, millis(now.Add(lease)), millis(now))
		return n > 0, err
	})
}

// EndLease ends the holder's lease of a name, if it has it.
func (s *Store) EndLease(ctx context.Context, name, holder string) error {
	return s.update(ctx, func(t *tx) error {
		_, err := t.exec(`DELETE FROM leases WHERE name = $1 AND holder = $2`, name, holder)
		return err
	})
}
