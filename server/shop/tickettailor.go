package shop

import (
	"fmt"
	"math/bits"
	"strings"
	"time"

	"lastclick/model"
)

// ticketTailor understands Ticket Tailor's webhooks: developers.tickettailor.com/docs/webhook
// and /docs/api (new-order-webhook, updated-order-webhook, updated-issued-ticket-webhook).
//
//   - ORDER.CREATED and ORDER.UPDATED carry the whole order with its tickets and make the
//     order. Single tickets come in messages of their own: those say who was let in, and
//     one that was voided lets the order be fetched, since the others are not in it.
//   - The event is the series (es_596), which is the number in the address of its page; a
//     series has an event (ev_40980) for each of its dates. The type is the ticket type.
//   - A ticket's list price is listed_price; older messages have it as the value of the
//     order's line of that type. What was paid for the tickets of a line is shared evenly.
//   - Money is in the minor unit that currency.base_multiplier says.
//   - An order without a ticket, such as a donation or a product, is none here; a barcode of
//     a product (add_on_id) is no admission.
//   - Ticket Tailor says how much of an order was refunded, not which tickets: one that is
//     void in an order with a refund is taken as refunded.
//   - There is no test mode.
type ticketTailor struct{}

type ttMessage struct {
	Event   text `json:"event"`
	Sent    text `json:"created_at"` // 2025-01-01 10:00:00 in UTC
	Payload struct {
		Object text `json:"object"`
	} `json:"payload"`
}

type ttOrder struct {
	ID    text `json:"id"`
	Buyer struct {
		Email text `json:"email"`
	} `json:"buyer_details"`
	Created  text       `json:"created_at"`
	Currency ttMoney    `json:"currency"`
	Tickets  []ttTicket `json:"issued_tickets"`
	Lines    []ttLine   `json:"line_items"`
	Payment  struct {
		Type text `json:"type"`
	} `json:"payment_method"`
	Referral text `json:"referral_tag"`
	Refunded text `json:"refund_amount"`
	Status   text `json:"status"` // completed, pending, cancelled
	Meta     []struct {
		Key   text `json:"key"`
		Value text `json:"value"`
	} `json:"meta_data"`
}

type ttTicket struct {
	ID          text  `json:"id"`
	AddOn       text  `json:"add_on_id"`
	CheckedIn   truth `json:"checked_in"`
	Created     text  `json:"created_at"`
	Description text  `json:"description"` // the name of the type
	Event       text  `json:"event_id"`
	Series      text  `json:"event_series_id"`
	Listed      text  `json:"listed_price"`
	Order       text  `json:"order_id"`
	Source      text  `json:"source"`
	Status      text  `json:"status"` // valid, void or voided
	Type        text  `json:"ticket_type_id"`
	Updated     text  `json:"updated_at"`
	Voided      text  `json:"voided_at"`
}

type ttLine struct {
	Item     text `json:"item_id"`
	Quantity text `json:"quantity"`
	Total    text `json:"total"`
	Type     text `json:"type"` // ticket, and what is none
	Value    text `json:"value"`
}

// Verify compares Tickettailor-Webhook-Signature, "t=…,v1=…": hex of the HMAC-SHA256 of
// the timestamp and the body, with nothing between them.
func (ticketTailor) Verify(d Delivery, a Account) error {
	s, ok := parseStamped(d.Header.Get("Tickettailor-Webhook-Signature"))
	if !ok || !fresh(s.at, d.Received) || !signed(a.Secrets, s.signatures, []byte(s.text), d.Body) {
		return ErrSignature
	}
	return nil
}

// Map understands one message.
func (ticketTailor) Map(d Delivery) (Result, error) {
	var m ttMessage
	if err := decode(d.Body, &m); err != nil {
		return Result{}, err
	}
	switch name := strings.ToUpper(string(m.Event)); name {
	case "ORDER.CREATED", "ORDER.UPDATED":
		return ttMapOrder(m, d)
	case "ISSUED_TICKET.UPDATED":
		return ttMapTicket(m, d)
	case "ISSUED_TICKET.CREATED":
		return Result{Ignored: "a new ticket comes with its order: this message is not needed"}, nil
	case "":
		return Result{}, unmapped("event", "is missing: this is no message of Ticket Tailor")
	default:
		return Result{Ignored: fmt.Sprintf("%s says nothing about sales or entries", quoted(name))}, nil
	}
}

// sent is when the message was made.
func (m ttMessage) sent() (time.Time, error) {
	at, err := time.Parse(time.DateTime, string(m.Sent))
	if err != nil {
		return at, unmapped("created_at", "must be a time such as 2025-01-01 10:00:00")
	}
	return at, nil
}

// ttMapTicket maps what happened to one ticket. The order of its messages is that of
// their times: a change of the ticket does not always move its own updated_at.
func ttMapTicket(m ttMessage, d Delivery) (Result, error) {
	var body struct {
		Ticket ttTicket `json:"payload"`
	}
	if err := decode(d.Body, &body); err != nil {
		return Result{}, err
	}
	t := body.Ticket
	if t.AddOn != "" {
		return Result{Ignored: "the barcode is of a product, not of a ticket"}, nil
	}
	if t.void() {
		if !ttID(t.Order, "or_") {
			return Result{}, unmapped("payload.order_id", "must be the id of an order, such as or_737352: a void ticket changes its order")
		}
		return Result{Fetch: &Fetch{Key: string(t.Order), Path: "/v1/orders/" + string(t.Order)}}, nil
	}
	at, err := m.sent()
	if err != nil {
		return Result{}, err
	}
	w, err := scanWebhook(TicketTailor, bool(t.CheckedIn), string(t.ID), at, d)
	if err != nil {
		return Result{}, err
	}
	return Result{Webhooks: []Webhook{w}}, nil
}

func (t ttTicket) void() bool { return t.Status != "" && t.Status != "valid" || t.Voided != "" }

// ttID says whether an id has the form of one with this prefix, so that it may stand in
// a path.
func ttID(id text, prefix string) bool {
	number, ok := strings.CutPrefix(string(id), prefix)
	return ok && isNumber(text(number))
}

func ttMapOrder(m ttMessage, d Delivery) (Result, error) {
	var body struct {
		Order ttOrder `json:"payload"`
	}
	if err := decode(d.Body, &body); err != nil {
		return Result{}, err
	}
	in := body.Order
	sent, err := m.sent()
	if err != nil {
		return Result{}, err
	}
	if why := in.waits(); why != "" {
		return Result{Ignored: why}, nil
	}
	o, changed, err := in.order("payload.")
	if err != nil {
		return Result{}, err
	}
	o.Version = o.ttVersion(in.since(changed, sent), sent)
	w, err := orderWebhook(TicketTailor, sent, o, d)
	if err != nil {
		return Result{}, err
	}
	return Result{Webhooks: []Webhook{w}}, nil
}

// waits says why the order is no sale yet, or none of tickets; empty for one that is.
func (in *ttOrder) waits() string {
	admissions := false
	for _, t := range in.Tickets {
		admissions = admissions || t.AddOn == ""
	}
	switch {
	case in.Status == "pending":
		return fmt.Sprintf("order %s is pending: it counts when it is completed", quoted(string(in.ID)))
	case !admissions && in.ID != "":
		return fmt.Sprintf("order %s holds no tickets", quoted(string(in.ID)))
	}
	return ""
}

// since is when the order became what it is: a cancelled one stays so, and its tickets may
// be void a moment later than it, so what was sent of it says when.
func (in *ttOrder) since(changed, sent time.Time) time.Time {
	if in.Status == "cancelled" {
		return later(changed, sent)
	}
	return changed
}

// ttVersion is the version of an order of which only its tickets say when they changed
// (to the second), and which was sent at a later time. The latest change of a ticket
// comes first: a message that is sent once more has a new time and an old content, and
// must not undo a refund. Then more tickets that do not count are newer. Only then comes
// the time since that change, on a scale of some 3 %, for changes of the buyer alone.
func (o order) ttVersion(changed, sent time.Time) int64 {
	gone := int64(0)
	for _, t := range o.Tickets {
		if t.Status != model.Valid {
			gone++
		}
	}
	const steps = 1_000_000 / (model.MaxTickets + 1) // for each number of tickets, within a second
	elapsed := uint64(max(sent.Unix()-changed.Unix(), 0))
	step := elapsed
	if n := bits.Len64(elapsed); n > 5 { // the leading bit's place and the four behind it
		step = uint64(n-5)<<5 | elapsed>>(n-5)
	}
	return changed.Truncate(time.Second).UnixMicro() + gone*steps + int64(min(step, steps-1))
}

// Guide says what to enter in Ticket Tailor.
func (ticketTailor) Guide(url string) []string {
	return []string{
		"In Ticket Tailor, open Box office settings > API > Webhooks and add one webhook each for Order created, Order updated and Issued ticket updated.",
		"URL of each: " + url,
		"Copy the shared secret that is shown there, and give it to this checkout as its secret.",
		"Open Box office settings > API, make a key that may read orders, and " + tokenGuide(url, "") + ". Without it a single ticket that is voided cannot be followed.",
		carryGuide("tickettailor") + " (the parameter ref, which becomes the order's referral tag; leave the tag on the address until the order is placed)",
		eventsGuide(url, TicketTailor),
	}
}
