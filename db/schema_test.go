package db_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"lastclick/db"
)

// released is the newest schema that a release has made. testdata/schema.*.txt hold
// what its migrations made in an empty database, from the program of that release.
const released = 3

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
	statements := queryLines(t, file, `SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type DESC, name`, "\x00")
	statements = regexp.MustCompile(`--[^\n]*`).ReplaceAllString(statements, "")
	return strings.ReplaceAll(strings.Join(strings.Fields(statements), " "), "\x00 ", ";\n") + "\n"
}

// describe is what PostgreSQL knows of a schema's columns, constraints and indexes.
func (c *cluster) describe(t *testing.T, schema string) string {
	t.Helper()
	text := queryLines(t, c.admin, `SELECT concat_ws(' ', table_name, ordinal_position, column_name, data_type, 'collate ' || collation_name,
			CASE is_nullable WHEN 'NO' THEN 'not null' END, 'default ' || column_default, 'identity ' || identity_generation)
		FROM information_schema.columns WHERE table_schema = $1 ORDER BY table_name, ordinal_position`, "\n", schema)
	text += queryLines(t, c.admin, `SELECT concat_ws(' ', t.relname, k.conname, pg_get_constraintdef(k.oid)) FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid
		WHERE k.connamespace = $1::text::regnamespace AND k.contype <> 'n' ORDER BY t.relname, k.conname`, "\n", schema)
	text += queryLines(t, c.admin, `SELECT indexdef FROM pg_indexes WHERE schemaname = $1 ORDER BY indexname`, "\n", schema)
	return strings.ReplaceAll(text, schema+".", "")
}

// queryLines are the texts that a query gives, each with end after it.
func queryLines(t *testing.T, on *sql.DB, query, end string, args ...any) string {
	t.Helper()
	rows, err := on.QueryContext(t.Context(), query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var text strings.Builder
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(&text, line, end, " ")
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	if end == "\n" {
		return strings.ReplaceAll(text.String(), "\n ", "\n")
	}
	return text.String()
}
