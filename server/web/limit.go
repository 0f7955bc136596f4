package web

import (
	"hash/maphash"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// How many unknown codes one network may ask for: enough for every misprinted
// poster, far too few to find any of 387 million codes by guessing.
const (
	guessBurst    = 500
	guessInterval = 100 * time.Millisecond // one more after that
	limiterSlots  = 1 << 12
)

// limiter counts by network in a table of fixed size. Networks that fall into the
// same slot share it: the harm is a 429 in place of a 404, and the gain is that no
// flood of addresses can make it grow.
type limiter struct {
	seed  maphash.Seed
	slots [limiterSlots]atomic.Int64 // Unix nanoseconds up to which the slot is booked (GCRA)
}

func newLimiter() *limiter { return &limiter{seed: maphash.MakeSeed()} }

// take books one request of the network at now; otherwise it says how long to
// wait. A network that is not valid is not limited.
func (l *limiter) take(network netip.Prefix, now time.Time) time.Duration {
	if !network.IsValid() {
		return 0
	}
	slot := &l.slots[maphash.Comparable(l.seed, network)%limiterSlots]
	at := now.UnixNano()
	for {
		booked := slot.Load()
		next := max(booked, at) + int64(guessInterval)
		if wait := time.Duration(next - at - guessBurst*int64(guessInterval)); wait > 0 {
			return wait
		}
		if slot.CompareAndSwap(booked, next) {
			return 0
		}
	}
}

// network is where a request comes from: an IPv4 address, or the /64 that one IPv6
// customer has. Behind trusted proxies it is the right-most address that is not
// one of them. Loopback gives none: a proxy on this machine that was not named as
// trusted would make all the world one network.
func (s *Server) network(r *http.Request) netip.Prefix {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Prefix{}
	}
	addr := s.origin(peer.Addr().Unmap(), r.Header["X-Forwarded-For"])
	if addr.IsLoopback() {
		return netip.Prefix{}
	}
	bits := 32
	if addr.Is6() {
		bits = 64
	}
	network, _ := addr.WithZone("").Prefix(bits)
	return network
}

// origin walks the chain of proxies from us outwards, as long as each is trusted.
func (s *Server) origin(addr netip.Addr, forwarded []string) netip.Addr {
	for i := len(forwarded) - 1; i >= 0; i-- {
		hops := strings.Split(forwarded[i], ",")
		for j := len(hops) - 1; j >= 0; j-- {
			if !s.trusts(addr) {
				return addr
			}
			hop, err := netip.ParseAddr(strings.TrimSpace(hops[j]))
			if err != nil {
				return addr
			}
			addr = hop.Unmap()
		}
	}
	return addr
}

func (s *Server) trusts(addr netip.Addr) bool {
	for _, p := range s.trusted {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

// seconds writes d for Retry-After: whole seconds, rounded up.
func seconds(d time.Duration) string {
	return strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10)
}
