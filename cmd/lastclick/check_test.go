package main

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/mattn/go-sqlite3"
)

func TestCheck_SumChanged_NamesIt(t *testing.T) {
	p := serve(t)
	box := p.seed()
	kim := p.browser()
	kim.follow("/ana")
	if status, answer := box.post("m1", orderBody("A-1", kim.receipt(), 4500)); status != 200 {
		t.Fatalf("%d %s", status, answer)
	}
	if out, status := p.local("check", "--data", p.data); status != 0 {
		t.Errorf("check of a running daemon: %d %s", status, out)
	}
	p.stop()
	db, err := sql.Open("sqlite3", filepath.Join(p.data, "lastclick.db"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`UPDATE cell_sums SET tickets = tickets + 1 WHERE cell_id IN (SELECT id FROM cells WHERE link_id <> 0 AND type = 'ga')`); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	out, status := p.local("check", "--data", p.data)
	if status != 1 || !strings.Contains(out, "ana") || !strings.Contains(out, "ga") || !strings.Contains(out, "tickets") {
		t.Errorf("check after a sum was changed: %d %s", status, out)
	}
	p.start()
}
