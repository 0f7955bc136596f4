package db

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"lastclick/model"
)

// conn runs statements in one transaction: a reader's snapshot or the committer's.
type conn struct {
	ctx context.Context
	tx  *sql.Tx
	s   *Store
}

// exec returns how many rows were changed.
func (c *conn) exec(query string, args ...any) (int64, error) {
	res, err := c.tx.ExecContext(c.ctx, c.s.spelled(query), args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (c *conn) row(query string, args ...any) *sql.Row {
	return c.tx.QueryRowContext(c.ctx, c.s.spelled(query), args...)
}

// each calls scan for every row.
func (c *conn) each(scan func(*sql.Rows) error, query string, args ...any) error {
	rows, err := c.tx.QueryContext(c.ctx, c.s.spelled(query), args...)
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

// spelled is the query as the engine wants its parameters written.
func (s *Store) spelled(query string) string {
	if s.engine.parameter == "$" {
		return query
	}
	if text, ok := s.spellings.Load(query); ok {
		return text.(string)
	}
	text := strings.ReplaceAll(query, "$", s.engine.parameter)
	s.spellings.Store(query, text)
	return text
}

// readTimeout bounds every read: a reader that is forgotten pins the WAL file.
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
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	tx, err := s.begin(ctx, s.readers, &sql.TxOptions{Isolation: s.engine.snapshot, ReadOnly: s.engine.shared})
	if err != nil {
		return zero, s.failed(err)
	}
	defer tx.Rollback()
	v, err := do(&conn{ctx: ctx, tx: tx, s: s})
	if err != nil {
		return zero, s.failed(err)
	}
	return v, nil
}

// begin begins a transaction. Connections to a server may have died in the pool
// unseen; nothing was asked of them yet, so the next one is tried, as many as the
// pool holds.
func (s *Store) begin(ctx context.Context, db *sql.DB, o *sql.TxOptions) (*sql.Tx, error) {
	for range readerConns {
		tx, err := db.BeginTx(ctx, o)
		if err == nil || !s.engine.shared || s.engine.classify(err) != model.Busy {
			return tx, err
		}
	}
	return db.BeginTx(ctx, o)
}

// readerConns is how many may read at once.
const readerConns = 8

// millis is how times are kept.
func millis(t time.Time) int64 { return t.UnixMilli() }

func fromMillis(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

func optionalMillis(t *time.Time) *int64 {
	if t == nil {
		return nil
	}
	ms := millis(*t)
	return &ms
}

func optionalTime(ms *int64) *time.Time {
	if ms == nil {
		return nil
	}
	t := fromMillis(*ms)
	return &t
}

// flag is how booleans are kept.
func flag(v bool) int64 {
	if v {
		return 1
	}
	return 0
}

// optional is nil for a zero value, which the tables keep as null.
func optional[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}
