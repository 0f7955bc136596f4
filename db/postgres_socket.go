package db

import (
	"context"
	"crypto/tls"
	"net"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// dial connects to a host of the server. A machine that is gone without a word is noticed
// by TCP: where it is owed an answer after sendWait, where it is silent by keepalives.
func dial(ctx context.Context, network, address string) (net.Conn, error) {
	d := net.Dialer{
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: keepaliveIdle, Interval: keepaliveEvery, Count: keepaliveProbes},
		Control:         limitUnacknowledged,
	}
	conn, err := d.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &limitedConn{Conn: conn}, nil
}

// limitedConn is a connection whose other side must have said something within a time:
// TCP does not notice a server, or a proxy before it, that takes what is sent and never
// answers. It costs no goroutine for each statement, as a context that ends does.
type limitedConn struct {
	net.Conn
	mu     sync.Mutex
	silent time.Duration // 0: it may take as long as it takes
	until  time.Time     // what a context says; it comes first
}

// limitSilence bounds how long each answer on the connection may take.
func limitSilence(conn *pgx.Conn, silent time.Duration) {
	c := conn.PgConn().Conn()
	if t, ok := c.(*tls.Conn); ok {
		c = t.NetConn()
	}
	if l, ok := c.(*limitedConn); ok {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.silent = silent
	}
}

// Read reads what came.
func (c *limitedConn) Read(b []byte) (int, error) {
	if err := c.limit(); err != nil {
		return 0, err
	}
	return c.Conn.Read(b)
}

func (c *limitedConn) limit() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.silent == 0 || !c.until.IsZero() {
		return nil
	}
	return c.Conn.SetReadDeadline(time.Now().Add(c.silent))
}

// SetDeadline is how the driver has a context end what is under way.
func (c *limitedConn) SetDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.until = t
	return c.Conn.SetDeadline(t)
}
