package db_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"regexp"
	"strings"
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
