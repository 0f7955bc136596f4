package model

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

const goodOrder = `{"type":"order.placed","timestamp":"2026-06-01T10:00:01Z","data":
{"id":"A-1001","version":1,"placed_at":"2026-06-01T10:00:00Z","test":false,"currency":"GBP","extra":{"x":[1]},
 "customer":{"id":"cus_77","email":" Kim@Example.com ","returning":false},
 "tracking":{"receipt":"abc","code":"ANA."},
 "tickets":[{"id":"T-1","event":"summerfest","type":"ga","type_name":"General\u001b[31m Admission","face_value":4500}]}}`

func parseFaults(t *testing.T, body string) []string {
	t.Helper()
	_, err := ParseWebhook([]byte(body), minute0)
	e, ok := errors.AsType[*Error](err)
	if !ok || e.Kind != Invalid || len(e.Faults) == 0 {
		t.Fatalf("%v, want faults", err)
	}
	var fields []string
	for _, f := range e.Faults {
		if f.Detail == "" {
			t.Errorf("%s has no detail", f.Field)
		}
		fields = append(fields, f.Field)
	}
	slices.Sort(fields)
	return fields
}

func TestParseWebhook_Order_Fields(t *testing.T) {
	w, err := ParseWebhook([]byte(goodOrder), minute0)
	if err != nil {
		t.Fatal(err)
	}
	o := w.Order
	if o.ID != "A-1001" || o.Version != 1 || !o.PlacedAt.Equal(minute0) || o.Currency != "GBP" || o.Customer.Email != "kim@example.com" ||
		o.Tracking != (Tracking{"abc", "ana"}) || len(o.Tickets) != 1 {
		t.Errorf("%+v", o)
	}
	if got := o.Tickets[0]; got != (Ticket{"T-1", "summerfest", "ga", "General[31m Admission", 4500, Valid}) {
		t.Errorf("%+v", got)
	}
}

func TestParseWebhook_SeveralFaults_AllListed(t *testing.T) {
	got := parseFaults(t, `{"type":"order.placed","timestamp":"yesterday","data":
		{"id":"A\u00071","version":"1","placed_at":"2026-06-01T10:06:00Z","currency":"gbp","customer":{"id":7,"returning":"no"},
		 "tickets":[{"id":"T-1","event":"x","type":"ga","face_value":-1},{"id":"T-1","event":"summerfest","face_value":4.5,"status":"gone"},7]}}`)
	want := []string{
		"data.currency", "data.customer.id", "data.customer.returning", "data.id", "data.placed_at",
		"data.tickets[0].event", "data.tickets[0].face_value",
		"data.tickets[1].face_value", "data.tickets[1].id", "data.tickets[1].status", "data.tickets[1].type",
		"data.tickets[2]", "data.tickets[2].event", "data.tickets[2].face_value", "data.tickets[2].id", "data.tickets[2].type",
		"data.version", "timestamp",
	}
	if !slices.Equal(got, want) {
		t.Errorf("faults\n%q, want\n%q", got, want)
	}
}

func TestParseWebhook_OneFault_Named(t *testing.T) {
	for body, want := range map[string]string{
		`[]`:                                  "body",
		`7`:                                   "body",
		`{}`:                                  "type",
		`{"type":7,"data":{}}`:                "type",
		`{"type":"order.placed"}`:             "data",
		`{"type":"order.placed","data":null}`: "data",
		`{"type":"order.placed","data":"x"}`:  "data",
		`{"type":"invoice.paid","data":{}}`:   "type",
		`{"type":"ticket.scanned","data":{"at":"2026-06-01T10:00:00Z"}}`:                       "data.ticket",
		`{"type":"ticket.scanned","data":{"ticket":"T-1"}}`:                                    "data.at",
		`{"type":"event.updated","data":{"id":"e-1","client":"acme","name":"N"}}`:              "data.url",
		strings.Replace(goodOrder, `"version":1`, `"version":-1`, 1):                           "data.version",
		strings.Replace(goodOrder, `"version":1,`, ``, 1):                                      "data.version",
		strings.Replace(goodOrder, `"placed_at":"2026-06-01T10:00:00Z",`, ``, 1):               "data.placed_at",
		strings.Replace(goodOrder, `"2026-06-01T10:00:00Z"`, `"2026-06-01T10:05:01Z"`, 1):      "data.placed_at",
		strings.Replace(goodOrder, `"face_value":4500`, `"face_value":1e3`, 1):                 "data.tickets[0].face_value",
		strings.Replace(goodOrder, `"face_value":4500`, `"face_value":9999999999999999999`, 1): "data.tickets[0].face_value",
		strings.Replace(goodOrder, `,"face_value":4500`, ``, 1):                                "data.tickets[0].face_value",
	} {
		if got := parseFaults(t, body); len(got) != 1 || got[0] != want {
			t.Errorf("%.60s: %q, want %q", body, got, want)
		}
	}
	for _, n := range []int{0, MaxTickets + 1} {
		tickets := make([]string, n)
		for i := range tickets {
			tickets[i] = fmt.Sprintf(`{"id":"T-%d","event":"summerfest","type":"ga","face_value":1}`, i)
		}
		body := fmt.Sprintf(`{"type":"order.placed","data":{"id":"A","version":1,"placed_at":"2026-06-01T10:00:00Z","currency":"GBP","tickets":[%s]}}`, strings.Join(tickets, ","))
		if got := parseFaults(t, body); len(got) != 1 || got[0] != "data.tickets" {
			t.Errorf("%d tickets: %q", n, got)
		}
	}
}

func TestParseWebhook_NotJSON_Malformed(t *testing.T) {
	for _, body := range []string{"", "{", "order", goodOrder + "x", "{\"type\":\"\xff\"}"} {
		if _, err := ParseWebhook([]byte(body), minute0); KindOf(err) != Malformed {
			t.Errorf("%q: %v", body, err)
		}
	}
}

func TestParseWebhook_AnyTracking_NeverRefused(t *testing.T) {
	for tracking, want := range map[string]Tracking{
		`null`:                        {},
		`{}`:                          {},
		`{"receipt":null}`:            {},
		`{"receipt":"","code":""}`:    {},
		`"x"`:                         {Receipt: "?"},
		`7`:                           {Receipt: "?"},
		`{"receipt":7,"code":[]}`:     {Receipt: "?", Code: ""},
		`{"receipt":"a","code":"B/"}`: {Receipt: "a", Code: "b"},
		`{"receipt":"` + strings.Repeat("a", MaxReceipt+1) + `"}`: {Receipt: "?"},
	} {
		body := strings.Replace(goodOrder, `{"receipt":"abc","code":"ANA."}`, tracking, 1)
		w, err := ParseWebhook([]byte(body), minute0)
		if err != nil || w.Order.Tracking != want {
			t.Errorf("%.40s: %+v, %v", tracking, w.Order, err)
		}
	}
}

func TestParseWebhook_ScanAndEvent_Fields(t *testing.T) {
	w, err := ParseWebhook([]byte(`{"type":"ticket.unscanned","data":{"ticket":"T-1","at":"2026-06-20T20:00:00.123456+01:00"}}`), minute0)
	if err != nil || *w.Scan != (Scan{"T-1", time.Date(2026, 6, 20, 19, 0, 0, 123e6, time.UTC), false}) {
		t.Errorf("%+v, %v", w.Scan, err)
	}
	w, err = ParseWebhook([]byte(`{"type":"event.updated","data":{"id":"summerfest","client":"acme","name":"Summer\u202e Fest","url":"https://t.example/s","starts_at":"2026-06-20T19:30:00+01:00","timezone":"Europe/London","ticket_types":[{"id":"ga","name":""}]}}`), minute0)
	if err != nil || w.Event.Name != "Summer Fest" || w.Event.StartsAt == nil || len(w.Event.TicketTypes) != 1 || w.Event.TicketTypes[0].Name != "ga" {
		t.Errorf("%+v, %v", w.Event, err)
	}
}

func TestOrder_R12_OtherContent_OtherDigest(t *testing.T) {
	base, _ := ParseWebhook([]byte(goodOrder), minute0)
	same, _ := ParseWebhook([]byte(strings.Replace(goodOrder, `"extra":{"x":[1]},`, ``, 1)), minute0)
	if base.Order.Digest() != same.Order.Digest() {
		t.Error("an unknown field changes the digest")
	}
	for from, to := range map[string]string{`4500`: `4501`, `"T-1"`: `"T-2"`, `"abc"`: `"abd"`, `cus_77`: `cus_78`, `"test":false`: `"test":true`, `GBP`: `EUR`, `"ga"`: `"vip"`} {
		other, err := ParseWebhook([]byte(strings.Replace(goodOrder, from, to, 1)), minute0)
		if err != nil || base.Order.Digest() == other.Order.Digest() {
			t.Errorf("%s and %s have one digest (%v)", from, to, err)
		}
	}
}

func TestCustomer_R18_IDThenEmail_Identity(t *testing.T) {
	id := func(checkout string, c Customer) string { return string(c.Identity([]byte("secret"), checkout)) }
	if id("box", Customer{ID: "1"}) == id("web", Customer{ID: "1"}) {
		t.Error("the same id at two checkouts is one person")
	}
	if id("box", Customer{Email: "kim@example.com"}) != id("web", Customer{Email: " KIM@example.com"}) {
		t.Error("the same e-mail is two persons")
	}
	if id("box", Customer{ID: "1", Email: "kim@example.com"}) != id("box", Customer{ID: "1"}) {
		t.Error("the id does not go before the e-mail")
	}
	if (Customer{}).Identity([]byte("secret"), "box") != nil {
		t.Error("a customer without id and e-mail has an identity")
	}
}

func FuzzParseWebhook(f *testing.F) {
	f.Add([]byte(goodOrder))
	f.Add([]byte(`{"type":"ticket.scanned","data":{"ticket":"T-1","at":"2026-06-01T10:00:00Z"}}`))
	f.Add([]byte(`{"type":"event.updated","data":{"id":"e-1","client":"acme","name":"N","url":"https://t.example"}}`))
	f.Add([]byte(`{"type":"order.x","data":{"tickets":[[{}],null]}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		w, err := ParseWebhook(body, minute0)
		if err == nil {
			if (w.Order == nil) == (w.Scan == nil && w.Event == nil) {
				t.Errorf("%q is %+v", body, w)
			}
			if w.Order != nil {
				w.Order.Digest()
			}
			return
		}
		e, ok := errors.AsType[*Error](err)
		if !ok || e.Kind != Malformed && e.Kind != Invalid || e.Kind == Invalid && len(e.Faults) == 0 {
			t.Errorf("%q: %v", body, err)
		}
		if e != nil && e.Kind == Malformed && json.Valid(body) && strings.ToValidUTF8(string(body), "") == string(body) {
			t.Errorf("%q is JSON, and called malformed", body)
		}
	})
}

func TestWebhook_Timestamp_HappenedWithinBounds(t *testing.T) {
	for _, tt := range []struct {
		timestamp string
		at        time.Time
		ok        bool
	}{
		{``, time.Time{}, false},
		{`"timestamp":"2026-06-01T12:00:00.5+02:00",`, minute0.Add(500 * time.Millisecond), true},
		{`"timestamp":"1999-12-31T23:59:59Z",`, time.Date(1999, 12, 31, 23, 59, 59, 0, time.UTC), true},
		{`"timestamp":"2026-06-01T10:05:00Z",`, minute0.Add(MaxAhead), true},
		{`"timestamp":"2026-06-01T10:05:01Z",`, minute0.Add(MaxAhead + time.Second), false}, // a clock that went wrong
	} {
		w, err := ParseWebhook([]byte(`{"type":"ticket.scanned",`+tt.timestamp+`"data":{"ticket":"T-1","at":"2026-06-01T10:00:00Z"}}`), minute0)
		if at, ok := w.Happened(minute0); err != nil || !at.Equal(tt.at) || ok != tt.ok {
			t.Errorf("%s: %v %v %v", tt.timestamp, at, ok, err)
		}
	}
}
