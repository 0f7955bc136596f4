package mail

import (
	"context"
	"net"
	"sync"
	"time"
)

// boundConn is a connection whose deadlines end soon after the daemon is told to stop,
// whatever the SMTP library sets: the mail being sent may finish, and a silent server
// cannot delay the stop.
type boundConn struct {
	net.Conn
	unbind func() bool

	mu    sync.Mutex
	limit time.Time // zero while the daemon runs
}

// bind makes the deadlines of c end grace after ctx.
func bind(ctx context.Context, c net.Conn, grace time.Duration) *boundConn {
	b := &boundConn{Conn: c}
	b.unbind = context.AfterFunc(ctx, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.limit = time.Now().Add(grace)
		_ = b.Conn.SetDeadline(b.limit) // fails only if the connection is closed
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

// Close closes the connection and frees it from the context.
func (b *boundConn) Close() error {
	b.unbind()
	return b.Conn.Close()
}
