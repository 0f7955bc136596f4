package db

import (
	"context"

	"lastclick/model"
)

// OrdersSince are the orders that came after the cursor, which is the number of a row: of a
// client, rows are numbered as they are committed. A batch takes the numbers of its new
// orders while it holds the locks of their clients (session.begin), and those who come
// after it take higher ones. So no order is committed behind one of the same client with a
// higher number, on several nodes either, and the cursor is the highest of the client's
// own: another client's may be ahead of one that is still to be committed.
func (s *Store) OrdersSince(ctx context.Context, a model.Actor, f model.OrderFilter, cursor string) (page model.Listing[model.OrderSummary], err error) {
	slug, err := a.RequireClient(model.Viewer)
	if err != nil {
		return page, err
	}
	last := int64(-1)
	if cursor != "" {
		if last, err = model.ParseIDCursor(model.ArrivedOrders, cursor); err != nil {
			return page, err
		}
	}
	f.Sort, f.Up, f.Before = model.SortPlaced, false, ""
	return read(ctx, s, func(c *conn) (page model.Listing[model.OrderSummary], err error) {
		cl, err := c.client(slug)
		if err != nil {
			return page, err
		}
		w, err := c.wantedOrders(cl, f, a.Can(model.Admin))
		if err != nil {
			return page, err
		}
		if last < 0 {
			last, err = c.counted(`SELECT COALESCE(max(order_id), 0) FROM order_lists WHERE client_id = $1 AND link_id = -1`, []any{cl.ID})
			page.Next = model.IDCursor(model.ArrivedOrders, last)
			return page, err
		}
		now, err := c.counted(`SELECT COALESCE(max(o.id), $1)`+cameSince+`p.client_id = $2 AND p.link_id = -1 AND o.id > $1`, []any{last, cl.ID})
		if err != nil || now == last {
			page.Next = cursor
			return page, err
		}
		page.Next = model.IDCursor(model.ArrivedOrders, now)
		q, err := c.orderQuery(w)
		if err != nil {
			return page, err
		}
		ids, err := c.ids(`SELECT o.id`+cameSince+q.where+` AND o.id > `+next(&q.args, last), q.args...)
		if err != nil || ids == nil {
			return page, err
		}
		args := []any{cl.ID}
		page.Items, _, err = c.summaries(c.among(&args, "o.id", ids), args)
		page.Total = int64(len(page.Items))
		return page, err
	})
}

// cameSince is orders with their rows p in lists. The new ones are few and lie together, so
// they are looked at first: SQLite keeps the order of a CROSS JOIN.
const cameSince = ` FROM orders o CROSS JOIN order_lists p WHERE p.placed_at = o.placed_at AND p.order_id = o.id AND `
