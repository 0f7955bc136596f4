package db

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mattn/go-sqlite3"

	"lastclick/model"
)

// add is any commit.
func add(t *testing.T, s *Store, slug string) error {
	t.Helper()
	_, err := s.AddClient(t.Context(), admin, model.NewClient{Slug: slug, Name: slug, URL: "https://" + slug + ".example/"})
	return err
}

// What is acknowledged is in the file that its path leads to, whatever becomes of it
// under the daemon.
func TestSQLite_FileGone_NothingIsAcknowledged(t *testing.T) {
	for name, fault := range map[string]struct {
		harm, mend func(t *testing.T, s *Store, path string)
	}{
		"renamed": {
			func(t *testing.T, _ *Store, path string) { must(t, os.Rename(path, path+".away")) },
			func(t *testing.T, _ *Store, path string) { must(t, os.Rename(path+".away", path)) },
		},
		"its folder renamed": {
			func(t *testing.T, _ *Store, path string) {
				must(t, os.Rename(filepath.Dir(path), filepath.Dir(path)+".away"))
			},
			func(t *testing.T, _ *Store, path string) {
				must(t, os.Rename(filepath.Dir(path)+".away", filepath.Dir(path)))
			},
		},
		"replaced": {
			func(t *testing.T, s *Store, path string) {
				must(t, s.Backup(t.Context(), path+".copy"))
				must(t, os.Rename(path, path+".away"))
				must(t, os.Rename(path+".copy", path))
			},
			func(t *testing.T, _ *Store, path string) { must(t, os.Rename(path+".away", path)) },
		},
		"removed": {func(t *testing.T, _ *Store, path string) { must(t, os.Remove(path)) }, nil},
		"emptied": {func(t *testing.T, _ *Store, path string) { must(t, os.Truncate(path, 0)) }, nil},
		"cut in half": {func(t *testing.T, s *Store, path string) {
			info, err := os.Stat(path)
			must(t, err)
			must(t, os.Truncate(path, info.Size()/2))
			s.checkpoint() // in a quiet moment: it must not lengthen what was cut
		}, nil},
		"a backup copied over it": {func(t *testing.T, s *Store, path string) {
			must(t, s.Backup(t.Context(), path+".copy"))
			copied, err := os.ReadFile(path + ".copy")
			must(t, err)
			must(t, os.WriteFile(path, copied, 0o600))
		}, nil},
		"another file copied over it": {func(t *testing.T, _ *Store, path string) {
			must(t, os.WriteFile(path, []byte(strings.Repeat("not a database ", 1000)), 0o600))
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := Open(t.Context(), Options{Dir: filepath.Join(t.TempDir(), "data")})
			must(t, err)
			defer s.Close() // it fails where the file is gone
			path := pathOf(s)
			must(t, add(t, s, "before"))
			must(t, s.Ready(t.Context()))
			fault.harm(t, s, path)
			wantKind(t, add(t, s, "lost"), model.Busy)
			wantKind(t, s.Ready(t.Context()), model.Busy)
			if fault.mend == nil {
				return
			}
			fault.mend(t, s, path)
			must(t, add(t, s, "after"))
			must(t, s.Close())
			again, err := Open(t.Context(), Options{Dir: filepath.Dir(path)})
			must(t, err)
			defer again.Close()
			for slug, want := range map[string]bool{"before": true, "lost": false, "after": true} {
				if _, there := again.ClientPage(slug); there != want {
					t.Errorf("%s is there: %v", slug, there)
				}
			}
		})
	}
}

// SQLite's own VACUUM makes a file smaller too, and loses nothing.
func TestSQLite_FileVacuumed_GoesOn(t *testing.T) {
	s := openTest(t, Options{})
	must(t, add(t, s, "before"))
	for _, statement := range []string{`CREATE TABLE large (x)`, `INSERT INTO large SELECT zeroblob(1000000)`, `DROP TABLE large`} {
		sqlExec(t, pathOf(s), statement)
	}
	must(t, add(t, s, "large"))
	s.checkpoint()
	must(t, add(t, s, "larger"))
	before, err := os.Stat(pathOf(s))
	must(t, err)
	sqlExec(t, pathOf(s), `VACUUM`)
	sqlExec(t, pathOf(s), `PRAGMA wal_checkpoint(TRUNCATE)`)
	after, err := os.Stat(pathOf(s))
	must(t, err)
	if after.Size() >= before.Size() {
		t.Fatalf("%d bytes, %d before", after.Size(), before.Size())
	}
	must(t, add(t, s, "after"))
}

// A database that was there is never replaced by an empty one without a word.
func TestSQLite_FileGoneWhileStopped_IsNoticed(t *testing.T) {
	for name, fault := range map[string]func(t *testing.T, path string){
		"removed":               func(t *testing.T, path string) { must(t, os.Remove(path)) },
		"emptied":               func(t *testing.T, path string) { must(t, os.Truncate(path, 0)) },
		"removed, with its WAL": func(t *testing.T, path string) { must(t, os.Remove(path)); must(t, os.RemoveAll(path+"-wal")) },
		"removed, and a WAL is left": func(t *testing.T, path string) {
			must(t, os.Remove(path))
			must(t, os.Remove(path+".lock"))
			must(t, os.WriteFile(path+"-wal", []byte("wal"), 0o600))
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			must(t, reopen(t, dir))
			path := filepath.Join(dir, "lastclick.db")
			fault(t, path)
			for range 2 {
				if err := reopen(t, dir); err == nil || !strings.Contains(err.Error(), "restore a backup") {
					t.Fatalf("it starts as new: %v", err)
				}
			}
			if info, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) && info.Size() > 0 {
				t.Error("a new database was made")
			}
			// The sentence says what to remove.
			must(t, errors.Join(os.RemoveAll(path+".lock"), os.RemoveAll(path+"-wal")))
			must(t, reopen(t, dir))
		})
	}
}

// What the WAL held is lost with it after a kill. That cannot be undone, but is said.
func TestSQLite_WALGoneAfterAKill_IsSaid(t *testing.T) {
	const warning = "the last orders may be missing"
	start := func(dir string) (said string) {
		t.Helper()
		var log strings.Builder
		s, err := Open(t.Context(), Options{Dir: dir, Log: slog.New(slog.NewTextHandler(&log, nil))})
		must(t, err)
		must(t, s.Close())
		return log.String()
	}
	left := t.TempDir()
	s, err := Open(t.Context(), Options{Dir: left})
	must(t, err)
	defer s.Close()
	must(t, add(t, s, "kept"))
	for name, fault := range map[string]struct {
		harm func(path string) error
		said bool
	}{
		"nothing":         {func(string) error { return nil }, false},
		"the WAL removed": {func(path string) error { return os.Remove(path + "-wal") }, true},
	} {
		killed := t.TempDir()
		must(t, os.CopyFS(killed, os.DirFS(left))) // as a kill leaves it
		path := filepath.Join(killed, "lastclick.db")
		must(t, os.Remove(path+"-shm"))
		must(t, fault.harm(path))
		if said := start(killed); strings.Contains(said, warning) != fault.said {
			t.Errorf("%s: it says %s", name, said)
		}
		if said := start(killed); strings.Contains(said, warning) {
			t.Errorf("%s: it says so again after an end in order: %s", name, said)
		}
	}
}

// Two processes never write to one file, whatever their data directories.
func TestSQLite_OneFile_OneProcess(t *testing.T) {
	s := openTest(t, Options{})
	_, err := Open(t.Context(), Options{Dir: t.TempDir(), URL: pathOf(s)})
	if err == nil || !strings.Contains(err.Error(), "another lastclick serves") || strings.Contains(err.Error(), "closed") {
		t.Errorf("a second one: %v", err)
	}
	readOnly, err := Open(t.Context(), Options{URL: pathOf(s), ReadOnly: true})
	must(t, err)
	must(t, readOnly.Close())
	must(t, s.Close())
	must(t, reopen(t, filepath.Dir(pathOf(s))))
}

// The copy that is made before a migration holds what the database does.
func TestSQLite_Copies_OnlyOursToRead(t *testing.T) {
	s := openTest(t, Options{})
	writer, err := sql.Open("sqlite3", pathOf(s))
	must(t, err)
	defer writer.Close()
	must(t, s.engine.(*sqlite).backupBeforeMigrate(t.Context(), writer, 7))
	must(t, s.Backup(t.Context(), pathOf(s)+".backup"))
	for _, name := range []string{"", ".before-7", ".backup", ".lock"} {
		info, err := os.Stat(pathOf(s) + name)
		must(t, err)
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", name, info.Mode())
		}
	}
}

// What the disk or the file does is not the sender's fault, and may pass.
func TestSQLite_Faults_AreBusy(t *testing.T) {
	s := openTest(t, Options{})
	for code, words := range map[sqlite3.ErrNo]string{
		sqlite3.ErrIoErr: "cannot commit", sqlite3.ErrCantOpen: "cannot commit", sqlite3.ErrReadonly: "cannot commit",
		sqlite3.ErrCorrupt: "damaged", sqlite3.ErrNotADB: "damaged",
	} {
		err := s.failed(sqlite3.Error{Code: code})
		if model.KindOf(err) != model.Busy || !strings.Contains(err.Error(), words) {
			t.Errorf("%d: %v", code, err)
		}
	}
	if model.KindOf(s.failed(context.Canceled)) != model.Busy || model.KindOf(s.failed(errors.New("ours"))) != model.Internal {
		t.Error("others are told as before")
	}
}
