package command

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lastclick/model"
)

// failingStats is a store whose numbers can be read once.
type failingStats struct {
	fakeStore
	reads *atomic.Int64
}

func (s failingStats) Stats(ctx context.Context, a model.Actor, f model.Filter) (model.Stats, error) {
	switch n := s.reads.Add(1); {
	case n == 1:
		return s.fakeStore.Stats(ctx, a, f)
	case n > 100: // where it spins, the test ends all the same
		panic("read for ever")
	}
	return model.Stats{}, errors.New("the database is away")
}

// A store that fails is asked when the person asks, and the list before stays.
func TestPlain_StoreFails_AsksAgainOnlyWhenTold(t *testing.T) {
	store := failingStats{fakeStore: fakeStore{name: "Ana Diaz"}, reads: &atomic.Int64{}}
	got := talk(t, store, model.Viewer, "r", "d", "7d", "1", "b", "q")
	if n := store.reads.Load(); n != 3 { // at first, r, the days
		t.Errorf("the numbers were read %d times:\n%s", n, got)
	}
	if strings.Count(got, "That did not work") != 2 || !strings.Contains(got, "1 Ana Diaz, ana, ") {
		t.Errorf("the failure is not said, or the list is gone:\n%s", got)
	}
}

// watcher is a dialogue whose input stays open.
type watcher struct {
	t    *testing.T
	say  io.Writer
	seen chan string // each line
	end  chan int
}

func watchOrders(t *testing.T, store model.Store, said string) *watcher {
	t.Helper()
	in, say := io.Pipe()
	t.Cleanup(func() { _ = say.Close() })
	w := &watcher{t: t, say: say, seen: make(chan string, 1000), end: make(chan int, 1)}
	a := model.Actor{Person: 1, Name: "Ada", Role: model.Viewer, Client: "acme", Key: "SHA256:ada"}
	go func() {
		code := Run(t.Context(), Env{Store: store, Actor: a, In: in, Out: &lineWriter{lines: w.seen}, Err: io.Discard, Address: "tickets.example:2222", Now: func() time.Time { return noon }}, []string{"plain"})
		w.end <- code
	}()
	w.typed(said)
	return w
}

func (w *watcher) typed(text string) {
	w.t.Helper()
	if _, err := io.WriteString(w.say, text); err != nil {
		w.t.Fatal(err)
	}
}

// until gives the lines up to one that has the text.
func (w *watcher) until(text string) (lines []string) {
	w.t.Helper()
	for {
		select {
		case line := <-w.seen:
			if lines = append(lines, line); strings.Contains(line, text) {
				return lines
			}
		case <-time.After(20 * time.Second):
			w.t.Fatalf("%q was not said:\n%s", text, strings.Join(lines, "\n"))
		}
	}
}

type lineWriter struct {
	rest  []byte
	lines chan<- string
}

func (l *lineWriter) Write(p []byte) (int, error) {
	l.rest = append(l.rest, p...)
	for {
		line, rest, ok := bytes.Cut(l.rest, []byte("\n"))
		if !ok {
			return len(p), nil
		}
		l.lines <- string(line)
		l.rest = rest
	}
}

// What is watched is the list that it is watched from.
func TestPlain_WatchOfALink_SaysItsOrdersAlone(t *testing.T) {
	p := newPlatform(t)
	p.seedDialogue()
	w := watchOrders(t, p.store, "o\nf\nana\nw\n")
	w.until("Each new order with “ana” is said as it comes.")
	order := func(id, code string) {
		p.deliver("w-"+id, `{"type":"order.placed","data":{"id":"`+id+`","version":1,"placed_at":"2026-05-20T10:00:00Z","currency":"GBP","customer":{"id":"c"},
			"tracking":{"code":"`+code+`"},"tickets":[{"id":"`+id+`-1","event":"summerfest","type":"ga","type_name":"General Admission","face_value":4500}]}}`)
	}
	order("W-1", "house")
	order("W-2", "ana")
	lines := w.until("W-2")
	if all := strings.Join(lines, "\n"); strings.Contains(all, "W-1") {
		t.Errorf("an order of another link is said:\n%s", all)
	}
	w.typed("\nq\n")
	if code := <-w.end; code != 0 {
		t.Errorf("exit %d", code)
	}
}

// closedWatch is a store that ends its signals.
type closedWatch struct{ fakeStore }

func (closedWatch) Watch(context.Context, string) <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}

func (closedWatch) OrdersSince(context.Context, model.Actor, model.OrderFilter, string) (model.Listing[model.OrderSummary], error) {
	return model.Listing[model.OrderSummary]{Next: "here"}, nil
}

func TestPlain_SignalsEnd_WatchEnds(t *testing.T) {
	w := watchOrders(t, closedWatch{}, "w\n")
	w.until("Orders are no longer said")
	w.typed("q\n")
	if code := <-w.end; code != 0 {
		t.Errorf("exit %d", code)
	}
}
