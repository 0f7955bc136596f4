package ssh

import (
	"net"
	"net/netip"
	"sync"
	"time"
)

// emptyTimeout is how long a connection may stay without a session: a shared
// connection (ControlPersist) that nobody comes back to.
const emptyTimeout = 10 * time.Minute

// gate counts connections before anybody has signed in: what an attacker without
// a key can take is bounded per address and in all.
type gate struct {
	max, perAddress int

	mu     sync.Mutex
	closed bool
	conns  map[*connection]struct{}
	from   map[netip.Prefix]int
}

func newGate(max, perAddress int) *gate {
	return &gate{max: max, perAddress: perAddress, conns: map[*connection]struct{}{}, from: map[netip.Prefix]int{}}
}

// admit counts the connection in, or says that there are too many.
func (g *gate) admit(c net.Conn) (*connection, bool) {
	origin, counted := originOf(c.RemoteAddr())
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed || len(g.conns) >= g.max || counted && g.from[origin] >= g.perAddress {
		return nil, false
	}
	conn := &connection{Conn: c, opened: time.Now(), origin: origin}
	g.conns[conn] = struct{}{}
	if counted {
		g.from[origin]++
	}
	return conn, true
}

// release closes the connection and counts it out.
func (g *gate) release(c *connection) {
	c.end()
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.conns, c)
	if g.from[c.origin]--; g.from[c.origin] <= 0 {
		delete(g.from, c.origin)
	}
}

// closeAll closes every connection and admits no more.
func (g *gate) closeAll() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
	for c := range g.conns {
		c.end()
	}
}

// originOf is the address as far as connections are counted by it: loopback, where
// tests and proxies live, and what is not an IP address is not.
func originOf(a net.Addr) (netip.Prefix, bool) {
	ip := ipOf(a)
	return prefixOf(ip), ip.IsValid() && !ip.IsLoopback()
}

// ipOf is the IP address of a; invalid where it has none.
func ipOf(a net.Addr) netip.Addr {
	if tcp, ok := a.(*net.TCPAddr); ok {
		return tcp.AddrPort().Addr().Unmap().WithZone("")
	}
	return netip.Addr{}
}

// prefixOf is the part of an address that one customer of an access provider has:
// all of IPv4, the /64 of IPv6. It is invalid for an invalid address.
func prefixOf(ip netip.Addr) netip.Prefix {
	bits := 32
	if ip.Is6() {
		bits = 64
	}
	p, _ := ip.Prefix(bits) // of an invalid address an invalid prefix
	return p
}

// connection is one TCP connection. It has a timer while it holds no session:
// first for the handshake, later for a shared connection left behind.
type connection struct {
	net.Conn
	opened time.Time
	origin netip.Prefix

	mu       sync.Mutex
	timer    *time.Timer
	sessions int
	graced   bool
	ended    bool
}

// closeAfter (re)starts the timer.
func (c *connection) closeAfter(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.arm(d)
}

func (c *connection) arm(d time.Duration) {
	if c.ended {
		return
	}
	if c.timer != nil {
		c.timer.Stop()
	}
	c.timer = time.AfterFunc(d, c.closeIfEmpty)
}

func (c *connection) closeIfEmpty() {
	c.mu.Lock()
	empty := c.sessions == 0
	c.mu.Unlock()
	if empty {
		c.end()
	}
}

// keyOffered gives the person time to type the passphrase of their key, or to
// touch it. Once: a client that goes on offering keys gains nothing.
func (c *connection) keyOffered() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.graced {
		c.graced = true
		c.arm(passphraseTimeout)
	}
}

// sessionOpened and sessionClosed count sessions; without one the timer runs.
func (c *connection) sessionOpened() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sessions++
	if c.timer != nil {
		c.timer.Stop()
	}
}

func (c *connection) sessionClosed() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sessions--; c.sessions == 0 {
		c.arm(emptyTimeout)
	}
}

// end closes the connection; everything that waits for it wakes with an error.
func (c *connection) end() {
	c.mu.Lock()
	c.ended = true
	if c.timer != nil {
		c.timer.Stop()
	}
	c.mu.Unlock()
	c.Close() //nolint:errcheck // nothing to do about it
}
