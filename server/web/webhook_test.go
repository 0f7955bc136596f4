package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"lastclick/model"
)

var newSecret, oldSecret = bytes.Repeat([]byte{0xA5}, 32), bytes.Repeat([]byte{0x5A}, 32)

const anOrder = `{"type":"order.placed","timestamp":"2026-06-01T12:00:00Z","data":{"id":"A-1001","version":1,"placed_at":"2026-06-01T12:00:00Z","currency":"GBP",` +
	`"tracking":{"receipt":"nonsense"},"tickets":[{"id":"T-1","event":"summerfest","type":"ga","face_value":4500}]}}`

// signed are the headers of a well-signed webhook.
func signed(id string, at time.Time, body string, secret []byte) []string {
	key, _ := standardwebhooks.NewWebhookRaw(secret)
	signature, _ := key.Sign(id, at, []byte(body))
	return []string{"Content-Type", "application/json", "webhook-id", id, "webhook-timestamp", strconv.FormatInt(at.Unix(), 10), "webhook-signature", signature}
}

// with returns headers with one changed; an empty value takes it away.
func with(headers []string, name, value string) []string {
	var out []string
	for i := 0; i < len(headers); i += 2 {
		if headers[i] != name {
			out = append(out, headers[i], headers[i+1])
		}
	}
	if value != "" {
		out = append(out, name, value)
	}
	return out
}

func TestWebhook_Ping_AnsweredAndStoredNowhere(t *testing.T) {
	d := newTestServer(t)
	const ping = `{"type":"ping"}`
	r := d.do("POST", "/webhooks/shop", ping, signed("msg_1", noon, ping, newSecret)...)
	if body := bodyOf(t, r); r.StatusCode != http.StatusOK || body != `{"status":"pong"}`+"\n" && body != `{"status":"pong"}` {
		t.Errorf("%d %s", r.StatusCode, body)
	}
	if r := d.do("POST", "/webhooks/shop", ping, signed("msg_2", noon, ping, []byte("another"))...); r.StatusCode != http.StatusUnauthorized {
		t.Errorf("not signed by us: %d", r.StatusCode)
	}
	if len(d.store.deliveries) != 0 {
		t.Errorf("the store got %v", d.store.deliveries)
	}
}

func TestWebhook_Requests_GetTheirStatus(t *testing.T) {
	good := signed("msg_1", noon, anOrder, newSecret)
	signature := good[7]
	invalid := `{"type":"order.placed","data":{"id":"A-1","version":1,"placed_at":"2026-06-01T12:00:00Z","currency":"GBP","tickets":[{"id":"T-1","event":"summerfest","type":"ga","face_value":-1,"status":"sold"}]}}`
	large := strings.Repeat(" ", maxBody+1)
	full := anOrder + strings.Repeat(" ", maxBody-len(anOrder))
	for _, c := range []struct {
		name, method, path, body string
		headers                  []string
		status                   int
		kept                     bool // it reached the store
	}{
		{"good", "POST", "/webhooks/shop", anOrder, good, 200, true},
		{"charset", "POST", "/webhooks/shop", anOrder, with(good, "Content-Type", "Application/JSON; charset=utf-8"), 200, true},
		{"odd charset", "POST", "/webhooks/shop", anOrder, with(good, "Content-Type", "application/json; charset"), 200, true},
		{"old secret", "POST", "/webhooks/shop", anOrder, signed("msg_1", noon, anOrder, oldSecret), 200, true},
		{"1 MiB", "POST", "/webhooks/shop", full, signed("msg_1", noon, full, newSecret), 200, true},
		{"5 minutes behind", "POST", "/webhooks/shop", anOrder, signed("msg_1", noon.Add(-5*time.Minute), anOrder, newSecret), 200, true},
		{"5 minutes ahead", "POST", "/webhooks/shop", anOrder, signed("msg_1", noon.Add(5*time.Minute), anOrder, newSecret), 200, true},
		{"second of three signatures", "POST", "/webhooks/shop", anOrder, with(good, "webhook-signature", "v1a,xyz "+signature+" v1,abc"), 200, true},
		{"id with a dot", "POST", "/webhooks/shop", anOrder, signed("evt.1", noon, anOrder, newSecret), 200, true},

		{"GET", "GET", "/webhooks/shop", "", good, 405, false},
		{"HEAD", "HEAD", "/webhooks/shop", "", good, 405, false},
		{"PUT to nobody", "PUT", "/webhooks/nobody", anOrder, good, 405, false},
		{"no such checkout", "POST", "/webhooks/nobody", anOrder, good, 404, false},
		{"no name", "POST", "/webhooks/", anOrder, good, 404, false},
		{"more of a path", "POST", "/webhooks/shop/x", anOrder, good, 404, false},
		{"no content type", "POST", "/webhooks/shop", anOrder, with(good, "Content-Type", ""), 415, false},
		{"text", "POST", "/webhooks/shop", anOrder, with(good, "Content-Type", "text/plain"), 415, false},
		{"form", "POST", "/webhooks/shop", anOrder, with(good, "Content-Type", "application/x-www-form-urlencoded"), 415, false},
		{"a kind of JSON", "POST", "/webhooks/shop", anOrder, with(good, "Content-Type", "application/problem+json"), 415, false},
		{"compressed", "POST", "/webhooks/shop", anOrder, with(good, "Content-Encoding", "gzip"), 415, false},
		{"1 MiB and a byte", "POST", "/webhooks/shop", large, signed("msg_1", noon, large, newSecret), 413, false},
		{"large and unsigned", "POST", "/webhooks/shop", large, []string{"Content-Type", "application/json"}, 413, false},

		{"no id", "POST", "/webhooks/shop", anOrder, with(good, "webhook-id", ""), 400, false},
		{"no timestamp", "POST", "/webhooks/shop", anOrder, with(good, "webhook-timestamp", ""), 400, false},
		{"no signature", "POST", "/webhooks/shop", anOrder, with(good, "webhook-signature", ""), 400, false},
		{"no headers", "POST", "/webhooks/shop", anOrder, []string{"Content-Type", "application/json"}, 400, false},
		{"long id", "POST", "/webhooks/shop", anOrder, with(good, "webhook-id", strings.Repeat("x", 129)), 400, false},
		{"id with a space", "POST", "/webhooks/shop", anOrder, with(good, "webhook-id", "msg 1"), 400, false},
		{"id with an escape", "POST", "/webhooks/shop", anOrder, with(good, "webhook-id", "msg\x1b[2J"), 400, false},
		{"timestamp in words", "POST", "/webhooks/shop", anOrder, with(good, "webhook-timestamp", "noon"), 400, false},
		{"timestamp of RFC 3339", "POST", "/webhooks/shop", anOrder, with(good, "webhook-timestamp", "2026-06-01T12:00:00Z"), 400, false},
		{"timestamp with a sign", "POST", "/webhooks/shop", anOrder, with(good, "webhook-timestamp", "+"+strconv.FormatInt(noon.Unix(), 10)), 400, false},
		{"timestamp too large", "POST", "/webhooks/shop", anOrder, with(good, "webhook-timestamp", "99999999999999999999"), 400, false},

		{"another body", "POST", "/webhooks/shop", anOrder + " ", good, 401, false},
		{"another id", "POST", "/webhooks/shop", anOrder, with(good, "webhook-id", "msg_2"), 401, false},
		{"another secret", "POST", "/webhooks/shop", anOrder, signed("msg_1", noon, anOrder, bytes.Repeat([]byte{1}, 32)), 401, false},
		{"another version", "POST", "/webhooks/shop", anOrder, with(good, "webhook-signature", "v2"+signature[2:]), 401, false},
		{"nonsense", "POST", "/webhooks/shop", anOrder, with(good, "webhook-signature", "nonsense"), 401, false},
		{"only commas", "POST", "/webhooks/shop", anOrder, with(good, "webhook-signature", ",, v1, ,"), 401, false},
		{"the 17th signature", "POST", "/webhooks/shop", anOrder, with(good, "webhook-signature", strings.Repeat("v1,x ", 16)+signature), 401, false},
		{"empty secret", "POST", "/webhooks/empty", anOrder, signed("msg_1", noon, anOrder, nil), 401, false},
		{"too old", "POST", "/webhooks/shop", anOrder, signed("msg_1", noon.Add(-5*time.Minute-time.Second), anOrder, newSecret), 401, false},
		{"too new", "POST", "/webhooks/shop", anOrder, signed("msg_1", noon.Add(5*time.Minute+time.Second), anOrder, newSecret), 401, false},
		{"the beginning of time", "POST", "/webhooks/shop", anOrder, with(good, "webhook-timestamp", "-9223372036854775808"), 401, false},

		{"no JSON", "POST", "/webhooks/shop", "hello", signed("msg_1", noon, "hello", newSecret), 400, false},
		{"no body", "POST", "/webhooks/shop", "", signed("msg_1", noon, "", newSecret), 400, false},
		{"half of it", "POST", "/webhooks/shop", anOrder[:90], signed("msg_1", noon, anOrder[:90], newSecret), 400, false},
		{"no UTF-8", "POST", "/webhooks/shop", "{\"type\":\"\xff\"}", signed("msg_1", noon, "{\"type\":\"\xff\"}", newSecret), 400, false},
		{"invalid", "POST", "/webhooks/shop", invalid, signed("msg_1", noon, invalid, newSecret), 422, true},
		{"a list", "POST", "/webhooks/shop", "[]", signed("msg_1", noon, "[]", newSecret), 422, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newTestServer(t)
			d.store.receive = func(d model.Delivery) (model.Outcome, error) {
				if len(d.Faults) > 0 {
					return model.Outcome{}, model.Faulty(d.Faults...)
				}
				return model.Outcome{Status: model.Applied, Order: d.Webhook.Order.ID}, nil
			}
			r := d.do(c.method, c.path, c.body, c.headers...)
			body := checkAnswer(t, r, c.status)
			if kept := len(d.store.deliveries) == 1; kept != c.kept {
				t.Errorf("reached the store: %v, want %v", kept, c.kept)
			}
			if c.kept {
				got := d.store.deliveries[0]
				if got.Checkout != 7 || string(got.Body) != c.body || !got.Received.Equal(noon) || !slices.Contains(c.headers, got.WebhookID) {
					t.Errorf("delivery %+v", got)
				}
			}
			// The path of a field is ours: data.tickets[0].face_value; a body has its names in quotes.
			if log := d.log.String(); strings.Contains(log, `tickets"`) || strings.Contains(log, `tickets\"`) || strings.Contains(log, "\x1b") {
				t.Errorf("a body or an escape is in the log: %s", d.log)
			}
			switch c.status {
			case 401:
				if r.Header.Get("WWW-Authenticate") == "" {
					t.Error("401 names no scheme (RFC 9110 §11.6.1)")
				}
			case 405:
				if r.Header.Get("Allow") != "POST" {
					t.Errorf("Allow %q", r.Header.Get("Allow"))
				}
			}
			if c.name == "invalid" && !strings.Contains(body, `"errors":[{"field":"data.tickets[0].face_value","detail":"must not be negative"},{"field":"data.tickets[0].status",`) {
				t.Errorf("not every fault is listed: %s", body)
			}
		})
	}
}

// checkAnswer checks what holds for all answers to webhooks, and returns the body.
func checkAnswer(t *testing.T, r *http.Response, status int) string {
	t.Helper()
	body := bodyOf(t, r)
	if r.StatusCode != status {
		t.Fatalf("status %d, want %d: %s", r.StatusCode, status, body)
	}
	if !strings.HasSuffix(body, "}\n") || r.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("body %q, headers %v", body, r.Header)
	}
	if status < 300 {
		if !json.Valid([]byte(body)) || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s: %q", r.Header.Get("Content-Type"), body)
		}
		return body
	}
	var p problem
	if err := json.Unmarshal([]byte(body), &p); err != nil {
		t.Fatalf("%v: %q", err, body)
	}
	if r.Header.Get("Content-Type") != "application/problem+json" || p.Type != "about:blank" || p.Title != http.StatusText(status) || p.Status != status || p.Detail == "" {
		t.Errorf("problem %s: %q", r.Header.Get("Content-Type"), body)
	}
	return body
}

func TestWebhook_Outcomes_AreAnswered(t *testing.T) {
	ana := "ana"
	for _, c := range []struct {
		outcome model.Outcome
		status  int
		body    string
	}{
		{
			model.Outcome{Status: model.Applied, Order: "A-1001", Tickets: []model.TicketOutcome{{ID: "T-1", Link: &ana, Reason: model.ReasonLastClick}, {ID: "T-2", Reason: model.ReasonNoClick}}},
			200,
			`{"status":"applied","order":"A-1001","tickets":[{"id":"T-1","link":"ana","reason":"last_click"},{"id":"T-2","link":null,"reason":"no_click"}]}`,
		},
		{model.Outcome{Status: model.Duplicate, Order: "A-1001"}, 200, `{"status":"duplicate","order":"A-1001"}`},
		{model.Outcome{Status: model.Stale, Order: "A-1001"}, 200, `{"status":"stale","order":"A-1001"}`},
		{model.Outcome{Status: model.Applied, Ticket: "<T&1>"}, 200, `{"status":"applied","ticket":"<T&1>"}`},
		{model.Outcome{Status: model.Parked, Reason: "unknown_event"}, 202, `{"status":"parked","reason":"unknown_event"}`},
	} {
		d := newTestServer(t)
		d.store.receive = func(model.Delivery) (model.Outcome, error) { return c.outcome, nil }
		r := d.do("POST", "/webhooks/shop", anOrder, signed("msg_1", noon, anOrder, newSecret)...)
		if body := checkAnswer(t, r, c.status); body != c.body+"\n" {
			t.Errorf("got  %swant %s", body, c.body)
		}
		if m, want := metricsOf(t, d), fmt.Sprintf("lastclick_webhooks_total{result=%q,status=\"%d\"} 1\n", c.outcome.Status, c.status); !strings.Contains(m, want) || !strings.Contains(m, "lastclick_webhook_seconds_count 1\n") {
			t.Errorf("no %s in the metrics:\n%s", want, m)
		}
	}
}

func TestWebhook_StoreErrors_AreProblems(t *testing.T) {
	for _, c := range []struct {
		err        error
		status     int
		retryAfter string
		contains   string
	}{
		{&model.Error{Kind: model.Conflict, Msg: "msg_1 came before with another body"}, 409, "", "msg_1 came before"},
		{&model.Error{Kind: model.Denied, Msg: "this checkout sells for acme only"}, 403, "", "acme only"},
		{&model.Error{Kind: model.NotFound, Msg: "the checkout is gone"}, 404, "", "gone"},
		{&model.Error{Kind: model.Busy, Msg: "too much at once", Hint: "send it again"}, 503, "2", "too much at once: send it again"},
		{&model.Error{Kind: model.Full, Msg: "the disk is full", Err: errors.New("SQLITE_FULL secret")}, 503, "30", "the disk is full"},
		{&model.Error{Kind: model.Invalid, Field: "data.tickets[0].id", Msg: "is another order's"}, 422, "", `"errors":[{"field":"data.tickets[0].id","detail":"is another order's"}]`},
		{fmt.Errorf("wait: %w", context.DeadlineExceeded), 503, "2", "did not answer in time"},
		{&model.Error{Kind: model.Internal, Msg: "secret", Err: errors.New("secret")}, 500, "", `"instance":"urn:lastclick:incident:`},
		{&model.Error{Kind: 99, Msg: "secret"}, 500, "", `"instance":"urn:lastclick:incident:`},
		{errors.New("secret"), 500, "", `"instance":"urn:lastclick:incident:`},
	} {
		d := newTestServer(t)
		d.store.receive = func(model.Delivery) (model.Outcome, error) { return model.Outcome{}, c.err }
		r := d.do("POST", "/webhooks/shop", anOrder, signed("msg_1", noon, anOrder, newSecret)...)
		body := checkAnswer(t, r, c.status)
		if r.Header.Get("Retry-After") != c.retryAfter || !strings.Contains(body, c.contains) || strings.Contains(body, "secret") {
			t.Errorf("%v: Retry-After %q, %s", c.err, r.Header.Get("Retry-After"), body)
		}
		if c.status == 500 {
			_, rest, _ := strings.Cut(body, "incident:")
			if log := d.log.String(); !strings.Contains(log, rest[:10]) || !strings.Contains(log, "secret") {
				t.Errorf("the log does not explain the incident: %s", log)
			}
		}
	}
}

// A store without its database knows no checkout: a sender takes 404 for final.
func TestWebhook_DatabaseAway_IsToComeAgain(t *testing.T) {
	d := newTestServer(t)
	d.store.away = &model.Error{Kind: model.Busy, Msg: "the database cannot be reached"}
	for _, name := range []string{"shop", "none"} {
		r := d.do("POST", "/webhooks/"+name, anOrder, signed("msg_1", noon, anOrder, newSecret)...)
		if body := bodyOf(t, r); r.StatusCode != http.StatusServiceUnavailable || r.Header.Get("Retry-After") == "" || !strings.Contains(body, "the database cannot be reached") {
			t.Errorf("%s: %d %v %s", name, r.StatusCode, r.Header, body)
		}
	}
}

func TestWebhook_Draining_IsRefused(t *testing.T) {
	d := newTestServer(t)
	d.SetDraining()
	r := d.do("POST", "/webhooks/shop", anOrder, signed("msg_1", noon, anOrder, newSecret)...)
	checkAnswer(t, r, 503)
	if r.Header.Get("Retry-After") == "" || len(d.store.deliveries) != 0 {
		t.Errorf("Retry-After %q, %d deliveries", r.Header.Get("Retry-After"), len(d.store.deliveries))
	}
	if r := d.get("/ana"); r.StatusCode != http.StatusFound {
		t.Errorf("a redirect answers %d while draining", r.StatusCode)
	}
}

// The body's size is known only at its end when it comes in chunks; a real client
// must still read the answer.
func TestWebhook_TooLarge_ClientReadsTheAnswer(t *testing.T) {
	d := newTestServer(t)
	srv := httptest.NewServer(d.Handler())
	defer srv.Close()
	for _, size := range []int{maxBody + 1, 3 << 20} {
		for _, chunked := range []bool{false, true} {
			req, err := http.NewRequest("POST", srv.URL+"/webhooks/shop", bytes.NewReader(make([]byte, size)))
			if err != nil {
				t.Fatal(err)
			}
			if chunked {
				req.ContentLength = -1
			}
			for pairs := signed("msg_1", noon, "", newSecret); len(pairs) > 0; pairs = pairs[2:] {
				req.Header.Set(pairs[0], pairs[1])
			}
			r, err := srv.Client().Do(req)
			if err != nil {
				t.Fatalf("%d bytes, chunked %v: %v", size, chunked, err)
			}
			checkAnswer(t, r, 413)
			r.Body.Close()
		}
	}
}

// The line of a refusal names the first field that is at fault, and no order where none is known.
func TestWebhook_Refused_LogNamesTheField(t *testing.T) {
	d := newTestServer(t)
	d.store.receive = func(model.Delivery) (model.Outcome, error) {
		return model.Outcome{}, &model.Error{Kind: model.Invalid, Field: "data.tickets[0].id", Msg: "is another order's"}
	}
	if r := d.do("POST", "/webhooks/shop", anOrder, signed("msg_0", noon, anOrder, newSecret)...); r.StatusCode != http.StatusUnprocessableEntity {
		t.Fatalf("status %d", r.StatusCode)
	}
	log := d.log.String()
	if !strings.Contains(log, "field=data.tickets[0].id") && !strings.Contains(log, `field="data.tickets[0].id"`) || strings.Contains(log, "order=") {
		t.Errorf("the log: %s", log)
	}
}
