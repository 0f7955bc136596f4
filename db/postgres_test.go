package db_test

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lastclick/db"
	"lastclick/db/dbtest"
	"lastclick/model"
	"lastclick/model/testenv"
)

// cluster is a throw-away PostgreSQL, with a schema for each test.
type cluster struct {
	*testenv.Postgres
	admin *sql.DB
}

func startPostgres(t *testing.T) *cluster {
	t.Helper()
	return newCluster(t, testenv.StartPostgres(t))
}

// newCluster is a server that runs.
func newCluster(t *testing.T, server *testenv.Postgres) *cluster {
	t.Helper()
	admin, err := sql.Open("pgx", server.URL(""))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { admin.Close() })
	return &cluster{server, admin}
}

func (c *cluster) url(schema string) string   { return c.URL(schema) }
func (c *cluster) schema(t *testing.T) string { return c.Schema(t) }

var howManyThere = flag.Int("postgres-histories", 40, "how many random histories PostgreSQL is proved on")

var howManyOnNodes = flag.Int("nodes-histories", 20, "how many random histories three nodes over one PostgreSQL are proved on")

// openNodes is three nodes over a new schema: what is asked of them goes to any.
func openNodes(t *testing.T, c *cluster) model.Store {
	t.Helper()
	o := db.Options{URL: c.url(c.schema(t))}
	return dbtest.Nodes(openStore(t, o), openStore(t, o), openStore(t, o))
}

// openCrashingNodes is three nodes over a new schema, of which one crashes.
func openCrashingNodes(t *testing.T, c *cluster) dbtest.CrashingStore {
	t.Helper()
	o := db.Options{URL: c.url(c.schema(t))}
	one, b, d := openCrashing(t, o), openStore(t, o), openStore(t, o)
	reopen := one.Reopen
	one.Store = dbtest.Nodes(one.Store, b, d)
	one.Reopen = func() model.Store { return dbtest.Nodes(reopen(), b, d) }
	return one
}

func TestPostgres(t *testing.T) {
	c := startPostgres(t)
	open := func(t *testing.T) model.Store { return openStore(t, db.Options{URL: c.url(c.schema(t))}) }
	t.Run("Conformance", func(t *testing.T) { dbtest.Run(t, open) })
	// The rules are tried on SQLite; a few show that they are spelled right here too.
	t.Run("Histories", func(t *testing.T) { dbtest.Histories(t, open, *howManyThere) })
	t.Run("NodesHistories", func(t *testing.T) {
		dbtest.Histories(t, func(t *testing.T) model.Store { return openNodes(t, c) }, *howManyOnNodes)
	})
	t.Run("ForgetOld", func(t *testing.T) { testForgetOldPostgres(t, c) })
	t.Run("PrivacyColumns", func(t *testing.T) {
		schema := c.schema(t)
		openStore(t, db.Options{URL: c.url(schema)})
		wantListed(t, queryTexts(t, c.admin, `SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = $1`, schema), "")
	})
	t.Run("Erasures", func(t *testing.T) { testErasuresPostgres(t, c) })
	t.Run("ErasuresOfNodes", func(t *testing.T) { testErasuresOfNodes(t, c) })
	t.Run("Crashes", func(t *testing.T) {
		dbtest.Crashes(t, func(t *testing.T) dbtest.CrashingStore { return openCrashing(t, db.Options{URL: c.url(c.schema(t))}) }, max(20, *howManyThere/10))
	})
	t.Run("NodesCrashes", func(t *testing.T) {
		dbtest.Crashes(t, func(t *testing.T) dbtest.CrashingStore { return openCrashingNodes(t, c) }, max(5, *howManyOnNodes/10))
	})
	t.Run("Nodes", func(t *testing.T) { testNodes(t, c) })
	t.Run("FollowOfNodes", func(t *testing.T) { testFollowOfNodes(t, c) })
	t.Run("NodesTokens", func(t *testing.T) { testNodesTokens(t, c) })
	t.Run("PagesOfNodes", func(t *testing.T) { testPagesOfNodes(t, c) })
	t.Run("NodesCache", func(t *testing.T) { testNodesCache(t, c) })
	t.Run("HooksOfNodes", func(t *testing.T) { testHooksOfNodes(t, c) })
	t.Run("HookHistories", func(t *testing.T) {
		dbtest.HookHistories(t, func(t *testing.T) dbtest.CrashingStore { return openCrashing(t, db.Options{URL: c.url(c.schema(t))}) }, max(20, *howManyThere/10))
	})
	t.Run("NodesClicks", func(t *testing.T) { testNodesClicks(t, c) })
	t.Run("ClickMigration", func(t *testing.T) {
		db.ClickMigration(t, func() db.Options { return db.Options{URL: c.url(c.schema(t))} })
	})
	t.Run("LostConnections", func(t *testing.T) { testLostConnections(t, c) })
	t.Run("LostCommits", func(t *testing.T) { testLostCommits(t, c) })
	t.Run("NodesDeaf", func(t *testing.T) { testNodesDeaf(t, c) })
	t.Run("SetBackCheckout", func(t *testing.T) { testSetBackCheckout(t, c) })
	t.Run("Doubts", func(t *testing.T) { testDoubts(t, c) })
	t.Run("SetBack", func(t *testing.T) { testSetBack(t, c) })
	t.Run("HungNode", func(t *testing.T) { testHungNode(t, c) })
	t.Run("Away", func(t *testing.T) { testAway(t, c) })
	t.Run("AwayOtherDatabase", func(t *testing.T) { testAwayOtherDatabase(t, c) })
	t.Run("AwaySaves", func(t *testing.T) { testAwaySaves(t, c) })
	t.Run("AwayNoOutage", func(t *testing.T) { testAwayNoOutage(t, c) })
	t.Run("AwayClosed", func(t *testing.T) { testAwayClosed(t, c) })
	t.Run("ReadyOfNodes", func(t *testing.T) { testReadyOfNodes(t, c) })
	t.Run("NodesRace", func(t *testing.T) { testNodesRace(t, c) })
	t.Run("NodesKeys", func(t *testing.T) { testNodesKeys(t, c) })
	t.Run("HostileDefaults", func(t *testing.T) { testHostileDefaults(t, c) })
	t.Run("Pooled", func(t *testing.T) { testPooled(t, c) })
	t.Run("RetriedInside", func(t *testing.T) { testRetriedInside(t, c) })
	t.Run("FrozenPath", func(t *testing.T) { testFrozenPath(t, c) })
	t.Run("Hosts", func(t *testing.T) { testHosts(t, c) })
	t.Run("Refused", func(t *testing.T) { testRefused(t, c) })
	t.Run("ClientCertificate", func(t *testing.T) { testClientCertificate(t, c) })
	t.Run("FewConnections", func(t *testing.T) { testFewConnections(t, c) })
	t.Run("NodesLookUps", func(t *testing.T) { testNodesLookUps(t, c) })
	t.Run("NodesStatements", func(t *testing.T) { testNodesStatements(t, c) })
	t.Run("NodesRemovals", func(t *testing.T) { testNodesRemovals(t, c) })
	t.Run("NodesTries", func(t *testing.T) { testNodesTries(t, c) })
	t.Run("NodesInvite", func(t *testing.T) { testNodesInvite(t, c) })
	t.Run("NodesClocks", func(t *testing.T) { testNodesClocks(t, c) })
	t.Run("NodesJobs", func(t *testing.T) { testNodesJobs(t, c) })
	t.Run("NodesShops", func(t *testing.T) { testNodesShops(t, c) })
	t.Run("Backup", func(t *testing.T) {
		s := openStore(t, db.Options{URL: c.url(c.schema(t))})
		if err := s.Backup(t.Context(), filepath.Join(t.TempDir(), "x")); model.KindOf(err) != model.Invalid || !strings.Contains(err.Error(), "pg_dump") {
			t.Errorf("%v", err)
		}
		if v, err := s.EngineVersion(t.Context()); err != nil || !strings.HasPrefix(v, "PostgreSQL ") {
			t.Errorf("%q %v", v, err)
		}
	})
	t.Run("Version3", func(t *testing.T) { testVersion3(t, db.Options{URL: c.url(c.schema(t))}) })
	t.Run("Version3Interrupted", func(t *testing.T) {
		testInterrupted(t, 4, func(t *testing.T) db.Options {
			o := db.Options{URL: c.url(c.schema(t))}
			version3(t, o)
			return o
		})
	})
	t.Run("Days", func(t *testing.T) {
		t.Run("NewTimezone", func(t *testing.T) { testNewTimezone(t, db.Options{URL: c.url(c.schema(t))}) })
		t.Run("SetClient", func(t *testing.T) { testDaysInBackground(t, db.Options{URL: c.url(c.schema(t))}) })
		t.Run("Killed", func(t *testing.T) { testDaysKilled(t, db.Options{URL: c.url(c.schema(t))}, 2) })
	})
	t.Run("Schema", func(t *testing.T) { testPostgresSchema(t, c) })
	t.Run("Move", func(t *testing.T) { testMove(t, c) })
	t.Run("Rolling", func(t *testing.T) { testRolling(t, c) })
	t.Run("ACMEItems", func(t *testing.T) { testACMEItems(t, db.Options{URL: c.url(c.schema(t))}) })
	t.Run("Orders", func(t *testing.T) { ordersCost(t, db.Options{URL: c.url(c.schema(t))}) })
	t.Run("OrderPlans", func(t *testing.T) { testOrderPlans(t, c) })
	t.Run("ReadOnly", func(t *testing.T) { testReadOnly(t, c) })
	t.Run("Standby", func(t *testing.T) { testStandby(t, c) })
	t.Run("SecretInErrors", func(t *testing.T) {
		_, err := db.Open(t.Context(), db.Options{URL: "postgres://me:hunter2@localhost:99999/x"})
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%v", err)
		}
	})
}

// testNodes has two nodes over one database: each shows what the other did.
func testNodes(t *testing.T, c *cluster) {
	o := db.Options{URL: c.url(c.schema(t))}
	a, b := openStore(t, o), openStore(t, o)
	w := dbtest.Seed(t, a)
	soon(t, b, "", func() bool { _, ok := b.LinkByCode("ana"); return ok })
	soon(t, b, "", func() bool { _, ok := b.CheckoutByName("box"); return ok })
	if _, ok := b.Receipts().Verify(w.Receipt("ana@50")); !ok {
		t.Error("a receipt that one node signed does not verify at the other")
	}
	// Both take orders of one customer, one order's versions and one webhook at once.
	there := *w
	there.Store = b
	done := make(chan error)
	for i, node := range []*dbtest.World{w, &there} {
		go func() {
			var err error
			for n := range 20 {
				_, e := node.Send(dbtest.Order{ID: fmt.Sprintf("A-%d-%d", i, n), WebhookID: fmt.Sprintf("a-%d-%d", i, n), Customer: "kim", Tickets: []dbtest.Ticket{{ID: fmt.Sprintf("T-%d-%d", i, n)}}})
				err = errors.Join(err, e)
				_, e = node.Send(dbtest.Order{ID: "B", WebhookID: fmt.Sprint("b-", n), Version: int64(n + 1), Customer: "kim", Tickets: []dbtest.Ticket{{ID: "T"}}})
				err = errors.Join(err, e)
			}
			done <- err
		}()
	}
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	for _, s := range []*db.Store{a, b} {
		st, err := s.Stats(t.Context(), w.Owner, model.Filter{})
		if err != nil || st.Unattributed[0].Orders != 41 || st.Unattributed[0].Customers != 1 || st.Unattributed[0].NewCustomers != 1 {
			t.Errorf("%v %+v", err, st.Unattributed)
		}
	}
	if diffs, err := b.Check(t.Context()); err != nil || len(diffs) > 0 {
		t.Errorf("check: %v %v", diffs, err)
	}
	// A watcher at one node hears of what the other does.
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	watched := b.Watch(ctx, "acme")
	w.Place(dbtest.Order{ID: "C", Tickets: []dbtest.Ticket{{ID: "T-C"}}})
	signalled(t, watched)
	// The client may be one that the other node made, before or after the watcher came.
	later := b.Watch(ctx, "zenith")
	w.AddClient("zenith")
	signalled(t, later)
	w.AddEvent("zenith", "nightshift")
	signalled(t, later)
	if _, err := a.ArchiveLink(t.Context(), w.Owner, "ana"); err != nil {
		t.Error(err)
	}
	soon(t, b, "", func() bool { l, _ := b.LinkByCode("ana"); return l.Archived })
}

// signalled waits for the signal of a change at another node.
func signalled(t *testing.T, watched <-chan struct{}) {
	t.Helper()
	select {
	case <-watched:
	case <-time.After(10 * time.Second):
		t.Error("no signal came from the other node")
	}
}

// soon waits until ok holds, looking whenever the store signals that something moved.
func soon(t *testing.T, s model.Store, client string, ok func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	moved := s.Watch(ctx, client)
	for !ok() {
		if _, open := <-moved; !open {
			t.Fatal("it did not come")
		}
	}
}

// testLostConnections cuts every connection: nothing is lost, and it goes on.
// testNodesTokens has two nodes take orders with the same click tokens at once, for
// different clients, so that no lock is in the way: each token is one customer's (R23).
func testNodesTokens(t *testing.T, c *cluster) {
	o := db.Options{URL: c.url(c.schema(t))}
	a, b := openStore(t, o), openStore(t, o)
	w := dbtest.Seed(t, a)
	w.AddClient("zenith")
	w.AddEvent("zenith", "nightshift")
	w.AddLink("zenith", "zoe", "")
	soon(t, b, "", func() bool { _, ok := b.LinkByCode("zoe"); return ok })
	soon(t, b, "", func() bool { _, ok := b.CheckoutByName("box"); return ok })
	there := *w
	there.Store = b
	// Both clients see a click on their own link only, so that both sell with both tokens.
	done := make(chan [40]bool)
	for i, node := range []*dbtest.World{w, &there} {
		go func() {
			var won [40]bool
			for n := range won {
				out, err := node.Send(dbtest.Order{
					ID: fmt.Sprintf("K-%d-%d", i, n), WebhookID: fmt.Sprintf("k-%d-%d", i, n), Customer: fmt.Sprint("buyer-", i), Click: node.Token("zoe@50", byte(n)),
					Tickets: []dbtest.Ticket{{ID: fmt.Sprintf("K-%d-%d", i, n), Event: []string{"nightshift", "summerfest"}[i]}},
				})
				if err != nil {
					t.Error(err)
				}
				won[n] = i == 0 && err == nil && out.Tickets[0].Reason == model.ReasonLastClick
			}
			done <- won
		}()
	}
	first, second := <-done, <-done
	for n := range first {
		// acme's ticket is no_click in any case; what it took away shows a third order.
		out, err := w.Send(dbtest.Order{ID: fmt.Sprint("L-", n), WebhookID: fmt.Sprint("l-", n), Customer: "buyer-0", Click: w.Token("zoe@50", byte(n)), Tickets: []dbtest.Ticket{{ID: fmt.Sprint("L-", n), Event: "nightshift"}}})
		if err != nil || (out.Tickets[0].Reason == model.ReasonLastClick) != (first[n] || second[n]) {
			t.Errorf("token %d: %v, %v; it was won: %t", n, out, err, first[n] || second[n])
		}
	}
}

func testLostConnections(t *testing.T, c *cluster) {
	s := openStore(t, db.Options{URL: c.url(c.schema(t))})
	w := dbtest.Seed(t, s)
	for i := range 3 {
		if _, err := c.admin.ExecContext(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'lastclick'`); err != nil {
			t.Fatal(err)
		}
		if _, ok := s.LinkByCode("ana"); !ok {
			t.Error("the memory forgot")
		}
		o := dbtest.Order{ID: fmt.Sprint("A-", i), WebhookID: fmt.Sprint("msg-", i), Tickets: []dbtest.Ticket{{ID: fmt.Sprint("T-", i)}}}
		// A checkout sends again what was answered with 503.
		var err error
		for range 10 {
			if _, err = w.Send(o); err == nil {
				break
			}
			if model.KindOf(err) != model.Busy {
				t.Errorf("a lost connection is %s: %v", model.KindOf(err), err)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	st, err := s.Stats(t.Context(), w.Owner, model.Filter{})
	if err != nil || st.Unattributed[0].Orders != 3 {
		t.Errorf("%v %+v", err, st.Unattributed)
	}
}
