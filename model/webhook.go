package model

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// Webhook is a body that a checkout posted, understood. Exactly one of Order, Scan
// and Event is set, and none where Type is TypePing.
type Webhook struct {
	Type      string
	Timestamp time.Time // when it happened, as the checkout says, to the millisecond; zero where it does not
	Order     *Order
	Scan      *Scan
	Event     *EventUpdate

	// ShopEvents says that the tickets name their events by a shop's own ids.
	ShopEvents bool
}

// TypePing is the type of a webhook that only asks whether webhooks arrive. Nothing else
// in it is looked at.
const TypePing = "ping"

type wireOrder struct {
	ID       string `json:"id"`
	Version  *int64 `json:"version"`
	PlacedAt string `json:"placed_at"`
	Test     bool   `json:"test"`
	Currency string `json:"currency"`
	Customer struct {
		ID        string `json:"id"`
		Email     string `json:"email"`
		Returning bool   `json:"returning"`
	} `json:"customer"`
	Tracking json.RawMessage `json:"tracking"`
	Tickets  []wireTicket    `json:"tickets"`
	Channel  string          `json:"channel"`
}

type wireTicket struct {
	ID        string `json:"id"`
	Event     string `json:"event"`
	Type      string `json:"type"`
	TypeName  string `json:"type_name"`
	FaceValue *int64 `json:"face_value"`
	Status    string `json:"status"`
	Paid      *int64 `json:"paid"`
}

type wireScan struct {
	Ticket string `json:"ticket"`
	At     string `json:"at"`
}

type wireEvent struct {
	ID          string       `json:"id"`
	Client      string       `json:"client"`
	Name        string       `json:"name"`
	URL         string       `json:"url"`
	StartsAt    string       `json:"starts_at"`
	Timezone    string       `json:"timezone"`
	TicketTypes []TicketType `json:"ticket_types"`
}

// ParseWebhook reads the body of a webhook at the time now. Bytes that are not
// JSON are Malformed. A content that breaks a rule is Invalid, with every
// fault in Faults, and the webhook is returned as far as it was understood.
func ParseWebhook(body []byte, now time.Time) (Webhook, error) { return parseWebhook(body, now, false) }

// ParseShopWebhook is ParseWebhook for a webhook that was made of a shop's delivery: its
// tickets name their events by the shop's own ids, of at most MaxID characters.
func ParseShopWebhook(body []byte, now time.Time) (Webhook, error) {
	return parseWebhook(body, now, true)
}

func parseWebhook(body []byte, now time.Time, shop bool) (Webhook, error) {
	w := Webhook{ShopEvents: shop}
	if !utf8.Valid(body) {
		return w, &Error{Kind: Malformed, Msg: "the body is not UTF-8", Hint: "send JSON in UTF-8"}
	}
	var envelope struct {
		Type      string          `json:"type"`
		Timestamp string          `json:"timestamp"`
		Data      json.RawMessage `json:"data"`
	}
	var f faults
	if err := json.Unmarshal(body, &envelope); err != nil {
		if _, ok := errors.AsType[*json.UnmarshalTypeError](err); !ok {
			return w, &Error{Kind: Malformed, Msg: "the body is not JSON", Hint: "send one JSON object, signed as it is sent", Err: err}
		}
		if f.shape(body, "", envelopeShape); f.has("") {
			return w, Faulty(Fault{"body", "must be an object with type, timestamp and data"})
		}
	}
	if w.Type = envelope.Type; w.Type == TypePing {
		return w, nil
	}
	w.Timestamp = f.time("timestamp", envelope.Timestamp, false)
	switch {
	case f.has("type"):
	case w.Type == "":
		f.add("type", "is missing: order.placed, order.updated, ticket.scanned, ticket.unscanned or event.updated")
	case len(envelope.Data) == 0 || bytes.Equal(envelope.Data, []byte("null")):
		f.add("data", "is missing")
	case envelope.Data[0] != '{':
		f.add("data", "must be an object")
	case strings.HasPrefix(w.Type, "order."):
		w.Order = f.order(envelope.Data, now, shop)
	case w.Type == "ticket.scanned" || w.Type == "ticket.unscanned":
		w.Scan = f.scan(envelope.Data)
		w.Scan.Scanned = w.Type == "ticket.scanned"
	case w.Type == "event.updated":
		w.Event = f.event(envelope.Data)
	default:
		f.add("type", fmt.Sprintf("%q is not known: order.placed, order.updated, ticket.scanned, ticket.unscanned or event.updated", Truncate(Clean(w.Type), 60)))
	}
	if len(f) > 0 {
		return w, Faulty(f...)
	}
	return w, nil
}

// Happened is when the webhook's event happened: its timestamp. ok is false where there
// is none, or where it is more than MaxAhead after the time of receipt.
func (w Webhook) Happened(received time.Time) (at time.Time, ok bool) {
	return w.Timestamp, !w.Timestamp.IsZero() && w.Timestamp.Sub(received) <= MaxAhead
}

// Faulty is the error of a body with these faults.
func Faulty(f ...Fault) *Error {
	return &Error{Kind: Invalid, Msg: "the content is invalid", Hint: "correct the fields named in errors and send it again; the body is kept for the admin", Faults: f}
}

type faults []Fault

func (f *faults) add(field, detail string) { *f = append(*f, Fault{field, detail}) }

func (f faults) has(field string) bool {
	for _, x := range f {
		if x.Field == field {
			return true
		}
	}
	return false
}

// decode fills v from data; where a field has the wrong type, every such field is a
// fault.
func (f *faults) decode(data []byte, v any, s shape) {
	err := json.Unmarshal(data, v)
	if err == nil {
		return
	}
	before := len(*f)
	f.shape(data, "data", s)
	if len(*f) == before {
		field := "data"
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && wrong.Field != "" {
			field += "." + wrong.Field
		}
		f.add(field, "has a type that does not fit")
	}
}

func (f *faults) order(data []byte, now time.Time, shop bool) *Order {
	var in wireOrder
	f.decode(data, &in, orderShape)
	o := &Order{
		ID:       f.id("data.id", in.ID),
		PlacedAt: f.time("data.placed_at", in.PlacedAt, true),
		Test:     in.Test,
		Currency: in.Currency,
		Customer: Customer{f.optionalID("data.customer.id", in.Customer.ID), strings.ToLower(strings.TrimSpace(in.Customer.Email)), in.Customer.Returning},
		Tracking: parseTracking(in.Tracking),
		Tickets:  make([]Ticket, 0, len(in.Tickets)),
		Channel:  Truncate(Clean(in.Channel), MaxName),
	}
	switch {
	case f.has("data.version"):
	case in.Version == nil:
		f.add("data.version", "is missing")
	case *in.Version < 0:
		f.add("data.version", "must not be negative")
	default:
		o.Version = *in.Version
	}
	if ahead := o.PlacedAt.Sub(now); ahead > MaxAhead {
		how := ahead.Round(time.Second).String()
		if days := (o.PlacedAt.Unix() - now.Unix()) / (24 * 60 * 60); days > 1 { // a Duration ends after 292 years
			how = Plural(days, "day", "days")
		}
		f.add("data.placed_at", fmt.Sprintf("lies %s ahead of our clock, at most 5m0s are allowed", how))
	}
	if !ValidCurrency(in.Currency) && !f.has("data.currency") {
		f.add("data.currency", "must be a currency of ISO 4217 in capitals, such as GBP")
	}
	if len(in.Customer.Email) > MaxEmail {
		f.add("data.customer.email", fmt.Sprintf("has %d bytes, at most %d are allowed", len(in.Customer.Email), MaxEmail))
	}
	if n := len(in.Tickets); (n < 1 || n > MaxTickets) && !f.has("data.tickets") {
		f.add("data.tickets", fmt.Sprintf("has %d tickets, 1 to %d are allowed", n, MaxTickets))
		return o
	}
	seen := make(map[string]int, len(in.Tickets))
	for i, t := range in.Tickets {
		o.Tickets = append(o.Tickets, f.ticket(fmt.Sprintf("data.tickets[%d].", i), t, shop))
		if first, ok := seen[t.ID]; ok && t.ID != "" {
			f.add(fmt.Sprintf("data.tickets[%d].id", i), fmt.Sprintf("is the id of data.tickets[%d] too", first))
		} else {
			seen[t.ID] = i
		}
	}
	return o
}

func (f *faults) ticket(at string, in wireTicket, shop bool) Ticket {
	event := f.slug
	if shop {
		event = f.id
	}
	t := Ticket{
		ID:       f.id(at+"id", in.ID),
		Event:    event(at+"event", in.Event),
		Type:     f.id(at+"type", in.Type),
		TypeName: Truncate(Clean(in.TypeName), MaxName),
		Status:   Status(in.Status),
	}
	if t.TypeName == "" {
		t.TypeName = t.Type
	}
	if in.FaceValue == nil && !f.has(at+"face_value") {
		f.add(at+"face_value", "is missing; a free ticket has 0")
	}
	if face := f.amount(at, "face_value", in.FaceValue); face != nil {
		t.FaceValue = *face
	}
	t.Paid = f.amount(at, "paid", in.Paid)
	switch t.Status {
	case "":
		t.Status = Valid
	case Valid, Refunded, Void:
	default:
		f.add(at+"status", "must be valid, refunded or void")
	}
	return t
}

// amount takes the amount of money in minor units of the field at+name. It is nil where
// there is none, or none that can be. What had another type was decoded as 0.
func (f *faults) amount(at, name string, v *int64) *int64 {
	switch {
	case v == nil:
		return nil
	case *v < 0:
		f.add(at+name, "must not be negative")
		return nil
	case *v > MaxFaceValue:
		f.add(at+name, fmt.Sprintf("is more than %d", int64(MaxFaceValue)))
		return nil
	}
	return v
}

func (f *faults) scan(data []byte) *Scan {
	var in wireScan
	f.decode(data, &in, scanShape)
	return &Scan{Ticket: f.id("data.ticket", in.Ticket), At: f.time("data.at", in.At, true)}
}

func (f *faults) event(data []byte) *EventUpdate {
	var in wireEvent
	f.decode(data, &in, eventShape)
	e := &EventUpdate{
		ID:       f.slug("data.id", in.ID),
		Client:   f.slug("data.client", in.Client),
		Name:     Truncate(Clean(in.Name), MaxName),
		Timezone: in.Timezone,
	}
	if reserved[e.ID] {
		f.add("data.id", "is a reserved word")
	}
	if e.Name == "" && !f.has("data.name") {
		f.add("data.name", "is missing")
	}
	var err error
	if e.URL, err = CheckURL("data.url", in.URL); err != nil && !f.has("data.url") {
		f.add("data.url", strings.TrimPrefix(err.Error(), "data.url "))
	}
	if in.Timezone != "" {
		if _, err = CheckTimezone("data.timezone", in.Timezone); err != nil {
			f.add("data.timezone", "is not a timezone such as Europe/London")
		}
	}
	if t := f.time("data.starts_at", in.StartsAt, false); in.StartsAt != "" {
		e.StartsAt = &t
	}
	for i, tt := range in.TicketTypes {
		id := f.id(fmt.Sprintf("data.ticket_types[%d].id", i), tt.ID)
		name := Truncate(Clean(tt.Name), MaxName)
		if name == "" {
			name = id
		}
		e.TicketTypes = append(e.TicketTypes, TicketType{id, name})
	}
	if len(in.TicketTypes) > MaxTickets {
		f.add("data.ticket_types", fmt.Sprintf("has %d types, at most %d are allowed", len(in.TicketTypes), MaxTickets))
	}
	return e
}

// id takes an identifier of the checkout's. It is stored byte by byte, so it must not
// hold invisible characters.
func (f *faults) id(field, s string) string {
	if s == "" && !f.has(field) {
		f.add(field, "is missing")
	}
	return f.optionalID(field, s)
}

func (f *faults) optionalID(field, s string) string {
	switch {
	case s == "":
	case utf8.RuneCountInString(s) > MaxID:
		f.add(field, fmt.Sprintf("has more than %d characters", MaxID))
	case Clean(s) != s:
		f.add(field, "holds control, invisible or surplus space characters")
	}
	return s
}

func (f *faults) slug(field, s string) string {
	switch {
	case f.has(field):
	case s == "":
		f.add(field, "is missing")
	case !ValidSlug(s):
		f.add(field, "must be 3 to 40 characters of a-z, 0-9 and -")
	}
	return s
}

func (f *faults) time(field, s string, required bool) time.Time {
	if s == "" {
		if required && !f.has(field) {
			f.add(field, "is missing")
		}
		return time.Time{}
	}
	t, err := ParseTime(s)
	if err != nil {
		f.add(field, err.Error())
		return time.Time{}
	}
	return t.Truncate(time.Millisecond) // rounds down, before 1970 too
}

// parseTracking never fails: what is not a receipt or a click token becomes one that does
// not verify, what is not a code or a coupon one that names no link, and what is not a
// consent none that says something.
func parseTracking(data json.RawMessage) Tracking {
	if len(data) == 0 || bytes.Equal(data, []byte("null")) {
		return Tracking{}
	}
	var in struct {
		Receipt json.RawMessage `json:"receipt"`
		Code    json.RawMessage `json:"code"`
		Click   json.RawMessage `json:"click"`
		Coupon  json.RawMessage `json:"coupon"`
		Consent json.RawMessage `json:"consent"`
	}
	if json.Unmarshal(data, &in) != nil {
		return Tracking{Receipt: "?"}
	}
	text := func(raw json.RawMessage) string {
		if len(raw) == 0 {
			return ""
		}
		var s string
		if json.Unmarshal(raw, &s) != nil {
			return "?"
		}
		return strings.TrimSpace(s)
	}
	code := func(raw json.RawMessage) string { return Truncate(FoldCode(Clean(text(raw))), MaxID) }
	proof := func(raw json.RawMessage, most int) string {
		s := text(raw)
		if len(s) > most {
			return "?"
		}
		return s
	}
	return Tracking{Receipt: proof(in.Receipt, MaxReceipt), Code: code(in.Code), Click: strings.ToLower(proof(in.Click, MaxClickToken)), Coupon: code(in.Coupon), Consent: parseConsent(in.Consent)}
}
