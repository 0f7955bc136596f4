package model_test

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"lastclick/model"
)

// A customer clicked a link of the whole client, then one of the event summerfest
// alone, and bought a ticket for each of two events.
func ExampleAttribute() {
	const client, summerfest, jazz = 1, 1, 2
	newsletter := model.Scope{Link: 10, Client: client}
	ana := model.Scope{Link: 11, Client: client, Event: summerfest}

	placed := time.Date(2026, 6, 1, 10, 0, 0, 0, time.UTC)
	evidence := model.Evidence{Clicks: []model.EvidenceClick{
		{Scope: newsletter, At: placed.Add(-2 * time.Hour)},
		{Scope: ana, At: placed.Add(-time.Hour)},
	}}
	for _, event := range []int64{summerfest, jazz} {
		sale := model.Sale{Client: client, Event: event, PlacedAt: placed, Rule: model.LastClick, Window: model.DefaultWindow}
		v := model.Attribute(sale, evidence)
		fmt.Printf("event %d: link %d, %s\n", event, v.Link, v.Reason)
		for _, c := range v.Considered {
			fmt.Printf("  link %d: %s\n", c.Link, c.Verdict.Explain(sale.Window.String()))
		}
	}
	// Output:
	// event 1: link 11, last_click
	//   link 11: won
	//   link 10: a later click took over
	// event 2: link 0, other_event
	//   link 11: its link does not track this event
	//   link 10: a later click took over
}

// The receipt of a click, signed for the cookie, and verified when an order brings it
// back. After a rotation the older key still verifies.
func ExampleKeyring() {
	clicked := time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)
	key := func(id uint32, from time.Time) model.SigningKey {
		return model.SigningKey{ID: id, Secret: bytes.Repeat([]byte{byte(id)}, 32), From: from}
	}
	ring := model.NewKeyring(key(1, clicked.Add(-time.Hour)))
	cookie := ring.Sign(model.Receipt{}.Clicked(11, clicked), clicked)

	ring.Replace(key(1, clicked.Add(-time.Hour)), key(2, clicked.Add(time.Hour)))
	receipt, ok := ring.Verify(cookie)
	fmt.Println(ok, receipt.Touches)
	_, ok = ring.Verify(cookie[1:])
	fmt.Println(ok)
	// Output:
	// true [{11 2026-06-01 09:00:00 +0000 UTC}]
	// false
}

// Every fault of a body is reported, with the path to its field.
func ExampleParseWebhook() {
	now := time.Date(2026, 6, 1, 10, 0, 0, 0, time.UTC)
	const order = `{"type":"order.placed","timestamp":"2026-06-01T10:00:00Z","data":{
		"id":"A-1001","version":1,"placed_at":"2026-06-01T10:00:00Z","currency":%q,
		"tickets":[{"id":"T-1","event":"summerfest","type":"ga","face_value":%d}]}}`

	webhook, err := model.ParseWebhook(fmt.Appendf(nil, order, "GBP", 4500), now)
	fmt.Println(webhook.Order.ID, len(webhook.Order.Tickets), err)

	_, err = model.ParseWebhook(fmt.Appendf(nil, order, "gbp", -1), now)
	if e, ok := errors.AsType[*model.Error](err); ok {
		for _, f := range e.Faults {
			fmt.Println(f.Field, f.Detail)
		}
	}
	// Output:
	// A-1001 1 <nil>
	// data.currency must be a currency of ISO 4217 in capitals, such as GBP
	// data.tickets[0].face_value must not be negative
}
