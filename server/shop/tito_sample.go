package shop

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"time"
)

// Sample is registration.finished of a registration in test mode. Its click is the source.
func (tito) Sample(a Account, s Sample) Delivery {
	at := s.At.UTC().Format(time.RFC3339)
	d := sampleDelivery(object{
		"slug": s.Order, "reference": s.Order, "email": "", "created_at": at, "updated_at": at, "completed_at": at,
		"cancelled": false, "state": "complete", "currency": sampleCurrency, "total": "0.0", "paid": true, "test_mode": true,
		"source": s.Click, "discount_code": s.Coupon, "event": object{"slug": s.Event},
		"tickets": []object{{
			"slug": s.Order + "-1", "reference": s.Order + "-1", "price": "0.0", "total_paid": "0.0", "release_id": "test", "release_title": sampleName, "state": "complete", "state_name": "complete", "void": false,
			"release": object{"id": "test", "title": sampleName, "price": "0.0"},
		}},
	}, s.At)
	d.Header.Set("X-Webhook-Name", "registration.finished")
	d.Header.Set("Tito-Signature", base64.StdEncoding.EncodeToString(sign(a.newest(), d.Body)))
	return d
}

// Probe asks whose token it is, and reads the event in one of the accounts.
func (tito) Probe(ctx context.Context, client *http.Client, a Account, event string) (p Probed, err error) {
	if a.Token != "" {
		a.Token = "token=" + a.Token
	}
	shop, err := openAPI("Tito", client, a, titoAPI, "Token")
	if err != nil {
		return p, err
	}
	var hello struct {
		Accounts list[text] `json:"accounts"`
		Mode     text       `json:"lookup_mode"`
	}
	if err := shop.get(ctx, "/v3/hello", &hello); err != nil {
		return p, err
	}
	if hello.Mode == "test" {
		p.Lacks = "The token reads registrations of Tito's test mode alone: for real ones, make a live token."
	}
	paths := make([]string, 0, len(hello.Accounts))
	for _, account := range hello.Accounts {
		if titoSlug(account) {
			paths = append(paths, "/v3/"+string(account)+"/"+url.PathEscape(event)+"?version=3.0")
		}
	}
	if _, err := shop.readOne(ctx, paths, event); err != nil {
		return p, err
	}
	p.Reads = "The token reads the event " + quoted(event) + " in Tito."
	return p, nil
}
