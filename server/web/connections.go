package web

import (
	"cmp"
	"crypto/tls"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"syscall"

	"lastclick/server/internal/netlimit"
)

// maxConnections bounds the open connections of one server: each costs some 20 KiB and a
// file descriptor, also while it is silent.
const maxConnections = 8192

// connections bounds the open connections of a server. One more than most takes the place
// of others: of the network that has most; of those, of one without a request before one
// with; of those, of the one that has been so for longest. So a flood of connections from
// one network takes places from itself, and one from many networks closes idle connections
// first. Connections that have sent nothing yet count as one network, since their address
// may only be known after the first bytes (the PROXY protocol).
type connections struct {
	most int

	mu       sync.Mutex
	turn     uint64 // counts changes of state
	open     map[net.Conn]*place
	networks map[netip.Prefix]int
}

// place is an open connection.
type place struct {
	conn    net.Conn
	network netip.Prefix // invalid: nothing was sent yet
	busy    bool         // with a request
	since   uint64       // the turn at which it became so
}

func newConnections(most int) *connections {
	return &connections{most: most, open: map[net.Conn]*place{}, networks: map[netip.Prefix]int{}}
}

// affordable is maxConnections, or less where the process may open few files: a quarter of
// them is left to the database and SSH.
func affordable() int {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil || limit.Cur > 2*maxConnections {
		return maxConnections
	}
	return max(min(maxConnections, int(limit.Cur)*3/4), 1)
}

// note is the ConnState of an http.Server. It never waits for a connection.
func (l *connections) note(c net.Conn, state http.ConnState) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.turn++
	p, known := l.open[c]
	switch {
	case state == http.StateNew:
		l.open[c] = &place{conn: c, since: l.turn}
		l.networks[netip.Prefix{}]++
		if len(l.open) > l.most {
			l.makeRoom(c)
		}
	case !known:
		// It had to make room.
	case state == http.StateActive:
		if !p.network.IsValid() {
			l.leave(p)
			p.network = netlimit.Prefix(netlimit.Addr(c.RemoteAddr()))
			l.networks[p.network]++
		}
		p.busy, p.since = true, l.turn
	case state == http.StateIdle:
		p.busy, p.since = false, l.turn
	default:
		l.remove(p)
	}
}

// makeRoom closes connections, but not the new one. It closes several at once, so that it
// need not look at all of them for each of a flood.
func (l *connections) makeRoom(but net.Conn) {
	var fullest netip.Prefix
	for network, n := range l.networks {
		if n > l.networks[fullest] {
			fullest = network
		}
	}
	var out []*place
	for _, p := range l.open {
		if p.network == fullest && p.conn != but {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b *place) int {
		if a.busy != b.busy {
			if b.busy {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.since, b.since)
	})
	for _, p := range out[:min(len(out), l.most/128+1)] {
		l.remove(p)
		conn := p.conn
		if t, ok := conn.(*tls.Conn); ok {
			conn = t.NetConn() // closing TLS waits for the other side
		}
		_ = conn.Close()
	}
}

func (l *connections) remove(p *place) {
	delete(l.open, p.conn)
	l.leave(p)
}

func (l *connections) leave(p *place) {
	if l.networks[p.network]--; l.networks[p.network] <= 0 {
		delete(l.networks, p.network)
	}
}
