package main

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"lastclick/server/shop"
)

// hastyShops in the environment lets the program wait for shops' APIs in fractions of a
// second where it waits 20 s for an answer, and up to ten minutes until it asks again.
const hastyShops = "LASTCLICK_TEST_HASTY_SHOPS"

const hastyWait = 500 * time.Millisecond

func hurryShops() {
	shopBackoff = func(int) time.Duration { return 50 * time.Millisecond }
	for kind, s := range shops {
		if f, ok := s.(shop.Fetcher); ok {
			shops[kind] = hastyShop{f}
		}
	}
}

// hastyShop gives all of a fetch less time than the program gives one answer.
type hastyShop struct{ shop.Fetcher }

func (h hastyShop) Fetch(ctx context.Context, client *http.Client, a shop.Account, f shop.Fetch, began time.Time) ([]shop.Webhook, error) {
	ctx, cancel := context.WithTimeout(ctx, hastyWait)
	defer cancel()
	return h.Fetcher.Fetch(ctx, client, a, f, began)
}

// fetchingDialects are those whose refunds in part are read over the shop's API.
func fetchingDialects() []dialect {
	return []dialect{stripeDialect(), pretixDialect(), eventbriteDialect(), wooDialect("ck_1:cs_2"), ticketTailorDialect("sk_12345678"), titoDialect()}
}

// mall is a daemon with a shop of each of these kinds, and a checkout of our own.
type mall struct {
	*platform
	box   *checkout
	shops []*mallShop
}

type mallShop struct {
	*platform
	dialect
	name   string
	api    *shopAPI
	secret string
}

func newMall(t testing.TB, env []string, kinds ...dialect) *mall {
	t.Helper()
	m := &mall{platform: &platform{env: env}}
	m.begin(t)
	m.box = m.seed()
	for _, d := range kinds {
		s := &mallShop{platform: m.platform, dialect: d, name: "shop-" + d.kind}
		s.api, s.secret = connectShop(m.platform, d, s.name)
		for _, id := range d.events(1) {
			m.run("event", "set", "summerfest", "--shop", "'"+s.name+":"+id+"'")
		}
		m.shops = append(m.shops, s)
	}
	return m
}

// partRefunded is the sale number n, of two tickets for 45.00 of which one was given back.
func partRefunded(n int) *sale {
	s := sold(n, "kim@example.com", 1, "GBP", time.Now().Add(-time.Hour).Truncate(time.Second), [3]int64{generalAdmission, 4500, 2})
	s.giveBack(1)
	return s
}

// sells puts the sale into the API and posts what lets it be fetched.
func (s *mallShop) sells(sale *sale) {
	s.t.Helper()
	s.api.put(sale)
	for _, m := range s.order(s.t, sale, "refunded") {
		if status, answer := s.post(s.platform, s.name, s.secret, m); status != 200 || !strings.Contains(answer, `"kept"`) {
			s.t.Errorf("%s: %d %s", s.name, status, answer)
		}
	}
}

// queued is how many deliveries of the shop wait.
func (s *mallShop) queued() int {
	s.t.Helper()
	var k shownCheckout
	s.json(&k, "checkout", "show", s.name)
	return k.Queued
}

// eventuallyWithin is eventually with another patience.
func (m *mall) eventuallyWithin(patience time.Duration, what string, ok func() bool) {
	m.t.Helper()
	late := time.Now().Add(patience)
	for !ok() {
		if time.Now().After(late) {
			m.t.Fatalf("never came within %s: %s", patience, what)
		}
		<-time.After(20 * time.Millisecond)
	}
}

// wantSold wants so many orders of shops, each with one ticket that is left, and none
// twice: each is unattributed, since no click was carried into it.
func (m *mall) wantSold(orders int) {
	m.t.Helper()
	var stats struct {
		Unattributed []struct {
			numbers
			Reason string
		}
	}
	m.json(&stats, "stats")
	got := 0
	for _, u := range stats.Unattributed {
		if u.Reason == "no_click" {
			got = u.Orders
			if u.Tickets != orders || u.Face["GBP"] != 4500*orders {
				m.t.Errorf("%d tickets for %v, want %d", u.Tickets, u.Face, orders)
			}
		}
	}
	if got != orders {
		m.t.Errorf("%d orders, want %d", got, orders)
	}
}

// goesOn wants a click, and an order of our own checkout for it, to be as quick as ever,
// and returns how long both took.
func (m *mall) goesOn(id string) time.Duration {
	m.t.Helper()
	began := time.Now()
	kim := m.browser()
	if status, _ := kim.follow("/ana"); status != 302 {
		m.t.Errorf("a click: %d", status)
	}
	if status, answer := m.box.post("m-"+id, orderBody(id, kim.receipt(), 100)); status != 200 || !strings.Contains(answer, `"last_click"`) {
		m.t.Errorf("an order: %d %s", status, answer)
	}
	took := time.Since(began)
	if took > 2*time.Second {
		m.t.Errorf("a click and an order took %s", took)
	}
	return took
}

// wantChecked stops the daemon and recounts.
func (m *mall) wantChecked() {
	m.t.Helper()
	m.stop()
	if out, status := m.local("check", "--data", m.data); status != 0 {
		m.t.Errorf("check: %s", out)
	}
	m.start()
}

// failedInbox are the ids of the items that could not be mapped.
func (m *mall) failedInbox() (ids []string) {
	m.t.Helper()
	var list struct {
		Inbox []struct {
			ID    json.Number
			State string
		}
	}
	m.json(&list, "inbox", "list")
	for _, i := range list.Inbox {
		if i.State == "unmapped" || i.State == "failed" {
			ids = append(ids, i.ID.String())
		}
	}
	return ids
}
