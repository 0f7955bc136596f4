package tui

import (
	"context"
	"testing"
	"time"

	"github.com/muesli/termenv"
)

// A change is read at once, the next one after a rest; what comes during the rest
// waits in the channel and is not lost.
func TestLiveReadsAtOnceAndThenRests(t *testing.T) {
	moved := make(chan struct{}, 1)
	var rests []time.Duration
	e := newEnv(Options{Context: t.Context(), Store: &fakeStore{moved: moved}})
	e.wait = func(_ context.Context, d time.Duration) bool {
		rests = append(rests, d)
		return true
	}
	var l live
	l.moved = l.start(e)().(watchingMsg).moved
	moved <- struct{}{}
	if msg := l.next(e, 0)(); msg != (movedMsg{l.gen}) || len(rests) != 0 {
		t.Errorf("the first change gives %v after resting %v", msg, rests)
	}
	moved <- struct{}{}
	if msg := l.next(e, liveEvery)(); msg != (movedMsg{l.gen}) || len(rests) != 1 || rests[0] != liveEvery {
		t.Errorf("the second change gives %v after resting %v", msg, rests)
	}
}

func TestLiveEndsWithTheSession(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	e := newEnv(Options{Context: ctx, Store: &fakeStore{moved: make(chan struct{})}})
	var l live
	l.moved = l.start(e)().(watchingMsg).moved
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

func TestChangeOfClientEndsTheWatchBefore(t *testing.T) {
	c := open(t, setup{client: "acme", profile: termenv.Ascii})
	before := c.live.ctx
	old := c.live.gen
	actor := c.env.actor
	actor.Client = "nightowl"
	c.send(chosenMsg{actor})
	if before.Err() == nil {
		t.Error("the watch on the client before goes on")
	}
	store := c.env.store.(*fakeStore)
	n := len(store.filters)
	c.send(movedMsg{old})
	if len(store.filters) != n {
		t.Error("a change of the client before is read")
	}
}
