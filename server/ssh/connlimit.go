package ssh

import (
	"cmp"
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"

	"lastclick/server/internal/netlimit"
	"lastclick/server/internal/recent"
)

// emptyTimeout is how long a connection may stay without a session: a shared
// connection (ControlPersist) that is not used any more.
const emptyTimeout = 10 * time.Minute

// maxHomes bounds the networks that are remembered because people signed in from them.
const maxHomes = 2048

// connLimiter counts connections from before authentication on: what an attacker without
// a key can take is bounded per network and in all.
//
// Strangers, who have not signed in with a known key, have half of the places, and those of
// them who hold a session (a page for unknown keys, a channel on which nothing is asked
// for) half of that. Where no place is free, the newest takes that of another stranger:
// of one whose network no person has signed in from, before others; then of the network
// that holds most; then of the one who came first. So connections without a known key, of
// however many networks, silent or not, keep out no one who signs in within a second; and
// those who are signed in lose no place to them. One person's key has perKey of the places
// of the people who are signed in.
type connLimiter struct {
	inAll, strangers, guests, perAddress, perKey int

	mu     sync.Mutex
	closed bool
	conns  map[*connection]struct{}
	from   map[netip.Prefix]int
	keys   map[string]int            // connections that are known, by the key's fingerprint
	known  int                       // of conns
	homes  *recent.Set[netip.Prefix] // networks that people signed in from
}

func newConnLimiter(inAll, perAddress, perKey int) *connLimiter {
	return &connLimiter{
		inAll: inAll, strangers: max(inAll/2, 1), guests: max(inAll/4, 1), perAddress: perAddress, perKey: perKey,
		conns: map[*connection]struct{}{}, from: map[netip.Prefix]int{}, keys: map[string]int{}, homes: recent.NewSet[netip.Prefix](maxHomes),
	}
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
		out := l.leastWanted(func(c *connection) bool { return !c.busy() })
		if out == nil {
			out = l.leastWanted((*connection).busy)
		}
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

// leastWanted is the stranger of those that has to make room first; nil: there is none.
func (l *connLimiter) leastWanted(among func(*connection) bool) (out *connection) {
	for c := range l.conns {
		if c.known || !among(c) {
			continue
		}
		if out == nil || cmp.Or(cmp.Compare(l.home(c), l.home(out)), cmp.Compare(l.from[out.network], l.from[c.network]), c.opened.Compare(out.opened)) < 0 {
			out = c
		}
	}
	return out
}

// home is 1 for the connection of a network that people have signed in from, else 0.
func (l *connLimiter) home(c *connection) int {
	if l.homes.Has(c.network) {
		return 1
	}
	return 0
}

// sessionOpened says that the connection holds one more session. Where too many strangers
// hold one, another of them has to go.
func (l *connLimiter) sessionOpened(c *connection) {
	c.sessionOpened()
	l.mu.Lock()
	defer l.mu.Unlock()
	if c.known {
		return
	}
	guests := 0
	for other := range l.conns {
		if !other.known && other.busy() {
			guests++
		}
	}
	if guests <= l.guests {
		return
	}
	if out := l.leastWanted(func(other *connection) bool { return other != c && other.busy() }); out != nil {
		out.end()
		l.remove(out)
	}
}

// signedIn says that the connection is of the person with the key.
func (l *connLimiter) signedIn(c *connection, key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.homes.Add(c.network)
	if _, open := l.conns[c]; open && !c.known && l.keys[key] < l.perKey {
		c.known, c.key = true, key
		l.known++
		l.keys[key]++
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
		if l.keys[c.key]--; l.keys[c.key] <= 0 {
			delete(l.keys, c.key)
		}
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
	known   bool   // that it is of a person; guarded by connLimiter.mu
	key     string // the person's, if known; guarded by connLimiter.mu
	begun   bool   // something was read; used by Read alone, which never runs twice at once

	mu       sync.Mutex
	timer    *time.Timer
	sessions int
	graced   bool
	ended    bool

	announced bool // the host keys
	proofs    int  // of host keys that were asked for
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
