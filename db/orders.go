package db

import (
	"bytes"
	"database/sql"
	"fmt"
	"time"

	"lastclick/model"
)

// How far an order's receipt has come.
const (
	receiptNone     = 0
	receiptVerified = 1
	receiptBad      = 2
)

// keptOrder is an order as the tables have it.
type keptOrder struct {
	id      int64 // 0: it is new
	version int64
	digest  []byte
	receipt int64
	code    string
	tickets map[string]keptTicket
}

type keptTicket struct {
	client, event int64
	reason        model.Reason
	rule          model.Rule
	window        int64 // seconds
	receipt       bool  // it was judged with the order's receipt
}

type keptEvent struct{ id, client int64 }

// place puts the whole order as it stands now in the place of what was known of it
// (R11): facts, verdicts and sums in one go. It was said at the time at.
func (t *tx) place(k checkout, o *model.Order, at time.Time) (result, error) {
	old, err := t.keptOrder(k, o.ID)
	if err != nil {
		return result{}, err
	}
	events, missing, err := t.eventsOf(o)
	if err != nil {
		return result{}, err
	}
	faults, err := t.orderFaults(k, o, old, events)
	if err != nil || faults != nil {
		return result{faults: faults}, err
	}
	if old.id != 0 && o.Version <= old.version {
		return t.outdated(k, o, old)
	}
	if missing != "" {
		return result{missing: missing}, nil
	}
	m, err := t.measure(old.id)
	if err != nil {
		return result{}, err
	}
	customer, err := t.customer(o.Customer.Identity(t.s.customers, k.name))
	if err != nil {
		return result{}, err
	}
	id, err := t.writeOrder(k, o, &old, customer)
	if err != nil {
		return result{}, err
	}
	if err := t.writeTickets(k, o, id, old, events, at); err != nil {
		return result{}, err
	}
	marks, err := t.moveMarks(m, id, o, customer)
	if err != nil {
		return result{}, err
	}
	if err := t.updateSums(m, id, marks); err != nil {
		return result{}, err
	}
	out, err := t.outcome(model.Applied, k, model.Webhook{Order: o})
	return result{outcome: out}, err
}

func (c *conn) keptOrder(k checkout, id string) (keptOrder, error) {
	o := keptOrder{tickets: map[string]keptTicket{}}
	err := c.row(`SELECT id, version, digest, receipt, code FROM orders WHERE checkout_id = $1 AND order_id = $2`, k.id, id).
		Scan(&o.id, &o.version, &o.digest, &o.receipt, &o.code)
	if isNoRows(err) {
		return o, nil
	}
	if err != nil {
		return o, err
	}
	err = c.each(func(r *sql.Rows) error {
		var id string
		var t keptTicket
		err := r.Scan(&id, &t.client, &t.event, &t.reason, &t.rule, &t.window, &t.receipt)
		o.tickets[id] = t
		return err
	}, `SELECT ticket_id, client_id, event_id, reason, rule, window_s, judged_receipt FROM tickets WHERE order_id = $1`, o.id)
	return o, err
}

// eventsOf finds the order's events, and the first one that is not known yet.
func (c *conn) eventsOf(o *model.Order) (events map[string]keptEvent, missing string, err error) {
	events = map[string]keptEvent{}
	for _, ticket := range o.Tickets {
		if _, ok := events[ticket.Event]; ok {
			continue
		}
		var e keptEvent
		err := c.row(`SELECT id, client_id FROM events WHERE slug = $1`, ticket.Event).Scan(&e.id, &e.client)
		if isNoRows(err) {
			if missing == "" {
				missing = ticket.Event
			}
			continue
		}
		if err != nil {
			return nil, "", err
		}
		events[ticket.Event] = e
	}
	return events, missing, nil
}

// orderFaults are those that only the store can see.
func (c *conn) orderFaults(k checkout, o *model.Order, old keptOrder, events map[string]keptEvent) ([]model.Fault, error) {
	var faults []model.Fault
	for i, ticket := range o.Tickets {
		if _, ok := old.tickets[ticket.ID]; !ok {
			var other string
			err := c.row(`SELECT o.order_id FROM tickets t JOIN orders o ON o.id = t.order_id WHERE t.checkout_id = $1 AND t.ticket_id = $2`, k.id, ticket.ID).Scan(&other)
			if err == nil {
				faults = append(faults, model.Fault{Field: fmt.Sprintf("data.tickets[%d].id", i), Detail: fmt.Sprintf("belongs to the order %s", other)})
			} else if !isNoRows(err) {
				return nil, err
			}
		}
		if e, ok := events[ticket.Event]; ok && k.client != 0 && e.client != k.client {
			faults = append(faults, model.Fault{Field: fmt.Sprintf("data.tickets[%d].event", i), Detail: "is of a client that this checkout may not sell for"})
		}
	}
	return faults, nil
}

// outdated answers a version that is not newer than the one that is kept.
func (t *tx) outdated(k checkout, o *model.Order, old keptOrder) (result, error) {
	status := model.Stale
	if o.Version == old.version {
		digest := o.Digest()
		if !bytes.Equal(digest[:], old.digest) {
			return result{conflict: fmt.Sprintf("version %d of the order %s came before with other content", o.Version, o.ID)}, nil
		}
		status = model.Duplicate
	}
	out, err := t.outcome(status, k, model.Webhook{Order: o})
	return result{outcome: out}, err
}

// writeOrder writes the order's own row and its receipt. It leaves in old what the
// verdicts need to know: the receipt and the code that hold.
func (t *tx) writeOrder(k checkout, o *model.Order, old *keptOrder, customer int64) (int64, error) {
	var touches []model.Touch // of the first receipt that verifies
	if old.receipt != receiptVerified && o.Tracking.Receipt != "" {
		receipt, ok := t.s.keyring.Verify(o.Tracking.Receipt)
		if old.receipt = receiptBad; ok {
			old.receipt, touches = receiptVerified, receipt.Touches
		}
	}
	if old.code == "" {
		old.code = o.Tracking.Code
	}
	digest := o.Digest()
	var id int64
	err := t.row(`INSERT INTO orders (checkout_id, order_id, version, digest, placed_at, test, currency, customer_id, returns, receipt, code)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		ON CONFLICT (checkout_id, order_id) DO UPDATE SET version = excluded.version, digest = excluded.digest, placed_at = excluded.placed_at, test = excluded.test,
			currency = excluded.currency, customer_id = excluded.customer_id, returns = excluded.returns, receipt = excluded.receipt, code = excluded.code
		RETURNING id`,
		k.id, o.ID, o.Version, digest[:], millis(o.PlacedAt), flag(o.Test), o.Currency, optional(customer), flag(o.Customer.Returning), old.receipt, old.code).Scan(&id)
	if err != nil {
		return 0, err
	}
	return id, t.writeTouches(id, touches)
}

func (t *tx) writeTouches(order int64, touches []model.Touch) error {
	args := make([]any, 0, 4*len(touches))
	for i, touch := range touches {
		args = append(args, order, i, touch.Link, millis(touch.At))
	}
	return t.execBulk(insertTouches, args)
}

var insertTouches = newBulk(`INSERT INTO order_touches (order_id, seq, link_id, at) VALUES `, 4, ``)

// customer is the row of an identity; 0 for none.
func (t *tx) customer(identity []byte) (id int64, err error) {
	if identity == nil {
		return 0, nil
	}
	err = t.row(`SELECT id FROM customers WHERE hash = $1`, identity).Scan(&id)
	if isNoRows(err) {
		err = t.row(`INSERT INTO customers (hash) VALUES ($1) RETURNING id`, identity).Scan(&id)
	}
	return id, err
}

// writeTickets writes the order's tickets, judging those that R8 wants judged now;
// tickets that a newer version leaves out become void.
func (t *tx) writeTickets(k checkout, o *model.Order, order int64, old keptOrder, events map[string]keptEvent, at time.Time) error {
	j := judge{t: t, order: order, kept: old, sale: o}
	named := map[model.TicketType]bool{}
	for i, ticket := range o.Tickets {
		e := events[ticket.Event]
		t.markChanged(e.client)
		if tt := (model.TicketType{ID: ticket.Event + "/" + ticket.Type, Name: ticket.TypeName}); !named[tt] {
			named[tt] = true
			if err := t.nameType(e.id, model.TicketType{ID: ticket.Type, Name: ticket.TypeName}, at, o.Version); err != nil {
				return err
			}
		}
		was, known := old.tickets[ticket.ID]
		if was.client != 0 {
			t.markChanged(was.client)
		}
		if known && !j.again(was, e) {
			_, err := t.exec(`UPDATE tickets SET pos = $1, type = $2, type_name = $3, face_value = $4, status = $5, placed_at = $6 WHERE checkout_id = $7 AND ticket_id = $8`,
				i, ticket.Type, composed(ticket.TypeName), ticket.FaceValue, string(ticket.Status), millis(o.PlacedAt), k.id, ticket.ID)
			if err != nil {
				return err
			}
			continue
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
			k.id, ticket.ID, order, i, e.client, e.id, ticket.Type, composed(ticket.TypeName), ticket.FaceValue, string(ticket.Status), millis(o.PlacedAt),
			optional(v.link), string(v.reason), string(v.rule), v.window.Seconds(), millis(o.PlacedAt), flag(old.receipt == receiptVerified))
		if err != nil {
			return err
		}
	}
	for _, ticket := range o.Tickets {
		delete(old.tickets, ticket.ID)
	}
	for id, gone := range old.tickets {
		t.markChanged(gone.client)
		_, err := t.exec(`UPDATE tickets SET status = 'void', pos = -1, placed_at = $1 WHERE checkout_id = $2 AND ticket_id = $3`, millis(o.PlacedAt), k.id, id)
		if err != nil {
			return err
		}
	}
	return nil
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
