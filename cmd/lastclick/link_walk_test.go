package main

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// walkLink runs link test as the person, which may fail.
func (p *platform) walkLink(who identity, code string) (w walked) {
	p.t.Helper()
	out, errOut, status := p.as(who, "link", "test", code, "--json")
	if err := json.Unmarshal([]byte(out), &w); err != nil || w.OK != (status == 0) {
		p.t.Fatalf("link test %s: %d %s %s", code, status, out, errOut)
	}
	return w
}

// written is all that a test could leave behind: numbers, orders, and the audit.
func (p *platform) written() (all [4]any) {
	p.t.Helper()
	p.json(&all[0], "stats")
	p.json(&all[1], "order", "list")
	p.json(&all[2], "audit")
	p.json(&all[3], "inbox", "list")
	return all
}

func TestLinkTest_EachTracking_WalksAndWritesNothing(t *testing.T) {
	p := serve(t)
	p.run("client", "add", "acme", "--name", "Acme", "--url", "https://tickets.example/acme?lang=en")
	p.run("link", "add", "Bob", "bob@example.com", "--code", "bob", "--no-mail")
	wants := func(code, want, step, detail string) {
		t.Helper()
		before := p.written()
		for range 2 {
			if w := p.walkLink(p.admin, code); w.states() != want || !strings.Contains(w.detail(step), detail) {
				t.Errorf("%s: %s, want %s; %s: %q, want %q", code, w.states(), want, step, w.detail(step), detail)
			}
		}
		if after := p.written(); !reflect.DeepEqual(before, after) {
			t.Errorf("%s: %v, then %v", code, before, after)
		}
	}
	const whole = "address ok, click ok, page ok, receipt ok, order ok"
	wants("bob", "address ok, click ok, page ok, receipt ok, order open", "order", "event add")
	p.run("event", "add", "summerfest", "--name", "Summerfest", "--url", "https://tickets.example/summerfest")
	wants("bob", "address ok, click ok, page ok, receipt ok, order open", "order", "checkout add")
	p.checkout("boxoffice")
	p.run("link", "add", "Ana", "ana@example.com", "--event", "summerfest", "--code", "ana", "--no-mail")
	wants("bob", whole, "page", "That is the client's page.")
	wants("ana", whole, "page", "That is the page of the event summerfest.")
	wants("ana", whole, "click", "It left a receipt in the cookie. It was followed within the daemon, so no click is counted.")
	wants("ana", whole, "order", "would be credited to ana: ")

	p.run("client", "set", "acme", "--tracking", "consent")
	wants("ana", whole, "click", "With the visitor's consent, /ana?")
	p.run("client", "set", "acme", "--tracking", "url")
	wants("ana", "address ok, click failed", "click", "event set summerfest --carry")
	p.run("event", "set", "summerfest", "--carry", "'ref={click}'")
	wants("ana", whole, "receipt", "The click token verifies")
	p.run("client", "set", "acme", "--tracking", "cookie")
	wants("ana", whole, "receipt", "The receipt verifies and the click token verifies")

	p.run("link", "archive", "ana")
	wants("ana", "address ok, click ok, page ok, order open", "click", "sets no cookie, and counts no click")
	wants("ana", "address ok, click ok, page ok, order open", "order", "link restore ana")

	if out, errOut, status := p.as(p.admin, "link", "test", "nothere"); status == 0 || out != "" || !strings.Contains(errOut, "nothere") {
		t.Errorf("an unknown link: %d %s %s", status, out, errOut)
	}
	p.browser().follow("/bob")
	vera := newIdentity(t, "vera") // who may see no checkout, and writes nothing
	p.run("promoter", "add", "Vera", "--role", "viewer", "--key", `"`+vera.public+`"`)
	if w := p.walkLink(vera, "bob"); w.states() != whole {
		t.Errorf("a viewer: %+v", w)
	}
	var link struct{ Clicks, Visitors, Bots int }
	if p.json(&link, "link", "show", "bob"); link.Clicks != 1 || link.Visitors != 1 || link.Bots != 0 {
		t.Errorf("a browser's click and a test: %+v", link)
	}
}
