package model

import "time"

// OrderSummary is an order in a list, as far as it concerns one client.
type OrderSummary struct {
	ID          string    `json:"id"`
	Checkout    string    `json:"checkout"`
	PlacedAt    time.Time `json:"placed_at"`
	Version     int64     `json:"version"`
	Test        bool      `json:"test"`
	CustomerNew *bool     `json:"customer_new"` // nil: the customer is unknown
	Tickets     int64     `json:"tickets"`      // live ones
	FaceValue   Money     `json:"face_value"`
	Links       []string  `json:"links"`   // codes that hold its tickets
	Reasons     []Reason  `json:"reasons"` // the tickets' reasons, each once
}

// OrderFilter narrows and sorts a list of orders: the newest first, by PlacedAt, then by
// the checkout's name, then by the order's id, all three descending (R25).
type OrderFilter struct {
	Link         string // a code: orders with a ticket credited to it
	Unattributed bool   // orders with a ticket that no link is credited with
	Event        string // a slug: only a ticket for that event puts an order in the list
	// Search holds words, each of which must be found (SearchWords) in the order's id, or in
	// a ticket's event (name, slug), type (id, name), link (name, code, other codes) or
	// reason. An admin's may be the customer's id or e-mail address too, whole. Qualifiers
	// among them say what the order must be (ParseOrderSearch).
	Search    string
	Sort      OrderSort // empty: SortPlaced
	Up        bool      // the other way round: the least first, or the oldest
	Before    string    // as in Paging; of a list that is sorted so
	Limit     int       // as in Paging
	Uncounted bool      // the Listing's Total and First are not asked for: they cost more than a part of the list
}

// OrderExplained says why each ticket of an order was credited as it was.
type OrderExplained struct {
	ID          string            `json:"id"`
	Checkout    string            `json:"checkout"`
	PlacedAt    time.Time         `json:"placed_at"`
	Version     int64             `json:"version"`
	CustomerNew *bool             `json:"customer_new"`
	Rule        Rule              `json:"rule"`
	Window      string            `json:"window"`
	Tickets     []TicketExplained `json:"tickets"`
	Channel     *string           `json:"channel,omitempty"` // as the checkout says; nil where it does not
	Consent     *bool             `json:"consent,omitempty"` // of the customer, as the newest version says; nil where it does not (R26)
	Test        bool              `json:"-"`
	Currency    string            `json:"-"`
}

// TicketExplained is a ticket with its verdict.
type TicketExplained struct {
	ID         string           `json:"id"`
	Event      string           `json:"event"`
	Type       string           `json:"type"`
	Status     Status           `json:"status"`
	Scanned    bool             `json:"scanned"`
	Link       *string          `json:"link"`
	Reason     Reason           `json:"reason"`
	Considered []ClickExplained `json:"considered"`
	Paid       *int64           `json:"paid,omitempty"` // minor units; nil where the checkout does not say
	TypeName   string           `json:"-"`
	FaceValue  int64            `json:"-"`
}

// ClickExplained is a click of the receipt or of the click token. Link is nil for another
// client's link, which is not shown.
type ClickExplained struct {
	Link      *string      `json:"link"`
	ClickedAt time.Time    `json:"clicked_at"`
	Verdict   ClickVerdict `json:"verdict"`
}

// LinkDetail is everything about one link.
type LinkDetail struct {
	Link
	Numbers
	MailError    *string     `json:"mail_error"` // why Mail is failed, or still queued
	Digest       ReportEvery `json:"digest"`     // what is mailed to its owner
	Refunded     Refund      `json:"refunded"`
	TicketTypes  []TypeStats `json:"ticket_types"`
	TookOverFrom []Overlap   `json:"took_over_from"` // links that were clicked earlier in an order that this one won
	TakenOverBy  []Overlap   `json:"taken_over_by"`  // links that were clicked later, and won
	Assists      int64       `json:"assists"`        // orders in which it was clicked inside the window and another won
	// SharedAddress is the number of orders with a live ticket of the client that came with
	// a click token of this link which belongs to another customer (R23).
	SharedAddress int64 `json:"shared_address_orders"`
}

// Overlap is another link, and in how many orders both were clicked.
type Overlap struct {
	Link   string `json:"link"`
	Name   string `json:"name"`
	Orders int64  `json:"orders"`
}

// Delivery is a webhook whose signature holds.
type Delivery struct {
	Checkout int64
	// CheckoutName is what the checkout with the id was called when the signature was
	// verified; empty where there is none. Another one may have the id since, where the
	// database has lost its last changes.
	CheckoutName string
	WebhookID    string
	Body         []byte
	Received     time.Time
	Webhook      Webhook
	Faults       []Fault // what ParseWebhook found; the body is then only kept
}

// ImportNote is what the audit keeps of an import.
type ImportNote struct {
	Action    string // as the command is called: order import
	Checkouts []string
	Lines     int
	SHA256    string // of the file, in hexadecimal digits
}

// Outcome is the answer to a delivery that is not an error.
type Outcome struct {
	Status  OutcomeStatus   `json:"status"`
	Reason  string          `json:"reason,omitempty"` // of parked: unknown_event
	Order   string          `json:"order,omitempty"`
	Tickets []TicketOutcome `json:"tickets,omitempty"`
	Ticket  string          `json:"ticket,omitempty"` // of a scan
	Event   string          `json:"event,omitempty"`  // of an event.updated; of parked, the one that is not known
}

// OutcomeStatus says what a delivery did.
type OutcomeStatus string

// The statuses of an outcome.
const (
	Applied   OutcomeStatus = "applied"
	Duplicate OutcomeStatus = "duplicate"
	Stale     OutcomeStatus = "stale"
	Parked    OutcomeStatus = "parked"
	Pong      OutcomeStatus = "pong"    // the answer to a ping, which no store sees
	Ignored   OutcomeStatus = "ignored" // a shop's order of nothing but what its checkout ignores
	Queued    OutcomeStatus = "queued"  // of a shop's delivery that is retried: it is mapped again in a moment
)

// TicketOutcome is a ticket's verdict in short.
type TicketOutcome struct {
	ID     string  `json:"id"`
	Link   *string `json:"link"`
	Reason Reason  `json:"reason"`
}

// InboxItem is a webhook that was not applied, with its raw body.
type InboxItem struct {
	ID         int64      `json:"id"`
	Checkout   string     `json:"checkout"`
	WebhookID  string     `json:"webhook_id"`
	Type       string     `json:"type"`
	State      string     `json:"state"`  // parked, refused (422), conflict (409), applied, dismissed; of a shop's delivery unmapped, waiting, note, retrying too
	Reason     string     `json:"reason"` // a sentence
	Event      *string    `json:"event"`  // the event that a parked one waits for: its slug, or in a shop's order NAME:ID
	Errors     []Fault    `json:"errors"`
	ReceivedAt time.Time  `json:"received_at"`
	ResolvedAt *time.Time `json:"resolved_at"`
	Body       string     `json:"body,omitempty"`      // only where one item is shown
	BodyNote   string     `json:"body_note,omitempty"` // why it is not what came; the same
}

// IntegrityCell is the Cell of a Difference that is a fault of the database's file.
const IntegrityCell = "integrity of the file"

// Difference is a sum that does not equal the recount of the facts.
type Difference struct {
	Cell  string // "link ana · summerfest · ga: tickets"
	Kept  string
	Facts string
}

func (d Difference) String() string {
	return d.Cell + ": kept " + d.Kept + ", the facts give " + d.Facts
}
