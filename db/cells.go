package db

import (
	"database/sql"

	"lastclick/model"
)

// Each statement adds differences to rows, and makes the rows that are not there.
var (
	addToCells = newBulk(`INSERT INTO cells (id, client_id, link_id, reason, event_id, type, orders, customers, new_customers, tickets, scanned) VALUES `, 11,
		` ON CONFLICT (id) DO UPDATE SET orders = cells.orders + excluded.orders, customers = cells.customers + excluded.customers,
			new_customers = cells.new_customers + excluded.new_customers, tickets = cells.tickets + excluded.tickets, scanned = cells.scanned + excluded.scanned`)

	addToBuyers = newBulk(`INSERT INTO cell_customers (customer_id, cell_id, orders) VALUES `, 3,
		` ON CONFLICT (customer_id, cell_id) DO UPDATE SET orders = cell_customers.orders + excluded.orders`)

	addToMoney = newBulk(`INSERT INTO cell_money (cell_id, currency, live, face_value, refunded, refunded_face) VALUES `, 6,
		` ON CONFLICT (cell_id, currency) DO UPDATE SET live = cell_money.live + excluded.live, face_value = cell_money.face_value + excluded.face_value,
			refunded = cell_money.refunded + excluded.refunded, refunded_face = cell_money.refunded_face + excluded.refunded_face`)
)

// applyShift adds the shift to the cells, to their money and to their buyers.
func (t *tx) applyShift(s shift) error {
	held, err := t.cellsOf(s)
	if err != nil {
		return err
	}
	var cells, buyers, money []any
	var gone []buyer
	for c, d := range s {
		if d.isZero() {
			continue
		}
		t.markChanged(c.Client)
		id, err := t.cellID(c)
		if err != nil {
			return err
		}
		customers := int64(0)
		for customer, n := range d.buyers {
			if n == 0 {
				continue
			}
			buyers = append(buyers, customer, id, n)
			switch had := held[buyer{customer, id}]; {
			case had == 0:
				customers++
			case had+n == 0:
				customers--
				gone = append(gone, buyer{customer, id})
			}
		}
		for currency, m := range d.money {
			if m != (moneyShift{}) {
				money = append(money, id, currency, m.live, m.faceValue, m.refunded, m.refundedFace)
			}
		}
		cells = append(cells, id, c.Client, c.Link, string(c.Reason), c.Event, c.Type, d.orders, customers, d.newCustomers, d.tickets, d.scanned)
	}
	for _, b := range []struct {
		*bulk
		args []any
	}{{addToCells, cells}, {addToMoney, money}, {addToBuyers, buyers}} {
		if err := t.execBulk(b.bulk, b.args); err != nil {
			return err
		}
	}
	for _, b := range gone {
		if _, err := t.exec(`DELETE FROM cell_customers WHERE customer_id = $1 AND cell_id = $2`, b.customer, b.cell); err != nil {
			return err
		}
	}
	return nil
}

// buyer is a customer in a cell.
type buyer struct{ customer, cell int64 }

// cellsOf says how many orders the shift's customers have in each cell now.
func (t *tx) cellsOf(s shift) (map[buyer]int64, error) {
	held := map[buyer]int64{}
	read := map[int64]bool{}
	for _, d := range s {
		for customer, n := range d.buyers {
			if n == 0 || read[customer] {
				continue
			}
			read[customer] = true
			err := t.each(func(r *sql.Rows) error {
				b := buyer{customer: customer}
				var orders int64
				err := r.Scan(&b.cell, &orders)
				held[b] = orders
				return err
			}, `SELECT cell_id, orders FROM cell_customers WHERE customer_id = $1`, customer)
			if err != nil {
				return nil, err
			}
		}
	}
	return held, nil
}

// cellID is the row of a cell, made where there is none. Rows of cells are never
// deleted, so the committer keeps their ids: some 100 bytes for each combination of
// link, event and type that was sold.
func (t *tx) cellID(c model.Bucket) (id int64, err error) {
	if id, ok := t.s.cells[c]; ok {
		return id, nil
	}
	err = t.row(`SELECT id FROM cells WHERE client_id = $1 AND link_id = $2 AND reason = $3 AND event_id = $4 AND type = $5`,
		c.Client, c.Link, string(c.Reason), c.Event, c.Type).Scan(&id)
	if isNoRows(err) {
		err = t.row(`INSERT INTO cells (client_id, link_id, reason, event_id, type, orders, customers, new_customers, tickets, scanned)
			VALUES ($1, $2, $3, $4, $5, 0, 0, 0, 0, 0) RETURNING id`, c.Client, c.Link, string(c.Reason), c.Event, c.Type).Scan(&id)
	}
	if err == nil {
		t.onCommit(func() { t.s.cells[c] = id })
	}
	return id, err
}
