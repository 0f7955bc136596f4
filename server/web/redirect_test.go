package web

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"lastclick/model"
)

func TestRedirect_Links_LeadToTheirPage(t *testing.T) {
	const acme, fest = "https://tickets.example/acme", "https://tickets.example/summerfest?lang=en#top"
	for _, c := range []struct {
		target, location string
		link             int64 // that the click counts for; 0: none
	}{
		{"/ana", acme, 1},
		{"/ANA", acme, 1},
		{"/ana/", acme, 1},
		{"/ana).", acme, 1},
		{"/ana?", acme, 1},
		{"/ana%3F", acme, 1},
		{"/ana%22", acme, 1},
		{"/ben", fest, 2},
		{"/ana?utm_source=mail&fbclid=x", acme + "?utm_source=mail&fbclid=x", 1},
		{"/ana?act=subpromoterv3&sp=ben&qr&x=1", acme + "?x=1", 1},
		{"/ben?lang=de&utm_source=mail", "https://tickets.example/summerfest?lang=en&utm_source=mail#top", 2},

		{"/c/acme?act=subpromoterv3&sp=ana", acme, 1},
		{"/c/ACME/?act=subpromoterv3&sp=ANA", acme, 1},
		{"/c/acme?utm_source=mail&sp=ana.&act=subpromoterv3", acme + "?utm_source=mail", 1},
		{"/c/acme?%61ct=subpromoterv3&s%70=%61na", acme, 1},
		{"/e/summerfest?act=subpromoterv3&sp=ben", fest, 2},

		// Nothing of ours, not all of it, or not for this page.
		{"/e/summerfest", fest, 0},
		{"/c/acme", acme, 0},
		{"/c/acme?sp=ana", acme, 0},
		{"/c/acme?act=subpromoterv3", acme, 0},
		{"/c/acme?act=subpromoterv2&sp=ana", acme, 0},
		{"/c/acme?act=subpromoterv3&sp=nobody", acme, 0},
		{"/c/acme?act=subpromoterv3&sp=ben", acme, 0},
		{"/c/acme?act=subpromoterv3&sp=far", acme, 0},
		{"/c/acme?act=x&act=subpromoterv3&sp=ana", acme, 0},
		{"/e/summerfest?act=subpromoterv3&sp=ana", fest, 0},
		{"/e/summerfest?act=subpromoterv3&sp=far2", fest, 0},
		{"/e/summerfest?act=nonsense&x=1", "https://tickets.example/summerfest?lang=en&x=1#top", 0},

		{"/old", acme, 0},
		{"/c/acme?act=subpromoterv3&sp=old", acme, 0},
	} {
		t.Run(c.target, func(t *testing.T) {
			d := newTestServer(t)
			r := d.get(c.target)
			if r.StatusCode != http.StatusFound || r.Header.Get("Location") != c.location {
				t.Fatalf("%d to %q, want 302 to %q", r.StatusCode, r.Header.Get("Location"), c.location)
			}
			if r.Header.Get("Cache-Control") != "no-store" || r.Header.Get("X-Robots-Tag") != "noindex" {
				t.Errorf("headers: %v", r.Header)
			}
			clicks := d.store.counted()
			if c.link == 0 {
				if len(clicks) != 0 || r.Header["Set-Cookie"] != nil {
					t.Fatalf("clicks %v, cookie %v, want none", clicks, r.Header["Set-Cookie"])
				}
				return
			}
			want := model.Click{Link: c.link, At: noon, Visitor: true, QR: strings.Contains(c.target, "qr")}
			if !slices.Equal(clicks, []model.Click{want}) {
				t.Errorf("clicks %+v, want %+v", clicks, want)
			}
			receipt := d.receiptIn(t, r)
			if touch := (model.Touch{Link: c.link, At: noon.Truncate(time.Second)}); !slices.Equal(receipt.Touches, []model.Touch{touch}) {
				t.Errorf("receipt %v, want %v", receipt.Touches, touch)
			}
		})
	}
}

func TestRedirect_UnknownPaths_AreNotFound(t *testing.T) {
	for _, target := range []string{
		"/nobody", "/nobody?act=subpromoterv3&sp=ana", "/e/nowhere", "/c/nowhere?act=subpromoterv3&sp=ana", "/e/", "/c/", "/e", "/c",
		"/a/b", "//ana", "/ana/x", "/webhooks", "/stats/abc", "/stats/", "/stats/a/b", "/stats/abc/live", "/qr/nobody.png", "/qr/ana.gif", "/qr/ana", "/qr/", "/-/", "/-/stats.css", "/%00", "/../ana/..", "/.well-known/x",
	} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			d := newTestServer(t)
			r := d.do(method, target, "")
			if r.StatusCode != http.StatusNotFound || r.Header["Set-Cookie"] != nil || r.Header["Location"] != nil {
				t.Errorf("%s %s: %d %v", method, target, r.StatusCode, r.Header)
			}
			if r.Header.Get("Cache-Control") != "no-store" || !strings.HasPrefix(r.Header.Get("Content-Type"), "text/html") {
				t.Errorf("%s %s: headers %v", method, target, r.Header)
			}
			if c := d.store.counted(); len(c) != 0 {
				t.Errorf("%s %s counted %v", method, target, c)
			}
		}
	}
}

func TestRedirect_OtherMethods_AreNotAllowed(t *testing.T) {
	d := newTestServer(t)
	for _, method := range []string{"POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"} {
		for _, target := range []string{"/ana", "/", "/e/summerfest", "/nobody", "/healthz"} {
			if r := d.do(method, target, ""); r.StatusCode != http.StatusMethodNotAllowed || r.Header.Get("Allow") != "GET, HEAD" {
				t.Errorf("%s %s: %d, Allow %q", method, target, r.StatusCode, r.Header.Get("Allow"))
			}
		}
	}
	if c := d.store.counted(); len(c) != 0 {
		t.Errorf("counted %v", c)
	}
}

func TestRedirect_Bots_LeaveNoReceipt(t *testing.T) {
	for _, c := range []struct {
		name, method string
		headers      []string
	}{
		{"head", "HEAD", nil},
		{"no User-Agent", "GET", []string{"User-Agent", ""}},
		{"blank User-Agent", "GET", []string{"User-Agent", "  "}},
		{"curl", "GET", []string{"User-Agent", "curl/8.5.0"}},
		{"preview", "GET", []string{"User-Agent", "WhatsApp/2.23.20.0"}},
		{"Sec-Purpose", "GET", []string{"Sec-Purpose", "prefetch;prerender"}},
		{"Purpose", "GET", []string{"Purpose", "Prefetch"}},
		{"X-Moz", "GET", []string{"X-Moz", "prefetch"}},
		{"X-Purpose", "GET", []string{"X-Purpose", "preview"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newTestServer(t)
			r := d.do(c.method, "/ana?qr&utm_source=x", "", c.headers...)
			if r.StatusCode != http.StatusFound || r.Header.Get("Location") != "https://tickets.example/acme?utm_source=x" {
				t.Errorf("%d to %q", r.StatusCode, r.Header.Get("Location"))
			}
			if r.Header["Set-Cookie"] != nil {
				t.Errorf("it left a cookie: %v", r.Header["Set-Cookie"])
			}
			want := []model.Click{{Link: 1, At: noon, Bot: true, QR: true}}
			if got := d.store.counted(); !slices.Equal(got, want) {
				t.Errorf("counted %+v, want %+v", got, want)
			}
			d.do(c.method, "/old", "", c.headers...)
			d.do(c.method, "/c/acme", "", c.headers...)
			if got := d.store.counted(); len(got) != 0 {
				t.Errorf("an archived link and a page counted %+v", got)
			}
		})
	}
}

func TestRedirect_R23_Carrier_TokenOfTheClick(t *testing.T) {
	for _, target := range []string{"/wear", "/WEAR?utm_content=mine", "/c/acme?act=subpromoterv3&sp=wear&utm_content=mine"} {
		d := newTestServer(t)
		r := d.get(target)
		token, ok := strings.CutPrefix(r.Header.Get("Location"), "https://tickets.example/acme?x=1&utm_content=")
		receipt := d.receiptIn(t, r)
		click, proved := d.store.keys.VerifyClick(token)
		if !ok || !proved || click.Touch != (model.Touch{Link: 6, At: noon.Truncate(time.Second)}) || click.Visitor != [4]byte(receipt.Visitor[:4]) {
			t.Errorf("%s: to %q, which proves %+v", target, r.Header.Get("Location"), click)
		}
		if got := d.store.counted(); len(got) != 1 {
			t.Errorf("%s: counted %v", target, got)
		}
		// The token of the same browser's next click is of the same visitor.
		again := d.get("/wear", "Cookie", r.Cookies()[0].Name+"="+r.Cookies()[0].Value)
		token, _ = strings.CutPrefix(again.Header.Get("Location"), "https://tickets.example/acme?x=1&utm_content=")
		if next, ok := d.store.keys.VerifyClick(token); !ok || next.Visitor != click.Visitor {
			t.Errorf("the next token proves %+v, %t", next, ok)
		}
	}
}

func TestRedirect_R23_NoClick_NoToken(t *testing.T) {
	const page = "https://tickets.example/acme?utm_content=own&x=1"
	for _, c := range []struct {
		name, method, target string
		headers              []string
	}{
		{"archived", "GET", "/worn", nil},
		{"head", "HEAD", "/wear", nil},
		{"bot", "GET", "/wear", []string{"User-Agent", "curl/8.5.0"}},
		{"prefetch", "GET", "/wear", []string{"Sec-Purpose", "prefetch;prerender"}},
	} {
		d := newTestServer(t)
		if r := d.do(c.method, c.target+"?utm_content=mine", "", c.headers...); r.StatusCode != http.StatusFound || r.Header.Get("Location") != page {
			t.Errorf("%s: %d to %q", c.name, r.StatusCode, r.Header.Get("Location"))
		}
	}
	// Without a visitor's id two people's tokens would be one.
	d := newTestServer(t, func(c *Config) { c.Random = iotest.ErrReader(errors.New("no entropy")) })
	if r := d.get("/wear"); r.Header.Get("Location") != page {
		t.Errorf("without random bytes: to %q", r.Header.Get("Location"))
	}
}

func TestRedirect_NoRandomBytesAndQueueFull_StillRedirects(t *testing.T) {
	d := newTestServer(t, func(c *Config) { c.Random = iotest.ErrReader(errors.New("no entropy")) })
	d.store.full = true
	r := d.get("/ana")
	if r.StatusCode != http.StatusFound || r.Header["Set-Cookie"] != nil {
		t.Errorf("%d, cookie %v: want the redirect alone", r.StatusCode, r.Header["Set-Cookie"])
	}
	if !strings.Contains(d.log.String(), "no entropy") {
		t.Errorf("the log does not say why: %s", d.log)
	}
	if got := metricsOf(t, d); !strings.Contains(got, "lastclick_clicks_dropped_total 1\n") {
		t.Errorf("the dropped click is not in the metrics:\n%s", got)
	}
}

func TestRedirect_ManyAtOnce_AllAreCounted(t *testing.T) {
	d := newTestServer(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			cookie := "none=1"
			for _, target := range []string{"/ana", "/ben", "/ana", "/nobody", "/old"} {
				if set := d.get(target, "Cookie", cookie).Cookies(); len(set) == 1 {
					cookie = set[0].Name + "=" + set[0].Value
				}
			}
			value, _ := strings.CutPrefix(cookie, cookieName+"=")
			if receipt, ok := d.store.keys.Verify(value); !ok || len(receipt.Touches) != 2 {
				t.Errorf("the receipt %q holds %v", value, receipt.Touches)
			}
		})
	}
	wg.Wait()
	if n := len(d.store.counted()); n != 8*3 {
		t.Errorf("%d clicks were counted, want %d", n, 8*3)
	}
}

// FuzzClick sends what strangers may: no answer is a fault, leads
// elsewhere, or sets what does not verify.
func FuzzClick(f *testing.F) {
	f.Add("/ana", "utm_source=x", "lastclick=AQEAAA", browser, "")
	f.Add("/e/summerfest", "act=subpromoterv3&sp=ben", ";;lastclick=;lastclick=\"x\"", "curl/8", "prefetch")
	f.Add("/ask", "cons=1&consent=%31", "lastclick=", browser, "")
	f.Add("//", "%", "=", "\xff", "\x00")
	f.Fuzz(func(t *testing.T, path, query, cookie, agent, purpose string) {
		d := newTestServer(t)
		r := httptest.NewRequest("GET", "/", nil)
		r.URL.Path, r.URL.RawQuery = path, query
		r.Header = http.Header{"Cookie": {cookie}, "User-Agent": {agent}, "Sec-Purpose": {purpose}}
		w := httptest.NewRecorder()
		d.Handler().ServeHTTP(w, r)
		switch set := w.Result().Cookies(); w.Code {
		case http.StatusFound:
			if !strings.HasPrefix(w.Header().Get("Location"), "https://tickets.example/") && !strings.HasPrefix(w.Header().Get("Location"), "https://other.example/") {
				t.Fatalf("it leads to %q", w.Header().Get("Location"))
			}
			if len(set) > 0 {
				d.receiptIn(t, w.Result())
			}
		case http.StatusOK, http.StatusNoContent, http.StatusNotFound, http.StatusMethodNotAllowed:
			if len(set) > 0 {
				t.Fatalf("%d sets %v", w.Code, set)
			}
		default:
			t.Fatalf("status %d", w.Code)
		}
	})
}
