package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"time"

	webhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

func itoa(n int) string { return strconv.Itoa(n) }

// dialects are those of all kinds, and of those that may fetch with an API and without.
func dialects() []dialect {
	return []dialect{
		standardDialect(), plainDialect(), wooDialect(""), wooDialect("ck_1:cs_2"), ticketTailorDialect(""), ticketTailorDialect("sk_12345678"), titoDialect(), hiEventsDialect(),
		stripeDialect(), pretixDialect(), eventbriteDialect(),
	}
}

func macOf(secret, signed string) []byte {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write([]byte(signed))
	return h.Sum(nil)
}

func basicAuth(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

// oneTemplate is an order that is one message, the same whatever happened.
func oneTemplate(name string) func(testing.TB, *sale, string) []message {
	return func(t testing.TB, s *sale, _ string) []message { return []message{{body: written(t, name, s)}} }
}

func signStandard(r *http.Request, secret, body string) {
	hook, err := webhooks.NewWebhook(secret)
	if err != nil {
		panic(err)
	}
	now, sum := time.Now(), sha256.Sum256([]byte(body))
	id := "msg_" + hex.EncodeToString(sum[:8]) // the same message has the same id
	signature, err := hook.Sign(id, now, []byte(body))
	if err != nil {
		panic(err)
	}
	r.Header.Set("webhook-id", id)
	r.Header.Set("webhook-timestamp", strconv.FormatInt(now.Unix(), 10))
	r.Header.Set("webhook-signature", signature)
}

func standardDialect() dialect {
	return dialect{
		kind: "standard", carry: "click={click}", parameter: "click", rejects: true,
		sign: signStandard,
		ping: message{body: `{"type":"ping"}`}, pong: "pong",
		order: oneTemplate("standard order"),
		entry: func(_ testing.TB, v view) message {
			name := "unscanned"
			if v.In {
				name = "scanned"
			}
			return message{body: fmt.Sprintf(`{"type":"ticket.%s","data":{"ticket":"T-%d","at":%q}}`, name, v.T.ID, v.At.UTC().Format(time.RFC3339))}
		},
		orderID:  func(s *sale) string { return "A-" + itoa(s.N) },
		ticketID: func(_ *sale, t saleTicket) string { return "T-" + itoa(t.ID) },
	}
}

// Plain JSON has no check-ins: they come by scan import, which can undo one too.
func plainDialect() dialect {
	return dialect{
		kind: "plain", carry: "lc={click}", parameter: "lc",
		missing: map[string]string{"ping": "scripts have no ping of their own"},
		events:  func(event int) []string { return []string{"fest " + itoa(event)} },
		sign:    func(r *http.Request, secret, _ string) { r.Header.Set("Authorization", "Bearer "+secret) },
		order:   oneTemplate("plain order"),
		orderID: func(s *sale) string { return "A-" + itoa(s.N) },
		ticketID: func(s *sale, t saleTicket) string {
			return fmt.Sprintf("A-%d-fest %d-%s-%d", s.N, s.Event, t.Name(), t.Unit)
		},
	}
}

// WooCommerce has no check-ins in its core: they come by scan import. Without a key for
// its REST API the amount of a refund must say which tickets it was for.
func wooDialect(key string) dialect {
	d := dialect{
		kind: "woocommerce", carry: "woocommerce", parameter: "utm_content", token: key, objectPath: "/orders/",
		events: func(event int) []string { return []string{itoa(event) + "345"} },
		sign: func(r *http.Request, secret, body string) {
			r.Header.Set("X-WC-Webhook-Signature", base64.StdEncoding.EncodeToString(macOf(secret, body)))
		},
		ping: message{map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, "webhook_id=15"}, pong: "ping",
		order: func(t testing.TB, s *sale, what string) []message {
			topic := "order.updated"
			if what == "placed" {
				topic = "order.created"
			}
			return []message{{map[string]string{"X-WC-Webhook-Topic": topic, "X-WC-Webhook-Delivery-ID": "7"}, written(t, "woocommerce order", s)}}
		},
		orderID:  func(s *sale) string { return itoa(s.N) + "23" },
		ticketID: func(s *sale, t saleTicket) string { return fmt.Sprintf("%d23-%d15-%d", s.N, t.N, t.Unit) },
		answer: func(t testing.TB, s *sale, u *url.URL) (string, bool) {
			switch path := "/wp-json/wc/v3/orders/" + itoa(s.N) + "23"; u.Path {
			case path:
				return written(t, "woocommerce order", s), true
			case path + "/refunds":
				return written(t, "woocommerce refunds", s), true
			}
			return "", false
		},
	}
	if key != "" {
		d.about, d.authorization = "key", "Basic "+base64.StdEncoding.EncodeToString([]byte(key))
	}
	return d
}

// Multiplier is how many of Ticket Tailor's units make one of the currency's.
func (v view) Multiplier() int {
	return map[string]int{"JPY": 1, "KWD": 1000}[v.S.Currency] + btoi(v.S.Currency == "GBP")*100
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Without an API key a ticket that is voided must come with its order.
func ticketTailorDialect(key string) dialect {
	envelope := func(at time.Time, event, payload string) message {
		return message{body: fmt.Sprintf(`{"id":"wh_15","created_at":%q,"event":%q,"resource_url":"https://api.tickettailor.com/v1/x","payload":%s}`, at.UTC().Format(time.DateTime), event, payload)}
	}
	d := dialect{
		kind: "tickettailor", carry: "tickettailor", parameter: "ref", ownSecret: true, token: key, authorization: basicAuth(key, ""), objectPath: "/orders/",
		events: func(event int) []string { return []string{"es_59" + itoa(event)} },
		sign: func(r *http.Request, secret, body string) {
			now := strconv.FormatInt(time.Now().Unix(), 10)
			r.Header.Set("Tickettailor-Webhook-Signature", "t="+now+",v1="+hex.EncodeToString(macOf(secret, now+body)))
		},
		ping: message{body: `{"event":"PING.TEST","id":"wh_probe"}`}, pong: "ignored",
		order: func(t testing.TB, s *sale, what string) []message {
			order := written(t, "tickettailor order", view{S: s})
			if what == "placed" {
				return []message{envelope(s.Changed, "ORDER.CREATED", order)}
			}
			for _, ticket := range s.Tickets {
				if ticket.Gone && what == "refunded" && key != "" { // the ticket alone, which lets the order be fetched
					return []message{envelope(s.Changed, "ISSUED_TICKET.UPDATED", written(t, "tickettailor ticket", view{S: s, T: ticket}))}
				}
			}
			return []message{envelope(s.Changed, "ORDER.UPDATED", order)}
		},
		entry: func(t testing.TB, v view) message {
			return envelope(v.At, "ISSUED_TICKET.UPDATED", written(t, "tickettailor ticket", v))
		},
		orderID:  func(s *sale) string { return "or_73" + itoa(s.N) },
		ticketID: func(_ *sale, t saleTicket) string { return "it_" + itoa(t.ID) },
		answer: func(t testing.TB, s *sale, u *url.URL) (string, bool) {
			return written(t, "tickettailor order", view{S: s}), u.Path == "/v1/orders/or_73"+itoa(s.N)
		},
	}
	if key != "" {
		d.about = "key"
	}
	return d
}

func titoDialect() dialect {
	named := func(name, body string) message { return message{map[string]string{"X-Webhook-Name": name}, body} }
	return dialect{
		kind: "tito", carry: "tito", parameter: "source", ownSecret: true, token: "tito-token", authorization: "Token token=tito-token", objectPath: "/registrations/",
		missing: map[string]string{"ping": "Tito documents no ping"},
		events:  func(event int) []string { return slugs("fest-", event) },
		sign: func(r *http.Request, secret, body string) {
			r.Header.Set("Tito-Signature", base64.StdEncoding.EncodeToString(macOf(secret, body)))
		},
		order: func(t testing.TB, s *sale, what string) []message {
			whole := written(t, "tito registration", s)
			switch what {
			case "placed":
				return []message{named("registration.finished", whole)}
			case "refunded":
				for _, ticket := range s.Tickets {
					if ticket.Gone {
						return []message{named("ticket.voided", written(t, "tito void", view{S: s, T: ticket}))}
					}
				}
			}
			return []message{named("registration.cancelled", whole)}
		},
		entry: func(t testing.TB, v view) message {
			if v.In {
				return named("checkin.created", written(t, "tito checkin", v))
			}
			return named("checkin.deleted", written(t, "tito checkin", v))
		},
		orderID:  func(s *sale) string { return "reg_dp9Z2e" + itoa(s.N) },
		ticketID: func(_ *sale, t saleTicket) string { return "ti_dj8" + itoa(t.ID) },
		answer: func(t testing.TB, s *sale, u *url.URL) (string, bool) {
			event := "/v3/acme/fest-" + s.Slug()
			switch u.Path {
			case event + "/registrations/reg_dp9Z2e" + itoa(s.N):
				return written(t, "tito api registration", s), true
			case event:
				return written(t, "tito api event", s), true
			}
			return "", false
		},
	}
}

// Hi.Events carries no click: a link's promo code credits it.
func hiEventsDialect() dialect {
	return dialect{
		kind: "hievents", ownSecret: true, reasons: [3]string{"coupon", "", "no_click"},
		missing: map[string]string{
			"ping":           "Hi.Events documents no ping",
			"copied address": "a promo code is anybody's, and there is no click token that could be copied",
		},
		events: func(event int) []string { return []string{itoa(event) + "2"} },
		sign: func(r *http.Request, secret, body string) {
			r.Header.Set("Signature", hex.EncodeToString(macOf(secret, body)))
		},
		order: func(t testing.TB, s *sale, what string) []message {
			types := map[string]string{"placed": "order.created", "refunded": "order.updated", "cancelled": "order.cancelled"}
			return []message{{body: written(t, "hievents order", view{S: s, Type: types[what]})}}
		},
		entry:    func(t testing.TB, v view) message { return message{body: written(t, "hievents checkin", v)} },
		orderID:  func(s *sale) string { return "O-7XK2M" + itoa(s.N) },
		ticketID: func(_ *sale, t saleTicket) string { return itoa(t.ID) },
	}
}
