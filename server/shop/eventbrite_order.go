package shop

import (
	"time"

	"lastclick/model"
)

// sold says whether the order is a sale, or was one.
func (in eventbriteOrder) sold() (bool, error) {
	if len(in.Attendees) == 0 {
		return false, nil
	}
	switch in.Status {
	case "started", "pending", "processing", "unpaid", "abandoned":
		return false, nil // Eventbrite sends a message once it is placed
	case "placed", "refunded", "cancelled", "deleted":
		return true, nil
	}
	return false, unmapped("status", "%s is none of the statuses that Eventbrite documents", quoted(in.Status))
}

// order makes the order of a sale.
func (in eventbriteOrder) order() (order, error) {
	placed, err := in.Created.time("created")
	if err != nil {
		return order{}, err
	}
	o := order{
		ID:       string(in.ID),
		PlacedAt: moment{placed},
		Currency: in.currency(),
		Customer: customer{Email: string(in.Email)},
	}
	for i, a := range in.Attendees {
		if o.Tracking == (tracking{}) {
			o.Tracking = carried(string(a.Affiliate))
		}
		tickets, err := in.tickets(i, o.Currency)
		if err != nil {
			return order{}, err
		}
		if len(o.Tickets)+len(tickets) > model.MaxTickets {
			return order{}, unmapped("attendees", "hold more than %d tickets", model.MaxTickets)
		}
		o.Tickets = append(o.Tickets, tickets...)
	}
	return o, nil
}

// currency is that of the order, or of the first attendee who has one: free orders have
// no costs in some answers.
func (in eventbriteOrder) currency() string {
	if c := in.Costs.Gross.Currency; c != "" {
		return c
	}
	for _, a := range in.Attendees {
		if c := a.Costs.Gross.Currency; c != "" {
			return c
		}
	}
	return in.Costs.BasePrice.Currency
}

// tickets makes the tickets of the attendee number i.
func (in eventbriteOrder) tickets(i int, currency string) ([]ticket, error) {
	a := in.Attendees[i]
	face, err := a.Costs.BasePrice.minor(at("attendees", i, "costs.base_price"), currency)
	if err != nil {
		return nil, err
	}
	paid, err := a.Costs.Gross.minor(at("attendees", i, "costs.gross"), currency)
	if err != nil {
		return nil, err
	}
	ids := a.tickets()
	if len(ids) == 0 {
		return nil, unmapped(at("attendees", i, "quantity"), "must be 1 to %d", model.MaxTickets)
	}
	faces, paids := split(face, len(ids)), split(paid, len(ids))
	tickets := make([]ticket, len(ids))
	for n, id := range ids {
		tickets[n] = ticket{
			ID: id, Event: string(a.Event), Type: string(a.Class), TypeName: a.ClassName,
			FaceValue: faces[n], Paid: &paids[n], Status: a.status(in),
		}
	}
	return tickets, nil
}

// tickets are the ids of the attendee's tickets; none for a quantity that is none.
func (a eventbriteAttendee) tickets() []string {
	switch {
	case a.Quantity == 0 || a.Quantity == 1: // absent is 1
		return []string{string(a.ID)}
	case a.Quantity < 0 || a.Quantity > model.MaxTickets:
		return nil
	}
	ids := make([]string, a.Quantity)
	for n := range ids {
		ids[n] = string(a.ID) + "-" + number(int64(n+1))
	}
	return ids
}

// minor is the money in minor units of the order's currency; none is 0.
func (m eventbriteMoney) minor(field, currency string) (int64, error) {
	if m.Major == "" {
		return 0, nil
	}
	if m.Currency != currency {
		return 0, unmapped(field+".currency", "is another one than that of the order")
	}
	n, err := m.Major.amount(field+".major_value", currency)
	if err == nil && n < 0 {
		err = unmapped(field+".major_value", "must not be negative")
	}
	return n, err
}

// entries are those of the attendees who are checked in, and that of person, the id of an
// attendee, is taken back where there is none.
func (in eventbriteOrder) entries(person string, began time.Time) ([]entry, error) {
	var entries []entry
	for i, a := range in.Attendees {
		if !a.CheckedIn && (person == "" || string(a.ID) != person) {
			continue
		}
		when, err := a.scanChanged(i, began)
		if err != nil {
			return nil, err
		}
		for _, id := range a.tickets() {
			entries = append(entries, entry{id, a.CheckedIn, when})
		}
	}
	return entries, nil
}

// scanChanged is when the attendee number i was checked in or out: the latest change of a
// barcode, else of the attendee, else now.
func (a eventbriteAttendee) scanChanged(i int, began time.Time) (latest time.Time, err error) {
	for _, b := range a.Barcodes {
		if b.Changed == "" {
			continue
		}
		t, err := b.Changed.time(at("attendees", i, "barcodes.changed"))
		if err != nil {
			return latest, err
		}
		if t.After(latest) {
			latest = t
		}
	}
	switch {
	case !latest.IsZero():
		return latest, nil
	case a.Changed != "":
		return a.Changed.time(at("attendees", i, "changed"))
	}
	return began, nil
}
