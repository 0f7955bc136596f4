package db

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"lastclick/model"
)

// beforeClickCounts is the last schema with a row for each click.
const beforeClickCounts = 3

// oldClick is a row of the table clicks of that schema.
type oldClick struct{ link, at, visitor, bot, qr int64 }

func (c oldClick) count() clickCount {
	return clickCount{clicks: 1 - c.bot, visitors: (1 - c.bot) * c.visitor, bots: c.bot, qr: (1 - c.bot) * c.qr}
}

// fillOldClicks makes a database of the schema before, with a client in New York and
// clicks of many times, before 1970 too.
func fillOldClicks(t *testing.T, o Options) (clicks []oldClick) {
	t.Helper()
	must(t, MigrateTo(t.Context(), o, beforeClickCounts))
	const quarter, day = 900_000, 96 * 900_000
	edges := []int64{0, 1, -1, quarter, -quarter, quarter - 1, -quarter - 1, day, -day, -day - 1, day - 1, 20_000*day + 5*quarter - 1}
	sums := map[int64]clickCount{}
	for i := range 3000 {
		c := oldClick{link: 1 + rand.Int64N(3), at: rand.Int64N(60*day) - 30*day, visitor: rand.Int64N(2), bot: rand.Int64N(4) / 3, qr: rand.Int64N(2)}
		if i < 4*len(edges) {
			c.at = edges[i%len(edges)]
		}
		n := sums[c.link]
		n.add(c.count())
		sums[c.link] = n
		clicks = append(clicks, c)
	}
	inOneTransaction(t, o, func(tx *sql.Tx) {
		statement := func(query string, args ...any) {
			t.Helper()
			_, err := tx.ExecContext(t.Context(), query, args...)
			must(t, err)
		}
		statement(`INSERT INTO clients (id, slug, name, url, timezone, rule, window_s, created_at) VALUES (1, 'acme', 'Acme', 'https://acme.example/', 'America/New_York', 'last-click', 60, 0)`)
		for id, code := range []string{1: "ana", 2: "bea", 3: "cyd"} {
			if id > 0 {
				statement(`INSERT INTO links (id, code, client_id, name, email, source, stats_token, created_at) VALUES ($1, $2, 1, 'N', 'n@example.com', 'email', $2, 0)`, id, code)
			}
		}
		for _, c := range clicks {
			statement(`INSERT INTO clicks (link_id, at, visitor, bot, qr) VALUES ($1, $2, $3, $4, $5)`, c.link, c.at, c.visitor, c.bot, c.qr)
		}
		for link, n := range sums {
			statement(`INSERT INTO click_sums (link_id, clicks, visitors, bots, qr_scans) VALUES ($1, $2, $3, $4, $5)`, link, n.clicks, n.visitors, n.bots, n.qr)
		}
	})
	return clicks
}

// inOneTransaction changes a database that no store has open.
func inOneTransaction(t *testing.T, o Options, do func(*sql.Tx)) {
	t.Helper()
	readers, writer, err := engineOf(o).open(t.Context())
	must(t, err)
	tx, err := writer.BeginTx(t.Context(), nil)
	must(t, err)
	do(tx)
	must(t, errors.Join(tx.Commit(), readers.Close(), writer.Close()))
}

// wantOldClicks fails unless every number is what the rows of the clicks gave.
func (s *Store) wantOldClicks(t *testing.T, clicks []oldClick) {
	t.Helper()
	want := map[clickKey]clickCount{}
	for _, c := range clicks {
		quarter := c.at / 900_000
		if c.at < quarter*900_000 {
			quarter--
		}
		n := want[clickKey{c.link, quarter}]
		n.add(c.count())
		want[clickKey{c.link, quarter}] = n
	}
	s.awaitClicks(t.Context())
	got, err := read(t.Context(), s, func(c *conn) (map[clickKey]clickCount, error) {
		got := map[clickKey]clickCount{}
		return got, c.each(func(r *sql.Rows) error {
			var k clickKey
			var n clickCount
			err := r.Scan(&k.link, &k.quarter, &n.clicks, &n.visitors, &n.bots, &n.qr)
			got[k] = n
			return err
		}, `SELECT link_id, quarter, clicks, visitors, bots, qr_scans FROM click_counts`)
	})
	must(t, err)
	if !maps.Equal(got, want) {
		t.Errorf("%d quarters, want %d, or other counts", len(got), len(want))
	}
	diffs, err := s.Check(t.Context())
	if err != nil || len(diffs) > 0 {
		t.Errorf("check: %v %v", diffs, err)
	}
	zone, err := time.LoadLocation("America/New_York")
	must(t, err)
	for _, f := range []model.Filter{{From: "1969-12-01", To: "1970-02-01"}, {From: "1969-12-31", To: "1969-12-31"}, {From: "1970-01-01", To: "1970-01-01"}, {From: "2024-01-01", To: "2025-01-01"}} {
		st, err := s.Stats(t.Context(), admin, f)
		must(t, err)
		for _, l := range st.Links {
			var want clickCount
			for _, c := range clicks {
				if day := fromMillis(c.at).In(zone).Format(time.DateOnly); c.link == l.Link.ID && day >= f.From && day <= f.To {
					want.add(c.count())
				}
			}
			if got := (clickCount{l.Link.Clicks, l.Link.Visitors, l.Link.Bots, l.Link.QRScans}); got != want {
				t.Errorf("%s %+v: %+v, want %+v", l.Link.Code, f, got, want)
			}
		}
	}
}

// statementsOf are the statements of a migration, without its comments.
func statementsOf(step string) (statements []string) {
	for _, s := range strings.SplitAfter(regexp.MustCompile(`--[^\n]*`).ReplaceAllString(step, ""), ";") {
		if strings.TrimSpace(s) != "" {
			statements = append(statements, s)
		}
	}
	return statements
}

// ClickMigration brings databases of the schema before to this one, where the migration
// fails after each of its statements first, and wants every number as it was.
func ClickMigration(t *testing.T, empty func() Options) {
	o := empty()
	clicks := fillOldClicks(t, o)
	e := engineOf(o)
	m, err := e.migrations()
	must(t, err)
	statements := statementsOf(m.steps[beforeClickCounts].text)
	if len(statements) < 6 {
		t.Fatalf("only %d statements", len(statements))
	}
	for n := range len(statements) + 1 {
		readers, writer, err := e.open(t.Context())
		must(t, err)
		cut := m
		cut.steps = append(slices.Clone(m.steps[:beforeClickCounts]), step{text: strings.Join(statements[:n], "") + " SELECT nothing FROM nowhere;"})
		if err := cut.apply(t.Context(), e, writer); err == nil {
			t.Fatal("the migration did not fail")
		}
		version, err := schemaVersion(t.Context(), e, writer)
		if err != nil || version != beforeClickCounts {
			t.Errorf("after %d statements the schema is %d (%v)", n, version, err)
		}
		var left int
		must(t, writer.QueryRowContext(t.Context(), `SELECT count(*) FROM clicks`).Scan(&left))
		if left != len(clicks) {
			t.Errorf("after %d statements %d clicks are left of %d", n, left, len(clicks))
		}
		must(t, errors.Join(readers.Close(), writer.Close()))
		if file, ok := e.(*sqlite); ok { // the copy that was made before: one is enough
			copies, err := filepath.Glob(file.path + ".before-*")
			must(t, err)
			for _, c := range copies {
				must(t, os.Remove(c))
			}
		}
	}
	s := openTest(t, o)
	s.wantOldClicks(t, clicks)
	s.Click(model.Click{Link: 1, At: fromMillis(clicks[0].at)})
	s.wantOldClicks(t, append(clicks, oldClick{link: 1, at: clicks[0].at}))
}

func TestMigrate_R20_ClickRows_EveryNumberKept(t *testing.T) {
	ClickMigration(t, func() Options { return Options{Dir: t.TempDir()} })
}

// A process that is killed within the migration leaves the database as it was.
func TestMigrate_KilledWithin_StartsOver(t *testing.T) {
	if dir := os.Getenv("LASTCLICK_TEST_KILLED_MIGRATION"); dir != "" {
		migrateUntilKilled(dir)
		return
	}
	o := Options{Dir: t.TempDir()}
	clicks := fillOldClicks(t, o)
	for range 3 {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestMigrate_KilledWithin_StartsOver$")
		cmd.Env = append(os.Environ(), "LASTCLICK_TEST_KILLED_MIGRATION="+o.Dir)
		out, err := cmd.StdoutPipe()
		must(t, err)
		must(t, cmd.Start())
		lines := bufio.NewScanner(out)
		if !lines.Scan() || lines.Text() != "within" {
			t.Fatalf("the process said %q", lines.Text())
		}
		must(t, cmd.Process.Kill())
		if err := cmd.Wait(); err == nil {
			t.Error("it was not killed")
		}
	}
	openTest(t, o).wantOldClicks(t, clicks)
}

// migrateUntilKilled runs some statements of the migration, and waits.
func migrateUntilKilled(dir string) {
	ctx := context.Background()
	e := &sqlite{path: filepath.Join(dir, "lastclick.db")}
	m, err := e.migrations()
	if err == nil {
		_, writer, e := e.open(ctx)
		err = e
		if tx, e := writer.BeginTx(ctx, nil); e == nil {
			statements := statementsOf(m.steps[beforeClickCounts].text)
			_, err = tx.ExecContext(ctx, strings.Join(statements[:1+rand.IntN(len(statements))], ""))
		}
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("within")
	select {}
}
