package db_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"lastclick/db"
	"lastclick/db/dbtest"
	"lastclick/model"
)

func TestErase_VeryManyOrders_InPieces(t *testing.T) {
	w := dbtest.Seed(t, openStore(t, db.Options{Dir: memoryDir(t)}))
	const orders = 1100
	var done sync.WaitGroup
	for n := range orders {
		done.Go(func() {
			o := dbtest.Order{ID: fmt.Sprint("M-", n), Customer: "kim", Tickets: []dbtest.Ticket{{ID: fmt.Sprint("T-", n)}}}
			if _, err := w.Store.Receive(w.Ctx, w.Delivery("box", fmt.Sprint("msg_m", n), o.Body())); err != nil {
				t.Error(err)
			}
		})
	}
	done.Wait()
	kim := model.Buyer{Word: "kim"}
	c, err := w.Store.Customer(w.Ctx, w.Admin, kim)
	w.Must(err)
	if c.Customers[0].OrdersTotal != orders || len(c.Customers[0].Orders) != model.MaxStoredOrders {
		t.Errorf("%d orders, %d listed", c.Customers[0].OrdersTotal, len(c.Customers[0].Orders))
	}
	out, err := w.Store.EraseCustomer(w.Ctx, w.Admin, kim)
	w.Must(err)
	if out.Orders != orders || out.Customers != 1 {
		t.Errorf("erased %+v", out)
	}
	w.Place(dbtest.Order{ID: "M-7", Version: 2, Customer: "kim", Tickets: []dbtest.Ticket{{ID: "T-7", Status: model.Refunded}}})
	st, err := w.Store.Stats(w.Ctx, w.Admin, model.Filter{})
	w.Must(err)
	if n := st.Unattributed[0]; n.Customers != 1 || n.NewCustomers != 1 || n.Orders != orders-1 {
		t.Errorf("after a refund %+v", n)
	}
	if diffs, err := w.Store.Check(w.Ctx); err != nil || len(diffs) > 0 {
		t.Errorf("check: %v, %v", diffs, err)
	}
	if _, err := w.Store.Customer(w.Ctx, w.Admin, kim); model.KindOf(err) != model.NotFound {
		t.Errorf("the customer is still there: %v", err)
	}
}

func TestSQLite_Erasures(t *testing.T) {
	dir := memoryDir(t)
	file, err := sql.Open("sqlite3", "file:"+filepath.Join(dir, "lastclick.db")+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	open := func(t *testing.T) model.Store { return openStore(t, db.Options{Dir: dir}) }
	dbtest.Erasures(t, open, func(t *testing.T, _ model.Store) map[string][]byte { return dumpSQLite(t, file) }, max(5, *howMany/40))
}

// dumpSQLite is all that the tables of a file hold, by table.column.
func dumpSQLite(t *testing.T, file *sql.DB) map[string][]byte {
	t.Helper()
	return dump(t, file, `SELECT m.name || '.' || c.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'`)
}

// dump is all that the columns hold that a query names, each table.column.
func dump(t *testing.T, on *sql.DB, columns string, args ...any) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	for _, name := range queryTexts(t, on, columns, args...) {
		table, column, _ := strings.Cut(name, ".")
		all[name] = dumpColumn(t, on, fmt.Sprintf(`SELECT "%s" FROM "%s"`, column, table))
	}
	if len(all) < 100 {
		t.Fatalf("only %d columns were dumped", len(all))
	}
	return all
}

func dumpColumn(t *testing.T, on *sql.DB, query string) (all []byte) {
	t.Helper()
	rows, err := on.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var value any
		if err := rows.Scan(&value); err != nil {
			t.Fatal(err)
		}
		if raw, ok := value.([]byte); ok {
			all = append(all, raw...)
		} else {
			all = append(all, fmt.Sprint(value)...)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func testErasuresPostgres(t *testing.T, c *cluster) {
	schema := c.schema(t)
	open := func(t *testing.T) model.Store { return openStore(t, db.Options{URL: c.url(schema)}) }
	there, err := sql.Open("pgx", c.url(schema))
	if err != nil {
		t.Fatal(err)
	}
	defer there.Close()
	dbtest.Erasures(t, open, func(t *testing.T, _ model.Store) map[string][]byte {
		return dump(t, there, `SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = $1`, schema)
	}, max(3, *howManyThere/10))
}
