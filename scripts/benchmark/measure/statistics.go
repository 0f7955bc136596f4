// Package measure holds what the benchmark measures and how it is shown: medians and
// percentiles, the system's accounting of a process, and the report with its goals.
//
// A ratio is taken inside one round, where both sides ran within seconds of one
// another, and the median is taken over rounds. Rates of different rounds are never
// compared: a shared machine is half as fast in one minute as in the next.
package measure

import (
	"math"
	"slices"
	"time"
)

// Median returns the middle one of the values, or the mean of the middle two; NaN
// where there are none. The values keep their order.
func Median(values []float64) float64 {
	n := len(values)
	if n == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	if n%2 == 1 {
		return sorted[n/2]
	}
	return (sorted[n/2-1] + sorted[n/2]) / 2
}

// Latencies are durations of single operations, kept in microseconds: one that is
// longer than 71 minutes counts as 71 minutes. The zero value is ready to use. It is
// not safe for concurrent use: each goroutine fills its own, and Merge joins them.
type Latencies struct {
	micros []uint32
	sorted bool
}

// Add adds one.
func (l *Latencies) Add(d time.Duration) {
	l.micros = append(l.micros, uint32(min(max(d.Microseconds(), 0), math.MaxUint32)))
	l.sorted = false
}

// Merge adds those of another.
func (l *Latencies) Merge(other *Latencies) {
	l.micros = append(l.micros, other.micros...)
	l.sorted = false
}

// Len is how many there are.
func (l *Latencies) Len() int { return len(l.micros) }

// Percentile returns the smallest latency that at least p percent of all do not exceed
// (nearest rank), 0 < p ≤ 100, in milliseconds; 0 where there are none.
func (l *Latencies) Percentile(p float64) float64 {
	n := len(l.micros)
	if n == 0 {
		return 0
	}
	if !l.sorted {
		slices.Sort(l.micros)
		l.sorted = true
	}
	// The tiny amount undoes what p·n/100 gains by rounding: 99 % of 100 is the 99th.
	rank := int(math.Ceil(p*float64(n)/100 - 1e-9))
	return float64(l.micros[max(rank, 1)-1]) / 1000
}
