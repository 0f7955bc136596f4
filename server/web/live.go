package web

import (
	"bytes"
	"context"
	"errors"
	"net/netip"
	"reflect"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"lastclick/model"
	"lastclick/server/internal/recent"
)

// How many pages may be open live. One that is refused works by reload.
const (
	maxStreams        = 4096
	maxNetworkStreams = 32
	maxPageStreams    = 256 // so that one page, behind a proxy that hides its readers, leaves places to others
	maxReadings       = 200 // a second
	// maxUnproven is how many of the streams may be of tokens that were not yet seen to
	// exist, so that made-up ones leave the places to those that do.
	maxUnproven = 256
	seenTokens  = 1 << 14 // that are remembered to exist
)

// feeds holds a feed for each stats page that is open live, however many streams show
// it. A feed's goroutine starts with its first stream, and its last stream waits for
// the goroutine to end, so that none outlives the requests.
type feeds struct {
	pace     time.Duration // between two readings of one page
	beat     time.Duration // after which a page is read again though nothing changed
	readings *rate.Limiter // of all pages together, so that a thousand of them leave the processor to the orders

	mu       sync.Mutex
	open     map[string]*feed // by token
	networks map[netip.Prefix]int
	streams  int
	unproven int                 // of streams
	seen     *recent.Set[string] // tokens that exist
}

func newFeeds() *feeds {
	return &feeds{
		pace: 100 * time.Millisecond, // half the least time between two signals of a client
		// Less than the minute after which proxies cut a silent stream; it also moves the
		// chart on to the next day.
		beat:     25 * time.Second,
		readings: rate.NewLimiter(maxReadings, maxReadings/4),
		open:     map[string]*feed{},
		networks: map[netip.Prefix]int{},
		seen:     recent.NewSet[string](seenTokens),
	}
}

// feed is one stats page that is open live.
type feed struct {
	token   string
	streams int  // guarded by feeds.mu
	proven  bool // that the token exists; guarded by feeds.mu
	stop    context.CancelFunc
	done    chan struct{} // closed when the goroutine has ended
	newest  *snapshot     // guarded by feeds.mu
}

// snapshot is a page at a moment, as its streams send it.
type snapshot struct {
	version int           // the same as long as only the time changed
	page    []byte        // all the parts, as an event
	asOf    []byte        // the part with the time of the snapshot, as an event
	err     error         // why there is no page, or no longer
	next    chan struct{} // closed when there is a newer snapshot
}

// join adds a stream from the network to the page's feed, and starts run where it is
// the first. ok is false where there are too many streams.
func (f *feeds) join(token string, network netip.Prefix, run func(context.Context, *feed)) (page *feed, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.streams >= maxStreams || network.IsValid() && f.networks[network] >= maxNetworkStreams {
		return nil, false
	}
	page = f.open[token]
	if page != nil && page.streams >= maxPageStreams {
		return nil, false
	}
	proven := page != nil && page.proven || f.seen.Has(token)
	if !proven && f.unproven >= maxUnproven {
		return nil, false
	}
	f.streams++
	f.networks[network]++
	if page == nil {
		ctx, stop := context.WithCancel(context.Background())
		page = &feed{token: token, proven: proven, stop: stop, done: make(chan struct{}), newest: &snapshot{next: make(chan struct{})}}
		f.open[token] = page
		go func() {
			defer close(page.done)
			run(ctx, page)
		}()
	}
	page.streams++
	if !page.proven {
		f.unproven++
	}
	return page, true
}

// exists says that a page of the token was read.
func (f *feeds) exists(token string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.seen.Add(token)
}

// leave removes a stream. The last of a page stops its feed and waits for it.
func (f *feeds) leave(page *feed, network netip.Prefix) {
	f.mu.Lock()
	f.streams--
	if f.networks[network]--; f.networks[network] == 0 {
		delete(f.networks, network)
	}
	page.streams--
	if !page.proven {
		f.unproven--
	}
	last := page.streams == 0
	if last && f.open[page.token] == page {
		delete(f.open, page.token)
	}
	f.mu.Unlock()
	if last {
		page.stop()
		<-page.done
	}
}

// publish gives the snapshot to the page's streams. One with an error ends the feed,
// and the next stream starts another.
func (f *feeds) publish(page *feed, next *snapshot) {
	next.next = make(chan struct{})
	f.mu.Lock()
	defer f.mu.Unlock()
	if next.err != nil && f.open[page.token] == page {
		delete(f.open, page.token)
	}
	if next.err == nil && !page.proven {
		page.proven = true
		f.unproven -= page.streams
		f.seen.Add(page.token)
	}
	close(page.newest.next)
	page.newest = next
}

// newest is the page's newest snapshot. Its version is 0 before the first reading.
func (f *feeds) newest(page *feed) *snapshot {
	f.mu.Lock()
	defer f.mu.Unlock()
	return page.newest
}

var errStoreClosed = errors.New("the store has closed")

// refresh keeps the page's snapshot new until ctx ends, and tells its streams if that
// fails before.
func (s *Server) refresh(ctx context.Context, page *feed) {
	if err := s.refreshLoop(ctx, page); err != nil && ctx.Err() == nil {
		s.feeds.publish(page, &snapshot{err: err})
	}
}

// refreshLoop reads a page whenever something of its client changed, at most once in
// pace, and publishes what is new. A page that was shown once and cannot be read for a
// while stays as it is. One whose token is gone ends the loop.
func (s *Server) refreshLoop(ctx context.Context, page *feed) error {
	var (
		last      snapshot
		shown     model.SubPromoter
		published time.Time
		signalled bool // the page is read because of a signal
		changes   <-chan struct{}
	)
	for {
		pace := time.After(s.feeds.pace)
		view, p, err := s.readLive(ctx, page.token, signalled)
		if err != nil && (last.version == 0 || isNotFound(err)) {
			return err
		}
		if err != nil && ctx.Err() != nil {
			return err // its last reader is gone
		}
		if err != nil {
			s.log.Warn("a live stats page cannot be read and stays as it is", "err", err)
		} else if changed := last.version == 0 || !reflect.DeepEqual(p, shown); changed || time.Since(published) >= s.feeds.beat {
			if last, err = last.with(view, changed); err != nil {
				return err
			}
			newest := last
			s.feeds.publish(page, &newest)
			shown, published = p, time.Now()
		}
		if changes == nil {
			// A change from before the watch began is in the next reading.
			changes = s.store.Watch(ctx, p.Link.Client)
		} else {
			select {
			case _, open := <-changes:
				if !open {
					return errStoreClosed
				}
				signalled = true
			case <-time.After(s.feeds.beat):
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		select {
		case <-pace:
			err = s.feeds.readings.Wait(ctx)
		case <-ctx.Done():
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
	}
}

func (s *Server) readLive(ctx context.Context, token string, signalled bool) (statsView, model.SubPromoter, error) {
	ctx, cancel := context.WithTimeout(ctx, statsWait)
	defer cancel()
	if signalled {
		ctx = model.Refreshing(ctx)
	}
	return s.readStats(ctx, token)
}

// with is the snapshot of view, of the next version if more than the time changed.
func (last snapshot) with(view statsView, changed bool) (snapshot, error) {
	var err error
	if changed {
		last.version++
		if last.page, err = view.event("as-of", "numbers", "breakdown"); err != nil {
			return last, err
		}
	}
	last.asOf, err = view.event("as-of")
	return last, err
}

// event renders parts of the page as one event of a stream.
func (v statsView) event(parts ...string) ([]byte, error) {
	var html bytes.Buffer
	for _, part := range parts {
		if err := v.write(&html, part); err != nil {
			return nil, err
		}
		html.WriteByte('\n')
	}
	var b bytes.Buffer
	// A carriage return would end a line of the stream too; no name should hold one.
	for line := range strings.Lines(strings.ReplaceAll(html.String(), "\r", "")) {
		b.WriteString("data: ")
		b.WriteString(line)
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}
