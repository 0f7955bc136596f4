package db_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"lastclick/db"
	"lastclick/db/dbtest"
	"lastclick/model"
)

func TestSQLite_Erasures(t *testing.T) {
	dir := memoryDir(t)
	file, err := sql.Open("sqlite3", "file:"+filepath.Join(dir, "lastclick.db")+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	open := func(t *testing.T) model.Store { return openStore(t, db.Options{Dir: dir}) }
	dbtest.Erasures(t, open, func(t testing.TB, _ model.Store) map[string][]byte { return dumpSQLite(t, file) }, 30)
}

// dumpSQLite is all that the tables of a file hold, by table.column.
func dumpSQLite(t testing.TB, file *sql.DB) map[string][]byte {
	t.Helper()
	return dump(t, file, `SELECT m.name || '.' || c.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'`)
}

// dump is all that the columns hold that a query names, each table.column.
func dump(t testing.TB, on *sql.DB, columns string, args ...any) map[string][]byte {
	t.Helper()
	rows, err := on.QueryContext(t.Context(), columns, args...)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	if err := rows.Close(); err != nil {
		t.Fatal(err)
	}
	all := map[string][]byte{}
	for _, name := range names {
		table, column, _ := strings.Cut(name, ".")
		all[name] = dumpColumn(t, on, fmt.Sprintf(`SELECT "%s" FROM "%s"`, column, table))
	}
	if len(all) < 100 {
		t.Fatalf("only %d columns were dumped", len(all))
	}
	return all
}

func dumpColumn(t testing.TB, on *sql.DB, query string) (all []byte) {
	t.Helper()
	rows, err := on.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var value any
		if err := rows.Scan(&value); err != nil {
			t.Fatal(err)
		}
		if raw, ok := value.([]byte); ok {
			all = append(all, raw...)
		} else {
			all = append(all, fmt.Sprint(value)...)
		}
	}
	return all
}
