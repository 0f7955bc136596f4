package db

import (
	"database/sql"
	"time"

	"lastclick/model"
)

// writeTickets writes the tickets of the order that j judges, with the verdicts of
// those that R8 wants judged now. Tickets that the new version leaves out become void.
func (t *tx) writeTickets(k checkout, j *judge, events map[string]keptEvent, at time.Time) error {
	if err := t.nameTypes(j.sale, events, at); err != nil {
		return err
	}
	sold := map[string]bool{}
	for i, ticket := range j.sale.Tickets {
		sold[ticket.ID] = true
		if err := t.writeTicket(k, j, i, events[ticket.Event]); err != nil {
			return err
		}
	}
	for id, was := range j.kept {
		if sold[id] {
			continue
		}
		t.markChanged(was.client)
		_, err := t.exec(`UPDATE tickets SET status = 'void', pos = -1, placed_at = $1 WHERE checkout_id = $2 AND ticket_id = $3`, millis(j.sale.PlacedAt), k.id, id)
		if err != nil {
			return err
		}
	}
	return nil
}

// nameTypes keeps the names that the order gives its ticket types, each once.
func (t *tx) nameTypes(o *model.Order, events map[string]keptEvent, at time.Time) error {
	type naming struct{ event, typ, name string }
	named := map[naming]bool{}
	for _, ticket := range o.Tickets {
		n := naming{ticket.Event, ticket.Type, ticket.TypeName}
		if named[n] {
			continue
		}
		named[n] = true
		if err := t.nameType(events[ticket.Event].id, model.TicketType{ID: ticket.Type, Name: ticket.TypeName}, at, o.Version); err != nil {
			return err
		}
	}
	return nil
}

// writeTicket writes the order's ticket at position pos, for the event e.
func (t *tx) writeTicket(k checkout, j *judge, pos int, e keptEvent) error {
	ticket, placed := j.sale.Tickets[pos], millis(j.sale.PlacedAt)
	t.markChanged(e.client)
	was, known := j.kept[ticket.ID]
	if known {
		t.markChanged(was.client)
	}
	if known && !j.judgedAnew(was, e) {
		_, err := t.exec(`UPDATE tickets SET pos = $1, type = $2, type_name = $3, face_value = $4, status = $5, placed_at = $6 WHERE checkout_id = $7 AND ticket_id = $8`,
			pos, ticket.Type, composed(ticket.TypeName), ticket.FaceValue, string(ticket.Status), placed, k.id, ticket.ID)
		return err
	}
	v, err := j.verdict(e)
	if err != nil {
		return err
	}
	_, err = t.exec(`INSERT INTO tickets (checkout_id, ticket_id, order_id, pos, client_id, event_id, type, type_name, face_value, status, placed_at,
			link_id, reason, rule, window_s, judged_placed_at, judged_receipt)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
		ON CONFLICT (checkout_id, ticket_id) DO UPDATE SET pos = excluded.pos, client_id = excluded.client_id, event_id = excluded.event_id, type = excluded.type,
			type_name = excluded.type_name, face_value = excluded.face_value, status = excluded.status, placed_at = excluded.placed_at,
			link_id = excluded.link_id, reason = excluded.reason, rule = excluded.rule, window_s = excluded.window_s,
			judged_placed_at = excluded.judged_placed_at, judged_receipt = excluded.judged_receipt`,
		k.id, ticket.ID, j.order, pos, e.client, e.id, ticket.Type, composed(ticket.TypeName), ticket.FaceValue, string(ticket.Status), placed,
		optional(v.link), string(v.reason), string(v.rule), v.window.Seconds(), placed, flag(j.proof.receipt == receiptVerified))
	return err
}

// verdicts are the tickets of the order's newest version in short.
func (c *conn) verdicts(checkout int64, order string) ([]model.TicketOutcome, error) {
	var list []model.TicketOutcome
	err := c.each(func(r *sql.Rows) error {
		var o model.TicketOutcome
		err := r.Scan(&o.ID, &o.Link, &o.Reason)
		list = append(list, o)
		return err
	}, `SELECT t.ticket_id, l.code, t.reason FROM orders o JOIN tickets t ON t.order_id = o.id LEFT JOIN links l ON l.id = t.link_id
		WHERE o.checkout_id = $1 AND o.order_id = $2 AND t.pos >= 0 ORDER BY t.pos`, checkout, order)
	return list, err
}
