package ssh

import (
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"lastclick/model"
)

// Bounds on people without a known key. A code has more than 75 bits, so this is not
// what keeps it secret: it keeps the store's one writer and the log for those who work.
const (
	triesPerAddress = 5  // in a minute
	triesInAll      = 60 // in a minute
	maxInLobby      = 64 // screens that wait for a code
	maxFromAddress  = 8  // of them, by one address; loopback is exempt
)

// lobby is where those wait whose key is not known: how many screens ask for a code,
// and how often a code may be tried.
type lobby struct {
	now func() time.Time

	mu    sync.Mutex
	open  int
	from  map[netip.Prefix]int
	all   *rate.Limiter
	tries map[netip.Prefix]*rate.Limiter
}

func newLobby(now func() time.Time) *lobby {
	return &lobby{now: now, from: map[netip.Prefix]int{}, all: perMinute(triesInAll), tries: map[netip.Prefix]*rate.Limiter{}}
}

// perMinute lets n through at once, and n more in each minute.
func perMinute(n int) *rate.Limiter {
	return rate.NewLimiter(rate.Every(time.Minute/time.Duration(n)), n)
}

// enter counts a screen in, or says that there is no room. Whoever enters leaves.
func (l *lobby) enter(a net.Addr) (leave func(), ok bool) {
	origin, counted := originOf(a)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open >= maxInLobby || counted && l.from[origin] >= maxFromAddress {
		return nil, false
	}
	l.open++
	l.from[origin]++
	var once sync.Once
	return func() {
		once.Do(func() {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.open--
			if l.from[origin]--; l.from[origin] <= 0 {
				delete(l.from, origin)
			}
		})
	}, true
}

// try takes one of the tries that the address has, or is a Busy error that says when
// the next is due.
func (l *lobby) try(a net.Addr) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	l.forget(now)
	origin := prefixOf(ipOf(a)) // what is no IP address shares one
	if l.tries[origin] == nil {
		l.tries[origin] = perMinute(triesPerAddress)
	}
	own := l.tries[origin].ReserveN(now, 1)
	if wait := own.DelayFrom(now); wait > 0 {
		own.CancelAt(now)
		return tooOften("too many codes were tried from your address", wait)
	}
	all := l.all.ReserveN(now, 1)
	if wait := all.DelayFrom(now); wait > 0 {
		all.CancelAt(now)
		own.CancelAt(now)
		return tooOften("too many people try codes at this moment", wait)
	}
	return nil
}

func tooOften(why string, wait time.Duration) error {
	left := int((wait + time.Second - 1) / time.Second)
	return &model.Error{Kind: model.Busy, Msg: fmt.Sprintf("%s: try again in %s", why, plural(left, "second"))}
}

// forget drops the addresses that have all their tries again. Those that do not are
// fewer than the tries in all of a minute or two, so the map stays small.
func (l *lobby) forget(now time.Time) {
	if len(l.tries) < 4*triesInAll {
		return
	}
	for origin, limit := range l.tries {
		if limit.TokensAt(now) >= triesPerAddress {
			delete(l.tries, origin)
		}
	}
}
