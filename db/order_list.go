package db

import (
	"context"
	"database/sql"
	"slices"

	"lastclick/model"
)

// Orders are those that concern the client, the newest first, as far as they do.
func (s *Store) Orders(ctx context.Context, a model.Actor, f model.OrderFilter) ([]model.OrderSummary, error) {
	slug, err := a.RequireClient(model.Viewer)
	if err != nil {
		return nil, err
	}
	return read(ctx, s, func(c *conn) ([]model.OrderSummary, error) {
		cl, err := c.client(slug)
		if err != nil {
			return nil, err
		}
		query, arg := ordersOfClient, cl.ID
		switch {
		case f.Link != "":
			l, err := c.link(slug, f.Link)
			if err != nil {
				return nil, err
			}
			query, arg = ordersOfLink, l.ID
		case f.Unattributed:
			query = ordersOfNobody
		}
		var ids []int64
		err = c.each(func(r *sql.Rows) error {
			var id, placed int64
			err := r.Scan(&id, &placed)
			ids = append(ids, id)
			return err
		}, query, arg, bounded(f.Limit))
		if err != nil {
			return nil, err
		}
		list := make([]model.OrderSummary, 0, len(ids))
		for _, id := range ids {
			o, err := c.summary(id, cl.ID)
			if err != nil {
				return nil, err
			}
			list = append(list, o)
		}
		return list, nil
	})
}

const (
	ordersOfClient = `SELECT DISTINCT order_id, placed_at FROM tickets WHERE client_id = $1 ORDER BY placed_at DESC, order_id DESC LIMIT $2`
	ordersOfLink   = `SELECT DISTINCT order_id, placed_at FROM tickets WHERE link_id = $1 ORDER BY placed_at DESC, order_id DESC LIMIT $2`
	ordersOfNobody = `SELECT DISTINCT order_id, placed_at FROM tickets WHERE client_id = $1 AND link_id IS NULL ORDER BY placed_at DESC, order_id DESC LIMIT $2`
)

// summary is an order with the client's tickets alone.
func (c *conn) summary(order, client int64) (model.OrderSummary, error) {
	o, currency, err := c.orderHead(order)
	if err != nil {
		return o, err
	}
	o.Links, o.Reasons = []string{}, []model.Reason{}
	err = c.each(func(r *sql.Rows) error {
		var face int64
		var status model.Status
		var reason model.Reason
		var code *string
		if err := r.Scan(&face, &status, &reason, &code); err != nil {
			return err
		}
		if status == model.Valid && !o.Test {
			o.Tickets++
			o.FaceValue.Add(currency, face)
		}
		if code != nil && !slices.Contains(o.Links, *code) {
			o.Links = append(o.Links, *code)
		}
		if !slices.Contains(o.Reasons, reason) {
			o.Reasons = append(o.Reasons, reason)
		}
		return nil
	}, `SELECT t.face_value, t.status, t.reason, l.code FROM tickets t LEFT JOIN links l ON l.id = t.link_id
		WHERE t.order_id = $1 AND t.client_id = $2 ORDER BY CASE WHEN t.pos < 0 THEN 1 ELSE 0 END, t.pos, t.id`, order, client)
	return o, err
}

// orderHead is what an order says of itself.
func (c *conn) orderHead(order int64) (model.OrderSummary, string, error) {
	var o model.OrderSummary
	var placed int64
	var currency string
	var known, isNew bool
	err := c.row(`SELECT o.order_id, k.name, o.placed_at, o.version, o.test, o.currency,
			CASE WHEN o.customer_id IS NULL THEN 0 ELSE 1 END, CASE WHEN u.first_order = o.id AND o.returns = 0 THEN 1 ELSE 0 END
		FROM orders o JOIN checkouts k ON k.id = o.checkout_id LEFT JOIN customers u ON u.id = o.customer_id WHERE o.id = $1`, order).
		Scan(&o.ID, &o.Checkout, &placed, &o.Version, &o.Test, &currency, &known, &isNew)
	o.PlacedAt = fromMillis(placed)
	if known {
		o.CustomerNew = &isNew
	}
	return o, currency, err
}
