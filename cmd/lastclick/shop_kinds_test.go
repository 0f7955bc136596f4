package main

import (
	"strings"
	"testing"
	"time"
)

// The same sales at every kind of shop, in that shop's own messages, over HTTP to the
// real program, end in the same numbers.
func TestShops_EachKind_SameSalesSameNumbers(t *testing.T) {
	for _, d := range dialects() {
		t.Run(d.name(), func(t *testing.T) {
			t.Parallel()
			tellStory(t, d)
		})
	}
}

// tellStory is the story. A step that the dialect names as missing is skipped by name;
// its sales do not count in the numbers of links, so those are the same for all.
func tellStory(t *testing.T, d dialect) {
	p := serve(t)
	p.seed()
	p.run("link", "code", "add", "ana", "ANA10")
	if d.carry != "" {
		p.run("client", "set", "acme", "--carry", "'"+d.carry+"'")
	}
	w := &tale{platform: p, d: d, loose: map[string]numbers{}}
	w.api, w.secret = connectShop(p, d, "shop")
	step := func(name string, do func(t *testing.T)) {
		t.Helper()
		t.Run(name, func(inner *testing.T) {
			d.skip(inner, name)
			w.t = inner
			defer func() { w.t = t }()
			do(inner)
		})
	}
	token := w.click() // of kim
	// All clicks come before the first sale, however slow the machine is.
	others := []string{w.click(), w.click()}
	w.start = time.Now().Truncate(time.Second)
	want := numbers{Face: map[string]int{}}

	step("ping", func(t *testing.T) {
		secret := w.secret
		if d.pong == "ping" { // of WooCommerce, which does not sign it
			secret = ""
		}
		if status, answer := d.post(p, "shop", secret, d.ping); status != 200 || !strings.Contains(answer, `"`+d.pong+`"`) {
			t.Errorf("%d %s, want %s", status, answer, d.pong)
		}
	})
	kim := w.buys(1, "kim@example.com", 1, "GBP", token, [3]int64{generalAdmission, 4500, 2}, [3]int64{vip, 7500, 1})
	step("bad signature", func(t *testing.T) {
		w.knows(kim)
		for _, secret := range []string{"", "whsec_YW5vdGhlciBzZWNyZXQ="} {
			status, answer := d.post(p, "shop", secret, d.order(t, kim, "placed")[0])
			if status != 401 && (!d.rejects || secret != "" || status != 400) { // a standard one without headers
				t.Errorf("with the secret %q: %d %s", secret, status, answer)
			}
		}
		var k shownCheckout
		if p.json(&k, "checkout", "show", "shop"); k.Refused == nil || !strings.HasPrefix(*k.Why, "401 ") || !strings.Contains(*k.Why, "signature") {
			t.Errorf("checkout show: %+v", k)
		}
		w.wantNothingWaits()
		w.wantTotal(want)
	})
	step("broken JSON", func(t *testing.T) {
		m := d.order(t, kim, "placed")[0]
		m.body = m.body[:len(m.body)/2]
		status, answer := d.post(p, "shop", w.secret, m)
		if d.rejects {
			if status != 400 {
				t.Errorf("%d %s", status, answer)
			}
			return
		}
		items, ids := w.inbox()
		if status != 200 || !strings.Contains(answer, `"kept"`) || len(items) != 1 || items[0] != "unmapped" {
			t.Fatalf("%d %s, inbox %v", status, answer, items)
		}
		p.run("inbox", "dismiss", itoa(ids[0]))
	})
	step("unknown event", func(t *testing.T) {
		w.happens(kim, "placed")
		if d.events == nil { // it names events by our slugs, and this one is known
			w.wantNothingWaits()
			return
		}
		w.wantParked(len(d.order(t, kim, "placed")), 1)
		w.wantTotal(want)
		w.named("summerfest", 1)
	})
	step("two types", func(*testing.T) {
		want = numbers{Customers: 1, New: 1, Orders: 1, Tickets: 3, Unscanned: 3, Face: map[string]int{"GBP": 16500}}
		w.wantTotal(want)
		w.wantVerdict(kim, d.reason(0), "won")
	})
	step("duplicate", func(*testing.T) {
		for range 2 {
			w.happens(kim, "placed")
		}
		w.wantTotal(want)
	})
	step("part refund", func(*testing.T) {
		kim.giveBack(1)
		w.happens(kim, "refunded")
		want.Tickets, want.Unscanned, want.Face["GBP"] = 2, 2, 12000
		w.wantTotal(want)
		w.wantVerdict(kim, d.reason(0), "won")
	})
	step("check-in", func(*testing.T) {
		w.passes(kim, 1, true, -60*time.Second)
		w.passes(kim, 3, true, -50*time.Second)
		want.Scanned, want.Unscanned = 2, 0
		w.wantTotal(want)
	})
	step("check-in undone", func(*testing.T) {
		w.passes(kim, 1, false, -40*time.Second)
		want.Scanned, want.Unscanned = 1, 1
		w.wantTotal(want)
		w.wantVerdict(kim, d.reason(0), "won")
	})
	step("other event", func(t *testing.T) {
		gala := w.buys(2, "kim@example.com", 2, "GBP", token, [3]int64{vip, 7500, 1})
		w.happens(gala, "placed")
		w.wantParked(len(d.order(t, gala, "placed")), 2)
		w.wantTotal(want)
		p.run("event", "add", "wintergala", "--name", "Gala", "--url", "https://tickets.example/gala")
		if d.events != nil {
			w.named("wintergala", 2)
		}
		w.wantNothingWaits()
		w.unattributed(d.reason(2), numbers{Customers: 1, Orders: 1, Tickets: 1, Unscanned: 1, Face: map[string]int{"GBP": 7500}})
		w.wantTotal(want)
		w.wantVerdict(gala, d.reason(2), "other_event")
	})
	step("copied address", func(*testing.T) {
		lou := w.buys(3, "lou@example.com", 1, "GBP", token, [3]int64{generalAdmission, 4500, 1})
		w.happens(lou, "placed")
		w.unattributed(d.reason(1), numbers{Customers: 1, New: 1, Orders: 1, Tickets: 1, Unscanned: 1, Face: map[string]int{"GBP": 4500}})
		w.wantTotal(want)
		w.wantVerdict(lou, d.reason(1), "copied_address")
	})
	step("out of order", func(t *testing.T) {
		mia := w.buys(4, "mia@example.com", 1, "GBP", others[0], [3]int64{generalAdmission, 4500, 2})
		placed := mia.copied()
		mia.giveBack(1)
		w.passes(mia, 1, true, -30*time.Second) // before the order is known
		w.happens(mia, "refunded")
		for _, m := range d.order(t, placed, "placed") { // late; the API says how it is now
			w.says(m)
		}
		w.settled()
		want.Customers, want.New, want.Orders = 2, 2, 2
		want.Tickets, want.Scanned, want.Face["GBP"] = 3, 2, 16500
		w.wantTotal(want)
		w.wantVerdict(mia, d.reason(0), "won")
	})
	step("full cancel", func(*testing.T) {
		noa := w.buys(5, "noa@example.com", 1, "GBP", others[1], [3]int64{vip, 7500, 2})
		w.happens(noa, "placed")
		more := want
		more.Customers, more.New, more.Orders, more.Tickets, more.Unscanned, more.Face = 3, 3, 3, 5, 3, map[string]int{"GBP": 31500}
		w.wantTotal(more)
		noa.cancel()
		w.happens(noa, "cancelled")
		w.wantTotal(want)
		w.wantVerdict(noa, d.reason(0), "won")
	})
	step("no decimals", func(*testing.T) {
		yen := w.buys(6, "kim@example.com", 1, "JPY", token, [3]int64{vip, 12000, 1})
		w.happens(yen, "placed")
		want.Orders, want.Tickets, want.Unscanned, want.Face["JPY"] = 3, 4, 2, 12000
		w.wantTotal(want)
		w.wantVerdict(yen, d.reason(0), "won")
	})
	step("three decimals", func(*testing.T) {
		dinar := w.buys(7, "kim@example.com", 1, "KWD", token, [3]int64{generalAdmission, 4500, 1})
		w.happens(dinar, "placed")
		want.Orders, want.Tickets, want.Unscanned, want.Face["KWD"] = 4, 5, 3, 4500
		w.wantTotal(want)
		w.wantVerdict(dinar, d.reason(0), "won")
	})
	step("check", func(t *testing.T) {
		w.wantTotal(numbers{Customers: 2, New: 2, Orders: 4, Tickets: 5, Scanned: 2, Unscanned: 3, Face: map[string]int{"GBP": 16500, "JPY": 12000, "KWD": 4500}})
		w.wantNothingWaits()
		if w.api != nil && len(w.api.twice) > 0 {
			t.Errorf("asked for twice at once: %v", w.api.twice)
		}
		p.stop()
		if out, status := p.local("check", "--data", p.data); status != 0 {
			t.Errorf("check: %s", out)
		}
		p.start()
	})
}
