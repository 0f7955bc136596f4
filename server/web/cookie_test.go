package web

import (
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"lastclick/model"
)

func TestCookie_BaseURLAndDomain_SetItsAttributes(t *testing.T) {
	for _, c := range []struct {
		base, domain, want string
	}{
		{"https://go.example", "", "; Path=/; Max-Age=2592000; HttpOnly; Secure; SameSite=Lax"},
		{"http://localhost:8080", "", "; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax"},
		{"https://go.example", "example", "; Path=/; Domain=example; Max-Age=2592000; HttpOnly; Secure; SameSite=Lax"},
	} {
		d := newTestServer(t, func(conf *Config) { conf.BaseURL, conf.CookieDomain = c.base, c.domain })
		_, attributes, _ := strings.Cut(d.get("/ana").Header.Get("Set-Cookie"), ";")
		if ";"+attributes != c.want {
			t.Errorf("%s, %q: %q, want %q", c.base, c.domain, ";"+attributes, c.want)
		}
	}
}

func TestReceipt_SecondLink_IsAdded(t *testing.T) {
	now := noon
	d := newTestServer(t, func(c *Config) { c.Now = func() time.Time { return now } })
	first := d.get("/ana")
	visitor := d.receiptIn(t, first).Visitor
	now = now.Add(time.Minute)
	second := d.get("/ben", "Cookie", "lastclick="+first.Cookies()[0].Value)
	now = now.Add(time.Minute)
	third := d.get("/ana", "Cookie", "lastclick="+second.Cookies()[0].Value)
	receipt := d.receiptIn(t, third)
	if receipt.Visitor != visitor {
		t.Error("the visitor changed")
	}
	want := []model.Touch{{Link: 2, At: noon.Add(time.Minute).Truncate(time.Second)}, {Link: 1, At: noon.Add(2 * time.Minute).Truncate(time.Second)}}
	if !slices.Equal(receipt.Touches, want) {
		t.Errorf("receipt %v, want %v", receipt.Touches, want)
	}
	var visits []bool
	for _, c := range d.store.counted() {
		visits = append(visits, c.Visitor)
	}
	if !slices.Equal(visits, []bool{true, true, false}) {
		t.Errorf("R20: visitors %v, want the first click on each link alone", visits)
	}
}

func TestReceipt_SeveralCookies_FirstThatVerifies(t *testing.T) {
	d := newTestServer(t)
	good := d.store.keys.Sign(model.Receipt{Visitor: [16]byte{9}}.Clicked(2, noon), noon)
	other := d.store.keys.Sign(model.Receipt{Visitor: [16]byte{8}}.Clicked(2, noon), noon)
	forged := good[:20] + "x" + good[21:]
	if good[20] == 'x' {
		t.Fatal("the forged receipt is the good one: alter another byte")
	}
	for _, c := range []struct {
		name    string
		cookies []string
		visitor byte // 0 is a new one
	}{
		{"none", nil, 0},
		{"ours", []string{"lastclick=" + good}, 9},
		{"among others", []string{"a=1; lastclick=" + good + "; b=2"}, 9},
		{"without spaces", []string{"a=1;lastclick=" + good + ";b=2"}, 9},
		{"forged", []string{"lastclick=" + forged}, 0},
		{"empty", []string{"lastclick="}, 0},
		{"another name", []string{"xlastclick=" + good}, 0},
		{"forged, then ours", []string{"lastclick=" + forged + "; lastclick=" + good}, 9},
		{"two of ours", []string{"lastclick=" + good + "; lastclick=" + other}, 9},
		{"two headers", []string{"lastclick=" + forged, "lastclick=" + other}, 8},
	} {
		var headers []string
		for _, line := range c.cookies {
			headers = append(headers, "Cookie", line)
		}
		receipt := d.receiptIn(t, d.get("/ana", headers...))
		want := 1
		if c.visitor != 0 {
			want = 2
		}
		if known := receipt.Visitor == [16]byte{c.visitor}; known != (c.visitor != 0) || len(receipt.Touches) != want {
			t.Errorf("%s: visitor %v with %d clicks", c.name, receipt.Visitor, len(receipt.Touches))
		}
	}
}

// FuzzCookies sends any Cookie lines: a receipt comes only of a value in them that we
// signed, whatever stands around it.
func FuzzCookies(f *testing.F) {
	d := newTestServer(f)
	genuine := d.store.keys.Sign(model.Receipt{Visitor: [16]byte{7}}.Clicked(1, noon), noon)
	f.Add("lastclick=", "; lastclick=x")
	f.Add(";;a=b; lastclick=\"", "\"; $Path=/")
	f.Add("lastclick==\xff\r\n", "")
	f.Fuzz(func(t *testing.T, before, after string) {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header["Cookie"] = []string{before + genuine + after, before, after}
		got, ok := d.receipt(r)
		if ok && (got.Visitor != [16]byte{7} || len(got.Touches) != 1 || got.Touches[0].Link != 1) {
			t.Fatalf("%q and %q give %+v", before, after, got)
		}
		r.Header["Cookie"] = []string{before, after}
		if got, ok := d.receipt(r); ok && !strings.Contains(before+after, genuine) {
			t.Fatalf("%q and %q give %+v without one", before, after, got)
		}
	})
}
