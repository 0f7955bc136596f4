package model

import "time"

// Numbers are the columns of Link Tracking in one cell (R17). Customers, NewCustomers
// and Orders are distinct in their own cell: they do not add up over ticket types or
// links.
type Numbers struct {
	Customers    int64 `json:"customers"`
	NewCustomers int64 `json:"new_customers"`
	Orders       int64 `json:"orders"`
	Tickets      int64 `json:"tickets"`
	Scanned      int64 `json:"scanned"`
	Unscanned    int64 `json:"unscanned"`
	FaceValue    Money `json:"face_value"`
}

// Refund is what was given back, shown beside the numbers and never in them.
type Refund struct {
	Tickets   int64 `json:"tickets"`
	FaceValue Money `json:"face_value"`
}

// Stats is a client's Link Tracking page. A store may give the same one to all who ask, so
// what it holds is only read, never changed.
type Stats struct {
	Client       string        `json:"client"`
	Event        *string       `json:"event"` // the filter; nil for all events
	From         *string       `json:"from"`  // days in Timezone, both inclusive; nil for no bound
	To           *string       `json:"to"`
	Timezone     string        `json:"timezone"`
	Links        []LinkStats   `json:"links"`
	Total        Numbers       `json:"total"` // over all tracking links, each person and order once
	Unattributed []ReasonStats `json:"unattributed"`

	// Version tells one reading of the page from another: two of one client and filter
	// with the same Version are equal, and of two the later has the higher one. It means
	// nothing beyond the process that read the page. 0: the page has no version.
	Version uint64 `json:"-"`
}

// LinkStats is a link's row and the rows of its ticket types.
type LinkStats struct {
	Link Link `json:"link"`
	Numbers
	TicketTypes []TypeStats `json:"ticket_types"`
}

// TypeStats are the numbers of one ticket type of one event under a link.
type TypeStats struct {
	Event string `json:"event"`
	Type  string `json:"type"`
	Name  string `json:"name"`
	Numbers
}

// ReasonStats are the sales that no link is credited with, for one reason.
type ReasonStats struct {
	Reason Reason `json:"reason"`
	Numbers
}

// Filter narrows the stats.
type Filter struct {
	Link     string // a code
	Event    string // a slug
	From, To string // days "2006-01-02" in the client's timezone, both inclusive; empty for no bound
}

// Range is the time that the filter's days cover in loc: from the first moment of
// From to before the first moment after To. A zero time is no bound. Days of 23 or
// 25 hours are as long as they are.
func (f Filter) Range(loc *time.Location) (from, until time.Time, err error) {
	if f.From != "" {
		if from, err = day("from", f.From, 0, loc); err != nil {
			return
		}
	}
	if f.To != "" {
		if until, err = day("to", f.To, 1, loc); err != nil {
			return
		}
	}
	if f.From != "" && f.To != "" && f.To < f.From {
		err = Invalidf("to", "to %s lies before %s, the first day: swap them", f.To, f.From)
	}
	return
}

// day is the first moment in loc of the day s, or of the day after it.
func day(field, s string, after int, loc *time.Location) (time.Time, error) {
	d, err := time.Parse("2006-01-02", s)
	if err != nil {
		return d, Invalidf(field, "%s %q must be %s", field, Truncate(Clean(s), 40), dayForm)
	}
	return StartOfDay(d.AddDate(0, 0, after), loc), nil
}

// StartOfDay is the first moment in loc of the day that d shows. That is not always
// midnight: where the clock goes forward then, as in Santiago, the day begins at 1.
func StartOfDay(d time.Time, loc *time.Location) time.Time {
	t := time.Date(d.Year(), d.Month(), d.Day(), 0, 0, 0, 0, loc)
	if t.Day() != d.Day() { // time.Date went to the other side of the change
		_, t = t.ZoneBounds()
	}
	return t
}

// OrderState is the part of an order's facts and verdicts that its contribution to the
// sums depends on.
type OrderState struct {
	Test     bool
	Currency string
	Customer int64 // 0 for unknown
	New      bool  // this is the customer's first purchase on the platform, and the checkout knows of no older
	Tickets  []TicketState
}

// TicketState is a ticket of an OrderState.
type TicketState struct {
	Client    int64
	Event     int64
	Type      string
	FaceValue int64
	Status    Status
	Scanned   bool
	Link      int64 // 0 for unattributed
	Reason    Reason
}

// Bucket is a place where sums are kept. The first three fields say whose: a link's,
// an unattributed reason's, or (neither) the client's total over all links. An
// Event of 0 is all events, an empty Type all types: distinct counts do not add, so
// each roll-up that is shown has a cell of its own.
type Bucket struct {
	Client int64
	Link   int64
	Reason Reason // of unattributed tickets only
	Event  int64
	Type   string
}

// Delta is what one order contributes to one cell. Its face values are in the
// order's currency.
type Delta struct {
	Live         int64 // live tickets; the order and its customer count while there is one
	Scanned      int64
	FaceValue    int64
	Refunded     int64
	RefundedFace int64
}

// Contribute says what an order adds to which cells (R13, R15, R17): a refunded ticket
// only to the refunds. It is the one place that knows what counts; sums move by the
// difference of two contributions.
func Contribute(o OrderState) map[Bucket]Delta {
	parts := make(map[Bucket]Delta, 8)
	if o.Test {
		return parts
	}
	for _, t := range o.Tickets {
		if t.Status == Void {
			continue
		}
		for _, c := range cells(t) {
			p := parts[c]
			if t.Status == Refunded {
				p.Refunded++
				p.RefundedFace += t.FaceValue
			} else {
				p.Live++
				p.FaceValue += t.FaceValue
				if t.Scanned {
					p.Scanned++
				}
			}
			parts[c] = p
		}
	}
	return parts
}

// cells are the cells that a ticket counts in.
func cells(t TicketState) []Bucket {
	if t.Link == 0 {
		return []Bucket{
			{Client: t.Client, Reason: t.Reason},
			{Client: t.Client, Reason: t.Reason, Event: t.Event},
		}
	}
	return []Bucket{
		{Client: t.Client},
		{Client: t.Client, Event: t.Event},
		{Client: t.Client, Link: t.Link},
		{Client: t.Client, Link: t.Link, Event: t.Event},
		{Client: t.Client, Link: t.Link, Event: t.Event, Type: t.Type},
	}
}

// Accumulator adds up orders one by one, for a range of days that no stored sum covers.
type Accumulator struct {
	sums   map[Bucket]*Sum
	buyers map[buyer]struct{}
}

type buyer struct {
	cell     Bucket
	customer int64
}

// Sum is the content of a cell.
type Sum struct {
	Numbers
	Refunded Refund
}

// NewAccumulator returns an empty Accumulator.
func NewAccumulator() *Accumulator {
	return &Accumulator{sums: map[Bucket]*Sum{}, buyers: map[buyer]struct{}{}}
}

// Add counts an order, once.
func (t *Accumulator) Add(o OrderState) {
	for cell, p := range Contribute(o) {
		s := t.sums[cell]
		if s == nil {
			s = &Sum{}
			t.sums[cell] = s
		}
		s.Refunded.Tickets += p.Refunded
		if p.Refunded > 0 {
			s.Refunded.FaceValue.Add(o.Currency, p.RefundedFace)
		}
		if p.Live == 0 {
			continue
		}
		s.Orders++
		s.Tickets += p.Live
		s.Scanned += p.Scanned
		s.Unscanned += p.Live - p.Scanned
		s.FaceValue.Add(o.Currency, p.FaceValue)
		if o.Customer == 0 {
			continue
		}
		if _, ok := t.buyers[buyer{cell, o.Customer}]; !ok {
			t.buyers[buyer{cell, o.Customer}] = struct{}{}
			s.Customers++
		}
		if o.New {
			s.NewCustomers++
		}
	}
}

// Sums returns the cells in which anything was counted.
func (t *Accumulator) Sums() map[Bucket]*Sum { return t.sums }
