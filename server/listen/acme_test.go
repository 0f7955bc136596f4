package listen

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/crypto/acme/autocert"

	"lastclick/model/testenv"
)

func TestDomain_EachShape_ASCIIOrError(t *testing.T) {
	for name, want := range map[string]string{
		"go.example.com": "go.example.com", " GO.Example.com ": "go.example.com", "tickets.münchen.example": "tickets.xn--mnchen-3ya.example",
		"": "", "localhost": "", "go.example.com:443": "", "*.example.com": "", "192.0.2.1": "", "2001:db8::1": "", "https://go.example.com": "",
		"go.example.com.": "", ".example.com": "", "a/b.example": "", "go example.com": "", "go.\x1bexample.com": "",
	} {
		got, err := Domain(name)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q %v, want %q", name, got, err, want)
		}
	}
}

// memory is a cache of autocert, and Items.
type memory struct {
	mu    sync.Mutex
	items map[string][]byte
	err   error
}

func (m *memory) ACMEItem(_ context.Context, name string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.items[name], m.err
}

func (m *memory) SetACMEItem(_ context.Context, name string, item []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.items[name] = item
	return m.err
}

func (m *memory) RemoveACMEItem(_ context.Context, name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.items, name)
	return m.err
}

// handshake asks a for the certificate of the name as a client does. A name that is no
// host's is not sent at all.
func handshake(t *testing.T, a *ACME, name string) (*x509.Certificate, error) {
	t.Helper()
	near, far := net.Pipe()
	server := tls.Server(far, a.TLSConfig())
	done := make(chan error, 1)
	go func() {
		done <- server.HandshakeContext(t.Context())
		_ = far.Close()
	}()
	client := tls.Client(near, &tls.Config{ServerName: name, InsecureSkipVerify: true, NextProtos: []string{"h2"}})
	defer near.Close()
	err := client.HandshakeContext(t.Context())
	_ = near.Close()
	if err = errors.Join(err, <-done); err != nil {
		return nil, err
	}
	return client.ConnectionState().PeerCertificates[0], nil
}

// The nodes of one database share a certificate: the second asks the authority nothing.
func TestACME_SharedCache_ServesWithoutAsking(t *testing.T) {
	asked := atomic.Int64{}
	authority := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer authority.Close()
	cert, key := certificate(t, 7, time.Now().Add(-time.Hour), time.Now().Add(80*24*time.Hour), "go.example.com")
	items := &memory{items: map[string][]byte{"go.example.com": append(key, cert...)}}
	a := NewACME(ACMEConfig{Domains: []string{"go.example.com"}, Directory: authority.URL, Cache: SharedCache(items), Log: slog.New(slog.DiscardHandler)})
	if !a.NotAfter().IsZero() {
		t.Error("there is a certificate before it was asked for")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := a.Run(ctx); err != nil {
		t.Error(err)
	}
	for _, name := range []string{"go.example.com", "GO.example.com", "go.example.com."} {
		c, err := handshake(t, a, name)
		if err != nil || c.SerialNumber.Int64() != 7 {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{"", "example.com", "www.go.example.com", "go.example.com\x00", "127.0.0.1", strings.Repeat("a.", 200)} {
		if c, err := handshake(t, a, name); err == nil {
			t.Errorf("%q gets %v", name, c.DNSNames)
		}
	}
	if left := time.Until(a.NotAfter()); left < 79*24*time.Hour {
		t.Errorf("it expires in %v", left)
	}
	if n := asked.Load(); n != 0 {
		t.Errorf("the authority was asked %d times", n)
	}
	if got, err := CachedCertificate(t.Context(), SharedCache(items), "go.example.com"); err != nil || got.SerialNumber.Int64() != 7 {
		t.Errorf("%v %v", got, err)
	}
	if _, err := CachedCertificate(t.Context(), SharedCache(items), "www.example.com"); !errors.Is(err, autocert.ErrCacheMiss) {
		t.Error(err)
	}
}

// A name that fails is not tried again by each client: the authority is asked once, and the
// log says why, however many handshakes come.
func TestACME_Refused_PausesAndSaysWhy(t *testing.T) {
	asked := atomic.Int64{}
	authority := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, `{"type":"urn:ietf:params:acme:error:unauthorized","detail":"no such \u001b[31mluck"}`)
	}))
	defer authority.Close()
	log := &testenv.Buffer{}
	a := NewACME(ACMEConfig{
		Domains: []string{"go.example.com"}, Directory: authority.URL, Cache: SharedCache(&memory{items: map[string][]byte{}}),
		Log: slog.New(slog.NewTextHandler(log, nil)),
	})
	begun := time.Now()
	var clients sync.WaitGroup
	for range 50 {
		clients.Go(func() {
			if _, err := handshake(t, a, "go.example.com"); err == nil {
				t.Error("there is a certificate")
			}
		})
	}
	clients.Wait()
	first := asked.Load()
	if _, err := handshake(t, a, "go.example.com"); err == nil || asked.Load() != first || first > 2 {
		t.Errorf("%v after %d requests, %d before", err, asked.Load(), first)
	}
	if got := log.String(); strings.Count(got, "level=ERROR") != 1 || !strings.Contains(got, "luck (unauthorized)") || strings.Contains(got, "\x1b") || strings.Count(got, "\n") > 4 {
		t.Errorf("the log says\n%s", got)
	}
	d := a.domains["go.example.com"]
	for i, want := range []time.Duration{retryFirst, 2 * retryFirst, 4 * retryFirst, 8 * retryFirst, retryMost, retryMost} {
		if pause := d.next.Sub(begun); pause < want || pause > want+time.Since(begun) {
			t.Errorf("pause %d is %v, want %v", i, pause, want)
		}
		begun, d.trying = time.Now(), make(chan struct{})
		a.obtain(d, d.trying)
	}
}

// A node that the authority refuses takes the certificate that another node got, before its
// own next attempt.
func TestACME_AnotherNodeHasIt_PauseEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		items, log := &memory{items: map[string][]byte{}}, &testenv.Buffer{}
		a := NewACME(ACMEConfig{
			Domains: []string{"go.example.com"}, Directory: "http://127.0.0.1:1/dir", Cache: SharedCache(items), Log: slog.New(slog.NewTextHandler(log, nil)),
		})
		ctx, cancel := context.WithCancel(t.Context())
		running := make(chan error)
		go func() { running <- a.Run(ctx) }()
		time.Sleep(20 * time.Minute) // of the bubble's clock: the pauses are as long as they get
		failures := strings.Count(log.String(), "level=ERROR")
		if failures != 5 { // after 0, 65, 195, 455 and 975 seconds
			t.Errorf("%d failures in 20 minutes", failures)
		}
		cert, key := certificate(t, 7, time.Now().Add(-time.Hour), time.Now().Add(80*24*time.Hour), "go.example.com")
		_ = items.SetACMEItem(ctx, "go.example.com", append(key, cert...))
		time.Sleep(retryFirst)
		if c, err := a.leaf("go.example.com"); err != nil || c.SerialNumber.Int64() != 7 {
			t.Error(err)
		}
		if again := strings.Count(log.String(), "level=ERROR"); again != failures {
			t.Errorf("%d attempts more", again-failures)
		}
		// Renewals, which begin at a third of its life, fail too: that is told at a quarter.
		time.Sleep(56 * 24 * time.Hour)
		if log := log.String(); strings.Contains(log, "is not renewed") {
			t.Errorf("a renewal is told to fail before it is due")
		}
		time.Sleep(5 * 24 * time.Hour)
		if told := strings.Count(log.String(), "is not renewed"); told < 1 || told > 4*5 || !strings.Contains(log.String(), "connection refused") {
			t.Errorf("a failing renewal was told %d times", told)
		}
		cancel()
		if err := <-running; err != nil {
			t.Error(err)
		}
	})
}

// Of nodes that start together one asks for the first certificate; the others take it once it
// is there, and one of them asks where that node has died.
func TestACME_ManyNodes_OneAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		items, log := &memory{items: map[string][]byte{}}, &testenv.Buffer{}
		var mu sync.Mutex
		var until time.Time
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		var nodes []*ACME
		for range 3 {
			a := NewACME(ACMEConfig{
				Domains: []string{"go.example.com"}, Directory: "http://127.0.0.1:1/dir", Cache: SharedCache(items), Log: slog.New(slog.NewTextHandler(log, nil)),
				Claim: func(_ context.Context, _ string, lasts time.Duration) (bool, error) {
					mu.Lock()
					defer mu.Unlock()
					mine := !time.Now().Before(until)
					if mine {
						until = time.Now().Add(lasts)
					}
					return mine, nil
				},
			})
			nodes = append(nodes, a)
			running.Go(func() { _ = a.Run(ctx) })
		}
		for rounds := 1; rounds <= 3; rounds++ { // each fails
			time.Sleep(claimTime - 2*claimPoll)
			if n := strings.Count(log.String(), "level=ERROR"); n != rounds {
				t.Errorf("after %d claims the authority was asked %d times", rounds, n)
			}
			time.Sleep(2 * claimPoll)
		}
		cert, key := certificate(t, 7, time.Now().Add(-time.Hour), time.Now().Add(80*24*time.Hour), "go.example.com")
		_ = items.SetACMEItem(ctx, "go.example.com", append(key, cert...))
		time.Sleep(2 * retryFirst)
		for _, a := range nodes {
			if c, err := a.leaf("go.example.com"); err != nil || c.SerialNumber.Int64() != 7 {
				t.Error(err)
			}
		}
		cancel()
		running.Wait()
	})
}

// An authority that does not answer holds no handshake, and stopping ends the request.
func TestACME_SilentAuthority_HandshakesEnd(t *testing.T) {
	reached, release := make(chan struct{}, 10), make(chan struct{})
	authority := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		reached <- struct{}{}
		select {
		case <-release:
		case <-r.Context().Done():
		}
	}))
	defer authority.Close()
	defer close(release)
	a := NewACME(ACMEConfig{Domains: []string{"go.example.com"}, Directory: authority.URL, Cache: SharedCache(&memory{items: map[string][]byte{}}), Log: slog.New(slog.DiscardHandler)})
	ctx, cancel := context.WithCancel(t.Context())
	running := make(chan error)
	go func() { running <- a.Run(ctx) }()
	<-reached
	d := a.domains["go.example.com"]
	d.mu.Lock()
	trying := d.trying
	d.mu.Unlock()
	gone, leave := context.WithCancel(t.Context())
	leave()
	if err := a.wait(gone, d); !errors.Is(err, context.Canceled) {
		t.Errorf("a client that has gone: %v", err)
	}
	cancel()
	if err := <-running; err != nil {
		t.Error(err)
	}
	<-trying
}

// A database that fails is told in the log, and to no stranger who asks for a challenge.
func TestChallenges_CacheFails_NothingIsTold(t *testing.T) {
	log := &testenv.Buffer{}
	a := NewACME(ACMEConfig{
		Domains: []string{"go.example.com"}, Cache: SharedCache(&memory{err: errors.New("password of the database")}), Log: slog.New(slog.NewTextHandler(log, nil)),
	})
	h := a.Challenges(http.NotFoundHandler())
	for host, want := range map[string]int{"go.example.com": http.StatusNotFound, "go.example.com:5002": http.StatusNotFound, "evil.example": http.StatusForbidden} {
		r := httptest.NewRequest(http.MethodGet, "http://"+host+"/.well-known/acme-challenge/token", nil)
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code != want || strings.Contains(w.Body.String(), "password") {
			t.Errorf("%s: %d %s", host, w.Code, w.Body)
		}
	}
	if !strings.Contains(log.String(), "password of the database") {
		t.Errorf("the log says %s", log)
	}
}

// A node that starts while the database is away serves the certificates that it saw there
// before, and asks it again as soon as it answers.
func TestLocalCopy_SharedFails_GivesWhatItSaw(t *testing.T) {
	shared, local := &memory{items: map[string][]byte{"a.example": []byte("a"), "acme_account+key": []byte("key")}}, autocert.DirCache(t.TempDir())
	cache := LocalCopy(SharedCache(shared), local)
	get := func(name, want string, wantErr error) {
		t.Helper()
		if item, err := cache.Get(t.Context(), name); string(item) != want || !errors.Is(err, wantErr) {
			t.Errorf("%s: %q %v, want %q %v", name, item, err, want, wantErr)
		}
	}
	get("a.example", "a", nil)
	get("acme_account+key", "key", nil)
	get("b.example", "", autocert.ErrCacheMiss)
	if err := cache.Put(t.Context(), "a.example+rsa", []byte("rsa")); err != nil {
		t.Error(err)
	}
	if _, err := local.Get(t.Context(), "acme_account+key"); !errors.Is(err, autocert.ErrCacheMiss) {
		t.Errorf("the account's key was copied: %v", err)
	}
	away := errors.New("away")
	shared.err = away
	get("a.example", "a", nil)
	get("a.example+rsa", "rsa", nil)
	get("acme_account+key", "key", away) // what the database said, and no copy
	get("b.example", "", away)
	shared.err = nil
	shared.items["a.example"] = []byte("renewed")
	get("a.example", "renewed", nil)
	shared.err = away
	get("a.example", "renewed", nil)
	shared.err = nil
	if err := cache.Delete(t.Context(), "a.example"); err != nil {
		t.Error(err)
	}
	get("a.example", "", autocert.ErrCacheMiss)
}
