package db

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"lastclick/model"
)

// conn runs statements in one transaction: a reader's snapshot or the committer's. The
// statements are written for both engines, with parameters $1, $2 … .
type conn struct {
	ctx context.Context
	db  querier
	s   *Store
}

// exec returns how many rows were changed.
func (c *conn) exec(query string, args ...any) (int64, error) {
	res, err := c.db.ExecContext(c.ctx, c.s.engine.parameters(query), args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (c *conn) row(query string, args ...any) *sql.Row {
	return c.db.QueryRowContext(c.ctx, c.s.engine.parameters(query), args...)
}

// each calls scan for every row.
func (c *conn) each(scan func(*sql.Rows) error, query string, args ...any) error {
	return eachRow(c.ctx, c.db, scan, c.s.engine.parameters(query), args...)
}

// eachRow calls scan for every row of a query.
func eachRow(ctx context.Context, db querier, scan func(*sql.Rows) error, query string, args ...any) error {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// set runs a set for all values, given row by row. scan is called for every row that it
// gives; nil where it gives none.
func (c *conn) set(q *set, values []any, scan func(scanner) error) error {
	return c.s.engine.runSet(c.ctx, c.db, q, values, scan)
}

// ids are what a query of one column of ids gives.
func (c *conn) ids(query string, args ...any) ([]int64, error) {
	var list []int64
	err := c.each(func(r *sql.Rows) error {
		var id int64
		err := r.Scan(&id)
		list = append(list, id)
		return err
	}, query, args...)
	return list, err
}

// readTimeout bounds every read: a forgotten reader keeps the WAL file from shrinking.
const readTimeout = 30 * time.Second

// read runs do in a snapshot of the database.
func read[T any](ctx context.Context, s *Store, do func(c *conn) (T, error)) (T, error) {
	return snapshot(ctx, s, readTimeout, do)
}

func snapshot[T any](ctx context.Context, s *Store, timeout time.Duration, do func(c *conn) (T, error)) (T, error) {
	var zero T
	s.closing.RLock()
	closed := s.closed
	s.closing.RUnlock()
	if closed {
		return zero, errClosed
	}
	if err := s.Away(); err != nil {
		return zero, err
	}
	if err := s.upToDate(); err != nil {
		return zero, err
	}
	return transaction(ctx, s, timeout, do)
}

// transaction is snapshot for the store that opens.
func transaction[T any](ctx context.Context, s *Store, timeout time.Duration, do func(c *conn) (T, error)) (T, error) {
	var zero T
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	tx, err := s.begin(ctx, s.readers, s.engine.snapshot())
	if err != nil {
		return zero, s.failed(err)
	}
	defer tx.Rollback()
	v, err := do(&conn{ctx: ctx, db: tx, s: s})
	if err != nil {
		return zero, s.failed(err)
	}
	return v, nil
}

// begin begins a transaction. Connections to a server may have died in the pool
// unnoticed; the first one that shows it has all of them made again, so the next try
// meets none.
func (s *Store) begin(ctx context.Context, db *sql.DB, o *sql.TxOptions) (tx *sql.Tx, err error) {
	for range beginTries {
		tx, err = db.BeginTx(ctx, o)
		if err == nil || s.shared == nil || s.engine.classify(err) != model.Busy || errors.Is(err, context.DeadlineExceeded) {
			return tx, err // a server that does not answer is not asked again
		}
	}
	return tx, err
}

// beginTries bounds how often a reader begins.
const beginTries = 3

// readerConns is how many may read at once.
const readerConns = 8
