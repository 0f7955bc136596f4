package model

import (
	"bytes"
	"crypto/rand"
	"strings"
	"testing"
	"time"
)

func TestSlug_GoodAndBad_FoldedOrRefused(t *testing.T) {
	for in, want := range map[string]string{"ana": "ana", " ANA-2 ": "ana-2", "123": "123", strings.Repeat("a", 40): strings.Repeat("a", 40)} {
		if got, err := Slug("code", in); err != nil || got != want {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
	for _, bad := range []string{"", "ab", strings.Repeat("a", 41), "a b", "ä-b", "a_b", "a/b", "stats", "Webhooks", "healthz", "ana\n1"} {
		if got, err := Slug("code", bad); KindOf(err) != Invalid {
			t.Errorf("%q: %q, %v", bad, got, err)
		}
	}
}

func TestFoldCode_PunctuationAndCase_Removed(t *testing.T) {
	for in, want := range map[string]string{"ANA": "ana", "ana.": "ana", "ana/": "ana", "ana!?)]}'\",;:.": "ana", "a.na": "a.na"} {
		if got := FoldCode(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func FuzzCode(f *testing.F) {
	f.Add("ANA.")
	f.Add("a/b/")
	f.Add("\x00\xff")
	f.Fuzz(func(t *testing.T, s string) {
		folded := FoldCode(s)
		if FoldCode(folded) != folded {
			t.Errorf("%q folds to %q, and that to %q", s, folded, FoldCode(folded))
		}
		if slug, err := Slug("code", s); err == nil && (!ValidSlug(slug) || FoldCode(slug) != slug) {
			t.Errorf("%q is taken as %q", s, slug)
		}
	})
}

func TestNewCode_ManyDraws_ValidAndDifferent(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		code, err := NewCode(rand.Reader)
		if err != nil || !ValidSlug(code) || strings.ContainsAny(code, "aeiou01l") {
			t.Fatalf("%q, %v", code, err)
		}
		seen[code] = true
	}
	if len(seen) < 990 {
		t.Errorf("%d different codes of 1000", len(seen))
	}
	if _, err := NewCode(bytes.NewReader(nil)); err == nil {
		t.Error("a code without any randomness")
	}
}

func TestCheckURL_GoodAndBad_TakenOrRefused(t *testing.T) {
	for _, good := range []string{"https://tickets.example/e/1?x=y#top", "http://127.0.0.1:8080/a%20b", "https://tickets.example"} {
		if got, err := CheckURL("url", good); err != nil || got != good {
			t.Errorf("%q: %q, %v", good, got, err)
		}
	}
	if got, err := CheckURL("url", "https://tickets.example/é?q=ü&x=%20#ß"); err != nil || got != "https://tickets.example/%C3%A9?q=%C3%BC&x=%20#%C3%9F" {
		t.Errorf("%q, %v", got, err)
	}
	for _, bad := range []string{
		"", "/path", "//evil.example", "javascript:alert(1)", "https://", "https://u:p@h.example", "https://h.example:99999/", "https://h.example:0/", "https://h.example/" + strings.Repeat("é", MaxURL/3), `https://h.example\@evil.example`,
		"https://h.example/\r\nSet-Cookie: a=b", "https://h.example/a b", "ftp://h.example", "https://h.example/\u202e", "https://é.example/", "https://h.example/" + strings.Repeat("a", MaxURL),
	} {
		if got, err := CheckURL("url", bad); KindOf(err) != Invalid {
			t.Errorf("%q: %q, %v", bad, got, err)
		}
	}
}

func TestCheckEmail_GoodAndBad_TakenOrRefused(t *testing.T) {
	for _, good := range []string{"ana@example.com", "a.b+c@x-y.example", "root@localhost"} {
		if got, err := CheckEmail("email", good); err != nil || got != good {
			t.Errorf("%q: %q, %v", good, got, err)
		}
	}
	for _, bad := range []string{"", "ana", "@example.com", "ana@", "a b@example.com", "a@b@c", "ana@example.com\r\nBcc: x@y", "Ana <ana@example.com>", ".a@b.example", "a..b@c.example", "a@-b.example", "ana@exämple.com", "ana@b..c"} {
		if got, err := CheckEmail("email", bad); KindOf(err) != Invalid {
			t.Errorf("%q: %q, %v", bad, got, err)
		}
	}
}

func TestParseWindow_R4_Bounds_TakenOrRefused(t *testing.T) {
	for in, want := range map[string]Window{"30d": DefaultWindow, "45s": WindowOf(45), "12h": WindowOf(12 * 3600), "400d": MaxWindow, "90m": WindowOf(90 * 60)} {
		got, err := ParseWindow(in)
		if err != nil || got != want || got.String() != in {
			t.Errorf("%q: %s, %v, written %q", in, got, err, got.String())
		}
	}
	for _, bad := range []string{"", "d", "30", "0d", "-1d", "401d", "1.5h", "30 d", "1w", "99999999999d"} {
		if got, err := ParseWindow(bad); KindOf(err) != Invalid {
			t.Errorf("%q: %s, %v", bad, got, err)
		}
	}
}

func TestFilter_R21_ClientsTimezone_DayBounds(t *testing.T) {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		day         string
		from, until string
	}{
		{"2026-03-29", "2026-03-29T00:00:00Z", "2026-03-29T23:00:00Z"}, // 23 hours
		{"2026-10-25", "2026-10-24T23:00:00Z", "2026-10-26T00:00:00Z"}, // 25 hours
		{"2026-12-31", "2026-12-31T00:00:00Z", "2027-01-01T00:00:00Z"},
	} {
		from, until, err := Filter{From: tt.day, To: tt.day}.Range(london)
		if err != nil || from.UTC().Format(time.RFC3339) != tt.from || until.UTC().Format(time.RFC3339) != tt.until {
			t.Errorf("%s: %s to %s, %v", tt.day, from.UTC(), until.UTC(), err)
		}
	}
	for _, bad := range []Filter{{From: "1.6.2026"}, {To: "2026-02-30"}, {From: "2026-06-02", To: "2026-06-01"}} {
		if _, _, err := bad.Range(london); KindOf(err) != Invalid {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

func TestMoney_R16_SeveralCurrencies_NeverAddedUp(t *testing.T) {
	var m Money
	if b, _ := m.MarshalJSON(); string(b) != "{}" || m.String() != "–" {
		t.Errorf("none: %s, %s", b, m)
	}
	m.Add("JPY", 1500)
	m.Add("GBP", 436500)
	m.Add("KWD", -5)
	if b, _ := m.MarshalJSON(); string(b) != `{"GBP":436500,"JPY":1500,"KWD":-5}` {
		t.Errorf("%s", b)
	}
	if got := m.String(); got != "GBP 4,365.00 + JPY 1,500 + KWD -0.005" {
		t.Error(got)
	}
	for minor, want := range map[int64]string{0: "0.00", 7: "0.07", 100: "1.00", 123456789: "1,234,567.89", -123456: "-1,234.56"} {
		if got := FormatAmount(minor, "GBP"); got != want {
			t.Errorf("%d: %s, want %s", minor, got, want)
		}
	}
	if ValidCurrency("gbp") || ValidCurrency("XXX") || ValidCurrency("A E") || !ValidCurrency("AED") || !ValidCurrency("ZWL") {
		t.Error("currencies")
	}
}
