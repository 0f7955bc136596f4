package shop

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

func TestStripe_Verify(t *testing.T) {
	body := `{"type":"charge.refunded"}`
	sum := func(secret string, at time.Time) string {
		return "v1=" + hex.EncodeToString(sumOf(secret, strconv.FormatInt(at.Unix(), 10)+"."+body))
	}
	stamp := func(at time.Time) string { return "t=" + strconv.FormatInt(at.Unix(), 10) }
	zero := "v1=" + strings.Repeat("0", 64)
	for _, c := range []struct {
		name, header string
		ok           bool
	}{
		{"newest secret", stamp(noon) + "," + sum("new", noon), true},
		{"older secret", stamp(noon) + "," + sum("old", noon), true},
		{"second of two signatures", stamp(noon) + "," + zero + "," + sum("old", noon), true},
		{"with a v0", stamp(noon) + "," + sum("new", noon) + ",v0=" + strings.Repeat("1", 64), true},
		{"five minutes old", stamp(noon.Add(-5*time.Minute)) + "," + sum("new", noon.Add(-5*time.Minute)), true},
		{"older", stamp(noon.Add(-301*time.Second)) + "," + sum("new", noon.Add(-301*time.Second)), false},
		{"ahead", stamp(noon.Add(301*time.Second)) + "," + sum("new", noon.Add(301*time.Second)), false},
		{"another secret", stamp(noon) + "," + sum("other", noon), false},
		{"empty secret", stamp(noon) + "," + sum("", noon), false},
		{"another stamp", stamp(noon.Add(time.Second)) + "," + sum("new", noon), false},
		{"v0 alone", stamp(noon) + ",v0=" + strings.TrimPrefix(sum("new", noon), "v1="), false},
		{"no stamp", sum("new", noon), false},
		{"no signature", stamp(noon), false},
		{"half a signature", stamp(noon) + "," + sum("new", noon)[:40], false},
		{"nothing", "", false},
	} {
		d := Delivery{Header: http.Header{}, Body: []byte(body), Received: noon}
		if c.header != "" {
			d.Header.Set("Stripe-Signature", c.header)
		}
		err := stripe{}.Verify(d, Account{Secrets: []string{"new", "", "old"}})
		if c.ok != (err == nil) || err != nil && !errors.Is(err, ErrSignature) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestHiEvents_Verify(t *testing.T) {
	body := `{"event_type":"order.created"}`
	sum := func(secret string) string { return hex.EncodeToString(sumOf(secret, body)) }
	for _, c := range []struct {
		name, header string
		ok           bool
	}{
		{"newest secret", sum("new"), true},
		{"older secret", sum("old"), true},
		{"in capitals", strings.ToUpper(sum("new")), true},
		{"another secret", sum("other"), false},
		{"empty secret", sum(""), false},
		{"half", sum("new")[:32], false},
		{"no hex", strings.Repeat("x", 64), false},
		{"nothing", "", false},
	} {
		err := hiEvents{}.Verify(Delivery{Header: http.Header{"Signature": {c.header}}, Body: []byte(body), Received: noon}, Account{Secrets: []string{"new", "", "old"}})
		if c.ok != (err == nil) || err != nil && !errors.Is(err, ErrSignature) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	altered := Delivery{Header: http.Header{"Signature": {sum("new")}}, Body: []byte(body + " "), Received: noon}
	if err := (hiEvents{}).Verify(altered, Account{Secrets: []string{"new"}}); !errors.Is(err, ErrSignature) {
		t.Errorf("an altered body: %v", err)
	}
}

func TestKnowsSecret(t *testing.T) {
	basic := func(s string) http.Header {
		return http.Header{"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte(s))}}
	}
	for _, c := range []struct {
		name   string
		header http.Header
		query  url.Values
		ok     bool
	}{
		{"password", basic("lastclick:new"), nil, true},
		{"password of the older secret", basic("x:old"), nil, true},
		{"parameter", http.Header{}, url.Values{"secret": {"old"}}, true},
		{"wrong password, right parameter", basic("lastclick:x"), url.Values{"secret": {"new"}}, true},
		{"user", basic("new:"), nil, false},
		{"no colon", basic("new"), nil, false},
		{"empty", basic("lastclick:"), url.Values{"secret": {""}}, false},
		{"longer", basic("lastclick:new1"), nil, false},
		{"shorter", basic("lastclick:ne"), nil, false},
		{"bearer", http.Header{"Authorization": {"Bearer new"}}, nil, false},
		{"another parameter", http.Header{}, url.Values{"token": {"new"}}, false},
		{"nothing", http.Header{}, nil, false},
	} {
		for _, s := range []Shop{pretix{}, eventbrite{}} {
			err := s.Verify(Delivery{Header: c.header, Query: c.query, Received: noon}, Account{Secrets: []string{"new", "", "old"}})
			if c.ok != (err == nil) || err != nil && !errors.Is(err, ErrSignature) {
				t.Errorf("%s, %T: %v", c.name, s, err)
			}
		}
	}
	if err := knowsSecret(Delivery{Header: basic("lastclick:")}, Account{Secrets: []string{""}}); !errors.Is(err, ErrSignature) {
		t.Errorf("an account without a secret: %v", err)
	}
}

// TestGuides say where to post, and hold what a checkout of the kind needs.
func TestGuides_Fetched(t *testing.T) {
	const address = "https://go.example/webhooks/shop1"
	for kind, holds := range map[Kind][]string{
		Stripe:     {address, "signing secret", "Refunds", "client_reference_id", "shop1:prod_"},
		HiEvents:   {address, "secret", "order.marked_as_paid", "shop1:12"},
		Pretix:     {"https://lastclick:SECRET@go.example/webhooks/shop1", "API token", "SECRET is the secret", "shop1:democon"},
		Eventbrite: {address + "?secret=SECRET", "private token", "SECRET is the secret", "shop1:64592778740"},
	} {
		s, ok := Of(kind)
		if !ok {
			t.Fatalf("no %s", kind)
		}
		all := strings.Join(s.Guide(address), "\n")
		for _, want := range holds {
			if !strings.Contains(all, want) {
				t.Errorf("the guide of %s lacks %q:\n%s", kind, want, all)
			}
		}
	}
	if got := withParameter(address + "?a=b"); got != address+"?a=b&secret=SECRET" {
		t.Errorf("withParameter = %s", got)
	}
}
