package db

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mattn/go-sqlite3"
)

// addLater is a migration of a later program that could be run on any database.
const addLater = `CREATE TABLE IF NOT EXISTS later (x INTEGER) STRICT;`

// wantRefusedMigration fails unless migrating with one more step is refused because
// the version cannot be read, and nothing was changed.
func wantRefusedMigration(t *testing.T, path string, writer *sql.DB) {
	t.Helper()
	e := &sqlite{path: path}
	m, err := e.migrations()
	must(t, err)
	m.steps = append(m.steps, step{text: addLater})
	err = m.apply(t.Context(), e, writer)
	if err == nil || !strings.Contains(err.Error(), "version") {
		t.Errorf("error %v, want one about the version", err)
	}
	var made int
	must(t, writer.QueryRowContext(t.Context(), `SELECT count(*) FROM sqlite_schema WHERE name = 'later'`).Scan(&made))
	if made != 0 {
		t.Error("the schema was changed, and no copy was made before")
	}
	if copies, _ := filepath.Glob(path + ".before-*"); len(copies) > 0 {
		t.Errorf("copies %v of a database whose version is not known", copies)
	}
}

func TestMigrate_VersionWithoutARow_Refused(t *testing.T) {
	dir := t.TempDir()
	must(t, reopen(t, dir))
	path := filepath.Join(dir, "lastclick.db")
	sqlExec(t, path, `DELETE FROM schema_version`)
	readers, writer, err := (&sqlite{path: path}).open(t.Context())
	must(t, err)
	defer readers.Close()
	defer writer.Close()
	wantRefusedMigration(t, path, writer)
}

// A failure that passes must not make a full database look like an empty one.
func TestMigrate_VersionOnceUnreadable_Refused(t *testing.T) {
	dir := t.TempDir()
	must(t, reopen(t, dir))
	path := filepath.Join(dir, "lastclick.db")
	failures := 1
	writer := sql.OpenDB(connector{sqliteDSN(path, "_txlock=immediate"), func(c *sqlite3.SQLiteConn) error {
		c.RegisterAuthorizer(func(action int, table, _, _ string) int {
			if action == sqlite3.SQLITE_READ && table == "schema_version" && failures > 0 {
				failures--
				return sqlite3.SQLITE_DENY
			}
			return sqlite3.SQLITE_OK
		})
		return nil
	}})
	defer writer.Close()
	writer.SetMaxOpenConns(1)
	wantRefusedMigration(t, path, writer)
	if failures != 0 {
		t.Error("the version was not asked for")
	}
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}
