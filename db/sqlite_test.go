package db_test

import (
	"flag"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"

	"lastclick/db"
	"lastclick/db/dbtest"
	"lastclick/model"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func openStore(t *testing.T, o db.Options) *db.Store {
	t.Helper()
	o.FreshWait = time.Minute
	s, err := db.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestSQLite_Conformance(t *testing.T) { dbtest.Run(t, openRereading) }

var howMany = flag.Int("histories", 300, "how many random histories SQLite is proved on")

// TestSQLite_Histories plays them in memory where the system has a folder there, for
// fsync is most of what they cost and proves nothing here. On two slow processors
// 2,000 take some 40 s, under the race detector some 95 s.
func TestSQLite_Histories(t *testing.T) {
	dbtest.Histories(t, func(t *testing.T) model.Store { return openStore(t, db.Options{Dir: memoryDir(t)}) }, *howMany)
}

func memoryDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "lastclick-test-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// howManyCrashes is a tenth of the histories.
func howManyCrashes() int { return max(10, *howMany/10) }

func TestSQLite_Crashes(t *testing.T) {
	dbtest.Crashes(t, func(t *testing.T) dbtest.CrashingStore { return openCrashing(t, db.Options{Dir: memoryDir(t)}) }, howManyCrashes())
}

func openCrashing(t *testing.T, o db.Options) dbtest.CrashingStore {
	t.Helper()
	s, crash, err := db.OpenCrashing(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return dbtest.CrashingStore{Store: s, Crash: func(n int, sent bool) { crash(db.Crash{Requests: n, Sent: sent}) }, Reopen: func() model.Store {
		_ = s.Close() // what it could not write is lost
		again, err := db.Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		return again
	}}
}
