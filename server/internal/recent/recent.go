// Package recent remembers what was seen lately, in bounded memory.
//
// A Set holds two generations. What is added goes into the newer one; when that is full,
// it becomes the older one, and what was the older one is forgotten. So at least the last
// half of the bound is remembered, and adding costs the same at any size.
package recent

// Set remembers values. Its methods are not safe for concurrent use.
type Set[K comparable] struct {
	half         int
	newer, older map[K]struct{}
}

// NewSet returns a set that remembers at most bound values, and at least the last half of
// as many.
func NewSet[K comparable](bound int) *Set[K] {
	return &Set[K]{half: max(bound/2, 1), newer: map[K]struct{}{}}
}

// Add remembers the value.
func (s *Set[K]) Add(k K) {
	if _, ok := s.newer[k]; ok {
		return
	}
	if len(s.newer) >= s.half {
		s.newer, s.older = map[K]struct{}{}, s.newer
	}
	s.newer[k] = struct{}{}
}

// Has says whether the value is remembered.
func (s *Set[K]) Has(k K) bool {
	_, newer := s.newer[k]
	_, older := s.older[k]
	return newer || older
}
