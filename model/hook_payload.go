package model

import "time"

// The types of our own webhooks.
const (
	SaleCredited  = "sale.credited"
	SaleReversed  = "sale.reversed"
	TicketScanned = "ticket.scanned"
	HookPing      = "ping"
)

// HookPayload is the body of one of our own webhooks: a HookSale, a HookScan or a
// HookPingData with its type. Timestamp is when the store learned of it.
type HookPayload struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      any       `json:"data"`
}

// HookSale is the data of sale.credited and sale.reversed: tickets of one order that
// count for one link from now on, or no longer. Test orders are in neither. A receiver
// that adds what is credited and subtracts what is reversed has the link's tickets and
// face value.
type HookSale struct {
	Order    string       `json:"order"` // the checkout's id of it
	Checkout string       `json:"checkout"`
	Version  int64        `json:"version"` // of the order, that made it so
	PlacedAt time.Time    `json:"placed_at"`
	Client   string       `json:"client"`
	Link     string       `json:"link"` // its code
	Currency string       `json:"currency"`
	Tickets  []HookTicket `json:"tickets"`
}

// HookTicket is a ticket as it was credited: what is reversed is said as it was when it
// was credited.
type HookTicket struct {
	ID        string    `json:"id"`
	Event     string    `json:"event"`
	Type      string    `json:"type"`
	TypeName  string    `json:"type_name"`
	FaceValue int64     `json:"face_value"` // minor units
	Reason    Reason    `json:"reason"`     // why the link has it
	Cause     HookCause `json:"cause,omitempty"`
}

// HookCause says why a ticket was reversed.
type HookCause string

// Why tickets are reversed.
const (
	CauseRefunded HookCause = "refunded"
	CauseVoid     HookCause = "void"    // void, or left out of the order's new version
	CauseTest     HookCause = "test"    // the order is a test after all
	CauseChanged  HookCause = "changed" // its link, event, type, price or currency is another now; it may be credited in the next message
)

// HookScan is the data of ticket.scanned: a credited ticket came in. A scan that is undone
// is not told; one that comes again after that is.
type HookScan struct {
	Order    string    `json:"order"`
	Checkout string    `json:"checkout"`
	Client   string    `json:"client"`
	Link     string    `json:"link"`
	Ticket   string    `json:"ticket"`
	Event    string    `json:"event"`
	Type     string    `json:"type"`
	At       time.Time `json:"at"` // of the scan
}

// HookPingData is the data of a ping, which tests a hook.
type HookPingData struct {
	Client *string `json:"client"` // nil: of all clients
}
