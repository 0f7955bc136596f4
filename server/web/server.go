package web

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"lastclick/model"
)

// Store is what this door needs of the model.Store behind it.
type Store interface {
	model.HotPath
	Receive(ctx context.Context, d model.Delivery) (model.Outcome, error)
	Ready(ctx context.Context) error
	model.Public
	Watch(ctx context.Context, client string) <-chan struct{}
}

// Config says what the door leads to. Only Store must be set.
type Config struct {
	Store          Store
	BaseURL        string         // the public address, which QR codes hold; https makes the cookie Secure
	CookieDomain   string         // empty: the cookie stays with this host
	TrustedProxies []netip.Prefix // whose X-Forwarded-For is believed
	Log            *slog.Logger   // nil: nothing is logged
	Now            func() time.Time
	Random         io.Reader            // of visitors' ids; safe for concurrent use
	Registry       *prometheus.Registry // nil: an own one, with the process's figures
}

// Server answers HTTP. The goroutines that it makes, one for each stats page that is
// open live, end before the last of the requests that need them.
type Server struct {
	store    Store
	base     string // without a trailing slash
	cookie   cookieShape
	trusted  []netip.Prefix
	log      *slog.Logger
	now      func() time.Time
	random   io.Reader
	registry *prometheus.Registry
	metrics  *metrics
	guesses  *limiter
	reading  chan struct{} // a place for each stats page being read
	drawing  chan struct{} // a place for each QR code being drawn
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
		log:      c.Log,
		now:      c.Now,
		random:   c.Random,
		registry: c.Registry,
		guesses:  newLimiter(),
		reading:  make(chan struct{}, statsReads),
		drawing:  make(chan struct{}, drawings),
		feeds:    newFeeds(),

		streamWrite: streamWrite,
		closing:     make(chan struct{}),
	}
	if s.registry == nil {
		s.registry = processRegistry()
	}
	s.metrics = newMetrics(s.registry)
	return s
}

// Handler is the public door.
func (s *Server) Handler() http.Handler { return http.HandlerFunc(s.serve) }

// SetDraining makes /readyz and the webhooks answer 503 from now on, and ends the
// live stats pages, which would hold the listener open. Redirects go on until it
// closes.
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

// recover answers and logs a panic of one request; the others go on.
func (s *Server) recover(w http.ResponseWriter, r *http.Request) {
	v := recover()
	if v == nil {
		return
	}
	if v == http.ErrAbortHandler {
		panic(v)
	}
	id := s.incident()
	s.log.Error("a request panicked", "incident", id, "method", shown(r.Method), "path", shownPath(r.URL.Path), "panic", v, "stack", string(debug.Stack()))
	clear(w.Header()) // no cookie goes out with a fault
	w.Header()["X-Incident"] = []string{id}
	s.page(w, http.StatusInternalServerError, faultPage)
}

// incident draws an id that joins an answer to its line in the log.
func (s *Server) incident() string { return strings.ToLower(rand.Text()[:10]) }

// shownPath is a path for a log line, without the token of a stats page: whoever
// reads the log should not get to read the page.
func shownPath(path string) string {
	if strings.HasPrefix(path, statsPath) {
		return statsPath + "…"
	}
	return shown(path)
}

// shown is foreign text for a log line: clean, and bounded.
func shown(text string) string { return model.Truncate(model.Clean(text), 80) }

// NewHTTPServer is a server that a slow or a talkative client cannot hold.
func NewHTTPServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      10 * time.Second,
		IdleTimeout:       60 * time.Second,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}
