package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"lastclick/model"
)

// clickOf takes the one click that was counted.
func (d *testServer) clickOf(t *testing.T) model.Click {
	t.Helper()
	clicks := d.store.counted()
	if len(clicks) != 1 {
		t.Fatalf("counted %+v, want one click", clicks)
	}
	return clicks[0]
}

// parameters are those of the page that an answer leads to.
func parameters(t *testing.T, r *http.Response) url.Values {
	t.Helper()
	u, err := url.Parse(r.Header.Get("Location"))
	if err != nil || r.StatusCode != http.StatusFound {
		t.Fatalf("%d to %q: %v", r.StatusCode, r.Header.Get("Location"), err)
	}
	return u.Query()
}

// Only what says 1, and nothing against it, consents; whatever leads to the link.
func TestConsent_R26_Matrix(t *testing.T) {
	d := newTestServer(t)
	held := cookieName + "=" + d.store.keys.Sign(model.Receipt{Visitor: [16]byte{9}}.Clicked(2, noon.Add(-time.Hour)), noon)
	for _, c := range []struct {
		target  string
		gpc     []string
		consent bool
	}{
		{"/ask?consent=1", nil, true},
		{"/ask?cons=1", nil, true},
		{"/ask?consent=1&cons=1", nil, true},
		{"/ask?%63onsent=%31&qr", nil, true},
		{"/ASK/?x=1&cons=1", nil, true},
		{"/c/asks?act=subpromoterv3&sp=ask&cons=1", nil, true},
		{"/e/askfest?consent=1&act=subpromoterv3&sp=asked", nil, true},
		{"/ask?consent=1", []string{"Sec-GPC", "0"}, true},
		{"/ask", nil, false},
		{"/ask?consent", nil, false},
		{"/ask?consent=", nil, false},
		{"/ask?consent=0", nil, false},
		{"/ask?cons=0", nil, false},
		{"/ask?consent=true", nil, false},
		{"/ask?consent=11", nil, false},
		{"/ask?consent=1&consent=0", nil, false},
		{"/ask?consent=0&cons=1", nil, false},
		{"/ask?Consent=1", nil, false},
		{"/ask?xconsent=1", nil, false},
		{"/ask?x=consent=1", nil, false},
		{"/ask?" + strings.Repeat("x&", maxParams) + "consent=1", nil, false},
		{"/ask?consent=1", []string{"Sec-GPC", "1"}, false},
		{"/ask?consent=1&cons=1", []string{"sec-gpc", " 1 "}, false},
		{"/ask?consent=1", []string{"Sec-GPC", "0", "Sec-GPC", "1"}, false},
		{"/c/asks?act=subpromoterv3&sp=ask", nil, false},
		{"/e/askfest?act=subpromoterv3&sp=asked&consent=0", nil, false},
	} {
		r := d.get(c.target, append([]string{"Cookie", held}, c.gpc...)...)
		page, click := parameters(t, r), d.clickOf(t)
		if page.Has("cons") || slices.ContainsFunc(page["consent"], func(v string) bool { return v != "own" }) {
			t.Errorf("%s: the consent leaks to %q", c.target, r.Header.Get("Location"))
		}
		if click.Visitor != c.consent || click.Bot || click.QR != strings.Contains(c.target, "qr") {
			t.Errorf("%s %q: counted %+v", c.target, c.gpc, click)
		}
		if !c.consent {
			if r.Header["Set-Cookie"] != nil || page.Has("ref") {
				t.Errorf("%s %q: cookie %q, to %q", c.target, c.gpc, r.Header["Set-Cookie"], r.Header.Get("Location"))
			}
			continue
		}
		receipt := d.receiptIn(t, r)
		if receipt.Visitor != [16]byte{9} || len(receipt.Touches) != 2 || receipt.Touches[1].Link != click.Link {
			t.Errorf("%s %q: receipt %+v", c.target, c.gpc, receipt)
		}
		if proof, ok := d.store.keys.VerifyClick(page.Get("ref")); click.Link == 10 && (!ok || proof.Link != 10 || proof.Visitor != [4]byte{9}) {
			t.Errorf("%s %q: the token proves %+v", c.target, c.gpc, proof)
		}
	}
}

// On links of other clients the parameters are a page's own, and the browser's objection
// changes nothing.
func TestConsent_R26_OtherTracking_PassedOn(t *testing.T) {
	d := newTestServer(t)
	for _, target := range []string{"/ana?consent=0&cons=0", "/bar?consent=0&cons=0", "/old?consent=0&cons=0", "/c/acme?consent=0&cons=0"} {
		r := d.get(target, "Sec-GPC", "1")
		if q := parameters(t, r); q.Get("consent") != "0" || q.Get("cons") != "0" {
			t.Errorf("%s leads to %q", target, r.Header.Get("Location"))
		}
	}
	if got := d.store.counted(); len(got) != 2 || !got[0].Visitor || !got[1].Visitor {
		t.Errorf("counted %+v", got)
	}
	// Nor does the page see them where there is no click to count.
	for _, c := range []struct {
		method, target string
		headers        []string
	}{
		{"GET", "/c/asks?consent=1", nil},
		{"GET", "/c/asks?act=subpromoterv3&sp=nobody&cons=1", nil},
		{"HEAD", "/ask?consent=1", nil},
		{"GET", "/ask?consent=1", []string{"User-Agent", "curl/8.5.0"}},
	} {
		r := d.do(c.method, c.target, "", c.headers...)
		if r.Header.Get("Location") != "https://tickets.example/asks?consent=own" || r.Header["Set-Cookie"] != nil {
			t.Errorf("%s %s: to %q, cookie %q", c.method, c.target, r.Header.Get("Location"), r.Header["Set-Cookie"])
		}
	}
}

// A link whose client tracks by the address alone neither reads nor writes the cookie.
func TestTracking_R26_URL_TokenAlone(t *testing.T) {
	d := newTestServer(t)
	holds := model.Receipt{Visitor: [16]byte{9}}.Clicked(8, noon.Add(-time.Hour)).Clicked(9, noon.Add(-time.Hour))
	var tokens []string
	for _, c := range []struct{ target, cookie string }{
		{"/bar", ""},
		{"/bar?ref=mine", cookieName + "=" + d.store.keys.Sign(holds, noon)},
		{"/bar?consent=0", cookieName + "=forged"},
		{"/c/bars?act=subpromoterv3&sp=bar", ""},
	} {
		r := d.get(c.target, "Cookie", c.cookie, "Sec-GPC", "1")
		token := parameters(t, r).Get("ref")
		proof, ok := d.store.keys.VerifyClick(token)
		if !ok || proof.Touch != (model.Touch{Link: 9, At: noon.Truncate(time.Second)}) || proof.Visitor == [4]byte{9} || slices.Contains(tokens, token) {
			t.Errorf("%s: the token %q proves %+v", c.target, token, proof)
		}
		tokens = append(tokens, token)
		if click := d.clickOf(t); r.Header["Set-Cookie"] != nil || !click.Visitor {
			t.Errorf("%s: cookie %q, counted %+v", c.target, r.Header["Set-Cookie"], click)
		}
	}
	r := d.get("/bare", "Cookie", cookieName+"="+d.store.keys.Sign(holds, noon))
	if click := d.clickOf(t); r.Header["Set-Cookie"] != nil || r.Header.Get("Location") != "https://tickets.example/bars" || !click.Visitor {
		t.Errorf("without a carrier: cookie %q, to %q, counted %+v", r.Header["Set-Cookie"], r.Header.Get("Location"), click)
	}
}
