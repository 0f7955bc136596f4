package db_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"lastclick/db"
	"lastclick/db/dbtest"
	"lastclick/model"
)

// What a node has seen may be lost: by a failover to a standby that was behind, or by a
// restored backup. Through a pool of connections the nodes see neither, only other rows.
// These tests set the tables of a schema to another state while connections stay open, in
// one transaction and with the sequences, as the server that took over would have them.

// save keeps the state of the schema under a name.
func (c *cluster) save(t *testing.T, schema, name string) {
	t.Helper()
	c.execute(t, fmt.Sprintf(`DO $do$ DECLARE r record; BEGIN
		CREATE SCHEMA %[2]s_%[1]s;
		FOR r IN SELECT tablename AS name FROM pg_tables WHERE schemaname = '%[1]s' LOOP
			EXECUTE format('CREATE TABLE %[2]s_%[1]s.%%I AS TABLE %[1]s.%%I', r.name, r.name);
		END LOOP;
		CREATE TABLE %[2]s_%[1]s.sequences AS SELECT sequencename AS name, last_value FROM pg_sequences WHERE schemaname = '%[1]s';
	END $do$`, schema, name))
}

// setTo sets the schema to a saved state. The nodes' transactions end before, or find that
// state when they commit.
func (c *cluster) setTo(t *testing.T, schema, name string) {
	t.Helper()
	c.execute(t, fmt.Sprintf(`DO $do$ DECLARE r record; BEGIN
		SET LOCAL session_replication_role = replica;
		LOCK TABLE %[1]s.commits IN EXCLUSIVE MODE;
		FOR r IN SELECT tablename AS name FROM pg_tables WHERE schemaname = '%[1]s' LOOP
			EXECUTE format('DELETE FROM %[1]s.%%I', r.name);
			EXECUTE format('INSERT INTO %[1]s.%%I SELECT * FROM %[2]s_%[1]s.%%I', r.name, r.name);
		END LOOP;
		FOR r IN SELECT name, last_value FROM %[2]s_%[1]s.sequences LOOP
			EXECUTE format('SELECT setval(''%[1]s.%%I'', %%s, %%L)', r.name, COALESCE(r.last_value, 1), r.last_value IS NOT NULL);
		END LOOP;
	END $do$`, schema, name))
}

func (c *cluster) execute(t *testing.T, statement string) {
	t.Helper()
	if _, err := c.admin.ExecContext(context.WithoutCancel(t.Context()), statement); err != nil {
		t.Fatal(err)
	}
}

// history is what happens on a seeded platform: as many changes, and so the same counts,
// whatever it is called.
func history(t *testing.T, name string, stores ...*db.Store) {
	t.Helper()
	w := worldOf(t, stores[0])
	w.AddLink("acme", "link-"+name, "")
	w.AddCheckout("box-"+name, "")
	w.AddEvent("acme", "event-"+name)
	if _, err := w.Store.ArchiveLink(w.Ctx, w.Owner, map[string]string{"lost": "ana", "kept": "bea"}[name]); err != nil {
		t.Fatal(err)
	}
	url := "https://" + name + ".example/"
	if _, err := w.Store.SetClient(w.Ctx, w.Admin, "acme", model.ClientChange{URL: &url}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Store.AddHook(w.Ctx, w.Owner, url+"sales"); err != nil {
		t.Fatal(err)
	}
	for _, s := range stores {
		soon(t, s, "", knows(s, name))
	}
	for n := range 6 { // of new ticket types, by new customers
		there := worldOf(t, stores[n%len(stores)])
		there.Place(orderOf(name, n))
	}
}

func orderOf(name string, n int) dbtest.Order {
	id := fmt.Sprintf("%s-%d", name, n)
	return dbtest.Order{ID: "A-" + id, WebhookID: "msg-" + id, Customer: "customer-" + id, Code: "link-" + name, Tickets: []dbtest.Ticket{{ID: "T-" + id, Type: "type-" + id}}}
}

// knows says whether the store knows what the history did, and nothing of another one.
func knows(s *db.Store, name string) func() bool {
	return func() bool {
		for _, other := range []string{"lost", "kept"} {
			_, link := s.LinkByCode("link-" + other)
			_, checkout := s.CheckoutByName("box-" + other)
			_, event := s.EventPage("event-" + other)
			archived, _ := s.LinkByCode(map[string]string{"lost": "ana", "kept": "bea"}[other])
			page, _ := s.ClientPage("acme")
			want := other == name
			if link != want || checkout != want || event != want || archived.Archived != want || (page.URL == "https://"+other+".example/") != want {
				return false
			}
		}
		return true
	}
}

// worldOf is a world that is in the store already.
func worldOf(t *testing.T, s *db.Store) *dbtest.World {
	return &dbtest.World{TB: t, Ctx: context.Background(), Store: s,
		Admin: model.Actor{Name: "root", Role: model.Admin, Client: "acme"}, Owner: model.Actor{Name: "olga", Role: model.Owner, Client: "acme"}}
}

// wantAsFresh compares all pages of the nodes with those of a store that just began.
func wantAsFresh(t *testing.T, o db.Options, stores ...*db.Store) {
	t.Helper()
	fresh := openStore(t, o)
	for name, read := range pagesOf(model.Actor{Name: "root", Role: model.Admin}, "acme") {
		want := read(fresh)
		for i, s := range stores {
			if got := read(s); got != want {
				t.Errorf("node %d shows %s as\n%s\nand it is\n%s", i, name, got, want)
			}
		}
	}
	for i, s := range append(stores, fresh) {
		if diffs, err := s.Check(t.Context()); err != nil || len(diffs) > 0 {
			t.Errorf("node %d: check: %v, %d differences %v", i, err, len(diffs), diffs)
		}
	}
}

// testSetBack has two nodes make and read what is lost then, while other changes bring
// each count of changes to the number that it had.
func testSetBack(t *testing.T, c *cluster) {
	schema := c.schema(t)
	o := db.Options{URL: c.url(schema)}
	first := openStore(t, o)
	dbtest.Seed(t, first)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	c.save(t, schema, "before")
	other := openStore(t, o)
	history(t, "kept", other)
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	c.save(t, schema, "after")
	c.setTo(t, schema, "before")

	a, b := openStore(t, o), openStore(t, o)
	history(t, "lost", a, b)
	wantAsFresh(t, o, a, b)
	var equal bool
	err := c.admin.QueryRowContext(t.Context(), fmt.Sprintf(`SELECT NOT EXISTS (SELECT client_id, n FROM %[1]s.moves EXCEPT SELECT client_id, n FROM after_%[1]s.moves)`, schema)).Scan(&equal)
	if err != nil || !equal {
		t.Fatalf("the counts of both histories are equal: %t, %v", equal, err)
	}
	shown := map[*db.Store]string{}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	watched := map[*db.Store][]<-chan struct{}{}
	for _, s := range []*db.Store{a, b} {
		shown[s] = watcherSees(t, s)
		watched[s] = []<-chan struct{}{s.Watch(ctx, "acme"), s.Watch(ctx, ""), s.Watch(ctx, model.WatchPeople)}
	}

	c.setTo(t, schema, "after")
	for _, s := range []*db.Store{a, b} {
		for _, signal := range watched[s] {
			signalled(t, signal)
		}
		soon(t, s, "", knows(s, "kept"))
		if now := watcherSees(t, s); now == shown[s] {
			t.Error("a watcher that reads again after its signal is shown what was lost")
		}
	}
	wantAsFresh(t, o, a, b)
	history := map[*db.Store]int{a: 0, b: 1}
	for s, i := range history {
		for n := range 6 {
			w := worldOf(t, s)
			id := orderOf("kept", 10*(i+1)+n)
			id.Tickets[0].Type = fmt.Sprint("type-lost-", n)
			if err := untilDone(func() error { _, err := w.Send(id); return err }); err != nil {
				t.Error(err)
			}
		}
	}
	wantAsFresh(t, o, a, b)
}

// watcherSees is the page of who reads again after a signal.
func watcherSees(t *testing.T, s *db.Store) string {
	t.Helper()
	st, err := s.Stats(model.Refreshing(t.Context()), model.Actor{Name: "olga", Role: model.Owner, Client: "acme"}, model.Filter{})
	b, _ := json.Marshal(st)
	if err != nil {
		t.Error(err)
	}
	return string(b)
}
