package db_test

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"lastclick/db"
	"lastclick/db/dbtest"
	"lastclick/model"
)

// testdata/version3.sql is a database that the program of schema 3 left: 126 orders of
// four clients in several currencies, moved in time and to other customers, refunded,
// left out, tests, scanned, delivered in any order, around days of 23 and 25 hours and
// the one that Apia never had; one client had its timezone changed. version3.shown.txt is
// what that program showed of it, at version3Now; in the lists of orders without the
// tickets that the newest version of an order left out, which are not listed any more.
var (
	version3Now     = time.Date(2025, 11, 4, 15, 20, 0, 0, time.UTC)
	version3Clients = []string{"acme", "zenith", "ocean", "moved"}
	version3Ranges  = []string{
		"2025-10-26 2025-10-26", "2025-10-25 2025-10-27", "2025-03-30 2025-11-01", "2025-11-02 2025-11-02", "2025-11-03 ", " 2025-10-25",
		"2011-12-30 2011-12-30", "2011-12-29 2011-12-31", "2025-09-07 2025-09-07", "2025-09-06 2025-11-04",
	}
)

// version3 makes the database that version3.sql holds.
func version3(t *testing.T, o db.Options) {
	t.Helper()
	if err := db.MigrateTo(t.Context(), o, 3); err != nil {
		t.Fatal(err)
	}
	rows, err := os.ReadFile("testdata/version3.sql")
	if err != nil {
		t.Fatal(err)
	}
	text, driver, source := string(rows), "sqlite3", filepath.Join(o.Dir, "lastclick.db")
	if o.URL != "" {
		driver, source = "pgx", o.URL
		text = regexp.MustCompile(`X'([0-9a-f]*)'`).ReplaceAllString(text, `'\x$1'`)
	}
	file, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	tx, err := file.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for statement := range strings.SplitSeq(text, ";\n") {
		if _, err := tx.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	if o.URL == "" {
		return
	}
	// The rows came with their ids: the next ones begin after them.
	for _, next := range queryTexts(t, file, `SELECT format('SELECT setval(pg_get_serial_sequence(%L, %L), (SELECT GREATEST(max(%I), 1) FROM %I))', table_name, column_name, column_name, table_name)
		FROM information_schema.columns WHERE table_schema = current_schema AND is_identity = 'YES'`) {
		if _, err := file.ExecContext(t.Context(), next); err != nil {
			t.Fatal(err)
		}
	}
}

// openVersion3 opens what version3 made, at version3Now.
func openVersion3(t *testing.T, o db.Options) *dbtest.World {
	t.Helper()
	o.Now, o.BaseURL = func() time.Time { return version3Now }, "https://l.example"
	return &dbtest.World{TB: t, Ctx: context.Background(), Store: openStore(t, o), Admin: model.Actor{Name: "root", Role: model.Admin}, Owner: dbtest.As("acme")}
}

// wantVersion3 fails unless all is shown as it was, and the sums are those of the facts.
func wantVersion3(t *testing.T, w *dbtest.World) {
	t.Helper()
	want, err := os.ReadFile("testdata/version3.shown.txt")
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, client := range version3Clients {
		got.WriteString(w.Shown(client, version3Ranges...))
	}
	if got.String() != string(want) {
		t.Errorf("not everything is shown as it was:\n%s", differingLines(string(want), got.String()))
	}
	diffs, err := w.Store.Check(t.Context())
	if err != nil || len(diffs) > 0 {
		t.Errorf("check: %v %v", diffs, err)
	}
}

func TestMigrations_SQLite_Version3_ShownAsBefore(t *testing.T) {
	testVersion3(t, db.Options{Dir: t.TempDir()})
}

func testVersion3(t *testing.T, o db.Options) {
	version3(t, o)
	w := openVersion3(t, o)
	wantVersion3(t, w)
	// The sums move on from where they are.
	w.Place(dbtest.Order{ID: "new", Placed: version3Now, Customer: "kim", Currency: "EUR", Receipt: w.Receipt("ana@50"), Tickets: []dbtest.Ticket{{ID: "new", Event: "summer"}}})
	w.Place(dbtest.Order{ID: "new", Placed: version3Now.AddDate(0, 0, -9), Version: 2, Customer: "lou", Tickets: []dbtest.Ticket{{ID: "new", Event: "winter"}}})
	if diffs, err := w.Store.Check(t.Context()); err != nil || len(diffs) > 0 {
		t.Errorf("check: %v %v", diffs, err)
	}
}

// The migration is interrupted anywhere, by an error or by the end of the process: then it
// has not happened, and the next one is as if it were the first.
func TestMigrations_SQLite_Version3_Interrupted_ShownAsBefore(t *testing.T) {
	if killedMigration(t) {
		return
	}
	left := t.TempDir()
	version3(t, db.Options{Dir: left})
	testInterrupted(t, 6, func(t *testing.T) db.Options {
		o := db.Options{Dir: t.TempDir()}
		if err := os.CopyFS(o.Dir, os.DirFS(left)); err != nil {
			t.Fatal(err)
		}
		return o
	})
}

func testInterrupted(t *testing.T, times int, left func(t *testing.T) db.Options) {
	steps := 0
	if err := db.MigrateWatched(t.Context(), left(t), func() bool { steps++; return true }); err != nil {
		t.Fatal(err)
	}
	seed := time.Now().UnixNano()
	r := rand.New(rand.NewPCG(uint64(seed), 0))
	for i := range times {
		at := 1 + r.IntN(steps)
		if i == 0 {
			at = steps
		}
		o := left(t)
		if i%2 == 0 {
			killMigration(t, o, at)
		} else {
			n := 0
			if err := db.MigrateWatched(t.Context(), o, func() bool { n++; return n < at }); err == nil {
				t.Errorf("step %d of %d failed, and the migration did not", at, steps)
			}
		}
		wantVersion3(t, openVersion3(t, o))
		if t.Failed() {
			t.Fatalf("interrupted at step %d of %d, seed %d", at, steps, seed)
		}
	}
}

const killedAt = "LASTCLICK_TEST_MIGRATION_KILLED_AT"

// killMigration has another process migrate the database, which is killed at a step.
func killMigration(t *testing.T, o db.Options, at int) {
	t.Helper()
	runKilled(t, "TestMigrations_SQLite_Version3_Interrupted_ShownAsBefore", killedAt, o, at)
}

// runKilled runs a test in another process, which finds in the variable when it is to kill
// itself, and with which database.
func runKilled(t *testing.T, test, variable string, o db.Options, at int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+test+"$")
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d %s", variable, at, cmp.Or(o.URL, o.Dir)))
	out, err := cmd.CombinedOutput()
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok || exit.ExitCode() != -1 {
		t.Fatalf("the process was not killed: %v\n%s", err, out)
	}
}

// toBeKilled is what runKilled has told this process; ok is false in any other.
func toBeKilled(variable string) (at string, o db.Options, ok bool) {
	at, where, ok := strings.Cut(os.Getenv(variable), " ")
	if strings.HasPrefix(where, "postgres:") {
		return at, db.Options{URL: where}, ok
	}
	return at, db.Options{Dir: where}, ok
}

// killedMigration is that process; false in any other.
func killedMigration(t *testing.T) bool {
	at, o, ok := toBeKilled(killedAt)
	if !ok {
		return false
	}
	n := 0
	err := db.MigrateWatched(t.Context(), o, func() bool {
		if n++; fmt.Sprint(n) == at {
			if err := syscall.Kill(os.Getpid(), syscall.SIGKILL); err != nil {
				t.Error(err)
			}
		}
		return true
	})
	t.Errorf("not killed at step %s of %d: %v", at, n, err)
	return true
}
