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
	return read(ctx, s, func(c *conn) (page model.Listing[model.OrderSummary], err error) {
		cl, err := c.client(slug)
		if err != nil {
			return page, err
		}
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

// where is the condition on t, one of the tickets that put their order in the list: of
// the client, or credited to the link, and for the event. Each combination of filters has
// a text of its own: with "or $1 = 0" PostgreSQL plans for too few rows.
func (w wantedOrders) where() (text string, args []any) {
	text, args = `t.client_id = $1`, []any{w.client}
	if w.link != 0 {
		text, args = `t.link_id = $1`, []any{w.link}
	}
	text += ` AND t.pos >= 0`
	if w.event != 0 {
		text += ` AND t.event_id = $2`
		args = append(args, w.event)
	}
	switch {
	case w.unattributed && w.link == 0:
		text += ` AND t.link_id IS NULL`
	case w.unattributed: // another of its tickets is
		text += ` AND EXISTS (SELECT 1 FROM tickets u WHERE u.order_id = t.order_id AND u.client_id = t.client_id AND u.pos >= 0 AND u.link_id IS NULL`
		if w.event != 0 {
			text += ` AND u.event_id = t.event_id`
		}
		text += `)`
	}
	return text, args
}

// first is the condition that t is the first of those tickets of its order. With it the
// list is read along an index by placed_at, as far as it goes, where a DISTINCT makes
// PostgreSQL sort all of it.
func (w wantedOrders) first() string {
	text := ` AND NOT EXISTS (SELECT 1 FROM tickets e WHERE e.order_id = t.order_id AND e.pos >= 0 AND e.pos < t.pos AND e.client_id = t.client_id`
	if w.event != 0 {
		text += ` AND e.event_id = t.event_id`
	}
	switch {
	case w.link != 0:
		text += ` AND e.link_id = t.link_id`
	case w.unattributed:
		text += ` AND e.link_id IS NULL`
	}
	return text + `)`
}

// count asks how many there are. It reads every ticket that where wants: some 2 s for
// 1,000,000 orders. (A count over a DISTINCT is faster in SQLite, and took PostgreSQL 20 s
// in a plan for any client, made for far fewer rows.)
func (w wantedOrders) count() (query string, args []any) {
	where, args := w.where()
	return `SELECT COUNT(DISTINCT t.order_id) FROM tickets t WHERE ` + where, args
}

// list asks for those that follow a place, with what the list shows of each: one row for
// each ticket of the client. Orders of one millisecond are sorted among themselves.
func (w wantedOrders) list(before *model.OrderPlace, client int64, limit int) (query string, args []any) {
	where, args := w.where()
	next := func(v any) string {
		args = append(args, v)
		return "$" + strconv.Itoa(len(args))
	}
	where += w.first()
	if before != nil {
		at := next(millis(before.PlacedAt))
		where += ` AND t.placed_at <= ` + at + ` AND (t.placed_at < ` + at + ` OR (k.name, o.order_id) < (` + next(before.Checkout) + `, ` + next(before.Order) + `))`
	}
	return `WITH listed AS (
			SELECT o.id, t.placed_at, k.name AS checkout, o.order_id
			FROM tickets t JOIN orders o ON o.id = t.order_id JOIN checkouts k ON k.id = o.checkout_id
			WHERE ` + where + `
			ORDER BY t.placed_at DESC, k.name DESC, o.order_id DESC LIMIT ` + next(limit) + `)
		SELECT p.id, t.ticket_id, t.face_value, t.status, t.reason, l.code, ` + orderHeadColumns + `
		FROM listed p JOIN orders o ON o.id = p.id ` + orderHeadJoins + `
			JOIN tickets t ON t.order_id = p.id LEFT JOIN links l ON l.id = t.link_id
		WHERE t.client_id = ` + next(client) + ` AND t.pos >= 0
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
}

const (
	orderHeadColumns = `o.order_id, k.name, o.placed_at, o.version, o.test, o.currency,
			CASE WHEN o.customer_id IS NULL THEN 0 ELSE 1 END, CASE WHEN u.first_order = o.id AND o.returns = 0 THEN 1 ELSE 0 END`
	orderHeadJoins = `JOIN checkouts k ON k.id = o.checkout_id LEFT JOIN customers u ON u.id = o.customer_id`
)

// columns are where orderHeadColumns go.
func (h *orderHead) columns() []any {
	return []any{&h.id, &h.checkout, &h.placedAt, &h.version, &h.test, &h.currency, &h.known, &h.isNew}
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
