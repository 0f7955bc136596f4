package shop

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"lastclick/model"
)

// plainUnits are the rows of an event and type, as they are counted.
type plainUnits struct{ event, kind text }

// plainTickets makes the tickets of the rows of an order.
func plainTickets(rows []plainRow, currency string) ([]ticket, error) {
	// Within an event and type what stays has the lowest numbers, whatever the order of
	// the rows, so that a refund takes the highest; the dearest come first.
	type counted struct {
		plainRow
		units int
		face  int64
		paid  *int64
	}
	sold := make([]counted, 0, len(rows))
	all := 0
	for _, r := range rows {
		for _, f := range []struct {
			name  string
			value text
		}{{"event", r.Event}, {"type", r.Type}, {"price", r.Price}} {
			if f.value == "" {
				return nil, unmapped(r.at+f.name, "is missing")
			}
		}
		c := counted{plainRow: r, units: 1}
		var err error
		if r.Quantity != "" {
			if c.units, err = r.Quantity.units(r.at + "quantity"); err != nil {
				return nil, err
			}
		}
		if all += c.units; all > model.MaxTickets {
			return nil, unmapped(r.at+"quantity", "makes more than %d tickets of the order, which is the most that one may have", model.MaxTickets)
		}
		if r.Ticket != "" && c.units != 1 {
			return nil, unmapped(r.at+"ticket", "is the id of one ticket, and quantity is not 1")
		}
		if c.face, err = r.Price.amount(r.at+"price", currency); err != nil {
			return nil, err
		}
		if c.face < 0 {
			return nil, unmapped(r.at+"price", "must not be negative")
		}
		if r.Paid != "" {
			paid, err := r.Paid.amount(r.at+"paid", currency)
			if err != nil {
				return nil, err
			}
			c.paid = &paid
		}
		switch r.status() {
		case model.Valid, model.Refunded, model.Void:
		default:
			return nil, unmapped(r.at+"status", "is %s: it must be valid, refunded, void or pending", quoted(string(r.Status)))
		}
		sold = append(sold, c)
	}
	slices.SortStableFunc(sold, func(a, b counted) int {
		return cmp.Or(strings.Compare(string(a.Event), string(b.Event)), strings.Compare(string(a.Type), string(b.Type)),
			rank(a.status())-rank(b.status()), cmp.Compare(b.face, a.face))
	})
	numbers := make(map[plainUnits]int)
	tickets := make([]ticket, 0, all)
	for _, c := range sold {
		for range c.units {
			t := ticket{
				ID: string(c.Ticket), Event: string(c.Event), Type: string(c.Type), TypeName: model.Truncate(model.Clean(string(c.TypeName)), model.MaxName),
				FaceValue: c.face, Paid: c.paid, Status: c.status(),
			}
			if t.ID == "" {
				key := plainUnits{c.Event, c.Type}
				numbers[key]++
				t.ID = strings.Join([]string{string(c.Order), t.Event, t.Type, strconv.Itoa(numbers[key])}, "-")
			}
			tickets = append(tickets, t)
		}
	}
	if len(tickets) == 0 {
		return nil, unmapped(rows[0].at+"quantity", "leaves the order without tickets: a ticket that is taken back has the status void or refunded")
	}
	return tickets, nil
}

func rank(s model.Status) int {
	return slices.Index([]model.Status{model.Valid, model.Refunded, model.Void}, s)
}
