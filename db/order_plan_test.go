package db

import (
	"context"
	"database/sql"
	"strings"

	"lastclick/model"
)

// OrderPlan is how PostgreSQL would read the orders of a filter, as EXPLAIN says it.
func (s *Store) OrderPlan(ctx context.Context, a model.Actor, f model.OrderFilter) (string, error) {
	return read(ctx, s, func(c *conn) (string, error) {
		cl, err := c.client(a.Client)
		if err != nil {
			return "", err
		}
		w, err := c.wantedOrders(cl, f, false)
		if err != nil {
			return "", err
		}
		q, err := c.orderQuery(w)
		if err != nil {
			return "", err
		}
		var plan strings.Builder
		err = c.each(func(r *sql.Rows) error {
			var line string
			err := r.Scan(&line)
			plan.WriteString(line + "\n")
			return err
		}, `EXPLAIN SELECT p.order_id FROM order_lists p WHERE `+q.where, q.args...)
		return plan.String(), err
	})
}
