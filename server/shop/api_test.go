package shop

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// fetchers are what each fetching shop asks first.
var fetchers = map[Kind]Fetch{
	Stripe:     {Key: "cs_1", Path: "/v1/checkout/sessions/cs_1"},
	Pretix:     {Key: "a/b/C", Path: "/api/v1/organizers/a/events/b/orders/C/?include_canceled_positions=true"},
	Eventbrite: {Key: "order/1", Path: "/v3/orders/1/?expand=attendees"},
}

// fetchFrom fetches from a server that answers with handler.
func fetchFrom(t *testing.T, kind Kind, handler http.HandlerFunc) ([]Webhook, error) {
	t.Helper()
	server := httptest.NewServer(handler)
	defer server.Close()
	s, _ := Of(kind)
	return s.(Fetcher).Fetch(t.Context(), server.Client(), Account{URL: server.URL, Token: fixtureToken}, fetchers[kind], time.Unix(1780308000, 0))
}

func status(code int, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(code)
		_, _ = io.WriteString(w, `{}`)
	}
}

func body(contentType, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		_, _ = io.WriteString(w, text)
	}
}

func TestFetch_ShopIsAway_Later(t *testing.T) {
	for _, c := range []struct {
		name    string
		handler http.HandlerFunc
		after   time.Duration
	}{
		{"429 in seconds", status(429, "Retry-After", "120"), 2 * time.Minute},
		{"429 for days", status(429, "Retry-After", "9999999999999"), time.Hour},
		{"429 for less than none", status(429, "Retry-After", "-5"), 0},
		{"429 without a time", status(429), 0},
		{"503 with garbage", status(503, "Retry-After", "soon"), 0},
		{"503 in the past", status(503, "Retry-After", "Mon, 01 Jun 2020 10:00:00 GMT"), 0},
		{"503 far ahead", status(503, "Retry-After", "Mon, 01 Jun 2099 10:00:00 GMT"), time.Hour},
		{"500", status(500), 0},
		{"502", status(502), 0},
		{"599", status(599), 0},
		{"409", status(409), 0},
		{"204", status(204), 0},
		{"HTML", body("text/html; charset=utf-8", "<h1>Wartung</h1>"), 0},
		{"no content type", body("", "{}"), 0},
		{"garbage", body("application/json", "{\"id\":\x00"), 0},
		{"half", body("application/json", `{"id":`), 0},
		{"nothing", body("application/json", ""), 0},
		{"two objects", body("application/json", "{}{}"), 0},
		{"closed connection", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, 0},
		{"shorter than announced", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "{}")
		}, 0},
	} {
		for kind := range fetchers {
			t.Run(c.name+"/"+string(kind), func(t *testing.T) {
				got, err := fetchFrom(t, kind, c.handler)
				later, ok := errors.AsType[*Later](err)
				if !ok || len(got) > 0 {
					t.Fatalf("got %d webhooks, %v; want a *Later", len(got), err)
				}
				if later.After != c.after {
					t.Errorf("After = %s, want %s", later.After, c.after)
				}
				if strings.Contains(err.Error(), "127.0.0.1") || strings.Contains(err.Error(), fixtureToken) || strings.Contains(err.Error(), "Wartung") {
					t.Errorf("the error says too much: %v", err)
				}
			})
		}
	}
}

func TestFetch_AdminMustCorrect(t *testing.T) {
	for _, c := range []struct {
		name    string
		handler http.HandlerFunc
		says    string
	}{
		{"401", status(401), "refuses the API token (401 Unauthorized)"},
		{"403", status(403), "refuses the API token (403 Forbidden)"},
		{"404", status(404), "compare the address and the token"},
		{"410", status(410), "compare the address and the token"},
		{"400", status(400), "answers 400 Bad Request"},
		{"redirect without a target", status(302), "redirect"},
		{"not modified", status(304), "redirect"},
	} {
		for kind := range fetchers {
			t.Run(c.name+"/"+string(kind), func(t *testing.T) {
				got, err := fetchFrom(t, kind, c.handler)
				_, later := errors.AsType[*Later](err)
				_, unmapped := errors.AsType[*Unmapped](err)
				if err == nil || later || unmapped || len(got) > 0 {
					t.Fatalf("got %d webhooks, %v; want an error for the admin", len(got), err)
				}
				if !strings.Contains(err.Error(), c.says) {
					t.Errorf("%v; want %q in it", err, c.says)
				}
			})
		}
	}
}

// TestFetch_Redirects_StayOnTheHost lets a shop redirect elsewhere: the other host is
// never asked, so it never sees the token.
func TestFetch_Redirects_StayOnTheHost(t *testing.T) {
	var asked atomic.Int64
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer elsewhere.Close()
	for _, code := range []int{301, 302, 303, 307, 308} {
		for _, target := range []string{elsewhere.URL + "/v1/x", "//" + strings.TrimPrefix(elsewhere.URL, "http://") + "/", "https://169.254.169.254/latest/", "file:///etc/passwd", "gopher://127.0.0.1/"} {
			for kind := range fetchers {
				_, err := fetchFrom(t, kind, status(code, "Location", target))
				if err == nil || !strings.Contains(err.Error(), "redirect") {
					t.Errorf("%s, %d to %s: %v", kind, code, target, err)
				}
			}
		}
	}
	if n := asked.Load(); n > 0 {
		t.Errorf("another host was asked %d times", n)
	}
}

func TestFetch_Redirects_OnTheHostAreFollowedAndEnd(t *testing.T) {
	_, err := fetchFrom(t, Stripe, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v1/moved" {
			http.Redirect(w, r, "/v1/moved", http.StatusMovedPermanently)
			return
		}
		if r.Header.Get("Authorization") != "Bearer "+fixtureToken {
			t.Errorf("Authorization %q after a redirect on the host", r.Header.Get("Authorization"))
		}
		body("application/json", `{"id":""}`)(w, r)
	})
	if err != nil {
		t.Errorf("one redirect on the host: %v", err)
	}
	n := 0
	_, err = fetchFrom(t, Stripe, func(w http.ResponseWriter, r *http.Request) {
		n++
		http.Redirect(w, r, fmt.Sprintf("/v1/%d", n), http.StatusFound)
	})
	if err == nil || n > maxRedirects+1 {
		t.Errorf("a loop of redirects was asked %d times: %v", n, err)
	}
}

// TestFetch_EndlessBody_IsCut reads bodies without an end, plain and compressed: a bounded
// part of them is read, and little memory taken.
func TestFetch_EndlessBody_IsCut(t *testing.T) {
	var sent atomic.Int64
	endless := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		chunk := []byte(strings.Repeat("[", 64<<10))
		for r.Context().Err() == nil {
			n, err := w.Write(chunk)
			sent.Add(int64(n))
			if err != nil {
				return
			}
		}
	}
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	zeros := make([]byte, 1<<20)
	for range 64 {
		_, _ = z.Write(zeros)
	}
	_ = z.Close()
	compressed := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(bomb.Bytes())
	}
	for kind := range fetchers {
		for name, handler := range map[string]http.HandlerFunc{"plain": endless, "gzip": compressed} {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := fetchFrom(t, kind, handler)
			runtime.ReadMemStats(&after)
			if _, ok := errors.AsType[*Later](err); !ok || !strings.Contains(err.Error(), "more than") {
				t.Errorf("%s, %s: %v", kind, name, err)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > 64<<20 {
				t.Errorf("%s, %s: %d MiB were allocated", kind, name, used>>20)
			}
		}
	}
	if n := sent.Load(); n > 256<<20 {
		t.Errorf("%d MiB were sent", n>>20)
	}
}

// TestFetch_LongLists_AreCut reads answers whose lists are longer than any order.
func TestFetch_LongLists_AreCut(t *testing.T) {
	long := "[" + strings.TrimSuffix(strings.Repeat("{},", 1_000_000), ",") + "]"
	for kind, answer := range map[Kind]string{
		Pretix:     `{"code":"C","status":"p","positions":` + long + `}`,
		Eventbrite: `{"id":"1","status":"placed","attendees":` + long + `}`,
	} {
		_, err := fetchFrom(t, kind, body("application/json", answer))
		if u, ok := errors.AsType[*Unmapped](err); !ok || !strings.Contains(u.Detail, "1000") {
			t.Errorf("%s: %v", kind, err)
		}
	}
	_, err := fetchFrom(t, Stripe, func(w http.ResponseWriter, r *http.Request) {
		answer := `{"id":"cs_1","created":1780308000,"currency":"gbp","livemode":true,"payment_status":"paid"}`
		if strings.HasSuffix(r.URL.Path, "/line_items") {
			answer = `{"data":[{"id":"li_` + r.URL.Query().Get("starting_after") + `1","currency":"gbp","quantity":1}],"has_more":true}`
		}
		body("application/json", answer)(w, r)
	})
	if _, ok := errors.AsType[*Unmapped](err); !ok {
		t.Errorf("pages without an end: %v", err)
	}
}

// TestFetch_ManyItems_RequestsAreBounded reads an order of more items than one fetch may ask for.
func TestFetch_ManyItems_RequestsAreBounded(t *testing.T) {
	asked := 0
	_, err := fetchFrom(t, Pretix, func(w http.ResponseWriter, r *http.Request) {
		asked++
		answer := `{"currency":"GBP"}`
		if strings.Contains(r.URL.Path, "/orders/") {
			var positions []string
			for i := range 500 {
				positions = append(positions, fmt.Sprintf(`{"id":%d,"positionid":%d,"item":%d,"price":"1.00"}`, i, i+1, i))
			}
			answer = `{"code":"C","status":"p","datetime":"2026-06-01T10:00:00Z","positions":[` + strings.Join(positions, ",") + `]}`
		}
		body("application/json", answer)(w, r)
	})
	if _, ok := errors.AsType[*Unmapped](err); !ok || asked > maxRequests {
		t.Errorf("%d requests: %v", asked, err)
	}
}

// TestFetch_SlowShop_EndsWithTheCaller stops waiting when the caller does.
func TestFetch_SlowShop_EndsWithTheCaller(t *testing.T) {
	for kind, f := range fetchers {
		for _, half := range []bool{false, true} {
			ctx, cancel := context.WithCancel(t.Context())
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if half { // of the answer, and no more
					w.Header().Set("Content-Type", "application/json")
					_, _ = io.WriteString(w, `{"id":`)
					w.(http.Flusher).Flush()
				}
				cancel()
				<-r.Context().Done()
			}))
			s, _ := Of(kind)
			_, err := s.(Fetcher).Fetch(ctx, server.Client(), Account{URL: server.URL, Token: fixtureToken}, f, time.Unix(1780308000, 0))
			if _, ok := errors.AsType[*Later](err); !ok {
				t.Errorf("%s, half %t: %v; want a *Later", kind, half, err)
			}
			server.CloseClientConnections()
			server.Close()
			cancel()
		}
	}
}

func TestOpenAPI_Account(t *testing.T) {
	for _, c := range []struct{ url, token, usual, says string }{
		{"", "t", "", "has no address"},
		{"", "t", "https://api.example", ""},
		{"https://tickets.example", "t", "", ""},
		{"https://tickets.example/", "t", "", ""},
		{"https://tickets.example:8443", "t", "", ""},
		{"http://127.0.0.1:8080", "t", "", ""},
		{"http://[::1]:8080", "t", "", ""},
		{"http://192.168.1.20", "t", "", ""},
		{"http://pretix", "t", "", ""},
		{"http://tickets.example", "t", "", "must begin with https"},
		{"http://203.0.113.9", "t", "", "must begin with https"},
		{"ftp://tickets.example", "t", "", "must begin with https"},
		{"tickets.example", "t", "", "a scheme and a host alone"},
		{"https://tickets.example/api", "t", "", "a scheme and a host alone"},
		{"https://tickets.example?x", "t", "", "a scheme and a host alone"},
		{"https://tickets.example#x", "t", "", "a scheme and a host alone"},
		{"https://kim:pw@tickets.example", "t", "", "a scheme and a host alone"},
		{"https://%zz", "t", "", "a scheme and a host alone"},
		{"https://tickets.example", "", "", "no API token"},
		{"https://tickets.example", "a b", "", "holds a character"},
		{"https://tickets.example", "a\nX: y", "", "holds a character"},
		{"https://tickets.example", "ä", "", "holds a character"},
	} {
		_, err := openAPI("the shop", http.DefaultClient, Account{URL: c.url, Token: c.token}, c.usual, "Bearer")
		if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%q, %q: %v; want %q", c.url, c.token, err, c.says)
		}
		if err != nil && c.token != "" && c.token != "t" && strings.Contains(err.Error(), c.token) {
			t.Errorf("the error holds the token: %v", err)
		}
	}
}

// TestGet_PathsThatLeaveTheHost are never asked for.
func TestGet_PathsThatLeaveTheHost(t *testing.T) {
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	defer server.Close()
	for _, path := range []string{"", "v1/x", "//evil.example/x", "https://evil.example/", "@evil.example/", "/\x00", "/%zz", `\\evil.example\x`} {
		a, err := openAPI("the shop", server.Client(), Account{URL: server.URL, Token: "t"}, "", "Bearer")
		if err != nil {
			t.Fatal(err)
		}
		if err := a.get(t.Context(), path, &struct{}{}); err == nil {
			t.Errorf("%q was read", path)
		}
	}
	if asked > 0 {
		t.Errorf("%d requests were made", asked)
	}
}

// TestFetch_UsualHosts asks the shop's one host where the account names none.
func TestFetch_UsualHosts(t *testing.T) {
	for kind, host := range map[Kind]string{Stripe: "https://api.stripe.com", Eventbrite: "https://www.eventbriteapi.com"} {
		var asked string
		client := &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
			asked = r.URL.Scheme + "://" + r.URL.Host
			return nil, errors.New("no network in a test")
		})}
		s, _ := Of(kind)
		_, err := s.(Fetcher).Fetch(t.Context(), client, Account{Token: "t"}, fetchers[kind], time.Unix(1780308000, 0))
		if _, ok := errors.AsType[*Later](err); !ok || asked != host {
			t.Errorf("%s asked %q: %v", kind, asked, err)
		}
	}
}

// TestFetch_EveryRequestHasADeadline, so that a shop that never answers holds nothing.
func TestFetch_EveryRequestHasADeadline(t *testing.T) {
	for kind, f := range fetchers {
		client := &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
			at, ok := r.Context().Deadline()
			if left := time.Until(at); !ok || left <= 0 || left > answerWait {
				t.Errorf("%s: a request may take %s, %t", kind, left, ok)
			}
			return nil, context.DeadlineExceeded
		})}
		s, _ := Of(kind)
		_, err := s.(Fetcher).Fetch(t.Context(), client, Account{URL: "https://shop.example", Token: "t"}, f, time.Unix(1780308000, 0))
		if _, ok := errors.AsType[*Later](err); !ok || !strings.Contains(err.Error(), "in time") {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

type transport func(r *http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
