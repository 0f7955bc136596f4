package shop

import (
	"context"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Trigger is the dashboard's test of a destination: a session that does not exist.
func (stripe) Trigger(a Account, at time.Time) Delivery {
	d := sampleDelivery(object{
		"id": "evt_" + stripeSample, "object": "event", "api_version": stripeVersion, "created": at.Unix(), "livemode": false,
		"type": "checkout.session.completed", "data": object{"object": object{"id": "cs_test_" + stripeSample, "object": "checkout.session", "mode": "payment", "payment_status": "paid"}},
	}, at)
	stamp := strconv.FormatInt(at.Unix(), 10)
	d.Header.Set("Stripe-Signature", "t="+stamp+",v1="+hex.EncodeToString(sign(a.newest(), []byte(stamp), []byte("."), d.Body)))
	return d
}

// stripeTestKey says whether the key is one of Stripe's test mode.
func stripeTestKey(key string) bool {
	return strings.HasPrefix(key, "sk_test_") || strings.HasPrefix(key, "rk_test_")
}

// TestOrder is by the test mode, which has keys of its own.
func (stripe) TestOrder(a Account, link string) string {
	if stripeTestKey(a.Token) {
		return "Open " + link + ", and pay at Stripe with the card 4242 4242 4242 4242, any date to come and any CVC."
	}
	return "The key of this checkout takes real payments. To place a test order, add a second checkout with the API key and the signing secret of Stripe's test mode, and run checkout test with its name."
}

// stripeRights are what a Fetch reads, by Stripe's names of the rights of a restricted key.
var stripeRights = []struct{ path, right string }{
	{"/v1/checkout/sessions?limit=1", "Checkout Sessions"},
	{"/v1/payment_intents?limit=1", "PaymentIntents"},
	{"/v1/charges?limit=1", "Charges and Refunds"},
	{"/v1/refunds?limit=1", "Charges and Refunds"},
}

// Probe reads the latest of each thing that a Fetch reads.
func (stripe) Probe(ctx context.Context, client *http.Client, a Account, _ string) (p Probed, err error) {
	api, err := openAPI("Stripe", client, a, stripeAPI, "Bearer")
	if err != nil {
		return p, err
	}
	api.header.Set("Stripe-Version", stripeVersion)
	for _, r := range stripeRights {
		if err := api.mayRead(ctx, r.path, r.right); err != nil {
			return p, err
		}
	}
	err = api.mayRead(ctx, "/v1/promotion_codes?limit=1", "Promotion Codes")
	if rightOf(err) != "" {
		p.Lacks, err = "It may not read Promotion Codes, so no code that a buyer enters credits a link: give it that right in Stripe.", nil
	}
	p.Reads = "The key reads what an order of Stripe takes."
	if stripeTestKey(a.Token) {
		p.Reads = "The key reads what an order of Stripe takes, of the test mode: its orders are tests."
	}
	return p, err
}
