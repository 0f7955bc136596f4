package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"lastclick/model"
	"lastclick/server/shop"
	"lastclick/server/shop/intake"
)

// bearer is a shop that knows its secret, and of which nothing is ever to be done.
type bearer struct{}

func (bearer) Verify(d shop.Delivery, a shop.Account) error {
	if d.Header.Get("Authorization") == "Bearer "+a.Secrets[0] || d.Query.Get("secret") == a.Secrets[0] {
		return nil
	}
	return shop.ErrSignature
}

func (bearer) Map(shop.Delivery) (shop.Result, error) { return shop.Result{Ignored: "nothing"}, nil }
func (bearer) Guide(string) []string                  { return nil }
func (bearer) Ping(d shop.Delivery) bool              { return string(d.Body) == "webhook_id=7" }

// idleQueue is a store's queue that nothing may reach.
type idleQueue struct {
	*fakeStore
	model.ShopQueue
}

func (q idleQueue) Watch(context.Context, string) <-chan struct{} { return q.moved }

func newShopServer(t *testing.T, base string, with ...func(*Config)) *testServer {
	return newTestServer(t, append(with, func(c *Config) {
		store := c.Store.(*fakeStore)
		store.checkouts["flat"] = model.Checkout{ID: 9, Name: "flat", Kind: "plain", Secrets: [][]byte{[]byte("old"), []byte("secret")}, SecretIDs: []int64{4, 3}}
		c.BaseURL = base
		c.Shops = intake.New(intake.Config{Store: idleQueue{fakeStore: store}, Shops: map[shop.Kind]shop.Shop{shop.Plain: bearer{}}})
	})...)
}

func TestPlain_SecretInTheRequest_OnlyWhereNobodyReadsIt(t *testing.T) {
	proxied := func(c *Config) { c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")} }
	for _, c := range []struct {
		name, base, peer, proto string
		status                  int
	}{
		{"http", "http://go.example", "192.0.2.7:1", "", 403},
		{"https by the base URL", "https://go.example", "192.0.2.7:1", "", 200},
		{"this machine", "http://go.example", "127.0.0.1:1", "", 200},
		{"this machine, IPv6", "http://go.example", "[::1]:1", "", 200},
		{"a trusted proxy says https", "http://go.example", "10.1.2.3:1", "https", 200},
		{"a trusted proxy says http", "https://go.example", "10.1.2.3:1", "http", 403},
		{"proxies, the last says https", "http://go.example", "10.1.2.3:1", "http, https", 200},
		{"somebody says https", "http://go.example", "192.0.2.7:1", "https", 403},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newShopServer(t, c.base, proxied)
			r := httptest.NewRequest(http.MethodPost, "/webhooks/flat", strings.NewReader(`{}`))
			r.RemoteAddr = c.peer
			r.Header.Set("Authorization", "Bearer secret")
			if c.proto != "" {
				r.Header.Set("X-Forwarded-Proto", c.proto)
			}
			w := httptest.NewRecorder()
			d.Handler().ServeHTTP(w, r)
			if w.Code != c.status {
				t.Errorf("status %d: %s", w.Code, w.Body)
			}
			if c.status == 403 && !strings.Contains(w.Body.String(), "post to the address that begins with https://") {
				t.Errorf("the answer says %s", w.Body)
			}
		})
	}
}

// What was accepted, what was refused and why, and which secret signed, is noted; a ping,
// which anybody may send, and a stranger's request to no checkout are not.
func TestWebhook_Contacts_AreNoted(t *testing.T) {
	d := newShopServer(t, "https://go.example")
	shop := d.store.checkouts["shop"]
	shop.SecretIDs = []int64{12, 11}
	d.store.checkouts["shop"] = shop
	for _, c := range []struct {
		path, body string
		headers    []string
		status     int
		want       model.Contact
	}{
		{"/webhooks/shop", anOrder, signed("msg_1", noon, anOrder, oldSecret), 200, model.Contact{Checkout: 7, Secret: 11}},
		{"/webhooks/shop", anOrder, signed("msg_1", noon.Add(-time.Hour), anOrder, oldSecret), 401, model.Contact{Checkout: 7, Refused: "401 webhook-timestamp is more than 5 minutes behind"}},
		{"/webhooks/shop", "x", signed("msg_1", noon, "x", newSecret), 400, model.Contact{Checkout: 7, Secret: 12, Refused: "400 the body is not JSON"}},
		{"/webhooks/flat", "a=b", []string{"Content-Type", "application/x-www-form-urlencoded", "Authorization", "Bearer secret"}, 200, model.Contact{Checkout: 9, Secret: 3}},
		{"/webhooks/flat?secret=old", "{}", nil, 200, model.Contact{Checkout: 9, Secret: 4}},
		{"/webhooks/flat", "{}", []string{"Authorization", "Bearer no"}, 401, model.Contact{Checkout: 9, Refused: "401 the signature does not hold"}},
		{"/webhooks/flat", "{}", []string{"Content-Encoding", "gzip"}, 415, model.Contact{Checkout: 9, Refused: "415 the body must not be compressed"}},
		{"/webhooks/flat", "webhook_id=7", nil, 200, model.Contact{}},
		{"/webhooks/nobody", "{}", nil, 404, model.Contact{}},
	} {
		d.store.heard = nil
		r := d.do("POST", c.path, c.body, c.headers...)
		if r.StatusCode != c.status {
			t.Errorf("%s %q: status %d: %s", c.path, c.body, r.StatusCode, bodyOf(t, r))
		}
		var got model.Contact
		if len(d.store.heard) == 1 {
			got = d.store.heard[0]
		}
		if c.want.Checkout == 0 {
			if len(d.store.heard) != 0 {
				t.Errorf("%s %q is noted: %+v", c.path, c.body, got)
			}
			continue
		}
		if !got.At.Equal(noon) || got.Checkout != c.want.Checkout || got.Secret != c.want.Secret || !strings.HasPrefix(got.Refused, c.want.Refused) || (got.Refused == "") != (c.want.Refused == "") {
			t.Errorf("%s %q: noted %+v, want %+v", c.path, c.body, got, c.want)
		}
	}
}
