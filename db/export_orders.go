package db

import (
	"database/sql"
	"slices"
	"strconv"
	"strings"

	"lastclick/model"
)

// exportTickets are the client's tickets of each order's newest version (R8), those of
// one order together, the orders as R25 wants it, the oldest first.
const exportTickets = `SELECT t.order_id, ` + orderHeadColumns + `,
		t.ticket_id, e.slug, t.type, t.type_name, t.status, COALESCE(s.scanned, 0), s.at, l.code, t.reason, t.face_value, t.paid
	FROM order_lists p JOIN orders o ON o.id = p.order_id JOIN tickets t ON t.order_id = p.order_id AND t.client_id = p.client_id ` + orderHeadJoins + ` JOIN events e ON e.id = t.event_id
		LEFT JOIN links l ON l.id = t.link_id
		LEFT JOIN scans s ON s.checkout_id = t.checkout_id AND s.ticket_id = t.ticket_id
	WHERE p.client_id = $1 AND p.link_id = -1 AND t.listed = 1 ORDER BY p.placed_at, k.name, o.order_id`

// soldTicket is a row of exportTickets.
type soldTicket struct {
	model.TicketExplained
	order int64 // its row
	head  orderHead
	at    sql.NullInt64 // of its last scan, or of the undoing of one
}

// scannedAt is when the ticket was used to come in; empty where it was not.
func (t soldTicket) scannedAt() string {
	if !t.Scanned {
		return ""
	}
	return exportTime(t.at.Int64)
}

func scanSold(r *sql.Rows) (t soldTicket, err error) {
	columns := append([]any{&t.order}, t.head.columns()...)
	err = r.Scan(append(columns, &t.ID, &t.Event, &t.Type, &t.TypeName, &t.Status, &t.Scanned, &t.at, &t.Link, &t.Reason, &t.FaceValue, &t.Paid)...)
	return t, err
}

// sold calls do with the tickets of each order, by their ids: model.MaxTickets at most.
func (x exporting) sold(do func([]soldTicket) error) error {
	var tickets []soldTicket
	flush := func() error {
		if len(tickets) == 0 {
			return nil
		}
		slices.SortFunc(tickets, func(a, b soldTicket) int { return model.CompareIDs(a.ID, b.ID) })
		err := do(tickets)
		tickets = tickets[:0]
		return err
	}
	err := x.each(func(r *sql.Rows) error {
		t, err := scanSold(r)
		if err == nil && len(tickets) > 0 && tickets[0].order != t.order {
			err = flush()
		}
		tickets = append(tickets, t)
		return err
	}, exportTickets, x.client.ID)
	if err != nil {
		return err
	}
	return flush()
}

func (x exporting) tickets() error {
	err := x.row([]string{"ticket", "order", "checkout", "placed_at", "test", "event", "type", "type_name", "status", "scanned", "scanned_at", "link", "reason", "currency", "face_value", "paid", "channel", "consent"})
	if err != nil {
		return err
	}
	return x.sold(func(tickets []soldTicket) error {
		for _, t := range tickets {
			err := x.row([]string{
				t.ID, t.head.id, t.head.checkout, exportTime(t.head.placedAt), strconv.FormatBool(t.head.test), t.Event, t.Type, t.TypeName, string(t.Status), strconv.FormatBool(t.Scanned), t.scannedAt(),
				orEmpty(t.Link), string(t.Reason), t.head.currency, model.DecimalAmount(t.FaceValue, t.head.currency), paidAmount(t.Paid, t.head.currency), t.head.channel, t.head.consented(),
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// paidAmount is an amount as it is exported; empty where the checkout does not say.
func paidAmount(paid *int64, currency string) string {
	if paid == nil {
		return ""
	}
	return model.DecimalAmount(*paid, currency)
}

// consented is the consent as it is exported; empty where the order does not say.
func (h orderHead) consented() string {
	if given := h.consent.Said(); given != nil {
		return strconv.FormatBool(*given)
	}
	return ""
}

// soldOrder adds up the tickets of one order.
type soldOrder struct {
	live, scanned, refunded int64
	face                    int64
	paid                    *int64 // of the live tickets of which it is known; nil where of none
	links                   []string
	reasons                 []string
}

func (o *soldOrder) add(t soldTicket) {
	if t.Link != nil && !slices.Contains(o.links, *t.Link) {
		o.links = append(o.links, *t.Link)
	}
	if !slices.Contains(o.reasons, string(t.Reason)) {
		o.reasons = append(o.reasons, string(t.Reason))
	}
	switch {
	case t.head.test: // counts nowhere (R15)
	case t.Status == model.Refunded:
		o.refunded++
	case t.Status == model.Valid:
		o.live++
		o.face += t.FaceValue
		if t.Paid != nil {
			sum := *t.Paid
			if o.paid != nil {
				sum += *o.paid
			}
			o.paid = &sum
		}
		o.scanned += flag(t.Scanned)
	}
}

// orders writes the orders with the client's tickets alone. Several links or reasons
// are separated by spaces.
func (x exporting) orders() error {
	err := x.row([]string{"id", "checkout", "placed_at", "version", "test", "customer_new", "tickets", "scanned", "unscanned", "refunded", "links", "reasons", "currency", "face_value", "paid", "channel", "consent"})
	if err != nil {
		return err
	}
	return x.sold(func(tickets []soldTicket) error {
		var o soldOrder
		for _, t := range tickets {
			o.add(t)
		}
		h, isNew := tickets[0].head, ""
		if h.known {
			isNew = strconv.FormatBool(h.isNew)
		}
		return x.row([]string{
			h.id, h.checkout, exportTime(h.placedAt), strconv.FormatInt(h.version, 10), strconv.FormatBool(h.test), isNew,
			strconv.FormatInt(o.live, 10), strconv.FormatInt(o.scanned, 10), strconv.FormatInt(o.live-o.scanned, 10), strconv.FormatInt(o.refunded, 10),
			strings.Join(o.links, " "), strings.Join(o.reasons, " "), h.currency, model.DecimalAmount(o.face, h.currency), paidAmount(o.paid, h.currency), h.channel, h.consented(),
		})
	})
}
