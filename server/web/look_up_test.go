package web

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"lastclick/model"
)

// elsewhere is a server whose memory knows nothing of what another node has just made.
func elsewhere(t *testing.T) *testServer {
	d := newTestServer(t)
	page := model.Page{Client: "news", URL: "https://tickets.example/news"}
	e := &d.store.elsewhere
	e.links = map[string]model.Target{
		"nina": {Link: 20, Code: "nina", Client: "news", URL: page.URL},
		"noah": {Link: 21, Code: "noah", Client: "news", Event: "newfest", URL: page.URL},
	}
	e.events, e.clients = map[string]model.Page{"newfest": page}, map[string]model.Page{"news": page}
	e.checkouts = map[string]model.Checkout{"kiosk": {ID: 30, Name: "kiosk", Secrets: [][]byte{newSecret}, SecretIDs: []int64{31}}}
	return d
}

func TestLookUp_MadeByAnotherNode_IsFound(t *testing.T) {
	for target, link := range map[string]int64{
		"/nina": 20, "/NINA.": 20, "/c/news?act=subpromoterv3&sp=nina": 20, "/e/newfest?act=subpromoterv3&sp=noah": 21,
		"/e/newfest": 0, "/c/news": 0, "/e/newfest?act=subpromoterv3&sp=nina": 0, "/e/summerfest?act=subpromoterv3&sp=nina": 0,
	} {
		d := elsewhere(t)
		r := d.get(target)
		clicks := d.store.counted()
		switch {
		case r.StatusCode != http.StatusFound || r.Header.Get("Location") == "":
			t.Errorf("%s: %d", target, r.StatusCode)
		case link == 0 && (len(clicks) > 0 || len(r.Cookies()) > 0):
			t.Errorf("%s: it leaves a cookie, or is counted", target)
		case link != 0 && (len(clicks) != 1 || clicks[0].Link != link || !d.receiptIn(t, r).Holds(link)):
			t.Errorf("%s: counted %+v", target, clicks)
		}
	}
	if r := elsewhere(t).get("/qr/nina.svg"); r.StatusCode != http.StatusOK {
		t.Errorf("the QR code: %d", r.StatusCode)
	}
}

// Where the database does not answer, nothing is said to be unknown that may be there. What
// no name can be is unknown all the same, and so is what a network asks for that guesses.
func TestLookUp_DatabaseAway_503AndNoneForWhatNoNameCanBe(t *testing.T) {
	d := elsewhere(t)
	d.store.silent = true
	for _, target := range []string{"/nina", "/nothing", "/e/newfest", "/c/news", "/qr/nina.png"} {
		r := d.get(target)
		if r.StatusCode != http.StatusServiceUnavailable || r.Header.Get("Retry-After") != "2" || len(r.Cookies()) > 0 || !strings.Contains(bodyOf(t, r), "try again") {
			t.Errorf("%s: %d, Retry-After %q", target, r.StatusCode, r.Header.Get("Retry-After"))
		}
	}
	if r := d.get("/ana"); r.StatusCode != http.StatusFound {
		t.Errorf("what memory knows: %d", r.StatusCode)
	}
	d.store.asked = nil
	for _, target := range []string{"/wp-login.php", "/.env", "/x", "/e/a_b", "/c/" + strings.Repeat("n", 41), "/qr/nina.gif", "/qr/nina"} {
		if r := d.get(target); r.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", target, r.StatusCode)
		}
	}
	if len(d.store.asked) > 0 {
		t.Errorf("looked up: %q", d.store.asked)
	}
}

func TestLookUp_NetworkThatGuesses_IsNotLookedUp(t *testing.T) {
	d := elsewhere(t)
	status := func(target string) int {
		r := httptest.NewRequest(http.MethodGet, target, nil)
		r.RemoteAddr = "192.0.2.7:1"
		w := httptest.NewRecorder()
		d.Handler().ServeHTTP(w, r)
		return w.Code
	}
	for range guessBurst {
		status("/nothing")
	}
	if n := len(d.store.asked); n != guessBurst {
		t.Fatalf("%d look-ups for %d guesses", n, guessBurst)
	}
	if got := status("/nina"); got != http.StatusTooManyRequests || len(d.store.asked) != guessBurst {
		t.Errorf("one more: %d, looked up %q", got, d.store.asked[guessBurst:])
	}
	if got := status("/ana"); got != http.StatusFound {
		t.Errorf("what memory knows: %d", got)
	}
}

func TestLookUp_CheckoutOfAnotherNode_TakesItsFirstWebhook(t *testing.T) {
	d := elsewhere(t)
	post := func(name string, secret []byte) *http.Response {
		return d.do(http.MethodPost, "/webhooks/"+name, anOrder, signed("msg_1", noon, anOrder, secret)...)
	}
	if r := post("kiosk", newSecret); r.StatusCode != http.StatusOK || d.store.deliveries[0].Checkout != 30 || d.store.heard[0].Secret != 31 {
		t.Errorf("the first webhook: %d %s", r.StatusCode, bodyOf(t, r))
	}
	if r := post("nothing", newSecret); r.StatusCode != http.StatusNotFound {
		t.Errorf("a checkout that is nowhere: %d", r.StatusCode)
	}
	d.store.silent = true
	for name, want := range map[string]int{"kiosk": 503, "nothing": 503, "no_name": 404, "shop": 200} {
		if r := post(name, newSecret); r.StatusCode != want || want == 503 && r.Header.Get("Retry-After") == "" {
			t.Errorf("the database is away, %s: %d, Retry-After %q", name, r.StatusCode, r.Header.Get("Retry-After"))
		}
	}
}

// A secret of a moment ago proves what it signs, of a standard checkout and of a shop, and
// another one never does.
func TestLookUp_SecretsRotatedOnAnotherNode_Prove(t *testing.T) {
	rotated, wrong := slices.Repeat([]byte{9}, 32), slices.Repeat([]byte{8}, 32)
	d := newShopServer(t, "https://go.example")
	d.store.elsewhere.checkouts = map[string]model.Checkout{
		"shop": {ID: 7, Name: "shop", Secrets: [][]byte{rotated, newSecret}, SecretIDs: []int64{41, 40}},
		"flat": {ID: 9, Name: "flat", Kind: "plain", Secrets: [][]byte{[]byte("rotated"), []byte("old")}, SecretIDs: []int64{51, 50}},
	}
	standard := func(secret []byte) *http.Response {
		return d.do(http.MethodPost, "/webhooks/shop", anOrder, signed("msg_1", noon, anOrder, secret)...)
	}
	plain := func(secret string) *http.Response {
		return d.do(http.MethodPost, "/webhooks/flat", "{}", "Authorization", "Bearer "+secret)
	}
	if r := standard(rotated); r.StatusCode != http.StatusOK || d.store.heard[0].Secret != 41 {
		t.Errorf("the new secret: %d", r.StatusCode)
	}
	if r := plain("rotated"); r.StatusCode != http.StatusOK || d.store.heard[1].Secret != 51 {
		t.Errorf("the new secret of a shop: %d", r.StatusCode)
	}
	for _, away := range []bool{false, true} {
		d.store.silent = away
		want := http.StatusUnauthorized
		if away {
			want = http.StatusServiceUnavailable
		}
		if a, b := standard(wrong), plain("wrong"); a.StatusCode != want || b.StatusCode != want {
			t.Errorf("another secret, the database away %t: %d and %d", away, a.StatusCode, b.StatusCode)
		}
	}
}
