//go:build !race

// The race detector needs several times the memory, so scripts/test runs this without it.

package main

import (
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// The bound of the daemon's memory while fetches meet endless bodies. Eight fetches are
// under way at once, each reads at most 4 MiB into a buffer that grows by a quarter (9 MiB
// while it is copied), the collector lets garbage be as much again, and the daemon alone
// has some 50. Bodies that were held for all that wait would be 800 MiB.
const (
	waiting   = 200
	memoryMiB = 256
)

// 200 deliveries wait while every fetch meets an endless body, and the daemon is killed in
// the middle of it: its memory is bounded, and in the end each order is there, once.
func TestShops_EndlessBodies_NothingLost_Memory(t *testing.T) {
	t.Parallel()
	m := newMall(t, []string{hastyShops + "=1"}, fetchingDialects()...)
	var bodies atomic.Int64
	endless := illnesses("")[6].answer
	for _, s := range m.shops {
		s.api.sicken(func(w http.ResponseWriter, r *http.Request) bool {
			endless(w, r)
			bodies.Add(1)
			return true
		})
	}
	before, began := m.memory("VmRSS"), time.Now()
	for n := range waiting {
		m.shops[n%len(m.shops)].sells(partRefunded(n/len(m.shops) + 1))
	}
	m.eventuallyWithin(time.Minute, "half of the endless bodies", func() bool { return bodies.Load() >= waiting/2 })
	peak := m.memory("VmHWM")
	m.kill()
	m.start()
	m.eventuallyWithin(2*time.Minute, "endless bodies after the restart", func() bool { return bodies.Load() >= 2*waiting })
	// They are read up to the bound of an answer, and not only cut off by the clock.
	m.eventuallyWithin(2*time.Minute, "answers beyond the bound", func() bool { return strings.Count(m.stderr.String(), "more than 4194304 bytes") >= waiting })
	took := m.goesOn("B-1")
	m.wantSold(0)
	peak = max(peak, m.memory("VmHWM"))
	t.Logf("%d endless bodies in %s: %d MiB before, at most %d MiB; a click and an order meanwhile took %s", bodies.Load(), time.Since(began).Round(time.Millisecond), before, peak, took.Round(time.Millisecond))
	if peak > memoryMiB {
		t.Errorf("the daemon had %d MiB, want at most %d", peak, memoryMiB)
	}
	for _, s := range m.shops {
		s.api.sicken(nil)
	}
	m.eventuallyWithin(time.Minute, "the queues are empty", func() bool {
		for _, s := range m.shops {
			if s.queued() > 0 {
				return false
			}
		}
		return true
	})
	m.wantSold(waiting)
	m.wantChecked()
}

// memory is a line of /proc/PID/status of the daemon, in MiB: VmRSS now, VmHWM the most.
func (m *mall) memory(line string) int {
	m.t.Helper()
	b, err := os.ReadFile("/proc/" + strconv.Itoa(m.cmd.Process.Pid) + "/status")
	if err != nil {
		m.t.Fatal(err)
	}
	for text := range strings.SplitSeq(string(b), "\n") {
		if fields := strings.Fields(text); len(fields) == 3 && fields[0] == line+":" {
			kib, err := strconv.Atoi(fields[1])
			if err != nil {
				m.t.Fatal(err)
			}
			return kib >> 10
		}
	}
	m.t.Fatalf("no %s in %s", line, b)
	return 0
}
