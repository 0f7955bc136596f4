package db

import (
	"context"
	"database/sql"
	"slices"
	"strconv"

	"lastclick/model"
)

// Orders are those that concern the client, the newest first (R25), with the client's
// tickets of the newest version alone (R8). It costs the same few queries, however many
// there are.
func (s *Store) Orders(ctx context.Context, a model.Actor, f model.OrderFilter) (page model.Listing[model.OrderSummary], err error) {
	slug, err := a.RequireClient(model.Viewer)
	if err != nil {
		return page, err
	}
	var before *model.OrderPlace
	if f.Before != "" {
		p, err := model.ParseOrderCursor(f.Before)
		if err != nil {
			return page, err
		}
		before = &p
	}
	return shared(ctx, s, slug, f, func(c *conn, cl model.Client, _ uint64) (page model.Listing[model.OrderSummary], err error) {
		w, err := c.wantedOrders(cl, f)
		if err != nil {
			return page, err
		}
		limit := bounded(f.Limit)
		orders, err := c.summaries(w.list(before, cl.ID, limit+1))
		if err != nil {
			return page, err
		}
		count := func() (int64, error) { return c.counted(w.count()) }
		if f.Uncounted {
			count = nil
		}
		return listing(orders, f.Before, limit, func(o *model.OrderSummary) string {
			return model.OrderPlace{PlacedAt: o.PlacedAt, Checkout: o.Checkout, Order: o.ID}.Cursor()
		}, count)
	})
}

// wantedOrders are the orders of a list.
type wantedOrders struct {
	client, link, event int64 // 0: of all
	unattributed        bool  // with a ticket that no link is credited with
}

func (c *conn) wantedOrders(cl model.Client, f model.OrderFilter) (wantedOrders, error) {
	w := wantedOrders{client: cl.ID, unattributed: f.Unattributed}
	if f.Event != "" {
		e, err := c.event(cl.Slug, f.Event)
		if err != nil {
			return w, err
		}
		w.event = e.ID
	}
	if f.Link != "" {
		l, err := c.link(cl.Slug, f.Link)
		if err != nil {
			return w, err
		}
		w.link = l.ID
	}
	return w, nil
}

// from is the list that holds them, with what else they must have. Each combination of
// filters has a text of its own: with "or $1 = 0" PostgreSQL plans for too few rows.
func (w wantedOrders) from(joins string) (text string, args []any) {
	kept := int64(listAll)
	switch {
	case w.link != 0:
		kept = w.link
	case w.unattributed:
		kept = listUnattributed
	}
	text, args = ` FROM order_lists p`+joins+` WHERE p.client_id = $1 AND p.link_id = $2`, []any{w.client, kept}
	if w.event == 0 && (w.link == 0 || !w.unattributed) {
		return text, args
	}
	event := ``
	if w.event != 0 {
		event = ` AND t.event_id = $3`
		args = append(args, w.event)
	}
	ticket := ` AND EXISTS (SELECT 1 FROM tickets t WHERE t.order_id = p.order_id AND t.client_id = p.client_id AND t.listed = 1` + event
	if w.link != 0 {
		text += ticket + ` AND t.link_id = p.link_id)`
	}
	switch {
	case w.unattributed:
		text += ticket + ` AND t.link_id IS NULL)`
	case w.link == 0:
		text += ticket + `)`
	}
	return text, args
}

// count asks how many there are. It reads the whole list: some 20 ms for 300,000 orders,
// and their tickets too where an event is wanted.
func (w wantedOrders) count() (query string, args []any) {
	from, args := w.from(``)
	return `SELECT count(*)` + from, args
}

// list asks for those that follow a place, with what the list shows of each: one row for
// each ticket of the client. Orders of one millisecond are sorted among themselves.
func (w wantedOrders) list(before *model.OrderPlace, client int64, limit int) (query string, args []any) {
	from, args := w.from(` JOIN orders o ON o.id = p.order_id JOIN checkouts k ON k.id = o.checkout_id`)
	next := func(v any) string {
		args = append(args, v)
		return "$" + strconv.Itoa(len(args))
	}
	if before != nil {
		at := next(millis(before.PlacedAt))
		from += ` AND p.placed_at <= ` + at + ` AND (p.placed_at < ` + at + ` OR (k.name, o.order_id) < (` + next(before.Checkout) + `, ` + next(before.Order) + `))`
	}
	return `WITH listed AS (SELECT o.id, p.placed_at, k.name AS checkout, o.order_id` + from + `
			ORDER BY p.placed_at DESC, k.name DESC, o.order_id DESC LIMIT ` + next(limit) + `)
		SELECT p.id, t.ticket_id, t.face_value, t.status, t.reason, l.code, ` + orderHeadColumns + `
		FROM listed p JOIN orders o ON o.id = p.id ` + orderHeadJoins + `
			JOIN tickets t ON t.order_id = p.id LEFT JOIN links l ON l.id = t.link_id
		WHERE t.client_id = ` + next(client) + ` AND t.listed = 1
		ORDER BY p.placed_at DESC, p.checkout DESC, p.order_id DESC`, args
}

// listedTicket is what a list says of a ticket.
type listedTicket struct {
	id     string
	face   int64
	status model.Status
	reason model.Reason
	link   *string
}

// summaries are the orders that a wantedOrders.list gives.
func (c *conn) summaries(query string, args []any) ([]model.OrderSummary, error) {
	list := []model.OrderSummary{}
	var last int64
	var head orderHead
	var tickets []listedTicket
	summarize := func() {
		if last != 0 {
			list = append(list, head.summary(tickets))
		}
	}
	err := c.each(func(r *sql.Rows) error {
		var order int64
		var t listedTicket
		var h orderHead
		if err := r.Scan(append([]any{&order, &t.id, &t.face, &t.status, &t.reason, &t.link}, h.columns()...)...); err != nil {
			return err
		}
		if order != last {
			summarize()
			last, head, tickets = order, h, tickets[:0]
		}
		tickets = append(tickets, t)
		return nil
	}, query, args...)
	summarize()
	return list, err
}

// orderHead is what an order says of itself.
type orderHead struct {
	id, checkout, currency string
	placedAt, version      int64
	test, known, isNew     bool // known: the customer is
	channel                string
	consent                model.Consent
}

const (
	orderHeadColumns = `o.order_id, k.name, o.placed_at, o.version, o.test, o.currency,
			CASE WHEN o.customer_id IS NULL THEN 0 ELSE 1 END, CASE WHEN u.first_order = o.id AND o.returns = 0 THEN 1 ELSE 0 END, o.channel, o.consent`
	orderHeadJoins = `JOIN checkouts k ON k.id = o.checkout_id LEFT JOIN customers u ON u.id = o.customer_id`
)

// columns are where orderHeadColumns go.
func (h *orderHead) columns() []any {
	return []any{&h.id, &h.checkout, &h.placedAt, &h.version, &h.test, &h.currency, &h.known, &h.isNew, &h.channel, &h.consent}
}

// customerNew is nil where the customer is unknown.
func (h orderHead) customerNew() *bool {
	if !h.known {
		return nil
	}
	return &h.isNew
}

// summary is the order with its tickets, which it sorts: links and reasons stand in the
// order of the tickets' ids.
func (h orderHead) summary(tickets []listedTicket) model.OrderSummary {
	o := model.OrderSummary{
		ID: h.id, Checkout: h.checkout, PlacedAt: fromMillis(h.placedAt), Version: h.version, Test: h.test,
		CustomerNew: h.customerNew(), Links: []string{}, Reasons: []model.Reason{},
	}
	slices.SortFunc(tickets, func(a, b listedTicket) int { return model.CompareIDs(a.id, b.id) })
	for _, t := range tickets {
		if t.status == model.Valid && !o.Test {
			o.Tickets++
			o.FaceValue.Add(h.currency, t.face)
		}
		if t.link != nil && !slices.Contains(o.Links, *t.link) {
			o.Links = append(o.Links, *t.link)
		}
		if !slices.Contains(o.Reasons, t.reason) {
			o.Reasons = append(o.Reasons, t.reason)
		}
	}
	return o
}

func (c *conn) orderHead(order int64) (h orderHead, err error) {
	err = c.row(`SELECT `+orderHeadColumns+` FROM orders o `+orderHeadJoins+` WHERE o.id = $1`, order).Scan(h.columns()...)
	return h, err
}
