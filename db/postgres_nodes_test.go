package db_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"lastclick/db"
	"lastclick/db/dbtest"
	"lastclick/model"
)

// testNodesCache has one node change what the other has in memory.
func testNodesCache(t *testing.T, c *cluster) {
	schema := c.schema(t)
	o := db.Options{URL: c.url(schema)}
	a, b := openStore(t, o), openStore(t, o)
	w := dbtest.Seed(t, a)
	hasLink := func(code string) func() bool { return func() bool { _, ok := b.LinkByCode(code); return ok } }
	soon(t, b, "", hasLink("bea"))
	execute := func(statement string) {
		t.Helper()
		if _, err := c.admin.ExecContext(t.Context(), "SET search_path TO "+schema+"; "+statement); err != nil {
			t.Fatal(err)
		}
	}

	// Each kind of change goes by key: the rest is not read again.
	same := b.CacheIsSame(func() {
		w.AddClient("zenith")
		w.AddEvent("zenith", "nightshift")
		w.AddLink("zenith", "zoe", "nightshift")
		soon(t, b, "", hasLink("zoe"))
		if l, _ := b.LinkByCode("zoe"); l.Client != "zenith" || l.Event != "nightshift" || l.URL != "https://tickets.example/events/nightshift" {
			t.Errorf("the other node has %+v", l)
		}
		if _, err := a.ArchiveLink(t.Context(), dbtest.As("zenith"), "zoe"); err != nil {
			t.Error(err)
		}
		soon(t, b, "", func() bool { l, _ := b.LinkByCode("zoe"); return l.Archived })
		url, tracking := "https://elsewhere.example/", "consent"
		if _, err := a.SetClient(t.Context(), w.Admin, "zenith", model.ClientChange{URL: &url, Tracking: &tracking}); err != nil {
			t.Error(err)
		}
		soon(t, b, "", func() bool { p, _ := b.ClientPage("zenith"); return p.URL == url && p.Tracking == model.TrackConsent })
		carry := "woocommerce"
		if _, err := a.SetEvent(t.Context(), dbtest.As("zenith"), "nightshift", model.EventChange{Carry: &carry}); err != nil {
			t.Error(err)
		}
		soon(t, b, "", func() bool { l, _ := b.LinkByCode("zoe"); return l.Carry == "utm_content" })
		if _, err := a.AddAlias(t.Context(), dbtest.As("zenith"), "zoe", "zoe10"); err != nil {
			t.Error(err)
		}
		soon(t, b, "", hasLink("zoe10"))
		if _, err := a.RemoveAlias(t.Context(), dbtest.As("zenith"), "zoe", "zoe10"); err != nil {
			t.Error(err)
		}
		soon(t, b, "", func() bool { return !hasLink("zoe10")() })
		w.AddCheckout("kiosk", "")
		soon(t, b, "", func() bool { _, ok := b.CheckoutByName("kiosk"); return ok })
		if err := a.RemoveCheckout(t.Context(), w.Admin, "kiosk"); err != nil {
			t.Error(err)
		}
		soon(t, b, "", func() bool { _, ok := b.CheckoutByName("kiosk"); return !ok })
	})
	if !same {
		t.Error("all was read again after changes by key")
	}

	// Both nodes at once: neither loses the other's.
	there := *w
	there.Store = b
	var both sync.WaitGroup
	for i, node := range []*dbtest.World{w, &there} {
		both.Go(func() {
			for n := range 20 {
				node.AddLink("acme", fmt.Sprintf("both-%d-%d", i, n), "")
			}
		})
	}
	both.Wait()
	for _, s := range []*db.Store{a, b} {
		for i := range 2 {
			for n := range 20 {
				soon(t, s, "", func() bool { _, ok := s.LinkByCode(fmt.Sprintf("both-%d-%d", i, n)); return ok })
			}
		}
	}

	// A count that was set back, and one whose keys are gone, are found and all is read.
	for i, change := range []string{
		`UPDATE moves SET n = n - 3 WHERE client_id = -2; DELETE FROM cache_changes WHERE n > (SELECT n FROM moves WHERE client_id = -2)`,
		`UPDATE moves SET n = n + 3 WHERE client_id = -2`,
		`DELETE FROM moves WHERE client_id = -2`,
	} {
		code := fmt.Sprint("restored-", i)
		if b.CacheIsSame(func() {
			execute(fmt.Sprintf(`INSERT INTO links (code, client_id, name, email, source, stats_token, created_at) VALUES ('%s', 1, '', '', '', '%s', 0); %s`, code, code, change))
			soon(t, b, "", hasLink(code))
		}) {
			t.Errorf("%s: all was not read again", change)
		}
	}

	// So is a new connection of the writer, whatever the counts say.
	execute(`INSERT INTO links (code, client_id, name, email, source, stats_token, created_at) VALUES ('failover', 1, '', '', '', 'failover', 0)`)
	if _, err := c.admin.ExecContext(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'lastclick'`); err != nil {
		t.Fatal(err)
	}
	for range 10 { // a commit that meets the lost connection fails
		b.ForgetCommit()
		if there.Store.Ready(t.Context()) == nil {
			break
		}
	}
	if _, ok := b.LinkByCode("failover"); !ok {
		t.Error("the memory is older than the connection")
	}
}

// testNodesClicks has two nodes count clicks on one link, fold them at once, and show
// each other's.
func testNodesClicks(t *testing.T, c *cluster) {
	o := db.Options{URL: c.url(c.schema(t))}
	a, b := openStore(t, o), openStore(t, o)
	w := dbtest.Seed(t, a)
	soon(t, b, "", func() bool { _, ok := b.LinkByCode("ana"); return ok })
	ana, _ := a.LinkByCode("ana")
	const each = 200
	var both sync.WaitGroup
	for _, s := range []*db.Store{a, b} {
		both.Go(func() {
			for n := range each {
				if !s.Click(model.Click{Link: ana.Link, At: time.Now(), Visitor: n%2 == 0}) {
					t.Error("a click was refused")
				}
				if n%10 == 5 { // flushes and folds
					if _, err := s.Links(t.Context(), w.Owner, true); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	both.Wait()
	for _, s := range []*db.Store{a, b} {
		soon(t, s, "acme", func() bool {
			links, err := s.Links(t.Context(), w.Owner, true)
			return err == nil && links[0].Clicks == 2*each && links[0].Visitors == each
		})
		if diffs, err := s.Check(t.Context()); err != nil || len(diffs) > 0 {
			t.Errorf("check: %v %v", diffs, err)
		}
	}
}

// testFollowOfNodes follows the orders of a client while several nodes take them: each is
// met once, also where a node took more numbers before than it used.
func testFollowOfNodes(t *testing.T, c *cluster) {
	o := db.Options{URL: c.url(c.schema(t))}
	stores := []*db.Store{openStore(t, o), openStore(t, o), openStore(t, o)}
	w := dbtest.Seed(t, stores[0])
	w.AddClient("zenith")
	w.AddEvent("zenith", "nightshift")
	place := func(s *db.Store, id string, version int64, event string) {
		placed := dbtest.Order{ID: id, Version: version, Tickets: []dbtest.Ticket{{ID: id, Event: event}}}
		if _, err := s.Receive(t.Context(), w.Delivery("box", fmt.Sprint(id, " ", version), placed.Body())); err != nil {
			t.Error(err)
		}
	}
	place(stores[0], "first", 1, "summerfest")
	start, err := stores[1].OrdersSince(t.Context(), w.Owner, model.OrderFilter{}, "")
	if err != nil {
		t.Fatal(err)
	}
	seen, cursor := map[string]int{}, start.Next
	follow := func(s *db.Store) {
		came, err := s.OrdersSince(t.Context(), w.Owner, model.OrderFilter{}, cursor)
		if err != nil {
			t.Error(err)
		}
		cursor = came.Next
		for _, o := range came.Items {
			seen[o.ID]++
		}
	}
	place(stores[0], "first", 2, "summerfest") // wants a number, and needs none
	place(stores[1], "second", 1, "summerfest")
	follow(stores[2])
	place(stores[0], "third", 1, "summerfest")
	follow(stores[2])
	const each = 60
	var all sync.WaitGroup
	for n, s := range stores {
		for part := range 4 {
			all.Go(func() {
				for i := range each / 4 {
					place(s, fmt.Sprint("A-", n, "-", part, "-", i), 1, "summerfest")
					place(s, fmt.Sprint("Z-", n, "-", part, "-", i), 1, "nightshift")
				}
			})
		}
	}
	done := make(chan struct{})
	go func() { all.Wait(); close(done) }()
	for following := true; following; {
		select {
		case <-done:
			following = false
		default:
		}
		follow(stores[len(seen)%3])
	}
	if len(seen) != 2+3*each {
		t.Errorf("%d orders were met, want %d", len(seen), 2+3*each)
	}
	for id, n := range seen {
		if n != 1 {
			t.Errorf("%s was met %d times", id, n)
		}
	}
}

// testNodesDeaf has nodes that hear no notifications: what one does the other knows with
// its next poll, and its watchers are told.
func testNodesDeaf(t *testing.T, c *cluster) {
	schema := c.schema(t)
	o := db.Options{URL: c.url(schema)}
	var stores []*db.Store
	for range 2 {
		s, err := db.OpenDeaf(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
		stores = append(stores, s)
	}
	dbtest.Seed(t, stores[0])
	for _, s := range stores {
		soon(t, s, "", func() bool { _, ok := s.CheckoutByName("box"); return ok })
	}
	watchers := watch(t, stores[1])
	history(t, "kept", stores[0])
	watchers.wantSignalled(t)
	soon(t, stores[1], "", knows(stores[1], "kept"))
	wantAsFresh(t, o, stores...)

	// What a page shows before the next poll, and is lost then, is shown no more.
	c.save(t, schema, "before")
	watchers = watch(t, stores[1])
	before := watchers[0].shown
	worldOf(t, stores[0]).Place(orderOf("lost", 1))
	readPages(stores[1])
	c.setTo(t, schema, "before")
	soon(t, stores[1], "acme", func() bool { return watchers[0].read(t) == before })
}

// testNodesStatements draws statements up on two nodes while both take orders of the period:
// each order is in the statement, or is booked later, and what was handed out stays.
func testNodesStatements(t *testing.T, c *cluster) {
	const links, orders = 8, 6
	o := db.Options{URL: c.url(c.schema(t))}
	a := openStore(t, o)
	w := dbtest.Seed(t, a)
	for n := range links {
		w.AddLink("acme", fmt.Sprint("link-", n), "")
	}
	nodes := []*db.Store{a, openStore(t, o)}
	statement := func(node *db.Store, link, from, to string) model.Statement {
		st, err := node.Statement(t.Context(), dbtest.As("acme"), model.StatementQuery{Link: link, From: from, To: to, Rate: "10%"})
		if err != nil {
			t.Error(err)
		}
		return st
	}
	const day, next, last = "2025-06-02", "2025-06-03", "2999-12-31"
	for n := range links {
		link := fmt.Sprint("link-", n)
		drawn := make([]model.Statement, len(nodes))
		var all sync.WaitGroup
		for i := range orders {
			id := fmt.Sprint(link, "-", i)
			d := w.Delivery("box", "hook "+id, dbtest.Order{ID: id, Code: link, Tickets: []dbtest.Ticket{{ID: id}}}.Body())
			all.Go(func() {
				if _, err := nodes[i%2].Receive(t.Context(), d); err != nil {
					t.Error(err)
				}
			})
		}
		for i, node := range nodes {
			all.Go(func() { drawn[i] = statement(node, link, day, day) })
		}
		all.Wait()
		again, later := statement(nodes[n%2], link, day, day), statement(nodes[n%2], link, next, last)
		for _, st := range drawn {
			if linesOf(st) != linesOf(again) || !st.DrawnAt.Equal(again.DrawnAt) {
				t.Errorf("%s was handed out as\n%s\nand is\n%s", link, linesOf(st), linesOf(again))
			}
		}
		if got := again.Tickets + later.Tickets; got != orders {
			t.Errorf("%s: the statements have %d tickets, %d and %d, and %d were sold", link, got, again.Tickets, later.Tickets, orders)
		}
	}
}
