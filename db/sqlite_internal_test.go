package db

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lastclick/model"
)

// What the engine must be told is asked of the very connections in use.
func TestSQLite_Connections_Pragmas(t *testing.T) {
	s := openTest(t, Options{})
	for _, tt := range []struct {
		db     querier
		pragma string
		want   string
	}{
		{s.session.conn, "journal_mode", "wal"},
		{s.session.conn, "synchronous", "2"}, // FULL: what was acknowledged survives a power loss
		{s.session.conn, "foreign_keys", "1"},
		{s.session.conn, "busy_timeout", "5000"},
		{s.session.conn, "wal_autocheckpoint", "20000"},
		{s.session.conn, "application_id", fmt.Sprint(applicationID)},
		{s.readers, "query_only", "1"},
	} {
		var got string
		must(t, tt.db.QueryRowContext(t.Context(), "PRAGMA "+tt.pragma).Scan(&got))
		if got != tt.want {
			t.Errorf("%s is %s, want %s", tt.pragma, got, tt.want)
		}
	}
	info, err := os.Stat(pathOf(s))
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %s, and it holds secrets", info.Mode())
	}
}

func TestSQLite_Options_Path(t *testing.T) {
	for url, want := range map[string]string{"": "dir/lastclick.db", "x.db": "x.db", "file:x.db": "x.db", "file:///tmp/x.db?mode=rw": "/tmp/x.db", "/a b/x?.db": "/a b/x?.db"} {
		if got := sqlitePath(Options{URL: url, Dir: "dir"}); got != want {
			t.Errorf("%q is %q, want %q", url, got, want)
		}
	}
	odd := filepath.Join(t.TempDir(), "odd ?&#%41 name.db")
	s := openTest(t, Options{URL: odd})
	must(t, s.Ready(t.Context()))
	if _, err := os.Stat(odd); err != nil {
		t.Error(err)
	}
}

func reopen(t *testing.T, dir string) error {
	t.Helper()
	s, err := Open(t.Context(), Options{Dir: dir})
	if err == nil {
		must(t, s.Close())
	}
	return err
}

func sqlExec(t *testing.T, path, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite3", path)
	must(t, err)
	defer db.Close()
	_, err = db.ExecContext(t.Context(), statement)
	must(t, err)
}

func TestSQLite_OtherFiles_Refused(t *testing.T) {
	foreign := t.TempDir()
	sqlExec(t, filepath.Join(foreign, "lastclick.db"), `CREATE TABLE theirs (x); PRAGMA application_id = 7`)
	plain := t.TempDir()
	sqlExec(t, filepath.Join(plain, "lastclick.db"), `CREATE TABLE theirs (x)`)
	garbage := t.TempDir()
	must(t, os.WriteFile(filepath.Join(garbage, "lastclick.db"), []byte(strings.Repeat("not a database ", 1000)), 0o600))
	newer := t.TempDir()
	must(t, reopen(t, newer))
	sqlExec(t, filepath.Join(newer, "lastclick.db"), `UPDATE schema_version SET version = 99`)
	for name, tt := range map[string]struct{ dir, want string }{
		"foreign": {foreign, "another program"},
		"plain":   {plain, "another program"},
		"garbage": {garbage, "lastclick.db"},
		"newer":   {newer, "start a newer lastclick"},
	} {
		if err := reopen(t, tt.dir); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
}

// Before a schema is changed, the database as it was is copied beside it.
func TestSQLite_Migration_CopyBefore(t *testing.T) {
	s := openTest(t, Options{})
	path := pathOf(s)
	must(t, s.Close())
	e := &sqlite{path: path}
	m, err := e.migrations()
	must(t, err)
	schema := len(m.steps)
	readers, writer, err := e.open(t.Context())
	must(t, err)
	defer writer.Close()
	defer readers.Close()
	m.steps = append(m.steps, step{text: addLater})
	must(t, m.apply(t.Context(), e, writer))
	version := func(db *sql.DB) (n int) {
		t.Helper()
		must(t, db.QueryRowContext(t.Context(), `SELECT version FROM schema_version`).Scan(&n))
		return n
	}
	kept, err := sql.Open("sqlite3", fmt.Sprintf("%s.before-%d", path, schema))
	must(t, err)
	defer kept.Close()
	if version(writer) != schema+1 || version(kept) != schema {
		t.Errorf("schema %d, the copy has %d", version(writer), version(kept))
	}
	m.steps = append(m.steps, step{text: `CREATE TABLE x (`})
	if err := m.apply(t.Context(), e, writer); err == nil || version(writer) != schema+1 {
		t.Errorf("a step that fails leaves the schema at %d: %v", version(writer), err)
	}
}

func TestSQLite_Backup_WholeAndNeverOverwrites(t *testing.T) {
	s := openTest(t, Options{})
	ana, _ := s.LinkByCode("ana")
	receipt := s.Receipts().Sign(model.Receipt{}.Clicked(ana.Link, time.Now()), time.Now())
	dest := filepath.Join(t.TempDir(), "copy.db")
	must(t, s.Backup(t.Context(), dest))
	wantKind(t, s.Backup(t.Context(), dest), model.Conflict)
	wantKind(t, s.Backup(t.Context(), filepath.Join(t.TempDir(), "none", "copy.db")), model.Internal)
	left, err := filepath.Glob(filepath.Join(filepath.Dir(dest), "*"))
	must(t, err)
	if len(left) != 1 {
		t.Errorf("beside the backup lie %v", left)
	}
	copied := openTest(t, Options{URL: dest})
	if _, ok := copied.LinkByCode("ana"); !ok {
		t.Error("the link is not in the backup")
	}
	if _, ok := copied.Receipts().Verify(receipt); !ok {
		t.Error("the backup does not verify a receipt that was out")
	}
}

// TestSQLite_Killed_KeepsAcknowledged kills a process that commits and looks for everything that it
// had acknowledged.
func TestSQLite_Killed_KeepsAcknowledged(t *testing.T) {
	if dir := os.Getenv("LASTCLICK_TEST_KILLED"); dir != "" {
		commitUntilKilled(dir)
		return
	}
	dir := t.TempDir()
	acknowledged := 0
	for range 3 {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestSQLite_Killed_KeepsAcknowledged$")
		cmd.Env = append(os.Environ(), "LASTCLICK_TEST_KILLED="+dir)
		out, err := cmd.StdoutPipe()
		must(t, err)
		must(t, cmd.Start())
		lines := bufio.NewScanner(out)
		for range 50 {
			if !lines.Scan() {
				t.Fatal("the process ended by itself")
			}
			acknowledged++
		}
		must(t, cmd.Process.Kill())
		for lines.Scan() { // what it had printed before it died
			acknowledged++
		}
		if err := cmd.Wait(); err == nil {
			t.Error("it was not killed")
		}
		s := openTest(t, Options{Dir: dir})
		n, err := read(t.Context(), s, func(c *conn) (n int, err error) {
			err = c.row(`SELECT count(*) FROM meta WHERE name LIKE 'row %'`).Scan(&n)
			return n, err
		})
		must(t, err)
		if n < acknowledged {
			t.Errorf("%d rows of %d that were acknowledged", n, acknowledged)
		}
		diffs, err := s.Check(t.Context())
		if err != nil || len(diffs) > 0 {
			t.Errorf("check: %v %v", diffs, err)
		}
		must(t, s.Close())
	}
}

func commitUntilKilled(dir string) {
	s, err := Open(context.Background(), Options{Dir: dir})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for i := 0; ; i++ {
		if err := s.update(context.Background(), addMeta(fmt.Sprintf("row %d %d", os.Getpid(), i))); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Println(i)
	}
}

func TestNumberParameters_OutsideOfQuotesOnly(t *testing.T) {
	for query, want := range map[string]string{
		`SELECT $1, $12`:                           `SELECT +?1, +?12`,
		`a = $2 AND b = $1`:                        `a = +?2 AND b = +?1`,
		`a = '$1' AND b = $1`:                      `a = '$1' AND b = +?1`,
		`a = 'it''s $1' AND b = $1`:                `a = 'it''s $1' AND b = +?1`,
		`SELECT "$1" FROM "a""$2" WHERE c=$1`:      `SELECT "$1" FROM "a""$2" WHERE c=+?1`,
		"SELECT 1 -- $1 isn't one\nWHERE a = $1":   "SELECT 1 -- $1 isn't one\nWHERE a = +?1",
		`SELECT /* $1, "it's" */ $1`:               `SELECT /* $1, "it's" */ +?1`,
		`SELECT 1 - $1, 2 / $2, '$'`:               `SELECT 1 - +?1, 2 / +?2, '$'`,
		`json_extract(a, '$.x') = $1 -- the end $`: `json_extract(a, '$.x') = +?1 -- the end $`,
		`a = 'open $1`:                             `a = 'open $1`,
		`$`:                                        `$`,
	} {
		if got := numberParameters(query); got != want {
			t.Errorf("%s is %s, want %s", query, got, want)
		}
	}
}

// SQLite binds by number, as PostgreSQL does, and not by the order of appearance.
func TestSQLite_Parameters_BoundByNumber(t *testing.T) {
	s := openTest(t, Options{})
	type row struct{ a, b, c string }
	got, err := read(t.Context(), s, func(c *conn) (r row, err error) {
		err = c.row(`SELECT $2, '$1', $1 || $2`, "one", "two").Scan(&r.a, &r.b, &r.c)
		return r, err
	})
	must(t, err)
	if want := (row{"two", "$1", "onetwo"}); got != want {
		t.Errorf("%v, want %v", got, want)
	}
}

// A search stands in the text of its query. What was searched for once must not be kept.
func TestSQLite_Parameters_OfSearches_Bounded(t *testing.T) {
	s := openTest(t, Options{})
	admin := model.Actor{Name: "root", Role: model.Admin}
	for i := range 3 * parametricKept {
		_, err := s.Audit(t.Context(), admin, model.Paging{Search: fmt.Sprint("word", i)})
		must(t, err)
	}
	kept := 0
	s.engine.(*sqlite).parametric.Range(func(any, any) bool { kept++; return true })
	if kept > parametricKept {
		t.Errorf("%d queries are kept", kept)
	}
}
