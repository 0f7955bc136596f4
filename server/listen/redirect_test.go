package listen

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestRedirect_EachRequest_OurHostAlone(t *testing.T) {
	for _, c := range []struct {
		base, method, target, host string
		want                       string // empty: refused
	}{
		{"https://go.example.com", "GET", "/ana?utm_source=x&y=%20", "go.example.com", "https://go.example.com/ana?utm_source=x&y=%20"},
		{"https://go.example.com", "HEAD", "/ana", "GO.example.com:80", "https://go.example.com/ana"},
		{"https://go.example.com", "GET", "/ana", "tickets.example.org", "https://tickets.example.org/ana"},
		{"https://go.example.com", "GET", "/ana", "evil.example", "https://go.example.com/ana"},
		{"https://go.example.com", "GET", "/ana", "", "https://go.example.com/ana"},
		{"https://go.example.com", "GET", "/ana", "[::1", "https://go.example.com/ana"},
		{"https://go.example.com", "GET", "http://evil.example/ana", "evil.example", "https://go.example.com/ana"},
		{"https://go.example.com", "GET", "//evil.example/..", "go.example.com", "https://go.example.com//evil.example/.."},
		{"https://go.example.com:8443", "GET", "/ana", "tickets.example.org:8080", "https://tickets.example.org:8443/ana"},
		{"https://go.example.com:8443", "GET", "/ana", "go.example.com", "https://go.example.com:8443/ana"},
		{"https://go.example.com", "POST", "/webhooks/boxoffice", "go.example.com", ""},
		{"https://go.example.com", "OPTIONS", "/", "go.example.com", ""},
	} {
		r := httptest.NewRequest(c.method, c.target, nil)
		r.Host = c.host
		w := httptest.NewRecorder()
		Redirect(c.base, []string{"go.example.com", "tickets.example.org"}).ServeHTTP(w, r)
		want := http.StatusMovedPermanently
		if c.want == "" {
			want = http.StatusForbidden
		}
		if got := w.Header().Get("Location"); got != c.want || w.Code != want {
			t.Errorf("%s %s of %s: %d %q, want %q", c.method, c.target, c.host, w.Code, got, c.want)
		}
	}
}
