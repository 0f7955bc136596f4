package shop

import (
	"context"
	"encoding/base64"
	"net/http"
)

// Sample is a paid order of WooCommerce's checkout. Its click is where Order attribution
// keeps utm_content, its receipt where a snippet in the shop writes it. The id is a text,
// since every number may be that of an order of the shop.
func (wooCommerce) Sample(a Account, s Sample) Delivery {
	const layout = "2006-01-02T15:04:05"
	at := s.At.UTC().Format(layout)
	meta := []object{}
	if s.Click != "" {
		meta = append(meta, object{"id": 1, "key": "_wc_order_attribution_source_type", "value": "utm"},
			object{"id": 2, "key": "_wc_order_attribution_utm_content", "value": s.Click})
	}
	if s.Receipt != "" {
		meta = append(meta, object{"id": 3, "key": "lastclick", "value": s.Receipt})
	}
	coupons := []object{}
	if s.Coupon != "" {
		coupons = append(coupons, object{"id": 2, "code": s.Coupon})
	}
	d := sampleDelivery(object{
		"id": s.Order, "number": s.Order, "status": "processing", "currency": sampleCurrency, "prices_include_tax": false,
		"date_created_gmt": at, "date_modified_gmt": at, "date_paid_gmt": at, "total": "0.00", "customer_id": 0,
		"billing": object{"email": ""}, "created_via": "checkout", "meta_data": meta, "coupon_lines": coupons, "refunds": []object{},
		"line_items": []object{{
			"id": 1, "name": sampleName, "product_id": numeric(s.Event), "variation_id": 0, "quantity": 1,
			"subtotal": "0.00", "subtotal_tax": "0.00", "total": "0.00", "total_tax": "0.00",
		}},
	}, s.At)
	d.Header.Set("X-Wc-Webhook-Topic", "order.created")
	d.Header.Set("X-Wc-Webhook-Signature", base64.StdEncoding.EncodeToString(sign(a.newest(), d.Body)))
	return d
}

// Probe reads the latest order.
func (wooCommerce) Probe(ctx context.Context, client *http.Client, a Account, _ string) (Probed, error) {
	shop, err := openAPI("WooCommerce", client, basic(a, a.Token), "", "Basic")
	if err != nil {
		return Probed{}, err
	}
	return Probed{Reads: "The key reads orders of WooCommerce."}, shop.mayRead(ctx, "/wp-json/wc/v3/orders?per_page=1", "orders (a key of the kind Read of a shop manager)")
}
