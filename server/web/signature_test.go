package web

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// The vector of the Standard Webhooks libraries.
// https://github.com/standard-webhooks/standard-webhooks/blob/main/libraries/go/webhook_test.go
func TestVerify_VectorOfStandardWebhooks_Holds(t *testing.T) {
	secret, err := base64.StdEncoding.DecodeString("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Unix(1614265330, 0)
	h := http.Header{}
	h.Set("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek")
	h.Set("webhook-timestamp", "1614265330")
	h.Set("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
	c, err := parseWebhookHeaders(h)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := c.verify([]byte(`{"test": 2432232314}`), [][]byte{{1}, secret}, at); err != nil || n != 1 {
		t.Error(n, err)
	}
	if _, err := c.verify([]byte(`{"test": 2432232315}`), [][]byte{secret}, at); err == nil {
		t.Error("another body verifies")
	}
}

// What a developer gets wrong first is told by its name.
func TestVerify_CommonMistakes_AreNamed(t *testing.T) {
	for _, c := range []struct{ stamp, signature, want string }{
		{"1780308000000", "v1,x", "webhook-timestamp is in milliseconds, and it must be in seconds: 1780308000"},
		{"1780307000000000", "v1,x", "webhook-timestamp is in microseconds, and it must be in seconds: 1780308000"},
		{"1780309000000000000", "v1,x", "webhook-timestamp is in nanoseconds, and it must be in seconds: 1780308000"},
		{"1780307000", "v1,x", "webhook-timestamp is more than 5 minutes behind our clock (2026-06-01T10:00:00Z): sign each attempt with the time at which it is sent"},
		{"1780309000", "v1,x", "webhook-timestamp is more than 5 minutes ahead of our clock (2026-06-01T10:00:00Z): set your clock"},
		{"99999999999999", "v1,x", "webhook-timestamp is more than 5 minutes ahead of our clock (2026-06-01T10:00:00Z): set your clock"},
		{"1780308000", "sha256=00ff", "webhook-signature holds no signature that begins with v1, and a comma: v1,<base64 of the HMAC-SHA256>"},
		{"1780308000", "v1,x", "webhook-signature does not match: sign webhook-id.webhook-timestamp.body, byte for byte as it is sent, with this checkout's secret"},
	} {
		h := http.Header{}
		h.Set("webhook-id", "msg_1")
		h.Set("webhook-timestamp", c.stamp)
		h.Set("webhook-signature", c.signature)
		parsed, err := parseWebhookHeaders(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parsed.verify([]byte(anOrder), [][]byte{{1}}, time.Unix(1780308000, 0)); err == nil || err.Error() != c.want {
			t.Errorf("%s %s: %v\nwant %s", c.stamp, c.signature, err, c.want)
		}
	}
}

func FuzzWebhookHeaders(f *testing.F) {
	good := signed("msg_1", noon, anOrder, newSecret)
	f.Add(good[1], good[3], good[5], good[7])
	f.Add("application/json;", "a.b", "-1", "v1, v1,,")
	f.Add("", "\x1b[2J", "1e9", strings.Repeat(" ", 100))
	key, err := standardwebhooks.NewWebhookRaw(newSecret)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, mediaType, id, stamp, signature string) {
		d := newTestServer(t)
		r := httptest.NewRequest("POST", "/webhooks/shop", strings.NewReader(anOrder))
		for name, value := range map[string]string{"Content-Type": mediaType, "Webhook-Id": id, "Webhook-Timestamp": stamp, "Webhook-Signature": signature} {
			r.Header[name] = []string{value}
		}
		w := httptest.NewRecorder()
		d.Handler().ServeHTTP(w, r)
		switch w.Code {
		case 400, 401, 415:
			if len(d.store.deliveries) != 0 {
				t.Fatalf("%d, and it reached the store", w.Code)
			}
		case 200:
			at, err := strconv.ParseInt(stamp, 10, 64)
			if err != nil || len(d.store.deliveries) != 1 {
				t.Fatalf("200 with the timestamp %q and %d deliveries", stamp, len(d.store.deliveries))
			}
			if want, _ := key.Sign(id, time.Unix(at, 0), []byte(anOrder)); !strings.Contains(signature, want) {
				t.Fatalf("200 with the signature %q", signature) // the old secret's cannot be guessed
			}
		default:
			t.Fatalf("status %d", w.Code)
		}
		for _, b := range []byte(d.log.String()) {
			if b < ' ' && b != '\n' || b == 0x7f {
				t.Fatalf("control byte %#x in the log: %q", b, d.log)
			}
		}
	})
}
