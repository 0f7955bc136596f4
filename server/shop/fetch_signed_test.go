package shop

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"lastclick/model"
)

// shopAPI serves what is in answers, by path and query, to requests with the header.
func shopAPI(t *testing.T, authorization string, answers map[string]string) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if got := r.Header.Get("Authorization"); got != authorization {
			t.Errorf("Authorization of %s is %q, want %q", r.URL, got, authorization)
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		answer, ok := answers[r.URL.RequestURI()]
		if !ok {
			t.Errorf("nobody should ask for %s", r.URL.RequestURI())
			w.WriteHeader(http.StatusNotFound)
		}
		fmt.Fprint(w, answer)
	}))
	t.Cleanup(server.Close)
	return server
}

// fetched reads the order that a fetch gives.
func fetched(t *testing.T, kind Kind, server *httptest.Server, token string, f Fetch, began time.Time) (model.Order, map[string]any) {
	t.Helper()
	webhooks, err := shopOf(t, kind).(Fetcher).Fetch(t.Context(), server.Client(), Account{URL: server.URL, Token: token}, f, began)
	if err != nil || len(webhooks) != 1 {
		t.Fatalf("%d webhooks, %v", len(webhooks), err)
	}
	in := checkWebhook(t, Delivery{Received: began}, webhooks[0])
	data, _ := dataOf(t, webhooks[0].Body)
	return *in.Order, data
}

// statuses are the tickets of an order with their statuses.
func statuses(o model.Order) string {
	var b strings.Builder
	for _, ticket := range o.Tickets {
		fmt.Fprintf(&b, "%s %s; ", ticket.ID, ticket.Status)
	}
	return b.String()
}

func testdata(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// The amount of the refund fits two lines; the API says that it was one unit of the first.
func TestFetch_WooCommerce(t *testing.T) {
	const path = "/wp-json/wc/v3/orders/725"
	order := testdata(t, "woocommerce/order.updated.ambiguous_refund.json")
	refunds := `[{"id":727,"amount":"45.00","line_items":[
		{"id":90,"quantity":-1,"total":"-45.00","meta_data":[{"id":1,"key":"_refunded_item_id","value":"330"}]},
		{"id":91,"quantity":0,"total":"-1.00","meta_data":[{"id":2,"key":"_refunded_item_id","value":331}]}]},
		{"id":728,"amount":"5.00","line_items":[]}]`
	server := shopAPI(t, "Basic "+base64.StdEncoding.EncodeToString([]byte("ck_1:cs_2")), map[string]string{path: order, path + "/refunds?per_page=100&page=1": refunds})
	began := time.Date(2026, 7, 1, 9, 0, 0, 123_456_000, time.UTC)
	o, _ := fetched(t, WooCommerce, server, "ck_1:cs_2", Fetch{Key: "order 725", Path: path}, began)
	if got, want := statuses(o), "725-330-1 valid; 725-330-2 refunded; 725-331-1 valid; 725-331-2 valid; "; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if o.Version != began.UnixMicro() {
		t.Errorf("version %d, the fetch began at %d", o.Version, began.UnixMicro())
	}
	// A shop whose clock is ahead: what its body said must not be newer.
	body, _ := parsedOrder(t, WooCommerce, "order.updated.ambiguous_refund")
	if o, _ := fetched(t, WooCommerce, server, "ck_1:cs_2", Fetch{Path: path}, time.Date(2026, 6, 3, 9, 29, 0, 0, time.UTC)); o.Version <= body.Version {
		t.Errorf("version %d is not newer than that of the body, %d", o.Version, body.Version)
	}
}

func TestFetch_WooCommerce_ManyRefunds(t *testing.T) {
	const path = "/wp-json/wc/v3/orders/725"
	one := `{"id":1,"line_items":[]}`
	last := `{"id":2,"line_items":[{"quantity":"-1","meta_data":[{"key":"_refunded_item_id","value":"331"}]}]}`
	server := shopAPI(t, "Basic "+base64.StdEncoding.EncodeToString([]byte("k:s")), map[string]string{
		path:                                  testdata(t, "woocommerce/order.updated.ambiguous_refund.json"),
		path + "/refunds?per_page=100&page=1": "[" + strings.Repeat(one+",", 99) + one + "]",
		path + "/refunds?per_page=100&page=2": "[" + last + "]",
	})
	o, _ := fetched(t, WooCommerce, server, "k:s", Fetch{Path: path}, received)
	if got, want := statuses(o), "725-330-1 valid; 725-330-2 valid; 725-331-1 valid; 725-331-2 refunded; "; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// payloadOf is what stands under payload in a message of Ticket Tailor's, as its API has it.
func payloadOf(t *testing.T, name string) string {
	t.Helper()
	var m struct{ Payload rawText }
	if err := decode([]byte(testdata(t, "tickettailor/"+name)), &m); err != nil {
		t.Fatal(err)
	}
	return string(m.Payload)
}

type rawText string

func (r *rawText) UnmarshalJSON(b []byte) error { *r = rawText(b); return nil }

func TestFetch_TicketTailor(t *testing.T) {
	server := shopAPI(t, "Basic "+base64.StdEncoding.EncodeToString([]byte("sk_1:")), map[string]string{"/v1/orders/or_737352": payloadOf(t, "part_refund.json")})
	o, _ := fetched(t, TicketTailor, server, "sk_1", Fetch{Key: "or_737352", Path: "/v1/orders/or_737352"}, received)
	if got, want := statuses(o), "it_50198 valid; it_50199 valid; it_50200 refunded; "; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	// The order's own message, sent once more, is no newer; one of a later void is.
	before, _ := parsedOrder(t, TicketTailor, "two_types")
	later, _ := parsedOrder(t, TicketTailor, "cancelled")
	if o.Version <= before.Version || o.Version >= later.Version {
		t.Errorf("version %d does not lie between %d and %d", o.Version, before.Version, later.Version)
	}
}

const titoAnswer = `{"registration":{"_type":"registration","view":"extended","slug":"reg_1","created_at":"2026-06-01T10:00:00.000Z","updated_at":"2026-06-02T09:00:00.000Z",
	"completed_at":"2026-06-01T10:01:30.000Z","discount_code":%q,"email":"kim@example.com","source":"ana","state":"complete","test_mode":false,"cancelled":%t,"free":false,"paid":true,
	"payment_incomplete":%t,"refunded":false,"total":165.0,"tickets":[
	{"slug":"ti_1","price":67.5,"total_paid":67.5,"state":"complete","void":false,"release_id":2,"release_slug":"vip","release_title":"VIP"},
	{"slug":"ti_2","price":67.5,"total_paid":67.5,"state":"void","void":true,"release_id":2,"release_slug":"vip","release_title":"VIP"}]}}`

func TestFetch_Tito(t *testing.T) {
	f := Fetch{Key: "reg_1", Path: "/v3/acme/summerfest/registrations/reg_1"}
	answers := map[string]string{
		f.Path + "?version=3.0":                        fmt.Sprintf(titoAnswer, "ANA10", false, false),
		"/v3/acme/summerfest?version=3.0":              `{"event":{"slug":"summerfest","currency":"GBP"}}`,
		"/v3/acme/summerfest/releases/vip?version=3.0": `{"release":{"slug":"vip","price":75.0}}`,
	}
	server := shopAPI(t, "Token token=secret_1", answers)
	o, data := fetched(t, Tito, server, "secret_1", f, received)
	if got, want := statuses(o), "ti_1 valid; ti_2 void; "; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if o.Currency != "GBP" || o.Tickets[0].FaceValue != 7500 || o.Tickets[0].Event != "summerfest" || o.Tickets[0].Type != "2" || o.Version != received.UnixMicro() {
		t.Errorf("%+v", o)
	}
	if got := fmt.Sprint(data["tracking"]); got != "map[code:ana coupon:ANA10]" {
		t.Errorf("tracking %s", got)
	}
	answers[f.Path+"?version=3.0"] = fmt.Sprintf(titoAnswer, "", true, false)
	if o, _ := fetched(t, Tito, server, "secret_1", f, received); statuses(o) != "ti_1 void; ti_2 void; " || o.Tickets[0].FaceValue != 6750 {
		t.Errorf("cancelled, without a code: %+v", o)
	}
	answers[f.Path+"?version=3.0"] = fmt.Sprintf(titoAnswer, "", false, true)
	webhooks, err := tito{}.Fetch(t.Context(), server.Client(), Account{URL: server.URL, Token: "secret_1"}, f, received)
	if err != nil || len(webhooks) > 0 {
		t.Errorf("an invoice that is not paid: %d webhooks, %v", len(webhooks), err)
	}
}

// Without a token a fetch says what is missing; a shop that is away is asked again.
func TestFetch_Signed_Errors(t *testing.T) {
	away := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(http.StatusTooManyRequests)
	}))
	t.Cleanup(away.Close)
	garbage := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"registration":{"completed_at":"x","created_at":"x"},"id":"x","status":"completed","issued_tickets":[{}],"line_items":[{"quantity":"x"}]}`)
	}))
	t.Cleanup(garbage.Close)
	for _, kind := range []Kind{WooCommerce, TicketTailor, Tito} {
		s := shopOf(t, kind).(Fetcher)
		f := Fetch{Key: "x", Path: "/v3/a/b/registrations/c"}
		_, err := s.Fetch(t.Context(), away.Client(), Account{URL: away.URL}, f, received)
		if err == nil || !strings.Contains(err.Error(), "token") {
			t.Errorf("%s without a token: %v", kind, err)
		}
		_, err = s.Fetch(t.Context(), away.Client(), Account{URL: away.URL, Token: "t"}, f, received)
		if later, ok := errors.AsType[*Later](err); !ok || later.After != 7*time.Second {
			t.Errorf("%s away: %v", kind, err)
		}
		_, err = s.Fetch(t.Context(), garbage.Client(), Account{URL: garbage.URL, Token: "t"}, f, received)
		if _, ok := errors.AsType[*Unmapped](err); !ok {
			t.Errorf("%s with garbage: %v", kind, err)
		}
	}
}
