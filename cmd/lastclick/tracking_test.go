package main

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// trackingOrder is an order of one ticket, placed now.
func trackingOrder(id, customer, event, tracking string) string {
	now := time.Now().UTC().Format(time.RFC3339)
	return fmt.Sprintf(`{"type":"order.placed","data":{"id":%q,"version":1,"placed_at":%q,"currency":"GBP","customer":{"id":%q},
		"tracking":%s,"tickets":[{"id":"%s-1","event":%q,"type":"ga","face_value":4500}]}}`, id, now, customer, tracking, id, event)
}

// trackingClients adds a client for each mode of tracking, with an event and a link that
// are called after it. Their pages carry the click in ref, but the cookie's.
func (p *platform) trackingClients() *checkout {
	p.t.Helper()
	for _, mode := range []string{"cookie", "url", "consent"} {
		client := "by-" + mode
		p.run("client", "add", client, "--name", client, "--url", "https://tickets.example/"+mode)
		if mode != "cookie" {
			p.run("client", "set", client, "--carry", "'ref={click}'", "--tracking", mode)
		}
		p.run("event", "add", mode+"-fest", "--name", mode, "--url", "https://tickets.example/fest-"+mode, "--client", client)
		p.run("link", "add", mode, mode+"@example.com", "--code", mode+"-link", "--no-mail", "--client", client)
	}
	p.run("link", "code", "add", "consent-link", "asked", "--client", "by-consent")
	return p.checkout("boxoffice")
}

// Three clients on one host, one for each mode of tracking, and one visitor with one jar of
// cookies.
func TestTracking_R26_ThreeModes_ClickToVerdict(t *testing.T) {
	p := serve(t)
	box := p.trackingClients()
	kim := p.browser()

	_, location := kim.follow("/cookie-link?consent=0&cons=0", "Sec-GPC", "1")
	first := kim.receipt()
	if location != "https://tickets.example/cookie?consent=0&cons=0" || first == "" {
		t.Errorf("cookie: to %q with the receipt %q", location, first)
	}

	// What another client's link leaves or not, the receipt stays as it was.
	_, location = kim.follow("/url-link")
	token := carried(t, location, "https://tickets.example/url", "ref")
	const page = "https://tickets.example/consent"
	refused := 0
	for _, c := range []struct{ path, gpc string }{
		{"/consent-link", "0"},
		{"/consent-link?cons=0", "0"},
		{"/consent-link?consent=1", "1"},
		{"/consent-link?qr", "0"},
		{"/asked?cons=1", "1"},
		{"/c/by-consent?act=subpromoterv3&sp=consent-link", "0"},
	} {
		if _, location := kim.follow(c.path, "Sec-GPC", c.gpc); location != page {
			t.Errorf("%s with Sec-GPC %s leads to %q", c.path, c.gpc, location)
		}
		refused++
	}
	if kim.receipt() != first {
		t.Error("a click that proves nothing touches the receipt of another client's")
	}
	var consented []string
	for _, path := range []string{"/consent-link?consent=1", "/asked?cons=1", "/c/by-consent?cons=1&act=subpromoterv3&sp=consent-link"} {
		_, location := kim.follow(path)
		consented = append(consented, carried(t, location, page, "ref"))
	}
	second := kim.receipt()
	if second == first {
		t.Error("with consent there is no new receipt")
	}

	for i, tt := range []struct{ customer, event, tracking, link, reason string }{
		{"kim", "cookie-fest", `{"receipt":"` + first + `","consent":false}`, `"cookie-link"`, "last_click"},
		{"kim", "url-fest", `{"click":"` + token + `"}`, `"url-link"`, "last_click"},
		{"lou", "url-fest", `{"click":"` + token + `"}`, "null", "copied_address"},
		{"kim", "url-fest", `{"receipt":"` + second + `"}`, "null", "no_click"},
		{"kim", "consent-fest", `{"receipt":"` + first + `","consent":false}`, "null", "no_consent"},
		{"kim", "consent-fest", `{"receipt":"` + first + `","consent":true}`, "null", "no_click"},
		{"kim", "consent-fest", `{"receipt":"` + second + `","consent":true}`, `"consent-link"`, "last_click"},
		{"kim", "consent-fest", `{"click":"` + consented[1] + `"}`, `"consent-link"`, "last_click"},
		{"lou", "consent-fest", `{"consent":false}`, "null", "no_consent"},
		{"lou", "consent-fest", `{"consent":false,"code":"ASKED"}`, `"consent-link"`, "code"},
	} {
		id := fmt.Sprint("A-", i)
		status, answer := box.post("m-"+id, trackingOrder(id, tt.customer, tt.event, tt.tracking))
		if want := fmt.Sprintf(`"link":%s,"reason":%q`, tt.link, tt.reason); status != 200 || !strings.Contains(answer, want) {
			t.Errorf("%s with %.60s: %d %s, want %s", id, tt.tracking, status, answer, want)
		}
	}
	if status, answer := box.post("m-other", trackingOrder("A-8", "lou", "consent-fest", `{"consent":true}`)); status != 409 {
		t.Errorf("the same version with another consent: %d %s", status, answer)
	}

	p.wantTracked(refused)
	p.wantTrackingSaid()
	if out, status := p.local("check", "--data", p.data); status != 0 {
		t.Errorf("check: %d %s", status, out)
	}
}

// wantTracked compares what the commands show of the clicks and orders of the test.
func (p *platform) wantTracked(refused int) {
	p.t.Helper()
	var explained struct {
		Consent *bool
		Tickets []struct {
			Reason     string
			Considered []struct{ Link, Verdict string }
		}
	}
	p.json(&explained, "order", "explain", "A-4", "--client", "by-consent")
	if got := fmt.Sprint(explained.Tickets); explained.Consent == nil || *explained.Consent || got != "[{no_consent [{cookie-link other_client}]}]" {
		p.t.Errorf("A-4 is explained as %s, consent %v", got, explained.Consent)
	}
	for mode, want := range map[string]string{
		"cookie":  "[{{cookie-link 1 1}}] []",
		"url":     "[{{url-link 1 1}}] [{no_click 1} {copied_address 1}]",
		"consent": fmt.Sprintf("[{{consent-link %d 1}}] [{no_click 1} {no_consent 2}]", refused+3),
	} {
		var stats struct {
			Links []struct {
				Link struct {
					Code             string
					Clicks, Visitors int
				}
			}
			Unattributed []struct {
				Reason string
				Orders int
			}
		}
		p.eventually("the clicks are counted", func() bool {
			p.json(&stats, "stats", "--client", "by-"+mode)
			return fmt.Sprint(stats.Links, stats.Unattributed) == want
		})
	}
}

// wantTrackingSaid looks at what warns, and at the walk of a checkout.
func (p *platform) wantTrackingSaid() {
	p.t.Helper()
	p.checkout("consents", "--client", "by-consent")
	p.checkout("urls", "--client", "by-url")
	if w := p.walk("consents"); w.states() != "address ok, link ok, click ok, receipt ok, order ok, verdict ok" || !strings.Contains(w.detail("click"), "/consent-link?consent=1") {
		p.t.Errorf("with consent: %+v", w.Steps)
	}
	if w := p.walk("urls"); w.states() != "address ok, link ok, click ok, receipt ok, order ok, verdict ok" {
		p.t.Errorf("by the token alone: %+v", w.Steps)
	}
	out, errOut, status := p.as(p.admin, "client", "set", "by-url", "--carry", "''", "--json")
	if status != 0 || !strings.Contains(out, `"tracking":"url"`) || !strings.HasPrefix(errOut, "Warning: No click on these pages of by-url can be credited") || !strings.Contains(errOut, "url-fest") {
		p.t.Errorf("without a carrier: %d %s %s", status, out, errOut)
	}
	if w := p.walk("urls"); w.OK || !strings.Contains(w.detail("click"), "run client set by-url --carry") {
		p.t.Errorf("without a carrier: %+v", w.Steps)
	}
	if out, _ := p.local("doctor", "--data", p.data); !strings.Contains(finding(out, "warn", "tracking"), "No click on these pages of by-url") {
		p.t.Errorf("doctor says %s", out)
	}
}
