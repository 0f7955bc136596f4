package tui

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/muesli/termenv"

	"lastclick/model"
)

// feed is a store of n orders, which pages and searches.
type feed struct {
	*fakeStore
	n       int
	before  func() // in each call
	failing error
}

func (s *feed) Orders(_ context.Context, _ model.Actor, f model.OrderFilter) (l model.Listing[model.OrderSummary], err error) {
	s.asked = append(s.asked, f)
	if s.before != nil {
		s.before()
	}
	if f.Search != "" || s.failing != nil {
		return l, s.failing
	}
	at := func(k int) model.OrderSummary {
		if f.Up {
			k = s.n - 1 - k
		}
		return model.OrderSummary{ID: fmt.Sprintf("F-%04d", k), Checkout: "shop", PlacedAt: noon.Add(-time.Duration(k) * time.Minute)}
	}
	from := 0
	if f.Before != "" {
		from = s.n
		for k := range s.n {
			if o := at(k); model.PlaceOf(&o, f.Sort, f.Up).Cursor() == f.Before {
				from = k + 1
			}
		}
	}
	for k := from; k < s.n && len(l.Items) < f.Limit; k++ {
		l.Items = append(l.Items, at(k))
	}
	l.First, l.Total = int64(from), int64(s.n)
	return l, nil
}

func ordersOf(t *testing.T, n int) (*console, *feed) {
	t.Helper()
	store := &feed{fakeStore: newFake(), n: n}
	c := open(t, setup{client: "acme", store: store, w: 100, h: 30, profile: termenv.Ascii})
	c.press("3")
	return c, store
}

func (s *feed) last() model.OrderFilter { return s.asked[len(s.asked)-1] }

// That nothing matches is said of what the store has answered.
func TestPaged_SearchUnderWay_NothingSaidOfIt(t *testing.T) {
	c, _ := ordersOf(t, 10)
	c.press("/")
	c.write("old")
	c.elapse()
	c.sees("Nothing matches “old”.")
	c.write("er")
	c.hold = true
	c.press("enter")
	c.misses("“older”")
	c.release()
	c.sees("Nothing matches “older”.")
}

// Back at the top, a change reads what is shown there, not all that was read on the way.
func TestPaged_BackAtTheTop_ReadsOnePage(t *testing.T) {
	for _, back := range [][]string{{"g"}, slices.Repeat([]string{"pgup"}, 25)} {
		c, store := ordersOf(t, 3000)
		for range 20 {
			c.press("pgdown")
		}
		selected := c.line("▌")
		c.send(movedMsg{c.live.gen})
		if got := c.line("▌"); got != selected || store.last().Limit <= 200 {
			t.Fatalf("in the middle the cursor goes from %q to %q, and %d are read", selected, got, store.last().Limit)
		}
		c.press(back...)
		c.send(movedMsg{c.live.gen})
		if got := store.last().Limit; got != 200 {
			t.Errorf("at the top after %v, %d are read", back, got)
		}
		for range 20 {
			c.press("pgdown")
		}
		if got := c.line("▌"); got != selected {
			t.Errorf("down again the cursor is on %q, not on %q", got, selected)
		}
	}
}

// Where all that the window held has gone, the list begins again from its top.
func TestPaged_AllOfTheWindowGone_BackToTheTop(t *testing.T) {
	c, store := ordersOf(t, 3000)
	c.press("G")
	c.sees("of 3,000 orders")
	store.n = 5
	c.send(movedMsg{c.live.gen})
	c.sees("F-0000", "5 orders")
}

// A list that is sorted or searched in the store rests between reads that changes ask for,
// the longer the slower they are; the newest orders do not, and what a person asks for comes
// at once.
func TestPaged_Sorted_RestsBetweenReads(t *testing.T) {
	c, store := ordersOf(t, 500)
	store.before = func() { c.clock = c.clock.Add(300 * time.Millisecond) }
	reads := func() int {
		n := len(store.asked)
		c.send(movedMsg{c.live.gen})
		return len(store.asked) - n
	}
	c.press("R")
	for range 3 {
		if reads() != 1 {
			t.Fatal("the newest orders wait")
		}
	}
	c.press("s")
	n := len(store.asked)
	if reads()+reads()+reads() != 0 {
		t.Error("a sorted list is read at each change")
	}
	c.press("R")
	if len(store.asked) != n+1 {
		t.Error("R waits")
	}
	reads()
	c.clock = c.clock.Add(5 * 300 * time.Millisecond)
	c.elapse()
	if len(store.asked) != n+2 {
		t.Errorf("after the rest there were %d reads, not the one that waited", len(store.asked)-n-1)
	}
	c.clock = c.clock.Add(5 * 300 * time.Millisecond)
	if reads() != 1 {
		t.Error("a change long after the last read waits")
	}
}
