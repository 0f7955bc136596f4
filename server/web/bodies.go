package web

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"sync"
)

// Bounds of the bodies of webhooks that are in memory at once, in bytes. A body is read
// before its signature can be verified, so this is what strangers can make us hold.
const (
	bodiesInAll  = 64 << 20
	largeBodies  = bodiesInAll / 2 // of them what the bodies beyond smallBody may take
	bodiesOfOne  = bodiesInAll / 4 // of one network; loopback is exempt
	smallBody    = 64 << 10        // a whole order of a hundred tickets
	leastReserve = 512
)

// bodies counts the memory that bodies take, from their first byte until their answer.
type bodies struct {
	inAll, large, ofOne int64

	mu   sync.Mutex
	used int64
	from map[netip.Prefix]int64

	proving chan struct{} // holds one while a large body's signature is looked at
}

func newBodies() *bodies {
	return &bodies{inAll: bodiesInAll, large: largeBodies, ofOne: bodiesOfOne, from: map[netip.Prefix]int64{}, proving: make(chan struct{}, 1)}
}

// turn waits until the signature of a body of so many bytes may be looked at, and returns
// what ends that. Those of large bodies take a millisecond each: one at a time, so that
// hundreds of them at once do not stand before every click in the scheduler's queue.
func (b *bodies) turn(ctx context.Context, length int) (end func(), err error) {
	if length <= smallBody {
		return func() {}, nil
	}
	select {
	case b.proving <- struct{}{}:
		return func() { <-b.proving }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// full says that there is no room for a large body.
func (b *bodies) full() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.used+smallBody >= b.large
}

// hold is what one body takes. It is used by one goroutine.
type hold struct {
	all     *bodies
	network netip.Prefix // invalid: not counted apart
	n       int64
}

func (b *bodies) hold(network netip.Prefix) *hold { return &hold{all: b, network: network} }

// grow takes n bytes more, or says that there is no room for them.
func (h *hold) grow(n int64) bool {
	b := h.all
	b.mu.Lock()
	defer b.mu.Unlock()
	room := b.inAll
	if h.n+n > smallBody {
		room = b.large
	}
	if b.used+n > room || h.network.IsValid() && b.from[h.network]+n > b.ofOne {
		return false
	}
	b.used += n
	h.n += n
	if h.network.IsValid() {
		b.from[h.network] += n
	}
	return true
}

// release gives all of it back.
func (h *hold) release() {
	b := h.all
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used -= h.n
	if h.network.IsValid() {
		if b.from[h.network] -= h.n; b.from[h.network] <= 0 {
			delete(b.from, h.network)
		}
	}
	h.n = 0
}

var errNoRoom = errors.New("too many bodies are in memory")

// read reads a body of the request to its end, of at most maxBody bytes. Its error is
// errNoRoom, an *http.MaxBytesError, or says that the body did not arrive whole.
func (h *hold) read(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	// What would be refused after its first part is refused before it.
	if r.ContentLength > smallBody && h.all.full() {
		return nil, errNoRoom
	}
	// A length that is only claimed reserves no more than a small body.
	size := min(max(r.ContentLength+1, leastReserve), smallBody)
	if !h.grow(size) {
		return nil, errNoRoom
	}
	from := http.MaxBytesReader(w, r.Body, maxBody)
	body := make([]byte, 0, size)
	for {
		if len(body) == cap(body) {
			more := int64(cap(body)) // twice as much
			if !h.grow(more) {
				return nil, errNoRoom
			}
			larger := make([]byte, len(body), int64(cap(body))+more)
			copy(larger, body)
			body = larger
		}
		n, err := from.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		if errors.Is(err, io.EOF) {
			return body, nil
		}
		if err != nil {
			return nil, err
		}
	}
}
