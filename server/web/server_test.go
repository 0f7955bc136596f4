package web

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

func metricsOf(t *testing.T, d *testServer) string {
	t.Helper()
	w := httptest.NewRecorder()
	d.MetricsHandler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	if w.Code != http.StatusOK {
		t.Fatalf("/metrics answers %d", w.Code)
	}
	return w.Body.String()
}

func TestPages_HomeHealthRobots_AreServed(t *testing.T) {
	d := newTestServer(t)
	d.store.ready = errors.New("healthz must not ask")
	for _, c := range []struct {
		path, mediaType, contains string
		status                    int
	}{
		{"/", "text/html; charset=utf-8", "tracking links", 200},
		{"/healthz", "text/plain; charset=utf-8", "alive\n", 200},
		{"/robots.txt", "text/plain; charset=utf-8", "User-agent: *\nDisallow: /\n", 200},
		{"/favicon.ico", "", "", 204},
	} {
		r := d.get(c.path)
		if body := bodyOf(t, r); r.StatusCode != c.status || r.Header.Get("Content-Type") != c.mediaType || !strings.Contains(body, c.contains) || strings.Contains(body, "href") {
			t.Errorf("%s: %d %v %q", c.path, r.StatusCode, r.Header, body)
		}
		if r.Header["Set-Cookie"] != nil {
			t.Errorf("%s sets a cookie", c.path)
		}
	}
}

func TestMetrics_Redirects_AreCountedByKind(t *testing.T) {
	registry := prometheus.NewRegistry()
	d := newTestServer(t, func(c *Config) { c.Registry = registry })
	for _, target := range []string{"/ana", "/ana", "/old", "/c/acme", "/nobody", "/another"} {
		d.get(target)
	}
	d.get("/ana", "User-Agent", "curl/8")
	d.get("/ana", "Purpose", "prefetch")
	d.do("HEAD", "/ana", "")
	got := metricsOf(t, d)
	for kind, n := range map[string]int{"person": 2, "archived": 1, "page": 1, "unknown": 2, "bot": 1, "prefetch": 1, "head": 1, "limited": 0} {
		if want := fmt.Sprintf("lastclick_redirects_total{kind=%q} %d\n", kind, n); !strings.Contains(got, want) {
			t.Errorf("no %sin\n%s", want, got)
		}
	}
	if strings.Contains(got, "go_goroutines") {
		t.Error("a given registry got the process's figures too")
	}
	if !strings.Contains(metricsOf(t, newTestServer(t)), "go_goroutines") {
		t.Error("an own registry lacks the process's figures")
	}
}

func TestServer_Panic_StaysInItsRequest(t *testing.T) {
	d := newTestServer(t)
	d.store.keys = nil // Verify and Sign of a nil Keyring panic
	r := d.get("/ana")
	if body := bodyOf(t, r); r.StatusCode != http.StatusInternalServerError || r.Header["Set-Cookie"] != nil || strings.Contains(body, "nil pointer") {
		t.Errorf("%d %v %s", r.StatusCode, r.Header, body)
	}
	incident := r.Header.Get("X-Incident")
	if log := d.log.String(); incident == "" || !strings.Contains(log, incident) || !strings.Contains(log, "nil pointer") {
		t.Errorf("incident %q is not explained in the log: %s", incident, log)
	}
	if r := d.get("/old"); r.StatusCode != http.StatusFound {
		t.Errorf("the next request got %d", r.StatusCode)
	}
}

func TestUnknown_PastTheBurst_IsLimitedByNetwork(t *testing.T) {
	now := noon
	d := newTestServer(t, func(c *Config) {
		c.Now = func() time.Time { return now }
		c.TrustedProxies = prefixes(t, "192.0.2.0/24") // where httptest's requests come from
	})
	ask := func(from, target string) *http.Response { return d.get(target, "X-Forwarded-For", from) }
	for range guessBurst {
		if r := ask("198.51.100.7", "/guess"); r.StatusCode != http.StatusNotFound {
			t.Fatalf("status %d before the limit", r.StatusCode)
		}
	}
	r := ask("198.51.100.7", "/guess")
	if r.StatusCode != http.StatusTooManyRequests || r.Header.Get("Retry-After") != "1" {
		t.Errorf("%d, Retry-After %q", r.StatusCode, r.Header.Get("Retry-After"))
	}
	if r := ask("198.51.100.7", "/ana"); r.StatusCode != http.StatusFound || r.Header["Set-Cookie"] == nil {
		t.Errorf("a real link answers %d to a network that guesses", r.StatusCode)
	}
	now = now.Add(guessInterval)
	if r := ask("198.51.100.7", "/guess"); r.StatusCode != http.StatusNotFound {
		t.Errorf("status %d after the wait", r.StatusCode)
	}
}

func TestServer_SlowOrLargeRequests_AreCutOff(t *testing.T) {
	d := newTestServer(t)
	srv := NewHTTPServer(d.Handler(), slog.New(slog.DiscardHandler))
	if srv.ReadHeaderTimeout != 5*time.Second || srv.ReadTimeout != 10*time.Second || srv.WriteTimeout != 10*time.Second || srv.IdleTimeout != 60*time.Second || srv.MaxHeaderBytes != 16<<10 || srv.ErrorLog == nil {
		t.Errorf("limits: %+v", srv)
	}
	srv.ReadHeaderTimeout = 50 * time.Millisecond // so that the test need not wait long
	srv.ReadTimeout = 100 * time.Millisecond
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(l) }()
	defer func() {
		srv.Close()
		if err := <-done; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	}()
	say := func(request string) string {
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(conn, request) // the server may have hung up on a long one
		answer, err := io.ReadAll(bufio.NewReader(conn))
		if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
			t.Fatalf("the server did not hang up on %.40q", request)
		}
		status, _, _ := strings.Cut(string(answer), "\r\n")
		return status
	}
	if got := say("GET /ana HTTP/1.1\r\nHost: x\r\nUser-A"); strings.Contains(got, "302") {
		t.Errorf("half a header got %q", got)
	}
	if got := say("POST /webhooks/shop HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"); got != "HTTP/1.1 400 Bad Request" {
		t.Errorf("half a body got %q", got)
	}
	if got := say("GET /ana HTTP/1.1\r\nHost: x\r\nCookie: " + strings.Repeat("a", 64<<10)); got != "HTTP/1.1 431 Request Header Fields Too Large" {
		t.Errorf("a header of 64 kB got %q", got)
	}
}
