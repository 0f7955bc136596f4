package db_test

import (
	"database/sql"
	"testing"
	"time"

	"lastclick/db"
	"lastclick/db/dbtest"
	"lastclick/model"
	"lastclick/model/testenv"
)

// standby is an asynchronous one of the server, ready to take over.
func (c *cluster) standby(t *testing.T) *cluster {
	t.Helper()
	return newCluster(t, c.Standby(t))
}

// cutOff waits until the standby has all that the server has, and lets no more of it come.
func (c *cluster) cutOff(t *testing.T, standby *cluster) {
	t.Helper()
	var now string
	if err := c.admin.QueryRowContext(t.Context(), `SELECT pg_current_wal_lsn()`).Scan(&now); err != nil {
		t.Fatal(err)
	}
	standby.until(t, `SELECT pg_last_wal_replay_lsn() >= '`+now+`'`)
	standby.execute(t, `ALTER SYSTEM SET primary_conninfo = ''`)
	standby.execute(t, `SELECT pg_reload_conf()`)
	standby.until(t, `SELECT NOT EXISTS (SELECT 1 FROM pg_stat_wal_receiver)`)
}

// until waits for what the query says.
func (c *cluster) until(t *testing.T, query string) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); ; {
		var now sql.NullBool
		err := c.admin.QueryRowContext(t.Context(), query+` FROM (SELECT pg_sleep(0.01)) x`).Scan(&now)
		if err != nil || time.Now().After(end) {
			t.Fatalf("%s: %v %v", query, now, err)
		}
		if now.Bool {
			return
		}
	}
}

// An asynchronous standby takes over that has not the last commits, while three nodes stay
// up: nothing that they remember of those is left.
func TestFailover_TailLost_NodesForgetIt(t *testing.T) {
	primary := startPostgres(t)
	standby := primary.standby(t)
	o := db.Options{URL: testenv.PostgresURL(primary.Dir+","+standby.Dir, "") + "&target_session_attrs=read-write"}
	a, b, idle := openStore(t, o), openStore(t, o), openStore(t, o)
	all := []*db.Store{a, b, idle}
	w := dbtest.Seed(t, a)
	w.Place(dbtest.Order{Receipt: w.Receipt("ana@50"), Tickets: []dbtest.Ticket{{ID: "T-1"}}})
	click(t, a, "ana", 10)
	if clicks := clicksOf(t, a, w, "ana"); clicks != 10 {
		t.Fatalf("%d clicks, want 10", clicks)
	}
	primary.cutOff(t, standby)

	history(t, "lost", a, b)
	for _, s := range all {
		soon(t, s, "", knows(s, "lost"))
	}
	click(t, a, "bea", 7)
	click(t, a, "link-lost", 7)
	lostReceipt := w.Receipt("link-lost@50")
	if clicks := clicksOf(t, a, w, "link-lost"); clicks != 7 {
		t.Fatalf("%d clicks, want 7", clicks)
	}
	readPages(all...)
	watchers := watch(t, all...)
	primary.Stop(t)
	click(t, a, "bea", 5) // that wait in memory
	click(t, a, "link-lost", 5)
	standby.Run(t, "pg_ctl", "-D", standby.Data(), "-w", "promote")

	for _, s := range all[:2] {
		if err := untilDone(func() error { return s.Ready(t.Context()) }); err != nil {
			t.Fatal(err)
		}
	}
	watchers.wantSignalled(t)
	history(t, "kept", b, a)
	for _, s := range all {
		soon(t, s, "", knows(s, "kept"))
		soon(t, s, "acme", func() bool { return clicksOf(t, s, w, "bea") == 5 }) // the 7 were lost
		if clicks := clicksOf(t, s, w, "link-kept"); clicks != 0 {
			t.Errorf("%d clicks on a link that was lost are counted for another", clicks)
		}
	}

	// A receipt of a link that was lost gives its sale to no other link.
	out := worldOf(t, a).Place(dbtest.Order{ID: "A-R", WebhookID: "msg-R", Receipt: lostReceipt, Tickets: []dbtest.Ticket{{ID: "T-R"}}})
	if out.Tickets[0].Link != nil {
		t.Errorf("a receipt of a link that was lost gives the sale to %s", *out.Tickets[0].Link)
	}
	for i, s := range all {
		for n := range 6 { // of types that had other cells
			order := orderOf("kept", 10*(i+1)+n)
			order.Tickets[0].Type = "type-lost-" + order.ID[len(order.ID)-1:]
			worldOf(t, s).Place(order)
		}
	}
	wantAsFresh(t, o, all...)
}

func click(t *testing.T, s *db.Store, code string, n int) {
	t.Helper()
	l, ok := s.LinkByCode(code)
	for range n {
		if !ok || !s.Click(model.Click{Link: l.Link, At: time.Now()}) {
			t.Fatalf("a click on %s was not taken", code)
		}
	}
}
