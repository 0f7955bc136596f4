package db

import (
	"database/sql"
)

// fillOrderLists fills what 0015.sql and 0016.sql have made, from the tickets: the Go part of
// both. It reads the orders in the order of their rows.
func fillOrderLists(c *conn) error {
	codes := map[int64]string{}
	err := c.each(func(r *sql.Rows) error {
		var id int64
		var code string
		err := r.Scan(&id, &code)
		codes[id] = code
		return err
	}, `SELECT id, code FROM links`)
	if err != nil {
		return err
	}
	for last := int64(0); ; {
		n, err := c.fillKindsOf(&last, codes)
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
	}
	_, err = c.exec(`INSERT INTO order_kind_sums (client_id, kind, orders) SELECT client_id, kind, count(*) FROM order_lists WHERE link_id = -1 GROUP BY client_id, kind`)
	return err
}

// fillKindsOf fills the rows of the next orders after last, and says how many there were.
func (c *conn) fillKindsOf(last *int64, codes map[int64]string) (orders int, err error) {
	ids, err := c.ids(`SELECT id FROM orders WHERE id > $1 ORDER BY id LIMIT $2`, *last, rebuildOrders)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	kinds, lists := []any{}, []any{}
	var id int64
	var row orderRow
	var isNew bool
	put := func() {
		for client, tickets := range row.byClient() {
			facts, rows := listFactsOf(&row, isNew, tickets, func(link int64) string { return codes[link] })
			kinds = append(kinds, kindColumns(kindKey{client, facts.kind}, rows)...)
			places := map[int64]bool{listAll: true}
			for _, t := range tickets {
				places[t.verdict.link] = true
			}
			for link := range places {
				lists = append(lists, listColumns(listPlace{client, link, row.placedAt, id}, facts)...)
			}
		}
	}
	err = c.each(func(r *sql.Rows) error {
		var order, test, known, first int64
		var next orderRow
		t := ticket{listed: true}
		if err := r.Scan(&order, &next.placedAt, &test, &next.currency, &known, &first, &t.id, &t.client, &t.event, &t.typ, &t.face, &t.status, &t.verdict.link, &t.verdict.reason); err != nil {
			return err
		}
		if order != id {
			put()
			next.test, next.tickets = test != 0, row.tickets[:0]
			if known != 0 {
				next.buyer = &customer{}
			}
			id, row, isNew = order, next, first != 0
		}
		row.tickets = append(row.tickets, t)
		return nil
	}, `SELECT o.id, o.placed_at, o.test, o.currency, CASE WHEN o.customer_id IS NULL THEN 0 ELSE 1 END, CASE WHEN u.first_order = o.id AND o.returns = 0 THEN 1 ELSE 0 END,
			t.ticket_id, t.client_id, t.event_id, t.type, t.face_value, t.status, COALESCE(t.link_id, 0), t.reason
		FROM orders o JOIN tickets t ON t.order_id = o.id AND t.listed = 1 LEFT JOIN customers u ON u.id = o.customer_id WHERE o.id > $1 AND o.id <= $2 AND t.order_id > $1 AND t.order_id <= $2 ORDER BY o.id`, *last, ids[len(ids)-1])
	if err != nil {
		return 0, err
	}
	put()
	*last = ids[len(ids)-1]
	if err := c.set(insertKinds, kinds, nil); err != nil {
		return 0, err
	}
	return len(ids), c.set(putLists, lists, nil)
}
