package db

import (
	"context"
	"time"
)

// What one node alone is to send or to fetch at a time it does under a lease, which ends by
// itself where the node dies: a time in the row of the mail, the hook or the delivery of a
// shop. A node that goes on beyond its lease does again what another one does, as at least
// once allows.
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
