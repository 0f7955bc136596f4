package shop

import (
	"fmt"
	"strconv"

	"lastclick/model"
)

// line is a number of like tickets in an order of a shop that sells quantities.
type line struct {
	id       string // distinct in its order, and the same in every version of it
	event    string
	kind     string // of ticket
	name     string // of the kind
	units    int
	face     int64  // of all units, minor units, before discounts
	paid     *int64 // for all units, minor units; nil where the shop does not say
	refunded int    // units, at most all
	void     bool   // all units that were not refunded
}

// tickets makes a ticket of each unit, {order}-{line}-{n} with n from 1. A refund takes
// the highest n first, always: so a later, larger refund holds the tickets of those before
// it, and a ticket that was scanned is more often one that stays.
func (l line) tickets(order string) []ticket {
	if l.units < 1 {
		return nil
	}
	faces := split(l.face, l.units)
	var paid []int64
	if l.paid != nil {
		paid = split(*l.paid, l.units)
	}
	tickets := make([]ticket, l.units)
	for i := range tickets {
		t := ticket{
			ID:    order + "-" + l.id + "-" + strconv.Itoa(i+1),
			Event: l.event, Type: l.kind, TypeName: l.name, FaceValue: faces[i], Status: model.Valid,
		}
		if paid != nil {
			t.Paid = &paid[i]
		}
		switch {
		case i >= l.units-l.refunded:
			t.Status = model.Refunded
		case l.void:
			t.Status = model.Void
		}
		tickets[i] = t
	}
	return tickets
}

// ticketsOf makes the tickets of all lines. field names the lines in the shop's JSON.
func ticketsOf(order, field string, lines []line) ([]ticket, error) {
	units := 0
	for i, l := range lines {
		switch {
		case l.units < 0 || l.units > model.MaxTickets || units+l.units > model.MaxTickets:
			return nil, unmapped(fmt.Sprintf("%s[%d]", field, i), "makes more than %d tickets of the order, which is the most that one may have", model.MaxTickets)
		case l.face < 0 || l.paid != nil && *l.paid < 0:
			return nil, unmapped(fmt.Sprintf("%s[%d]", field, i), "has a negative price: a discount belongs on the line of its tickets")
		}
		units += l.units
	}
	if units == 0 {
		return nil, unmapped(field, "holds no tickets")
	}
	tickets := make([]ticket, 0, units)
	for _, l := range lines {
		tickets = append(tickets, l.tickets(order)...)
	}
	return tickets, nil
}
