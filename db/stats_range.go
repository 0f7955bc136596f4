package db

import (
	"database/sql"

	"lastclick/model"
)

// sumsOfFacts counts the client's orders that were placed in the range, one by one: of
// links that the sums of days do not cover yet, since the client's timezone has changed.
func (c *conn) sumsOfFacts(p *pageSums, client, link int64, r timeRange) error {
	acc := model.NewAccumulator()
	var order int64
	var state model.OrderState
	err := c.each(func(rows *sql.Rows) error {
		var id int64
		var next model.OrderState
		t := model.TicketState{Client: client}
		err := rows.Scan(&id, &next.Currency, &next.Customer, &next.New, &t.Event, &t.Type, &t.FaceValue, &t.Status, &t.Scanned, &t.Link, &t.Reason)
		if err != nil {
			return err
		}
		if id != order {
			acc.Add(state)
			order, state = id, next
		}
		state.Tickets = append(state.Tickets, t)
		return nil
	}, `SELECT l.order_id, o.currency, COALESCE(o.customer_id, 0), CASE WHEN k.first_order = o.id AND o.returns = 0 THEN 1 ELSE 0 END,
			t.event_id, t.type, t.face_value, t.status, COALESCE(s.scanned, 0), COALESCE(t.link_id, 0), t.reason
		FROM order_lists l JOIN orders o ON o.id = l.order_id
			JOIN tickets t ON t.order_id = l.order_id AND t.client_id = l.client_id
			LEFT JOIN customers k ON k.id = o.customer_id
			LEFT JOIN scans s ON s.checkout_id = t.checkout_id AND s.ticket_id = t.ticket_id
		WHERE l.client_id = $1 AND l.link_id = -1 AND l.placed_at >= $2 AND l.placed_at < $3 AND o.test = 0
		ORDER BY l.placed_at, l.order_id`, client, r.from, r.until)
	if err != nil {
		return err
	}
	acc.Add(state)
	for cell, sum := range acc.Sums() {
		if link == 0 || cell.Link == link {
			p.put(cell, *sum)
		}
	}
	p.sort()
	return nil
}
