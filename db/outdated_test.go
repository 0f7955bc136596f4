package db_test

import (
	"strings"
	"testing"
	"time"

	"lastclick/db"
	"lastclick/db/dbtest"
	"lastclick/model"
)

func testRolling(t *testing.T, c *cluster) {
	t.Run("NewerSchema_OldNodeRedirectsOnly", func(t *testing.T) { testOldNode(t, c) })
	t.Run("CompatibleSchema_OldNodeGoesOn", func(t *testing.T) { testCompatibleNode(t, c) })
	t.Run("TransactionUnderWay_UpgradeWaits", func(t *testing.T) { testUpgradeWaits(t, c) })
	t.Run("LongReader_UpgradeGivesWay", func(t *testing.T) { testUpgradeGivesWay(t, c) })
}

func order(id, receipt string) dbtest.Order {
	return dbtest.Order{ID: id, Receipt: receipt, Tickets: []dbtest.Ticket{{ID: id + "-1"}}}
}

func wantOutdated(t *testing.T, what string, err error) {
	t.Helper()
	if model.KindOf(err) != model.Busy || !strings.Contains(err.Error(), "upgraded by a newer version") || !strings.Contains(err.Error(), "upgrades this node") {
		t.Errorf("%s: %v", what, err)
	}
}

func testOldNode(t *testing.T, c *cluster) {
	o := db.Options{URL: c.url(c.schema(t))}
	old, idle := openStore(t, o), openStore(t, o)
	w := dbtest.Seed(t, old)
	receipt := w.Receipt("ana@50")
	w.Place(order("A-1", receipt))
	idle.Poll(t.Context())
	if err := db.Upgrade(t.Context(), o, 0); err != nil {
		t.Fatal(err)
	}
	_, err := w.Send(order("A-2", receipt))
	wantOutdated(t, "an order", err)
	_, err = old.AddLink(t.Context(), w.Owner, model.NewLink{Name: "Late", Email: "late@example.com", Code: "late"})
	wantOutdated(t, "a link", err)
	wantOutdated(t, "readiness", old.Ready(t.Context()))
	_, err = old.Stats(t.Context(), w.Owner, model.Filter{})
	wantOutdated(t, "a page", err)
	for _, node := range []*db.Store{old, idle} {
		link, known := node.LinkByCode("ana")
		if !known || !node.Click(model.Click{Link: link.Link, At: dbtest.Minute(60), Visitor: true}) {
			t.Error("the old node does not redirect")
		}
	}
	idle.Poll(t.Context()) // as it does every two seconds
	_, err = idle.Stats(t.Context(), w.Owner, model.Filter{})
	wantOutdated(t, "a page of a node without orders", err)
	if n := queryTexts(t, c.admin, `SELECT count(*)::text FROM `+schemaOf(o)+`.orders`); n[0] != "1" {
		t.Errorf("%s orders were written", n[0])
	}
	if s, err := db.Open(t.Context(), o); err == nil || !strings.Contains(err.Error(), "start a newer lastclick") {
		t.Errorf("an old program was started: %v %v", err, s)
	}
}

func testCompatibleNode(t *testing.T, c *cluster) {
	o := db.Options{URL: c.url(c.schema(t))}
	old := openStore(t, o)
	w := dbtest.Seed(t, old)
	if err := db.Upgrade(t.Context(), o, old.Schema()); err != nil {
		t.Fatal(err)
	}
	w.Place(order("A-1", w.Receipt("ana@50")))
	old.Poll(t.Context())
	if err := old.Ready(t.Context()); err != nil {
		t.Error(err)
	}
	if diffs, err := old.Check(t.Context()); err != nil || len(diffs) > 0 {
		t.Errorf("%v %v", diffs, err)
	}
}

// What an old node has begun is committed before the schema changes; what it begins later
// waits, and is refused.
func testUpgradeWaits(t *testing.T, c *cluster) {
	o := db.Options{URL: c.url(c.schema(t))}
	old := openStore(t, o)
	w := dbtest.Seed(t, old)
	goesOn := old.HoldChange(t)
	upgraded := make(chan error, 1)
	go func() { upgraded <- db.Upgrade(t.Context(), o, 0) }()
	waitForLock(t, c, o)
	select {
	case err := <-upgraded:
		t.Errorf("the schema was changed under a transaction: %v", err)
	default:
	}
	if err := goesOn(); err != nil {
		t.Errorf("what was under way: %v", err)
	}
	if err := <-upgraded; err != nil {
		t.Error(err)
	}
	_, err := w.Send(order("A-1", ""))
	wantOutdated(t, "an order after it", err)
	if got := queryTexts(t, c.admin, `SELECT name FROM `+schemaOf(o)+`.clients`); got[0] != "held" {
		t.Errorf("the transaction under way left %q", got)
	}
}

// waitForLock waits until a migration of the database waits for a lock.
func waitForLock(t *testing.T, c *cluster, o db.Options) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; {
		n := queryTexts(t, c.admin, `SELECT count(*)::text FROM pg_locks l JOIN pg_class r ON r.oid = l.relation WHERE NOT l.granted AND l.mode = 'AccessExclusiveLock' AND r.relnamespace = '`+schemaOf(o)+`'::regnamespace`)
		if n[0] != "0" {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("no migration waits")
		}
	}
}

// An export reads for long. The migration that waits for it lets the orders of nodes pass
// between its tries, and is done when the export is.
func testUpgradeGivesWay(t *testing.T, c *cluster) {
	o := db.Options{URL: c.url(c.schema(t))}
	old := openStore(t, o)
	w := dbtest.Seed(t, old)
	reader, err := c.admin.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Rollback()
	if _, err := reader.ExecContext(t.Context(), `SELECT count(*) FROM `+schemaOf(o)+`.orders`); err != nil {
		t.Fatal(err)
	}
	upgraded := make(chan error, 1)
	go func() { upgraded <- db.Upgrade(t.Context(), o, 0) }()
	waitForLock(t, c, o)
	w.Place(order("A-1", "")) // waits, and comes between two tries
	if err := reader.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := <-upgraded; err != nil {
		t.Error(err)
	}
	_, err = w.Send(order("A-2", ""))
	wantOutdated(t, "an order after it", err)
}

// schemaOf is the schema of the URL of a test.
func schemaOf(o db.Options) string {
	_, schema, _ := strings.Cut(o.URL, "search_path=")
	return schema
}
