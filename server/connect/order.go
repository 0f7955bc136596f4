package connect

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"lastclick/model"
	"lastclick/server/shop"
	"lastclick/server/shop/intake"
)

// message posts what the shop posts to try an address, with the shop's proof.
func (t *try) message(ctx context.Context) (model.TryState, string, error) {
	d := t.shop.(shop.Trigger).Trigger(t.account, t.c.Now().UTC())
	r, err := t.deliver(ctx, d)
	switch {
	case err != nil:
		return model.TryFailed, "The door does not answer: " + short(err.Error()), nil
	case r.status != http.StatusOK:
		return model.TryFailed, fmt.Sprintf("The door answers %d: %s", r.status, short(string(r.body))), nil
	}
	return model.TryOK, fmt.Sprintf("A message with the newest secret, which asks for nothing, was accepted as one of %s.", t.title()), nil
}

// placeOrder says how to go on in the shop.
func (t *try) placeOrder(context.Context) (model.TryState, string, error) {
	how := t.shop.(shop.Trigger).TestOrder(t.account, t.link.ShortURL)
	return model.TryOpen, fmt.Sprintf("Only %s itself can make an order. %s Then order list shows it, order explain ID its verdict, and checkout show %s when its message came.", t.title(), how, t.checkout.Name), nil
}

// post posts a test order as the checkout would.
func (t *try) post(ctx context.Context) (model.TryState, string, error) {
	d, ok := t.delivery()
	if !ok {
		return model.TryOpen, "Only the shop itself can post its orders. Place a test order there; checkout show " + t.checkout.Name + " then says when it was accepted.", nil
	}
	r, err := t.deliver(ctx, d)
	switch {
	case err != nil:
		return model.TryFailed, "The door does not answer: " + short(err.Error()), nil
	case r.status != http.StatusOK:
		return model.TryFailed, fmt.Sprintf("The door answers %d: %s", r.status, short(string(r.body))), nil
	}
	if t.shop != nil {
		if state, detail := t.became(r.body); state != model.TryOK {
			return state, detail, nil
		}
	}
	return model.TryOK, "The signed test order " + t.order + " was accepted.", nil
}

// became reads what the door made of a shop's delivery, which it answers with 200 whatever
// that is.
func (t *try) became(body []byte) (model.TryState, string) {
	var a intake.Answer
	if err := json.Unmarshal(body, &a); err != nil {
		return model.TryFailed, "The door's answer cannot be read: " + short(string(body))
	}
	for _, w := range a.Webhooks {
		switch {
		case w.Status == model.Parked:
			return model.TryFailed, fmt.Sprintf("The test order is parked, since no event here is called %s by %s: event set %s --shop %s:%s.", short(t.shopID), t.title(), t.event.Slug, t.checkout.Name, short(t.shopID))
		case w.Status != model.Applied:
			return model.TryFailed, fmt.Sprintf("The test order was accepted, and is %s: %s", w.Status, short(w.Reason))
		}
	}
	switch {
	case a.Status == intake.Applied && len(a.Webhooks) > 0:
		return model.TryOK, ""
	case a.Status == intake.Kept && a.Reason == "":
		return model.TryOpen, "The test order was accepted and waits for its turn. In a moment see: order explain " + t.order
	}
	return model.TryFailed, fmt.Sprintf("The test order was accepted, and is %s: %s", short(a.Status), short(a.Reason))
}

// deliver posts a delivery to the checkout's address at our own door.
func (t *try) deliver(ctx context.Context, d shop.Delivery) (reply, error) {
	path := "/webhooks/" + t.checkout.Name
	if len(d.Query) > 0 {
		path += "?" + d.Query.Encode()
	}
	r, err := t.do(ctx, http.MethodPost, t.c.Door, path, d.Header, d.Body)
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err // without the address, which may hold the secret
	}
	return r, err
}

// delivery is the test order as the checkout posts it; ok is false where only the shop
// can.
func (t *try) delivery() (shop.Delivery, bool) {
	now := t.c.Now().UTC()
	if len(t.checkout.Secrets) == 0 {
		return shop.Delivery{}, false
	}
	if t.checkout.Standard() {
		return t.standard(now)
	}
	s, ok := t.shop.(shop.Sampler)
	if !ok {
		return shop.Delivery{}, false
	}
	sample := shop.Sample{Order: t.order, Event: t.shopID, At: now}
	switch t.brings {
	case shop.CarriesToken:
		sample.Click = t.token
	case shop.CarriesReceipt:
		sample.Receipt = t.receipt
	case shop.CarriesCoupon:
		sample.Coupon = t.coupon()
	}
	return s.Sample(t.account, sample), true
}

// standard is the test order of a standard checkout, which brings all that the click left.
func (t *try) standard(now time.Time) (shop.Delivery, bool) {
	type object = map[string]any
	tracking := object{}
	if t.receipt != "" {
		tracking["receipt"] = t.receipt
	}
	if t.token != "" {
		tracking["click"] = t.token
	}
	body, err := json.Marshal(object{"type": "order.placed", "timestamp": now.Format(time.RFC3339), "data": object{
		"id": t.order, "version": 1, "placed_at": now.Format(time.RFC3339), "test": true, "currency": "GBP", "tracking": tracking,
		"tickets": []object{{"id": t.order + "-1", "event": t.event.Slug, "type": "test", "type_name": "Test", "face_value": 0}},
	}})
	if err != nil {
		return shop.Delivery{}, false
	}
	sign, err := standardwebhooks.NewWebhookRaw(t.checkout.Secrets[0])
	if err != nil {
		return shop.Delivery{}, false
	}
	signature, err := sign.Sign(t.order, now, body)
	if err != nil {
		return shop.Delivery{}, false
	}
	return shop.Delivery{Header: http.Header{
		"Content-Type":      {"application/json"},
		"Webhook-Id":        {t.order},
		"Webhook-Timestamp": {strconv.FormatInt(now.Unix(), 10)},
		"Webhook-Signature": {signature},
	}, Body: body}, true
}

// verdict reads what was made of the order: a test order is credited to no link, and its
// click is explained with the verdict that it would have met.
func (t *try) verdict(ctx context.Context) (model.TryState, string, error) {
	o, err := t.c.Store.ExplainOrder(ctx, t.actor, t.order, t.checkout.Name)
	switch {
	case err != nil || len(o.Tickets) == 0:
		return model.TryFailed, "The order was accepted, and is not applied: inbox list says why.", nil
	case !o.Test:
		return model.TryFailed, "The order is applied, and not as a test: it counts. Tell the makers of lastclick.", nil
	case t.brings == shop.CarriesCoupon:
		return t.couponVerdict()
	}
	for _, c := range o.Tickets[0].Considered {
		if c.Link != nil && *c.Link == t.link.Code && c.Verdict == model.Won {
			return model.TryOK, fmt.Sprintf("The order is applied as a test, and the sale would be credited to %s: %s. See: order explain %s", t.link.Code, model.ReasonLastClick.Explain(), t.order), nil
		}
	}
	return model.TryFailed, fmt.Sprintf("The click did not win the ticket: see order explain %s", t.order), nil
}

// couponVerdict is the verdict of a shop that brings no click: a test order's code is
// credited to no link, so it is looked up as an order's would be.
func (t *try) couponVerdict() (model.TryState, string, error) {
	target, ok := t.c.Store.LinkByCode(model.FoldCode(t.coupon()))
	if !ok || target.Code != t.link.Code || target.Archived {
		return model.TryFailed, fmt.Sprintf("The code %s names no link in use.", t.coupon()), nil
	}
	return model.TryOK, fmt.Sprintf("The order is applied as a test, and the sale would be credited to %s: %s. See: order explain %s", t.link.Code, model.ReasonCoupon.Explain(), t.order), nil
}
