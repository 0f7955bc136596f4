package page

import (
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
)

// made is what is shared in the tests. With a pointer in it, it is an allocation of its
// own.
type made struct {
	n    int64
	name *string
}

func TestShare_SameStamp_MadeOnceForAll(t *testing.T) {
	var s Shared
	var builds atomic.Int64
	for stamp := range 3 {
		var all sync.WaitGroup
		got := make([]*made, 20)
		for i := range got {
			all.Go(func() {
				got[i], _ = Share(&s, "page", stamp, func() (*made, error) { return &made{n: builds.Add(1)}, nil })
			})
		}
		all.Wait()
		for _, g := range got {
			if g != got[0] || g.n != int64(stamp+1) {
				t.Fatalf("stamp %d: %v and %v", stamp, g, got[0])
			}
		}
	}
}

func TestShare_NotHeldAnyMore_Dropped(t *testing.T) {
	var s Shared
	builds := 0
	share := func() *made {
		v, _ := Share(&s, "page", 1, func() (*made, error) { builds++; return &made{name: new(string)}, nil })
		return v
	}
	func() {
		held := share()
		runtime.GC()
		share()
		if *held.name = "still here"; builds != 1 {
			t.Errorf("made %d times while it was held", builds)
		}
	}()
	runtime.GC()
	share()
	if builds != 2 {
		t.Errorf("made %d times: it is kept though nothing holds it", builds)
	}
}

func TestShare_MakingFails_TriedAgain(t *testing.T) {
	var s Shared
	fault := errors.New("no disk")
	if _, err := Share(&s, "page", 1, func() (*made, error) { return nil, fault }); !errors.Is(err, fault) {
		t.Errorf("%v", err)
	}
	if v, err := Share(&s, "page", 1, func() (*made, error) { return &made{n: 1}, nil }); err != nil || v.n != 1 {
		t.Errorf("%v, %v", v, err)
	}
	func() {
		defer func() { _ = recover() }()
		_, _ = Share(&s, "page", 2, func() (*made, error) { panic("broken") })
	}()
	if v, err := Share(&s, "page", 2, func() (*made, error) { return &made{n: 2}, nil }); err != nil || v.n != 2 {
		t.Errorf("after a panic: %v, %v", v, err)
	}
}

func TestShare_ManyKeys_Bounded(t *testing.T) {
	var s Shared
	for i := range 10 * maxKept {
		_, _ = Share(&s, i, 1, func() (*made, error) { return &made{}, nil })
	}
	if len(s.kept) > maxKept {
		t.Errorf("%d keys are kept", len(s.kept))
	}
}
