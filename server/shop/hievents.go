package shop

import (
	"encoding/json"
	"strings"
	"time"

	"lastclick/model"
)

// hiEvents understands Hi.Events (https://hi.events), read at commit 944433c7 of April
// 2026: backend/app/Services/Infrastructure/Webhook/WebhookDispatchService.php and the
// resources of Order, Attendee and CheckInList.
//
//   - Every order.* message holds the whole order. Only event_sent_at, of whole seconds,
//     says which of two is newer.
//   - An attendee is a ticket, by its numeric id, since its public_id is not unique. Its
//     type is its product and price, such as 5/9, its event the numeric id of the event.
//   - What an attendee costs stands in order_items, by product. matchItems says how the
//     two are joined where a product has several prices.
//   - An order that waits for an offline payment is ignored until it is marked as paid,
//     and one that was cancelled before it was paid was never a sale.
//   - A refund of all makes every ticket refunded. A refund in part says how much, not for
//     which ticket: the tickets stay as their attendees are, so that a buyer who was given
//     ten pounds back for a bad seat is still admitted and counted. The organizer who takes
//     a ticket back cancels its attendee, which makes it void.
//   - A single cancelled attendee comes without its order. It cannot be mapped, and stands
//     in the inbox until a later message of the order brings all of its tickets.
//   - promo_code is the coupon. The affiliate of an order is not in any message.
//   - There is no test mode.
type hiEvents struct{}

type hiMessage struct {
	Type    string          `json:"event_type"`
	SentAt  text            `json:"event_sent_at"`
	Payload json.RawMessage `json:"payload"`
}

type hiOrder struct {
	ID            text             `json:"id"`
	PublicID      text             `json:"public_id"`
	Status        string           `json:"status"`
	RefundStatus  text             `json:"refund_status"`
	PaymentStatus text             `json:"payment_status"`
	Currency      string           `json:"currency"`
	PromoCode     text             `json:"promo_code"`
	EventID       text             `json:"event_id"`
	Email         text             `json:"email"`
	CreatedAt     text             `json:"created_at"`
	Manual        truth            `json:"is_manually_created"`
	Items         list[hiItem]     `json:"order_items"`
	Attendees     list[hiAttendee] `json:"attendees"`
}

type hiItem struct {
	ID       int64  `json:"id"`
	Product  int64  `json:"product_id"`
	Price    text   `json:"price"`
	Before   text   `json:"price_before_discount"`
	Quantity int    `json:"quantity"`
	Name     string `json:"item_name"`
}

type hiAttendee struct {
	ID      int64  `json:"id"`
	Event   text   `json:"event_id"`
	Product int64  `json:"product_id"`
	PriceID int64  `json:"product_price_id"`
	Status  string `json:"status"`
}

// Verify compares the header Signature, hex of the HMAC-SHA256 of the body.
func (hiEvents) Verify(d Delivery, a Account) error {
	if !signed(a.Secrets, [][]byte{hexSum(d.Header.Get("Signature"))}, d.Body) {
		return ErrSignature
	}
	return nil
}

// Map understands a message.
func (hiEvents) Map(d Delivery) (Result, error) {
	var m hiMessage
	if err := decode(d.Body, &m); err != nil {
		return Result{}, err
	}
	switch noun, _, _ := strings.Cut(m.Type, "."); {
	case m.Type == "":
		return Result{}, unmapped("event_type", "is missing")
	case len(m.Payload) == 0:
		return Result{}, unmapped("payload", "is missing")
	case noun == "order":
		return hiOrderResult(m, d)
	case m.Type == "checkin.created" || m.Type == "checkin.deleted":
		return hiCheckIn(m, d)
	case m.Type == "attendee.cancelled":
		return hiCancelled(m)
	}
	return Result{Ignored: "a message " + quoted(m.Type) + " says nothing about sales or entries"}, nil
}

// hiCancelled is the result of an attendee who was cancelled: Hi.Events sends the
// attendee without the order.
func hiCancelled(m hiMessage) (Result, error) {
	var a struct {
		ID    text `json:"id"`
		Order text `json:"order_id"`
	}
	if err := decode(m.Payload, &a); err != nil {
		return Result{}, err
	}
	return Result{}, unmapped("payload.status", "says that the attendee %s of the order with the number %s was cancelled, without the order: "+
		"open that order in Hi.Events, choose Edit and save it, which sends it whole. Where the whole order was cancelled, dismiss this: order.cancelled brought it",
		quoted(string(a.ID)), quoted(string(a.Order)))
}

func hiOrderResult(m hiMessage, d Delivery) (Result, error) {
	var in hiOrder
	if err := decode(m.Payload, &in); err != nil {
		return Result{}, err
	}
	if why, err := in.unsold(); why != "" || err != nil {
		return Result{Ignored: why}, err
	}
	sent, err := m.SentAt.time("event_sent_at")
	if err != nil {
		return Result{}, err
	}
	o, err := in.order()
	if err != nil {
		return Result{}, err
	}
	o.Version = o.version(sent, time.Second)
	w, err := orderWebhook(HiEvents, sent, o, d)
	if err != nil {
		return Result{}, err
	}
	return Result{Webhooks: []Webhook{w}, Note: in.note()}, nil
}

// note is what a message says that its order cannot.
func (in hiOrder) note() string {
	if in.RefundStatus != "PARTIALLY_REFUNDED" {
		return ""
	}
	return "a part of the order was refunded, and Hi.Events does not say for which tickets: cancel the attendees there who are not to be counted"
}

// unsold says why the order is no sale, or empty for one that is.
func (in hiOrder) unsold() (why string, err error) {
	switch in.Status {
	case "RESERVED", "ABANDONED":
		return "the order was not completed", nil
	case "AWAITING_OFFLINE_PAYMENT":
		return "the order waits for its payment: Hi.Events sends it again once it is marked as paid", nil
	case "CANCELLED":
		switch in.PaymentStatus {
		case "AWAITING_PAYMENT", "AWAITING_OFFLINE_PAYMENT", "PAYMENT_FAILED":
			return "the order was cancelled before it was paid", nil
		}
	case "COMPLETED":
	default:
		return "", unmapped("payload.status", "%s is none of the statuses that Hi.Events documents", quoted(in.Status))
	}
	if len(in.Attendees) == 0 {
		return "the order holds no tickets", nil
	}
	return "", nil
}

// order makes the order of a sale.
func (in hiOrder) order() (order, error) {
	placed, err := in.CreatedAt.time("payload.created_at")
	if err != nil {
		return order{}, err
	}
	o := order{
		ID:       string(in.PublicID),
		PlacedAt: moment{placed},
		Currency: in.Currency,
		Customer: customer{Email: string(in.Email)},
		Tracking: tracking{Coupon: string(in.PromoCode)},
		Tickets:  make([]ticket, 0, len(in.Attendees)),
	}
	if o.ID == "" {
		o.ID = string(in.ID)
	}
	if in.Manual {
		o.Channel = "box_office"
	}
	items, err := in.matchItems()
	if err != nil {
		return order{}, err
	}
	for i, a := range in.Attendees {
		t, err := in.ticket(i, items[i])
		if err != nil {
			return order{}, err
		}
		if t.Status, err = a.status(in); err != nil {
			return order{}, err
		}
		o.Tickets = append(o.Tickets, t)
	}
	return o, nil
}

// ticket makes the ticket of the attendee number i, who holds a unit of the item.
func (in hiOrder) ticket(i, item int) (ticket, error) {
	a, it := in.Attendees[i], in.Items[item]
	price, err := it.Price.amount(at("payload.order_items", item, "price"), in.Currency)
	if err != nil {
		return ticket{}, err
	}
	face := price
	if it.Before != "" {
		if face, err = it.Before.amount(at("payload.order_items", item, "price_before_discount"), in.Currency); err != nil {
			return ticket{}, err
		}
	}
	event := a.Event
	if event == "" {
		event = in.EventID
	}
	return ticket{
		ID: number(a.ID), Event: string(event), Type: number(a.Product) + "/" + number(a.PriceID),
		TypeName: it.Name, FaceValue: face, Paid: &price,
	}, nil
}

// status is that of an attendee's ticket.
func (a hiAttendee) status(in hiOrder) (model.Status, error) {
	switch {
	case in.RefundStatus == "REFUNDED":
		return model.Refunded, nil
	case in.Status == "CANCELLED" || a.Status == "CANCELLED":
		return model.Void, nil
	case a.Status == "ACTIVE" || a.Status == "AWAITING_PAYMENT": // of an order that is paid
		return model.Valid, nil
	}
	return "", unmapped("payload.attendees", "hold the status %s, which is none that Hi.Events documents", quoted(a.Status))
}

// hiCheckIn makes the scan of a check-in that was made or deleted. A deletion takes back
// that check-in alone, so it stands a millisecond behind it: a later check-in of the same
// attendee holds, in whichever order the messages come.
func hiCheckIn(m hiMessage, d Delivery) (Result, error) {
	var in struct {
		Attendee int64 `json:"attendee_id"`
		Created  text  `json:"created_at"`
	}
	if err := decode(m.Payload, &in); err != nil {
		return Result{}, err
	}
	if in.Attendee <= 0 {
		return Result{}, unmapped("payload.attendee_id", "is no number of an attendee")
	}
	made, err := in.Created.time("payload.created_at")
	if err != nil {
		return Result{}, err
	}
	made = made.Truncate(time.Millisecond)
	scanned := m.Type == "checkin.created"
	if !scanned {
		made = made.Add(time.Millisecond)
	}
	w, err := scanWebhook(HiEvents, scanned, number(in.Attendee), made, d)
	if err != nil {
		return Result{}, err
	}
	return Result{Webhooks: []Webhook{w}}, nil
}

// Guide says what to enter in Hi.Events.
func (hiEvents) Guide(url string) []string {
	return []string{
		"In Hi.Events open the event, Tools, Webhooks, and choose Add Webhook. Each event has webhooks of its own.",
		"URL: " + url,
		"Event types: order.created, order.updated, order.marked_as_paid, order.refunded, order.cancelled, attendee.cancelled, checkin.created and checkin.deleted.",
		"Save it, copy the secret that Hi.Events shows for it, and give it to this checkout. A webhook of another event has another secret: add a checkout for it.",
		eventsGuide(url, HiEvents),
		"Hi.Events cannot carry a click into an order: give every link a promo code as an alias, which credits it when a buyer enters it.",
	}
}
