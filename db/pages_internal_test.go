package db

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"lastclick/model"
)

// counted is a client whose only number is how often it changed, with its pages.
type counted struct {
	*pages
	number   atomic.Int64 // what a reading sees
	readings atomic.Int64
	slow     chan struct{} // nil: a reading is over at once
	err      error
}

const acme = 7

func newCounted() *counted { return &counted{pages: newPages()} }

// change commits a change.
func (c *counted) change() int64 {
	n := c.number.Add(1)
	c.changed([]int64{acme})
	return n
}

// start reads the number as it is when the reading begins.
func (c *counted) start(r *reading, _ uint64) error {
	ctx, cancel := context.WithCancel(context.Background())
	r.cancel = cancel
	c.readings.Add(1)
	go func() {
		defer close(r.done)
		defer cancel()
		r.state.changes = r.changes
		r.value, r.err = c.number.Load(), c.err
		if c.slow == nil {
			return
		}
		select {
		case <-c.slow:
		case <-ctx.Done():
			r.err = ctx.Err()
		}
	}()
	return nil
}

// ask asks for the page as one who knows of every change, or as a watcher.
func (c *counted) ask(ctx context.Context, key any, watcher bool) (int64, error) {
	need := c.changes(acme, watcher)
	v, _, err := c.get(ctx, acme, key, func(st state) bool { return st.changes >= need }, c.start)
	if err != nil {
		return 0, err
	}
	return v.(int64), nil
}

func (c *counted) want(t *testing.T, watcher bool, number, readings int64) {
	t.Helper()
	n, err := c.ask(t.Context(), "page", watcher)
	if err != nil || n != number || c.readings.Load() != readings {
		t.Errorf("the page says %d (%v) after %d readings, want %d after %d", n, err, c.readings.Load(), number, readings)
	}
}

func TestPages_Unchanged_ReadOnce(t *testing.T) {
	c := newCounted()
	c.want(t, false, 0, 1)
	c.want(t, false, 0, 1)
	c.change()
	c.change()
	c.want(t, true, 2, 2)
	c.want(t, false, 2, 2)
	c.changed([]int64{acme + 1})
	c.want(t, false, 2, 2)
}

func TestPages_WatcherNotToldYet_OlderPage(t *testing.T) {
	c := newCounted()
	c.want(t, false, 0, 1)
	c.change()
	c.want(t, true, 1, 2)
	c.change()
	c.hold(acme)
	c.change()
	c.hold(acme)
	c.want(t, true, 1, 2)
	c.tell(acme)
	c.want(t, true, 3, 3)
	c.change()
	c.hold(acme)
	c.want(t, false, 4, 4) // one who may know of it
	c.want(t, true, 4, 4)
}

// Those who ask while a reading is under way share it, and those who came after a change
// wait for the next one together.
func TestPages_Asked_WhileReading_OneReadingMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCounted()
		c.slow = make(chan struct{})
		var all sync.WaitGroup
		ask := func(known int64) {
			for range 50 {
				all.Go(func() {
					if n, err := c.ask(t.Context(), "page", false); n < known || err != nil {
						t.Errorf("%d, %v: but %d was known", n, err, known)
					}
				})
			}
			synctest.Wait()
		}
		ask(0)
		c.change()
		ask(1)
		c.change()
		ask(2)
		c.slow <- struct{}{}
		synctest.Wait()
		close(c.slow)
		all.Wait()
		if n := c.readings.Load(); n != 2 {
			t.Errorf("%d readings, want 2", n)
		}
	})
}

func TestPages_CallerLeaves_ReadingGoesOnForOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCounted()
		c.slow = make(chan struct{})
		ctx, cancel := context.WithCancel(t.Context())
		var all sync.WaitGroup
		all.Go(func() {
			if _, err := c.ask(ctx, "page", false); !errors.Is(err, context.Canceled) {
				t.Errorf("who left has %v", err)
			}
		})
		synctest.Wait()
		all.Go(func() {
			if _, err := c.ask(t.Context(), "page", false); err != nil {
				t.Errorf("who stayed has %v", err)
			}
		})
		synctest.Wait()
		cancel()
		synctest.Wait()
		close(c.slow)
		all.Wait()
		c.want(t, false, 0, 1)
	})
}

func TestPages_AllLeave_ReadingEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // which fails where a goroutine is left
		c := newCounted()
		c.slow = make(chan struct{})
		ctx, cancel := context.WithCancel(t.Context())
		for range 3 {
			go func() { _, _ = c.ask(ctx, "page", false) }()
		}
		synctest.Wait()
		cancel()
		synctest.Wait()
		if len(c.clients) != 0 {
			t.Errorf("%d clients are kept", len(c.clients))
		}
		c.slow = nil
		c.want(t, false, 0, 2)
	})
}

func TestPages_ReadingFails_NothingKept(t *testing.T) {
	c := newCounted()
	c.err = errors.New("no disk")
	if _, err := c.ask(t.Context(), "page", false); !errors.Is(err, c.err) {
		t.Errorf("%v", err)
	}
	if len(c.clients) != 0 {
		t.Errorf("%d clients are kept", len(c.clients))
	}
	c.err = nil
	c.want(t, false, 0, 2)
	c.change()
	c.err = errors.New("no disk")
	if _, err := c.ask(t.Context(), "page", false); !errors.Is(err, c.err) {
		t.Errorf("an old page in place of %v", err)
	}
}

func TestPages_Many_Bounded(t *testing.T) {
	c := newCounted()
	clock := time.Unix(0, 0)
	c.now = func() time.Time { return clock }
	for i := range 3 * pagesKept {
		clock = clock.Add(time.Millisecond)
		if _, err := c.ask(t.Context(), i, false); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(c.clients[acme].pages); n != pagesKept || c.recent.Len() != n || c.rows != n {
		t.Errorf("%d pages, %d in the list, %d rows: want %d", n, c.recent.Len(), c.rows, pagesKept)
	}
	readings := c.readings.Load()
	if _, err := c.ask(t.Context(), 3*pagesKept-1, false); err != nil || c.readings.Load() != readings {
		t.Errorf("the newest page was dropped: %v", err)
	}
	clock = clock.Add(pageUnused + time.Second)
	c.changed([]int64{acme + 1})
	if len(c.clients) != 0 || c.recent.Len() != 0 || c.rows != 0 {
		t.Errorf("%d clients, %d pages, %d rows are left after a minute", len(c.clients), c.recent.Len(), c.rows)
	}
}

func TestPages_Large_FewKept(t *testing.T) {
	p := newPages()
	large := model.Stats{Links: make([]model.LinkStats, rowsKept/2)}
	for client := range int64(5) {
		r := &reading{done: make(chan struct{}), value: large}
		close(r.done)
		start := func(r *reading, _ uint64) error {
			r.value, r.cancel = large, func() {}
			close(r.done)
			return nil
		}
		if _, _, err := p.get(t.Context(), client, "page", func(state) bool { return true }, start); err != nil {
			t.Fatal(err)
		}
	}
	if p.recent.Len() != 1 || p.rows > rowsKept {
		t.Errorf("%d pages of %d rows are kept", p.recent.Len(), p.rows)
	}
}

// A caller who changes something and asks then sees it, while many do so and others only
// watch.
func TestPages_ManyAtOnce_NoneOlderThanKnown(t *testing.T) {
	c := newCounted()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 2000 {
				known := c.number.Load()
				if rand.IntN(3) == 0 {
					known = c.change()
				}
				known = min(known, c.acknowledged())
				n, err := c.ask(context.Background(), rand.IntN(3), false)
				if err != nil || n < known {
					t.Errorf("%d, %v: but %d was known", n, err, known)
					return
				}
				if rand.IntN(2) == 0 {
					c.hold(acme)
				} else {
					c.tell(acme)
				}
				if _, err := c.ask(context.Background(), rand.IntN(3), true); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	c.tell(acme)
	if n, err := c.ask(t.Context(), 0, true); err != nil || n != c.number.Load() {
		t.Errorf("a watcher ends with %d, %v: want %d", n, err, c.number.Load())
	}
}

// acknowledged is a number of changes that were all counted: those of others may be
// committed and not counted yet, and so not acknowledged.
func (c *counted) acknowledged() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	if k := c.clients[acme]; k != nil {
		return int64(k.changes)
	}
	return 0
}

// watching is a store that only signals, in a bubble with a clock of its own.
func watching(t *testing.T) *Store {
	s := newStore(Options{Dir: t.TempDir()})
	m := newCache(0)
	m.putClient(model.Client{ID: acme, Slug: "acme"})
	s.cache.Store(m)
	t.Cleanup(s.hub.close)
	return s
}

func signals(ch <-chan struct{}) int { return len(ch) }

func TestWatch_BusyClient_PacedAndNoneLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := watching(t)
		ch := s.Watch(t.Context(), "acme")
		all := s.Watch(t.Context(), "")
		begin := time.Now()
		var at []time.Duration
		for range 1000 { // a change each millisecond
			s.signal([]int64{acme})
			if signals(all) != 1 {
				t.Fatal("the platform's watcher waits")
			}
			<-all
			select {
			case <-ch:
				at = append(at, time.Since(begin))
			default:
			}
			<-time.After(time.Millisecond)
		}
		for i, d := range at {
			if late := d - time.Duration(i)*watchPace; late < 0 || late > time.Millisecond { // never later by more each time
				t.Errorf("signal %d comes after %v", i, d)
			}
		}
		<-time.After(watchPace)
		if len(at) != 5 || signals(ch) != 1 {
			t.Errorf("signals after %v, and %d for the last change", at, signals(ch))
		}
		<-ch
		<-time.After(time.Second)
		s.signal([]int64{acme})
		if signals(ch) != 1 {
			t.Error("the first change after a quiet moment waits")
		}
	})
}

func TestWatch_LastWatcherLeaves_NoTimerLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := watching(t)
		ctx, cancel := context.WithCancel(t.Context())
		first, second := s.Watch(ctx, "acme"), s.Watch(ctx, "acme")
		s.signal([]int64{acme})
		s.signal([]int64{acme})
		cancel()
		synctest.Wait()
		<-first
		<-second
		if _, open := <-first; open || len(s.hub.clients) != 0 {
			t.Errorf("%d clients are watched", len(s.hub.clients))
		}
		again := s.Watch(t.Context(), "acme")
		s.signal([]int64{acme})
		if signals(again) != 1 {
			t.Error("a new watcher is not told")
		}
	})
}

// A page that is given again runs no statement, but the clicks that wait are written.
func TestStats_Unchanged_NoStatement(t *testing.T) {
	s, taken := recordedTest(t)
	ask := func() model.Stats {
		st, err := s.Stats(t.Context(), admin, model.Filter{})
		must(t, err)
		return st
	}
	first := ask()
	if _, n := taken(); n == 0 || first.Version == 0 {
		t.Fatalf("version %d after %d statements", first.Version, n)
	}
	for range 3 {
		if again := ask(); again.Version != first.Version {
			t.Errorf("version %d, then %d", first.Version, again.Version)
		}
	}
	if statements, n := taken(); n != 0 {
		t.Errorf("%d statements for a page that did not change: %v", n, statements)
	}
	s.Click(model.Click{Link: 1, At: time.Now()})
	if st := ask(); st.Links[0].Link.Clicks != 1 || st.Version <= first.Version {
		t.Errorf("%d clicks in version %d", st.Links[0].Link.Clicks, st.Version)
	}
}

// A panic while a page is read is an error of those who asked for it.
func TestPages_ReadingPanics_Error(t *testing.T) {
	s := openTest(t, Options{})
	for range 2 {
		_, err := shared(t.Context(), s, "acme", "broken", func(*conn, model.Client, uint64) (int, error) { panic("broken") })
		wantKind(t, err, model.Internal)
	}
	if _, err := s.Stats(t.Context(), admin, model.Filter{}); err != nil {
		t.Error(err)
	}
}

func BenchmarkStats_Kept(b *testing.B) {
	s, err := Open(b.Context(), Options{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	if _, err = s.AddClient(b.Context(), admin, model.NewClient{Slug: "acme", Name: "Acme", URL: "https://acme.example/"}); err != nil {
		b.Fatal(err)
	}
	for i := range 1000 {
		if _, err := s.AddLink(b.Context(), admin, model.NewLink{Name: "Ana", Email: "ana@example.com", Code: fmt.Sprint("ana-", i), NoMail: true}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Stats(b.Context(), admin, model.Filter{}); err != nil {
			b.Fatal(err)
		}
	}
}
