package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestBackup_LiveDatabase_WholeAndOverwritesNothing(t *testing.T) {
	p := serve(t)
	box := p.seed()
	if status, answer := box.post("m1", orderBody("A-1", "", 4500)); status != 200 {
		t.Fatalf("%d %s", status, answer)
	}
	data := t.TempDir()
	dest := filepath.Join(data, "lastclick.db")
	if out, status := p.local("backup", "--data", p.data, dest); status != 0 || !strings.Contains(out, "verified") {
		t.Fatalf("backup: %d %s", status, out)
	}
	if out, status := p.local("backup", "--data", p.data, dest); status != 1 || !strings.Contains(out, "exists") {
		t.Errorf("backup over a file: %d %s", status, out)
	}
	// Another daemon goes on with the copy: with the orders, the people and the
	// receipts that were out.
	kim := p.browser()
	kim.follow("/ana")
	receipt := kim.receipt()
	p.stop()
	p.data = data
	p.start()
	if status, answer := box.post("m2", orderBody("A-2", receipt, 100)); status != 200 || !strings.Contains(answer, `"ana"`) {
		t.Errorf("a receipt of before the backup: %d %s", status, answer)
	}
	var list struct{ Orders []struct{ ID string } }
	p.json(&list, "order", "list")
	if len(list.Orders) != 2 {
		t.Errorf("orders %+v", list)
	}
}

func TestCheckAndBackup_NoDatabase_MakeNone(t *testing.T) {
	p := &platform{t: t}
	dir := filepath.Join(t.TempDir(), "nowhere")
	for _, args := range [][]string{{"check", "--data", dir}, {"backup", "--data", dir, filepath.Join(t.TempDir(), "copy")}} {
		if out, status := p.local(args...); status != 1 || !strings.Contains(out, dir) {
			t.Errorf("%s: %d %s", args[0], status, out)
		}
		if _, err := os.Stat(dir); err == nil {
			t.Errorf("%s made %s", args[0], dir)
		}
	}
}
