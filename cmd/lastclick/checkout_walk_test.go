package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"lastclick/model"
)

// walked is what checkout test prints.
type walked struct {
	OK    bool
	Steps []struct{ Step, State, Detail string }
}

// states are the steps with their states.
func (w walked) states() string {
	var went []string
	for _, s := range w.Steps {
		went = append(went, s.Step+" "+s.State)
	}
	return strings.Join(went, ", ")
}

// detail is what the step says.
func (w walked) detail(step string) string {
	for _, s := range w.Steps {
		if s.Step == step {
			return s.Detail
		}
	}
	return ""
}

// walk runs checkout test, which may fail.
func (p *platform) walk(checkout string) (w walked) {
	p.t.Helper()
	out, errOut, status := p.as(p.admin, "checkout", "test", checkout, "--json")
	if err := json.Unmarshal([]byte(out), &w); err != nil || w.OK != (status == 0) {
		p.t.Fatalf("checkout test %s: %d %s %s", checkout, status, out, errOut)
	}
	return w
}

// walkStats are the statistics without the clicks, and the clicks of the first link.
func (p *platform) walkStats() (stats map[string]any, clicks float64) {
	p.t.Helper()
	p.json(&stats, "stats")
	link := stats["links"].([]any)[0].(map[string]any)["link"].(map[string]any)
	clicks = link["clicks"].(float64)
	delete(link, "clicks")
	delete(link, "visitors")
	return stats, clicks
}

// walkAPI answers as the APIs of all shops would, to those who have the token good.
func walkAPI(t *testing.T) *httptest.Server {
	t.Helper()
	answers := map[string]string{
		"/wp-json/wc/v3/orders": `[]`,
		"/v1/orders":            `{"data":[]}`,
		"/v3/hello":             `{"authenticated":true,"lookup_mode":"live","accounts":["other","acme"]}`,
		"/v3/acme/fest-2026":    `{"event":{"slug":"fest-2026"}}`,
		"/v1/checkout/sessions": `{"data":[]}`,
		"/v1/payment_intents":   `{"data":[]}`,
		"/v1/charges":           `{"data":[]}`,
		"/v1/refunds":           `{"data":[]}`,
		"/v1/promotion_codes":   `{"data":[]}`,
		"/api/v1/organizers/":   `{"count":1,"results":[{"slug":"acme"}]}`,
		"/api/v1/organizers/acme/events/democon/":          `{"slug":"democon"}`,
		"/api/v1/organizers/acme/events/democon/orders/":   `{"count":0,"results":[]}`,
		"/api/v1/organizers/acme/events/democon/vouchers/": `{"count":0,"results":[]}`,
		"/v3/users/me/organizations/":                      `{"organizations":[{"id":"7"}]}`,
		"/v3/events/64592778740/":                          `{"id":"64592778740","organization_id":"7"}`,
	}
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		user, password, basic := r.BasicAuth()
		_, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		good := strings.TrimPrefix(token, "token=") == "sk_test_good" || basic && (user == "sk_test_good" || password == "sk_test_good")
		answer, known := answers[r.URL.Path]
		switch {
		case !good:
			w.WriteHeader(http.StatusUnauthorized)
		case !known:
			w.WriteHeader(http.StatusNotFound)
		}
		fmt.Fprint(w, answer)
	}))
	t.Cleanup(api.Close)
	return api
}

// walkKinds are the kinds of shops, as each is connected.
var walkKinds = []struct {
	kind, event, carry string
	secret, token      bool // of the shop's own; for its API
	fetched            bool // its orders are read over the API
	optional           bool // the token may be left out
}{
	{kind: "woocommerce", event: "1345", carry: "woocommerce", token: true, optional: true},
	{kind: "tickettailor", event: "es_596", carry: "tickettailor", secret: true, token: true, optional: true},
	{kind: "tito", event: "fest-2026", carry: "tito", secret: true, token: true, optional: true},
	{kind: "stripe", event: "prod_NppuJWzzNnD5Ut", carry: "stripe", secret: true, token: true, fetched: true},
	{kind: "hievents", event: "12", secret: true},
	{kind: "pretix", event: "democon", carry: "pretix", token: true, fetched: true},
	{kind: "eventbrite", event: "64592778740", carry: "eventbrite", token: true, fetched: true},
	{kind: "plain", event: "row-1345", carry: "'ref={click}'"},
}

// connectKind adds a checkout of the kind, with the token for the API at address.
func (p *platform) connectKind(kind, name, token, address string, secret bool) string {
	p.t.Helper()
	args, in := []string{"checkout", "add", name, "--kind", kind, "--json"}, ""
	if token != "" {
		args, in = append(args, "--url", address, "--token-stdin"), token+"\n"
	}
	if secret {
		args, in = append(args, "--secret-stdin"), in+"the-secret-of-"+kind+"\n"
	}
	out, status := p.piped(in, args...)
	var made struct{ Secret string }
	if err := json.Unmarshal([]byte(out), &made); status != 0 || err != nil {
		p.t.Fatalf("checkout add %s: %d %s", kind, status, out)
	}
	return made.Secret
}

// checkout test walks the whole way for every kind, twice: nothing counts, no click either,
// and the click would have won.
func TestCheckoutTest_EveryKind_WalksTheWay(t *testing.T) {
	api := walkAPI(t)
	p := serve(t)
	p.seed()
	if w := p.walk("boxoffice"); w.states() != "address ok, link ok, click ok, receipt ok, order ok, verdict ok" {
		t.Errorf("standard: %s %+v", w.states(), w.Steps)
	}
	for _, k := range walkKinds {
		for _, token := range []string{"sk_test_good", ""} {
			if token == "" && k.token && !k.optional || token != "" && !k.token {
				continue
			}
			name := k.kind + strings.TrimPrefix(token, "sk_test_")
			give := token
			if k.kind == "woocommerce" && token != "" {
				give = "ck_1:" + token
			}
			p.connectKind(k.kind, name, give, api.URL, k.secret)
			p.run("event", "set", "summerfest", "--shop", name+":"+k.event)
			carry := k.carry
			if carry == "" {
				carry = "''"
			}
			p.run("event", "set", "summerfest", "--carry", carry)
			want := "address ok, link ok, carrier ok, "
			if token != "" {
				want += "api ok, "
			}
			want += "click ok, receipt ok, "
			if want += "order ok, verdict ok"; k.fetched {
				want = strings.TrimSuffix(want, "order ok, verdict ok") + "message ok, order open"
			}
			for range 2 {
				before, clicks := p.walkStats()
				w := p.walk(name)
				if w.states() != want {
					t.Errorf("%s: %s\n%+v", name, w.states(), w.Steps)
				}
				after, clicked := p.walkStats()
				if !reflect.DeepEqual(before, after) || clicked != clicks {
					t.Errorf("%s: %v clicks, then %v\n%v\n%v", name, clicks, clicked, before, after)
				}
				if k.fetched {
					if d := w.detail("order"); !strings.Contains(d, p.base()+"/ana") || !strings.Contains(d, "checkout show "+name) {
						t.Errorf("%s says %q", name, d)
					}
					continue
				}
				p.wantTestOrder(name, w.detail("verdict"), k.carry != "")
			}
		}
	}
	var event model.Event
	if p.json(&event, "event", "show", "summerfest"); slices.ContainsFunc(event.TicketTypes, func(tt model.TicketType) bool { return strings.Contains(tt.ID+tt.Name, "test") }) {
		t.Errorf("the tests' ticket type is one of the event: %+v", event.TicketTypes)
	}
	var inbox struct{ Inbox []any }
	if p.json(&inbox, "inbox", "list"); len(inbox.Inbox) != 0 {
		t.Errorf("inbox %+v", inbox)
	}
	p.stop()
	if out, status := p.local("check", "--data", p.data); status != 0 {
		t.Errorf("check: %d %s", status, out)
	}
	p.start()
}

// wantTestOrder looks at the order that the step verdict names.
func (p *platform) wantTestOrder(checkout, verdict string, click bool) {
	p.t.Helper()
	_, id, ok := strings.Cut(verdict, "order explain ")
	if !ok || !strings.HasPrefix(id, "lastclick-test-") {
		p.t.Fatalf("%s: the verdict says %q", checkout, verdict)
	}
	var o struct {
		Checkout string
		Tickets  []struct {
			Event, Reason string
			Link          *string
			Considered    []struct{ Link, Verdict string }
		}
	}
	p.json(&o, "order", "explain", id)
	if o.Checkout != checkout || len(o.Tickets) != 1 || o.Tickets[0].Reason != "test" || o.Tickets[0].Link != nil || o.Tickets[0].Event != "summerfest" {
		p.t.Fatalf("%s: %+v", checkout, o)
	}
	if got := fmt.Sprint(o.Tickets[0].Considered); click && got != "[{ana won}]" || !click && got != "[]" {
		p.t.Errorf("%s: considered %s", checkout, got)
	}
}

// A token that the shop refuses, or that may not read something, is told before a click is
// made.
func TestCheckoutTest_WrongToken_APIStepSaysSo(t *testing.T) {
	api := walkAPI(t)
	p := serve(t)
	p.seed()
	for _, k := range walkKinds {
		if !k.token {
			continue
		}
		p.connectKind(k.kind, k.kind, "ck_1:another-token", api.URL, k.secret)
		p.run("event", "set", "summerfest", "--shop", k.kind+":"+k.event, "--carry", k.carry)
		w := p.walk(k.kind)
		if d := w.detail("api"); w.states() != "address ok, link ok, carrier ok, api failed" || !strings.Contains(d, "refuses the API token (401 Unauthorized)") || !strings.HasSuffix(d, "checkout set "+k.kind+" --token-stdin") {
			t.Errorf("%s: %s\n%+v", k.kind, w.states(), w.Steps)
		}
	}
	if _, clicks := p.walkStats(); clicks != 0 {
		t.Errorf("%v clicks", clicks)
	}
}

// What is not set yet is told with the command that sets it.
func TestCheckoutTest_NotSetUp_SaysTheCommand(t *testing.T) {
	api := walkAPI(t)
	p := serve(t)
	p.run("client", "add", "acme", "--name", "Acme", "--url", "https://tickets.example/acme")
	p.checkout("boxoffice")
	if w := p.walk("boxoffice"); w.states() != "address ok, link failed" || !strings.Contains(w.detail("link"), "link add") {
		t.Errorf("without a link: %+v", w)
	}
	p.run("event", "add", "summerfest", "--name", "Fest", "--url", "https://tickets.example/fest")
	p.run("link", "add", "Ana", "ana@example.com", "--code", "ana", "--no-mail")
	for _, k := range walkKinds {
		token := ""
		if k.token && !k.optional {
			token = "sk_test_good"
		}
		p.connectKind(k.kind, k.kind, token, api.URL, k.secret)
		w, named := p.walk(k.kind), "event set summerfest --shop "+k.kind+":ID, where ID is "
		if d := w.detail("link"); !strings.Contains(d, named) {
			t.Errorf("%s without a name of the event: %s", k.kind, d)
		}
		own := k.kind == "plain" || k.kind == "pretix" || k.kind == "tito"
		if w.Steps[1].State != map[bool]string{true: "ok", false: "failed"}[own] {
			t.Errorf("%s without a name of the event: %s", k.kind, w.states())
		}
		p.run("event", "set", "summerfest", "--shop", k.kind+":"+k.event)
		w = p.walk(k.kind)
		carrier, rest := w.Steps[2], ""
		switch k.kind {
		case "hievents":
			rest = "carrier ok, click ok, receipt ok, order ok, verdict ok"
			if !strings.Contains(carrier.Detail, "make ana one there") {
				t.Errorf("%s: %s", k.kind, carrier.Detail)
			}
		case "woocommerce":
			rest = "carrier open, click ok, receipt ok, order ok, verdict ok"
		case "plain":
			rest = "carrier open, click ok, receipt ok, order ok, verdict ok"
		case "pretix", "stripe", "eventbrite":
			rest = "carrier open, api ok, click ok, receipt ok, message ok, order open"
		default:
			rest = "carrier failed"
		}
		if got := w.states(); got != "address ok, link ok, "+rest {
			t.Errorf("%s without a carrier: %s\n%+v", k.kind, got, w.Steps)
		}
		if k.carry == "" || k.kind == "plain" {
			continue
		}
		if want := "client set acme --carry " + k.carry; !strings.Contains(carrier.Detail, want) {
			t.Errorf("%s: %q is not in %s", k.kind, want, carrier.Detail)
		}
		// A parameter that the shop does not keep is as none.
		p.run("client", "set", "acme", "--carry", "'lc={click}'")
		if d := p.walk(k.kind).detail("carrier"); !strings.Contains(d, "in the parameter lc, and ") || !strings.Contains(d, "client set acme --carry "+k.carry) {
			t.Errorf("%s: %s", k.kind, d)
		}
		p.run("client", "set", "acme", "--carry", "''")
	}
	p.run("link", "code", "add", "ana", "ANA10")
	if d := p.walk("hievents").detail("carrier"); !strings.Contains(d, "make ana10 one there") {
		t.Errorf("with a further code: %s", d)
	}
	// A link of an event is set at the event.
	p.run("link", "archive", "ana")
	p.run("link", "add", "Ben", "ben@example.com", "--event", "summerfest", "--code", "ben", "--no-mail")
	if d := p.walk("tito").detail("carrier"); !strings.Contains(d, "event set summerfest --carry tito") {
		t.Errorf("of an event's link: %s", d)
	}
	if _, errOut, status := p.as(p.admin, "checkout", "test", "nothere"); status != 1 || !strings.Contains(errOut, "there is no checkout") {
		t.Errorf("%d %s", status, errOut)
	}
}

// The secrets that shops are given stand in addresses as they are.
func TestCheckoutAdd_SecretsInAddresses_NeedNoEscaping(t *testing.T) {
	api := walkAPI(t)
	p := serve(t)
	for _, kind := range []string{"pretix", "eventbrite"} {
		secret := p.connectKind(kind, kind, "sk_test_good", api.URL, false)
		if len(secret) < 32 || url.QueryEscape(secret) != secret || url.UserPassword("lastclick", secret).String() != "lastclick:"+secret {
			t.Errorf("the secret %q", secret)
		}
		body := map[string]string{"pretix": `{"action":"lastclick.test"}`, "eventbrite": `{"config":{"action":"test"}}`}[kind]
		for _, address := range []string{
			p.http + "/webhooks/" + kind + "?secret=" + secret,
			strings.Replace(p.http, "://", "://lastclick:"+secret+"@", 1) + "/webhooks/" + kind,
		} {
			req, err := http.NewRequest(http.MethodPost, address, strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			if status, answer := p.do(req); status != 200 || !strings.Contains(answer, `"ignored"`) {
				t.Errorf("%s: %d %s", kind, status, answer)
			}
		}
		if strings.Contains(p.stderr.String(), secret) {
			t.Errorf("the secret of %s is in the log", kind)
		}
	}
}
