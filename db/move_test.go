package db_test

import (
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lastclick/db"
	"lastclick/db/dbtest"
	"lastclick/model"
)

func testMove(t *testing.T, c *cluster) {
	t.Run("EveryColumn", func(t *testing.T) { db.MoveEveryColumn(t, c.url(c.schema(t))) })
	t.Run("Killed_GoesOnAndEndsEqual", func(t *testing.T) { testMoveKilled(t, c) })
	t.Run("TwoProcesses_OneMoves", func(t *testing.T) { testMoveTwice(t, c) })
	t.Run("SourceChanged_CopiedFromTheBeginning", func(t *testing.T) { testMoveChanged(t, c) })
	t.Run("WhatCannotBeMoved_Refused", func(t *testing.T) { testMoveRefused(t, c) })
	t.Run("ThroughAPooler_Refused", func(t *testing.T) {
		dir, _, _ := movable(t)
		_, err := db.Move(t.Context(), db.MoveOptions{From: db.Options{Dir: dir}, To: c.pgbouncer(t).url("tx", c.schema(t))})
		if model.KindOf(err) != model.Invalid || !strings.Contains(err.Error(), "name the server's own address for this one command") {
			t.Errorf("%v", err)
		}
	})
}

// movable fills a SQLite database with a little of everything, and returns what it shows.
func movable(t *testing.T) (dir, shown, receipt string) {
	dir = t.TempDir()
	s, err := db.Open(t.Context(), db.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	w := dbtest.Seed(t, s)
	receipt = w.Receipt("ana@50", "bea@60")
	for i := range 60 {
		id := fmt.Sprint("A-", i)
		o := dbtest.Order{ID: id, Customer: fmt.Sprint("c", i%20), Receipt: receipt, Tickets: []dbtest.Ticket{{ID: id + "-1"}, {ID: id + "-2", Type: "vip"}}}
		w.Place(o)
		if link, ok := s.LinkByCode("ana"); ok {
			s.Click(model.Click{Link: link.Link, At: dbtest.Minute(i), Visitor: true})
		}
		if i%9 == 0 {
			w.Scan(id+"-1", 200, true)
			o.Version, o.Tickets[1].Status = 2, model.Refunded
			w.Place(o)
		}
	}
	if out, err := w.Send(dbtest.Order{ID: "P-1", Tickets: []dbtest.Ticket{{ID: "P-1-1", Event: "not-known-yet"}}}); err != nil || out.Status != model.Parked {
		t.Fatal(out, err)
	}
	mia, err := s.AddPerson(t.Context(), dbtest.As("acme"), model.NewPerson{Name: "mia", Key: model.Key{Fingerprint: "SHA256:mia", Public: "ssh-ed25519 AAAAmia"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SetSetting(t.Context(), model.Actor{Person: mia.ID}, model.SettingTheme, "dark"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.AddReport(t.Context(), dbtest.As("acme"), model.NewReport{Email: "boss@example.com", Every: model.EveryWeek}); err != nil {
		t.Fatal(err)
	}
	shownMoved(w) // draws the statement up
	w.Place(dbtest.Order{ID: "A-1", Version: 2, Receipt: receipt, Tickets: []dbtest.Ticket{{ID: "A-1-1", Status: model.Refunded}, {ID: "A-1-2", Type: "vip"}}})
	shown = shownMoved(w)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return dir, shown, receipt
}

// shownMoved is what the store shows of the client, and of what its people have set up.
func shownMoved(w *dbtest.World) string {
	w.Helper()
	shown := w.Shown("acme")
	for _, days := range [][2]string{{"2025-06-02", "2025-06-02"}, {"2025-06-03", "2999-12-31"}} {
		st, err := w.Store.Statement(w.Ctx, dbtest.As("acme"), model.StatementQuery{Link: "bea", From: days[0], To: days[1], Rate: "10%"})
		w.Must(err)
		shown += fmt.Sprintln("statement", st.From, st.To, st.Final, st.Share, linesOf(st))
	}
	reports, err := w.Store.Reports(w.Ctx, dbtest.As("acme"))
	w.Must(err)
	for _, r := range reports {
		shown += fmt.Sprintln("report", r.Email, r.Every, r.NextAt)
	}
	return shown
}

// The process is killed before statement after statement; each next one goes on.
func testMoveKilled(t *testing.T, c *cluster) {
	dir, shown, receipt := movable(t)
	url := c.url(c.schema(t))
	before, err := os.ReadFile(filepath.Join(dir, "lastclick.db"))
	if err != nil {
		t.Fatal(err)
	}
	o := db.MoveOptions{From: db.Options{Dir: dir}, To: url, HostKeys: []byte("the host key"), Certificates: map[string][]byte{"go.example.com": []byte("a certificate")}}
	var moved db.Moved
	kills := 0
	for most := 3; ; most += 13 {
		asked := 0
		moved, err = db.MoveWatched(t.Context(), o, 25, func(string) bool { asked++; return asked < most })
		if err == nil {
			break
		}
		if kills++; kills > 100 {
			t.Fatal(err)
		}
		if asked < most { // it was not the kill
			t.Fatal(err)
		}
		if kills%16 == 11 { // the tables are there
			if s, err := db.Open(t.Context(), db.Options{URL: url}); err == nil || !strings.Contains(err.Error(), "run lastclick migrate-to again") {
				t.Errorf("a half-moved database was opened: %v", errors.Join(err, closeOf(s)))
			}
			if s, err := db.Open(t.Context(), db.Options{URL: url, ReadOnly: true}); err == nil || !strings.Contains(err.Error(), "run lastclick migrate-to again") {
				t.Errorf("a half-moved database was opened: %v", errors.Join(err, closeOf(s)))
			}
		}
	}
	if kills < 10 {
		t.Errorf("it was killed %d times only", kills)
	}
	for _, x := range moved.Tables {
		if !x.Identical || x.From != x.To || x.From == 0 && slices.Contains([]string{"settings", "statements", "bookings", "reports", "order_kinds"}, x.Name) {
			t.Errorf("%+v", x)
		}
	}
	after, err := os.ReadFile(filepath.Join(dir, "lastclick.db"))
	if err != nil || string(after) != string(before) {
		t.Errorf("the source was changed, %v", err)
	}
	if _, err := db.Move(t.Context(), o); err == nil || !strings.Contains(err.Error(), "holds an installation") {
		t.Errorf("moved into it again: %v", err)
	}
	wantNotServed(t, dir, moved.Marker)
	wantMoved(t, url, shown, receipt)
}

func closeOf(s io.Closer) error {
	if s, ok := s.(*db.Store); ok && s == nil {
		return nil
	}
	return s.Close()
}

// wantNotServed wants that no daemon serves what was moved, until the marker is removed.
func wantNotServed(t *testing.T, dir, marker string) {
	t.Helper()
	s, err := db.Open(t.Context(), db.Options{Dir: dir})
	if err == nil || !strings.Contains(err.Error(), "was moved to PostgreSQL") || !strings.Contains(err.Error(), "remove "+marker) {
		t.Errorf("what was moved is served: %v", errors.Join(err, closeOf(s)))
	}
	if err := os.Remove(marker); err != nil {
		t.Fatal(err)
	}
	openStore(t, db.Options{Dir: dir})
}

// worldOver is a world over a store that is filled already.
func worldOver(t *testing.T, s model.Store) *dbtest.World {
	return &dbtest.World{TB: t, Ctx: t.Context(), Store: s, Admin: model.Actor{Name: "root", Role: model.Admin, Client: "acme"}, Owner: dbtest.As("acme")}
}

// wantMoved wants the numbers of before, and goes on with the receipts, customers and ids
// of before.
func wantMoved(t *testing.T, url, shown, receipt string) {
	t.Helper()
	s := openStore(t, db.Options{URL: url})
	w := worldOver(t, s)
	if got := shownMoved(w); got != shown {
		t.Errorf("it shows something else:\n%s", differingLines(shown, got))
	}
	if key, err := s.SharedHostKeys(t.Context(), nil); err != nil || string(key) != "the host key" {
		t.Errorf("host key %q, %v", key, err)
	}
	if item, err := s.ACMEItem(t.Context(), "go.example.com"); err != nil || string(item) != "a certificate" {
		t.Errorf("certificate %q, %v", item, err)
	}
	again, err := w.Send(dbtest.Order{ID: "A-3", WebhookID: "later-1", Customer: "c3", Receipt: receipt, Tickets: []dbtest.Ticket{{ID: "A-3-1"}, {ID: "A-3-2", Type: "vip"}}})
	if err != nil || again.Status != model.Duplicate && again.Status != model.Stale {
		t.Errorf("an order of before: %+v %v", again, err)
	}
	out := w.Place(dbtest.Order{ID: "N-1", WebhookID: "later-2", Customer: "c3", Receipt: receipt, Tickets: []dbtest.Ticket{{ID: "N-1-1"}}})
	if out.Status != model.Applied || out.Tickets[0].Reason != model.ReasonLastClick {
		t.Errorf("an order with a receipt of before: %+v", out)
	}
	w.AddLink("acme", "cleo", "")
	w.AddEvent("acme", "not-known-yet")
	if diffs, err := s.Check(t.Context()); err != nil || len(diffs) > 0 {
		t.Errorf("%v %v", diffs, err)
	}
}

// Of two processes, the one that came later moves; both have the same database, in copies.
func testMoveTwice(t *testing.T, c *cluster) {
	dir, shown, receipt := movable(t)
	url := c.url(c.schema(t))
	copied := t.TempDir()
	whole, err := os.ReadFile(filepath.Join(dir, "lastclick.db"))
	if err == nil {
		err = os.WriteFile(filepath.Join(copied, "lastclick.db"), whole, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	second := errors.New("it was not run")
	begun := 0
	_, err = db.MoveWatched(t.Context(), db.MoveOptions{From: db.Options{Dir: dir}, To: url}, 25, func(statement string) bool {
		if statement == "BEGIN" {
			begun++
		}
		if begun == 7 { // between two of its transactions
			begun++
			_, second = db.MoveWatched(t.Context(), db.MoveOptions{From: db.Options{Dir: copied}, To: url, HostKeys: []byte("the host key"), Certificates: map[string][]byte{"go.example.com": []byte("a certificate")}}, 30, func(string) bool { return true })
		}
		return true
	})
	if second != nil || err == nil || !strings.Contains(err.Error(), "another lastclick migrate-to") {
		t.Fatalf("the first: %v; the second: %v", err, second)
	}
	wantMoved(t, url, shown, receipt)
}

func testMoveChanged(t *testing.T, c *cluster) {
	dir, _, receipt := movable(t)
	o := db.MoveOptions{From: db.Options{Dir: dir}, To: c.url(c.schema(t)), HostKeys: []byte("the host key"), Certificates: map[string][]byte{"go.example.com": []byte("a certificate")}}
	asked := 0
	if _, err := db.MoveWatched(t.Context(), o, 25, func(string) bool { asked++; return asked < 150 }); err == nil {
		t.Fatal("it was not stopped")
	}
	s, err := db.Open(t.Context(), db.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	w := worldOver(t, s)
	w.Place(dbtest.Order{ID: "A-3", WebhookID: "later-0", Version: 7, Customer: "c3", Receipt: receipt, Tickets: []dbtest.Ticket{{ID: "A-3-1"}, {ID: "A-3-2", Type: "vip"}}})
	shown := shownMoved(w)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	said := ""
	o.Progress = func(p db.MoveProgress) { said += p.Note }
	if _, err := db.Move(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(said, "copied from the beginning") {
		t.Errorf("it said %q", said)
	}
	wantMoved(t, o.To, shown, receipt)
}

func testMoveRefused(t *testing.T, c *cluster) {
	dir, _, _ := movable(t)
	move := func(t *testing.T, dir, url, want string) {
		t.Helper()
		if _, err := db.Move(t.Context(), db.MoveOptions{From: db.Options{Dir: dir}, To: url}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	exec := func(file, statement string) {
		t.Helper()
		f, err := sql.Open("sqlite3", filepath.Join(file, "lastclick.db"))
		if err == nil {
			_, err = f.ExecContext(t.Context(), statement)
			err = errors.Join(err, f.Close())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	empty := func() string { return c.url(c.schema(t)) }

	move(t, t.TempDir(), empty(), "there is no database")
	move(t, dir, filepath.Join(dir, "other.db"), "moved to PostgreSQL")
	move(t, dir, c.pgbouncer(t).url("tx", c.schema(t)), "name the server's own address")
	foreign := c.schema(t)
	if _, err := c.admin.ExecContext(t.Context(), `CREATE TABLE `+foreign+`.theirs (x int)`); err != nil {
		t.Fatal(err)
	}
	move(t, dir, c.url(foreign), "it has the table theirs")
	served := empty()
	s := openStore(t, db.Options{URL: served})
	move(t, dir, served, "holds an installation of lastclick already")
	if err := s.Close(); err != nil {
		t.Error(err)
	}

	// A move of another installation is not finished there.
	other, _, _ := movable(t)
	begun := empty()
	asked := 0
	if _, err := db.MoveWatched(t.Context(), db.MoveOptions{From: db.Options{Dir: other}, To: begun}, 25, func(string) bool { asked++; return asked < 80 }); err == nil {
		t.Fatal("it was not stopped")
	}
	move(t, dir, begun, "another SQLite database is being moved")

	daemon, err := db.Open(t.Context(), db.Options{Dir: other})
	if err != nil {
		t.Fatal(err)
	}
	move(t, other, begun, "another lastclick serves the database")
	if err := daemon.Close(); err != nil {
		t.Fatal(err)
	}
	exec(other, `UPDATE links SET name = CAST(x'410042' AS TEXT) WHERE code = 'bea'`)
	move(t, other, begun, "the column name of a row of links (id 2) is no text that PostgreSQL keeps")
	exec(other, `UPDATE links SET name = 'Bea' WHERE code = 'bea'`)
	exec(other, `UPDATE cells SET customers = customers + 1 WHERE id = 1`)
	move(t, other, begun, "does not pass its check")
	exec(other, `UPDATE cells SET customers = customers - 1 WHERE id = 1`)
	exec(other, `UPDATE schema_version SET version = version - 1`)
	move(t, other, begun, "start lastclick serve once")
	exec(other, `UPDATE schema_version SET version = version + 1`)
	if _, err := db.Move(t.Context(), db.MoveOptions{From: db.Options{Dir: other}, To: begun}); err != nil {
		t.Errorf("mended: %v", err)
	}
}
