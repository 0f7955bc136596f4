package testenv

import (
	"slices"
	"testing"
	"time"
)

// timedCalls are timed together: one is shorter than the clock tells.
const timedCalls = 32

// CompareTimes runs the two in turns, in an order that changes, and reports the median time
// of each in nanoseconds, and the difference of the medians. A comparison that stops at the
// first wrong byte shows there; what else the machine does falls on both alike.
func CompareTimes(b *testing.B, first, last func()) {
	b.Helper()
	var times [2][]time.Duration
	for i := 0; b.Loop(); i++ {
		for _, which := range [2]int{i & 1, 1 - i&1} {
			run := first
			if which == 1 {
				run = last
			}
			began := time.Now()
			for range timedCalls {
				run()
			}
			times[which] = append(times[which], time.Since(began))
		}
	}
	median := func(d []time.Duration) float64 {
		slices.Sort(d)
		return float64(d[len(d)/2].Nanoseconds()) / timedCalls
	}
	early, late := median(times[0]), median(times[1])
	b.ReportMetric(early, "ns-first-byte")
	b.ReportMetric(late, "ns-last-byte")
	b.ReportMetric(late-early, "ns-difference")
}
