package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"lastclick/model"
)

// A transaction copies this many rows at most, or a row more than this many bytes. It is
// what a kill throws away.
const (
	moveRows  = 20_000
	moveBytes = 32 << 20
)

// progressEvery is how often a long table is reported.
const progressEvery = 5 * time.Second

// copyTable copies the rows that the target does not have yet.
func (m *mover) copyTable(ctx context.Context, t moveTable) error {
	began := time.Now()
	last, there, err := m.highest(ctx, t)
	if err != nil {
		return err
	}
	query := `SELECT ` + t.list() + ` FROM ` + quote(t.name)
	if last != nil {
		query += ` WHERE ` + t.above()
	}
	// One long read: nothing else writes to the file.
	rows, err := m.source.readers.QueryContext(ctx, m.source.engine.parameters(query+` ORDER BY `+quoteAll(t.key)), last...) //nolint:rowserrcheck // moveSource.Next checks it
	if err != nil {
		return err
	}
	defer rows.Close()
	from := &moveSource{t: t, rows: rows, limit: m.rows}
	reported := began
	for copied := there; ; {
		n, err := m.copyRows(ctx, t, from)
		if err != nil {
			return fmt.Errorf("copy the table %s: %w", t.name, err)
		}
		copied += n
		p := MoveProgress{Table: t.name, Rows: copied, Total: t.rows, Took: time.Since(began), New: copied - there, Done: from.ended}
		if p.Done || time.Since(reported) >= progressEvery {
			reported = time.Now()
			m.o.Progress(p)
		}
		if p.Done {
			return nil
		}
	}
}

// highest is the highest primary key that the target has, nil where it is empty, and how
// many rows. Both engines order keys by number and by byte.
func (m *mover) highest(ctx context.Context, t moveTable) (key []any, rows int64, err error) {
	if err := m.target.QueryRowContext(ctx, `SELECT count(*) FROM `+quote(t.name)).Scan(&rows); err != nil || rows == 0 {
		return nil, 0, err
	}
	into := make([]any, len(t.key))
	key = make([]any, len(t.key))
	for i := range key {
		into[i] = &key[i]
	}
	return key, rows, m.target.QueryRowContext(ctx, `SELECT `+quoteAll(t.key)+` FROM `+quote(t.name)+` ORDER BY `+strings.Join(descending(t.key), ", ")+` LIMIT 1`).Scan(into...)
}

func descending(names []string) []string {
	list := make([]string, len(names))
	for i, name := range names {
		list[i] = quote(name) + " DESC"
	}
	return list
}

// above is true of the rows behind a key.
func (t *moveTable) above() string {
	values := make([]string, len(t.key))
	for i := range values {
		values[i] = fmt.Sprintf("$%d", i+1)
	}
	return "(" + quoteAll(t.key) + ") > (" + strings.Join(values, ", ") + ")"
}

// copyRows copies the next rows in a transaction. It fails where another process has taken
// the move over.
func (m *mover) copyRows(ctx context.Context, t moveTable, from *moveSource) (n int64, err error) {
	return n, m.inTransaction(ctx, func() error {
		from.begin()
		return m.target.Raw(func(raw any) error {
			var failed error
			n, failed = raw.(pgxConn).Conn().CopyFrom(ctx, pgx.Identifier{t.name}, t.names(), from)
			return errors.Join(from.err, failed)
		})
	})
}

// inTransaction runs do in a transaction of the target, while this process is the one that
// moves.
func (m *mover) inTransaction(ctx context.Context, do func() error) error {
	if _, err := m.target.ExecContext(ctx, "BEGIN"); err != nil {
		return err
	}
	err := m.wantOurs(ctx)
	if err == nil {
		err = do()
	}
	if err != nil {
		// Where ctx has ended so has the connection, and with it the transaction.
		_, undone := m.target.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if undone != nil && !errors.Is(undone, sql.ErrConnDone) {
			m.source.log.Debug("the transaction of a move was not rolled back", "err", undone)
		}
		return err
	}
	_, err = m.target.ExecContext(ctx, "COMMIT")
	return err
}

// moveSource gives rows of the source to a COPY, so many at a time.
type moveSource struct {
	t     moveTable
	rows  *sql.Rows
	limit int  // in one transaction
	ended bool // there are no more
	err   error

	values []any
	into   []any
	n      int
	bytes  int
}

func (s *moveSource) begin() {
	s.n, s.bytes = 0, 0
	if s.values == nil {
		s.values, s.into = make([]any, len(s.t.columns)), make([]any, len(s.t.columns))
		for i := range s.values {
			s.into[i] = &s.values[i]
		}
	}
}

// Next reads the next row, until there are enough. What it does not read is still there
// for the next transaction.
func (s *moveSource) Next() bool {
	if s.err != nil || s.n == s.limit || s.bytes > moveBytes {
		return false
	}
	if !s.rows.Next() {
		s.ended, s.err = true, s.rows.Err()
		return false
	}
	if s.err = s.rows.Scan(s.into...); s.err != nil {
		return false
	}
	s.n++
	for i, v := range s.values {
		switch v := v.(type) {
		case string:
			s.bytes += len(v)
			if strings.IndexByte(v, 0) >= 0 || !utf8.ValidString(v) {
				s.err = s.badText(i)
				return false
			}
		case []byte:
			s.bytes += len(v)
		}
	}
	return true
}

func (s *moveSource) Values() ([]any, error) { return s.values, nil }
func (s *moveSource) Err() error             { return s.err }

// badText names a text that PostgreSQL does not take. The doors take none, so it was
// written by another program.
func (s *moveSource) badText(column int) error {
	key := make([]string, len(s.t.key))
	for i := range key {
		key[i] = model.Line(fmt.Sprintf("%s %v", s.t.columns[i].name, s.values[i])) // the key's columns are the first
	}
	return &model.Error{
		Kind: model.Invalid, Msg: fmt.Sprintf("the column %s of a row of %s (%s) is no text that PostgreSQL keeps: it has a zero byte, or is not UTF-8", s.t.columns[column].name, s.t.name, strings.Join(key, ", ")),
		Hint: "change that text in the SQLite database, and run the same command again",
	}
}
