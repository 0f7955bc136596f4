package db

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// MoveWatched is Move with so many rows in a transaction. It asks allow before each
// statement to the target, but for those of a COPY; what is not allowed fails.
func MoveWatched(ctx context.Context, o MoveOptions, rows int, allow func(statement string) bool) (Moved, error) {
	m, err := newMover(o)
	if err != nil {
		return Moved{}, err
	}
	r := &recorder{allow: allow}
	m.rows, m.open = rows, func(ctx context.Context) (*sql.DB, *sql.DB, error) { return r.around(m.to.open(ctx)) }
	return m.move(ctx)
}

// MoveEveryColumn fills every column of every table, with what the two engines might keep
// differently, and moves the tables; so a table or a column of a later migration cannot be
// forgotten, nor a type that is not known. The sums are nonsense and are not checked.
func MoveEveryColumn(t *testing.T, url string) {
	dir := t.TempDir()
	must(t, reopen(t, dir))
	m, err := newMover(MoveOptions{From: Options{Dir: dir}, To: url})
	must(t, err)
	m.rows = 2
	m.file, err = m.from.holdStill()
	must(t, err)
	defer m.file.close()
	must(t, m.openSource(t.Context()))
	defer m.source.Close()
	fillEveryColumn(t, filepath.Join(dir, "lastclick.db")) // behind it, for it reads the links
	m.tables, err = moveTables(t.Context(), m.source.readers)
	must(t, err)
	m.state, err = m.sourceState(t.Context())
	must(t, err)
	must(t, m.openTarget(t.Context()))
	defer func() { must(t, m.closeTarget()) }()
	must(t, m.prepare(t.Context()))
	moved := 0
	for _, table := range m.tables {
		must(t, m.copyTable(t.Context(), table))
		x, err := m.compareTable(t.Context(), table)
		must(t, err)
		if !x.Identical || x.To < 3 {
			t.Errorf("%+v", x)
		}
		moved++
	}
	tables := sqlStrings(t, m.source.readers, `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~'`)
	tables = slices.DeleteFunc(tables, func(table string) bool { return slices.Contains(notMoved, table) })
	if moved != len(tables) || moved < 40 {
		t.Errorf("%d tables were moved of %d", moved, len(tables))
	}
	must(t, m.finish(t.Context()))
	for _, table := range m.tables { // new rows take ids that are free
		if table.identity == "" {
			continue
		}
		var next, highest int64
		must(t, m.target.QueryRowContext(t.Context(), `SELECT nextval(pg_get_serial_sequence($1, $2)), (SELECT max(`+quote(table.identity)+`) FROM `+quote(table.name)+`)`, quote(table.name), table.identity).Scan(&next, &highest))
		if next <= highest {
			t.Errorf("the next id of %s is %d, and it has %d", table.name, next, highest)
		}
	}
}

// fillEveryColumn puts three rows into each table: what refers to others is 1, 2 or 3.
func fillEveryColumn(t *testing.T, path string) {
	file, err := sql.Open("sqlite3", path)
	must(t, err)
	defer file.Close()
	references := sqlStrings(t, file, `SELECT m.name || '.' || f."from" FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'`)
	for _, table := range sqlStrings(t, file, `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('schema_version', 'meta', 'signing_keys')`) {
		var names []string
		rows := make([][]any, 3)
		must(t, eachRow(t.Context(), file, func(r *sql.Rows) error {
			var name, kind string
			var notNull, key bool
			err := r.Scan(&name, &kind, &notNull, &key)
			names = append(names, quote(name))
			plain := key || kind == "INTEGER" && (name == "id" || name == "client_id") || slices.Contains(references, table+"."+name)
			for i := range rows {
				rows[i] = append(rows[i], testValue(kind, i, plain, notNull))
			}
			return err
		}, `SELECT name, type, "notnull", pk > 0 FROM pragma_table_info($1)`, table))
		for _, row := range rows {
			_, err := file.ExecContext(t.Context(), `INSERT INTO `+quote(table)+` (`+strings.Join(names, ", ")+`) VALUES (`+strings.TrimSuffix(strings.Repeat("?, ", len(row)), ", ")+`)`, row...)
			if err != nil {
				t.Fatalf("%s %v: %v", table, row, err)
			}
		}
	}
	for i := range 2 {
		_, err := file.ExecContext(t.Context(), `INSERT INTO meta (name, value) VALUES (?, ?)`, fmt.Sprint("n", i), []byte{0, 255, byte(i)})
		must(t, err)
		_, err = file.ExecContext(t.Context(), `INSERT INTO signing_keys (id, secret, from_at) VALUES (?, ?, ?)`, i+70, []byte{}, -i)
		must(t, err)
	}
}

// testValue is a value of the i-th row; plain are those of keys and references.
func testValue(kind string, i int, plain, notNull bool) any {
	if !notNull && !plain && i == 1 {
		return nil
	}
	switch {
	case kind == "INTEGER" && plain:
		return i + 1
	case kind == "INTEGER":
		return []int64{math.MaxInt64, 0, 1 << 33}[i]
	case kind == "TEXT":
		return []string{"Ünï — 🎟 \x01\\N\t\"", "", "\u00e9\u0301\uffff"}[i]
	default:
		return [][]byte{{0, 1, 255, 0}, {}, {'x'}}[i]
	}
}

func sqlStrings(t *testing.T, db *sql.DB, query string) []string {
	var list []string
	must(t, eachRow(t.Context(), db, func(r *sql.Rows) error {
		var s string
		err := r.Scan(&s)
		list = append(list, s)
		return err
	}, query))
	return list
}
