package db

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"lastclick/model"
)

var admin = model.Actor{Name: "root", Role: model.Admin, Client: "acme"}

// openTest is a store with the client acme and the link ana.
func openTest(t *testing.T, o Options) *Store {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	s, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, ok := s.ClientPage("acme"); !ok {
		_, err = s.AddClient(t.Context(), admin, model.NewClient{Slug: "acme", Name: "Acme", URL: "https://acme.example/"})
		must(t, err)
		_, err = s.AddLink(t.Context(), admin, model.NewLink{Name: "Ana", Email: "ana@example.com", Code: "ana"})
		must(t, err)
	}
	return s
}

// pathOf is the file of a store of SQLite.
func pathOf(s *Store) string { return s.engine.(*sqlite).path }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantKind(t *testing.T, err error, kind model.Kind) {
	t.Helper()
	if err == nil || model.KindOf(err) != kind {
		t.Errorf("error %v, want one of the kind %s", err, kind)
	}
}

// hold keeps the committer busy until release is called; what is queued meanwhile
// is one batch.
func (s *Store) hold(t *testing.T) (release func()) {
	t.Helper()
	running, held := make(chan struct{}), make(chan struct{})
	var done sync.WaitGroup
	done.Go(func() {
		if err := s.update(context.Background(), func(*tx) error { close(running); <-held; return nil }); err != nil {
			t.Error(err)
		}
	})
	<-running
	return func() { close(held); done.Wait() }
}

// queued queues do without waiting; the returned function waits.
func (s *Store) queued(t *testing.T, do func(*tx) error) (wait func() error) {
	t.Helper()
	o := op{do: do, done: make(chan error, 1)}
	s.ops <- o
	return func() error { return <-o.done }
}

func addMeta(name string) func(*tx) error {
	return func(t *tx) error {
		_, err := t.exec(`INSERT INTO meta (name, value) VALUES ($1, $2)`, name, []byte(name))
		return err
	}
}

func (s *Store) hasMeta(t *testing.T, name string) bool {
	t.Helper()
	n, err := read(t.Context(), s, func(c *conn) (n int64, err error) {
		err = c.row(`SELECT count(*) FROM meta WHERE name = $1`, name).Scan(&n)
		return n, err
	})
	must(t, err)
	return n == 1
}

func TestCommitter_OneBatch_EachOperationAlone(t *testing.T) {
	s := openTest(t, Options{})
	release := s.hold(t)
	var after []string
	good := s.queued(t, func(tx *tx) error {
		tx.onCommit(func() { after = append(after, "good") })
		return addMeta("good")(tx)
	})
	refused := s.queued(t, func(tx *tx) error {
		tx.onCommit(func() { after = append(after, "refused") })
		must(t, addMeta("refused")(tx))
		return model.Invalidf("field", "refused")
	})
	broken := s.queued(t, func(tx *tx) error {
		must(t, addMeta("broken")(tx))
		_, err := tx.exec(`INSERT INTO nothing (x) VALUES (1)`)
		return err
	})
	panics := s.queued(t, func(tx *tx) error {
		must(t, addMeta("panics")(tx))
		panic("a fault")
	})
	last := s.queued(t, addMeta("last"))
	release()
	must(t, good())
	wantKind(t, refused(), model.Invalid)
	wantKind(t, broken(), model.Internal)
	wantKind(t, panics(), model.Internal)
	must(t, last())
	for name, want := range map[string]bool{"good": true, "refused": false, "broken": false, "panics": false, "last": true} {
		if got := s.hasMeta(t, name); got != want {
			t.Errorf("%s is there: %v, want %v", name, got, want)
		}
	}
	if fmt.Sprint(after) != "[good]" {
		t.Errorf("after the commit ran %v", after)
	}
}

func TestCommitter_FullQueue_Busy(t *testing.T) {
	s := openTest(t, Options{})
	release := s.hold(t)
	var waits []func() error
	for range queueLength {
		waits = append(waits, s.queued(t, func(*tx) error { return nil }))
	}
	wantKind(t, s.update(t.Context(), func(*tx) error { return nil }), model.Busy)
	release()
	for _, wait := range waits {
		must(t, wait())
	}
	must(t, s.Ready(t.Context()))
}

func TestCommitter_ContextEnds_CommitsAnyway(t *testing.T) {
	s := openTest(t, Options{})
	release := s.hold(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	wantKind(t, s.update(ctx, addMeta("late")), model.Busy)
	release()
	must(t, s.Ready(t.Context()))
	if !s.hasMeta(t, "late") {
		t.Error("what was not waited for was not committed")
	}
}

// A COMMIT that fails leaves nothing: neither rows nor memory.
// A batch whose COMMIT fails is tried again one by one: the operation that cannot be
// committed harms no other, and nothing of the batch is there twice.
func TestCommitter_PoisonedOperation_HarmsNoOther(t *testing.T) {
	s := openTest(t, Options{})
	release := s.hold(t)
	committed := 0
	link := s.queued(t, func(tx *tx) error {
		tx.onCommit(func() { committed++ })
		return addMeta("link")(tx)
	})
	orphan := s.queued(t, func(tx *tx) error {
		if _, err := tx.exec(`PRAGMA defer_foreign_keys = ON`); err != nil {
			return err
		}
		_, err := tx.exec(`INSERT INTO ticket_types (event_id, type, name) VALUES (4711, 'ga', 'GA')`)
		return err
	})
	release()
	must(t, link())
	wantKind(t, orphan(), model.Internal)
	if !s.hasMeta(t, "link") || committed != 1 {
		t.Errorf("the good operation is there: %v, and was committed %d times", s.hasMeta(t, "link"), committed)
	}
	orphans, err := read(t.Context(), s, func(c *conn) (n int64, err error) {
		err = c.row(`SELECT count(*) FROM ticket_types`).Scan(&n)
		return n, err
	})
	must(t, err)
	if orphans != 0 {
		t.Error("something of the failed operation is there")
	}
	must(t, s.Ready(t.Context()))
}

// With a full disk nothing is half-done, the memory goes on answering, and writing
// goes on as soon as there is room.
func TestCommitter_FullDisk_NothingHalfDone(t *testing.T) {
	s := openTest(t, Options{})
	limit := func(pages string) {
		t.Helper()
		must(t, s.update(t.Context(), func(tx *tx) error {
			_, err := tx.exec(`PRAGMA max_page_count = ` + pages)
			return err
		}))
	}
	big := func(tx *tx) error {
		_, err := tx.exec(`INSERT INTO meta (name, value) VALUES ('big', $1)`, make([]byte, 1<<20))
		return err
	}
	limit("1") // as far as it is now
	release := s.hold(t)
	small, full := s.queued(t, addMeta("small")), s.queued(t, big)
	release()
	wantKind(t, full(), model.Full)
	if err := small(); err == nil != s.hasMeta(t, "small") {
		t.Errorf("its neighbour was answered %v, and is there: %v", err, s.hasMeta(t, "small"))
	}
	if _, ok := s.LinkByCode("ana"); !ok {
		t.Error("the link is gone from memory")
	}
	if !s.Click(model.Click{Link: 1, At: time.Now()}) {
		t.Error("a click was refused")
	}
	limit("1000000")
	must(t, s.update(t.Context(), big))
	must(t, s.Ready(t.Context()))
	st, err := s.Stats(t.Context(), admin, model.Filter{})
	must(t, err)
	if st.Links[0].Link.Clicks != 1 {
		t.Errorf("%d clicks were counted, want 1", st.Links[0].Link.Clicks)
	}
}

func TestFailed_UnknownCause_Hidden(t *testing.T) {
	s := &Store{engine: &sqlite{}}
	cause := errors.New("secret path")
	var e *model.Error
	if err := s.failed(cause); !errors.As(err, &e) || e.Kind != model.Internal || e.Msg == "" || !errors.Is(err, cause) {
		t.Errorf("%v", err)
	}
	if err := s.failed(context.DeadlineExceeded); model.KindOf(err) != model.Busy {
		t.Errorf("%v", err)
	}
}
