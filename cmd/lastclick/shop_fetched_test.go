package main

import (
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
)

func stripeDialect() dialect {
	id := func(s *sale) string { return "cs_live_a1enSAC01IA3" + itoa(s.N) }
	return dialect{
		kind: "stripe", carry: "stripe", parameter: "client_reference_id", ownSecret: true, token: "rk_live_1234", authorization: "Bearer rk_live_1234", objectPath: "/checkout/sessions/cs_live_a1enSAC01IA3",
		events: func(event int) []string { // each type is a product
			return []string{fmt.Sprintf("prod_Nppu%d%d", event, generalAdmission), fmt.Sprintf("prod_Nppu%d%d", event, vip)}
		},
		sign: func(r *http.Request, secret, body string) {
			now := strconv.FormatInt(time.Now().Unix(), 10)
			r.Header.Set("Stripe-Signature", "t="+now+",v1="+hex.EncodeToString(macOf(secret, now+"."+body)))
		},
		ping: message{body: `{"id":"evt_00000000000000","object":"event","type":"checkout.session.completed","livemode":false,"data":{"object":{"id":"cs_00000000000000","object":"checkout.session","mode":"payment","payment_status":"paid"}}}`},
		pong: "ignored",
		order: func(t testing.TB, s *sale, what string) []message {
			if what == "placed" {
				return []message{{body: written(t, "stripe completed", s)}}
			}
			return []message{{body: written(t, "stripe refunded", s)}}
		},
		orderID:  id,
		ticketID: func(s *sale, t saleTicket) string { return fmt.Sprintf("%s-li_1N4BEo%d%d-%d", id(s), s.N, t.N, t.Unit) },
		answer: func(t testing.TB, s *sale, u *url.URL) (string, bool) {
			intent := "pi_3RTqw0RM" + itoa(s.N)
			switch u.Path {
			case "/v1/checkout/sessions/" + id(s):
				return written(t, "stripe session", s), true
			case "/v1/checkout/sessions/" + id(s) + "/line_items":
				return written(t, "stripe lines", s), true
			case "/v1/checkout/sessions":
				return written(t, "stripe list", s), u.Query().Get("payment_intent") == intent
			case "/v1/refunds":
				return written(t, "stripe refunds", s), u.Query().Get("payment_intent") == intent
			}
			return "", false
		},
	}
}

// A message of pretix is the address of an order and no more, so what is out of order,
// broken or forged is so in the messages alone.
func pretixDialect() dialect {
	return dialect{
		kind: "pretix", carry: "pretix", parameter: "lastclick", token: "pretix-token", authorization: "Token pretix-token", objectPath: "/orders/",
		missing: map[string]string{"ping": "pretix documents no ping"},
		events:  func(event int) []string { return slugs("fest", event) },
		sign:    func(r *http.Request, secret, _ string) { r.SetBasicAuth("lastclick", secret) },
		order: func(t testing.TB, s *sale, what string) []message {
			actions := map[string][]string{
				"placed":    {"pretix.event.order.placed", "pretix.event.order.paid"},
				"refunded":  {"pretix.event.order.changed.cancel", "pretix.event.order.refund.done"},
				"cancelled": {"pretix.event.order.canceled"},
			}
			var all []message
			for _, a := range actions[what] {
				all = append(all, message{body: written(t, "pretix message", view{S: s, Action: a})})
			}
			return all
		},
		entry: func(t testing.TB, v view) message {
			if v.Action = "pretix.event.checkin"; !v.In {
				v.Action += ".reverted"
			}
			return message{body: written(t, "pretix message", v)}
		},
		orderID:  pretixOrderID,
		ticketID: func(s *sale, t saleTicket) string { return pretixOrderID(s) + "-" + itoa(t.ID) },
		answer: func(t testing.TB, s *sale, u *url.URL) (string, bool) {
			event := "/api/v1/organizers/acmecorp/events/fest" + s.Slug() + "/"
			switch u.Path {
			case event:
				return written(t, "pretix event", s), true
			case event + "orders/" + s.Code() + "/":
				return written(t, "pretix order", s), true
			case event + "items/1341/", event + "items/1342/":
				return written(t, "pretix item", u.Path[len(u.Path)-5:len(u.Path)-1]), true
			}
			return "", false
		},
	}
}

func pretixOrderID(s *sale) string {
	return "FEST" + strings.ToUpper(s.Slug()) + "-" + s.Code()
}

// eventbriteMoney is an amount as Eventbrite writes it.
type eventbriteMoney struct {
	Currency, Major string
	Minor           int64
}

// Money is the price of the view's ticket, or of all of the sale.
func (v view) Money() eventbriteMoney {
	amount := v.T.Price
	if v.T.ID == 0 {
		amount = v.S.Total()
	}
	return eventbriteMoney{v.S.Currency, v.S.Major(amount), amount}
}

// Nothing is the money of what costs nothing.
func (v view) Nothing() eventbriteMoney { return eventbriteMoney{v.S.Currency, v.S.Major(0), 0} }

func eventbriteDialect() dialect {
	return dialect{
		kind: "eventbrite", carry: "eventbrite", parameter: "aff", token: "eventbrite-token", authorization: "Bearer eventbrite-token", objectPath: "/v3/orders/",
		events: func(event int) []string { return []string{"645927" + itoa(event)} },
		sign:   func(r *http.Request, secret, _ string) { r.URL.RawQuery = url.Values{"secret": {secret}}.Encode() },
		ping:   message{body: `{"config":{"action":"test","user_id":"311783287832","endpoint_url":"https://go.example/webhooks/shop","webhook_id":"1806556"},"api_url":"{api-endpoint-to-fetch-object-details}"}`},
		pong:   "ignored",
		order: func(t testing.TB, s *sale, what string) []message {
			actions := map[string]string{"placed": "order.placed", "refunded": "order.updated", "cancelled": "order.refunded"}
			return []message{{map[string]string{"X-Eventbrite-Event": actions[what], "X-Eventbrite-Delivery": "1806556"}, written(t, "eventbrite message", view{S: s, Action: actions[what]})}}
		},
		entry: func(t testing.TB, v view) message {
			if v.Action = "attendee.checked_out"; v.In {
				v.Action = "attendee.checked_in"
			}
			return message{body: written(t, "eventbrite message", v)}
		},
		orderID:  func(s *sale) string { return "98535" + itoa(s.N) },
		ticketID: func(_ *sale, t saleTicket) string { return itoa(t.ID) },
		answer: func(t testing.TB, s *sale, u *url.URL) (string, bool) {
			if u.Path == "/v3/orders/98535"+itoa(s.N)+"/" && u.Query().Get("expand") == "attendees" {
				return written(t, "eventbrite order", view{S: s}), true
			}
			for _, ticket := range s.Tickets {
				if u.Path == fmt.Sprintf("/v3/events/645927%d/attendees/%d/", s.Event, ticket.ID) {
					return written(t, "eventbrite attendee", view{S: s, T: ticket}), true
				}
			}
			return "", false
		},
	}
}
