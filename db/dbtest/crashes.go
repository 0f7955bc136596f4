package dbtest

import (
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"lastclick/model"
)

// CrashingStore is a store that can be crashed after so many more requests to its engine,
// of which the last one is carried out where sent is set. Reopen closes it and opens
// another on the same database.
type CrashingStore struct {
	model.Store
	Crash  func(requests int, sent bool)
	Reopen func() model.Store
}

// Crashes proves the rules on n random histories in which the process is killed: the
// webhooks come as they come until the store crashes, somewhere in a batch; then another
// store opens the database, and the checkout, which was not answered, sends all of them
// again. Everything ends as if each had come once and in order (R12, R22).
func Crashes(t *testing.T, open func(t *testing.T) CrashingStore, n int) {
	repeat(t, n)
	rapid.Check(t, func(rt *rapid.T) {
		h := rapid.Custom(drawHistory).Draw(rt, "history")
		store := open(t)
		run := &historyRun{t: t, store: store.Store}
		one, other := run.platform(rt), run.platform(rt)
		seedPlatforms(h, one, other)
		store.Crash(rapid.IntRange(0, 80).Draw(rt, "requests until the crash"), rapid.Bool().Draw(rt, "the last one is carried out"))
		other.sendUntilCrash(h)
		again := store.Reopen()
		defer func() {
			if err := again.Close(); err != nil {
				rt.Error(err)
			}
		}()
		one.World, other.World = emptyWorld(one.TB, again), emptyWorld(other.TB, again)
		inOrder := make([]arrival, len(h.happened))
		for i := range inOrder {
			inOrder[i].index = i
		}
		want := one.play(h, inOrder, 1)
		got := other.play(h, h.arrived, h.senders)
		other.proveSums()
		if !h.copies && !slices.Equal(want, got) {
			rt.Errorf("in order, and without a crash:\n%s\nafter the crash:\n%s\n%#v", missing(want, got), missing(got, want), h)
		}
	})
}

// sendUntilCrash sends the webhooks, whatever is answered. Clicks are left out: how many
// of them survive a kill is not promised to the last one.
func (s platform) sendUntilCrash(h history) {
	var senders sync.WaitGroup
	for i := range h.senders {
		senders.Go(func() {
			for n := i; n < len(h.arrived); n += h.senders {
				a := h.arrived[n]
				if x := h.happened[a.index]; x.click == nil {
					_, _ = s.Store.Receive(s.Ctx, s.Delivery(x.checkout+s.tag, a.webhookID(n), s.body(h, x)))
				}
			}
		})
	}
	senders.Wait()
}
