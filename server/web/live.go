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
)

// How many pages may be open live. One that finds no room works by reload.
const (
	maxStreams        = 4096
	maxNetworkStreams = 32
	maxReadings       = 200 // a second
)

// feeds are the stats pages that somebody has open: one feed for each page, however
// many look at it. A feed's goroutine begins with its first stream, and the last
// stream to leave waits for its end, so that none outlives the requests.
type feeds struct {
	pace     time.Duration // between two readings of one page
	beat     time.Duration // after which a page is read again though nothing moved
	readings *rate.Limiter // of all pages together, so that a thousand of them leave the machine to the orders

	mu       sync.Mutex
	open     map[string]*feed // by token
	networks map[netip.Prefix]int
	streams  int
}

func newFeeds() *feeds {
	return &feeds{
		pace: 200 * time.Millisecond,
		// Below the minute after which proxies cut a silent stream; it also moves the
		// chart on to the next day.
		beat:     25 * time.Second,
		readings: rate.NewLimiter(maxReadings, maxReadings/4),
		open:     map[string]*feed{},
		networks: map[netip.Prefix]int{},
	}
}

// feed is one page as it stands.
type feed struct {
	token   string
	streams int // guarded by feeds.mu
	stop    context.CancelFunc
	done    chan struct{} // closed when the goroutine has ended
	newest  *frame        // guarded by feeds.mu
}

// frame is a page at a moment, as its streams send it.
type frame struct {
	version int           // the same as long as only the time moved
	whole   []byte        // all the parts, as an event
	time    []byte        // the part that says of when the page is
	err     error         // why there is no page, or no longer
	over    chan struct{} // closed when there is a newer frame
}

// join adds a stream from the network to the page's feed, and makes the feed where
// it is the first; false says that there is no room.
func (f *feeds) join(token string, network netip.Prefix, run func(context.Context, *feed)) (*feed, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.streams >= maxStreams || network.IsValid() && f.networks[network] >= maxNetworkStreams {
		return nil, false
	}
	f.streams++
	f.networks[network]++
	page := f.open[token]
	if page == nil {
		ctx, stop := context.WithCancel(context.Background())
		page = &feed{token: token, stop: stop, done: make(chan struct{}), newest: &frame{over: make(chan struct{})}}
		f.open[token] = page
		go func() {
			defer close(page.done)
			run(ctx, page)
		}()
	}
	page.streams++
	return page, true
}

// leave takes a stream out again.
func (f *feeds) leave(page *feed, network netip.Prefix) {
	f.mu.Lock()
	f.streams--
	if f.networks[network]--; f.networks[network] == 0 {
		delete(f.networks, network)
	}
	page.streams--
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

// publish shows next to the page's streams. After one with an error the feed is at
// its end, and whoever comes later gets a new one.
func (f *feeds) publish(page *feed, next *frame) {
	next.over = make(chan struct{})
	f.mu.Lock()
	defer f.mu.Unlock()
	if next.err != nil && f.open[page.token] == page {
		delete(f.open, page.token)
	}
	close(page.newest.over)
	page.newest = next
}

// frame is the page's newest.
func (f *feeds) frame(page *feed) *frame {
	f.mu.Lock()
	defer f.mu.Unlock()
	return page.newest
}

var errStoreClosed = errors.New("the store has closed")

// run keeps a page until ctx ends, and tells its streams should it end before.
func (s *Server) run(ctx context.Context, page *feed) {
	if err := s.keep(ctx, page); err != nil && ctx.Err() == nil {
		s.feeds.publish(page, &frame{err: err})
	}
}

// keep reads a page whenever its client moved, at most once in pace, and publishes
// what changed. A page that was shown once and cannot be read for a while stays as
// it is; it ends with its token.
func (s *Server) keep(ctx context.Context, page *feed) error {
	var (
		last      frame
		shown     model.SubPromoter
		published time.Time
		moved     <-chan struct{}
	)
	for {
		pace := time.After(s.feeds.pace)
		view, p, err := s.readLive(ctx, page.token)
		if err != nil && (last.version == 0 || isNotFound(err)) {
			return err
		}
		if err != nil {
			s.log.Warn("a live stats page cannot be read, and stays as it is", "error", err)
		} else if changed := last.version == 0 || !reflect.DeepEqual(p, shown); changed || time.Since(published) >= s.feeds.beat {
			if last, err = last.next(view, changed); err != nil {
				return err
			}
			show := last
			s.feeds.publish(page, &show)
			shown, published = p, time.Now()
		}
		if moved == nil {
			// What moved before the watch began is in the next reading.
			moved = s.store.Watch(ctx, p.Link.Client)
		} else {
			select {
			case _, open := <-moved:
				if !open {
					return errStoreClosed
				}
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

func (s *Server) readLive(ctx context.Context, token string) (statsView, model.SubPromoter, error) {
	ctx, cancel := context.WithTimeout(ctx, statsWait)
	defer cancel()
	return s.readStats(ctx, token)
}

// next is the frame after f: of another version if more than the time changed.
func (f frame) next(view statsView, changed bool) (frame, error) {
	var err error
	if changed {
		f.version++
		if f.whole, err = view.event("as-of", "numbers", "breakdown"); err != nil {
			return f, err
		}
	}
	f.time, err = view.event("as-of")
	return f, err
}

// event is the parts of the page as one event of a stream.
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
