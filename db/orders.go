package db

import (
	"database/sql"
	"fmt"
	"time"

	"lastclick/model"
)

// What is known of an order's receipt.
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
	proof   proof
	tickets map[string]keptTicket // by the checkout's id
}

// proof is what an order's verdicts rest on beside the clicks of its receipt.
type proof struct {
	receipt int64
	code    string // the first that came; empty for none
}

type keptTicket struct {
	client, event int64
	reason        model.Reason
	rule          model.Rule
	window        int64 // seconds
	receipt       bool  // it was judged with the order's receipt
}

type keptEvent struct{ id, client int64 }

// applyOrder replaces what was known of the order with the whole order as it stands
// now (R11): facts, verdicts and sums. The checkout said so at the time at.
func (t *tx) applyOrder(k checkout, o *model.Order, at time.Time) (result, error) {
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
		return t.answerOldVersion(k, o, old)
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
	id, proof, err := t.writeOrder(k, o, old.proof, customer)
	if err != nil {
		return result{}, err
	}
	j := &judge{t: t, order: id, sale: o, kept: old.tickets, proof: proof}
	if err := t.writeTickets(k, j, events, at); err != nil {
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
		Scan(&o.id, &o.version, &o.digest, &o.proof.receipt, &o.proof.code)
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

// orderFaults are those that can only be seen in the database.
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

// answerOldVersion answers a version that is not newer than the one that is kept.
func (t *tx) answerOldVersion(k checkout, o *model.Order, old keptOrder) (result, error) {
	status := model.Stale
	if o.Version == old.version {
		if !o.SameContent(old.digest) {
			return result{conflict: fmt.Sprintf("version %d of the order %s came before with other content", o.Version, o.ID)}, nil
		}
		status = model.Duplicate
	}
	out, err := t.outcome(status, k, model.Webhook{Order: o})
	return result{outcome: out}, err
}

// writeOrder writes the order's own row and its receipt. It returns the row's id and
// the proof that holds now: that of the versions before, or what this one adds to it.
func (t *tx) writeOrder(k checkout, o *model.Order, before proof, customer int64) (id int64, now proof, err error) {
	now = before
	var touches []model.Touch // of the first receipt that verifies
	if before.receipt != receiptVerified && o.Tracking.Receipt != "" {
		now.receipt = receiptBad
		if receipt, ok := t.s.keyring.Verify(o.Tracking.Receipt); ok {
			now.receipt, touches = receiptVerified, receipt.Touches
		}
	}
	if before.code == "" {
		now.code = o.Tracking.Code
	}
	digest := o.Digest()
	err = t.row(`INSERT INTO orders (checkout_id, order_id, version, digest, placed_at, test, currency, customer_id, returns, receipt, code)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		ON CONFLICT (checkout_id, order_id) DO UPDATE SET version = excluded.version, digest = excluded.digest, placed_at = excluded.placed_at, test = excluded.test,
			currency = excluded.currency, customer_id = excluded.customer_id, returns = excluded.returns, receipt = excluded.receipt, code = excluded.code
		RETURNING id`,
		k.id, o.ID, o.Version, digest[:], millis(o.PlacedAt), flag(o.Test), o.Currency, optional(customer), flag(o.Customer.Returning), now.receipt, now.code).Scan(&id)
	if err != nil {
		return 0, now, err
	}
	return id, now, t.writeTouches(id, touches)
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
