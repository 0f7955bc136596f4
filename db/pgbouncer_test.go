package db_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"lastclick/db"
	"lastclick/db/dbtest"
	"lastclick/model"
	"lastclick/model/testenv"
)

// pgbouncer is a pooler before the cluster, on a unix socket and on a port of loopback
// where it takes TLS alone. Its databases tx, session and statement are named by how they pool.
type pgbouncer struct {
	*cluster
	dir  string
	port string
	tls  authority
}

func (c *cluster) pgbouncer(t *testing.T) *pgbouncer {
	t.Helper()
	return c.pgbouncerWith(t, "auth_type = trust\nclient_tls_sslmode = require")
}

// pgbouncerWith has other settings of how clients prove who they are.
func (c *cluster) pgbouncerWith(t *testing.T, proof string) *pgbouncer {
	t.Helper()
	program := testenv.Need(t, "/usr/sbin/pgbouncer")[0]
	dir, err := os.MkdirTemp(c.Dir, "pooler")
	if err != nil {
		t.Fatal(err)
	}
	b := &pgbouncer{c, dir, freePort(t), newAuthority(t, dir)}
	for _, err := range []error{
		os.WriteFile(filepath.Join(dir, "users"), []byte(`"lastclick" ""`+"\n"), 0o600),
		os.WriteFile(filepath.Join(dir, "ini"), fmt.Appendf(nil, `[databases]
tx = host=%[1]s dbname=postgres pool_mode=transaction
session = host=%[1]s dbname=postgres pool_mode=session
statement = host=%[1]s dbname=postgres pool_mode=statement
[pgbouncer]
unix_socket_dir = %[2]s
listen_addr = 127.0.0.1
listen_port = %[3]s
%[4]s
auth_file = %[2]s/users
default_pool_size = 5
server_login_retry = 0.05
client_tls_ca_file = %[2]s/ca.pem
client_tls_cert_file = %[2]s/good.pem
client_tls_key_file = %[2]s/good.key
`, c.Dir, dir, b.port, proof), 0o600),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	c.own(t, dir)
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), program, filepath.Join(dir, "ini"))
	var log bytes.Buffer
	cmd.Dir, cmd.SysProcAttr, cmd.Stderr = dir, &syscall.SysProcAttr{Credential: c.User}, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			said := log.Bytes()
			t.Logf("pgbouncer: %s", said[max(0, len(said)-2000):])
		}
	})
	for deadline := time.Now().Add(10 * time.Second); ; {
		conn, err := net.Dial("unix", filepath.Join(dir, ".s.PGSQL."+b.port)) // the last that it listens on
		if err == nil {
			conn.Close()
			return b
		}
		if time.Now().After(deadline) {
			t.Fatalf("pgbouncer does not start: %v", err)
		}
	}
}

// awaitServer waits until the pooler has found the server again.
func (b *pgbouncer) awaitServer(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; {
		conn, err := pgx.Connect(t.Context(), b.url("tx", ""))
		if err == nil {
			_, err = conn.Exec(t.Context(), "SELECT 1")
			conn.Close(t.Context())
		}
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}

func (b *pgbouncer) url(database, schema string) string {
	q := url.Values{"host": {b.dir}, "port": {b.port}}
	if schema != "" {
		q.Set("search_path", schema)
	}
	return "postgres://lastclick@/" + database + "?" + q.Encode()
}

// freePort is one that nothing listened on a moment ago.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

// testPooled has three nodes over one database: two behind PgBouncer, which gives every
// transaction another server connection, and one without it.
func testPooled(t *testing.T, c *cluster) {
	b := c.pgbouncer(t)
	schema := c.schema(t)
	var log testenv.Buffer
	pooled := openStore(t, db.Options{URL: b.url("tx", schema), Log: slog.New(slog.NewTextHandler(&log, nil))})
	if n := strings.Count(log.String(), "a connection pooler, such as PgBouncer"); n != 1 {
		t.Errorf("said %d times: %s", n, log.String())
	}
	w := dbtest.Seed(t, pooled)
	nodes := []*db.Store{pooled, openStore(t, db.Options{URL: b.url("tx", schema)}), openStore(t, db.Options{URL: c.url(schema)})}
	sellAtOnce(t, w, nodes)
	for i, s := range nodes {
		// Each node hears of what another one did: by a poll where there is no LISTEN.
		code := fmt.Sprint("heard-", i)
		begin := time.Now()
		there := *w
		there.Store = nodes[(i+1)%len(nodes)]
		there.AddLink("acme", code, "")
		soon(t, s, "", func() bool { _, ok := s.LinkByCode(code); return ok })
		t.Logf("node %d heard after %s", i, time.Since(begin))
	}
	if diffs, err := pooled.Check(t.Context()); err != nil || len(diffs) > 0 {
		t.Errorf("check: %v %v", diffs, err)
	}
	// The server connections are as they were: what a node needs is gone with its transaction.
	left := strings.Join(b.leftBehind(t), "\n")
	if left != "" {
		t.Errorf("left behind on the server's connections:\n%s", left)
	}
}

// leftBehind are settings and statements that a transaction through the pooler meets.
func (b *pgbouncer) leftBehind(t *testing.T) (left []string) {
	t.Helper()
	conn := b.connect(t, b.url("tx", ""))
	rows, err := conn.Query(t.Context(), `SELECT name || ' = ' || setting FROM pg_settings WHERE source = 'session'
			AND name NOT IN ('application_name', 'client_encoding', 'DateStyle', 'TimeZone', 'standard_conforming_strings')
		UNION ALL SELECT statement FROM pg_prepared_statements WHERE name <> ''`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		left = append(left, line)
	}
	return left
}

// sellAtOnce has all nodes sell to the same customers, and change links and people, at
// once: nothing is refused, and the sums are right.
func sellAtOnce(t *testing.T, w *dbtest.World, nodes []*db.Store) {
	t.Helper()
	var all sync.WaitGroup
	const each = 15
	for i, s := range nodes {
		soon(t, s, "", func() bool { _, ok := s.CheckoutByName("box"); return ok })
		soon(t, s, "", func() bool { _, ok := s.LinkByCode("ana"); return ok })
		there := *w
		there.Store = s
		all.Go(func() {
			for n := range each {
				id := fmt.Sprintf("%d-%d", i, n)
				if _, err := there.Send(dbtest.Order{ID: "A-" + id, WebhookID: "msg-" + id, Customer: fmt.Sprint("c-", n), Code: "ana", Tickets: []dbtest.Ticket{{ID: "T-" + id}}}); err != nil {
					t.Errorf("order %s: %v", id, err)
				}
			}
		})
		all.Go(func() {
			for n := range each {
				name := fmt.Sprintf("k%d-%d", i, n)
				if _, err := s.AddLink(w.Ctx, dbtest.As("acme"), model.NewLink{Name: "K", Email: "k@example.com", Code: name, NoMail: true}); err != nil {
					t.Errorf("link %s: %v", name, err)
				}
				if _, err := s.AddPerson(w.Ctx, w.Owner, model.NewPerson{Name: name, Role: model.Viewer, Key: model.Key{Fingerprint: "SHA256:" + name, Public: "ssh-ed25519 AAAA" + name}}); err != nil {
					t.Errorf("person %s: %v", name, err)
				}
				if _, err := s.Stats(w.Ctx, w.Owner, model.Filter{}); err != nil {
					t.Errorf("a page: %v", err)
				}
			}
		})
	}
	all.Wait()
	st, err := nodes[0].Stats(t.Context(), w.Owner, model.Filter{})
	if err != nil || st.Total.Orders != int64(each*len(nodes)) {
		t.Errorf("%d orders: %v %+v", each*len(nodes), err, st.Total)
	}
	if diffs, err := nodes[0].Check(t.Context()); err != nil || len(diffs) > 0 {
		t.Errorf("check: %v %v", diffs, err)
	}
}
