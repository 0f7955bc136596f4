package db_test

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"lastclick/db"
	"lastclick/db/dbtest"
	"lastclick/model"
)

// standby is a server that follows a cluster.
type standby struct {
	*cluster
	run func(t *testing.T, program string, args ...string)
}

// replicaStart makes a standby of the cluster that ends with the test.
func replicaStart(t *testing.T, primary *cluster) *standby {
	t.Helper()
	initdb, err := filepath.EvalSymlinks(filepath.Join(postgresBin(t), "initdb"))
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Dir(initdb) // where pg_basebackup is too
	dir, err := os.MkdirTemp("", "pg")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	owner, err := os.Stat(primary.dir)
	if err != nil {
		t.Fatal(err)
	}
	var as *syscall.Credential
	if of := owner.Sys().(*syscall.Stat_t); os.Getuid() == 0 { // PostgreSQL refuses to run as root
		as = &syscall.Credential{Uid: of.Uid, Gid: of.Gid}
		if err := os.Chown(dir, int(of.Uid), int(of.Gid)); err != nil {
			t.Fatal(err)
		}
	}
	b := &standby{cluster: &cluster{dir: dir}, run: func(t *testing.T, program string, args ...string) {
		t.Helper()
		cmd := exec.CommandContext(context.WithoutCancel(t.Context()), filepath.Join(bin, program), args...)
		cmd.Dir, cmd.SysProcAttr = dir, &syscall.SysProcAttr{Credential: as}
		if out, err := cmd.CombinedOutput(); err != nil {
			log, _ := os.ReadFile(filepath.Join(dir, "log"))
			t.Fatalf("%s: %v\n%s%s", program, err, out, log)
		}
	}}
	b.run(t, "pg_basebackup", "-D", filepath.Join(dir, "data"), "-h", primary.dir, "-U", "lastclick", "-R", "-X", "stream", "-c", "fast", "--no-sync")
	b.start(t)
	t.Cleanup(func() { b.stop(t) })
	if b.admin, err = sql.Open("pgx", b.url("")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.admin.Close() })
	return b
}

func (b *standby) start(t *testing.T) {
	t.Helper()
	b.run(t, "pg_ctl", "-D", filepath.Join(b.dir, "data"), "-w", "-l", filepath.Join(b.dir, "log"), "-o", "-F -k "+b.dir+" -c listen_addresses=''", "start")
}

func (b *standby) stop(t *testing.T) {
	t.Helper()
	b.run(t, "pg_ctl", "-D", filepath.Join(b.dir, "data"), "-w", "-m", "immediate", "stop")
}

func (b *standby) execute(t *testing.T, statement string) {
	t.Helper()
	if _, err := b.admin.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

// replicaNode is a store that reads from a standby, with a clock that the test moves.
type replicaNode struct {
	*db.Store
	later    atomic.Int64 // nanoseconds
	placed   int64        // orders
	registry *prometheus.Registry

	mu     sync.Mutex
	logged strings.Builder
	more   chan struct{}
}

func replicaOpen(t *testing.T, o db.Options) *replicaNode {
	t.Helper()
	n := &replicaNode{registry: prometheus.NewRegistry(), more: make(chan struct{}, 1)}
	o.Metrics, o.Log = n.registry, slog.New(slog.NewTextHandler(n, nil))
	o.Now = func() time.Time { return time.Now().Add(time.Duration(n.later.Load())) }
	n.Store = openStore(t, o)
	return n
}

func (n *replicaNode) Write(line []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.logged.Write(line)
	select {
	case n.more <- struct{}{}:
	default:
	}
	return len(line), nil
}

// says waits until the log says so, once more than before.
func (n *replicaNode) says(t *testing.T, text string) {
	t.Helper()
	late := time.After(20 * time.Second)
	for {
		n.mu.Lock()
		before, after, found := strings.Cut(n.logged.String(), text)
		if found {
			n.logged.Reset()
			n.logged.WriteString(after)
		}
		n.mu.Unlock()
		if found {
			return
		}
		select {
		case <-n.more:
		case <-late:
			t.Fatalf("the log does not say %q, but\n%s", text, before)
		}
	}
}

const (
	inUse    = "are read from the replica"
	notInUse = "the replica is not used"
)

// reads are those since the last call, by where they were answered.
func (n *replicaNode) reads(t *testing.T) map[string]int {
	t.Helper()
	families, err := n.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	reads := map[string]int{}
	for _, f := range families {
		if f.GetName() == "lastclick_replica_reads_total" {
			for _, m := range f.GetMetric() {
				reads[m.GetLabel()[0].GetValue()] = int(m.GetCounter().GetValue())
			}
		}
	}
	return reads
}

// from runs do, and says where its reads were answered.
func (n *replicaNode) from(t *testing.T, do func()) string {
	t.Helper()
	before := n.reads(t)
	do()
	var from []string
	for name, count := range n.reads(t) {
		if count > before[name] {
			from = append(from, name)
		}
	}
	slices.Sort(from)
	return strings.Join(from, " ")
}

// orders is what the page says, and how old it is.
func (n *replicaNode) orders(t *testing.T, w *dbtest.World) (count int64, asOf time.Time) {
	t.Helper()
	ctx, age := model.WithAge(t.Context())
	st, err := n.Stats(ctx, w.Owner, model.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range st.Unattributed {
		count += u.Orders
	}
	return count, age.AsOf()
}

func (n *replicaNode) want(t *testing.T, w *dbtest.World, orders int64, from string) (asOf time.Time) {
	t.Helper()
	var count int64
	if got := n.from(t, func() { count, asOf = n.orders(t, w) }); count != orders || got != from {
		t.Errorf("the page says %d orders, read from %q; want %d from %q", count, got, orders, from)
	}
	if (from == "replica_behind") == asOf.IsZero() {
		t.Errorf("read from %s, as of %v", from, asOf)
	}
	return asOf
}

// place sells tickets by an order of its own.
func (n *replicaNode) place(w *dbtest.World, tickets int) dbtest.Order {
	n.placed++
	o := dbtest.Order{ID: fmt.Sprint("A-", n.placed), WebhookID: fmt.Sprint("msg-", n.placed)}
	for i := range tickets {
		o.Tickets = append(o.Tickets, dbtest.Ticket{ID: fmt.Sprintf("T-%d-%d", n.placed, i)})
	}
	w.Place(o)
	return o
}
