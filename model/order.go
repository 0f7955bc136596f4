package model

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"strings"
	"time"
)

// Status is what the checkout says of a ticket.
type Status string

// The statuses of a ticket.
const (
	Valid    Status = "valid"
	Refunded Status = "refunded"
	Void     Status = "void"
)

// Bounds of an order.
const (
	MaxTickets   = 1000
	MaxFaceValue = 1_000_000_000_000 // minor units; 1,000 such tickets do not overflow an int64
	MaxAhead     = 5 * time.Minute   // how far placed_at may lie ahead of our clock
)

// Order is the whole order as it stands now, as a checkout posts it.
type Order struct {
	ID       string
	Version  int64
	PlacedAt time.Time
	Test     bool
	Currency string
	Customer Customer
	Tracking Tracking
	Tickets  []Ticket
}

// Customer is who bought, as far as the checkout says. All fields may be empty.
type Customer struct {
	ID        string // the checkout's own
	Email     string
	Returning bool // the checkout knows purchases older than it ever sent
}

// Tracking is the part of an order that says where the customer came from. An order is
// never refused because of it.
type Tracking struct {
	Receipt string // the value of the cookie, not verified yet; empty for none
	Code    string // a code that the customer quoted; empty for none
}

// Ticket is one admission.
type Ticket struct {
	ID        string
	Event     string // slug
	Type      string
	TypeName  string
	FaceValue int64 // list price without fees, in the currency's minor unit
	Status    Status
}

// Scan says that a ticket was used for entry, or that this was taken back.
type Scan struct {
	Ticket  string
	At      time.Time
	Scanned bool
}

// EventUpdate adds or changes an event from the checkout's side.
type EventUpdate struct {
	ID          string
	Client      string
	Name        string
	URL         string
	StartsAt    *time.Time
	Timezone    string // empty: the client's
	TicketTypes []TicketType
}

// Digest tells two contents of the same order and version apart.
func (o Order) Digest() [sha256.Size]byte {
	b := make([]byte, 0, 256+64*len(o.Tickets))
	text := func(s string) {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	flag := func(v bool) {
		if v {
			b = append(b, 1)
		} else {
			b = append(b, 0)
		}
	}
	text(o.ID)
	b = binary.AppendVarint(b, o.Version)
	b = binary.AppendVarint(b, o.PlacedAt.UnixMilli())
	flag(o.Test)
	text(o.Currency)
	text(o.Customer.ID)
	text(o.Customer.Email)
	flag(o.Customer.Returning)
	text(o.Tracking.Receipt)
	text(o.Tracking.Code)
	for _, t := range o.Tickets {
		text(t.ID)
		text(t.Event)
		text(t.Type)
		text(t.TypeName)
		b = binary.AppendVarint(b, t.FaceValue)
		text(string(t.Status))
	}
	return sha256.Sum256(b)
}

// Identity is who the customer is to the statistics: a keyed hash of the
// checkout's customer id, or else of the e-mail, trimmed and lower-cased; nil for
// unknown. The same id at two checkouts is two people, the same e-mail is one.
func (c Customer) Identity(secret []byte, checkout string) []byte {
	h := hmac.New(sha256.New, secret)
	switch email := strings.ToLower(strings.TrimSpace(c.Email)); {
	case c.ID != "":
		h.Write([]byte("id\x00" + checkout + "\x00" + c.ID))
	case email != "":
		h.Write([]byte("email\x00" + email))
	default:
		return nil
	}
	return h.Sum(nil)[:16]
}
