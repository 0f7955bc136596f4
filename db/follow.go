package db

import (
	"context"
	"database/sql"
	"sync"
	"time"
)

const (
	pollEvery  = 2 * time.Second        // the truth about what other nodes moved
	hintEvery  = 250 * time.Millisecond // at most so often are they told that we moved something
	listenWait = time.Second            // after a listening connection was lost
)

// moves is what this node knows of the table moves, in which every node of a shared
// database counts what it changed: by client, 0 for the platform, and memory.
type moves struct {
	mu    *sync.Mutex
	known map[int64]int64
	own   chan struct{} // holds one: this node moved something
}

func newMoves() moves {
	return moves{mu: &sync.Mutex{}, known: map[int64]int64{}, own: make(chan struct{}, 1)}
}

// know takes counts that are on no less than what was known.
func (m *moves) know(counts map[int64]int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for client, n := range counts {
		m.known[client] = max(m.known[client], n)
	}
}

// counted notes one's own count. It is known only where nobody else counted
// between, for else the poll must see that.
func (m *moves) counted(client, n int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known[client] == n-1 {
		m.known[client] = n
	}
}

// news are the clients that others moved since.
func (m *moves) news(counts map[int64]int64) (clients []int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for client, n := range counts {
		if n > m.known[client] {
			clients = append(clients, client)
		}
	}
	return clients
}

// countMoves counts what the transaction moved.
func (t *tx) countMoves() error {
	for _, client := range t.moved {
		var n int64
		err := t.row(`INSERT INTO moves (client_id, n) VALUES ($1, 1) ON CONFLICT (client_id) DO UPDATE SET n = moves.n + 1 RETURNING n`, client).Scan(&n)
		if err != nil {
			return err
		}
		t.then(func() { t.s.moves.counted(client, n) })
	}
	if len(t.moved) > 0 {
		t.then(func() { wake(t.s.moves.own) })
	}
	return nil
}

func (c *conn) loadMoves() (map[int64]int64, error) {
	counts := map[int64]int64{}
	err := c.each(func(r *sql.Rows) error {
		var client, n int64
		err := r.Scan(&client, &n)
		counts[client] = n
		return err
	}, `SELECT client_id, n FROM moves`)
	return counts, err
}

// follow keeps this node up with the others until the store closes: it polls what
// moved, at once where a hint says so, and hints at what this node moved. A hint may
// be lost; the poll is not.
func (s *Store) follow() {
	ctx := s.ctx
	heard := make(chan struct{}, 1)
	var listener sync.WaitGroup
	listener.Go(func() { s.listen(ctx, heard) })
	defer listener.Wait()
	poll := time.NewTicker(pollEvery)
	defer poll.Stop()
	hint := time.NewTimer(0)
	defer hint.Stop()
	own := s.moves.own
	for {
		select {
		case <-ctx.Done():
			return
		case <-poll.C:
			s.catchUp(ctx)
		case <-heard:
			s.catchUp(ctx)
		case <-own:
			if err := s.engine.hint(ctx, s.readers); err != nil {
				s.log.Warn("the other nodes were not told that something moved; they will see it", "within", pollEvery, "err", err)
			}
			own = nil
			hint.Reset(hintEvery)
		case <-hint.C:
			own = s.moves.own
		}
	}
}

// listen waits for the hints of other nodes, and connects again when that is lost.
func (s *Store) listen(ctx context.Context, heard chan struct{}) {
	for ctx.Err() == nil {
		err := s.engine.listen(ctx, s.options, func() { wake(heard) })
		if ctx.Err() != nil {
			return
		}
		s.log.Warn("not listening to the other nodes: what they do shows later", "within", pollEvery, "err", err)
		wait := time.NewTimer(listenWait)
		select {
		case <-wait.C:
		case <-ctx.Done():
		}
		wait.Stop()
	}
}

// catchUp tells the watchers what others moved, once this node's memory is as new.
func (s *Store) catchUp(ctx context.Context) {
	counts, err := read(ctx, s, (*conn).loadMoves)
	if err != nil {
		s.log.Warn("what other nodes moved could not be read", "err", err)
		return
	}
	clients := s.moves.news(counts)
	for _, c := range clients {
		if c != memory {
			continue
		}
		if err := s.change(ctx, s.reload); err != nil {
			s.log.Warn("what other nodes changed could not be read", "err", err)
			return
		}
	}
	s.moves.know(counts)
	s.hub.signal(clients)
}

// wake leaves a signal, unless one is there already.
func wake(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}
