package mail

import (
	"context"
	"net"
	"sync"
	"time"
)

// boundConn is a connection whose deadlines end soon after the daemon is told to
// stop, whatever the SMTP library sets: the mail at hand may finish, a silent
// server may not hold up the stop.
type boundConn struct {
	net.Conn
	release func() bool

	mu    sync.Mutex
	limit time.Time // zero while the daemon runs
}

// bind ties c to ctx: once ctx ends, c has grace left.
func bind(ctx context.Context, c net.Conn, grace time.Duration) *boundConn {
	b := &boundConn{Conn: c}
	b.release = context.AfterFunc(ctx, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.limit = time.Now().Add(grace)
		_ = b.Conn.SetDeadline(b.limit) // of a closed connection: nothing left to bound
	})
	return b
}

// SetDeadline sets the deadline, or the limit where that is earlier.
func (b *boundConn) SetDeadline(t time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.limit.IsZero() && (t.IsZero() || t.After(b.limit)) {
		t = b.limit
	}
	return b.Conn.SetDeadline(t)
}

// Close closes the connection and unties it.
func (b *boundConn) Close() error {
	b.release()
	return b.Conn.Close()
}
