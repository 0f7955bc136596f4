package shop

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"lastclick/model"
)

// stripe understands Stripe Checkout and Payment Links (docs.stripe.com/webhooks,
// /api/checkout/sessions, /api/refunds, /currencies), at the API version stripeVersion.
//
//   - An event has no line items, so every one is a reason to fetch its session: what was
//     bought, paid and refunded by then.
//   - The event of a ticket is the product (prod_…), its type the price (price_…): name
//     each product of an event with `event set`. A payment link would not do, since shops
//     also make sessions without one, and its lines may be for several events.
//   - Every unit is a ticket. Everything that is sold by Checkout is taken for a ticket:
//     an account that also sells other things parks their orders as of unknown events.
//   - The face value is amount_subtotal, before discounts and added taxes; paid is
//     amount_total.
//   - The customer is the e-mail. Payment links may make a new cus_… for every purchase,
//     so that id is used only where there is no e-mail.
//   - placed_at is the time of the charge, or of the session where nothing was due.
//   - Refunds say how much, not for what: applyStripeRefunds has the rule.
type stripe struct{}

const (
	stripeAPI     = "https://api.stripe.com"
	stripeVersion = "2025-07-30.basil"
	stripePage    = "100"            // the most that a list has
	stripeSample  = "00000000000000" // the ids of the dashboard's test events end with it
)

// stripePath is a path that Map makes.
var stripePath = regexp.MustCompile(`^/v1/checkout/sessions(/[A-Za-z0-9_]+|\?payment_intent=[A-Za-z0-9_]+)$`)

// Verify compares Stripe-Signature: t=…,v1=…, hex of the HMAC-SHA256 of "t.body". A stamp
// more than five minutes off is refused, as Stripe's own libraries do.
func (stripe) Verify(d Delivery, a Account) error {
	s, ok := parseStamped(d.Header.Get("Stripe-Signature"))
	if !ok || !fresh(s.at, d.Received) || !signed(a.Secrets, s.signatures, []byte(s.text), []byte("."), d.Body) {
		return ErrSignature
	}
	return nil
}

type stripeEvent struct {
	Type string `json:"type"`
	Data struct {
		Object struct {
			ID            string   `json:"id"`
			Mode          string   `json:"mode"`
			PaymentStatus string   `json:"payment_status"`
			PaymentIntent stripeID `json:"payment_intent"`
		} `json:"object"`
	} `json:"data"`
}

// stripeID is an object by its id, or whole with its id in it.
type stripeID string

// UnmarshalJSON takes a string, an object with an id, or null.
func (s *stripeID) UnmarshalJSON(b []byte) error {
	if b[0] == '{' {
		var whole struct {
			ID string `json:"id"`
		}
		err := json.Unmarshal(b, &whole)
		*s = stripeID(whole.ID)
		return err
	}
	return json.Unmarshal(b, (*string)(s))
}

// Map understands an event.
func (stripe) Map(d Delivery) (Result, error) {
	var e stripeEvent
	if err := decode(d.Body, &e); err != nil {
		return Result{}, err
	}
	object := e.Data.Object
	switch e.Type {
	case "":
		return Result{}, unmapped("type", "is missing")
	case "checkout.session.completed", "checkout.session.async_payment_succeeded":
		switch {
		case strings.HasSuffix(object.ID, stripeSample):
			return Result{Ignored: "a test of Stripe's dashboard, about a session that does not exist"}, nil
		case object.Mode == "setup":
			return Result{Ignored: "a session of the mode setup sells nothing"}, nil
		case object.PaymentStatus == "unpaid":
			return Result{Ignored: "the session waits for its payment: Stripe sends checkout.session.async_payment_succeeded then"}, nil
		case !plainID(object.ID, "_", model.MaxID):
			return Result{}, unmapped("data.object.id", "%s is no id of a session", quoted(object.ID))
		}
		return Result{Fetch: &Fetch{Key: object.ID, Path: "/v1/checkout/sessions/" + object.ID}}, nil
	case "charge.refunded", "charge.refund.updated", "refund.created", "refund.updated", "refund.failed":
		intent := string(object.PaymentIntent)
		switch {
		case intent == "":
			return Result{Ignored: "the charge was not made by Checkout"}, nil
		case !plainID(intent, "_", model.MaxID):
			return Result{}, unmapped("data.object.payment_intent", "%s is no id of a payment", quoted(intent))
		}
		return Result{Fetch: &Fetch{Key: intent, Path: "/v1/checkout/sessions?payment_intent=" + intent}}, nil
	}
	return Result{Ignored: "an event " + quoted(e.Type) + " says nothing about tickets"}, nil
}

type stripeSession struct {
	ID              string   `json:"id"`
	Created         int64    `json:"created"`
	Livemode        bool     `json:"livemode"`
	Currency        string   `json:"currency"`
	PaymentStatus   string   `json:"payment_status"`
	Reference       string   `json:"client_reference_id"`
	Customer        stripeID `json:"customer"`
	CustomerEmail   string   `json:"customer_email"`
	CustomerDetails struct {
		Email string `json:"email"`
	} `json:"customer_details"`
	Discounts []struct {
		PromotionCode stripeID `json:"promotion_code"`
	} `json:"discounts"`
	PaymentIntent struct {
		ID     string       `json:"id"`
		Charge stripeCharge `json:"latest_charge"`
	} `json:"payment_intent"`
}

type stripeCharge struct {
	Created  int64  `json:"created"`
	Currency string `json:"currency"`
	Amount   int64  `json:"amount"`
	Refunded int64  `json:"amount_refunded"`
}

// Fetch reads a session, its line items and its refunds.
func (s stripe) Fetch(ctx context.Context, client *http.Client, a Account, f Fetch, began time.Time) ([]Webhook, error) {
	api, err := openAPI("Stripe", client, a, stripeAPI, "Bearer")
	if err != nil {
		return nil, err
	}
	if !stripePath.MatchString(f.Path) {
		return nil, unmapped("path", "is none of a session")
	}
	api.header.Set("Stripe-Version", stripeVersion)
	session, err := readSession(ctx, api, f.Path)
	if err != nil || session.ID == "" || session.PaymentStatus == "unpaid" {
		return nil, err // the payment was not made by Checkout, or is still to come
	}
	o, err := session.order()
	if err != nil {
		return nil, err
	}
	lines, err := readLines(ctx, api, session)
	if err != nil {
		return nil, err
	}
	if o.Tickets, err = ticketsOf(o.ID, "line_items", lines); err != nil {
		return nil, err
	}
	if session.PaymentIntent.Charge.Refunded > 0 {
		refunds, err := readRefunds(ctx, api, session)
		if err != nil {
			return nil, err
		}
		applyStripeRefunds(o.Tickets, lines, refunds, session.PaymentIntent.Charge.Refunded >= session.PaymentIntent.Charge.Amount)
	}
	if o.Tracking.Coupon, err = readPromotionCode(ctx, api, session); err != nil {
		return nil, err
	}
	return fetchedWebhooks(Stripe, began, o, nil)
}

// order is the session's order, without its tickets.
func (session stripeSession) order() (order, error) {
	charge := session.PaymentIntent.Charge
	placed := session.Created
	if charge.Created > 0 {
		placed = charge.Created
	}
	if placed <= 0 || placed > 1<<40 { // far beyond the years that ParseWebhook takes
		return order{}, unmapped("created", "must be a time in Unix seconds")
	}
	o := order{
		ID:       session.ID,
		PlacedAt: moment{time.Unix(placed, 0)},
		Test:     !session.Livemode,
		Currency: strings.ToUpper(session.Currency),
		Customer: customer{Email: session.CustomerDetails.Email},
		Tracking: carried(session.Reference),
	}
	if o.Customer.Email == "" {
		o.Customer.Email = session.CustomerEmail
	}
	if o.Customer.Email == "" {
		o.Customer.ID = string(session.Customer)
	}
	return o, nil
}

// Guide says what to enter in Stripe.
func (stripe) Guide(url string) []string {
	return []string{
		"In Stripe open Developers, Webhooks, and choose Add destination (or Add endpoint), with events of your account.",
		"Events: checkout.session.completed, checkout.session.async_payment_succeeded, charge.refunded and refund.updated.",
		"Endpoint URL: " + url,
		"Save it, reveal the signing secret (whsec_…), and give it to this checkout.",
		"Under Developers, API keys, make a restricted key that may read Checkout Sessions, PaymentIntents, Charges and Refunds, and Promotion Codes, and give it to this checkout as its token. In test mode Stripe has other keys and secrets: add a checkout of its own for it.",
		"Sell each type of ticket as a price of a product.",
		eventsGuide(url, Stripe),
		carryGuide("stripe") + ". A payment link takes it by itself; a Checkout page of your own passes the parameter client_reference_id on.",
	}
}

// stripeQuery is path with parameters added.
func stripeQuery(path string, parameters ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(parameters); i += 2 {
		q.Add(parameters[i], parameters[i+1])
	}
	sep := "?"
	if strings.Contains(path, "?") {
		sep = "&"
	}
	return path + sep + q.Encode()
}
