package measure

import (
	"math"
	"testing"
	"time"
)

func TestMedian_OddAndEven_MiddleWithoutReordering(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   float64
	}{
		{[]float64{3}, 3},
		{[]float64{9, 1, 5}, 5},
		{[]float64{9, 1, 5, 4}, 4.5},
	} {
		first := c.values[0]
		if got := Median(c.values); got != c.want || c.values[0] != first {
			t.Errorf("%v: %v, want %v", c.values, got, c.want)
		}
	}
	if got := Median(nil); !math.IsNaN(got) {
		t.Errorf("of nothing: %v", got)
	}
}

func TestLatencies_Percentile_NearestRank(t *testing.T) {
	var l, part Latencies
	if got := l.Percentile(50); got != 0 {
		t.Errorf("of nothing: %v", got)
	}
	for i := 100; i > 50; i-- {
		l.Add(time.Duration(i) * time.Millisecond)
	}
	l.Percentile(50) // what comes later counts too
	for i := 1; i <= 50; i++ {
		part.Add(time.Duration(i) * time.Millisecond)
	}
	l.Merge(&part)
	for p, want := range map[float64]float64{0.1: 1, 1: 1, 50: 50, 50.5: 51, 99: 99, 99.9: 100, 100: 100} {
		if got := l.Percentile(p); got != want {
			t.Errorf("p%v of 1 … 100 ms is %v, want %v", p, got, want)
		}
	}
}

func TestLatencies_OutOfRange_Bounded(t *testing.T) {
	var l Latencies
	l.Add(-time.Second)
	l.Add(1000 * time.Hour)
	if l.Percentile(1) != 0 || l.Percentile(100) != math.MaxUint32/1000.0 {
		t.Errorf("%v and %v", l.Percentile(1), l.Percentile(100))
	}
}
