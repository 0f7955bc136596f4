package db_test

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"lastclick/db"
	"lastclick/db/dbtest"
	"lastclick/model"
)

// own gives a folder and what is in it to the user of the server.
func (c *cluster) own(t *testing.T, dir string) {
	t.Helper()
	if c.User == nil {
		return
	}
	inside, _ := filepath.Glob(filepath.Join(dir, "*"))
	for _, path := range append(inside, dir) {
		if err := os.Chown(path, int(c.User.Uid), int(c.User.Gid)); err != nil {
			t.Fatal(err)
		}
	}
}

// connect is a connection of the test's own, closed with it.
func (c *cluster) connect(t *testing.T, address string) *pgx.Conn {
	t.Helper()
	config, err := pgx.ParseConfig(address)
	if err != nil {
		t.Fatal(err)
	}
	config.DefaultQueryExecMode = pgx.QueryExecModeExec
	conn, err := pgx.ConnectConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(t.Context()) })
	return conn
}

// exec runs a statement as the admin.
func (c *cluster) exec(t *testing.T, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		if _, err := c.admin.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// hostileDefaults are what an admin may have set for a role, and any program but ours.
var hostileDefaults = []string{
	"default_transaction_isolation = 'serializable'", "default_transaction_read_only = on", "default_transaction_deferrable = on",
	"plan_cache_mode = 'force_custom_plan'", "statement_timeout = '1ms'", "lock_timeout = '1ms'", "idle_in_transaction_session_timeout = '1ms'",
	"idle_session_timeout = '10ms'", "search_path = 'nowhere'", "timezone = 'Pacific/Kiritimati'", "DateStyle = 'German'", "IntervalStyle = 'sql_standard'",
	"synchronous_commit = off", "standard_conforming_strings = off", "client_encoding = 'LATIN1'", "bytea_output = 'escape'", "array_nulls = off", "extra_float_digits = -15",
}

// testHostileDefaults has two nodes at once work on a database and as a role whose defaults
// are another program's, without a pooler and behind one.
func testHostileDefaults(t *testing.T, c *cluster) {
	c.exec(t, "CREATE DATABASE hostile", "CREATE ROLE hostile LOGIN SUPERUSER")
	for i, set := range hostileDefaults {
		c.exec(t, []string{"ALTER DATABASE hostile SET ", "ALTER ROLE hostile SET "}[i%2]+set)
	}
	o := db.Options{URL: "postgres://hostile@/hostile?" + url.Values{"host": {c.Dir}, "search_path": {"public"}}.Encode()}
	nodes := []*db.Store{openStore(t, o), openStore(t, o)}
	w := dbtest.Seed(t, nodes[0])
	sellAtOnce(t, w, nodes)
}

// frozen is a path to the server that can stop passing anything on, without a word.
type frozen struct {
	net.Listener
	to   string
	gate sync.RWMutex // held for writing: it is frozen
	all  sync.WaitGroup
	mu   sync.Mutex
	open []net.Conn
}

func newFrozen(t *testing.T, network, to string) *frozen {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &frozen{Listener: l, to: to}
	p.all.Go(func() {
		for {
			from, err := l.Accept()
			if err != nil {
				return
			}
			to, err := net.Dial(network, to)
			if err != nil {
				from.Close()
				continue
			}
			p.mu.Lock()
			p.open = append(p.open, from, to)
			p.mu.Unlock()
			for _, way := range [][2]net.Conn{{from, to}, {to, from}} {
				p.all.Go(func() { p.pass(way[0], way[1]) })
			}
		}
	})
	t.Cleanup(func() {
		l.Close()
		p.mu.Lock()
		for _, c := range p.open {
			c.Close()
		}
		p.mu.Unlock()
		p.all.Wait()
	})
	return p
}

func (p *frozen) pass(from, to net.Conn) {
	defer from.Close()
	defer to.Close()
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		p.gate.RLock()
		if n > 0 {
			if _, err := to.Write(buffer[:n]); err != nil {
				p.gate.RUnlock()
				return
			}
		}
		p.gate.RUnlock()
		if err != nil {
			return
		}
	}
}

func (p *frozen) port() string {
	_, port, _ := net.SplitHostPort(p.Addr().String())
	return port
}

// testFrozenPath freezes the path of one node: what it answers meanwhile comes within a
// few seconds, the other node goes on, and after the thaw nothing is there twice.
func testFrozenPath(t *testing.T, c *cluster) {
	schema := c.schema(t)
	path := newFrozen(t, "unix", filepath.Join(c.Dir, ".s.PGSQL.5432"))
	far := openStore(t, db.Options{URL: "postgres://lastclick@127.0.0.1:" + path.port() + "/postgres?sslmode=disable&search_path=" + schema})
	near := openStore(t, db.Options{URL: c.url(schema)})
	w := dbtest.Seed(t, far)
	soon(t, near, "", func() bool { _, ok := near.CheckoutByName("box"); return ok })
	there := *w
	there.Store = near

	path.gate.Lock()
	begin := time.Now()
	timed := func(what string, most time.Duration, do func() error) {
		err := do()
		took := time.Since(begin).Round(10 * time.Millisecond)
		t.Logf("%s: %v after %s", what, err, took)
		if model.KindOf(err) != model.Busy || took > most {
			t.Errorf("%s: %v after %s", what, err, took)
		}
	}
	order := dbtest.Order{ID: "A-1", WebhookID: "msg-1", Tickets: []dbtest.Ticket{{ID: "T-1"}}}
	var both sync.WaitGroup
	both.Go(func() {
		timed("an order", 8*time.Second, func() error { _, err := w.Send(order); return err })
	})
	both.Go(func() {
		timed("a page", 4*time.Second, func() error { _, err := far.Orders(w.Ctx, w.Owner, model.OrderFilter{}); return err })
	})
	if _, err := there.Send(dbtest.Order{ID: "A-2", WebhookID: "msg-2", Tickets: []dbtest.Ticket{{ID: "T-2"}}}); err != nil || time.Since(begin) > 4*time.Second {
		t.Errorf("the other node answered %v after %s", err, time.Since(begin))
	}
	both.Wait()
	if _, ok := far.LinkByCode("ana"); !ok {
		t.Error("the memory forgot")
	}
	path.gate.Unlock()

	if err := untilDone(func() error { _, err := w.Send(order); return err }); err != nil {
		t.Errorf("after the thaw: %v", err)
	}
	if st, err := far.Stats(w.Ctx, w.Owner, model.Filter{}); err != nil || st.Unattributed[0].Orders != 2 {
		t.Errorf("%v %+v", err, st.Unattributed)
	}
	if diffs, err := near.Check(t.Context()); err != nil || len(diffs) > 0 {
		t.Errorf("check: %v %v", diffs, err)
	}
}

// testHosts names several hosts: one that never answers costs its connect_timeout, and the
// primary is found behind it.
func testHosts(t *testing.T, c *cluster) {
	dead := newFrozen(t, "unix", filepath.Join(c.Dir, ".s.PGSQL.5432"))
	dead.gate.Lock()
	defer dead.gate.Unlock()
	q := url.Values{"host": {"127.0.0.1," + c.Dir}, "port": {dead.port() + ",5432"}, "search_path": {c.schema(t)}, "sslmode": {"disable"}, "pool_max_conns": {"2"}}
	begin := time.Now()
	s := openStore(t, db.Options{URL: "postgres://lastclick@/postgres?" + q.Encode()})
	if took := time.Since(begin); took > 15*time.Second {
		t.Errorf("it took %s", took)
	}
	dbtest.Seed(t, s)
}

// testRefused says why a start is refused, and what to do.
func testRefused(t *testing.T, c *cluster) {
	schema := c.schema(t)
	c.exec(t, "CREATE ROLE stranger LOGIN", "CREATE ROLE few LOGIN CONNECTION LIMIT 1", "GRANT ALL ON SCHEMA "+schema+" TO few", "GRANT USAGE ON SCHEMA "+schema+" TO stranger",
		"CREATE DATABASE latin ENCODING 'SQL_ASCII' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'")
	b := c.pgbouncer(t)
	at := func(host, more string) string { return "postgres://lastclick@" + host + ":" + b.port + "/tx?" + more }
	for _, tt := range []struct{ name, url, want string }{
		{"statement pooling", b.url("statement", schema), "set pool_mode = transaction"},
		{"a role that may make no tables", strings.Replace(c.url(schema), "lastclick@", "stranger@", 1), "GRANT CREATE ON SCHEMA"},
		{"a schema that is not there", c.url("nowhere"), "make the schema"},
		{"no connection left", strings.Replace(c.url(schema), "lastclick@", "few@", 1), "pool_max_conns"},
		{"no such database", strings.Replace(c.url(""), "/postgres", "/none", 1), "createdb"},
		{"an encoding that cannot hold names", strings.Replace(c.url(""), "/postgres", "/latin", 1), "--encoding UTF8"},
		{"a setting that there is not", c.url("") + "&no_such=1", "parameters in --database"},
		{"a standby wanted", c.url("") + "&target_session_attrs=standby", "target_session_attrs=read-write"},
		{"too many readers", c.url("") + "&pool_max_conns=100", "from 2 to 8"},
		{"another name in the certificate", at("127.0.0.1", "sslmode=verify-full&sslrootcert="+b.tls.ca), "for another host name"},
		{"an authority that is not known", at("localhost", "sslmode=verify-full"), "sslrootcert"},
		{"no file of authorities", at("localhost", "sslmode=verify-full&sslrootcert="+c.Dir+"/none.pem"), `"` + c.Dir + `/none.pem" cannot be read`},
		{"a wrong sslmode", at("localhost", "sslmode=maybe"), "such as sslmode"},
	} {
		s, err := db.Open(t.Context(), db.Options{URL: tt.url})
		if err == nil {
			s.Close()
		}
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	// With its authority and its name it is trusted.
	s, err := db.Open(t.Context(), db.Options{URL: at("localhost", "search_path="+schema+"&sslmode=verify-full&sslrootcert="+b.tls.ca)})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Ready(t.Context()); err != nil {
		t.Error(err)
	}
}

// testFewConnections gives a node that runs fewer connections than its readers would take:
// pages come or are refused for a moment, and orders go on.
func testFewConnections(t *testing.T, c *cluster) {
	schema := c.schema(t)
	c.exec(t, "CREATE ROLE four LOGIN CONNECTION LIMIT 4", "GRANT ALL ON SCHEMA "+schema+" TO four")
	s := openStore(t, db.Options{URL: strings.Replace(c.url(schema), "lastclick@", "four@", 1)})
	w := dbtest.Seed(t, s)
	var pages sync.WaitGroup
	for reader := range 16 {
		pages.Go(func() {
			for n := range 20 {
				_, err := s.Orders(t.Context(), w.Owner, model.OrderFilter{Limit: reader*20 + n + 1}) // each is read by itself
				if err != nil && model.KindOf(err) != model.Busy {
					t.Errorf("a page: %v", err)
				}
			}
		})
	}
	for n := range 20 {
		id := fmt.Sprint("A-", n)
		if _, err := w.Send(dbtest.Order{ID: id, WebhookID: "msg-" + id, Tickets: []dbtest.Ticket{{ID: id}}}); err != nil {
			t.Errorf("an order: %v", err)
		}
	}
	pages.Wait()
	list, err := s.Orders(t.Context(), w.Owner, model.OrderFilter{})
	if err != nil || len(list.Items) != 20 {
		t.Errorf("afterwards: %d orders, %v", len(list.Items), err)
	}
}

// testRetriedInside has PostgreSQL fail a change as if another node were in the way. It is
// tried again, and not for ever.
func testRetriedInside(t *testing.T, c *cluster) {
	schema := c.schema(t)
	s := openStore(t, db.Options{URL: c.url(schema)})
	w := dbtest.Seed(t, s)
	// A sequence is not set back with the transaction, so it counts the tries.
	c.exec(t, "CREATE SEQUENCE "+schema+".tries", "CREATE FUNCTION "+schema+".in_the_way() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE n bigint := nextval('"+schema+`.tries'); BEGIN
			IF n <= (split_part(NEW.name, ' ', 2))::bigint THEN RAISE EXCEPTION 'in the way' USING ERRCODE = split_part(NEW.name, ' ', 1); END IF; RETURN NEW; END $$`,
		"CREATE TRIGGER in_the_way BEFORE UPDATE ON "+schema+".clients FOR EACH ROW WHEN (NEW.name LIKE '% %') EXECUTE FUNCTION "+schema+".in_the_way()")
	for _, code := range []string{"40001", "40P01", "55P03", "23505"} {
		for tries, want := range map[string]model.Kind{"2": 0, "1000": model.Busy} {
			c.exec(t, "ALTER SEQUENCE "+schema+".tries RESTART")
			name := code + " " + tries
			_, err := s.SetClient(w.Ctx, w.Admin, "acme", model.ClientChange{Name: &name})
			if want == 0 && err != nil || want != 0 && (model.KindOf(err) != want || !strings.Contains(err.Error(), "other nodes changed the same rows")) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	var tried int64
	if err := c.admin.QueryRowContext(t.Context(), "SELECT last_value FROM "+schema+".tries").Scan(&tried); err != nil || tried > 10 {
		t.Errorf("tried %d times, %v", tried, err)
	}
}

// testStandby makes the server a standby under running nodes, as a failover that goes to
// another server does with the old one: no page is read from it, and no node starts on it.
// Once it is promoted all goes on.
func testStandby(t *testing.T, c *cluster) {
	b := c.pgbouncer(t)
	schema := c.schema(t)
	nodes := map[string]*db.Store{"": openStore(t, db.Options{URL: c.url(schema)}), " behind a pooler": openStore(t, db.Options{URL: b.url("tx", schema)})}
	w := dbtest.Seed(t, nodes[""])
	page := func(s *db.Store) error { _, err := s.Orders(w.Ctx, w.Owner, model.OrderFilter{}); return err }
	order := func(s *db.Store, id string) error {
		there := *w
		there.Store = s
		_, err := there.Send(dbtest.Order{ID: id, WebhookID: "msg-" + id, Tickets: []dbtest.Ticket{{ID: id}}})
		return err
	}
	for how, s := range nodes {
		soon(t, s, "", func() bool { _, ok := s.CheckoutByName("box"); return ok })
		if err := page(s); err != nil {
			t.Errorf("a page%s: %v", how, err)
		}
	}
	c.Control(t, "-m", "fast", "stop")
	if err := os.WriteFile(filepath.Join(c.Dir, "data", "standby.signal"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	c.own(t, filepath.Join(c.Dir, "data"))
	c.Control(t, "start")
	b.awaitServer(t)
	for how, s := range nodes {
		for range 2 {
			if err := page(s); model.KindOf(err) != model.Busy || !strings.Contains(err.Error(), "standby") {
				t.Errorf("a page of a standby%s: %v", how, err)
			}
			if err := order(s, "A"+how); model.KindOf(err) != model.Busy {
				t.Errorf("an order to a standby%s: %v", how, err)
			}
		}
	}
	for how, address := range map[string]string{"": c.url(schema), " behind a pooler": b.url("tx", schema)} {
		s, err := db.Open(t.Context(), db.Options{URL: address})
		if err == nil {
			s.Close()
		}
		if err == nil || !strings.Contains(err.Error(), "name the primary") {
			t.Errorf("a start on a standby%s: %v", how, err)
		}
	}
	c.Control(t, "promote")
	for how, s := range nodes {
		if err := untilDone(func() error { return order(s, "A"+how) }); err != nil {
			t.Errorf("after the promotion%s: %v", how, err)
		}
		if err := page(s); err != nil {
			t.Errorf("after the promotion%s: %v", how, err)
		}
	}
	if diffs, err := nodes[""].Check(t.Context()); err != nil || len(diffs) > 0 {
		t.Errorf("check: %v %v", diffs, err)
	}
}
