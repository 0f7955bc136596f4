package web

import (
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"lastclick/server/internal/netlimit"
)

// How many unknown codes one network may ask for: enough for every misprinted
// poster, far too few to find any of 387 million codes by guessing.
const (
	guessBurst    = 500
	guessInterval = 100 * time.Millisecond // one more after that
	guessNetworks = 1 << 12                // buckets
)

// network is where a request comes from. Behind trusted proxies it is the right-most
// address that is not one of them. Loopback gives none, and is not limited: a proxy
// on this machine that was not named as trusted would make all the world one network. A
// loopback address that a proxy names is limited: it may only have passed it on.
func (s *Server) network(r *http.Request) netip.Prefix {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Prefix{}
	}
	direct := peer.Addr().Unmap().WithZone("")
	addr := s.origin(direct, r.Header["X-Forwarded-For"])
	if addr == direct && addr.IsLoopback() {
		return netip.Prefix{}
	}
	return netlimit.Prefix(addr)
}

// origin walks the chain of proxies from us outwards, as long as each is trusted.
func (s *Server) origin(addr netip.Addr, forwarded []string) netip.Addr {
	for i := len(forwarded) - 1; i >= 0; i-- {
		hops := strings.Split(forwarded[i], ",")
		for j := len(hops) - 1; j >= 0; j-- {
			if !s.trusts(addr) {
				return addr
			}
			hop := forwardedAddr(strings.TrimSpace(hops[j]))
			if !hop.IsValid() {
				return addr
			}
			addr = hop.Unmap()
		}
	}
	return addr
}

// forwardedAddr reads an address of X-Forwarded-For, to which some proxies add the port.
func forwardedAddr(s string) netip.Addr {
	addr, err := netip.ParseAddr(s)
	if err == nil {
		return addr
	}
	withPort, err := netip.ParseAddrPort(s)
	if err != nil {
		return netip.Addr{}
	}
	return withPort.Addr()
}

func (s *Server) trusts(addr netip.Addr) bool {
	for _, p := range s.trusted {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

// guessWait takes one unknown code from the budget of the request's network, and says
// how long to wait where that is used up.
func (s *Server) guessWait(r *http.Request) time.Duration {
	network := s.network(r)
	if !network.IsValid() {
		return 0
	}
	return s.guesses.Take(network)
}

// seconds writes d for Retry-After: whole seconds, rounded up.
func seconds(d time.Duration) string {
	return strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10)
}
