package shop

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

// The signatures were made with Python's hmac module.
const (
	signedBody   = `{"id":1}`
	signedSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	signedBase64 = "lqTxRRHF38TFSijeAfhY/sezBiPb9in6pulsN5mDEmU="
	stampedHex   = "9fc42e7f8ca03eee62dd8e242cf7d119ecd71ba7d83145dad42b55fd41eaca6f" // of 1780308000 and the body
	dottedHex    = "b2a7aace4df12a3ea33cf5dc9c5ca46a30e310a2114cd24d520da55f7da8f998" // of 1780308000.body, as Stripe signs
	olderSecret  = "whsec_b2xk"
	olderBase64  = "fHGJl5YZJLHMLeriHiWFMpz3kDxbIDn2HDMa9sKaMFo="
)

// verifies fails the test where Verify does not say want.
func verifies(t *testing.T, s Shop, header, value, body string, at time.Time, secrets []string, want bool) {
	t.Helper()
	d := Delivery{Header: http.Header{}, Body: []byte(body), Received: at}
	if value != "" {
		d.Header.Set(header, value)
	}
	switch err := s.Verify(d, Account{Secrets: secrets}); {
	case want && err != nil:
		t.Errorf("%s: %s is refused: %v", header, value, err)
	case !want && !errors.Is(err, ErrSignature):
		t.Errorf("%s: %s is answered with %v", header, value, err)
	}
}

func TestVerify_SumOfBody(t *testing.T) {
	at := time.Unix(1780308000, 0)
	for header, s := range map[string]Shop{"X-WC-Webhook-Signature": wooCommerce{}, "Tito-Signature": tito{}} {
		two := []string{signedSecret, olderSecret}
		for _, c := range []struct {
			name, value, body string
			secrets           []string
			want              bool
		}{
			{"newest secret", signedBase64, signedBody, two, true},
			{"older secret", olderBase64, signedBody, two, true},
			{"secret that has ended", olderBase64, signedBody, two[:1], false},
			{"another body", signedBase64, signedBody + " ", two, false},
			{"another sum", "A" + signedBase64[1:], signedBody, two, false},
			{"cut sum", signedBase64[:8], signedBody, two, false},
			{"hex", stampedHex, signedBody, two, false},
			{"no header", "", signedBody, two, false},
			{"no secret", signedBase64, signedBody, nil, false},
			{"empty secret", signedBase64, signedBody, []string{""}, false},
		} {
			t.Run(header+"/"+c.name, func(t *testing.T) {
				verifies(t, s, header, c.value, c.body, at, c.secrets, c.want)
			})
		}
	}
}

// An empty secret must not prove what is signed with the empty key.
func TestVerify_EmptyKey(t *testing.T) {
	const empty = "nHqbqN/QlhQ96yF9WRaTs1FVzK/HqRkaDmA9GNMcLmY=" // any sum: the point is the secret
	verifies(t, wooCommerce{}, "X-WC-Webhook-Signature", empty, signedBody, time.Now(), []string{""}, false)
	verifies(t, plain{}, "Authorization", "Bearer ", signedBody, time.Now(), []string{""}, false)
}

func TestVerify_TicketTailor(t *testing.T) {
	const header = "Tickettailor-Webhook-Signature"
	signed := time.Unix(1780308000, 0)
	wrong := strings.Repeat("0", 64)
	for _, c := range []struct {
		name, value string
		after       time.Duration // of the signing, at which it arrives
		want        bool
	}{
		{"right", "t=1780308000,v1=" + stampedHex, 0, true},
		{"upper case", "t=1780308000,v1=" + strings.ToUpper(stampedHex), 0, true},
		{"the other way round", "v1=" + stampedHex + ",t=1780308000", 0, true},
		{"several, one right", "t=1780308000,v1=" + wrong + ", v1=" + stampedHex, 0, true},
		{"5 minutes late", "t=1780308000,v1=" + stampedHex, 5 * time.Minute, true},
		{"later", "t=1780308000,v1=" + stampedHex, 5*time.Minute + time.Second, false},
		{"5 minutes early", "t=1780308000,v1=" + stampedHex, -5 * time.Minute, true},
		{"earlier", "t=1780308000,v1=" + stampedHex, -5*time.Minute - time.Second, false},
		{"signed with a dot", "t=1780308000,v1=" + dottedHex, 0, false},
		{"another time", "t=1780308001,v1=" + stampedHex, 0, false},
		{"another scheme", "t=1780308000,v0=" + stampedHex, 0, false},
		{"no time", "v1=" + stampedHex, 0, false},
		{"no sum", "t=1780308000", 0, false},
		{"time that overflows", "t=99999999999999999999,v1=" + stampedHex, 0, false},
		{"time with a sign", "t=+1780308000,v1=" + stampedHex, 0, false},
		{"no hex", "t=1780308000,v1=zz", 0, false},
		{"none", "", 0, false},
		{"right behind many wrong ones", "t=1780308000" + strings.Repeat(",v1="+wrong, maxSignatures) + ",v1=" + stampedHex, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			verifies(t, ticketTailor{}, header, c.value, signedBody, signed.Add(c.after), []string{olderSecret, signedSecret}, c.want)
			verifies(t, ticketTailor{}, header, c.value, signedBody, signed.Add(c.after), []string{olderSecret, ""}, false)
		})
	}
}

func TestVerify_Plain(t *testing.T) {
	two := []string{signedSecret, olderSecret}
	for _, c := range []struct {
		value string
		want  bool
	}{
		{"Bearer " + signedSecret, true},
		{"bearer " + olderSecret, true},
		{"Bearer  " + signedSecret + " ", true},
		{"Bearer " + signedSecret + "x", false},
		{"Bearer", false},
		{"Basic " + signedSecret, false},
		{signedSecret, false},
		{"", false},
	} {
		verifies(t, plain{}, "Authorization", c.value, signedBody, time.Now(), two, c.want)
	}
}

// WooCommerce refuses an address that does not answer its first, unsigned request with
// 200; nothing else that is not signed may pass for it.
func TestPing(t *testing.T) {
	var s Shop = wooCommerce{}
	pinger := s.(Pinger)
	for _, c := range []struct {
		body, signature string
		want            bool
	}{
		{"webhook_id=15", "", true},
		{"webhook_id=15", "x", false},
		{"webhook_id=15&a=b", "", false},
		{"webhook_id=", "", false},
		{"webhook_id=abc", "", false},
		{" webhook_id=15", "", false},
		{"webhook_id=15\n", "", false},
		{`{"id":1}`, "", false},
		{"", "", false},
	} {
		d := Delivery{Header: http.Header{}, Body: []byte(c.body)}
		if c.signature != "" {
			d.Header.Set("X-WC-Webhook-Signature", c.signature)
		}
		if got := pinger.Ping(d); got != c.want {
			t.Errorf("Ping of %q signed %q = %t", c.body, c.signature, got)
		}
	}
	for _, kind := range []Kind{TicketTailor, Tito, Plain} {
		if _, ok := shopOf(t, kind).(Pinger); ok {
			t.Errorf("%s takes what is not signed", kind)
		}
	}
}
