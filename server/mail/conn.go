package mail

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// maxAnswer is how many bytes a mail server may send before we send the next: far more
// than an answer or its certificates have. The SMTP library keeps an answer in memory
// until it ends.
const maxAnswer = 256 << 10

var errLongAnswer = errors.New("the answer has no end")

// boundConn is a connection whose deadlines end soon after the daemon is told to stop,
// whatever the SMTP library sets: the mail being sent may finish, and a silent server
// cannot delay the stop. What a server sends at a time is bounded.
type boundConn struct {
	net.Conn
	unbind   func() bool
	answered atomic.Int64 // bytes read since the last write

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

// Read reads a part of an answer, up to maxAnswer.
func (b *boundConn) Read(p []byte) (int, error) {
	if b.answered.Load() >= maxAnswer {
		return 0, errLongAnswer
	}
	n, err := b.Conn.Read(p)
	b.answered.Add(int64(n))
	return n, err
}

// Write sends the next command, or a part of a mail.
func (b *boundConn) Write(p []byte) (int, error) {
	b.answered.Store(0)
	return b.Conn.Write(p)
}

// Close closes the connection and frees it from the context.
func (b *boundConn) Close() error {
	b.unbind()
	return b.Conn.Close()
}
