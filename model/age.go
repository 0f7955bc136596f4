package model

import (
	"context"
	"sync"
	"time"
)

// Age says how old is what was read under a context of WithAge. A store that reads from a
// copy of its database notes there what was older than the database itself.
type Age struct {
	mu   sync.Mutex
	asOf time.Time
}

type ageKey struct{}

// WithAge returns a context whose reads note their age in a.
func WithAge(ctx context.Context) (_ context.Context, a *Age) {
	a = &Age{}
	return context.WithValue(ctx, ageKey{}, a), a
}

// NoteAge says that an answer to ctx holds what was committed up to asOf.
func NoteAge(ctx context.Context, asOf time.Time) {
	a, ok := ctx.Value(ageKey{}).(*Age)
	if !ok {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.asOf.IsZero() || asOf.Before(a.asOf) {
		a.asOf = asOf
	}
}

// AsOf is the time up to which all that was read holds what was committed; zero: it was
// as new as the database.
func (a *Age) AsOf() time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.asOf
}
