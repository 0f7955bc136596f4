package db_test

import (
	"strings"
	"testing"

	"lastclick/db"
	"lastclick/db/dbtest"
	"lastclick/model"
)

// testReadOnly looks at a database of PostgreSQL beside a node that uses it.
func testReadOnly(t *testing.T, c *cluster) {
	o := db.Options{URL: c.url(c.schema(t)), ReadOnly: true}
	if s, err := db.Open(t.Context(), o); err == nil {
		t.Error("a database without tables was opened", s.Close())
	} else if !strings.Contains(err.Error(), "has no tables yet") {
		t.Error(err)
	}
	node := openStore(t, db.Options{URL: o.URL})
	w := dbtest.Seed(t, node)
	w.Place(dbtest.Order{Receipt: w.Receipt("ana@50"), Tickets: []dbtest.Ticket{{ID: "T-1"}}})
	s := openStore(t, o)
	if diffs, err := s.Check(t.Context()); err != nil || len(diffs) > 0 {
		t.Errorf("check: %v %v", diffs, err)
	}
	if st, err := s.Stats(t.Context(), dbtest.As("acme"), model.Filter{}); err != nil || st.Total.Tickets != 1 {
		t.Errorf("%+v %v", st.Total, err)
	}
	if _, err := s.ArchiveLink(t.Context(), dbtest.As("acme"), "ana"); model.KindOf(err) != model.Denied {
		t.Errorf("%v", err)
	}
}
