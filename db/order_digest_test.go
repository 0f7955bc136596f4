package db

import (
	"crypto/sha256"
	"encoding/binary"
	"testing"
	"time"

	"lastclick/model"
)

// digestAsSent is the digest of an order under the schemas 1 to 3: of the tickets in the
// order in which they were sent.
func digestAsSent(o *model.Order) []byte {
	var b []byte
	text := func(s string) { b = append(binary.AppendUvarint(b, uint64(len(s))), s...) }
	text(o.ID)
	b = binary.AppendVarint(b, o.Version)
	b = binary.AppendVarint(b, o.PlacedAt.UnixMilli())
	b = append(b, byte(flag(o.Test)))
	for _, s := range []string{o.Currency, o.Customer.ID, o.Customer.Email} {
		text(s)
	}
	b = append(b, byte(flag(o.Customer.Returning)))
	text(o.Tracking.Receipt)
	text(o.Tracking.Code)
	for _, t := range o.Tickets {
		for _, s := range []string{t.ID, t.Event, t.Type, t.TypeName} {
			text(s)
		}
		b = binary.AppendVarint(b, t.FaceValue)
		text(string(t.Status))
	}
	sum := sha256.Sum256(b)
	return sum[:]
}

func TestOrder_DigestOfAnOlderSchema_IsDuplicate(t *testing.T) {
	s := openTest(t, Options{})
	_, err := s.AddCheckout(t.Context(), admin, model.NewCheckout{Name: "box"})
	must(t, err)
	_, err = s.AddEvent(t.Context(), admin, model.NewEvent{Slug: "gala", Name: "Gala", URL: "https://acme.example/gala"})
	must(t, err)
	box, _ := s.CheckoutByName("box")
	order := &model.Order{ID: "A-1", Version: 1, PlacedAt: time.Now(), Currency: "GBP", Tickets: []model.Ticket{
		{ID: "T-2", Event: "gala", Type: "ga", TypeName: "GA", FaceValue: 4500, Status: model.Valid},
		{ID: "T-1", Event: "gala", Type: "vip", TypeName: "VIP", FaceValue: 9000, Status: model.Valid},
	}}
	send := func(id string) (model.Outcome, error) {
		return s.Receive(t.Context(), model.Delivery{Checkout: box.ID, WebhookID: id, Body: []byte(id), Received: time.Now(), Webhook: model.Webhook{Type: "order.placed", Order: order}})
	}
	_, err = send("msg_1")
	must(t, err)
	if now := order.Digest(); string(now[:]) == string(digestAsSent(order)) {
		t.Fatal("the two forms are one: the test shows nothing")
	}
	must(t, s.update(t.Context(), func(tx *tx) error {
		_, err := tx.exec(`UPDATE orders SET digest = $1`, digestAsSent(order))
		return err
	}))
	if out, err := send("msg_2"); err != nil || out.Status != model.Duplicate {
		t.Errorf("the same order again: %+v, %v", out, err)
	}
	order.Tickets[0].FaceValue++
	_, err = send("msg_3")
	wantKind(t, err, model.Conflict)
}
