package db

import (
	"context"
	"slices"
	"sync"
)

// hub tells watchers that something of a client changed: never data, and without
// waiting for a slow reader. Signals that were not read yet are one signal.
type hub struct {
	mu       sync.Mutex
	closed   bool
	watchers map[chan struct{}]*watcher
}

// watcher is what one channel waits for.
type watcher struct {
	slug   string // of the client; empty for anything of the platform
	client int64  // its id; 0 while the cache does not know the slug
}

// Watch says that something of the client changed; for an empty client, anything of
// the platform. The client may be one that is not there yet. The channel holds one
// signal and is closed once ctx or the store ends.
func (s *Store) Watch(ctx context.Context, client string) <-chan struct{} {
	ch := make(chan struct{}, 1)
	h := &s.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		close(ch)
		return ch
	}
	h.watchers[ch] = &watcher{slug: client}
	context.AfterFunc(ctx, func() { h.leave(ch) })
	return ch
}

func (h *hub) leave(ch chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, ok := h.watchers[ch]; ok {
		delete(h.watchers, ch)
		close(ch)
	}
}

// signal wakes the watchers of the clients, and of the platform. The cache knows a
// client before the first signal about it comes.
func (s *Store) signal(clients []int64) {
	if len(clients) == 0 {
		return
	}
	m := s.cache.Load()
	h := &s.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	for ch, w := range h.watchers {
		if w.slug != "" && w.client == 0 {
			w.client, _ = m.clientID(w.slug)
		}
		if w.slug == "" || slices.Contains(clients, w.client) && w.client != 0 {
			wake(ch)
		}
	}
}

func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for ch := range h.watchers {
		close(ch)
	}
	clear(h.watchers)
}
