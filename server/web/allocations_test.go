package web

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"lastclick/model/testenv"
)

// What a click and a webhook allocate here, beside what net/http and the store do.

func TestRedirect_FirstClick_Allocations(t *testing.T) {
	d := newTestServer(t, func(c *Config) {
		c.Store = uncounted{c.Store.(*fakeStore)}
		c.Log, c.Now = nil, nil
	})
	h, w := d.Handler(), &sink{http.Header{}}
	r := httptest.NewRequest("GET", "/ana", nil)
	r.Header.Set("User-Agent", browser)
	testenv.Allocations(t, 8, func() {
		clear(w.header)
		h.ServeHTTP(w, r)
	})
	if w.header.Get("Set-Cookie") == "" {
		t.Error("no receipt")
	}
}

func TestWebhook_Verify_Allocations(t *testing.T) {
	h := http.Header{}
	for pairs := signed("msg_1", noon, anOrder, newSecret); len(pairs) > 0; pairs = pairs[2:] {
		h.Set(pairs[0], pairs[1])
	}
	body, secrets := []byte(anOrder), [][]byte{newSecret}
	testenv.Allocations(t, 19, func() {
		if _, err := verify(h, body, secrets, noon); err != nil {
			t.Fatal(err)
		}
	})
}
