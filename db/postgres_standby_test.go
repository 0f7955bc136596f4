package db_test

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"lastclick/db"
	"lastclick/db/dbtest"
	"lastclick/model"
)

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
