package db

import (
	"context"
	"database/sql"

	"lastclick/model"
)

// Nodes are upgraded one after the other, and the first one of a newer version changes the
// schema under those of the version before. A program must not write what it does not
// know: an older one would leave out sums that the newer one keeps. So every transaction
// of a node begins with a look at the oldest schema whose programs may go on
// (schema_version.oldest). The look holds a lock of the table until the transaction ends,
// and a migration takes the table for itself alone: it waits for the transactions that
// have begun, and those that begin later see what it made. None of an older program
// commits after it.
//
// A node that is too old takes no orders and reads nothing any more. Redirects go on from
// memory, with their receipts; their clicks are not counted.

// errOutdated is what a node answers that is too old for the schema.
var errOutdated = &model.Error{
	Kind: model.Busy, Msg: "the database was upgraded by a newer version of lastclick: this node redirects, and does nothing else",
	Hint: "an admin upgrades this node too",
}

// lockSchema gives way after schemaLockWait, for what waits for a lock holds up all that
// come after it.
func (e *postgres) lockSchema(ctx context.Context, tx *sql.Tx) error {
	if _, err := tx.ExecContext(ctx, `SET LOCAL lock_timeout = '`+schemaLockWait+`'`); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `LOCK TABLE schema_version IN ACCESS EXCLUSIVE MODE`)
	return err
}

const readOldest = `SELECT oldest FROM schema_version`

// schemaRequest fails in a transaction that must not change the database. It is the first
// statement of each, so that its lock is the first one too.
func (s *Store) schemaRequest() request {
	return request{text: readOldest, scan: func(r scanner) error {
		var oldest int
		if err := r.Scan(&oldest); err != nil {
			return err
		}
		return s.permit(oldest)
	}}
}

// permitted fails in a reader of a node that is too old.
func (c *conn) permitted() error {
	var oldest int
	if err := c.row(readOldest).Scan(&oldest); err != nil {
		return err
	}
	return c.s.permit(oldest)
}

// permit notes, once and for good, that this program is too old for the database.
func (s *Store) permit(oldest int) error {
	if oldest <= s.schema {
		return nil
	}
	if !s.outdated.Swap(true) {
		s.log.Error("the database was upgraded by a newer version of lastclick: this node redirects on and answers orders with 503 until it is upgraded too; the clicks on it are not counted", "schema", s.schema, "needs", oldest)
	}
	return errOutdated
}

// upToDate fails once permit has failed.
func (s *Store) upToDate() error {
	if s.outdated.Load() {
		return errOutdated
	}
	return nil
}
