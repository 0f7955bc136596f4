package db

import (
	"context"
	"slices"
	"sync"
	"time"

	"lastclick/model"
)

// watchPace is the time between two signals of a client to its watchers, in the long run.
// They read again after each, and those of one client at once, so this is how often its
// pages are read however often it changes. The first change after a quiet moment is told
// at once. A signal that was not wanted when it was due may follow the next one sooner,
// else changes that come as often as that would all be told as late as the latest of them.
const watchPace = 200 * time.Millisecond

// hub tells watchers that something of a client changed: never data, and without
// waiting for a slow reader. Signals that were not read yet are one signal.
type hub struct {
	mu       sync.Mutex
	closed   bool
	platform map[chan struct{}]struct{} // of those who watch everything
	clients  map[string]*watched        // by slug
}

// watched is a client with watchers.
type watched struct {
	slug     string
	id       int64 // of the client, people or settings; 0 while the cache does not know the slug
	channels map[chan struct{}]struct{}
	due      time.Time   // the next signal
	timer    *time.Timer // for the changes that wait for due; nil: none does
}

func newHub() hub {
	return hub{platform: map[chan struct{}]struct{}{}, clients: map[string]*watched{}}
}

// Watch says that something of the client changed; for an empty client, anything of
// the platform; for model.WatchPeople, whatever people did; for model.WatchSettings, their
// themes and keys. The client may be one that is not there yet. The channel holds one signal
// and is closed once ctx or the store ends.
func (s *Store) Watch(ctx context.Context, client string) <-chan struct{} {
	ch := make(chan struct{}, 1)
	h := &s.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		close(ch)
		return ch
	}
	if client == "" {
		h.platform[ch] = struct{}{}
	} else {
		w := h.clients[client]
		if w == nil {
			w = &watched{slug: client, channels: map[chan struct{}]struct{}{}}
			switch client {
			case model.WatchPeople:
				w.id = people
			case model.WatchSettings:
				w.id = settings
			}
			h.clients[client] = w
		}
		w.channels[ch] = struct{}{}
	}
	context.AfterFunc(ctx, func() { s.unwatch(client, ch) })
	return ch
}

func (s *Store) unwatch(client string, ch chan struct{}) {
	h := &s.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return
	}
	close(ch)
	w := h.clients[client]
	if w == nil {
		delete(h.platform, ch)
		return
	}
	if delete(w.channels, ch); len(w.channels) > 0 {
		return
	}
	delete(h.clients, client)
	w.stop()
	s.pages.tell(w.id)
}

func (w *watched) stop() {
	if w.timer != nil {
		w.timer.Stop()
	}
}

// signal notes that the clients changed, for their pages too, and wakes their watchers
// and those of the platform. It comes before the change is acknowledged. The cache
// knows a client before the first signal about it comes.
func (s *Store) signal(clients []int64) {
	if len(clients) == 0 {
		return
	}
	s.pages.changed(clients)
	m := s.cache.Load()
	h := &s.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return
	}
	if slices.ContainsFunc(clients, func(id int64) bool { return id != settings }) {
		for ch := range h.platform {
			wake(ch)
		}
	}
	for _, w := range h.clients {
		if w.id == 0 {
			w.id, _ = m.clientID(w.slug)
		}
		if w.id != 0 && slices.Contains(clients, w.id) {
			s.wakeInTime(w)
		}
	}
}

// signalAll wakes all watchers, whatever changed: nothing that was read before may be kept.
func (s *Store) signalAll() {
	s.pages.changedAll()
	h := &s.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return
	}
	for ch := range h.platform {
		wake(ch)
	}
	for _, w := range h.clients {
		if w.id > 0 {
			w.id = 0 // another client may have it
		}
		w.stop()
		w.timer = nil
		w.wake()
	}
}

// wakeInTime wakes the client's watchers now, or once the last signal is long enough ago.
func (s *Store) wakeInTime(w *watched) {
	if w.timer != nil {
		return
	}
	now := time.Now()
	wait := w.due.Sub(now)
	if wait <= -watchPace {
		w.due = now
	}
	if wait <= 0 {
		w.wake()
		return
	}
	s.pages.hold(w.id)
	var timer *time.Timer
	timer = time.AfterFunc(wait, func() {
		s.hub.mu.Lock()
		defer s.hub.mu.Unlock()
		if w.timer != timer || s.hub.closed {
			return
		}
		w.timer = nil
		s.pages.tell(w.id)
		w.wake()
	})
	w.timer = timer
}

// wake signals all of the client's watchers, as when it was due.
func (w *watched) wake() {
	w.due = w.due.Add(watchPace)
	for ch := range w.channels {
		wake(ch)
	}
}

func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for ch := range h.platform {
		close(ch)
	}
	for _, w := range h.clients {
		w.stop()
		for ch := range w.channels {
			close(ch)
		}
	}
	clear(h.platform)
	clear(h.clients)
}
