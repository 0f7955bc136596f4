package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The admin's worst day, as the README has it: the database is damaged, and the backup of
// yesterday is put in its place, with an old WAL lying beside it.
func TestRestore_DamagedDatabase_BackupTakesItsPlace(t *testing.T) {
	p := serve(t)
	box := p.seed()
	kim := p.browser()
	kim.follow("/ana")
	body := orderBody("A-1", kim.receipt(), 4500)
	if status, answer := box.post("m1", body); status != 200 {
		t.Fatalf("%d %s", status, answer)
	}
	backup := filepath.Join(t.TempDir(), "yesterday.db")
	if out, status := p.local("backup", "--data", p.data, backup); status != 0 {
		t.Fatal(out)
	}
	if status, answer := box.post("m2", orderBody("A-2", kim.receipt(), 100)); status != 200 {
		t.Fatalf("%d %s", status, answer)
	}
	if out, status := p.local("restore", "--data", p.data, backup); status != 1 || !strings.Contains(out, "another lastclick serves") {
		t.Errorf("while the daemon runs: %d %s", status, out)
	}
	p.kill() // so that a WAL is left
	path := filepath.Join(p.data, "lastclick.db")
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteAt([]byte(strings.Repeat("damaged ", 2048)), 8192); err != nil {
		t.Fatal(err)
	}
	_ = file.Close()
	if err := os.Remove(path + "-wal"); err != nil {
		t.Fatal(err)
	}
	if out, status := p.local("check", "--data", p.data); status != 1 || !strings.Contains(out, "damaged") || !strings.Contains(out, "lastclick restore BACKUP") || strings.Contains(out, "in the log") {
		t.Errorf("check of a damaged file: %d %s", status, out)
	}
	if err := os.WriteFile(path+"-wal", []byte("of another life"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, status := p.local("restore", "--data", p.data, backup)
	if status != 0 || !strings.Contains(out, "restored "+path) || !strings.Contains(out, "kept as") {
		t.Fatalf("%d %s", status, out)
	}
	kept, err := filepath.Glob(path + ".before-restore-*")
	if err != nil || len(kept) < 2 {
		t.Errorf("kept are %v, %v", kept, err)
	}
	p.start()
	// What was sold since is sent again by the checkout; what is known changes nothing.
	for _, want := range []string{"duplicate", "applied"} {
		id, order := "m1", body
		if want == "applied" {
			id, order = "m2", orderBody("A-2", kim.receipt(), 100)
		}
		if status, answer := box.post(id, order); status != 200 || !strings.Contains(answer, want) {
			t.Errorf("%s again: %d %s", id, status, answer)
		}
	}
	if out, status := p.local("check", "--data", p.data); status != 0 {
		t.Errorf("check: %d %s", status, out)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

// What cannot be restored leaves the database as it is.
func TestRestore_BadSources_ChangeNothing(t *testing.T) {
	p := serve(t)
	p.seed()
	p.stop()
	path := filepath.Join(p.data, "lastclick.db")
	garbage := filepath.Join(t.TempDir(), "garbage.db")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	half := filepath.Join(t.TempDir(), "half.db")
	for name, content := range map[string][]byte{garbage: []byte(strings.Repeat("no database ", 500)), half: whole[:len(whole)/2]} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for source, want := range map[string]string{
		garbage:                               "no backup of lastclick",
		half:                                  "damaged",
		path:                                  "the database itself",
		filepath.Join(t.TempDir(), "missing"): "there is no file",
		filepath.Join(p.data, "ssh_host_ed25519_key"): "no backup of lastclick",
	} {
		if out, status := p.local("restore", "--data", p.data, source); status != 1 || !strings.Contains(out, want) {
			t.Errorf("%s: %d %s", source, status, out)
		}
	}
	if out, status := p.local("restore", "--database", "postgres://localhost/x", garbage); status != 1 || !strings.Contains(out, "pg_restore") {
		t.Errorf("PostgreSQL: %d %s", status, out)
	}
	left, err := filepath.Glob(filepath.Join(p.data, "*restore*"))
	hidden, _ := filepath.Glob(filepath.Join(p.data, ".lastclick-*"))
	if err != nil || len(left)+len(hidden) > 0 {
		t.Errorf("left: %v %v", left, hidden)
	}
	// Into a directory that has none, it is the way to move a daemon to another machine.
	backup := filepath.Join(t.TempDir(), "copy.db")
	if out, status := p.local("backup", "--data", p.data, backup); status != 0 {
		t.Fatal(out)
	}
	p.data = filepath.Join(t.TempDir(), "elsewhere")
	if out, status := p.local("restore", "--data", p.data, backup); status != 0 || strings.Contains(out, "kept as") {
		t.Errorf("%d %s", status, out)
	}
	p.start()
	if out := p.run("link", "list"); !strings.Contains(out, "ana") {
		t.Errorf("it holds %s", out)
	}
}
