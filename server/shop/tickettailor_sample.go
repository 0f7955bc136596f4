package shop

import (
	"context"
	"encoding/hex"
	"net/http"
	"strconv"
	"time"
)

// Sample is ORDER.CREATED of a completed order. Its click is the referral tag.
func (ticketTailor) Sample(a Account, s Sample) Delivery {
	at := s.At.Unix()
	d := sampleDelivery(object{
		"id": "wh_0", "created_at": s.At.UTC().Format(time.DateTime), "event": "ORDER.CREATED",
		"resource_url": ttAPI + "/v1/orders/" + s.Order,
		"payload": object{
			"object": "order", "id": s.Order, "status": "completed", "created_at": at, "buyer_details": object{"email": ""},
			"currency": object{"base_multiplier": 100, "code": sampleCurrency}, "referral_tag": s.Click, "refund_amount": 0, "total": 0,
			"line_items": []object{{"object": "line_item", "id": s.Order + "-line", "item_id": "tt_test", "type": "ticket", "quantity": 1, "value": 0, "total": 0}},
			"issued_tickets": []object{{
				"object": "issued_ticket", "id": s.Order + "-1", "order_id": s.Order, "event_series_id": s.Event, "ticket_type_id": "tt_test", "add_on_id": nil,
				"description": sampleName, "listed_price": 0, "source": "checkout", "status": "valid", "checked_in": "false", "created_at": at, "updated_at": at, "voided_at": nil,
			}},
		},
	}, s.At)
	stamp := strconv.FormatInt(at, 10)
	d.Header.Set("Tickettailor-Webhook-Signature", "t="+stamp+",v1="+hex.EncodeToString(sign(a.newest(), []byte(stamp), d.Body)))
	return d
}

// Probe reads the latest order.
func (ticketTailor) Probe(ctx context.Context, client *http.Client, a Account, _ string) (Probed, error) {
	shop, err := openAPI("Ticket Tailor", client, basic(a, a.Token+":"), ttAPI, "Basic")
	if err != nil {
		return Probed{}, err
	}
	return Probed{Reads: "The key reads orders of Ticket Tailor."}, shop.mayRead(ctx, "/v1/orders?limit=1", "orders")
}
