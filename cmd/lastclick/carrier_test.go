package main

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
)

// carried is the click token in the address of a page, which is the one given.
func carried(t *testing.T, location, page, name string) string {
	t.Helper()
	u, err := url.Parse(location)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	token := q.Get(name)
	q.Del(name)
	u.RawQuery = q.Encode()
	if u.String() != page || len(token) < 20 || len(token) > 32 || strings.Trim(token, "abcdefghijklmnopqrstuvwxyz234567") != "" {
		t.Fatalf("the page is %q, with the token %q", location, token)
	}
	return token
}

// trackedOrder is an order of one ticket, placed now by the customer.
func trackedOrder(id, customer, tracking string) string {
	now := time.Now().UTC().Format(time.RFC3339)
	return fmt.Sprintf(`{"type":"order.placed","timestamp":%q,"data":{"id":%q,"version":1,"placed_at":%q,"currency":"GBP","channel":"online","customer":{"id":%q},
		"tracking":%s,"tickets":[{"id":"%s-1","event":"summerfest","type":"ga","face_value":4500,"paid":4000}]}}`, now, id, now, customer, tracking, id)
}

// A shop that cannot read the cookie: the click's token stands in the page's address, and
// the order brings it back.
func TestCarrier_R23_ClickAndOrder_Credited(t *testing.T) {
	p := serve(t)
	box := p.seed()
	const page = "https://tickets.example/summerfest"
	if _, location := p.browser().follow("/ana?utm_content=mine"); location != page+"?utm_content=mine" {
		t.Errorf("without a carrier the page is %q", location)
	}
	p.run("client", "set", "acme", "--carry", "woocommerce")
	_, location := p.browser().follow("/ana?utm_content=mine&utm_source=ig")
	token := carried(t, location, page+"?utm_source=ig", "utm_content")

	for i, tt := range []struct{ customer, tracking, link, reason string }{
		{"kim", `{"click":"` + token + `"}`, `"ana"`, "last_click"},
		{"lou", `{"click":"` + token + `"}`, "null", "copied_address"},
		{"kim", `{"click":"` + strings.ToUpper(token) + `"}`, `"ana"`, "last_click"},
		{"mia", `{"click":"` + token[1:] + `a"}`, "null", "bad_receipt"},
		{"mia", `{"click":"garbage"}`, "null", "bad_receipt"},
		{"mia", `{"click":7}`, "null", "bad_receipt"},
	} {
		id := fmt.Sprint("A-", i)
		status, answer := box.post("m-"+id, trackedOrder(id, tt.customer, tt.tracking))
		if want := fmt.Sprintf(`"link":%s,"reason":%q`, tt.link, tt.reason); status != 200 || !strings.Contains(answer, want) {
			t.Errorf("%s with %s: %d %s, want %s", tt.customer, tt.tracking, status, answer, want)
		}
	}
	if status, answer := box.post("m-ping", `{"type":"ping"}`); status != 200 || strings.TrimSpace(answer) != `{"status":"pong"}` {
		t.Errorf("ping: %d %s", status, answer)
	}

	var explained struct {
		Channel string
		Tickets []struct {
			Paid       int
			Considered []struct{ Link, Verdict string }
		}
	}
	p.json(&explained, "order", "explain", "A-1")
	if got := fmt.Sprint(explained); got != "{online [{4000 [{ana copied_address}]}]}" {
		t.Errorf("the copied address is explained as %s", got)
	}
	var link struct {
		Shared int `json:"shared_address_orders"`
		Orders int
	}
	if p.json(&link, "link", "show", "ana"); link.Shared != 1 || link.Orders != 2 {
		t.Errorf("link show: %+v", link)
	}
	if got := strings.Join(strings.Fields(p.run("link", "show", "ana")), " "); !strings.Contains(got, "The landing address is being shared: 1 order.") ||
		!strings.Contains(got, "that one counts for the purchase of the person who clicked") {
		t.Errorf("the link's page:\n%s", got)
	}

	// The event's own carrier goes first, and all of it is there after a restart.
	p.run("event", "set", "summerfest", "--carry", "'lc={click}'")
	p.stop()
	p.start()
	_, location = p.browser().follow("/ana")
	carried(t, location, page, "lc")
	if status, answer := box.post("m-again", trackedOrder("A-9", "lou", `{"click":"`+token+`"}`)); status != 200 || !strings.Contains(answer, "copied_address") {
		t.Errorf("after a restart: %d %s", status, answer)
	}
	p.run("event", "set", "summerfest", "--carry", "''")
	p.run("client", "set", "acme", "--carry", "''")
	if _, location = p.browser().follow("/ana"); location != page {
		t.Errorf("the carrier is taken away, and the page is %q", location)
	}
	p.stop()
	if out, status := p.local("check", "--data", p.data); status != 0 {
		t.Errorf("check: %d %s", status, out)
	}
	p.start()
}

func TestCodes_R24_AliasOverSSH_CreditsByCouponAndShortlink(t *testing.T) {
	p := serve(t)
	box := p.seed()
	p.run("link", "code", "add", "ana", "ANA10")
	if status, location := p.browser().follow("/Ana10"); status != 302 || location != "https://tickets.example/summerfest" {
		t.Errorf("the shortlink by the alias: %d %q", status, location)
	}
	for i, tt := range []struct{ tracking, link, reason string }{
		{`{"coupon":"ANA10"}`, `"ana"`, "coupon"},
		{`{"code":"ana10"}`, `"ana"`, "code"},
		{`{"coupon":"SUMMER"}`, "null", "no_click"},
	} {
		id := fmt.Sprint("A-", i)
		status, answer := box.post("m-"+id, trackedOrder(id, "kim", tt.tracking))
		if want := fmt.Sprintf(`"link":%s,"reason":%q`, tt.link, tt.reason); status != 200 || !strings.Contains(answer, want) {
			t.Errorf("%s: %d %s, want %s", tt.tracking, status, answer, want)
		}
	}
	var link struct {
		Aliases []string
		Clicks  int
	}
	if p.json(&link, "link", "show", "ana"); fmt.Sprint(link) != "{[ana10] 1}" {
		t.Errorf("link show: %+v", link)
	}
	if _, errOut, status := p.as(p.admin, "link", "add", "Ben", "ben@example.com", "--code", "ana10"); status != 1 || !strings.Contains(errOut, "taken") {
		t.Errorf("a code that is an alias: %d %q", status, errOut)
	}
	p.run("link", "code", "remove", "ana", "ana10")
	if status, _ := p.browser().follow("/ana10"); status != 404 {
		t.Errorf("the shortlink by a removed alias: %d", status)
	}

	// The same in the console.
	s := p.console(p.admin, 120, 36)
	s.waitFor("Ana", "Total")
	s.press("\r")
	s.waitFor("Share only these two")
	s.press("+")
	s.waitFor("a further code", "Add Code")
	s.press("ana20\x13")
	s.waitFor("Further codes: ana20")
	s.press("-")
	s.waitFor("y/N")
	s.press("y")
	s.gone("Further codes")
	s.quit()
}
