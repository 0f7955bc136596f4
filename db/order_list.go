package db

import (
	"context"
	"database/sql"
	"slices"

	"lastclick/model"
)

// Orders are those that concern the client, the newest first, with the client's
// tickets alone. It costs one query, however many there are.
func (s *Store) Orders(ctx context.Context, a model.Actor, f model.OrderFilter) ([]model.OrderSummary, error) {
	slug, err := a.RequireClient(model.Viewer)
	if err != nil {
		return nil, err
	}
	return shared(ctx, s, slug, f, func(c *conn, cl model.Client, _ uint64) ([]model.OrderSummary, error) {
		query, of := ordersOfClient, cl.ID
		switch {
		case f.Link != "":
			l, err := c.link(slug, f.Link)
			if err != nil {
				return nil, err
			}
			query, of = ordersOfLink, l.ID
		case f.Unattributed:
			query = ordersWithoutLink
		}
		return c.summaries(query, of, bounded(f.Limit), cl.ID)
	})
}

// listed are the orders of a page; withTickets adds what the page shows of each, one
// row for each ticket of the client.
const (
	listed      = `WITH listed AS (SELECT DISTINCT order_id, placed_at FROM tickets WHERE `
	withTickets = ` ORDER BY placed_at DESC, order_id DESC LIMIT $2)
		SELECT p.order_id, t.face_value, t.status, t.reason, l.code, ` + orderHeadColumns + `
		FROM listed p JOIN orders o ON o.id = p.order_id ` + orderHeadJoins + `
			JOIN tickets t ON t.order_id = p.order_id LEFT JOIN links l ON l.id = t.link_id
		WHERE t.client_id = $3
		ORDER BY p.placed_at DESC, p.order_id DESC, CASE WHEN t.pos < 0 THEN 1 ELSE 0 END, t.pos, t.id`

	ordersOfClient    = listed + `client_id = $1` + withTickets
	ordersOfLink      = listed + `link_id = $1` + withTickets
	ordersWithoutLink = listed + `client_id = $1 AND link_id IS NULL` + withTickets
)

// summaries groups the rows of one of these queries by order. An order that lies in
// the list has at least one ticket of the client.
func (c *conn) summaries(query string, of int64, limit int, client int64) ([]model.OrderSummary, error) {
	list := []model.OrderSummary{}
	var last int64
	err := c.each(func(r *sql.Rows) error {
		var order, face int64
		var status model.Status
		var reason model.Reason
		var code *string
		var h orderHead
		if err := r.Scan(append([]any{&order, &face, &status, &reason, &code}, h.columns()...)...); err != nil {
			return err
		}
		if order != last {
			list, last = append(list, h.summary()), order
		}
		o := &list[len(list)-1]
		if status == model.Valid && !o.Test {
			o.Tickets++
			o.FaceValue.Add(h.currency, face)
		}
		if code != nil && !slices.Contains(o.Links, *code) {
			o.Links = append(o.Links, *code)
		}
		if !slices.Contains(o.Reasons, reason) {
			o.Reasons = append(o.Reasons, reason)
		}
		return nil
	}, query, of, limit, client)
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

// summary is the order without its tickets.
func (h *orderHead) summary() model.OrderSummary {
	o := model.OrderSummary{
		ID: h.id, Checkout: h.checkout, PlacedAt: fromMillis(h.placedAt), Version: h.version, Test: h.test,
		Links: []string{}, Reasons: []model.Reason{},
	}
	if h.known {
		o.CustomerNew = &h.isNew
	}
	return o
}

func (c *conn) orderHead(order int64) (h orderHead, err error) {
	err = c.row(`SELECT `+orderHeadColumns+` FROM orders o `+orderHeadJoins+` WHERE o.id = $1`, order).Scan(h.columns()...)
	return h, err
}
