//go:build linux

package main

import (
	"fmt"
	"os"
	"strings"
	"time"
)

// sample is what the daemon holds at a moment.
type sample struct {
	at                      time.Duration // since the begin
	resident, heap, wal     int64         // bytes
	goroutines, descriptors int
	acknowledged            int
}

// mark takes a sample and prints it.
func (s *soak) mark(what string) error {
	m, err := s.d.Scrape(s.d.l.ctx)
	if err != nil {
		return err
	}
	x := sample{
		at: time.Since(s.began), resident: int64(m["process_resident_memory_bytes"]), heap: int64(m["go_memstats_heap_inuse_bytes"]),
		goroutines: int(m["go_goroutines"]), descriptors: int(m["process_open_fds"]),
	}
	if info, err := os.Stat(s.d.file() + "-wal"); err == nil {
		x.wal = info.Size()
	}
	if s.v != nil {
		x.acknowledged, _ = s.v.ledger.Counts()
	}
	if len(s.samples) == 0 {
		fmt.Fprintln(s.r.out, "    time   resident    Go heap  goroutines  descriptors       WAL    orders")
	}
	s.samples = append(s.samples, x)
	fmt.Fprintf(s.r.out, "%7.0fs %7.1f MB %7.1f MB %11d %12d %6.1f MB %9d  %s\n",
		x.at.Seconds(), mb(x.resident), mb(x.heap), x.goroutines, x.descriptors, mb(x.wal), x.acknowledged, what)
	return nil
}

func mb(bytes int64) float64 { return float64(bytes) / (1 << 20) }

// verdict says what is not flat; nil where all is. The first and the last sample are idle.
func (s *soak) verdict() error {
	first, last := s.samples[0], s.samples[len(s.samples)-1]
	var wrong []string
	bound := func(what string, value, most float64, unit string) {
		if value > most {
			wrong = append(wrong, fmt.Sprintf("%s %.0f%s, at most %.0f%s", what, value, unit, most, unit))
		}
	}
	bound("goroutines at the end", float64(last.goroutines), float64(first.goroutines+moreGoroutines), "")
	bound("descriptors at the end", float64(last.descriptors), float64(first.descriptors+moreDescriptors), "")
	bound("WAL at the end", mb(last.wal), mb(mostWAL), " MB")
	highest := int64(0)
	for _, x := range s.samples {
		highest = max(highest, x.resident)
	}
	bound("memory at its most", mb(highest), mb(mostResident), " MB")
	loaded := s.samples[1 : len(s.samples)-1]
	if third := len(loaded) / 3; third > 0 {
		middle, end := average(loaded[third:2*third]), average(loaded[2*third:])
		most := max(mb(middle)*(1+growth), mb(first.resident+caches))
		bound("memory in the last third", mb(end), most, " MB")
		fmt.Fprintf(s.r.out, "memory: %.0f MB on average in the middle third, %.0f MB in the last, which may be %.0f MB; at no time more than %.0f MB\n",
			mb(middle), mb(end), most, mb(mostResident))
	}
	if len(wrong) == 0 {
		return nil
	}
	return fmt.Errorf("%s", strings.Join(wrong, "; "))
}

func average(samples []sample) int64 {
	sum := int64(0)
	for _, x := range samples {
		sum += x.resident
	}
	return sum / int64(max(len(samples), 1))
}
