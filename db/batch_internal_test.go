package db

import "testing"

func TestGather_BatchLength_AtMostSoMany(t *testing.T) {
	for length, want := range map[int]int{0: 3, 1: 1, 2: 2} {
		s := newStore(Options{Dir: t.TempDir(), BatchLength: length})
		for range 3 {
			s.ops <- op{}
		}
		if got := len(s.gather(nil)); got != want {
			t.Errorf("BatchLength %d: a batch of %d, want %d", length, got, want)
		}
	}
}
