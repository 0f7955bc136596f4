package db

import (
	"context"
	"strconv"
	"strings"

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
	words, customers := model.SearchWords(f.Search), a.Can(model.Admin)
	f.Sort, f.Up, f.Before, f.Search = model.SortPlaced, false, "", strings.Join(words, " ")
	return read(ctx, s, func(c *conn) (page model.Listing[model.OrderSummary], err error) {
		cl, err := c.client(slug)
		if err != nil {
			return page, err
		}
		w, err := c.wantedOrders(cl, f)
		if err != nil {
			return page, err
		}
		if w.words, err = c.searchWords(cl.ID, words, customers); err != nil {
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
		q := w.query()
		args := append(q.args, last, now)
		query := `WITH listed AS (SELECT p.order_id AS id FROM order_lists p WHERE ` + q.of + ` AND p.order_id > $` + strconv.Itoa(len(args)-1) + ` AND p.order_id <= $` + strconv.Itoa(len(args)) + q.where + `)
			SELECT p.id, t.ticket_id, t.face_value, t.status, t.reason, l.code, ` + orderHeadColumns + `
			FROM listed p JOIN orders o ON o.id = p.id ` + orderHeadJoins + `
				JOIN tickets t ON t.order_id = p.id LEFT JOIN links l ON l.id = t.link_id
			WHERE t.client_id = $1 AND t.listed = 1 ORDER BY p.id`
		page.Items, err = c.summaries(query, args)
		page.Total = int64(len(page.Items))
		return page, err
	})
}
