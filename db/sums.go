package db

import (
	"database/sql"

	"lastclick/model"
)

// measured is an order before a change: what it contributes, and what decides
// whether it is its customer's first purchase.
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

// settleSums moves the kept sums by the difference of what the order contributed
// before and what it contributes now, and moves the new-customer mark (R19) where
// the change did.
func (t *tx) settleSums(before measured, order int64) error {
	after, err := t.measure(order)
	if err != nil {
		return err
	}
	s := shift{}
	if before.placedAt != after.placedAt || before.state.Test != after.state.Test || before.state.Customer != after.state.Customer {
		if err := t.moveMark(s, before.state.Customer, order); err != nil {
			return err
		}
		if after.state.Customer != before.state.Customer {
			if err := t.moveMark(s, after.state.Customer, order); err != nil {
				return err
			}
		}
		if after, err = t.measure(order); err != nil {
			return err
		}
	}
	s.add(before.state, -1)
	s.add(after.state, +1)
	return t.applyShift(s)
}

// moveMark finds the customer's first purchase again: the earliest by placed_at,
// checkout and order id, tests left out. What other orders contribute moves with it.
func (t *tx) moveMark(s shift, customer, order int64) error {
	if customer == 0 {
		return nil
	}
	var old, first int64
	if err := t.row(`SELECT COALESCE(first_order, 0) FROM customers WHERE id = $1`, customer).Scan(&old); err != nil {
		return err
	}
	err := t.row(`SELECT o.id FROM orders o JOIN checkouts k ON k.id = o.checkout_id
		WHERE o.customer_id = $1 AND o.test = 0 ORDER BY o.placed_at, k.name, o.order_id LIMIT 1`, customer).Scan(&first)
	if err != nil && !none(err) {
		return err
	}
	if old == first {
		return nil
	}
	for _, sign := range []int64{-1, +1} {
		for _, other := range []int64{old, first} {
			if other == order { // its own contribution is measured around all of this
				continue
			}
			m, err := t.measure(other)
			if err != nil {
				return err
			}
			s.add(m.state, sign)
		}
		if sign < 0 {
			if _, err := t.exec(`UPDATE customers SET first_order = $1 WHERE id = $2`, optional(first), customer); err != nil {
				return err
			}
		}
	}
	return nil
}

// shift is by how much each cell moves.
type shift map[model.Cell]*cellShift

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

// moves says whether anything is left after what cancels out.
func (d *cellShift) moves() bool {
	if d.orders != 0 || d.newCustomers != 0 || d.tickets != 0 || d.scanned != 0 {
		return true
	}
	for _, m := range d.money {
		if m != (moneyShift{}) {
			return true
		}
	}
	for _, n := range d.buyers {
		if n != 0 {
			return true
		}
	}
	return false
}

func (t *tx) applyShift(s shift) error {
	for cell, d := range s {
		if !d.moves() {
			continue
		}
		t.touch(cell.Client)
		id, err := t.cell(cell)
		if err != nil {
			return err
		}
		customers, err := t.moveBuyers(id, d.buyers)
		if err != nil {
			return err
		}
		_, err = t.exec(`UPDATE cells SET orders = orders + $1, customers = customers + $2, new_customers = new_customers + $3, tickets = tickets + $4, scanned = scanned + $5 WHERE id = $6`,
			d.orders, customers, d.newCustomers, d.tickets, d.scanned, id)
		if err != nil {
			return err
		}
		if err := t.moveMoney(id, d.money); err != nil {
			return err
		}
	}
	return nil
}

// cell is the row of a cell, made where there is none.
func (t *tx) cell(c model.Cell) (id int64, err error) {
	err = t.row(`SELECT id FROM cells WHERE client_id = $1 AND link_id = $2 AND reason = $3 AND event_id = $4 AND type = $5`,
		c.Client, c.Link, string(c.Reason), c.Event, c.Type).Scan(&id)
	if none(err) {
		err = t.row(`INSERT INTO cells (client_id, link_id, reason, event_id, type, orders, customers, new_customers, tickets, scanned)
			VALUES ($1, $2, $3, $4, $5, 0, 0, 0, 0, 0) RETURNING id`, c.Client, c.Link, string(c.Reason), c.Event, c.Type).Scan(&id)
	}
	return id, err
}

// moveBuyers returns by how many distinct customers the cell changed.
func (t *tx) moveBuyers(cell int64, buyers map[int64]int64) (changed int64, err error) {
	for customer, d := range buyers {
		if d == 0 {
			continue
		}
		var n int64
		err := t.row(`INSERT INTO cell_customers (customer_id, cell_id, orders) VALUES ($1, $2, $3)
			ON CONFLICT (customer_id, cell_id) DO UPDATE SET orders = cell_customers.orders + excluded.orders RETURNING orders`,
			customer, cell, d).Scan(&n)
		if err != nil {
			return 0, err
		}
		if n == d { // there was no row
			changed++
		}
		if n == 0 {
			changed--
			if _, err := t.exec(`DELETE FROM cell_customers WHERE customer_id = $1 AND cell_id = $2`, customer, cell); err != nil {
				return 0, err
			}
		}
	}
	return changed, nil
}

func (t *tx) moveMoney(cell int64, money map[string]moneyShift) error {
	for currency, m := range money {
		if m == (moneyShift{}) {
			continue
		}
		_, err := t.exec(`INSERT INTO cell_money (cell_id, currency, live, face_value, refunded, refunded_face) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (cell_id, currency) DO UPDATE SET live = cell_money.live + excluded.live, face_value = cell_money.face_value + excluded.face_value,
				refunded = cell_money.refunded + excluded.refunded, refunded_face = cell_money.refunded_face + excluded.refunded_face`,
			cell, currency, m.live, m.faceValue, m.refunded, m.refundedFace)
		if err != nil {
			return err
		}
	}
	return nil
}
