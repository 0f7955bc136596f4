// Package netlimit limits how often one network may do something.
//
// A network is what one customer of an access provider has: an IPv4 address, or
// the /64 of an IPv6 address. Its limiter is a token bucket of golang.org/x/time/rate.
//
// The table of limiters has a fixed size, so no flood of addresses makes it grow.
// Networks whose hashes fall into the same slot share a bucket: one of them may be
// refused early, none is ever let through more often than its limit. The hash has a
// random seed, so that no client can choose whose slot it shares.
package netlimit

import (
	"hash/maphash"
	"net"
	"net/netip"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// Prefix returns the network of addr: the /32 of IPv4 (also where it is mapped into
// IPv6), the /64 of IPv6, without a zone. It is invalid for an invalid address.
func Prefix(addr netip.Addr) netip.Prefix {
	addr = addr.Unmap().WithZone("")
	bits := 32
	if addr.Is6() {
		bits = 64
	}
	p, _ := addr.Prefix(bits) // the error is that addr is invalid, and then p is too
	return p
}

// Addr returns the IP address of a TCP address. It is invalid for any other address.
func Addr(a net.Addr) netip.Addr {
	if tcp, ok := a.(*net.TCPAddr); ok && tcp != nil {
		return tcp.AddrPort().Addr().Unmap().WithZone("")
	}
	return netip.Addr{}
}

// Limiter holds a token bucket for each network. It may be used by many goroutines.
//
// The invalid prefix is a network like any other. A caller that exempts unknown or
// loopback addresses does not ask.
type Limiter struct {
	limit rate.Limit
	burst int
	now   func() time.Time
	seed  maphash.Seed
	slots []atomic.Pointer[rate.Limiter] // made when first taken from
}

// New returns a limiter that lets each network through burst times at once and limit
// times a second after that. It keeps at most entries buckets, of some 100 bytes each.
func New(limit rate.Limit, burst, entries int, now func() time.Time) *Limiter {
	return &Limiter{limit: limit, burst: burst, now: now, seed: maphash.MakeSeed(), slots: make([]atomic.Pointer[rate.Limiter], entries)}
}

// Take takes one token of the network and returns 0. Without a token it takes none
// and returns how long it is until the next.
func (l *Limiter) Take(network netip.Prefix) (wait time.Duration) {
	slot, now := l.slot(network), l.now()
	bucket := slot.Load()
	if bucket == nil {
		slot.CompareAndSwap(nil, rate.NewLimiter(l.limit, l.burst))
		bucket = slot.Load()
	}
	// AllowN and not ReserveN: a reservation that is canceled while others reserve
	// leaves a debt behind.
	if bucket.AllowN(now, 1) {
		return 0
	}
	return max(l.wait(bucket, now), 1)
}

// Wait returns how long Take would say to wait. It takes nothing.
func (l *Limiter) Wait(network netip.Prefix) time.Duration {
	bucket := l.slot(network).Load()
	if bucket == nil {
		return 0
	}
	return l.wait(bucket, l.now())
}

func (l *Limiter) wait(bucket *rate.Limiter, now time.Time) time.Duration {
	missing := 1 - bucket.TokensAt(now)
	return time.Duration(max(missing, 0) / float64(l.limit) * float64(time.Second))
}

func (l *Limiter) slot(network netip.Prefix) *atomic.Pointer[rate.Limiter] {
	return &l.slots[maphash.Comparable(l.seed, network)%uint64(len(l.slots))]
}
