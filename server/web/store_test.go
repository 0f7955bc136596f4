package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"lastclick/db"
	"lastclick/model"
	"lastclick/server/web"
)

const phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1"

// platform is the server over a real store, with one client, an event, a checkout and
// two links.
type platform struct {
	t      testing.TB
	store  *db.Store
	srv    *httptest.Server
	url    string
	secret string
	admin  model.Actor
}

func newPlatform(t testing.TB) *platform {
	t.Helper()
	ctx := t.Context()
	p := &platform{t: t, admin: model.Actor{Role: model.Admin, Name: "root", Client: "acme"}}
	store, err := db.Open(ctx, db.Options{Dir: t.TempDir(), BaseURL: "http://go.example"})
	must(t, err)
	t.Cleanup(func() { store.Close() })
	p.store = store
	_, err = store.AddClient(ctx, p.admin, model.NewClient{Slug: "acme", Name: "Acme", URL: "https://tickets.example/acme"})
	must(t, err)
	_, err = store.AddEvent(ctx, p.admin, model.NewEvent{Slug: "summerfest", Name: "Summerfest", URL: "https://tickets.example/summerfest?lang=en#top"})
	must(t, err)
	_, err = store.AddLink(ctx, p.admin, model.NewLink{Name: "Ana", Email: "ana@example.com", Code: "ana", NoMail: true})
	must(t, err)
	_, err = store.AddLink(ctx, p.admin, model.NewLink{Name: "Ben", Email: "ben@example.com", Code: "ben", Event: "summerfest", NoMail: true})
	must(t, err)
	checkout, err := store.AddCheckout(ctx, p.admin, model.NewCheckout{Name: "shop"})
	must(t, err)
	p.secret = checkout.Secret
	door := web.New(web.Config{Store: store, BaseURL: "http://go.example"})
	p.srv = httptest.NewUnstartedServer(nil)
	p.srv.Config = web.NewHTTPServer(door.Handler(), slog.New(slog.DiscardHandler))
	p.srv.Start()
	t.Cleanup(p.srv.Close)
	t.Cleanup(door.SetDraining)
	p.url = p.srv.URL
	return p
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// customer is a browser that stops at our redirects.
type customer struct {
	*http.Client
	p *platform
}

func (p *platform) customer() customer {
	jar, err := cookiejar.New(nil)
	must(p.t, err)
	transport := &http.Transport{}
	p.t.Cleanup(transport.CloseIdleConnections)
	return customer{&http.Client{Jar: jar, Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, p}
}

// opens follows a path with a User-Agent and returns where it leads.
func (c customer) opens(path, agent string) string {
	c.p.t.Helper()
	req, err := http.NewRequest("GET", c.p.url+path, nil)
	must(c.p.t, err)
	req.Header.Set("User-Agent", agent)
	r, err := c.Do(req)
	must(c.p.t, err)
	r.Body.Close()
	if r.StatusCode != http.StatusFound {
		c.p.t.Fatalf("%s: status %d", path, r.StatusCode)
	}
	return r.Header.Get("Location")
}

// receipt is what a checkout on the same site finds in the customer's cookies.
func (c customer) receipt() string {
	u, err := url.Parse(c.p.url)
	must(c.p.t, err)
	for _, cookie := range c.Jar.Cookies(u) {
		if cookie.Name == "lastclick" {
			return cookie.Value
		}
	}
	return ""
}

// posts sends a signed webhook and returns its answer.
func (p *platform) posts(id, body string) (int, string) {
	p.t.Helper()
	key, err := standardwebhooks.NewWebhook(p.secret)
	must(p.t, err)
	now := time.Now()
	signature, err := key.Sign(id, now, []byte(body))
	must(p.t, err)
	req, err := http.NewRequest("POST", p.url+"/webhooks/shop", strings.NewReader(body))
	must(p.t, err)
	for name, value := range map[string]string{"Content-Type": "application/json", "webhook-id": id, "webhook-timestamp": strconv.FormatInt(now.Unix(), 10), "webhook-signature": signature} {
		req.Header.Set(name, value)
	}
	c := p.customer()
	r, err := c.Do(req)
	must(p.t, err)
	defer r.Body.Close()
	answer, err := io.ReadAll(r.Body)
	must(p.t, err)
	return r.StatusCode, strings.TrimSuffix(string(answer), "\n")
}

func order(id string, version int, event, receipt string) string {
	data := map[string]any{
		"id": id, "version": version, "placed_at": time.Now().UTC().Format(time.RFC3339), "currency": "GBP",
		"customer": map[string]any{"email": "kim@example.com"}, "tracking": map[string]any{"receipt": receipt},
		"tickets": []any{map[string]any{"id": id + "-1", "event": event, "type": "ga", "type_name": "General Admission", "face_value": 4500}},
	}
	body, err := json.Marshal(map[string]any{"type": "order.placed", "timestamp": data["placed_at"], "data": data})
	if err != nil {
		panic(err)
	}
	return string(body)
}

func (p *platform) wants(id, body string, status int, contains string) {
	p.t.Helper()
	if got, answer := p.posts(id, body); got != status || !strings.Contains(answer, contains) {
		p.t.Errorf("%s: %d %s\nwant %d with %s", id, got, answer, status, contains)
	}
}

func TestRealStore_ClickThenOrder_IsCredited(t *testing.T) {
	p := newPlatform(t)
	kim := p.customer()
	if got := kim.opens("/ana?utm_source=mail", phone); got != "https://tickets.example/acme?utm_source=mail" {
		t.Errorf("Ana's link leads to %s", got)
	}
	kim.opens("/ana", phone)
	link, err := p.store.Link(t.Context(), p.admin, "ben")
	must(t, err)
	full := strings.TrimPrefix(link.FullURL, "http://go.example")
	if got := kim.opens(full, phone); got != "https://tickets.example/summerfest?lang=en#top" {
		t.Errorf("Ben's full link leads to %s", got)
	}
	body := order("A-1", 2, "summerfest", kim.receipt())
	p.wants("msg_1", body, 200, `{"status":"applied","order":"A-1","tickets":[{"id":"A-1-1","link":"ben","reason":"last_click"}]}`)
	p.wants("msg_1", body, 200, `{"status":"duplicate"`)
	p.wants("msg_1", body+" ", 409, `"title":"Conflict"`)
	p.wants("msg_2", order("A-1", 1, "summerfest", kim.receipt()), 200, `{"status":"stale"`)
	p.wants("msg_3", order("A-2", 1, "summerfest", ""), 200, `{"id":"A-2-1","link":null,"reason":"no_click"}`)
	p.wants("msg_4", order("A-3", 1, "summerfest", "forged"), 200, `{"id":"A-3-1","link":null,"reason":"bad_receipt"}`)
	p.wants("msg_5", order("A-4", 1, "autumnfest", kim.receipt()), 202, `{"status":"parked","reason":"unknown_event"`)
	p.wants("msg_6", `{"type":"event.updated","data":{"id":"autumnfest","client":"acme","name":"Autumnfest","url":"https://tickets.example/autumnfest"}}`, 200, `{"status":"applied"`)
	p.wants("msg_7", `{"type":"order.placed","data":{"id":"A-5","version":1}}`, 422, `"errors":[{"field":`)
	if got := kim.opens("/e/autumnfest", phone); got != "https://tickets.example/autumnfest" {
		t.Errorf("the new event's page is %s", got)
	}
	inbox, err := p.store.Inbox(t.Context(), p.admin, model.Paging{})
	must(t, err)
	states := map[string]string{}
	for _, item := range inbox.Items {
		states[item.WebhookID] = item.State
	}
	if states["msg_1"] != "conflict" || states["msg_7"] != "refused" {
		t.Errorf("the inbox holds %v, want msg_1 in conflict and msg_7 refused", states)
	}
}

func TestRealStore_Clicks_AreCountedByKind(t *testing.T) {
	p := newPlatform(t)
	for range 3 {
		kim := p.customer()
		kim.opens("/ana", phone)
		kim.opens("/ana?qr", phone)
		kim.opens("/c/acme", phone)
		if got := kim.receipt(); got == "" {
			t.Fatal("no receipt")
		}
	}
	p.customer().opens("/ana", "curl/8.5.0")
	_, err := p.store.ArchiveLink(t.Context(), p.admin, "ana")
	must(t, err)
	late := p.customer()
	late.opens("/ana", phone)
	if late.receipt() != "" {
		t.Error("R6: an archived link left a receipt")
	}
	want := "6 clicks, 3 visitors, 1 bots, 3 scans"
	var got string
	moved, stop := watch(t, p.store)
	defer stop()
	for deadline := time.After(10 * time.Second); ; {
		l, err := p.store.Link(t.Context(), p.admin, "ana")
		must(t, err)
		if got = fmt.Sprintf("%d clicks, %d visitors, %d bots, %d scans", l.Clicks, l.Visitors, l.Bots, l.QRScans); got == want {
			return
		}
		select {
		case <-moved:
		case <-deadline:
			t.Fatalf("R20: %s, want %s", got, want)
		}
	}
}

func watch(t *testing.T, store *db.Store) (<-chan struct{}, func()) {
	ctx, cancel := context.WithCancel(t.Context())
	return store.Watch(ctx, "acme"), cancel
}

func TestRealStore_RotatedSecrets_LastTwoVerify(t *testing.T) {
	p := newPlatform(t)
	before := p.secret
	rotated, err := p.store.RotateCheckout(t.Context(), p.admin, "shop", model.Rotation{})
	must(t, err)
	p.wants("msg_1", order("A-1", 1, "summerfest", ""), 200, "applied")
	p.secret = rotated.Secret
	p.wants("msg_2", order("A-2", 1, "summerfest", ""), 200, "applied")
	// The old secret signed just now, so it ends with force alone.
	_, err = p.store.RotateCheckout(t.Context(), p.admin, "shop", model.Rotation{EndOld: true})
	if model.KindOf(err) != model.Conflict {
		t.Errorf("a secret in use was ended: %v", err)
	}
	_, err = p.store.RotateCheckout(t.Context(), p.admin, "shop", model.Rotation{EndOld: true, Force: true})
	must(t, err)
	p.wants("msg_3", order("A-3", 1, "summerfest", ""), 200, "applied")
	p.secret = before
	p.wants("msg_4", order("A-4", 1, "summerfest", ""), 401, "Unauthorized")
	must(t, p.store.RemoveCheckout(t.Context(), p.admin, "shop"))
	p.wants("msg_5", order("A-5", 1, "summerfest", ""), 404, "no such checkout")
}

func TestRealStore_Ready_WhileOpenAlone(t *testing.T) {
	for _, open := range []bool{true, false} {
		p := newPlatform(t)
		want := http.StatusOK
		if !open {
			want = http.StatusServiceUnavailable
			must(t, p.store.Close())
		}
		r, err := p.customer().Get(p.url + "/readyz?orders")
		must(t, err)
		r.Body.Close()
		if r.StatusCode != want {
			t.Errorf("open %v: /readyz?orders answers %d", open, r.StatusCode)
		}
		if !open {
			p.customer().opens("/ana", phone)
			p.wants("msg_1", order("A-1", 1, "summerfest", ""), 503, "Service Unavailable")
		}
	}
}
