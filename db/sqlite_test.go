package db_test

import (
	"testing"

	"go.uber.org/goleak"

	"lastclick/db"
	"lastclick/db/dbtest"
	"lastclick/model"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// openSQLite gives a test a store in a folder of its own.
func openSQLite(t *testing.T) model.Store { return openStore(t, db.Options{Dir: t.TempDir()}) }

func openStore(t *testing.T, o db.Options) *db.Store {
	t.Helper()
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

func TestSQLite_Conformance(t *testing.T) {
	fewer(t, "rapid.checks", "40") // each is two stores
	dbtest.Run(t, openSQLite)
}
