package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lastclick/server/shop"
)

// registerFakeShops makes two kinds those of the tests: a shop that signs, and posts what
// our own webhooks are or the path of what is to be fetched.
func registerFakeShops() {
	shops[shop.Tito], shops[shop.Pretix] = fakeShop{}, fakeShop{}
}

type fakeShop struct{}

// fakeDelivery is what it posts: at most one of the fields is set.
type fakeDelivery struct {
	Webhooks []json.RawMessage `json:"webhooks"`
	Fetch    string            `json:"fetch"`
	Bad      string            `json:"bad"`
}

func fakeSignature(secret string, body []byte) string {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write(body)
	return hex.EncodeToString(h.Sum(nil))
}

func (fakeShop) Verify(d shop.Delivery, a shop.Account) error {
	for _, secret := range a.Secrets {
		if hmac.Equal([]byte(fakeSignature(secret, d.Body)), []byte(d.Header.Get("X-Fake-Signature"))) {
			return nil
		}
	}
	return shop.ErrSignature
}

func (fakeShop) Map(d shop.Delivery) (shop.Result, error) {
	var in fakeDelivery
	if err := json.Unmarshal(d.Body, &in); err != nil {
		return shop.Result{}, &shop.Unmapped{Field: "the body", Detail: "is not JSON"}
	}
	switch {
	case in.Bad != "":
		return shop.Result{}, &shop.Unmapped{Field: "line_items[0].price", Detail: in.Bad}
	case in.Fetch != "":
		return shop.Result{Fetch: &shop.Fetch{Key: in.Fetch, Path: in.Fetch}}, nil
	}
	return shop.Result{Webhooks: fakeWebhooks(in.Webhooks)}, nil
}

func fakeWebhooks(bodies []json.RawMessage) (hooks []shop.Webhook) {
	for _, b := range bodies {
		sum := sha256.Sum256(b)
		hooks = append(hooks, shop.Webhook{ID: hex.EncodeToString(sum[:]), Body: b})
	}
	return hooks
}

func (fakeShop) Fetch(ctx context.Context, client *http.Client, a shop.Account, f shop.Fetch, _ time.Time) ([]shop.Webhook, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.URL+f.Path, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Token "+a.Token)
	resp, err := client.Do(req)
	if err != nil {
		return nil, &shop.Later{Err: err}
	}
	defer resp.Body.Close()
	var in fakeDelivery
	if err := json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(&in); err != nil || resp.StatusCode != http.StatusOK {
		return nil, &shop.Later{Err: errors.New(resp.Status)}
	}
	return fakeWebhooks(in.Webhooks), nil
}

func (fakeShop) Guide(url string) []string {
	return []string{"Open Settings, Webhooks.", "Enter the address " + url}
}

func fakeBody(webhooks ...string) string { return `{"webhooks":[` + strings.Join(webhooks, ",") + `]}` }

// piped runs a command with something on its standard input, and returns what it printed,
// or what went wrong.
func (p *platform) piped(in string, args ...string) (string, int) {
	p.t.Helper()
	out, errOut, status := p.pipe(in, strings.Join(args, " "))
	if status != 0 {
		return errOut, status
	}
	return out, 0
}

// do sends the request and returns the answer.
func (p *platform) do(req *http.Request) (int, string) {
	p.t.Helper()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return resp.StatusCode, string(answer)
}

// postShop posts as the fake shop does, with any content type.
func (p *platform) postShop(checkout, secret, body string) (int, string) {
	p.t.Helper()
	req, err := http.NewRequest(http.MethodPost, p.http+"/webhooks/"+checkout, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("X-Fake-Signature", fakeSignature(secret, []byte(body)))
	return p.do(req)
}

func fakeOrder(id, event, status string, version int) string {
	return fmt.Sprintf(`{"type":"order.updated","data":{"id":%q,"version":%d,"placed_at":"2026-06-01T10:00:00Z","currency":"GBP","tracking":{"code":"ana"},"tickets":[{"id":"%s-1","event":%q,"type":"ga","face_value":4500,"status":%q}]}}`, id, version, id, event, status)
}

type shownCheckout struct {
	Kind, URL string
	Accepted  *string `json:"last_accepted_at"`
	Refused   *string `json:"last_refused_at"`
	Why       *string `json:"last_refused_reason"`
	Queued    int
	Steps     []string
	Uses      []struct {
		Used *string `json:"last_used_at"`
	} `json:"secret_uses"`
}

// The way of a shop that signs: connected over SSH, its orders over HTTP, what could not
// be applied in the inbox.
func TestShop_Signed_FromAddToNumbers(t *testing.T) {
	p := &platform{env: []string{fakeShops + "=1"}}
	p.begin(t)
	p.seed()
	if out, status := p.piped("", "checkout", "add", "tickets", "--kind", "tito"); status != 1 || !strings.Contains(out, "--secret-stdin") {
		t.Errorf("without its secret: %d %s", status, out)
	}
	out, status := p.piped("the-secret-of-tito\n", "checkout", "add", "tickets", "--kind", "tito", "--secret-stdin", "--json")
	wantJSON(t, out, fmt.Sprintf(`{"name":"tickets","kind":"tito","secret":null,"url":"%s/webhooks/tickets"}`, p.base()))
	if status != 0 {
		t.Fatalf("status %d", status)
	}

	if status, answer := p.postShop("tickets", "another-secret", fakeBody(fakeOrder("A-1", "1345", "valid", 1))); status != 401 || !strings.Contains(answer, "compare the secret") {
		t.Errorf("forged: %d %s", status, answer)
	}
	var k shownCheckout
	p.json(&k, "checkout", "show", "tickets")
	if k.Kind != "tito" || k.Accepted != nil || k.Refused == nil || !strings.Contains(*k.Why, "the signature does not hold") || len(k.Steps) != 2 || !strings.HasSuffix(k.Steps[1], "/webhooks/tickets") {
		t.Errorf("shown %+v", k)
	}

	order := fakeBody(fakeOrder("A-1", "1345", "valid", 1))
	if status, answer := p.postShop("tickets", "the-secret-of-tito", order); status != 200 || !strings.Contains(answer, `"parked"`) {
		t.Errorf("parked: %d %s", status, answer)
	}
	var inbox struct {
		Inbox []struct {
			ID                   int
			State, Reason, Event string
		}
	}
	p.json(&inbox, "inbox", "list")
	if len(inbox.Inbox) != 1 || inbox.Inbox[0].Event != "tickets:1345" {
		t.Fatalf("inbox %+v", inbox)
	}
	if out := p.run("inbox", "show", fmt.Sprint(inbox.Inbox[0].ID)); !strings.Contains(out, "event set SLUG --shop tickets:1345") {
		t.Errorf("inbox show says %s", out)
	}
	p.run("event", "set", "summerfest", "--shop", "tickets:1345")
	for range 2 { // again is the same
		if status, answer := p.postShop("tickets", "the-secret-of-tito", order); status != 200 || !strings.Contains(answer, `"duplicate"`) {
			t.Errorf("again: %d %s", status, answer)
		}
	}
	p.wantTickets(1)
	p.postShop("tickets", "the-secret-of-tito", fakeBody(fakeOrder("A-1", "1345", "refunded", 2)))
	p.wantTickets(0)

	if status, answer := p.postShop("tickets", "the-secret-of-tito", `{"bad":"is no amount"}`); status != 200 || !strings.Contains(answer, `"kept"`) {
		t.Errorf("unmapped: %d %s", status, answer)
	}
	p.postShop("tickets", "the-secret-of-tito", "no JSON")
	p.json(&inbox, "inbox", "list")
	if len(inbox.Inbox) != 2 || inbox.Inbox[1].State != "unmapped" || inbox.Inbox[1].Reason != "line_items[0].price is no amount" {
		t.Fatalf("inbox %+v", inbox)
	}
	if out := p.run("inbox", "retry", fmt.Sprint(inbox.Inbox[1].ID)); !strings.Contains(out, "Queued to be mapped again") {
		t.Errorf("retry says %s", out)
	}
	p.run("inbox", "dismiss", fmt.Sprint(inbox.Inbox[0].ID))
	p.eventually("the retry", func() bool {
		p.json(&inbox, "inbox", "list")
		return len(inbox.Inbox) == 1 && inbox.Inbox[0].State == "unmapped"
	})
	p.json(&k, "checkout", "show", "tickets")
	if k.Accepted == nil || len(k.Uses) != 1 || k.Uses[0].Used == nil || k.Queued != 0 {
		t.Errorf("shown %+v", k)
	}
	if all := p.run("checkout", "show", "tickets") + p.run("checkout", "list", "--json") + p.run("audit"); strings.Contains(all, "the-secret") {
		t.Error("the secret is shown")
	}
	if strings.Contains(p.stderr.String(), "the-secret") {
		t.Error("the secret is in the log")
	}
	p.stop() // what was heard is written by an orderly stop
	p.start()
	var again shownCheckout
	p.json(&again, "checkout", "show", "tickets")
	if again.Accepted == nil || *again.Accepted != *k.Accepted || again.Why == nil || *again.Why != *k.Why {
		t.Errorf("after a restart %+v", again)
	}
	if out, status := p.local("check", "--data", p.data); status != 0 {
		t.Errorf("check: %s", out)
	}
}

// base is the public address, as the daemon writes it.
func (p *platform) base() string {
	return "http://localhost:" + p.http[strings.LastIndex(p.http, ":")+1:]
}

func (p *platform) wantTickets(n int) {
	p.t.Helper()
	var stats struct{ Total struct{ Tickets int } }
	p.json(&stats, "stats")
	if stats.Total.Tickets != n {
		p.t.Errorf("%d tickets, want %d", stats.Total.Tickets, n)
	}
}

// The daemon is killed between 200 and the mapping: while it fetches. After the restart
// the order is there, once.
func TestShop_KilledWhileFetching_OrderThereOnce(t *testing.T) {
	var asked, version atomic.Int64
	answering := make(chan struct{})
	began := make(chan struct{}, 16)
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if r.Header.Get("Authorization") != "Token tokentoken" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		began <- struct{}{}
		select {
		case <-answering:
		case <-r.Context().Done():
			return
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, fakeBody(fakeOrder(strings.TrimPrefix(r.URL.Path, "/orders/"), "summerfest", "valid", int(version.Add(1)))))
	}))
	defer api.Close()
	p := &platform{env: []string{fakeShops + "=1"}}
	p.begin(t)
	p.seed()
	out, status := p.piped("tokentoken\n", "checkout", "add", "tickets", "--kind", "pretix", "--url", api.URL, "--token-stdin", "--json")
	var made struct{ Secret string }
	if err := json.Unmarshal([]byte(out), &made); err != nil || status != 0 {
		t.Fatalf("%d %s", status, out)
	}
	if status, answer := p.postShop("tickets", made.Secret, `{"fetch":"/orders/A-1"}`); status != 200 || answer != "{\"status\":\"kept\"}\n" {
		t.Fatalf("%d %s", status, answer)
	}
	<-began
	for range 3 { // more of the same object, and another one
		p.postShop("tickets", made.Secret, `{"fetch":"/orders/A-1"}`)
	}
	p.postShop("tickets", made.Secret, `{"fetch":"/orders/A-2"}`)
	p.kill()
	close(answering)
	p.start()
	var list struct{ Orders []struct{ ID string } }
	p.eventually("the orders", func() bool {
		p.json(&list, "order", "list")
		var k shownCheckout
		p.json(&k, "checkout", "show", "tickets")
		return len(list.Orders) == 2 && k.Queued == 0
	})
	p.wantTickets(2)
	if n := asked.Load(); n > 4 { // one or two before the kill, and one of each object after it
		t.Errorf("the API was asked %d times", n)
	}
	var inbox struct{ Inbox []any }
	if p.json(&inbox, "inbox", "list"); len(inbox.Inbox) != 0 {
		t.Errorf("inbox %+v", inbox)
	}
}
