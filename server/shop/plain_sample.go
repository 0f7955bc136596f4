package shop

import "time"

// Sample is a row with test set.
func (plain) Sample(a Account, s Sample) Delivery {
	row := object{
		"order": s.Order, "version": 1, "placed_at": s.At.UTC().Format(time.RFC3339), "currency": sampleCurrency, "test": true,
		"event": s.Event, "type": "test", "type_name": sampleName, "quantity": 1, "price": "0.00",
	}
	for name, value := range map[string]string{"click": s.Click, "receipt": s.Receipt, "coupon": s.Coupon} {
		if value != "" {
			row[name] = value
		}
	}
	d := sampleDelivery(row, s.At)
	d.Header.Set("Authorization", "Bearer "+a.newest())
	return d
}
