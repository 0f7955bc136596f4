package shop

import (
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"
	"testing"
	"time"

	"lastclick/model/testenv"
)

// The time of an answer does not tell how much of a signature or secret was right: run with
// -bench VerifyWrongByte and compare ns-difference with that of the control, which stops at
// the first wrong byte.
func BenchmarkVerifyWrongByte(b *testing.B) {
	at := time.Unix(1780308000, 0)
	const secret, stamp = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "1780308000"
	body := []byte(`{"id":1}`)
	sum := sign(secret, body)
	stamped := func(name, between string) func(wrong int) Delivery {
		good := sign(secret, []byte(stamp), []byte(between), body)
		return func(wrong int) Delivery {
			return Delivery{Header: http.Header{name: {"t=" + stamp + ",v1=" + hex.EncodeToString(flip(good, wrong))}}}
		}
	}
	inAddress := func(wrong int) Delivery {
		return Delivery{Query: url.Values{secretParameter: {string(flip([]byte(secret), wrong))}}}
	}
	for _, c := range []struct {
		name  string
		shop  Shop
		build func(wrong int) Delivery // with the byte of that index wrong
		last  int
	}{
		{"woocommerce", wooCommerce{}, func(wrong int) Delivery {
			return Delivery{Header: http.Header{"X-Wc-Webhook-Signature": {base64.StdEncoding.EncodeToString(flip(sum, wrong))}}}
		}, 31},
		{"tito", tito{}, func(wrong int) Delivery {
			return Delivery{Header: http.Header{"Tito-Signature": {base64.StdEncoding.EncodeToString(flip(sum, wrong))}}}
		}, 31},
		{"hievents", hiEvents{}, func(wrong int) Delivery {
			return Delivery{Header: http.Header{"Signature": {hex.EncodeToString(flip(sum, wrong))}}}
		}, 31},
		{"stripe", stripe{}, stamped("Stripe-Signature", "."), 31},
		{"tickettailor", ticketTailor{}, stamped("Tickettailor-Webhook-Signature", ""), 31},
		{"plain", plain{}, func(wrong int) Delivery {
			return Delivery{Header: http.Header{"Authorization": {"Bearer " + string(flip([]byte(secret), wrong))}}}
		}, len(secret) - 1},
		{"pretix", pretix{}, inAddress, len(secret) - 1},
		{"eventbrite", eventbrite{}, inAddress, len(secret) - 1},
	} {
		b.Run(c.name, func(b *testing.B) {
			account := Account{Secrets: []string{secret}}
			try := func(wrong int) func() {
				d := c.build(wrong)
				d.Body, d.Received = body, at
				return func() {
					if (c.shop.Verify(d, account) == nil) != (wrong < 0) {
						b.Fatalf("with byte %d wrong the answer is not the one that was to be timed", wrong)
					}
				}
			}
			try(-1)() // all of it right: the rest of the delivery is
			testenv.CompareTimes(b, try(0), try(c.last))
		})
	}
	b.Run("control", func(b *testing.B) {
		equal := func(x []byte) bool {
			for i := range x {
				if x[i] != sum[i] {
					return false
				}
			}
			return true
		}
		first, last, right := flip(sum, 0), flip(sum, 31), 0
		try := func(x []byte) func() {
			return func() {
				if equal(x) {
					right++
				}
			}
		}
		testenv.CompareTimes(b, try(first), try(last))
		if right > 0 {
			b.Fatal("a wrong sum is right")
		}
	})
}

// flip is b with another byte at the index, and b itself for none.
func flip(b []byte, index int) []byte {
	b = append([]byte{}, b...)
	if index >= 0 {
		b[index] ^= 1
	}
	return b
}
