package shop

import (
	"strings"
	"testing"

	"lastclick/model"
)

// A mapper never panics, whatever a shop sends under its secret; what it makes is read by
// ParseWebhook, and what it cannot make is an *Unmapped. The same delivery makes the same.
func fuzzMessages(f *testing.F, kind Kind) {
	for _, file := range messageFiles(f, kind) {
		d := message(f, kind, file)
		f.Add(d.Header.Get(topicHeader(kind)), d.Body)
	}
	s := shopOf(f, kind)
	f.Fuzz(func(t *testing.T, topic string, body []byte) {
		d := Delivery{Header: map[string][]string{topicHeader(kind): {topic}}, Body: body, Received: received}
		r, err := s.Map(d)
		checkResult(t, d, r, err)
		if again, err2 := s.Map(d); asks(r, err) != asks(again, err2) {
			t.Errorf("first\n%s\nthen\n%s", asks(r, err), asks(again, err2))
		}
	})
}

// topicHeader is the canonical name of the header, or one that no kind reads.
func topicHeader(kind Kind) string {
	switch kind {
	case WooCommerce:
		return "X-Wc-Webhook-Topic"
	case Tito:
		return "X-Webhook-Name"
	}
	return "X-Nothing"
}

func FuzzMapWooCommerce(f *testing.F)  { fuzzMessages(f, WooCommerce) }
func FuzzMapTicketTailor(f *testing.F) { fuzzMessages(f, TicketTailor) }
func FuzzMapTito(f *testing.F)         { fuzzMessages(f, Tito) }
func FuzzMapPlain(f *testing.F)        { fuzzMessages(f, Plain) }

// Amounts are exact or refused: what is read can be written and read again.
func FuzzMinorUnits(f *testing.F) {
	for _, s := range []string{"45.00", "-10", "4.5e1", "1e-2", "0.001", "9999999999999.99", "1e40", ".5", "5."} {
		f.Add(s, "GBP")
		f.Add(s, "JPY")
		f.Add(s, "KWD")
	}
	f.Fuzz(func(t *testing.T, amount, currency string) {
		n, err := minorUnits(amount, currency)
		if err != nil {
			return
		}
		again, err := minorUnits(model.DecimalAmount(n, currency), currency)
		if err != nil || again != n {
			t.Errorf("%q %s is %d, which reads as %d, %v", amount, currency, n, again, err)
		}
	})
}

// A header of a signature never panics, and one that is taken has what it says.
func FuzzParseStamped(f *testing.F) {
	f.Add("t=1780308000,v1=00ff")
	f.Add("v1=00,t=1,v1=ff , v0=aa")
	f.Add("t=,v1=")
	f.Fuzz(func(t *testing.T, header string) {
		s, ok := parseStamped(header)
		if ok && (s.text == "" || len(s.signatures) == 0 || len(s.signatures) > maxSignatures || !strings.Contains(header, "t="+s.text)) {
			t.Errorf("%q is %+v", header, s)
		}
	})
}
