package recent

import "testing"

func TestSet_ManyValues_LastHalfIsRemembered(t *testing.T) {
	const bound = 100
	s := NewSet[int](bound)
	for i := range 10 * bound {
		s.Add(i)
		s.Add(i)
		if n := len(s.newer) + len(s.older); n > bound {
			t.Fatalf("%d are remembered after %d", n, i)
		}
		for j := max(i-bound/2+1, 0); j <= i; j++ {
			if !s.Has(j) {
				t.Fatalf("%d is forgotten after %d", j, i)
			}
		}
	}
	if s.Has(0) {
		t.Error("the first is still remembered")
	}
}
