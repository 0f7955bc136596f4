// Package proxy stands between a daemon and PostgreSQL, as a network that is slow, or that
// fails: it delays, freezes and cuts connections, and counts round trips and commits.
package proxy

import (
	"bytes"
	"context"
	"encoding/binary"
	"net"
	"sync"
	"time"
)

// Proxy hands connections on to one address. It holds everything back for half of a round
// trip in each direction.
type Proxy struct {
	target   string
	listener net.Listener
	all      sync.WaitGroup

	mu      sync.Mutex
	closed  bool
	refuses bool // new connections
	oneWay  time.Duration
	flows   chan struct{} // closed while bytes are handed on
	links   []*proxied
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

// Traffic is what a connection did.
type Traffic struct {
	Trips   int // the client spoke after it was answered, or for the first time
	Commits int // transactions that were committed
}

// Start listens on a free port of loopback.
func Start(ctx context.Context, target string, roundTrip time.Duration) (*Proxy, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &Proxy{target: target, oneWay: roundTrip / 2, listener: l, flows: make(chan struct{})}
	close(p.flows)
	p.all.Go(func() { p.accept(ctx) })
	return p, nil
}

// Address is where it listens.
func (p *Proxy) Address() string { return p.listener.Addr().String() }

// Close ends it and all connections.
func (p *Proxy) Close() {
	_ = p.listener.Close()
	p.Thaw()
	p.mu.Lock()
	p.closed = true
	for _, c := range p.links {
		c.close()
	}
	p.mu.Unlock()
	p.all.Wait()
}

// Delay sets the time of a round trip from now on.
func (p *Proxy) Delay(roundTrip time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.oneWay = roundTrip / 2
}

// Freeze holds everything back until Thaw, the ends of connections too: as a network does
// that drops packets, where nothing tells either side.
func (p *Proxy) Freeze() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.flowing() {
		p.flows = make(chan struct{})
	}
}

// Thaw ends a freeze.
func (p *Proxy) Thaw() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.flowing() {
		close(p.flows)
	}
}

func (p *Proxy) flowing() bool {
	select {
	case <-p.flows:
		return true
	default:
		return false
	}
}

// Cut resets all connections and refuses new ones until Mend.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refuses = true
	for _, c := range p.links {
		reset(c.client)
		reset(c.server)
	}
}

// Mend lets connections in again.
func (p *Proxy) Mend() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refuses = false
}

// reset closes a connection with RST: what is still on its way is lost.
func reset(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = c.Close()
}

// pass waits until bytes are handed on.
func (p *Proxy) pass() {
	p.mu.Lock()
	flows := p.flows
	p.mu.Unlock()
	<-flows
}

func (c *proxied) close() {
	_ = c.client.Close()
	_ = c.server.Close()
}

func (p *Proxy) accept(ctx context.Context) {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.mu.Lock()
		refuses := p.refuses
		p.mu.Unlock()
		if refuses {
			reset(client)
			continue
		}
		server, err := (&net.Dialer{}).DialContext(ctx, "tcp", p.target)
		if err != nil {
			reset(client)
			continue
		}
		c := &proxied{client: client, server: server}
		p.mu.Lock()
		p.links = append(p.links, c)
		if p.closed || p.refuses {
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
// follow one another do not wait for one another. The end of the connection follows the
// last of them.
func (p *Proxy) relay(c *proxied, from, to net.Conn, seen func([]byte)) {
	pieces := make(chan piece, 1024)
	defer close(pieces)
	p.all.Go(func() {
		defer c.close()
		for b := range pieces {
			sleepUntil(b.due)
			p.pass()
			if _, err := to.Write(b.bytes); err != nil {
				c.close()
			}
		}
		p.pass()
	})
	for {
		b := make([]byte, 32<<10)
		n, err := from.Read(b)
		if n > 0 {
			seen(b[:n])
			p.mu.Lock()
			oneWay := p.oneWay
			p.mu.Unlock()
			pieces <- piece{b[:n], time.Now().Add(oneWay)}
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

// Busiest is the traffic of the connection that committed most: a daemon's writer.
func (p *Proxy) Busiest() (most Traffic) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.links {
		c.mu.Lock()
		if c.commits >= most.Commits {
			most = Traffic{c.trips, c.commits}
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
