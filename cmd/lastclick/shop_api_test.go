package main

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// shopAPI is the API of a shop, which answers from its sales as they stand now.
type shopAPI struct {
	t testing.TB
	d dialect

	mu     sync.Mutex
	sales  map[int]*sale
	asked  int
	busy   map[string]int // requests under way, by what they are about
	twice  []string       // what was asked for twice at once
	ill    func(w http.ResponseWriter, r *http.Request) bool
	server *httptest.Server
	addr   string
}

func newShopAPI(t testing.TB, d dialect) *shopAPI {
	t.Helper()
	a := &shopAPI{t: t, d: d, sales: map[int]*sale{}, busy: map[string]int{}}
	a.open("127.0.0.1:0")
	t.Cleanup(func() { a.server.Close() })
	return a
}

// open listens on the address.
func (a *shopAPI) open(addr string) {
	a.t.Helper()
	l, err := net.Listen("tcp", addr)
	if err != nil {
		a.t.Fatal(err)
	}
	a.server = &httptest.Server{Listener: l, Config: &http.Server{Handler: a, ReadHeaderTimeout: 10 * time.Second}}
	a.server.Start()
	a.addr = l.Addr().String()
}

// url is where the shop's API is.
func (a *shopAPI) url() string { return "http://" + a.addr }

// down closes the listener; up opens it again on the same port.
func (a *shopAPI) down() { a.server.Close() }
func (a *shopAPI) up()   { a.open(a.addr) }

// put makes the sale what the API answers.
func (a *shopAPI) put(s *sale) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.sales[s.N] = s.copied()
}

// sicken lets ill answer in place of the API where it returns true; nil makes it well.
func (a *shopAPI) sicken(ill func(w http.ResponseWriter, r *http.Request) bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ill = ill
}

// requests is how many requests there were.
func (a *shopAPI) requests() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.asked
}

// ServeHTTP answers a request.
func (a *shopAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if got := r.Header.Get("Authorization"); got != a.d.authorization {
		a.t.Errorf("GET %s with Authorization %q, want %q", r.URL, got, a.d.authorization)
	}
	a.mu.Lock()
	a.asked++
	ill := a.ill
	about := r.URL.RequestURI()
	object := a.d.objectPath != "" && strings.Contains(about, a.d.objectPath)
	if object {
		if a.busy[about]++; a.busy[about] > 1 {
			a.twice = append(a.twice, about)
		}
	}
	a.mu.Unlock()
	defer func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		if object {
			a.busy[about]--
		}
	}()
	if ill != nil && ill(w, r) {
		return
	}
	body, ok := a.answer(r)
	w.Header().Set("Content-Type", "application/json")
	if !ok {
		w.WriteHeader(http.StatusNotFound)
		body = `{"detail":"Not found."}`
	}
	_, _ = w.Write([]byte(body))
}

func (a *shopAPI) answer(r *http.Request) (string, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, s := range a.sales {
		if body, ok := a.d.answer(a.t, s, r.URL); ok {
			return body, true
		}
	}
	return "", false
}
