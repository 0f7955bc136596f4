package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// wantFails wants the command to be refused with an explanation.
func (p *platform) wantFails(says string, args ...string) {
	p.t.Helper()
	if out, errOut, status := p.as(p.admin, args...); status != 1 || !strings.Contains(errOut, says) {
		p.t.Errorf("%q: status %d, %s%s, want one that says %q", args, status, out, errOut, says)
	}
}

// A WooCommerce shop that sells merchandise beside tickets: from the order that waits to
// the numbers.
func TestCheckoutSet_Ignore_MerchandiseBesideTickets(t *testing.T) {
	p := serve(t)
	p.seed()
	var made struct{ Secret string }
	p.json(&made, "checkout", "add", "webshop", "--kind", "woocommerce")
	post := func(file, answer string) {
		t.Helper()
		if status, body := p.postWoo(made.Secret, file); status != 200 || !strings.Contains(body, answer) {
			t.Errorf("%s: %d %s, want 200 %s", file, status, body, answer)
		}
	}
	type item struct {
		ID            int
		State, Reason string
	}
	waiting := func(n int) []item {
		t.Helper()
		var inbox struct{ Inbox []item }
		p.json(&inbox, "inbox", "list")
		if len(inbox.Inbox) != n {
			t.Fatalf("the inbox holds %+v, want %d", inbox.Inbox, n)
		}
		return inbox.Inbox
	}
	wantSold := func(tickets, pence int) {
		t.Helper()
		var stats struct {
			Unattributed []struct {
				Tickets int
				Face    map[string]int `json:"face_value"`
			}
		}
		p.json(&stats, "stats")
		n, face := 0, 0
		for _, u := range stats.Unattributed {
			n, face = n+u.Tickets, face+u.Face["GBP"]
		}
		if n != tickets || face != pence {
			t.Errorf("%d tickets for %d, want %d for %d", n, face, tickets, pence)
		}
	}

	// An order of nothing but what is ignored is no fault, and waits again once it is not.
	post("order.created.two_types", `"parked"`)
	p.run("checkout", "set", "webshop", "--ignore", "1345")
	waiting(0)
	wantSold(0, 0)
	post("order.created.two_types", `"duplicate"`)
	p.run("checkout", "set", "webshop", "--no-ignore", "1345")
	post("order.created.two_types", `"parked"`)
	p.run("event", "set", "summerfest", "--shop", "webshop:1345")
	waiting(0)
	wantSold(3, 16500)

	// A ticket for 75.00 and something else for 30.00.
	post("order.updated.other_event", `"parked"`)
	parked := waiting(1)[0]
	for _, way := range []string{"event set SLUG --shop webshop:1400", "checkout set webshop --ignore 1400"} {
		if !strings.Contains(parked.Reason, way) {
			t.Errorf("the inbox says %q", parked.Reason)
		}
		if out := p.run("inbox", "show", fmt.Sprint(parked.ID)); !strings.Contains(out, "ssh -p") || !strings.Contains(out, way+"\n") {
			t.Errorf("inbox show says %s", out)
		}
	}
	if out := p.run("checkout", "set", "webshop", "--ignore", "1400", "--ignore", "1401"); !strings.Contains(out, "1400, 1401") {
		t.Errorf("set says %s", out)
	}
	waiting(0)
	wantSold(4, 24000)
	post("order.updated.other_event", `"duplicate"`)
	wantSold(4, 24000)
	var k struct {
		Ignored []string
		Refused *string `json:"last_refused_at"`
	}
	if p.json(&k, "checkout", "show", "webshop"); strings.Join(k.Ignored, " ") != "1400 1401" || k.Refused != nil {
		t.Errorf("shown %+v", k)
	}
	if out := p.run("checkout", "show", "webshop"); !strings.Contains(out, "1400, 1401") {
		t.Errorf("show says %s", out)
	}

	// An id is an event's or ignored.
	p.wantFails("event set summerfest --client acme --shop webshop:", "checkout", "set", "webshop", "--ignore", "1345")
	p.wantFails("checkout set webshop --no-ignore 1400", "event", "set", "summerfest", "--shop", "webshop:1400")
	p.wantFails("there is no ignored id", "checkout", "set", "webshop", "--no-ignore", "9")
	p.wantFails("standard", "checkout", "set", "boxoffice", "--ignore", "9")
	if _, errOut, status := p.as(p.admin, "checkout", "set", "webshop"); status != 2 || !strings.Contains(errOut, "nothing is changed") {
		t.Errorf("without a change: %d %s", status, errOut)
	}
	if out := p.run("audit"); !strings.Contains(out, "checkout set") {
		t.Errorf("audit says %s", out)
	}
	if out, status := p.local("check", "--data", p.data); status != 0 {
		t.Errorf("check: %s", out)
	}
}

// A shop that moves, and whose token ended: the running daemon asks the new address with
// the new token, also for what the old one did not give.
func TestCheckoutSet_URLAndToken_UsedAtOnce(t *testing.T) {
	var mu sync.Mutex
	asked := map[string]int{} // by address and token
	api := func(name, token string) *httptest.Server {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			asked[name+" "+r.Header.Get("Authorization")]++
			if r.Header.Get("Authorization") != "Token "+token {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, fakeBody(fakeOrder(strings.TrimPrefix(r.URL.Path, "/orders/"), "summerfest", "valid", 1)))
		}))
		t.Cleanup(s.Close)
		return s
	}
	count := func(key string) int {
		mu.Lock()
		defer mu.Unlock()
		return asked[key]
	}
	before, after := api("old", "none"), api("new", "second-token")
	p := &platform{env: []string{fakeShops + "=1"}}
	p.begin(t)
	p.seed()
	out, status := p.piped("first-token\n", "checkout", "add", "tickets", "--kind", "pretix", "--url", before.URL, "--token-stdin", "--json")
	var made struct{ Secret string }
	if err := json.Unmarshal([]byte(out), &made); err != nil || status != 0 {
		t.Fatalf("%d %s", status, out)
	}
	p.postShop("tickets", made.Secret, `{"fetch":"/orders/A-1"}`)
	p.eventually("the old API", func() bool { return count("old Token first-token") > 0 })

	// It is checked as checkout add does.
	for _, bad := range []string{"http://shop.example", "https://shop.example/path", `""`} {
		p.wantFails("url", "checkout", "set", "tickets", "--url", bad)
	}
	for _, bad := range []string{"short\n", "\n", "one-token\ntwo-tokens\n"} {
		if out, status := p.piped(bad, "checkout", "set", "tickets", "--token-stdin"); status != 1 {
			t.Errorf("%q: %d %s", bad, status, out)
		}
	}
	p.wantFails("no API to ask", "checkout", "set", "boxoffice", "--url", "https://shop.example")

	out, status = p.piped("second-token\n", "checkout", "set", "tickets", "--url", after.URL, "--token-stdin", "--json")
	var k struct {
		API string `json:"api_url"`
	}
	if err := json.Unmarshal([]byte(out), &k); err != nil || status != 0 || k.API != after.URL {
		t.Fatalf("%d %s", status, out)
	}
	p.postShop("tickets", made.Secret, `{"fetch":"/orders/A-2"}`)
	var list struct{ Orders []struct{ ID string } }
	p.eventually("both orders", func() bool {
		p.json(&list, "order", "list")
		return len(list.Orders) == 2
	})
	if count("new Token first-token")+count("old Token second-token") != 0 || count("new Token second-token") < 2 {
		t.Errorf("asked %v", asked)
	}
	p.wantTickets(2)
	if all := p.run("audit") + p.run("audit", "--json") + p.run("checkout", "show", "tickets") + p.stderr.String(); strings.Contains(all, "-token\"") || strings.Contains(all, "second-token") || !strings.Contains(all, "checkout set") {
		t.Errorf("the token is shown, or the change is not: %s", all)
	}
	p.run("checkout", "rotate", "tickets") // what is changed stays
	if got := count("new Token second-token"); got < 2 {
		t.Errorf("asked %d times", got)
	}
}
