package web

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/time/rate"

	"lastclick/model"
	"lastclick/server/internal/netlimit"
	"lastclick/server/shop/intake"
)

// Store is the part of model.Store that the server needs.
type Store interface {
	model.HotPath
	model.LookUps
	Receive(ctx context.Context, d model.Delivery) (model.Outcome, error)
	Ready(ctx context.Context) error
	Away() error // of a store that runs from a snapshot, without checkouts; else nil
	model.Public
	Watch(ctx context.Context, client string) <-chan struct{}
}

// Config configures a Server. Only Store must be set.
type Config struct {
	Store          Store
	BaseURL        string               // the public address, which QR codes hold; https makes the cookie Secure
	CookieDomain   string               // empty: this host alone gets the cookie
	TrustedProxies []netip.Prefix       // whose X-Forwarded-For and -Proto are believed
	Shops          *intake.Intake       // takes what shops post; nil: only standard checkouts are served
	Log            *slog.Logger         // nil: nothing is logged
	Now            func() time.Time     // nil: time.Now
	Random         io.Reader            // of visitors' ids, safe for concurrent use; nil: crypto/rand
	Registry       *prometheus.Registry // nil: one of its own, with the metrics of the process
}

// Server answers HTTP. Its goroutines, one for each stats page that is open live, end
// before the requests that they serve.
type Server struct {
	store    Store
	base     string // without a trailing slash
	cookie   cookieShape
	trusted  []netip.Prefix
	shops    *intake.Intake
	log      *slog.Logger
	now      func() time.Time
	random   io.Reader
	registry *prometheus.Registry
	metrics  *metrics
	guesses  *netlimit.Limiter // of unknown codes
	reading  chan struct{}     // semaphore of stats pages being read
	pictures *pictures         // of QR codes
	probe    *probe            // for /readyz
	bodies   *bodies           // in flight
	refusals rate.Sometimes    // so that a flood of refused webhooks is none of log lines
	unread   rate.Sometimes    // so that stats pages that cannot be read are none either
	feeds    *feeds

	streamWrite time.Duration
	draining    atomic.Bool
	closing     chan struct{} // closed when draining begins
}

// New returns a server over c.Store.
func New(c Config) *Server {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Random == nil {
		c.Random = rand.Reader
	}
	s := &Server{
		store:    c.Store,
		base:     strings.TrimSuffix(c.BaseURL, "/"),
		cookie:   cookieShape{domain: c.CookieDomain, secure: strings.HasPrefix(c.BaseURL, "https://")},
		trusted:  c.TrustedProxies,
		shops:    c.Shops,
		log:      c.Log,
		now:      c.Now,
		random:   c.Random,
		registry: c.Registry,
		guesses:  netlimit.New(rate.Every(guessInterval), guessBurst, guessNetworks, c.Now),
		reading:  make(chan struct{}, statsReads),
		pictures: newPictures(),
		bodies:   newBodies(),
		refusals: rate.Sometimes{First: 10, Interval: refusalPace},
		unread:   rate.Sometimes{First: 3, Interval: unreadPace},
		feeds:    newFeeds(),

		streamWrite: streamWrite,
		closing:     make(chan struct{}),
	}
	if s.registry == nil {
		s.registry = processRegistry()
	}
	s.probe = &probe{ready: c.Store.Ready, log: c.Log, keep: probeKeep, wait: probeWait}
	s.metrics = newMetrics(s.registry, func() bool { return s.probe.unready(context.Background()) == "" })
	return s
}

// Handler serves the public address.
func (s *Server) Handler() http.Handler { return http.HandlerFunc(s.serve) }

// SetDraining makes /readyz and the webhooks answer 503 from now on, and ends the
// streams of stats pages, which http.Server.Shutdown would wait for. Redirects go on
// until the listener closes.
func (s *Server) SetDraining() {
	if s.draining.CompareAndSwap(false, true) {
		close(s.closing)
	}
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	defer s.recover(w, r)
	path := r.URL.Path
	if checkout, ok := strings.CutPrefix(path, "/webhooks/"); ok {
		s.webhook(w, r, checkout)
		return
	}
	if token, ok := strings.CutPrefix(path, unsubscribePath); ok {
		s.unsubscribe(w, r, token)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header()["Allow"] = allowReading
		s.page(w, http.StatusMethodNotAllowed, methodPage)
		return
	}
	switch path {
	case "/", "":
		s.page(w, http.StatusOK, homePage)
	case "/healthz":
		s.healthz(w)
	case "/readyz":
		s.readyz(w, r)
	case "/robots.txt":
		text(w, http.StatusOK, "User-agent: *\nDisallow: /\n")
	case "/favicon.ico":
		guard(w.Header(), dataPolicy)
		w.Header()["Cache-Control"] = oneDay
		w.WriteHeader(http.StatusNoContent)
	default:
		s.route(w, r, path)
	}
}

// route answers the paths with a name in them: links and pages, a link's QR code, its
// sub-promoter's stats page, and the files that it loads.
func (s *Server) route(w http.ResponseWriter, r *http.Request, path string) {
	if slug, ok := strings.CutPrefix(path, "/e/"); ok {
		s.eventPage(w, r, slug)
	} else if slug, ok := strings.CutPrefix(path, "/c/"); ok {
		s.clientPage(w, r, slug)
	} else if token, ok := strings.CutPrefix(path, statsPath); ok {
		s.stats(w, r, token)
	} else if name, ok := strings.CutPrefix(path, "/qr/"); ok {
		s.qrCode(w, r, name)
	} else if strings.HasPrefix(path, "/-/") {
		s.serveAsset(w, r)
	} else {
		s.shortlink(w, r, strings.TrimPrefix(path, "/"))
	}
}

// recover answers and logs a panic in one request; the others go on.
func (s *Server) recover(w http.ResponseWriter, r *http.Request) {
	v := recover()
	if v == nil {
		return
	}
	if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(v)
	}
	id := s.incident()
	s.log.Error("a request panicked", "incident", id, "method", logText(r.Method), "path", logPath(r.URL.Path), "panic", v, "stack", string(debug.Stack()))
	clear(w.Header()) // a fault sets no cookie
	w.Header()["X-Incident"] = []string{id}
	s.page(w, http.StatusInternalServerError, faultPage)
}

// incident returns an id by which the answer to a fault is found in the log.
func (s *Server) incident() string { return strings.ToLower(rand.Text()[:10]) }

// logPath is a path for the log, without the token of a stats page or of a report, which
// would open the page, or end the report, to readers of the log.
func logPath(path string) string {
	for _, secret := range []string{statsPath, unsubscribePath} {
		if strings.HasPrefix(path, secret) {
			return secret + "…"
		}
	}
	return logText(path)
}

// logText is foreign text for the log: one safe line, bounded.
func logText(text string) string { return model.Truncate(model.Line(text), 80) }

// NewHTTPServer returns a server with limits of time, size and number, so that a client
// that is slow, sends without end or connects without end keeps no one else out.
func NewHTTPServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      10 * time.Second,
		IdleTimeout:       60 * time.Second,
		MaxHeaderBytes:    16 << 10,
		ConnState:         newConnections(affordable()).note,
		ErrorLog:          newErrorLog(log),
	}
}
