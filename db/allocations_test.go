package db_test

import (
	"testing"

	"lastclick/db"
	"lastclick/db/dbtest"
	"lastclick/model/testenv"
)

// What a click asks of the store.
func TestLinkByCode_Allocations(t *testing.T) {
	s := openStore(t, db.Options{Dir: memoryDir(t)})
	dbtest.Seed(t, s)
	testenv.Allocations(t, 0, func() {
		if _, ok := s.LinkByCode("ana"); !ok {
			t.Fatal("there is no such link")
		}
	})
}
