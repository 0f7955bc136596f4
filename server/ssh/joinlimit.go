package ssh

import (
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"lastclick/model"
	"lastclick/server/internal/netlimit"
)

// Bounds on clients without a known key. A code has more than 75 bits, so this is not
// what keeps it secret: it keeps the store's one writer and the log for those who work.
const (
	triesPerAddress    = 5    // in a minute
	triesInAll         = 60   // in a minute
	maxTriers          = 1024 // networks whose tries are counted apart
	maxJoins           = 64   // screens that wait for a code
	maxJoinsPerAddress = 8    // of them, by one address; loopback is exempt
)

// joinLimiter bounds how many screens ask for a code, and how often a code may be tried.
type joinLimiter struct {
	now   func() time.Time
	tries *netlimit.Limiter

	mu   sync.Mutex
	open int
	from map[netip.Prefix]int
	all  *rate.Limiter
}

func newJoinLimiter(now func() time.Time) *joinLimiter {
	return &joinLimiter{
		now: now, from: map[netip.Prefix]int{},
		tries: netlimit.New(perMinute(triesPerAddress), triesPerAddress, maxTriers, now),
		all:   rate.NewLimiter(perMinute(triesInAll), triesInAll),
	}
}

func perMinute(n int) rate.Limit { return rate.Every(time.Minute / time.Duration(n)) }

// acquire counts a screen in, or says that there are too many. release counts it out, once.
func (l *joinLimiter) acquire(a net.Addr) (release func(), ok bool) {
	network, counted := networkOf(a)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open >= maxJoins || counted && l.from[network] >= maxJoinsPerAddress {
		return nil, false
	}
	l.open++
	l.from[network]++
	return sync.OnceFunc(func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.open--
		if l.from[network]--; l.from[network] <= 0 {
			delete(l.from, network)
		}
	}), true
}

// try takes one of the tries that the address has, or returns a Busy error that says when
// the next is due. What is refused costs no try.
func (l *joinLimiter) try(a net.Addr) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	network, now := netlimit.Prefix(netlimit.Addr(a)), l.now() // what is no IP address shares one
	if wait := l.tries.Wait(network); wait > 0 {
		return tooOften("too many codes were tried from your address", wait)
	}
	if !l.all.AllowN(now, 1) {
		wait := (1 - l.all.TokensAt(now)) / float64(l.all.Limit())
		return tooOften("too many people try codes at this moment", time.Duration(wait*float64(time.Second)))
	}
	l.tries.Take(network)
	return nil
}

func tooOften(why string, wait time.Duration) error {
	left := int((wait + time.Second - 1) / time.Second)
	return &model.Error{Kind: model.Busy, Msg: fmt.Sprintf("%s: try again in %s", why, model.Plural(int64(left), "second", "seconds"))}
}
