package db

import (
	"context"

	"lastclick/model"
)

// sinceOverlap is how many rows of orders are read again where several nodes write: a node
// may commit an order behind others whose rows it was numbered before.
const sinceOverlap = 1000

// OrdersSince are the orders that came after the cursor, which is the number of a row: rows
// are numbered as orders come.
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
		now, err := c.counted(`SELECT COALESCE(max(id), 0) FROM orders`, nil)
		if err != nil {
			return page, err
		}
		if page.Next = model.IDCursor(model.ArrivedOrders, now); last < 0 {
			return page, nil
		}
		if s.shared != nil {
			last -= sinceOverlap
		}
		q, err := c.orderQuery(w)
		if err != nil {
			return page, err
		}
		args := q.args
		came := `o.id IN (SELECT p.order_id FROM order_lists p WHERE ` + q.where + ` AND p.order_id > ` + next(&args, last) + ` AND p.order_id <= ` + next(&args, now) + `)`
		page.Items, _, err = c.summaries(came, args)
		page.Total = int64(len(page.Items))
		return page, err
	})
}
