package db

import (
	"context"
	"crypto/sha256"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lastclick/model"
)

func inspectTest(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(t.Context(), Options{Dir: dir, ReadOnly: true})
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	return s
}

func TestReadOnly_NoUsableDatabase_Refused(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "none")
	empty := t.TempDir()
	must(t, os.WriteFile(filepath.Join(empty, "lastclick.db"), nil, 0o600))
	foreign := t.TempDir()
	sqlExec(t, filepath.Join(foreign, "lastclick.db"), `CREATE TABLE theirs (x)`)
	older, newer := t.TempDir(), t.TempDir()
	must(t, reopen(t, older))
	must(t, reopen(t, newer))
	sqlExec(t, filepath.Join(older, "lastclick.db"), `UPDATE schema_version SET version = 1`)
	sqlExec(t, filepath.Join(newer, "lastclick.db"), `UPDATE schema_version SET version = 99`)
	for dir, want := range map[string]string{
		missing: filepath.Join(missing, "lastclick.db"),
		empty:   "is empty",
		foreign: "another program",
		older:   "start lastclick serve",
		newer:   "newer lastclick",
	} {
		s, err := Open(t.Context(), Options{Dir: dir, ReadOnly: true})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
		if err == nil {
			must(t, s.Close())
		}
	}
	if _, err := os.Stat(missing); !os.IsNotExist(err) {
		t.Errorf("the folder was made: %v", err)
	}
	if info, err := os.Stat(filepath.Join(empty, "lastclick.db")); err != nil || info.Size() != 0 {
		t.Errorf("the empty file was changed: %v %v", info, err)
	}
}

// Beside a running daemon: what it commits is seen, it is not disturbed, and all
// that would change something is refused.
func TestReadOnly_BesideADaemon_SeesAndRefuses(t *testing.T) {
	daemon := openTest(t, Options{Dir: t.TempDir()})
	s := inspectTest(t, filepath.Dir(pathOf(daemon)))
	ctx := t.Context()
	if _, ok := s.LinkByCode("ana"); !ok {
		t.Error("the link is not there")
	}
	must(t, daemon.update(ctx, addMeta("later")))
	if !s.hasMeta(t, "later") {
		t.Error("what the daemon commits is not seen")
	}
	diffs, err := s.Check(ctx)
	if err != nil || len(diffs) > 0 {
		t.Errorf("check: %v %v", diffs, err)
	}
	dest := filepath.Join(t.TempDir(), "copy.db")
	must(t, s.Backup(ctx, dest))
	copied := openTest(t, Options{URL: dest})
	if !copied.hasMeta(t, "later") {
		t.Error("the copy is not whole")
	}
	_, err = s.AddClient(ctx, admin, model.NewClient{Slug: "zenith", Name: "Z", URL: "https://z.example/"})
	wantKind(t, err, model.Denied)
	wantKind(t, s.Ready(ctx), model.Denied)
	if s.Click(model.Click{Link: 1, At: time.Now()}) {
		t.Error("a click was taken that is never counted")
	}
	if _, err := s.Stats(ctx, admin, model.Filter{}); err != nil {
		t.Error(err)
	}
	must(t, s.Close())
	must(t, s.Close())
	_, err = s.Stats(ctx, admin, model.Filter{})
	wantKind(t, err, model.Busy)
	must(t, daemon.update(ctx, addMeta("after")))
}

// After a daemon has ended, and after it was killed with commits in the WAL alone,
// the file is read as it is, to the byte.
func TestReadOnly_WithoutADaemon_FileUnchanged(t *testing.T) {
	dir := t.TempDir()
	daemon := openTest(t, Options{Dir: dir})
	killed := t.TempDir() // what a killed daemon leaves: the file and its WAL
	must(t, daemon.update(t.Context(), addMeta("in the WAL")))
	for _, name := range []string{"lastclick.db", "lastclick.db-wal"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		must(t, err)
		must(t, os.WriteFile(filepath.Join(killed, name), b, 0o600))
	}
	must(t, daemon.Close())
	for _, dir := range []string{dir, killed} {
		sum := func() [32]byte {
			b, err := os.ReadFile(filepath.Join(dir, "lastclick.db"))
			must(t, err)
			return sha256.Sum256(b)
		}
		before := sum()
		s := inspectTest(t, dir)
		if !s.hasMeta(t, "in the WAL") {
			t.Error("a commit is not seen")
		}
		diffs, err := s.Check(context.WithoutCancel(t.Context()))
		if err != nil || len(diffs) > 0 {
			t.Errorf("check: %v %v", diffs, err)
		}
		must(t, s.Close())
		if sum() != before {
			t.Error("the file was changed")
		}
		if s := openTest(t, Options{Dir: dir}); !s.hasMeta(t, "in the WAL") {
			t.Error("a commit is lost for the daemon that starts next")
		}
	}
}
