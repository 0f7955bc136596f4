package visit

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"lastclick/scripts/benchmark/measure"
)

// NoAnswer is what a visitor saw who was not answered.
const NoAnswer = "no answer"

// Seen is what one kind of visitor saw, and how long the good answers took.
type Seen struct {
	mu        sync.Mutex
	answers   map[string]int
	latencies measure.Latencies
	all       int // good ones, ever
}

// Total is how many good answers there were in all.
func (s *Seen) Total() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all
}

// Add counts an answer, and how long it took if it was a good one.
func (s *Seen) Add(answer string, good bool, took time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if good {
		s.all++
	}
	if s.answers == nil {
		s.answers = map[string]int{}
	}
	s.answers[answer]++
	if good {
		s.latencies.Add(took)
	}
}

// Take returns what was seen since the last time, and begins from nothing.
func (s *Seen) Take() Sight {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := Sight{Answers: s.answers, Latencies: s.latencies}
	s.answers, s.latencies = nil, measure.Latencies{}
	return out
}

// Sight is what was seen in a time.
type Sight struct {
	Answers   map[string]int
	Latencies measure.Latencies
}

func (s Sight) String() string {
	if len(s.Answers) == 0 {
		return "–"
	}
	var parts []string
	for _, a := range slices.Sorted(maps.Keys(s.Answers)) {
		parts = append(parts, fmt.Sprintf("%s ×%d", a, s.Answers[a]))
	}
	return strings.Join(parts, ", ")
}

// Good is the share of good answers, and how many there were in all.
func (s Sight) Good() (share float64, all int) {
	for _, n := range s.Answers {
		all += n
	}
	return float64(s.Latencies.Len()) / float64(max(all, 1)), all
}
