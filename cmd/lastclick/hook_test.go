package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	webhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"lastclick/model"
)

// told is a message of ours as its receiver has it.
type told struct {
	header http.Header
	body   []byte
	Type   string
	Data   struct {
		Order, Checkout, Client, Link, Currency, Ticket string
		Tickets                                         []struct {
			ID, Event, Type, Reason, Cause string
			FaceValue                      int64 `json:"face_value"`
		}
	}
}

// hookReceiver is a receiver on the loopback that takes what works says.
func hookReceiver(t *testing.T, works *atomic.Bool) (url string, got chan told) {
	t.Helper()
	got = make(chan told, 1000)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || !works.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		m := told{header: r.Header, body: body}
		_ = json.Unmarshal(body, &m)
		got <- m
		_, _ = fmt.Fprint(w, "thanks")
	}))
	t.Cleanup(s.Close)
	return s.URL + "/sales", got
}

// wantTold waits for a message of the type, signed with the secret.
func wantTold(t *testing.T, got chan told, secret, typ string) told {
	t.Helper()
	key, err := webhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	select {
	case m := <-got:
		if err := key.Verify(m.body, m.header); err != nil || m.Type != typ {
			t.Errorf("%s, want %s; the signature: %v\n%s", m.Type, typ, err, m.body)
		}
		return m
	case <-time.After(30 * time.Second): // a message that failed is sent again within 10 s
		t.Fatalf("no %s came", typ)
	}
	return told{}
}

// From a customer's click to the receiver's signed messages: an order over HTTP, a refund,
// a scan; a receiver that is away and a daemon that is killed meanwhile.
func TestHook_ClickOrderScanRefund_ToldAndSigned(t *testing.T) {
	p := serve(t, "--allow-private")
	box := p.seed()
	var works atomic.Bool
	works.Store(true)
	url, got := hookReceiver(t, &works)
	var hook struct {
		URL, Secret, State string
		LastError          *string `json:"last_error"`
		Waiting            int
	}
	p.json(&hook, "hook", "add", url, "--client", "acme")
	secret := hook.Secret

	var pong struct {
		OK     bool
		Status int
		Answer string
	}
	p.json(&pong, "hook", "test", url)
	if m := wantTold(t, got, secret, "ping"); !pong.OK || pong.Status != 200 || pong.Answer != "thanks" || m.Data.Client != "acme" {
		t.Errorf("%+v, %s", pong, m.body)
	}

	kim := p.browser()
	kim.follow("/ana")
	order := orderBody("A-1", kim.receipt(), 4500)
	if status, answer := box.post("m1", order); status != 200 {
		t.Fatalf("%d %s", status, answer)
	}
	credited := wantTold(t, got, secret, "sale.credited")
	if d := credited.Data; d.Order != "A-1" || d.Checkout != "boxoffice" || d.Client != "acme" || d.Link != "ana" || d.Currency != "GBP" ||
		len(d.Tickets) != 1 || d.Tickets[0].ID != "A-1-1" || d.Tickets[0].Event != "summerfest" || d.Tickets[0].Reason != "last_click" || d.Tickets[0].FaceValue != 4500 {
		t.Errorf("%s", credited.body)
	}
	if strings.Contains(string(credited.body), "cus_A-1") {
		t.Errorf("the buyer is told: %s", credited.body)
	}
	if status, _ := box.post("m1", order); status != 200 { // again: nothing is told
		t.Fatal(status)
	}
	scan := fmt.Sprintf(`{"type":"ticket.scanned","data":{"ticket":"A-1-1","at":%q}}`, time.Now().UTC().Format(time.RFC3339))
	if status, answer := box.post("m2", scan); status != 200 {
		t.Fatalf("%d %s", status, answer)
	}
	if m := wantTold(t, got, secret, "ticket.scanned"); m.Data.Ticket != "A-1-1" || m.Data.Link != "ana" {
		t.Errorf("%s", m.body)
	}

	// The receiver is away, and then the daemon is killed.
	works.Store(false)
	refund := strings.NewReplacer(`"version":1`, `"version":2`, `"face_value":4500`, `"face_value":4500,"status":"refunded"`).Replace(order)
	if status, answer := box.post("m3", refund); status != 200 {
		t.Fatalf("%d %s", status, answer)
	}
	var list struct {
		Hooks []struct {
			State     string
			LastError *string `json:"last_error"`
			Waiting   int
		}
	}
	p.eventually("the hook fails", func() bool {
		p.json(&list, "hook", "list")
		return list.Hooks[0].State == "failing" && list.Hooks[0].Waiting == 1 && *list.Hooks[0].LastError == "it answered 503 Service Unavailable"
	})
	p.kill()
	works.Store(true)
	p.start("--allow-private")
	reversed := wantTold(t, got, secret, "sale.reversed")
	if d := reversed.Data; d.Order != "A-1" || d.Link != "ana" || d.Tickets[0].Cause != "refunded" || d.Tickets[0].FaceValue != 4500 {
		t.Errorf("%s", reversed.body)
	}
	p.eventually("an empty outbox", func() bool {
		p.json(&list, "hook", "list")
		return list.Hooks[0].State == "active" && list.Hooks[0].Waiting == 0
	})
	p.run("hook", "remove", url)
	if p.json(&list, "hook", "list"); len(list.Hooks) != 0 || len(got) != 0 {
		t.Errorf("%+v, and %d messages too many", list, len(got))
	}
}

// Without --allow-private nothing is sent to the loopback, and it is said why.
func TestHook_PrivateAddress_Refused(t *testing.T) {
	p := serve(t)
	p.seed()
	var works atomic.Bool
	works.Store(true)
	url, got := hookReceiver(t, &works)
	for _, args := range [][]string{{"hook", "add", url}, {"hook", "add", strings.Replace(url, "127.0.0.1", "localhost", 1)}} {
		if _, errOut, status := p.as(p.admin, args...); status != 1 || !strings.Contains(errOut, "--allow-private") {
			t.Errorf("%v: %d %s", args, status, errOut)
		}
	}
	if len(got) != 0 {
		t.Error("something was sent")
	}
}

// The README's message has the fields that are sent, and no others.
func TestREADME_HookMessage_FieldsAsSent(t *testing.T) {
	raw, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	example := block(t, string(raw), `{"type":"sale.credited"`)
	var sale model.HookSale
	d := json.NewDecoder(strings.NewReader(example))
	d.DisallowUnknownFields()
	if err := d.Decode(&model.HookPayload{Data: &sale}); err != nil {
		t.Fatal(err)
	}
	sent, err := json.Marshal(model.HookSale{Tickets: []model.HookTicket{{}}})
	if err != nil {
		t.Fatal(err)
	}
	for name := range strings.SplitSeq(`order checkout version placed_at client link currency tickets id event type type_name face_value reason`, " ") {
		if field := `"` + name + `":`; !strings.Contains(example, field) || !strings.Contains(string(sent), field) {
			t.Errorf("the field %s stands in the README: %v, in a message: %v", name, strings.Contains(example, field), strings.Contains(string(sent), field))
		}
	}
	if n := strings.Count(string(sent), `":`); n != 14 {
		t.Errorf("a message has %d fields, and the README 14", n)
	}
}
