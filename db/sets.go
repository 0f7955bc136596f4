package db

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"sync/atomic"
)

// set is a query over rows of values, such as
//
//	WITH r(checkout, id) AS ($rows) SELECT … FROM r JOIN orders o ON …
//
// It is written once for both engines. SQLite gets the rows as VALUES, PostgreSQL as
// arrays to unnest, which makes it one text for any number of rows.
type set struct {
	types []string // of the columns of r, as PostgreSQL calls them
	array string   // the text with arrays
	head  string   // the text before the rows, and after them
	tail  string
	// with VALUES, by the power of two that is the number of rows; written when first wanted,
	// since those of all sets took a tenth of a start
	texts [setPowers]atomic.Pointer[string]
}

// setPowers bounds how many rows one statement of SQLite takes: 2^(setPowers-1). A call
// into the engine costs more than a row does, and each number of rows is a text of its
// own that the connection keeps prepared.
const setPowers = 8

// newSet makes a set of the columns of r, each "name type", and of what follows the rows.
func newSet(columns, query string) *set {
	q := &set{}
	var names, arrays []string
	for i, column := range strings.Split(columns, ", ") {
		name, typ, _ := strings.Cut(column, " ")
		names, q.types = append(names, name), append(q.types, typ)
		arrays = append(arrays, fmt.Sprintf("$%d::%s[]", i+1, typ))
	}
	q.head = "WITH r(" + strings.Join(names, ", ") + ") AS ("
	q.tail = ") " + query
	q.array = q.head + "SELECT * FROM unnest(" + strings.Join(arrays, ", ") + ")" + q.tail
	return q
}

// text is the statement of 2^power rows.
func (q *set) text(power int) string {
	if text := q.texts[power].Load(); text != nil {
		return *text
	}
	text := q.head + "VALUES " + valueRows(1<<power, len(q.types)) + q.tail
	q.texts[power].Store(&text)
	return text
}

// valueRows are rows of parameters: (+?1, +?2), (+?3, +?4). The plus sign is explained at
// numberParameters.
func valueRows(rows, columns int) string {
	var b strings.Builder
	for n := range rows {
		for c := range columns {
			switch {
			case c > 0:
				b.WriteString(", ")
			case n > 0:
				b.WriteString("), (")
			default:
				b.WriteString("(")
			}
			fmt.Fprintf(&b, "+?%d", n*columns+c+1)
		}
	}
	b.WriteString(")")
	return b.String()
}

// chunks calls do with each text of SQLite and its values, given row by row.
func (q *set) chunks(values []any, do func(text string, values []any) error) error {
	for len(values) > 0 {
		rows, power := len(values)/len(q.types), 0
		for power+1 < setPowers && 2<<power <= rows {
			power++
		}
		n := len(q.types) << power
		if err := do(q.text(power), values[:n]); err != nil {
			return err
		}
		values = values[n:]
	}
	return nil
}

// arrays are the values by column, for PostgreSQL.
func (q *set) arrays(values []any) []any {
	columns := make([]any, len(q.types))
	for c := range columns {
		list := make([]any, 0, len(values)/len(q.types))
		for i := c; i < len(values); i += len(q.types) {
			list = append(list, values[i])
		}
		columns[c] = list
	}
	return columns
}

// scanner is a row that was read.
type scanner interface{ Scan(dest ...any) error }

// request is a set with its values, or a plain statement where set is nil. scan is
// called for each row; nil where there are none.
type request struct {
	set    *set
	text   string
	values []any
	scan   func(scanner) error
}

// querier runs statements: a transaction of a reader, or the committer's connection.
type querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// runEach runs requests one after the other, as an engine does that is in this process.
func runEach(ctx context.Context, db querier, requests []request) error {
	for _, r := range requests {
		run := func(text string, values []any) error { return runOne(ctx, db, text, values, r.scan) }
		var err error
		if r.set == nil {
			err = run(r.text, r.values)
		} else {
			err = r.set.chunks(r.values, run)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func runOne(ctx context.Context, db querier, text string, values []any, scan func(scanner) error) error {
	if scan == nil {
		_, err := db.ExecContext(ctx, text, values...)
		return err
	}
	rows, err := db.QueryContext(ctx, text, values...)
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
