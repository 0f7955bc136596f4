package db_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"lastclick/db"
	"lastclick/db/dbtest"
)

// released is the newest schema that a release has made. testdata/schema.*.txt hold
// what its migrations made in an empty database, from the program of that release.
const released = 11

// A migration may be written more clearly, but what it makes never changes: databases
// out there have it already.
func TestMigrations_EmptyDatabase_SchemaAsReleased(t *testing.T) {
	dir := t.TempDir()
	if err := db.MigrateTo(t.Context(), db.Options{Dir: dir}, released); err != nil {
		t.Fatal(err)
	}
	wantSchema(t, "testdata/schema.sqlite.txt", sqliteSchema(t, dir))
}

func TestMigrations_EachEarlierSchema_EndsInTheSame(t *testing.T) {
	for version := range released + 1 {
		o := db.Options{Dir: t.TempDir()}
		if err := db.MigrateTo(t.Context(), o, version); err != nil {
			t.Fatal(err)
		}
		if err := db.MigrateTo(t.Context(), o, released); err != nil {
			t.Fatalf("from schema %d: %v", version, err)
		}
		wantSchema(t, "testdata/schema.sqlite.txt", sqliteSchema(t, o.Dir))
	}
}

// What the release of schema 3 left is copied, and brought to the schema that a new
// database has.
func TestMigrations_Version3_BecomesAsNew(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "lastclick.db")
	tables, err := os.ReadFile("testdata/version3.schema.sqlite.txt")
	if err != nil {
		t.Fatal(err)
	}
	file, err := sql.Open("sqlite3", path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	made := string(tables) + "; INSERT INTO schema_version (id, version) VALUES (1, 3); PRAGMA application_id = 0x4c434c4b"
	if _, err := file.ExecContext(t.Context(), made); err != nil {
		t.Fatal(err)
	}
	w := dbtest.Seed(t, openStore(t, db.Options{Dir: dir}))
	w.Place(dbtest.Order{Receipt: w.Receipt("ana@50"), Tickets: []dbtest.Ticket{{ID: "T-1"}}})
	empty := t.TempDir()
	openStore(t, db.Options{Dir: empty})
	if want, got := sqliteSchema(t, empty), sqliteSchema(t, dir); got != want {
		t.Errorf("the schema is not that of a new database:\n%s", differingLines(want, got))
	}
	if copies, _ := filepath.Glob(path + ".before-*"); len(copies) != 1 {
		t.Errorf("copies %v, want one", copies)
	}
}

// testPostgresSchema is both of the tests above for PostgreSQL.
func testPostgresSchema(t *testing.T, c *cluster) {
	for version := range released + 1 {
		schema := c.schema(t)
		o := db.Options{URL: c.url(schema)}
		if err := db.MigrateTo(t.Context(), o, version); err != nil {
			t.Fatal(err)
		}
		if err := db.MigrateTo(t.Context(), o, released); err != nil {
			t.Fatalf("from schema %d: %v", version, err)
		}
		wantSchema(t, "testdata/schema.postgres.txt", c.describe(t, schema))
	}
}

func wantSchema(t *testing.T, golden, got string) {
	t.Helper()
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the schema is not that of %s:\n%s", golden, differingLines(string(want), got))
	}
}

// differingLines are the lines that only one of two texts has.
func differingLines(want, got string) string {
	lines := func(s string) map[string]bool {
		set := map[string]bool{}
		for line := range strings.Lines(s) {
			set[line] = true
		}
		return set
	}
	var diff strings.Builder
	for _, side := range []struct{ sign, of, other string }{{"- ", want, got}, {"+ ", got, want}} {
		others := lines(side.other)
		for line := range strings.Lines(side.of) {
			if !others[line] {
				diff.WriteString(side.sign + line)
			}
		}
	}
	return diff.String()
}

// sqliteSchema is the SQL that the file keeps of its tables and indexes, without
// comments, one statement a line.
func sqliteSchema(t *testing.T, dir string) string {
	t.Helper()
	file, err := sql.Open("sqlite3", filepath.Join(dir, "lastclick.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var text strings.Builder
	for _, statement := range queryTexts(t, file, `SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type DESC, name`) {
		statement = regexp.MustCompile(`--[^\n]*`).ReplaceAllString(statement, "")
		line := strings.Join(strings.Fields(statement), " ")
		text.WriteString(strings.NewReplacer("( ", "(", " )", ")", " ,", ",").Replace(line) + ";\n")
	}
	return text.String()
}

// describe is what PostgreSQL knows of a schema's columns, constraints and indexes.
func (c *cluster) describe(t *testing.T, schema string) string {
	t.Helper()
	lines := queryTexts(t, c.admin, `SELECT concat_ws(' ', table_name, ordinal_position, column_name, data_type, 'collate ' || collation_name,
			CASE is_nullable WHEN 'NO' THEN 'not null' END, 'default ' || column_default, 'identity ' || identity_generation)
		FROM information_schema.columns WHERE table_schema = $1 ORDER BY table_name, ordinal_position`, schema)
	lines = append(lines, queryTexts(t, c.admin, `SELECT concat_ws(' ', t.relname, k.conname, pg_get_constraintdef(k.oid)) FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid
		WHERE k.connamespace = $1::text::regnamespace AND k.contype <> 'n' ORDER BY t.relname, k.conname`, schema)...)
	lines = append(lines, queryTexts(t, c.admin, `SELECT indexdef FROM pg_indexes WHERE schemaname = $1 ORDER BY indexname`, schema)...)
	return strings.ReplaceAll(strings.Join(lines, "\n"), schema+".", "") + "\n"
}

// queryTexts are the texts that a query gives.
func queryTexts(t *testing.T, on *sql.DB, query string, args ...any) []string {
	t.Helper()
	rows, err := on.QueryContext(t.Context(), query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var texts []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		texts = append(texts, text)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return texts
}
