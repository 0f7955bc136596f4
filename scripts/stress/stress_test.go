//go:build linux

package main

import (
	"bytes"
	"context"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"lastclick/scripts/stress/visit"
)

// A torn file has in each sector what one of the two had there.
func TestMix_Sectors_OfOneOrTheOther(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	synced, last := bytes.Repeat([]byte{'a'}, 5*sector+100), bytes.Repeat([]byte{'b'}, 9*sector)
	both := false
	for range 200 {
		mixed := mix(synced, last, random)
		if len(mixed) != len(synced) && len(mixed) != len(last) {
			t.Fatalf("%d bytes", len(mixed))
		}
		for at := 0; at < len(mixed); at += sector {
			piece := mixed[at:min(at+sector, len(mixed))]
			if n := bytes.Count(piece, []byte{'a'}); n != 0 && n != len(piece) && at+sector < len(synced) {
				t.Fatalf("the sector at %d is torn", at)
			}
		}
		both = both || bytes.ContainsRune(mixed, 'a') && bytes.ContainsRune(mixed, 'b')
	}
	if !both {
		t.Error("never of both")
	}
}

func sightOf(answers map[string]int, ms ...int) (s visit.Sight) {
	s.Answers = answers
	for _, m := range ms {
		s.Latencies.Add(time.Duration(m) * time.Millisecond)
	}
	return s
}

func TestAttack_Verdict_HonestHurt(t *testing.T) {
	good := sightOf(map[string]int{"302": 1}, 5)
	for name, tt := range map[string]struct {
		during visit.Sight
		want   string
	}{
		"as before":       {sightOf(map[string]int{"302": 1}, 6), held},
		"slower, not ill": {sightOf(map[string]int{"302": 1}, 200), held},
		"slow":            {sightOf(map[string]int{"302": 1}, 900), "p99 900 ms"},
		"refused":         {sightOf(map[string]int{"302": 1, "503": 1}, 5), "503 ×1"},
		"none":            {sightOf(nil), "no click ended"},
	} {
		o := attackOutcome{before: [3]visit.Sight{good, good, good}, during: [3]visit.Sight{tt.during, good, good}}
		if got := o.verdict(); !strings.Contains(got, tt.want) || tt.want == held && got != held {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestSoak_Verdict_Growth(t *testing.T) {
	idle := sample{resident: 40 << 20, goroutines: 20, descriptors: 20}
	under := func(mb int64) sample {
		return sample{resident: mb << 20, goroutines: 200, descriptors: 80, wal: 80 << 20}
	}
	for name, tt := range map[string]struct {
		samples []sample
		want    string
	}{
		"flat":               {[]sample{idle, under(100), under(120), under(121), under(122), under(123), under(124), idle}, ""},
		"growing":            {[]sample{idle, under(100), under(140), under(180), under(200), under(240), under(280), idle}, "memory in the last third"},
		"too much":           {[]sample{idle, under(400), under(400), under(400), idle}, "memory at its most"},
		"goroutines left":    {[]sample{idle, under(100), under(100), under(100), {resident: 40 << 20, goroutines: 30, descriptors: 20}}, "goroutines"},
		"descriptors left":   {[]sample{idle, under(100), under(100), under(100), {resident: 40 << 20, goroutines: 20, descriptors: 99}}, "descriptors"},
		"a WAL that is left": {[]sample{idle, under(100), under(100), under(100), {resident: 40 << 20, goroutines: 20, descriptors: 20, wal: 80 << 20}}, "WAL"},
	} {
		s := &soak{samples: tt.samples, r: report{out: &bytes.Buffer{}}}
		err := s.verdict()
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRun_Flags_RefusedAndTaken(t *testing.T) {
	for _, args := range [][]string{nil, {"bench"}, {"faults", "--rounds", "-1"}, {"faults", "--control"}, {"faults", "x"}, {"soak", "--for", "1s"}, {"soak", "--kills", "-1"}, {"attacker", "x"}} {
		var out bytes.Buffer
		if err := run(context.Background(), args, &out, &out); err == nil {
			t.Errorf("%q is taken", args)
		}
	}
	names := map[string]bool{}
	for _, f := range faults() {
		if names[f.name] {
			t.Errorf("two rows are called %q", f.name)
		}
		names[f.name] = true
	}
}
