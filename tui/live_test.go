package tui

import (
	"context"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/muesli/termenv"
)

// A change is read at once or after a rest; what comes during the rest waits in the
// channel and is not lost.
func TestLive_Rest_LosesNoChange(t *testing.T) {
	moved := make(chan struct{}, 1)
	var rests []time.Duration
	e := newSession(Options{Context: t.Context(), Store: &fakeStore{moved: moved}})
	e.Wait = func(_ context.Context, d time.Duration) bool {
		rests = append(rests, d)
		return true
	}
	var l live
	l.moved = l.start(e, "acme")().(watchingMsg).moved
	moved <- struct{}{}
	if msg := l.next(e, 0)(); msg != (movedMsg{l.gen}) || len(rests) != 0 {
		t.Errorf("the first change gives %v after resting %v", msg, rests)
	}
	moved <- struct{}{}
	if msg := l.next(e, time.Second)(); msg != (movedMsg{l.gen}) || len(rests) != 1 || rests[0] != time.Second {
		t.Errorf("the second change gives %v after resting %v", msg, rests)
	}
}

// However many changes come, a screen reads at most five times a second; and the last
// of them never waits so long that it is not on screen within 250 ms.
func TestLive_BusyHour_FiveReadsASecondNoneLate(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, profile: termenv.Ascii})
	moved := make(chan struct{}, 1)
	c.live.moved = moved
	var rests []time.Duration
	c.Wait = func(_ context.Context, d time.Duration) bool {
		rests = append(rests, d)
		return true
	}
	for range 10 {
		before := len(store.filters)
		moved <- struct{}{}
		_, cmd := c.app.Update(movedMsg{c.live.gen})
		batch := cmd().(tea.BatchMsg)
		if msg := batch[len(batch)-1](); msg != (movedMsg{c.live.gen}) {
			t.Fatalf("a change during the rest is lost: %v", msg)
		}
		c.drain(batch[0])
		if len(store.filters) != before+1 {
			t.Fatalf("%d reads for a change", len(store.filters)-before)
		}
	}
	for _, d := range rests {
		if d < time.Second/5 || d > 220*time.Millisecond {
			t.Errorf("a rest of %v", d)
		}
	}
	if len(rests) != 10 {
		t.Errorf("%d rests for ten reads", len(rests))
	}
}

func TestLive_SessionEnds_WaitsEnd(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	e := newSession(Options{Context: ctx, Store: &fakeStore{moved: make(chan struct{})}})
	var l live
	l.moved = l.start(e, "acme")().(watchingMsg).moved
	done := make(chan any, 2)
	go func() { done <- l.next(e, 0)() }()
	go func() { done <- l.next(e, time.Hour)() }()
	cancel()
	for range 2 {
		select {
		case msg := <-done:
			if msg != nil {
				t.Errorf("the ended wait gives %v", msg)
			}
		case <-time.After(5 * time.Second):
			t.Fatal("a wait outlives its session")
		}
	}
}

func TestLive_OtherClient_EndsTheWatchBefore(t *testing.T) {
	c := open(t, setup{client: "acme", profile: termenv.Ascii})
	before := c.live.ctx
	old := c.live.gen
	actor := c.Actor
	actor.Client = "nightowl"
	c.drain(c.choose(actor))
	if before.Err() == nil {
		t.Error("the watch on the client before goes on")
	}
	store := c.Store.(*fakeStore)
	n := len(store.filters)
	c.send(movedMsg{old})
	if len(store.filters) != n {
		t.Error("a change of the client before is read")
	}
}

// A change sends the lines that differ, as the renderer does: far from a screen.
func TestLive_Change_SendsFewLines(t *testing.T) {
	store := manyLinks(200)
	c := open(t, setup{client: "acme", store: store, w: 120, h: 36, profile: termenv.ANSI})
	before := strings.Split(c.View(), "\n")
	changed := manyLinks(200)
	changed.stats.Links[96].Numbers = numbers(97, 10, 97, 195, 7, 999000)
	store.stats.Links = changed.stats.Links
	c.send(movedMsg{c.live.gen})
	sent, lines := 0, 0
	for i, l := range strings.Split(c.View(), "\n") {
		if l != before[i] {
			sent += len(l)
			lines++
		}
	}
	if whole := len(c.View()); lines == 0 || lines > 2 || sent > whole/10 {
		t.Errorf("%d bytes in %d lines for one row of a screen of %d bytes", sent, lines, whole)
	}
}
