package db

import (
	"context"
	"sync"
)

// hub tells watchers that something of a client moved: never data, and never
// waiting for a slow reader. Signals that were not read yet are one signal.
type hub struct {
	mu       sync.Mutex
	closed   bool
	watchers map[chan struct{}]int64 // the client's id; 0 for all, noClient for one that is not there
}

const noClient = -1

// memory stands among the clients that moved for what is kept in memory.
const memory = -2

// Watch says that something of the client moved; for an empty client, anything of
// the platform. The channel holds one signal and is closed once ctx or the store
// ends.
func (s *Store) Watch(ctx context.Context, client string) <-chan struct{} {
	id := int64(0)
	if client != "" {
		id = noClient
		if known, ok := get[int64](&s.gate.Load().slugs, client); ok {
			id = known
		}
	}
	ch := make(chan struct{}, 1)
	h := &s.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		close(ch)
		return ch
	}
	h.watchers[ch] = id
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

// signal wakes who watches one of the clients, or all.
func (h *hub) signal(clients []int64) {
	if len(clients) == 0 {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for ch, watched := range h.watchers {
		hit := watched == 0
		for _, c := range clients {
			hit = hit || c == watched
		}
		if hit {
			select {
			case ch <- struct{}{}:
			default:
			}
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
