package web

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"lastclick/model"
	"lastclick/model/testenv"
)

// What a click and a webhook allocate here, beside what net/http and the store do.

// A redirect allocates the values of its headers, its cookie and its clicks, and nothing
// else; with net/http's own way a bare one allocates 13 times.
func TestRedirect_Allocations(t *testing.T) {
	d := newTestServer(t, func(c *Config) {
		c.Store = uncounted{c.Store.(*fakeStore)}
		c.Log, c.Now = nil, nil
	})
	receipt := model.Receipt{}
	for link := range int64(model.MaxTouches) {
		receipt = receipt.Clicked(link+10, noon)
	}
	for _, c := range []struct {
		name, target, cookie, agent string
		most                        int
	}{
		{"first click", "/ana", "", browser, 3},
		{"with a receipt", "/ana", cookieName + "=" + d.store.keys.Sign(receipt, noon), browser, 5},
		{"first click, with a carrier", "/wear", "", browser, 4},
		{"with a receipt and a carrier", "/wear", cookieName + "=" + d.store.keys.Sign(receipt, noon), browser, 6},
		{"by the token alone", "/bar", cookieName + "=" + d.store.keys.Sign(receipt, noon), browser, 2},
		{"consent", "/ask?consent=1", "", browser, 4},
		{"no consent", "/ask?consent=0", cookieName + "=" + d.store.keys.Sign(receipt, noon), browser, 1},
		{"a bot's", "/ana", "", "curl/8", 1},
		{"archived", "/old", "", browser, 1},
		{"full link", "/c/acme?act=subpromoterv3&sp=ana", "", browser, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", c.target, nil)
			r.Header.Set("User-Agent", c.agent)
			if c.cookie != "" {
				r.Header.Set("Cookie", c.cookie)
			}
			h, w := d.Handler(), &sink{http.Header{}}
			testenv.Allocations(t, c.most, func() {
				clear(w.header)
				h.ServeHTTP(w, r)
			})
			if w.header.Get("Location") == "" {
				t.Error("it leads nowhere")
			}
			if c.name == "first click" && w.header.Get("Set-Cookie") == "" {
				t.Error("no receipt")
			}
		})
	}
}

func TestWebhook_Verify_Allocations(t *testing.T) {
	h := http.Header{}
	for pairs := signed("msg_1", noon, anOrder, newSecret); len(pairs) > 0; pairs = pairs[2:] {
		h.Set(pairs[0], pairs[1])
	}
	body, secrets := []byte(anOrder), [][]byte{newSecret}
	testenv.Allocations(t, 19, func() {
		headers, err := parseWebhookHeaders(h)
		if err == nil {
			_, err = headers.verify(body, secrets, noon)
		}
		if err != nil {
			t.Fatal(err)
		}
	})
}
