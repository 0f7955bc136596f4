package model

import (
	"bytes"
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"slices"
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
	Tickets  []Ticket // their order is no content
	Channel  string   // where it was sold: online, box_office, …; shown, not counted apart; empty: not said
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
	Receipt string  // the value of the cookie, not verified yet; empty for none
	Code    string  // a code that the customer quoted; empty for none
	Click   string  // a click token, not verified yet; empty for none
	Coupon  string  // a code that gave a discount, and may name a link too; empty for none
	Consent Consent // of the customer, to being tracked
}

// Ticket is one admission.
type Ticket struct {
	ID        string
	Event     string // slug; of a shop, its own id
	Type      string
	TypeName  string
	FaceValue int64 // list price without fees, in the currency's minor unit
	Status    Status
	Paid      *int64 // what was paid for it, in the currency's minor unit; nil where the checkout does not say
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

// Digest tells two contents of the same order and version apart. The order of the
// tickets is no content.
func (o Order) Digest() [sha256.Size]byte {
	byID := func(a, b Ticket) int { return strings.Compare(a.ID, b.ID) }
	if slices.IsSortedFunc(o.Tickets, byID) {
		return o.digest(o.Tickets)
	}
	return o.digest(slices.SortedFunc(slices.Values(o.Tickets), byID))
}

// SameContent says whether kept is the digest of the same content as o.
//
// Orders that were accepted under the schemas 1 to 3 have a digest of the tickets in the
// order in which they came, and migrations leave it. That form is accepted too, of the
// same tickets in the same order. It can go once no checkout sends such an order again.
func (o Order) SameContent(kept []byte) bool {
	if now := o.Digest(); bytes.Equal(kept, now[:]) {
		return true
	}
	before := o.digest(o.Tickets)
	return bytes.Equal(kept, before[:])
}

// digest is Digest with the tickets in the order given.
func (o Order) digest(tickets []Ticket) [sha256.Size]byte {
	b := make([]byte, 0, 256+64*len(tickets))
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
	for _, t := range tickets {
		text(t.ID)
		text(t.Event)
		text(t.Type)
		text(t.TypeName)
		b = binary.AppendVarint(b, t.FaceValue)
		text(string(t.Status))
	}
	// What came later stands behind an empty id, which no ticket has, and only where it is
	// said: databases hold digests of orders without it.
	if o.saysMore() {
		text("")
		text(o.Tracking.Click)
		text(o.Tracking.Coupon)
		text(o.Channel)
		for _, t := range tickets {
			flag(t.Paid != nil)
			if t.Paid != nil {
				b = binary.AppendVarint(b, *t.Paid)
			}
		}
		// Behind the last ticket, and only where it is said, for the same reason.
		if o.Tracking.Consent != ConsentNotSaid {
			b = append(b, byte(o.Tracking.Consent)) //nolint:gosec // one of three
		}
	}
	return sha256.Sum256(b)
}

// saysMore says whether the order has one of the fields that came after schema 6.
func (o Order) saysMore() bool {
	return o.Channel != "" || o.Tracking.Click != "" || o.Tracking.Coupon != "" || o.Tracking.Consent != ConsentNotSaid ||
		slices.ContainsFunc(o.Tickets, func(t Ticket) bool { return t.Paid != nil })
}

// CompareIDs orders the checkout's ids as people do: digits in them are numbers, so T-2
// comes before T-10. It returns a negative number, 0 or a positive number, and 0 for
// equal ids alone.
func CompareIDs(a, b string) int {
	x, y := a, b
	for x != "" && y != "" {
		if !isDigit(x[0]) || !isDigit(y[0]) {
			if x[0] != y[0] {
				return int(x[0]) - int(y[0])
			}
			x, y = x[1:], y[1:]
			continue
		}
		var m, n string
		m, x = leadingNumber(x)
		n, y = leadingNumber(y)
		if c := cmp.Or(len(m)-len(n), strings.Compare(m, n)); c != 0 {
			return c
		}
	}
	return cmp.Or(len(x)-len(y), strings.Compare(a, b))
}

// leadingNumber takes the digits that s begins with, without zeros in front, and what
// follows them.
func leadingNumber(s string) (digits, rest string) {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return strings.TrimLeft(s[:n], "0"), s[n:]
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
