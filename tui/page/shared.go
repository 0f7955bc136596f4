package page

import (
	"sync"
	"weak"
)

// Shared is what the consoles of one daemon make once for all of them: the rows of a
// version, measured and drawn. It keeps only what a console still shows. The zero value
// is ready; with nil nothing is shared.
type Shared struct {
	mu   sync.Mutex
	kept map[any]any // a *making[T] by key
}

// making is the newest thing that was made under a key.
type making[T any] struct {
	stamp any
	once  sync.Once
	value weak.Pointer[T]
}

// maxKept bounds the keys; at the bound all are forgotten, and made again by those who ask.
const maxKept = 256

// Share returns what was made under the key with the same stamp, or makes it. The
// consoles that ask for it meanwhile wait for it. Both must be comparable, and the value
// is not changed any more; it is dropped with the last console that holds it.
func Share[T any](s *Shared, key, stamp any, build func() (*T, error)) (*T, error) {
	if s == nil {
		return build()
	}
	s.mu.Lock()
	m, ok := s.kept[key].(*making[T])
	if !ok || m.stamp != stamp {
		m = &making[T]{stamp: stamp}
		if s.kept == nil || len(s.kept) >= maxKept {
			s.kept = map[any]any{}
		}
		s.kept[key] = m
	}
	s.mu.Unlock()
	var mine *T
	var err error
	m.once.Do(func() {
		if mine, err = build(); err == nil {
			m.value = weak.Make(mine)
		}
	})
	if mine != nil || err != nil {
		return mine, err
	}
	if v := m.value.Value(); v != nil {
		return v, nil
	}
	return build() // no console held it, or making it failed
}
