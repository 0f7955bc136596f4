package db_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"lastclick/db"
	"lastclick/db/dbtest"
	"lastclick/model"
)

func TestSQLite_Orders_StatementsIndependentOfLength(t *testing.T) {
	ordersCost(t, db.Options{Dir: t.TempDir()})
}

// ordersCost fails unless a page of many orders takes as many statements as a page of
// one.
func ordersCost(t *testing.T, o db.Options) {
	w, taken := recordedWorld(t, o)
	receipt := w.Receipt("ana@50")
	for i := range 20 {
		w.Place(dbtest.Order{ID: fmt.Sprint("A-", i), Receipt: map[bool]string{true: receipt}[i < 10], Tickets: []dbtest.Ticket{{ID: fmt.Sprint("T-", i)}, {ID: fmt.Sprint("U-", i)}}})
	}
	taken()
	for _, filter := range []model.OrderFilter{{}, {Link: "ana"}, {Unattributed: true}, {Link: "ana", Uncounted: true}} {
		var statements []int
		for _, limit := range []int{1, 9} {
			filter.Limit = limit
			orders, err := w.Store.Orders(t.Context(), w.Owner, filter)
			if err != nil || len(orders.Items) != limit {
				t.Errorf("%+v: %d orders, %v", filter, len(orders.Items), err)
			}
			all, _ := taken()
			statements = append(statements, len(slices.DeleteFunc(all, ofChangefeed)))
		}
		// The client, the link, the rows, those equal to the last one, the orders, how many there are.
		if most := slices.Max(statements); most > 6 || most-slices.Min(statements) > 1 {
			t.Errorf("%+v: %d statements for one order, %d for 9; want as many but for equals, 6 at most", filter, statements[0], statements[1])
		}
	}
}

// testOrderPlans wants what a list is filtered by asked of each row: a join with it is a loop
// through all ids for each row where PostgreSQL guesses wrong how many there are.
func testOrderPlans(t *testing.T, c *cluster) {
	s := openStore(t, db.Options{URL: c.url(c.schema(t))})
	w := dbtest.Seed(t, s)
	dbtest.Season(w, 30, 300)
	for _, f := range []model.OrderFilter{
		{Event: "summerfest"},
		{Search: "vip", Sort: model.SortFace},
		{Search: "s-1"},
		{Search: "s-1 vip"},
		{Link: "sub-1", Search: "winterball"},
	} {
		plan, err := s.OrderPlan(t.Context(), w.Owner, f)
		if err != nil || !strings.Contains(plan, "SubPlan") || strings.Contains(plan, "Join") || strings.Contains(plan, "Loop") {
			t.Errorf("%+v: %v\n%s", f, err, plan)
		}
	}
}

// ofChangefeed says whether the statement is one of those that a node of PostgreSQL runs
// in the background.
func ofChangefeed(statement string) bool {
	return strings.Contains(statement, "FROM moves") || strings.Contains(statement, "pg_notify")
}

// recordedWorld is a seeded store whose statements are taken.
func recordedWorld(t *testing.T, o db.Options) (w *dbtest.World, taken func() ([]string, int)) {
	t.Helper()
	s, taken, err := db.OpenRecorded(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return dbtest.Seed(t, s), taken
}

func TestSQLite_GoodOrder_LeavesTheInboxAlone(t *testing.T) {
	w, taken := recordedWorld(t, db.Options{Dir: t.TempDir()})
	taken()
	w.Place(dbtest.Order{Tickets: []dbtest.Ticket{{ID: "T-1"}}})
	statements, _ := taken()
	for _, statement := range statements {
		if strings.Contains(statement, "UPDATE inbox") {
			t.Errorf("nothing of it is in the inbox: %s", statement)
		}
	}
}
