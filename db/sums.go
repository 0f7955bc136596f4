package db

import (
	"database/sql"

	"lastclick/model"
)

// measured is an order at one moment: what it contributes to the sums, and when it was
// placed, which decides whether it is its customer's first purchase.
type measured struct {
	state    model.OrderState
	placedAt int64
}

// measure reads an order's state; an order that is not there (0) contributes
// nothing.
func (c *conn) measure(order int64) (measured, error) {
	var m measured
	if order == 0 {
		return m, nil
	}
	err := c.row(`SELECT o.test, o.currency, o.placed_at, COALESCE(o.customer_id, 0), CASE WHEN k.first_order = o.id AND o.returns = 0 THEN 1 ELSE 0 END
		FROM orders o LEFT JOIN customers k ON k.id = o.customer_id WHERE o.id = $1`, order).
		Scan(&m.state.Test, &m.state.Currency, &m.placedAt, &m.state.Customer, &m.state.New)
	if err != nil {
		return m, err
	}
	err = c.each(func(r *sql.Rows) error {
		var t model.TicketState
		err := r.Scan(&t.Client, &t.Event, &t.Type, &t.FaceValue, &t.Status, &t.Scanned, &t.Link, &t.Reason)
		m.state.Tickets = append(m.state.Tickets, t)
		return err
	}, `SELECT t.client_id, t.event_id, t.type, t.face_value, t.status, COALESCE(s.scanned, 0), COALESCE(t.link_id, 0), t.reason
		FROM tickets t LEFT JOIN scans s ON s.checkout_id = t.checkout_id AND s.ticket_id = t.ticket_id WHERE t.order_id = $1`, order)
	return m, err
}

// updateSums adds to the kept sums the difference between what the order contributed
// before and what it contributes now. marks is what changed with it in other orders.
func (t *tx) updateSums(before measured, order int64, marks shift) error {
	after, err := t.measure(order)
	if err != nil {
		return err
	}
	marks.add(before.state, -1)
	marks.add(after.state, +1)
	return t.applyShift(marks)
}

// moveMarks gives the new-customer mark (R19) to another order where a change of this
// order's time, test flag or customer asks for that, and returns what this changes in
// the cells of the other orders. The order itself is measured before and after.
func (t *tx) moveMarks(before measured, order int64, o *model.Order, customer int64) (shift, error) {
	s := shift{}
	if before.placedAt == millis(o.PlacedAt) && before.state.Test == o.Test && before.state.Customer == customer {
		return s, nil
	}
	if err := t.moveMark(s, customer, order); err != nil {
		return s, err
	}
	if before.state.Customer == customer {
		return s, nil
	}
	return s, t.moveMark(s, before.state.Customer, order)
}

// moveMark finds the customer's first purchase again: the earliest by placed_at,
// checkout and order id, without test orders.
func (t *tx) moveMark(s shift, customer, order int64) error {
	if customer == 0 {
		return nil
	}
	var old, first int64
	err := t.row(`SELECT COALESCE(u.first_order, 0), COALESCE((SELECT o.id FROM orders o JOIN checkouts k ON k.id = o.checkout_id
			WHERE o.customer_id = u.id AND o.test = 0 ORDER BY o.placed_at, k.name, o.order_id LIMIT 1), 0)
		FROM customers u WHERE u.id = $1`, customer).Scan(&old, &first)
	if err != nil || old == first {
		return err
	}
	others := func(sign int64) error {
		for _, other := range []int64{old, first} {
			if other == order {
				continue
			}
			m, err := t.measure(other)
			if err != nil {
				return err
			}
			s.add(m.state, sign)
		}
		return nil
	}
	if err := others(-1); err != nil {
		return err
	}
	if _, err := t.exec(`UPDATE customers SET first_order = $1 WHERE id = $2`, optional(first), customer); err != nil {
		return err
	}
	return others(+1)
}

// shift is the difference that is added to each cell.
type shift map[model.Bucket]*cellShift

type cellShift struct {
	orders, newCustomers, tickets, scanned int64
	money                                  map[string]moneyShift
	buyers                                 map[int64]int64 // orders by customer
}

type moneyShift struct{ live, faceValue, refunded, refundedFace int64 }

// add counts what an order contributes, sign times.
func (s shift) add(o model.OrderState, sign int64) {
	for cell, p := range model.Contribute(o) {
		d := s[cell]
		if d == nil {
			d = &cellShift{money: map[string]moneyShift{}, buyers: map[int64]int64{}}
			s[cell] = d
		}
		m := d.money[o.Currency]
		m.live += sign * p.Live
		m.faceValue += sign * p.FaceValue
		m.refunded += sign * p.Refunded
		m.refundedFace += sign * p.RefundedFace
		d.money[o.Currency] = m
		if p.Live == 0 {
			continue
		}
		d.orders += sign
		d.tickets += sign * p.Live
		d.scanned += sign * p.Scanned
		if o.New {
			d.newCustomers += sign
		}
		if o.Customer != 0 {
			d.buyers[o.Customer] += sign
		}
	}
}

// isZero says whether all differences cancelled out.
func (d *cellShift) isZero() bool {
	if d.orders != 0 || d.newCustomers != 0 || d.tickets != 0 || d.scanned != 0 {
		return false
	}
	for _, m := range d.money {
		if m != (moneyShift{}) {
			return false
		}
	}
	for _, n := range d.buyers {
		if n != 0 {
			return false
		}
	}
	return true
}
