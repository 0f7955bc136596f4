package db_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lastclick/db"
	"lastclick/db/dbtest"
	"lastclick/model"
	"lastclick/model/testenv"
)

// door is a way to the server that can be shut: a link to the folder of its socket.
type door struct {
	path string
	c    *cluster
}

func newDoor(t *testing.T, c *cluster) *door {
	t.Helper()
	dir, err := os.MkdirTemp("", "d") // a socket's path has room for 107 bytes
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	d := &door{filepath.Join(dir, "s"), c}
	d.open(t)
	return d
}

func (d *door) open(t *testing.T) {
	t.Helper()
	if err := os.Symlink(d.c.Dir, d.path); err != nil {
		t.Fatal(err)
	}
}

func (d *door) shut(t *testing.T) {
	t.Helper()
	if err := os.Remove(d.path); err != nil {
		t.Fatal(err)
	}
}

// awayNode is a node whose way to the database can be shut.
type awayNode struct {
	*door
	o   db.Options
	log *testenv.Buffer
}

// newAwayNode has seeded a database of its own, stopped, and lost its way there.
func newAwayNode(t *testing.T, c *cluster) (*awayNode, *dbtest.World) {
	t.Helper()
	n := &awayNode{door: newDoor(t, c), log: &testenv.Buffer{}}
	n.o = db.Options{
		URL: strings.ReplaceAll(c.url(c.schema(t)), "%2Ftmp%2F"+filepath.Base(c.Dir), strings.ReplaceAll(n.path, "/", "%2F")), CacheFile: filepath.Join(t.TempDir(), "cache.snapshot"),
		Log: slog.New(slog.NewTextHandler(n.log, nil)), FreshWait: time.Minute,
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the node said:\n%s", n.log)
		}
	})
	s, err := db.Open(t.Context(), n.o)
	if err != nil {
		t.Fatal(err)
	}
	w := dbtest.Seed(t, s)
	if _, err := s.SharedHostKeys(t.Context(), []byte("host key")); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	n.shut(t)
	return n, w
}

// startAway starts the node, which must run from its file.
func (n *awayNode) startAway(t *testing.T) *db.Store {
	t.Helper()
	s := openStore(t, n.o)
	if s.Away() == nil {
		t.Fatal("it does not run from the file")
	}
	return s
}

// testAway starts a node while its database is away: it redirects, signs and keeps the
// clicks; once the database is there it counts them, once, and attributes an order by the
// receipt that it signed meanwhile.
func testAway(t *testing.T, c *cluster) {
	n, w := newAwayNode(t, c)
	s := n.startAway(t)
	w.Store = s
	ana, ok := s.LinkByCode("ana")
	if !ok || ana.URL == "" {
		t.Fatalf("the link leads to %+v", ana)
	}
	receipt := w.Receipt("ana@50")
	for range 3 {
		if !s.Click(model.Click{Link: ana.Link, At: time.Now(), Visitor: true}) {
			t.Error("a click is not taken")
		}
	}
	_, listErr := s.Links(w.Ctx, w.Owner, true)
	_, statsErr := s.Stats(w.Ctx, w.Owner, model.Filter{})
	_, writeErr := s.AddClient(w.Ctx, w.Admin, model.NewClient{Slug: "zenith", Name: "Zenith", URL: "https://zenith.example/"})
	for what, err := range map[string]error{"ready": s.Ready(t.Context()), "links": listErr, "stats": statsErr, "client add": writeErr, "storage": s.StorageAnswers(t.Context())} {
		if model.KindOf(err) != model.Busy || !strings.Contains(err.Error(), "the database cannot be reached") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if keys, err := s.SharedHostKeys(t.Context(), []byte("another")); err != nil || string(keys) != "host key" {
		t.Errorf("the host key is %q, %v", keys, err)
	}
	if log := n.log.String(); strings.Count(log, "redirect from a snapshot") != 1 {
		t.Errorf("the log says %s", log)
	}
	n.open(t)
	if err := s.Opened(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Ready(t.Context()); err != nil {
		t.Error(err)
	}
	out, err := w.Send(dbtest.Order{Receipt: receipt, Tickets: []dbtest.Ticket{{ID: "T-1"}}})
	if err != nil || out.Tickets[0].Reason != model.ReasonLastClick {
		t.Errorf("an order by a receipt of the meantime: %+v %v", out, err)
	}
	s.Click(model.Click{Link: ana.Link, At: time.Now()})
	if clicks := clicksOf(t, s, w, "ana"); clicks != 4 {
		t.Errorf("%d clicks are counted, 4 came", clicks)
	}
	if diffs, err := s.Check(t.Context()); err != nil || len(diffs) > 0 {
		t.Errorf("check: %v %v", diffs, err)
	}
	// It follows the others as any node does.
	other := openStore(t, db.Options{URL: n.o.URL})
	there := *w
	there.Store = other
	there.AddLink("acme", "new", "summerfest")
	soon(t, s, "", func() bool { _, ok := s.LinkByCode("new"); return ok })
}

// The file may be of a database that was replaced since: nothing of the meantime is
// counted there.
func testAwayOtherDatabase(t *testing.T, c *cluster) {
	n, _ := newAwayNode(t, c)
	other, w := newAwayNode(t, c)
	n.open(t)
	o := n.o
	o.URL, o.CacheFile = strings.ReplaceAll(other.o.URL, strings.ReplaceAll(other.path, "/", "%2F"), strings.ReplaceAll(n.path, "/", "%2F")), n.o.CacheFile
	n.shut(t)
	n.o = o
	s := n.startAway(t)
	ana, _ := s.LinkByCode("ana")
	s.Click(model.Click{Link: ana.Link, At: time.Now()})
	n.open(t)
	if err := s.Opened(t.Context()); err != nil {
		t.Fatal(err)
	}
	if clicks := clicksOf(t, s, w, "ana"); clicks != 0 {
		t.Errorf("%d clicks are counted of another database", clicks)
	}
	if log := n.log.String(); !strings.Contains(log, "is another one than that of the snapshot") || !strings.Contains(log, "clicks=1") {
		t.Errorf("the log says %s", log)
	}
}

// The file is written after changes, also those of other nodes, and when it has become old.
func testAwaySaves(t *testing.T, c *cluster) {
	var later atomic.Int64
	path := filepath.Join(t.TempDir(), "files", "cache.snapshot")
	if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	o := db.Options{URL: c.url(c.schema(t)), Now: func() time.Time { return time.Now().Add(time.Duration(later.Load())) }}
	other := openStore(t, o)
	w := dbtest.Seed(t, other)
	o.CacheFile = path
	s := openStore(t, o)
	save := func() os.FileInfo {
		t.Helper()
		if err := s.SaveCache(t.Context()); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return info
	}
	first := save()
	if !os.SameFile(first, save()) {
		t.Error("it was written again, and nothing had changed")
	}
	w.AddLink("acme", "new", "")
	second := save()
	if there, err := db.CacheFileHolds(path, "new"); err != nil || !there || os.SameFile(first, second) {
		t.Errorf("the link of another node is in the file: %t, %v", there, err)
	}
	later.Store(int64(2 * time.Hour))
	if os.SameFile(second, save()) {
		t.Error("it is two hours old")
	}
	if err := os.RemoveAll(filepath.Dir(path)); err != nil {
		t.Fatal(err)
	}
	later.Store(int64(4 * time.Hour))
	if err := s.SaveCache(t.Context()); err == nil {
		t.Error("it was written into a folder that is gone")
	}
}

// What is no outage ends a start, and a wait for the database, with its sentence.
func testAwayNoOutage(t *testing.T, c *cluster) {
	n, _ := newAwayNode(t, c)
	fails := func(what string, change func(*db.Options), want string) {
		t.Helper()
		o := n.o
		change(&o)
		s, err := db.Open(t.Context(), o)
		if err == nil {
			_ = s.Close()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", what, err)
		}
	}
	fails("no file", func(o *db.Options) { o.CacheFile = filepath.Join(t.TempDir(), "none") }, "cannot be reached")
	fails("a file of long ago", func(o *db.Options) { o.Now = func() time.Time { return time.Now().Add(25 * time.Hour) } }, "25h0m0s ago")
	fails("a damaged file", func(o *db.Options) {
		raw, err := os.ReadFile(n.o.CacheFile)
		if err != nil {
			t.Fatal(err)
		}
		raw[len(raw)/2] ^= 1
		if o.CacheFile = filepath.Join(t.TempDir(), "damaged"); os.WriteFile(o.CacheFile, raw, 0o600) != nil {
			t.Fatal("not written")
		}
	}, "it is damaged")
	fails("another database", func(o *db.Options) { o.URL = strings.Replace(o.URL, "/postgres?", "/other?", 1) }, "it is of the database at")
	n.open(t)
	fails("a wrong user", func(o *db.Options) { o.URL = strings.Replace(o.URL, "lastclick@", "nobody@", 1) }, `role "nobody" does not exist`)
	n.shut(t)
	s := n.startAway(t)
	schema := n.o.URL[strings.LastIndex(n.o.URL, "=")+1:]
	if _, err := c.admin.ExecContext(t.Context(), `UPDATE `+schema+`.schema_version SET version = 999`); err != nil {
		t.Fatal(err)
	}
	n.open(t)
	if err := s.Opened(t.Context()); err == nil || !strings.Contains(err.Error(), "the database has schema 999") {
		t.Errorf("a newer database: %v", err)
	}
	if _, ok := s.LinkByCode("ana"); !ok {
		t.Error("it redirects no more")
	}
}

// A store that closes while its database is away ends in order, and says what is lost.
func testAwayClosed(t *testing.T, c *cluster) {
	n, _ := newAwayNode(t, c)
	s, err := db.Open(t.Context(), n.o)
	if err != nil {
		t.Fatal(err)
	}
	ana, _ := s.LinkByCode("ana")
	s.Click(model.Click{Link: ana.Link, At: time.Now()})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Opened(ctx); err == nil {
		t.Error("it is open")
	}
	before, _ := os.Stat(n.o.CacheFile)
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if after, err := os.Stat(n.o.CacheFile); err != nil || !after.ModTime().Equal(before.ModTime()) {
		t.Error("the file was written again, as if it were as new as the database")
	}
	if log := n.log.String(); !strings.Contains(log, "clicks could not be counted") {
		t.Errorf("the log says %s", log)
	}
}

// Whether a node is ready does not depend on what another node locks.
func testReadyOfNodes(t *testing.T, c *cluster) {
	schema := c.schema(t)
	s := openStore(t, db.Options{URL: c.url(schema)})
	dbtest.Seed(t, s)
	tx, err := c.admin.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	for _, table := range []string{"meta", "clients", "checkouts", "schema_version"} {
		if _, err := tx.ExecContext(t.Context(), `SELECT 1 FROM `+schema+`.`+table+` FOR UPDATE`); err != nil {
			t.Fatal(err)
		}
	}
	s.ForgetCommit()
	ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond) // less than a wait for a lock
	defer cancel()
	if err := s.Ready(ctx); err != nil {
		t.Errorf("not ready while another node holds its locks: %v", err)
	}
	// That was a commit; a moment later it answers.
	at := s.CommittedAt()
	if err := s.Ready(t.Context()); err != nil {
		t.Error(err)
	}
	if again := s.CommittedAt(); again != at && again.Sub(at) < time.Second {
		t.Error("a probe right after a commit was another one")
	}
}
