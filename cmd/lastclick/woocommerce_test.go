package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// postWoo posts a message of server/shop/testdata as WooCommerce does; an empty secret
// does not sign it.
func (p *platform) postWoo(secret, file string) (int, string) {
	p.t.Helper()
	body, err := os.ReadFile(filepath.Join("../../server/shop/testdata/woocommerce", file+".json"))
	if err != nil {
		p.t.Fatal(err)
	}
	req, err := http.NewRequest(http.MethodPost, p.http+"/webhooks/webshop", strings.NewReader(string(body)))
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if secret != "" {
		h := hmac.New(sha256.New, []byte(secret))
		h.Write(body)
		topic, _, _ := strings.Cut(strings.TrimPrefix(file, "order."), ".")
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("X-WC-Webhook-Topic", "order."+topic)
		req.Header.Set("X-WC-Webhook-Signature", base64.StdEncoding.EncodeToString(h.Sum(nil)))
	}
	return p.do(req)
}

// A real shop's messages over HTTP, from checkout add to the numbers.
func TestShop_WooCommerce_FromAddToNumbers(t *testing.T) {
	p := serve(t)
	p.seed()
	out := p.run("checkout", "add", "webshop", "--kind", "woocommerce", "--json")
	var made struct{ Secret, URL string }
	if err := json.Unmarshal([]byte(out), &made); err != nil || made.Secret == "" {
		t.Fatal(out)
	}
	if steps := p.run("checkout", "show", "webshop"); !strings.Contains(steps, made.URL) || strings.Contains(steps, made.Secret) {
		t.Errorf("show says %s", steps)
	}
	want := func(secret, file string, status int, answer string) {
		t.Helper()
		if got, body := p.postWoo(secret, file); got != status || !strings.Contains(body, answer) {
			t.Errorf("%s: %d %s, want %d %s", file, got, body, status, answer)
		}
	}
	var stats struct {
		Unattributed []struct {
			Reason          string
			Tickets, Orders int
			Face            map[string]int `json:"face_value"`
		}
	}
	sold := func() (tickets, pence int) {
		p.json(&stats, "stats")
		for _, u := range stats.Unattributed {
			tickets, pence = tickets+u.Tickets, pence+u.Face["GBP"]
		}
		return tickets, pence
	}
	wantSold := func(tickets, pence int) {
		t.Helper()
		if n, face := sold(); n != tickets || face != pence {
			t.Errorf("%d tickets for %d, want %d for %d: %+v", n, face, tickets, pence, stats)
		}
	}
	want("", "order.updated.ping", 200, `"ping"`)
	want("a-wrong-secret", "order.created.two_types", 401, "signature")
	want(made.Secret, "order.created.pending", 200, `"ignored"`)
	want(made.Secret, "order.created.two_types", 200, `"parked"`)
	p.run("event", "set", "summerfest", "--shop", "webshop:1345")
	wantSold(3, 16500)
	want(made.Secret, "order.created.two_types", 200, `"duplicate"`)
	want(made.Secret, "order.updated.part_refund", 200, `"applied"`)
	wantSold(2, 12000)
	want(made.Secret, "order.created.two_types", 200, `"duplicate"`) // late, once more
	wantSold(2, 12000)
	want(made.Secret, "order.updated.broken", 200, `"kept"`)
	want(made.Secret, "order.updated.ambiguous_refund", 200, `"applied"`)
	wantSold(6, 30000)
	want(made.Secret, "order.updated.cancelled", 200, `"applied"`)
	wantSold(4, 18000)
	want(made.Secret, "order.updated.other_event", 200, `"parked"`)
	var inbox struct {
		Inbox []struct{ State, Reason string }
	}
	p.json(&inbox, "inbox", "list")
	var states []string
	for _, i := range inbox.Inbox {
		states = append(states, i.State)
	}
	if got := strings.Join(states, " "); got != "parked note unmapped" {
		t.Errorf("inbox %+v", inbox)
	}
	if out, status := p.local("check", "--data", p.data); status != 0 {
		t.Errorf("check: %s", out)
	}
}
