package db

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"lastclick/model"
)

// compare reads every table on both sides. The sums are tables too.
func (m *mover) compare(ctx context.Context) ([]MovedTable, error) {
	var list []MovedTable
	differ := 0
	for _, t := range m.tables {
		began := time.Now()
		x, err := m.compareTable(ctx, t)
		if err != nil {
			return list, fmt.Errorf("compare the table %s: %w", t.name, err)
		}
		if !x.Identical {
			differ++
		}
		list = append(list, x)
		m.o.Progress(MoveProgress{Comparing: true, Table: t.name, Rows: x.To, Total: x.From, Done: true, Took: time.Since(began)})
	}
	if differ > 0 {
		return list, &model.Error{Kind: model.Conflict, Msg: fmt.Sprintf("%d tables are not the same on both sides: the move is not finished", differ), Hint: "empty the new database (drop and make it) and move again; the SQLite database is as it was"}
	}
	return list, nil
}

func (m *mover) compareTable(ctx context.Context, t moveTable) (MovedTable, error) {
	x := MovedTable{Name: t.name}
	query := `SELECT ` + t.list() + ` FROM ` + quote(t.name)
	var source, target tableDigest
	failed := make(chan error, 1)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { failed <- source.readSource(ctx, m.source.readers, query, len(t.columns)) }()
	err := target.readTarget(ctx, m.target, query, t.columns)
	if err != nil {
		cancel()
	}
	if other := <-failed; err == nil {
		err = other
	}
	x.From, x.To, x.Identical = source.rows, target.rows, source == target
	return x, err
}

// tableDigest is the sum of the hashes of a table's rows, so that their order does not
// matter.
type tableDigest struct {
	rows int64
	sum  [4]uint64
}

func (d *tableDigest) add(row []byte) {
	hash := sha256.Sum256(row)
	for i := range d.sum {
		d.sum[i] += binary.BigEndian.Uint64(hash[8*i:])
	}
	d.rows++
}

// A value in a row that is hashed: its type and, but for null, its bytes or its length and
// its bytes.
const (
	hashedNull = iota
	hashedInteger
	hashedText
	hashedBytes
)

func appendInteger(row []byte, n int64) []byte {
	return binary.BigEndian.AppendUint64(append(row, hashedInteger), uint64(n)) //nolint:gosec // its bits
}

func appendText[T string | []byte](row []byte, kind byte, value T) []byte {
	return append(binary.BigEndian.AppendUint64(append(row, kind), uint64(len(value))), value...)
}

func (d *tableDigest) readSource(ctx context.Context, db *sql.DB, query string, columns int) error {
	values, into := make([]any, columns), make([]any, columns)
	for i := range values {
		into[i] = &values[i]
	}
	var row []byte
	return eachRow(ctx, db, func(r *sql.Rows) error {
		if err := r.Scan(into...); err != nil {
			return err
		}
		row = row[:0]
		for _, v := range values {
			switch v := v.(type) {
			case nil:
				row = append(row, hashedNull)
			case int64:
				row = appendInteger(row, v)
			case string:
				row = appendText(row, hashedText, v)
			case []byte:
				row = appendText(row, hashedBytes, v)
			default:
				return fmt.Errorf("a value of the type %T cannot be compared", v)
			}
		}
		d.add(row)
		return nil
	}, query)
}

func (d *tableDigest) readTarget(ctx context.Context, conn *sql.Conn, query string, columns []moveColumn) error {
	return conn.Raw(func(raw any) error {
		rows, err := raw.(pgxConn).Conn().Query(ctx, query, pgx.QueryResultFormats{pgx.BinaryFormatCode})
		if err != nil {
			return err
		}
		defer rows.Close()
		var row []byte
		for rows.Next() {
			row = row[:0]
			for i, v := range rows.RawValues() {
				switch {
				case v == nil:
					row = append(row, hashedNull)
				case columns[i].kind == "INTEGER":
					row = appendInteger(row, int64(binary.BigEndian.Uint64(v))) //nolint:gosec // its bits
				case columns[i].kind == "TEXT":
					row = appendText(row, hashedText, v)
				default:
					row = appendText(row, hashedBytes, v)
				}
			}
			d.add(row)
		}
		return rows.Err()
	})
}

// checkTarget recounts the sums of the new database as lastclick check does.
func (m *mover) checkTarget(ctx context.Context) (err error) {
	for _, t := range m.tables { // plans of tables that nothing is known of are bad
		if _, err := m.target.ExecContext(ctx, `ANALYZE `+quote(t.name)); err != nil {
			return err
		}
	}
	s := newStore(Options{URL: m.o.To})
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := s.openReaders(ctx); err != nil {
		return err
	}
	return m.check(ctx, s, "PostgreSQL", "empty it (drop and make it) and move again; the SQLite database is as it was")
}
