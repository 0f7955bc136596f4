package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"net"
	"sync"
	"time"
)

// proxy stands between a daemon and PostgreSQL. It holds everything back for half of a
// round trip in each direction, and counts the round trips.
type proxy struct {
	target   string
	oneWay   time.Duration
	listener net.Listener
	all      sync.WaitGroup

	mu     sync.Mutex
	closed bool
	links  []*proxied
}

// proxied is one connection through the proxy.
type proxied struct {
	client, server net.Conn

	mu      sync.Mutex
	asking  bool // the client spoke last
	trips   int
	commits int
	answers messageReader
}

// traffic is what a connection did.
type traffic struct {
	trips   int // the client spoke after it was answered, or for the first time
	commits int // transactions that were committed
}

// startProxy listens on a free port of loopback.
func startProxy(ctx context.Context, target string, roundTrip time.Duration) (*proxy, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &proxy{target: target, oneWay: roundTrip / 2, listener: l}
	p.all.Go(func() { p.accept(ctx) })
	return p, nil
}

func (p *proxy) address() string { return p.listener.Addr().String() }

func (p *proxy) close() {
	_ = p.listener.Close()
	p.mu.Lock()
	p.closed = true
	for _, c := range p.links {
		c.close()
	}
	p.mu.Unlock()
	p.all.Wait()
}

func (c *proxied) close() {
	_ = c.client.Close()
	_ = c.server.Close()
}

func (p *proxy) accept(ctx context.Context) {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		server, err := (&net.Dialer{}).DialContext(ctx, "tcp", p.target)
		if err != nil {
			_ = client.Close()
			continue
		}
		c := &proxied{client: client, server: server}
		p.mu.Lock()
		p.links = append(p.links, c)
		if p.closed {
			c.close()
		}
		p.mu.Unlock()
		p.all.Go(func() { p.relay(c, c.client, c.server, c.asked) })
		p.all.Go(func() { p.relay(c, c.server, c.client, c.answered) })
	}
}

// piece is bytes on their way, and when they arrive.
type piece struct {
	bytes []byte
	due   time.Time
}

// relay hands on what comes, each piece after the time that it is under way. Pieces that
// follow one another do not wait for one another.
func (p *proxy) relay(c *proxied, from, to net.Conn, seen func([]byte)) {
	defer c.close()
	pieces := make(chan piece, 1024)
	defer close(pieces)
	p.all.Go(func() {
		for b := range pieces {
			sleepUntil(b.due)
			if _, err := to.Write(b.bytes); err != nil {
				c.close()
			}
		}
	})
	for {
		b := make([]byte, 32<<10)
		n, err := from.Read(b)
		if n > 0 {
			seen(b[:n])
			pieces <- piece{b[:n], time.Now().Add(p.oneWay)}
		}
		if err != nil {
			return
		}
	}
}

func sleepUntil(due time.Time) {
	for left := time.Until(due); left > 0; left = time.Until(due) {
		sleep(left)
	}
}

func (c *proxied) asked([]byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.asking {
		c.trips++
	}
	c.asking = true
}

func (c *proxied) answered(b []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asking = false
	c.answers.read(b, func(kind byte, body []byte) {
		if kind == commandComplete && bytes.HasPrefix(body, []byte("COMMIT\x00")) {
			c.commits++
		}
	})
}

// busiest is the traffic of the connection that committed most: a daemon's writer.
func (p *proxy) busiest() (most traffic) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.links {
		c.mu.Lock()
		if c.commits >= most.commits {
			most = traffic{c.trips, c.commits}
		}
		c.mu.Unlock()
	}
	return most
}

// commandComplete is the kind of a message of PostgreSQL that ends a statement
// (protocol 3.0, message formats).
const commandComplete = 'C'

// messageReader finds the server's messages in pieces of any size: a byte of kind, four
// of length without the kind, the body.
type messageReader struct{ rest []byte }

func (r *messageReader) read(b []byte, message func(kind byte, body []byte)) {
	const head = 5
	r.rest = append(r.rest, b...)
	at := 0
	for len(r.rest)-at >= head {
		length := int(binary.BigEndian.Uint32(r.rest[at+1:]))
		if len(r.rest)-at-1 < length {
			break
		}
		message(r.rest[at], r.rest[at+head:at+1+length])
		at += 1 + length
	}
	r.rest = append(r.rest[:0], r.rest[at:]...)
}
