package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// attributionShop is a shop on a host of its own, which lastclick's cookie never reaches.
// It keeps where a customer came from as WooCommerce's order attribution does, and posts
// its orders as WooCommerce's webhooks do.
type attributionShop struct {
	*httptest.Server
	t      *testing.T
	p      *platform
	secret string

	mu   sync.Mutex
	sold int
}

// attribution is what sourcebuster, the script of WooCommerce's order attribution, does
// with the landing address: cookies of the shop's own origin hold the first and the
// current source as name=value pairs between bars, and the checkout's hidden fields are
// filled from the current one. A page without utm_ parameters leaves both as they are.
const attribution = `"use strict";
const fields = {source_type: "typ", utm_source: "src", utm_medium: "mdm", utm_campaign: "cmp", utm_content: "cnt", utm_term: "trm"};
const kept = (name) => {
  const found = document.cookie.split("; ").find((c) => c.startsWith(name + "="));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
};
const keep = (name, value, age) => { document.cookie = name + "=" + encodeURIComponent(value) + "; path=/; max-age=" + age; };
const query = new URLSearchParams(location.search);
let source = "";
if ([...query.keys()].some((k) => k.startsWith("utm_"))) {
  const part = (k) => query.get("utm_" + k) || "(none)";
  source = "typ=utm|||src=" + part("source") + "|||mdm=" + part("medium") + "|||cmp=" + part("campaign") + "|||cnt=" + part("content") + "|||trm=" + part("term");
} else if (!kept("sbjs_current")) {
  source = "typ=typein|||src=(direct)|||mdm=(none)|||cmp=(none)|||cnt=(none)|||trm=(none)";
}
if (source) keep("sbjs_current", source, 15552000);
if (source && !kept("sbjs_first")) keep("sbjs_first", source, 15552000);
keep("sbjs_session", "pgs=" + (1 + Number(kept("sbjs_session").slice(4))), 1800);
const current = Object.fromEntries(kept("sbjs_current").split("|||").map((p) => p.split(/=(.*)/s)));
for (const [field, key] of Object.entries(fields)) {
  const input = document.querySelector('input[name="wc_order_attribution_' + field + '"]');
  if (input) input.value = current[key];
}`

var attributionPages = template.Must(template.New("product").Parse(`<!doctype html><html lang="en"><title>Summer Fest</title>
<h1>Summer Fest</h1><a id="checkout" href="/checkout/">Checkout</a><script src="/attribution.js"></script></html>
{{define "checkout"}}<!doctype html><html lang="en"><title>Checkout</title><form method="post" action="/checkout/">
<input type="email" id="email" name="billing_email" required>
{{range .}}<input type="hidden" name="wc_order_attribution_{{.}}">{{end}}
<button id="pay">Place order</button></form><script src="/attribution.js"></script></html>{{end}}
{{define "thanks"}}<!doctype html><html lang="en"><title>Thanks</title><p id="thanks">Order {{.}}</p></html>{{end}}`))

var attributionFields = []string{"source_type", "utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term"}

func openAttributionShop(t *testing.T) *attributionShop {
	s := &attributionShop{t: t}
	mux := http.NewServeMux()
	show := func(path, name string, data any) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_ = attributionPages.ExecuteTemplate(w, name, data)
		})
	}
	show("/product/summer-fest/", "product", nil)
	show("/checkout/", "checkout", attributionFields)
	mux.HandleFunc("GET /attribution.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		_, _ = io.WriteString(w, attribution)
	})
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("POST /checkout/", s.sell)
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := r.Cookie("lastclick"); err == nil {
			t.Error("lastclick's cookie reached the shop, whose host is another")
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *attributionShop) page() string { return s.URL + "/product/summer-fest/?lang=en" }

// sell takes a submitted checkout: WooCommerce posts the order when it is made, and again
// when it is paid.
func (s *attributionShop) sell(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.sold++
	id := 700 + s.sold
	s.mu.Unlock()
	if err := r.ParseForm(); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	for _, m := range []struct{ topic, status, answer string }{{"order.created", "pending", `"ignored"`}, {"order.updated", "processing", `"applied"`}} {
		status, answer, err := s.deliver(m.topic, wooOrderBody(id, m.status, r))
		if err != nil || status != http.StatusOK || !strings.Contains(answer, m.answer) {
			s.t.Errorf("%s of order %d: %d %s %v", m.topic, id, status, answer, err)
		}
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = attributionPages.ExecuteTemplate(w, "thanks", id)
}

// wooOrderBody is an order of two tickets as GET /wp-json/wc/v3/orders/{id} answers it,
// with the form's attribution among its meta data.
func wooOrderBody(id int, status string, r *http.Request) []byte {
	now := time.Now().UTC().Format("2006-01-02T15:04:05")
	var paid any
	if status == "processing" {
		paid = now
	}
	var meta []map[string]any
	for i, f := range attributionFields {
		if v := r.PostForm.Get("wc_order_attribution_" + f); v != "" && v != "(none)" {
			meta = append(meta, map[string]any{"id": 13106 + i, "key": "_wc_order_attribution_" + f, "value": v})
		}
	}
	body, _ := json.Marshal(map[string]any{
		"id": id, "parent_id": 0, "status": status, "currency": "GBP", "version": "10.3.5", "prices_include_tax": true,
		"date_created_gmt": now, "date_modified_gmt": now, "date_paid_gmt": paid, "total": "90.00", "customer_id": 0,
		"billing": map[string]any{"first_name": "", "email": r.PostForm.Get("billing_email")}, "created_via": "checkout", "meta_data": meta,
		"line_items": []any{map[string]any{
			"id": 316, "name": "Summer Fest - General Admission", "product_id": 1345, "variation_id": 1352, "quantity": 2,
			"subtotal": "90.00", "subtotal_tax": "0.00", "total": "90.00", "total_tax": "0.00",
		}},
		"coupon_lines": []any{}, "refunds": []any{},
	})
	return body
}

// deliver posts a webhook as WooCommerce does.
func (s *attributionShop) deliver(topic string, body []byte) (int, string, error) {
	req, err := http.NewRequest(http.MethodPost, s.p.http+"/webhooks/webshop", strings.NewReader(string(body)))
	if err != nil {
		return 0, "", err
	}
	h := hmac.New(sha256.New, []byte(s.secret))
	h.Write(body)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-WC-Webhook-Topic", topic)
	req.Header.Set("X-WC-Webhook-Signature", base64.StdEncoding.EncodeToString(h.Sum(nil)))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(answer), err
}

// lands opens the address and returns where the browser ended.
func (v *visitor) lands(address string) string {
	v.t.Helper()
	v.do(chromedp.Navigate(address), chromedp.WaitVisible(chromedp.CSS("#checkout")))
	return ask(v, chromedp.Location())
}

// pays goes on from the shop's page to its checkout, whose address says nothing of where
// the customer came from, and buys.
func (v *visitor) pays(s *attributionShop, email string) {
	v.t.Helper()
	v.do(chromedp.Click(chromedp.CSS("#checkout")), chromedp.WaitVisible(chromedp.CSS("#pay")))
	v.at(s.URL + "/checkout/")
	v.do(chromedp.SendKeys(chromedp.CSS("#email"), email), chromedp.Click(chromedp.CSS("#pay")), chromedp.WaitVisible(chromedp.CSS("#thanks")))
}

// shows waits until the owner's page has so many orders, and wants the other numbers too.
func (v *visitor) shows(customers, fresh, orders, tickets int, face string) {
	v.t.Helper()
	v.waits(fmt.Sprintf(`document.querySelectorAll("#numbers dd")[2].textContent === "%d"`, orders))
	html := v.html()
	for label, value := range map[string]any{
		"Customers": customers, "New Customers": fresh, "Orders": orders, "Tickets": tickets, "Scanned": 0, "Unscanned": tickets, "Face Value": face,
	} {
		if !strings.Contains(html, figure(label, value)) {
			v.t.Errorf("%s is not %v in\n%s", label, value, html)
		}
	}
}

// wantVerdict wants both tickets of the order to be judged so: link, reason and what was
// considered.
func (p *platform) wantVerdict(order, want string) {
	p.t.Helper()
	var e struct {
		Tickets []struct {
			Link       *string
			Reason     string
			Considered []struct{ Link, Verdict string }
		}
	}
	p.json(&e, "order", "explain", order)
	var got []string
	for _, k := range e.Tickets {
		link := "none"
		if k.Link != nil {
			link = *k.Link
		}
		got = append(got, fmt.Sprint(link, " ", k.Reason, " ", k.Considered))
	}
	if len(got) != 2 || got[0] != want || got[1] != want {
		p.t.Errorf("order %s is explained as %q, want %q twice", order, got, want)
	}
}

// A shop that cannot read the cookie, in a real browser: its own order attribution brings
// the click back. The address that one customer's browser shows tracks no one else.
func TestBrowser_WooCommerceAttribution_ClickerCreditedCopierNot(t *testing.T) {
	browser := chromium(t)
	p, s := serve(t), openAttributionShop(t)
	p.run("client", "add", "acme", "--name", "'Acme Live'", "--url", "https://tickets.example/acme", "--timezone", "Europe/London", "--carry", "woocommerce")
	p.run("event", "add", "summerfest", "--name", "'Summer Fest'", "--url", "'"+s.page()+"'")
	var made struct{ Secret string }
	p.json(&made, "checkout", "add", "webshop", "--kind", "woocommerce")
	p.run("event", "set", "summerfest", "--shop", "webshop:1345")
	s.p, s.secret = p, made.Secret
	var ana struct {
		ShortURL string `json:"short_url"`
		StatsURL string `json:"stats_url"`
	}
	p.json(&ana, "link", "add", "'Ana Diaz'", "ana@example.com", "--event", "summerfest", "--code", "ana", "--no-mail")

	owner := newVisitor(browser, t)
	owner.do(chromedp.Navigate(ana.StatsURL), chromedp.WaitVisible(chromedp.CSS("#live")))
	owner.waits(`(window.seen = [], new MutationObserver(() => {
		const orders = document.querySelectorAll("#numbers dd")[2].textContent;
		if (seen.at(-1) !== orders) seen.push(orders);
	}).observe(document.body, {childList: true, subtree: true, characterData: true}), true)`)
	kim := newVisitor(browser, t)
	landing := kim.lands(ana.ShortURL)
	token := carried(t, landing, s.page(), "utm_content")
	kim.pays(s, "kim@example.com")
	owner.shows(1, 1, 1, 2, "GBP 90.00")
	p.wantVerdict("701", "ana last_click [{ana won}]")

	lou := newVisitor(browser, t) // another profile, the address of Kim's browser bar
	if got := lou.lands(landing); got != landing {
		t.Errorf("the copied address ends at %s", got)
	}
	lou.pays(s, "lou@example.com")
	p.wantVerdict("702", "none copied_address [{ana copied_address}]")
	var link struct {
		Clicks, Visitors, Orders int
		Shared                   int `json:"shared_address_orders"`
	}
	p.json(&link, "link", "show", "ana")
	if got := fmt.Sprint(link); got != "{1 1 1 1}" {
		t.Errorf("link show has clicks, visitors, orders and shared orders %s", got)
	}
	c := p.console(p.admin, 100, 40)
	c.waitFor("Ana Diaz", "Total")
	c.press("\r")
	c.waitFor("The landing address is being shared: 1 order.")
	c.press("\x1b")
	c.waitFor("Total")
	c.press("3")
	c.waitFor("702", "passed on")
	c.quit()

	// Lou comes by the shortlink after all, over the page that knows the copied address as
	// its first source.
	if again := carried(t, lou.lands(ana.ShortURL), s.page(), "utm_content"); again == token {
		t.Error("two clicks have one token")
	}
	if first := ask(lou, chromedp.Evaluate[string](`kept("sbjs_first")`)); !strings.Contains(first, "cnt="+token) {
		t.Errorf("the shop's first source is %s", first)
	}
	lou.pays(s, "lou@example.com")
	p.wantVerdict("703", "ana last_click [{ana won}]")
	owner.shows(2, 1, 2, 4, "GBP 180.00") // Lou's first purchase was order 702, which is credited to no link
	// The page was never loaded again, and the copied order never stood in it.
	if seen := ask(owner, chromedp.Evaluate[[]string](`seen`)); strings.TrimPrefix(strings.Join(seen, " "), "0 ") != "1 2" {
		t.Errorf("the owner's page showed %q orders", seen)
	}
	for _, v := range []*visitor{owner, kim, lou} {
		v.mu.Lock()
		if len(v.faults) > 0 {
			t.Errorf("the browser complains: %q", v.faults)
		}
		v.mu.Unlock()
	}
	if out, status := p.local("check", "--data", p.data); status != 0 {
		t.Errorf("check: %s", out)
	}
}
