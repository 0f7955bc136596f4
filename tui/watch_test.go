package tui

import (
	"context"
	"testing"
	"time"

	"github.com/muesli/termenv"

	"lastclick/model"
)

// brokenWatch is a store whose watch panics as often as is said.
type brokenWatch struct {
	*fakeStore
	left int
}

func (s *brokenWatch) Watch(ctx context.Context, client string) <-chan struct{} {
	if client != model.WatchSettings && s.left > 0 {
		s.left--
		panic("boom")
	}
	return s.fakeStore.Watch(ctx, client)
}

// A watch that fails is started again, each time after a longer rest, and the screen reads
// once it is there.
func TestWatch_Panics_IsStartedAgain(t *testing.T) {
	store := &brokenWatch{fakeStore: newFake(), left: 8}
	c := open(t, setup{client: "acme", store: store, w: 100, h: 30, profile: termenv.Ascii})
	c.sees("Live updates have stopped", "as of ")
	var rests []time.Duration
	c.Wait = func(ctx context.Context, d time.Duration) bool {
		if !c.pass { // else it was noted when it began
			rests = append(rests, d)
		}
		return c.wait(ctx, d)
	}
	for range 8 {
		n := len(store.filters)
		c.elapse()
		if len(store.filters) == n {
			t.Fatal("nothing is read again")
		}
	}
	c.sees("● live")
	if store.left != 0 || len(rests) == 0 {
		t.Errorf("%d failures are left, rests %v", store.left, rests)
	}
	for i := 1; i < len(rests); i++ {
		if rests[i] != watchRetryMost && rests[i] <= rests[i-1] || rests[i] < rests[i-1] || rests[i] > time.Minute {
			t.Errorf("rests of %v", rests)
		}
	}
	c.press("j")
	c.misses("Live updates have stopped")
}
