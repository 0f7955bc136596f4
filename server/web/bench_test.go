package web

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"lastclick/model"
)

// bare is the least that a redirect with a signed cookie is with net/http: a mux,
// a map, http.SetCookie with a fresh HMAC, and nothing counted.
func bare() http.Handler {
	pages := map[string]string{"ana": "https://tickets.example/acme"}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{code}", func(w http.ResponseWriter, r *http.Request) {
		page, ok := pages[r.PathValue("code")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		var token [16 + sha256.Size]byte
		rand.Read(token[:8])
		binary.BigEndian.PutUint64(token[8:], uint64(time.Now().Unix()))
		mac := hmac.New(sha256.New, newSecret)
		mac.Write(token[:16])
		mac.Sum(token[:16])
		http.SetCookie(w, &http.Cookie{
			Name: cookieName, Value: base64.RawURLEncoding.EncodeToString(token[:]), Path: "/",
			MaxAge: 2592000, HttpOnly: true, Secure: true, SameSite: http.SameSiteLaxMode,
		})
		w.Header().Set("Location", page)
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(http.StatusFound)
	})
	return mux
}

// sink is a ResponseWriter that costs nothing.
type sink struct{ header http.Header }

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) WriteHeader(int)             {}
func (s *sink) Write(b []byte) (int, error) { return len(b), nil }

// uncounted keeps the benchmark's clicks from piling up.
type uncounted struct{ *fakeStore }

func (uncounted) Click(model.Click) bool { return true }

// BenchmarkRedirect compares the handlers alone, without the wire, which costs
// some 20 µs more for each: ours does the bot test, the receipt and the count
// besides.
func BenchmarkRedirect(b *testing.B) {
	d := newTestServer(b, func(c *Config) {
		c.Store = uncounted{c.Store.(*fakeStore)}
		c.Log, c.Now = nil, nil
	})
	receipt := model.Receipt{}
	for link := range int64(4) {
		receipt = receipt.Clicked(link+10, noon)
	}
	cookie := cookieName + "=" + d.store.keys.Sign(receipt, noon)
	for _, c := range []struct {
		name, target, cookie string
		handler              http.Handler
	}{
		{"bare", "/ana", "", bare()},
		{"first click", "/ana", "", d.Handler()},
		{"fifth link", "/ana", cookie, d.Handler()},
		{"full link with parameters", "/c/acme?act=subpromoterv3&sp=ana&utm_source=mail&utm_medium=social&fbclid=IwAR0abcdefgh", "", d.Handler()},
	} {
		b.Run(c.name, func(b *testing.B) {
			r := httptest.NewRequest("GET", c.target, nil)
			r.Header.Set("User-Agent", browser)
			if c.cookie != "" {
				r.Header.Set("Cookie", c.cookie)
			}
			w := &sink{http.Header{}}
			b.ReportAllocs()
			for b.Loop() {
				clear(w.header)
				c.handler.ServeHTTP(w, r)
			}
			if w.header.Get("Location") == "" {
				b.Fatal("no redirect")
			}
		})
	}
}

// BenchmarkRedirectServed is a redirect over a connection that stays open, client
// included: what the parts of the handler have to be measured against.
func BenchmarkRedirectServed(b *testing.B) {
	d := newTestServer(b, func(c *Config) {
		c.Store = uncounted{c.Store.(*fakeStore)}
		c.Log, c.Now = nil, nil
	})
	srv := httptest.NewServer(d.Handler())
	defer srv.Close()
	conn, err := net.Dial("tcp", srv.Listener.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	request, answer := []byte("GET /ana HTTP/1.1\r\nHost: go.example\r\nUser-Agent: "+browser+"\r\n\r\n"), make([]byte, 4096)
	for b.Loop() {
		if _, err := conn.Write(request); err != nil {
			b.Fatal(err)
		}
		if n, err := conn.Read(answer); err != nil || !bytes.HasPrefix(answer[:n], []byte("HTTP/1.1 302 ")) {
			b.Fatalf("%v: %.40q", err, answer[:n])
		}
	}
}

// BenchmarkIsBot is the look at a User-Agent: by the matcher, and by a search for each
// word.
func BenchmarkIsBot(b *testing.B) {
	agent := personAgents[9] // Instagram's, 260 bytes
	for _, c := range []struct {
		name string
		is   func(string) bool
	}{{"matcher", bots.match}, {"search", searchBot}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if c.is(agent) {
					b.Fatal("a person is taken for a bot")
				}
			}
		})
	}
}

func BenchmarkWebhook(b *testing.B) {
	d := newTestServer(b, func(c *Config) { c.Log = nil })
	h := http.Header{}
	for pairs := signed("msg_1", noon, anOrder, newSecret); len(pairs) > 0; pairs = pairs[2:] {
		h.Set(pairs[0], pairs[1])
	}
	body := bytes.NewReader([]byte(anOrder))
	w := &sink{http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		clear(w.header)
		body.Reset([]byte(anOrder))
		r := httptest.NewRequest("POST", "/webhooks/shop", body)
		r.Header = h
		d.Handler().ServeHTTP(w, r)
		d.store.deliveries = d.store.deliveries[:0]
	}
	if w.header.Get("Content-Type") != "application/json" {
		b.Fatal("refused")
	}
}
