package model

import (
	"context"
	"encoding/base32"
	"strings"
	"time"
)

// Customers is what an admin may ask about buyers.
type Customers interface {
	// Customer says what is stored about a buyer. One of whom nothing is stored is NotFound;
	// an id that several checkouts have is a Conflict that names them.
	Customer(ctx context.Context, a Actor, who Buyer) (CustomerStored, error)
	// EraseCustomer takes the buyer out of every table and leaves every number as it was.
	// Its errors are those of Customer, so that it may be repeated at any time.
	EraseCustomer(ctx context.Context, a Actor, who Buyer) (CustomerErased, error)
	// Privacy says what is stored about buyers, and how long.
	Privacy(ctx context.Context, a Actor) (Privacy, error)
}

// Buyer is how an admin names one.
type Buyer struct {
	Word     string // the e-mail address, or what a checkout calls the customer
	Checkout string // of which checkout an id is; empty: of any
}

// Validate is the buyer with what was typed around the word taken off.
func (b Buyer) Validate() (Buyer, error) {
	b.Word, b.Checkout = strings.TrimSpace(b.Word), strings.ToLower(strings.TrimSpace(b.Checkout))
	switch {
	case b.Word == "":
		return b, Invalidf("customer", "the customer is missing: an e-mail address, or the checkout's id of the customer")
	case len(b.Word) > MaxEmail || Clean(b.Word) != b.Word:
		return b, Invalidf("customer", "no customer has such an id or address")
	}
	return b, nil
}

// Identities are who the word may be at the checkouts, by their names: the customer with
// the e-mail address, and those with the id.
func (b Buyer) Identities(checkouts []string) []Identity {
	var list []Identity
	if strings.Contains(b.Word, "@") {
		list = append(list, Identity{Customer: Customer{Email: b.Word}})
	}
	for _, name := range checkouts {
		if b.Checkout == "" || b.Checkout == name {
			list = append(list, Identity{Customer{ID: b.Word}, name})
		}
	}
	return list
}

// Identity is one customer, as R18 tells them apart. An e-mail address is of any
// checkout: then Checkout is empty.
type Identity struct {
	Customer Customer
	Checkout string
}

// CustomerStored is what is stored about a buyer. What names them lies in raw bodies
// alone; the other tables know a keyed hash.
type CustomerStored struct {
	Customers  []StoredCustomer `json:"customers"`  // empty: only bodies name the buyer
	Inbox      []StoredBody     `json:"inbox"`      // bodies in the inbox that name them
	Deliveries []StoredBody     `json:"deliveries"` // what shops posted and is kept, that names them
	AlsoKnown  []AlsoKnown      `json:"also_known"` // as what these bodies know them beside
}

// StoredCustomer is a row of the customers, and what belongs to it.
type StoredCustomer struct {
	KnownBy      string        `json:"known_by"` // id or email
	Checkout     *string       `json:"checkout"` // whose id it is; nil for an e-mail address
	Orders       []StoredOrder `json:"orders"`   // by time; at most MaxStoredOrders
	OrdersTotal  int64         `json:"orders_total"`
	Clicks       int64         `json:"clicks"`        // of the receipts of these orders
	ClickTokens  int64         `json:"click_tokens"`  // that belong to the customer
	HookMessages int64         `json:"hook_messages"` // about these orders, that wait to be sent; they do not say who bought
}

// StoredOrder is an order of a customer.
type StoredOrder struct {
	ID       string    `json:"id"`
	Checkout string    `json:"checkout"`
	Version  int64     `json:"version"`
	PlacedAt time.Time `json:"placed_at"`
	Test     bool      `json:"test"`
	Tickets  int64     `json:"tickets"`
}

// MaxStoredOrders bounds the orders that are listed of one customer.
const MaxStoredOrders = 1000

// StoredBody is a body that names a buyer.
type StoredBody struct {
	ID         int64     `json:"id"` // of the inbox item, or of the delivery
	Checkout   string    `json:"checkout"`
	State      string    `json:"state"`
	ReceivedAt time.Time `json:"received_at"`
}

// AlsoKnown is another name of a buyer that stands beside the one asked for: the checkout
// knows the customer by it, so it is asked for by itself.
type AlsoKnown struct {
	Customer string `json:"customer"`
	Checkout string `json:"checkout"`
}

// CustomerErased says what an erasure has done. It does not name the person.
type CustomerErased struct {
	Customers  int64       `json:"customers"`
	Orders     int64       `json:"orders"`
	Inbox      int64       `json:"inbox"`      // bodies
	Deliveries int64       `json:"deliveries"` // bodies
	UnderWay   int64       `json:"under_way"`  // deliveries that are being applied right now, perhaps with the person in them
	AlsoKnown  []AlsoKnown `json:"also_known"`
}

// What stands for a person in a body that is still to be applied.
const (
	erasedPrefix = "erased-"
	erasedDomain = "@erased.invalid" // RFC 2606 §2: no address ends in it
	erasedLength = len(erasedPrefix) + 26
)

// ErasedIdentity is a made-up customer in the place of one who was erased. It is known in
// the same way, so that a body with it counts as theirs did.
func ErasedIdentity(i Identity, random [16]byte) Identity {
	name := erasedPrefix + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(random[:]))
	if i.Customer.ID != "" {
		return Identity{Customer{ID: name}, i.Checkout}
	}
	return Identity{Customer: Customer{Email: name + erasedDomain}}
}

// Erased says whether the customer is one of ErasedIdentity.
func (c Customer) Erased() bool {
	name := c.ID
	if name == "" {
		var ok bool
		if name, ok = strings.CutSuffix(strings.ToLower(strings.TrimSpace(c.Email)), erasedDomain); !ok {
			return false
		}
	}
	return len(name) == erasedLength && strings.HasPrefix(name, erasedPrefix)
}
