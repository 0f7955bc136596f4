package db

import (
	"database/sql"
	"slices"
	"strconv"
	"strings"

	"lastclick/model"
)

// exportTickets are the client's tickets, those of one order together, by the time
// of the order.
const exportTickets = `SELECT t.order_id, o.order_id, k.name, o.placed_at, o.version, o.test, o.currency,
		CASE WHEN o.customer_id IS NULL THEN 0 ELSE 1 END, CASE WHEN u.first_order = o.id AND o.returns = 0 THEN 1 ELSE 0 END,
		t.ticket_id, e.slug, t.type, t.type_name, t.status, COALESCE(s.scanned, 0), l.code, t.reason, t.face_value
	FROM tickets t JOIN orders o ON o.id = t.order_id JOIN checkouts k ON k.id = o.checkout_id JOIN events e ON e.id = t.event_id
		LEFT JOIN customers u ON u.id = o.customer_id LEFT JOIN links l ON l.id = t.link_id
		LEFT JOIN scans s ON s.checkout_id = t.checkout_id AND s.ticket_id = t.ticket_id
	WHERE t.client_id = $1 ORDER BY t.placed_at, t.order_id, CASE WHEN t.pos < 0 THEN 1 ELSE 0 END, t.pos, t.id`

// soldTicket is a row of exportTickets.
type soldTicket struct {
	model.TicketExplained
	row                       int64 // of the order
	order, checkout, currency string
	placedAt, version         int64
	test, known, isNew        bool
}

func scanSold(r *sql.Rows) (soldTicket, error) {
	var t soldTicket
	err := r.Scan(&t.row, &t.order, &t.checkout, &t.placedAt, &t.version, &t.test, &t.currency, &t.known, &t.isNew,
		&t.ID, &t.Event, &t.Type, &t.TypeName, &t.Status, &t.Scanned, &t.Link, &t.Reason, &t.FaceValue)
	return t, err
}

func (x exporting) tickets() error {
	err := x.row([]string{"ticket", "order", "checkout", x.timed("placed_at"), "test", "event", "type", "type_name", "status", "scanned", "link", "reason", "currency", "face_value"})
	if err != nil {
		return err
	}
	return x.each(func(r *sql.Rows) error {
		t, err := scanSold(r)
		if err != nil {
			return err
		}
		return x.row([]string{t.ID, t.order, t.checkout, x.at(t.placedAt), yesNo(t.test), t.Event, t.Type, t.TypeName, string(t.Status), yesNo(t.Scanned),
			orEmpty(t.Link), string(t.Reason), t.currency, model.DecimalAmount(t.FaceValue, t.currency)})
	}, exportTickets, x.client.ID)
}

// soldOrder adds up the tickets of an order, of which there are a thousand or so at
// most.
type soldOrder struct {
	head                    soldTicket // any of its tickets
	live, scanned, refunded int64
	face                    int64
	links                   []string
	reasons                 []string
}

func (o *soldOrder) add(t soldTicket) {
	o.head = t
	if t.Link != nil && !slices.Contains(o.links, *t.Link) {
		o.links = append(o.links, *t.Link)
	}
	if !slices.Contains(o.reasons, string(t.Reason)) {
		o.reasons = append(o.reasons, string(t.Reason))
	}
	switch {
	case t.test: // counts nowhere (R15)
	case t.Status == model.Refunded:
		o.refunded++
	case t.Status == model.Valid:
		o.live++
		o.face += t.FaceValue
		o.scanned += flag(t.Scanned)
	}
}

// orders writes the orders with what of them is the client's. Several links or
// reasons are parted by spaces.
func (x exporting) orders() error {
	err := x.row([]string{"order", "checkout", x.timed("placed_at"), "version", "test", "new_customer", "tickets", "scanned", "unscanned", "refunded", "links", "reasons", "currency", "face_value"})
	if err != nil {
		return err
	}
	var o *soldOrder
	flush := func() error {
		if o == nil {
			return nil
		}
		t, isNew := o.head, ""
		if t.known {
			isNew = yesNo(t.isNew)
		}
		return x.row([]string{t.order, t.checkout, x.at(t.placedAt), strconv.FormatInt(t.version, 10), yesNo(t.test), isNew,
			strconv.FormatInt(o.live, 10), strconv.FormatInt(o.scanned, 10), strconv.FormatInt(o.live-o.scanned, 10), strconv.FormatInt(o.refunded, 10),
			strings.Join(o.links, " "), strings.Join(o.reasons, " "), t.currency, model.DecimalAmount(o.face, t.currency)})
	}
	err = x.each(func(r *sql.Rows) error {
		t, err := scanSold(r)
		if err != nil {
			return err
		}
		if o == nil || o.head.row != t.row {
			if err := flush(); err != nil {
				return err
			}
			o = &soldOrder{}
		}
		o.add(t)
		return nil
	}, exportTickets, x.client.ID)
	if err != nil {
		return err
	}
	return flush()
}
