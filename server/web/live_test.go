package web

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"lastclick/model"
)

// liveServer is a server on a real socket, over a page that a test changes.
type liveServer struct {
	*testServer
	t   *testing.T
	url string
	srv *httptest.Server

	mu   sync.Mutex
	page model.SubPromoter
	err  error
}

func newLiveServer(t *testing.T, with ...func(*Config)) *liveServer {
	d := &liveServer{testServer: newTestServer(t, with...), t: t, page: somePage()}
	d.feeds.pace = 0
	d.store.page = func(string) (model.SubPromoter, error) {
		d.mu.Lock()
		defer d.mu.Unlock()
		return d.page, d.err
	}
	d.srv = httptest.NewUnstartedServer(nil)
	d.srv.Config = NewHTTPServer(d.Handler(), slog.New(slog.DiscardHandler))
	d.srv.Start()
	t.Cleanup(func() {
		d.SetDraining()
		d.srv.Close() // waits for the requests
		d.wantsNothingOpen()
	})
	d.url = d.srv.URL
	return d
}

// change changes the page and says so.
func (d *liveServer) change(f func(*model.SubPromoter)) {
	d.mu.Lock()
	f(&d.page)
	d.mu.Unlock()
	d.wake()
}

func (d *liveServer) wake() {
	select {
	case d.store.moved <- struct{}{}:
	default:
	}
}

func (d *liveServer) wantsNothingOpen() {
	d.t.Helper()
	d.feeds.mu.Lock()
	defer d.feeds.mu.Unlock()
	if d.feeds.streams != 0 || d.feeds.unproven != 0 || len(d.feeds.open) != 0 || len(d.feeds.networks) != 0 {
		d.t.Errorf("left: %d streams, feeds %v, networks %v", d.feeds.streams, d.feeds.open, d.feeds.networks)
	}
}

// stream is an open live page.
type stream struct {
	t    *testing.T
	body io.ReadCloser
	*bufio.Scanner
}

func (d *liveServer) open(path string) *stream {
	d.t.Helper()
	r, err := d.srv.Client().Get(d.url + path)
	if err != nil {
		d.t.Fatal(err)
	}
	if r.StatusCode != http.StatusOK || r.Header.Get("Content-Type") != "text/event-stream" || r.Header.Get("Cache-Control") != "no-store" || r.Header.Get("Referrer-Policy") != "no-referrer" {
		d.t.Fatalf("%d %v", r.StatusCode, r.Header)
	}
	d.t.Cleanup(func() { r.Body.Close() })
	return &stream{d.t, r.Body, bufio.NewScanner(r.Body)}
}

// event is the next event's name and data; both are empty at the end.
func (s *stream) event() (name, data string) {
	for s.Scan() {
		field, value, _ := strings.Cut(s.Text(), ": ")
		switch {
		case s.Text() == "" && (name != "" || data != ""):
			return name, data
		case field == "event":
			name = value
		case field == "data":
			data += value + "\n"
		}
	}
	return "", ""
}

func TestLivePage_Changes_ReachItsStreams(t *testing.T) {
	d := newLiveServer(t)
	whole := bodyOf(t, d.get("/stats/"+aToken))
	s := d.open("/stats/" + aToken + "/live")
	_, first := s.event()
	parts := parseHTML(t, first)
	for _, id := range []string{"as-of", "numbers", "breakdown"} {
		if !strings.Contains(first, `id="`+id+`"`) {
			t.Errorf("the first event lacks the part %s", id)
		}
	}
	if got := parts.all("dd")[2].words(); got != "93" {
		t.Errorf("%s orders at first", got)
	}
	// What the page has already, the script leaves in place: the parts are the page's.
	if numbers, _, _ := strings.Cut(first[strings.Index(first, `<section id="numbers"`):], "</section>"); !strings.Contains(whole, strings.TrimSpace(numbers)) {
		t.Errorf("the event's numbers are not the page's: %s", numbers)
	}
	d.change(func(p *model.SubPromoter) { p.Orders++ })
	if _, next := s.event(); !strings.Contains(next, "<dt>Orders</dt><dd>94</dd>") {
		t.Errorf("after an order: %s", next)
	}
	// Another link's order moves the client and not this page; a fault passes.
	d.wake()
	d.mu.Lock()
	d.err = errors.New("for a while")
	d.mu.Unlock()
	d.wake()
	d.mu.Lock()
	d.err = nil
	d.mu.Unlock()
	d.change(func(p *model.SubPromoter) { p.Tickets = 500 })
	if _, next := s.event(); !strings.Contains(next, "<dt>Tickets</dt><dd>500</dd>") {
		t.Errorf("after a fault: %s", next)
	}
}

// What is around the parts differs for an archived link: the script opens the page again
// where the part says another thing than the page's own.
func TestLivePage_ArchivedOrRestored_TheNumbersSaySo(t *testing.T) {
	d := newLiveServer(t)
	s := d.open("/stats/" + aToken + "/live")
	_, event := s.event()
	for _, archived := range []bool{false, true, false} {
		if archived != d.page.Link.Archived {
			d.change(func(p *model.SubPromoter) { p.Link.Archived = archived })
			_, event = s.event()
		}
		for where, text := range map[string]string{"the event": event, "the page": bodyOf(t, d.get("/stats/"+aToken))} {
			if got := parseHTML(t, text).all("section")[0]; got.attr("id") != "numbers" || got.attr("data-archived") != fmt.Sprint(archived) {
				t.Errorf("archived %t: %s says %q", archived, where, got.attr("data-archived"))
			}
		}
	}
}

// Whatever a name holds, it stays one event.
func TestLivePage_HostileName_StaysOneEvent(t *testing.T) {
	d := newLiveServer(t)
	d.page.TicketTypes[0].Name = "<script>x</script>\rdata: y\n\nevent: gone\n\n</table>"
	s := d.open("/stats/" + aToken + "/live")
	name, data := s.event()
	page := parseHTML(t, data)
	if name != "" || len(page.all("script")) > 0 || len(page.all("table")) != 2 || strings.Contains(data, "\r") {
		t.Errorf("event %q: %s", name, data)
	}
	d.change(func(p *model.SubPromoter) { p.Orders = 94 })
	if name, data := s.event(); name != "" || !strings.Contains(data, "<dd>94</dd>") {
		t.Errorf("the next event is %q: %s", name, data)
	}
}

// The page stays live while nothing happens: only its time moves.
func TestLivePage_NothingChanges_OnlyItsTimeMoves(t *testing.T) {
	d := newLiveServer(t)
	d.feeds.beat = time.Millisecond
	s := d.open("/stats/" + aToken + "/live")
	s.event()
	for range 3 {
		if _, beat := s.event(); strings.TrimSpace(beat) != `<span id="as-of">as of <time datetime="2026-06-01T12:00:00Z">1 Jun, 13:00:00</time> (Europe/London)</span>` {
			t.Fatalf("the beat is %q", beat)
		}
	}
}

func TestLivePage_TokenReplaced_SaysGone(t *testing.T) {
	d := newLiveServer(t)
	s := d.open("/stats/" + aToken + "/live")
	s.event()
	d.mu.Lock()
	d.err = errNoPage
	d.mu.Unlock()
	d.wake()
	if name, _ := s.event(); name != "gone" {
		t.Errorf("the event is %q", name)
	}
	if name, data := s.event(); name != "" || data != "" {
		t.Errorf("after the end: %q %q", name, data)
	}
	if r := d.get("/stats/" + aToken + "/live"); r.StatusCode != http.StatusNotFound {
		t.Errorf("again: %d", r.StatusCode)
	}
}

func TestLivePage_StoreClosed_Ends(t *testing.T) {
	d := newLiveServer(t)
	s := d.open("/stats/" + aToken + "/live")
	s.event()
	close(d.store.moved)
	if name, data := s.event(); name != "" || data != "" {
		t.Errorf("after the end: %q %q", name, data)
	}
}

// SetDraining ends the streams, so that Shutdown need not wait for readers.
func TestLivePage_Draining_EndsAllStreams(t *testing.T) {
	d := newLiveServer(t)
	var open []*stream
	for range 5 {
		s := d.open("/stats/" + aToken + "/live")
		s.event()
		open = append(open, s)
	}
	d.SetDraining()
	d.SetDraining() // again is no fault
	for _, s := range open {
		if name, data := s.event(); name != "" || data != "" {
			t.Errorf("after the end: %q %q", name, data)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := d.srv.Config.Shutdown(ctx); err != nil {
		t.Errorf("Shutdown: %v", err)
	}
	d.wantsNothingOpen()
}

func TestLivePage_TooManyStreams_AreRefused(t *testing.T) {
	d := newTestServer(t)
	hold := func(context.Context, *feed) {}
	network := func(n int) netip.Prefix {
		return netip.PrefixFrom(netip.AddrFrom4([4]byte{198, 51, byte(n >> 8), byte(n)}), 32)
	}
	token := func(n int) string { return fmt.Sprint("t", n/maxPageStreams) }
	type place struct {
		page *feed
		n    int
	}
	var places []place
	for n := range maxStreams {
		d.feeds.exists(token(n))
		page, ok := d.feeds.join(token(n), network(n/maxNetworkStreams), hold)
		if !ok {
			t.Fatalf("no room for stream %d", n)
		}
		places = append(places, place{page, n / maxNetworkStreams})
		if n == maxNetworkStreams-1 {
			d.feeds.exists("another")
			if _, ok := d.feeds.join("another", network(0), hold); ok {
				t.Fatal("one network has more than its share")
			}
		}
		if n == maxPageStreams-1 {
			if _, ok := d.feeds.join(token(n), netip.Prefix{}, hold); ok {
				t.Fatal("one page has more than its share")
			}
		}
	}
	if r := d.get("/stats/" + aToken + "/live"); r.StatusCode != http.StatusServiceUnavailable || r.Header.Get("Retry-After") == "" {
		t.Errorf("a full house answers %d", r.StatusCode)
	}
	if !strings.Contains(metricsOf(t, d), "lastclick_live_pages_refused_total 1\n") {
		t.Error("the refusal is not counted")
	}
	for _, p := range places {
		d.feeds.leave(p.page, network(p.n))
	}
	if d.feeds.streams != 0 || d.feeds.unproven != 0 || len(d.feeds.networks) != 0 || len(d.feeds.open) != 0 {
		t.Errorf("left: %+v", d.feeds)
	}
}

// Made-up tokens, of however many networks, hold few of the places, and for no longer than
// they are looked up. A page that was read is known to exist.
func TestLivePage_MadeUpTokens_LeaveThePlacesToOthers(t *testing.T) {
	d := newTestServer(t)
	wait := func(ctx context.Context, _ *feed) { <-ctx.Done() }
	var made []*feed
	for n := range maxUnproven {
		page, ok := d.feeds.join(fmt.Sprint("made-up-", n), netip.Prefix{}, wait)
		if !ok {
			t.Fatalf("no room for stream %d", n)
		}
		made = append(made, page)
	}
	if _, ok := d.feeds.join("one-more", netip.Prefix{}, wait); ok {
		t.Error("made-up tokens take more than their share")
	}
	d.feeds.exists(aToken)
	known, ok := d.feeds.join(aToken, netip.Prefix{}, wait)
	if !ok {
		t.Fatal("a page that exists has no place beside them")
	}
	d.feeds.publish(made[0], &snapshot{version: 1}) // one of them does exist
	again, ok := d.feeds.join("made-up-0", netip.Prefix{}, wait)
	other, free := d.feeds.join("one-more", netip.Prefix{}, wait)
	if !ok || !free || d.feeds.unproven != maxUnproven {
		t.Errorf("the place of one that exists is not free: %v %v, %d", ok, free, d.feeds.unproven)
	}
	for _, page := range append(made, known, again, other) {
		d.feeds.leave(page, netip.Prefix{})
	}
	if d.feeds.streams != 0 || d.feeds.unproven != 0 || len(d.feeds.open) != 0 {
		t.Errorf("left: %+v", d.feeds)
	}
}
