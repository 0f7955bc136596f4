package ssh

import (
	"cmp"
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"

	"lastclick/server/internal/netlimit"
)

// emptyTimeout is how long a connection may stay without a session: a shared
// connection (ControlPersist) that is not used any more.
const emptyTimeout = 10 * time.Minute

// connLimiter counts connections from before authentication on: what an attacker without
// a key can take is bounded per network and in all.
//
// Strangers, who have not signed in with a known key, have half of the places. Where no
// place is free, the newest stranger takes that of the stranger who has waited longest
// without a session, of the network that holds most. So silent connections, of however
// many networks, keep out no one who signs in within a second; and those who are
// signed in lose no place to them.
type connLimiter struct {
	inAll, strangers, perAddress int

	mu     sync.Mutex
	closed bool
	conns  map[*connection]struct{}
	from   map[netip.Prefix]int
	known  int // of conns
}

func newConnLimiter(inAll, perAddress int) *connLimiter {
	return &connLimiter{inAll: inAll, strangers: max(inAll/2, 1), perAddress: perAddress, conns: map[*connection]struct{}{}, from: map[netip.Prefix]int{}}
}

// acquire counts the connection in, or says that there are too many.
func (l *connLimiter) acquire(c net.Conn) (*connection, bool) {
	network, counted := networkOf(c.RemoteAddr())
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || counted && l.from[network] >= l.perAddress {
		return nil, false
	}
	if len(l.conns) >= l.inAll || len(l.conns)-l.known >= l.strangers {
		out := l.longestIdle()
		if out == nil {
			return nil, false
		}
		out.end()
		l.remove(out)
	}
	conn := &connection{Conn: c, opened: time.Now(), network: network}
	l.conns[conn] = struct{}{}
	l.from[network]++
	return conn, true
}

// longestIdle is the stranger without a session that came first, of those of the network
// that has most connections; nil: there is none.
func (l *connLimiter) longestIdle() (out *connection) {
	for c := range l.conns {
		if c.known || c.busy() {
			continue
		}
		if out == nil || cmp.Or(cmp.Compare(l.from[out.network], l.from[c.network]), c.opened.Compare(out.opened)) < 0 {
			out = c
		}
	}
	return out
}

// signedIn says that the connection is of a person.
func (l *connLimiter) signedIn(c *connection) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, open := l.conns[c]; open && !c.known {
		c.known = true
		l.known++
	}
}

// release closes the connection and counts it out.
func (l *connLimiter) release(c *connection) {
	c.end()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.remove(c)
}

func (l *connLimiter) remove(c *connection) {
	if _, open := l.conns[c]; !open {
		return // it had to make room
	}
	delete(l.conns, c)
	if c.known {
		l.known--
	}
	if l.from[c.network]--; l.from[c.network] <= 0 {
		delete(l.from, c.network)
	}
}

// closeAll closes every connection and admits no more.
func (l *connLimiter) closeAll() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	for c := range l.conns {
		c.end()
	}
}

// networkOf returns the network that connections are counted by. Loopback, where tests
// and proxies are, and what is not an IP address is not counted.
func networkOf(a net.Addr) (network netip.Prefix, counted bool) {
	ip := netlimit.Addr(a)
	return netlimit.Prefix(ip), ip.IsValid() && !ip.IsLoopback()
}

// connection is one TCP connection. It has a timer while it holds no session:
// first for the handshake, later for a shared connection left behind.
type connection struct {
	net.Conn
	opened  time.Time
	network netip.Prefix
	known   bool // that it is of a person; guarded by connLimiter.mu
	begun   bool // something was read; used by Read alone, which never runs twice at once

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

// busy says whether it holds a session.
func (c *connection) busy() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sessions > 0
}

// errNotSSH ends a connection that begins with something else.
var errNotSSH = errors.New("it does not begin as SSH does")

// Read wants a client to begin with its identification (RFC 4253 §4.2). x/crypto skips lines
// before it, as a client may: the PROXY header of an untrusted address would be such a line.
func (c *connection) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if n > 0 && !c.begun {
		if c.begun = true; b[0] != 'S' {
			c.end()
			return 0, errNotSSH
		}
	}
	return n, err
}

// end closes the connection; everything that waits for it wakes with an error.
func (c *connection) end() {
	c.mu.Lock()
	c.ended = true
	if c.timer != nil {
		c.timer.Stop()
	}
	c.mu.Unlock()
	_ = c.Close()
}
