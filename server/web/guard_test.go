package web

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// What browsers are told with each kind of answer, over a real connection.
func TestAnswers_EachKind_GuardedHeaders(t *testing.T) {
	d := withPage(t)
	srv := httptest.NewUnstartedServer(nil)
	srv.Config = NewHTTPServer(d.Handler(), slog.New(slog.DiscardHandler))
	srv.Start()
	defer srv.Close()
	defer d.SetDraining()
	client := srv.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	const (
		kept   = "public, max-age=300"
		assets = "public, max-age=31536000, immutable"
	)
	for _, c := range []struct {
		method, path string
		status       int
		cache, corp  string // where they are not those of most
	}{
		{"GET", "/", 200, "", ""},
		{"HEAD", "/", 200, "", ""},
		{"GET", "/healthz", 200, "", ""},
		{"GET", "/readyz", 200, "", ""},
		{"GET", "/readyz?orders", 200, "", ""},
		{"GET", "/robots.txt", 200, "", ""},
		{"GET", "/favicon.ico", 204, "max-age=86400", ""},
		{"GET", "/nothing-here", 404, "", ""},
		{"GET", "/e/nothing", 404, "", ""},
		{"GET", "/-/nothing", 404, "", ""},
		{"POST", "/ana", 405, "", ""},
		{"OPTIONS", "/ana", 405, "", ""},
		{"GET", "/qr/ana.png", 200, kept, "cross-origin"},
		{"GET", "/qr/ana.svg", 200, kept, "cross-origin"},
		{"GET", "/qr/ana.svg?size=x", 400, "", ""},
		{"GET", "/qr/nothing.png", 404, "", ""},
		{"GET", "/stats/" + aToken, 200, "", ""},
		{"HEAD", "/stats/" + aToken + "/live", 200, "", ""},
		{"GET", "/stats/nothing", 404, "", ""},
		{"GET", "/stats/nothing/live", 404, "", ""},
		{"GET", statsStyle.path, 200, assets, ""},
		{"GET", statsScript.path, 200, assets, ""},
		{"GET", "/webhooks/shop", 405, "", ""},
		{"POST", "/webhooks/shop", 415, "", ""},
		{"POST", "/webhooks/nothing", 404, "", ""},
	} {
		r := ask(t, client, c.method, srv.URL+c.path)
		if r.StatusCode != c.status {
			t.Errorf("%s %s: status %d, want %d", c.method, c.path, r.StatusCode, c.status)
		}
		if c.cache == "" {
			c.cache = "no-store"
		}
		if c.corp == "" {
			c.corp = "same-origin"
		}
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex", "Cache-Control": c.cache,
			"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": c.corp, "Server": "", "X-Powered-By": "", "Set-Cookie": "",
		} {
			if got := strings.Join(r.Header.Values(name), "|"); got != want {
				t.Errorf("%s %s: %s %q, want %q", c.method, c.path, name, got, want)
			}
		}
		wantsStrictPolicy(t, c.method+" "+c.path, r)
	}
}

func ask(t *testing.T, client *http.Client, method, address string) *http.Response {
	t.Helper()
	q, err := http.NewRequestWithContext(t.Context(), method, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	q.Header.Set("User-Agent", browser)
	r, err := client.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Body.Close() })
	return r
}

var inline = regexp.MustCompile(`(?s)<(style|script)>(.*?)</`)

// wantsStrictPolicy looks whether the policy allows no more than the answer needs, and all
// that it holds inline.
func wantsStrictPolicy(t *testing.T, what string, r *http.Response) {
	t.Helper()
	policy := r.Header.Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"} {
		if !strings.Contains(policy+";", part+";") {
			t.Errorf("%s: the policy %q lacks %s", what, policy, part)
		}
	}
	for _, weak := range []string{"unsafe-", "*", "http:", "https:", "data:", "blob:"} {
		if strings.Contains(policy, weak) {
			t.Errorf("%s: the policy %q allows %s", what, policy, weak)
		}
	}
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "text/html") {
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range inline.FindAllStringSubmatch(string(body), -1) {
		if !strings.Contains(policy, "'"+hashSource(m[2])+"'") {
			t.Errorf("%s: the policy %q forbids what the page holds: <%s>%s", what, policy, m[1], m[2])
		}
	}
	if strings.Contains(string(body), " style=") || strings.Contains(string(body), " onclick=") {
		t.Errorf("%s: the page holds attributes that its policy forbids", what)
	}
}

// Nothing that a request says changes where a redirect leads, and a redirect has no body
// that could be taken for a page.
func TestRedirect_HostileShapes_LeadToTheStoredPageAlone(t *testing.T) {
	d := newTestServer(t)
	srv := httptest.NewServer(d.Handler())
	defer srv.Close()
	client := srv.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	own := []string{"/ana", "/ben", "/old", "/wear", "/e/summerfest", "/c/acme", "/e/summerfest?act=subpromoterv3&sp=ben", "/c/acme?act=subpromoterv3&sp=ana"}
	for _, path := range own {
		for _, more := range []string{
			"", "//evil.example", "https://evil.example", "@evil.example", "?//evil.example", "?url=https://evil.example", "?next=//evil.example",
			"?@evil.example", "?%40evil.example", "?%2f%2fevil.example", "?\\\\evil.example", "?%5c%5cevil.example", "?#@evil.example", "?%23@evil.example",
			"?%0d%0aLocation:%20https://evil.example", "?a=%0d%0a%0d%0a<script>", "?a%00b", "?a=%E2%80%AE", "?a=\u202e", "?a=\xff", "?..%2f..%2f", "?/../../evil",
			"?act=subpromoterv3&act=x&sp=ana&sp=https://evil.example", "?sp=//evil.example&act=subpromoterv3", "?s%70=ana&%61ct=subpromoterv3", "?ACT=subpromoterv3&SP=ana",
			"?;url=https://evil.example", "?a=1;b=2", "?utm_content=https://evil.example", "?:443", "?:@", "?" + strings.Repeat("a=b&", 200), "/.", "/..", "%2f..", "%2e%2e",
			"?javascript:alert(1)", "?data:text/html,x", "?host=evil.example",
		} {
			q, err := http.NewRequestWithContext(t.Context(), "GET", srv.URL, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			target := path + more
			if i := strings.IndexByte(path, '?'); i >= 0 {
				target = path + strings.Replace(more, "?", "&", 1)
			}
			q.URL.Opaque = "//" + q.URL.Host + strings.NewReplacer("\u202e", "%E2%80%AE", "\xff", "%FF", "#", "%23", "\\", "%5C").Replace(target)
			q.Header.Set("User-Agent", browser)
			for _, name := range []string{"X-Forwarded-Host", "X-Original-Url", "X-Rewrite-Url", "Forwarded", "X-Host", "Referer", "Origin"} {
				q.Header.Set(name, "https://evil.example/")
			}
			q.Host = "evil.example"
			r, err := client.Do(q)
			if err != nil {
				t.Fatalf("%s: %v", target, err)
			}
			body, err := io.ReadAll(r.Body)
			_ = r.Body.Close()
			if err != nil {
				t.Fatal(err)
			}
			location := r.Header.Get("Location")
			switch u, err := url.Parse(location); {
			case r.StatusCode == http.StatusNotFound && location == "":
			case r.StatusCode != http.StatusFound || err != nil || u.Scheme != "https" || u.Host != "tickets.example" || u.User != nil || (u.Path != "/acme" && u.Path != "/summerfest"):
				t.Errorf("%s: %d to %q (%v)", target, r.StatusCode, location, err)
			case len(body) > 0 || r.Header.Get("Content-Type") != "":
				t.Errorf("%s: the redirect has a body: %q %q", target, r.Header.Get("Content-Type"), body)
			}
			if r.StatusCode == http.StatusFound && (r.Header.Get("Cache-Control") != "no-store" || r.Header.Get("X-Robots-Tag") != "noindex" || r.Header.Get("Server") != "") {
				t.Errorf("%s: headers %v", target, r.Header)
			}
		}
	}
}

// The names of our own parameters are taken as they are written, like those of every
// query (RFC 3986 §6.2.2.1): in another case they are the page's, and go to it.
func TestDestination_OwnParametersInUpperCase_ArePassedOn(t *testing.T) {
	d := newTestServer(t)
	r := d.get("/e/summerfest?ACT=subpromoterv3&SP=ben")
	if got, want := r.Header.Get("Location"), "https://tickets.example/summerfest?lang=en&ACT=subpromoterv3&SP=ben#top"; got != want || len(r.Header["Set-Cookie"]) > 0 {
		t.Errorf("to %q with the cookie %q, want %q and none", got, r.Header["Set-Cookie"], want)
	}
	if clicks := d.store.counted(); len(clicks) > 0 {
		t.Errorf("counted %v", clicks)
	}
}
