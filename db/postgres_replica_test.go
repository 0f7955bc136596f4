package db_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"lastclick/db"
	"lastclick/db/dbtest"
	"lastclick/model"
)

func TestReplica_Postgres(t *testing.T) {
	c := startPostgres(t)
	b := c.standby(t)
	schema := c.schema(t)
	n := replicaOpen(t, db.Options{URL: c.url(schema), ReadURL: b.url(schema)})
	w := dbtest.Seed(t, n.Store)
	n.says(t, inUse)
	t.Run("Check_SaysWhereTheURLLeads", func(t *testing.T) { testReplicaCheck(t, c, b, schema) })
	t.Run("Current_AsThePrimary", func(t *testing.T) { testReplicaCurrent(t, n, w) })
	t.Run("ReplayPaused_SalesWithTheirAge", func(t *testing.T) { testReplicaPaused(t, c, b, n, w) })
	t.Run("AMinuteBehind_NotUsed", func(t *testing.T) { testReplicaOld(t, b, n, w) })
	t.Run("AnotherDatabase_NotUsed", func(t *testing.T) {
		other := c.schema(t)
		openStore(t, db.Options{URL: c.url(other)})
		stray := replicaOpen(t, db.Options{URL: c.url(schema), ReadURL: b.url(other)})
		stray.says(t, "does not follow the primary")
		stray.want(t, w, n.placed, "primary_away")
	})
	t.Run("Hangs_PrimaryAnswers", func(t *testing.T) { testReplicaHangs(t, b, n, w) })
	t.Run("ExportCut_SaysSo", func(t *testing.T) { testReplicaExport(t, b, n, w) })
	t.Run("Killed_PrimaryAnswers", func(t *testing.T) {
		b.Stop(t)
		n.place(w, 1)
		if count, _ := n.orders(t, w); count != n.placed {
			t.Errorf("%d orders", count)
		}
		n.says(t, notInUse)
		n.place(w, 1)
		n.want(t, w, n.placed, "primary_away")
		b.Control(t, "start")
		n.says(t, inUse)
		n.place(w, 1)
		n.want(t, w, n.placed, "replica")
	})
	t.Run("Promoted_NotUsed", func(t *testing.T) {
		b.execute(t, `SELECT pg_promote()`)
		n.says(t, "it is no standby")
		n.place(w, 1)
		n.want(t, w, n.placed, "primary_away")
	})
	if diffs, err := n.Check(t.Context()); err != nil || len(diffs) > 0 {
		t.Errorf("check: %v %v", diffs, err)
	}
}

// What was acknowledged is on the page at once, and the primary has not read it.
func testReplicaCurrent(t *testing.T, n *replicaNode, w *dbtest.World) {
	n.place(w, 1)
	n.want(t, w, n.placed, "replica")
	n.want(t, w, n.placed, "") // as it is kept
	families, err := n.registry.Gather()
	w.Must(err)
	var names []string
	for _, f := range families {
		names = append(names, f.GetName())
	}
	for _, name := range []string{"lastclick_replica_in_use", "lastclick_replica_behind_seconds"} {
		if !slices.Contains(names, name) {
			t.Errorf("%s is not among %v", name, names)
		}
	}
	for what, do := range map[string]func() error{
		"links":  func() error { _, err := n.Links(t.Context(), w.Owner, true); return err },
		"export": func() error { return n.Export(t.Context(), w.Owner, "tickets", func([]string) error { return nil }) },
		"orders": func() error { _, err := n.Orders(t.Context(), w.Owner, model.OrderFilter{}); return err },
		"no link": func() error {
			if _, err := n.Link(t.Context(), w.Owner, "no-such"); model.KindOf(err) != model.NotFound {
				return fmt.Errorf("not NotFound: %w", err)
			}
			return nil
		},
	} {
		if from := n.from(t, func() { w.Must(do()) }); from != "replica" {
			t.Errorf("%s: read from %s", what, from)
		}
	}
}

// pause ends the replay of what comes from now on.
func (b *cluster) pause(t *testing.T) {
	t.Helper()
	b.execute(t, `SELECT pg_wal_replay_pause()`)
	for state := ""; state != "paused"; {
		if err := b.admin.QueryRowContext(t.Context(), `SELECT pg_get_wal_replay_pause_state()`).Scan(&state); err != nil {
			t.Fatal(err)
		}
	}
}

func (b *cluster) resume(t *testing.T) {
	t.Helper()
	b.execute(t, `SELECT pg_wal_replay_resume()`)
}

func testReplicaPaused(t *testing.T, c *cluster, b *cluster, n *replicaNode, w *dbtest.World) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	watched := n.Watch(ctx, "acme")
	n.want(t, w, n.placed, "")
	b.pause(t)
	sold := n.place(w, 1)
	signalled(t, watched)
	n.later.Add(int64(5 * time.Second))
	asOf := n.want(t, w, n.placed-1, "replica_behind")
	if age := time.Now().Add(time.Duration(n.later.Load())).Sub(asOf); age < 5*time.Second || age > 30*time.Second {
		t.Errorf("the page is said to be %s old", age)
	}
	// No verdict is from the standby.
	if out, err := w.Send(sold); err != nil || out.Status != model.Duplicate {
		t.Errorf("sent again it is %s: %v", out.Status, err)
	}
	ctx, age := model.WithAge(t.Context())
	rows := 0
	if from := n.from(t, func() {
		w.Must(n.Export(ctx, w.Owner, "orders", func([]string) error { rows++; return nil }))
	}); from != "replica_behind" || rows != int(n.placed) || age.AsOf().IsZero() { // a header, and one order less
		t.Errorf("an export of %d rows from %s, as of %v", rows, from, age.AsOf())
	}
	// Once the standby goes on, those who saw the page are told.
	b.resume(t)
	signalled(t, watched)
	ctx = model.Refreshing(t.Context())
	if st, err := n.Stats(ctx, w.Owner, model.Filter{}); err != nil || st.Unattributed[0].Orders != n.placed {
		t.Errorf("%v %+v", err, st.Unattributed)
	}

	// What a person changed is there at once, whatever else is missing.
	b.pause(t)
	w.AddLink("acme", "paused", "")
	var links []model.Link
	if from := n.from(t, func() {
		var err error
		links, err = n.Links(t.Context(), w.Owner, true)
		w.Must(err)
	}); from != "primary_change" || links[len(links)-1].Code != "paused" {
		t.Errorf("from %s: %+v", from, links[len(links)-1])
	}
	n.want(t, w, n.placed, "primary_change")
	b.resume(t)
	b.caughtUp(t, c)
	n.place(w, 1)
	b.caughtUp(t, c)
	n.want(t, w, n.placed, "replica")
}

// caughtUp waits until the standby has all that the primary has.
func (b *cluster) caughtUp(t *testing.T, c *cluster) {
	t.Helper()
	var place string
	if err := c.admin.QueryRowContext(t.Context(), `SELECT pg_current_wal_flush_lsn()`).Scan(&place); err != nil {
		t.Fatal(err)
	}
	for there := false; !there; {
		if err := b.admin.QueryRowContext(t.Context(), `SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn`, place).Scan(&there); err != nil {
			t.Fatal(err)
		}
	}
}

// A standby far behind is not used, and those who saw an old page are told.
func testReplicaOld(t *testing.T, b *cluster, n *replicaNode, w *dbtest.World) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	watched := n.Watch(ctx, "acme")
	b.pause(t)
	defer b.resume(t)
	n.place(w, 1)
	signalled(t, watched)
	n.later.Add(int64(5 * time.Second))
	n.want(t, w, n.placed-1, "replica_behind")
	n.later.Add(int64(2 * time.Minute))
	n.says(t, "it is more than 1m0s behind")
	signalled(t, watched)
	n.want(t, w, n.placed, "primary_away")
	b.resume(t)
	n.says(t, inUse)
}

// A standby whose processes hang is given up soon: a page and an export are read from the
// primary.
func testReplicaHangs(t *testing.T, b *cluster, n *replicaNode, w *dbtest.World) {
	hung := b.processes(t)
	if len(hung) < 2 {
		t.Fatalf("processes %v", hung)
	}
	signal := func(s syscall.Signal) {
		for _, pid := range hung {
			if err := syscall.Kill(pid, s); err != nil {
				t.Error(err)
			}
		}
	}
	signal(syscall.SIGSTOP)
	defer signal(syscall.SIGCONT)
	n.place(w, 1)
	begin := time.Now()
	if count, _ := n.orders(t, w); count != n.placed {
		t.Errorf("%d orders", count)
	}
	rows := 0
	w.Must(n.Export(t.Context(), w.Owner, "orders", func([]string) error { rows++; return nil }))
	if rows != int(n.placed)+1 {
		t.Errorf("%d rows of %d orders", rows, n.placed)
	}
	if took := time.Since(begin); took > 6*time.Second {
		t.Errorf("it took %s", took)
	}
	n.says(t, notInUse)
	n.says(t, inUse)
}

// processes are those of the standby that serve stores.
func (b *cluster) processes(t *testing.T) (pids []int) {
	t.Helper()
	rows, err := b.admin.QueryContext(t.Context(), `SELECT pid FROM pg_stat_activity WHERE application_name = 'lastclick'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var pid int
		if err := rows.Scan(&pid); err != nil {
			t.Fatal(err)
		}
		pids = append(pids, pid)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return pids
}

// An export that the standby ends behind the first rows fails, and the next one reads the
// primary.
func testReplicaExport(t *testing.T, b *cluster, n *replicaNode, w *dbtest.World) {
	tickets := int(n.placed)
	for range 4 { // more than lies in the buffers between
		n.place(w, model.MaxTickets)
		tickets += model.MaxTickets
	}
	n.want(t, w, n.placed, "replica")
	rows := 0
	err := n.Export(t.Context(), w.Owner, "tickets", func([]string) error {
		if rows++; rows == 2 {
			b.execute(t, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'lastclick'`)
		}
		return nil
	})
	if model.KindOf(err) != model.Busy || !strings.Contains(err.Error(), "the replica ended the export") || rows < 2 || rows > tickets {
		t.Errorf("%d rows of %d tickets, and %v", rows, tickets, err)
	}
	rows = 0
	err = n.Export(t.Context(), w.Owner, "tickets", func([]string) error { rows++; return nil })
	if err != nil || rows != tickets+1 {
		t.Errorf("%d rows of %d tickets, and %v", rows, tickets, err)
	}
}

// What doctor says.
func testReplicaCheck(t *testing.T, c *cluster, b *cluster, schema string) {
	other := c.schema(t)
	openStore(t, db.Options{URL: c.url(other)})
	b.caughtUp(t, c)
	for url, want := range map[string]string{
		b.url(schema): "",
		c.url(schema): "is no standby",
		c.url(schema) + "&target_session_attrs=any": "leads to a primary",
		b.url(other):                          "another database",
		b.url("no_such_schema"):               "cannot be read",
		"postgres://me:hunter2@127.0.0.1:1/x": "cannot be reached",
	} {
		s := openStore(t, db.Options{URL: c.url(schema), ReadURL: url, ReadOnly: true})
		is, err := s.CheckReplica(t.Context())
		if (err == nil) != (want == "") || err != nil && (!strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2")) || is.KeepsSnapshots {
			t.Errorf("of %s: %+v, %v", url, is, err)
		}
	}
}
