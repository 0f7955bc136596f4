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
	_, err := w.Store.ArchiveLink(w.Ctx, w.Owner, map[string]string{"lost": "ana", "kept": "bea"}[name])
	w.Must(err)
	url := "https://" + name + ".example/"
	_, err = w.Store.SetClient(w.Ctx, w.Admin, "acme", model.ClientChange{URL: &url})
	w.Must(err)
	_, err = w.Store.AddHook(w.Ctx, w.Owner, url+"sales")
	w.Must(err)
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
	return &dbtest.World{
		TB: t, Ctx: context.Background(), Store: s,
		Admin: model.Actor{Name: "root", Role: model.Admin, Client: "acme"}, Owner: model.Actor{Name: "olga", Role: model.Owner, Client: "acme"},
	}
}

// readPages has the nodes keep all pages.
func readPages(stores ...*db.Store) {
	for _, read := range pagesOf(model.Actor{Name: "root", Role: model.Admin}, "acme") {
		for _, s := range stores {
			read(s)
		}
	}
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
	readPages(a, b)
	var equal bool
	err := c.admin.QueryRowContext(t.Context(), fmt.Sprintf(`SELECT NOT EXISTS (SELECT client_id, n FROM %[1]s.moves EXCEPT SELECT client_id, n FROM after_%[1]s.moves)`, schema)).Scan(&equal)
	if err != nil || !equal {
		t.Fatalf("the counts of both histories are equal: %t, %v", equal, err)
	}
	watchers := watch(t, a, b)
	c.setTo(t, schema, "after")
	watchers.wantSignalled(t)
	for _, s := range []*db.Store{a, b} {
		soon(t, s, "", knows(s, "kept"))
	}
	wantAsFresh(t, o, a, b)
	for i, s := range []*db.Store{a, b} { // of types that had other cells
		for n := range 6 {
			order := orderOf("kept", 10*(i+1)+n)
			order.Tickets[0].Type = fmt.Sprint("type-lost-", n)
			worldOf(t, s).Place(order)
		}
	}
	wantAsFresh(t, o, a, b)
}

// watcher is one who reads a page of acme again after a signal.
type watcher struct {
	store   *db.Store
	signals []<-chan struct{}
	shown   string
}

type watchers []watcher

func watch(t *testing.T, stores ...*db.Store) (all watchers) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	for _, s := range stores {
		w := watcher{store: s, signals: []<-chan struct{}{s.Watch(ctx, "acme"), s.Watch(ctx, ""), s.Watch(ctx, model.WatchPeople)}}
		w.shown = w.read(t)
		for _, signal := range w.signals {
			select {
			case <-signal: // of what was before
			default:
			}
		}
		all = append(all, w)
	}
	return all
}

func (w watcher) read(t *testing.T) string {
	t.Helper()
	st, err := w.store.Stats(model.Refreshing(t.Context()), dbtest.As("acme"), model.Filter{})
	b, _ := json.Marshal(st)
	if err != nil {
		t.Error(err)
	}
	return string(b)
}

// wantSignalled wants each to be signalled, and to read something else after a signal.
func (all watchers) wantSignalled(t *testing.T) {
	t.Helper()
	for _, w := range all {
		for _, signal := range w.signals {
			signalled(t, signal)
		}
		soon(t, w.store, "acme", func() bool { return w.read(t) != w.shown })
	}
}

// A delivery that was verified for a checkout that is lost is not taken for the one that has
// its id since.
func testSetBackCheckout(t *testing.T, c *cluster) {
	schema := c.schema(t)
	s := openStore(t, db.Options{URL: c.url(schema)})
	w := dbtest.Seed(t, s)
	c.save(t, schema, "before")
	w.AddCheckout("lost", "")
	delivery := w.Delivery("lost", "msg-lost", dbtest.Order{Tickets: []dbtest.Ticket{{ID: "T-1"}}}.Body())
	c.setTo(t, schema, "before")
	c.execute(t, fmt.Sprintf(`INSERT INTO %s.checkouts (id, name, created_at) VALUES (%d, 'other', 0)`, schema, delivery.Checkout))
	if err := untilDone(func() error { _, err := s.Receive(t.Context(), delivery); return err }); model.KindOf(err) != model.NotFound {
		t.Errorf("%v", err)
	}
	if n := len(queryTexts(t, c.admin, fmt.Sprintf(`SELECT order_id FROM %s.orders`, schema))); n != 0 {
		t.Errorf("%d orders are stored", n)
	}
}
