package shop

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"time"
)

// Sample is order.created of a completed order. Hi.Events keeps no click: a promo code
// stands for it. An attendee's number is a ticket's id, so that of a Sample is made of the
// order's id and is below zero, where Hi.Events has none.
func (hiEvents) Sample(a Account, s Sample) Delivery {
	at := s.At.UTC().Format(time.RFC3339)
	sum := sha256.Sum256([]byte(s.Order))
	attendee := -int64(binary.BigEndian.Uint64(sum[:])>>1) - 1
	d := sampleDelivery(object{
		"event_type": "order.created", "event_sent_at": at,
		"payload": object{
			"id": s.Order, "public_id": s.Order, "status": "COMPLETED", "refund_status": nil, "payment_status": "NO_PAYMENT_REQUIRED",
			"currency": sampleCurrency, "total_gross": 0, "promo_code": s.Coupon, "event_id": numeric(s.Event), "email": "", "created_at": at, "is_manually_created": false,
			"order_items": []object{{"id": 1, "product_id": 1, "price": 0, "price_before_discount": nil, "quantity": 1, "item_name": sampleName}},
			"attendees":   []object{{"id": attendee, "event_id": numeric(s.Event), "product_id": 1, "product_price_id": 1, "status": "ACTIVE"}},
		},
	}, s.At)
	d.Header.Set("Signature", hex.EncodeToString(sign(a.newest(), d.Body)))
	return d
}
