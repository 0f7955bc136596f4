package db

import (
	"context"
	"slices"
	"time"

	"lastclick/model"
)

// staleRetry is how soon it is looked again for clients whose days are to be counted,
// after a failure or because another node may have stopped in the midst of it.
const staleRetry = time.Minute

// keepDays counts the days again of every client whose timezone has changed, until the
// store closes. Meanwhile the days of the old timezone are kept on, and pages of ranges
// are counted from the facts.
func (s *Store) keepDays() {
	again := time.NewTicker(staleRetry)
	defer again.Stop()
	for {
		if err := s.renewDays(s.ctx); err != nil && s.ctx.Err() == nil {
			s.log.Warn("the days of a client's new timezone could not be counted; pages of days are slow until they are", "again_in", staleRetry, "err", err)
		}
		select {
		case <-s.ctx.Done():
			return
		case <-s.staleDays:
		case <-again.C:
		}
	}
}

func (s *Store) renewDays(ctx context.Context) error {
	stale, err := read(ctx, s, (*conn).staleClients)
	if err != nil {
		return err
	}
	for _, client := range stale {
		if err := s.update(ctx, func(t *tx) error { return t.renewDays(client) }); err != nil {
			return err
		}
	}
	return nil
}

// staleClients are those whose days are kept in another timezone than theirs.
func (c *conn) staleClients() ([]int64, error) {
	return c.ids(`SELECT id FROM clients WHERE days_timezone <> timezone ORDER BY id`)
}

// renewDays counts the client's days in its timezone, unless another node was faster.
// Orders wait for it: some seconds for each 100,000 of the client's. It ends early where
// the store closes, and changes nothing then.
func (t *tx) renewDays(client int64) error {
	// The customers whose places change may buy of other clients too, on other nodes.
	if err := t.lockSales(); err != nil {
		return err
	}
	n, err := t.exec(`UPDATE clients SET days_timezone = timezone WHERE id = $1 AND days_timezone <> timezone`, client)
	if err != nil || n == 0 {
		return err
	}
	t.markChanged(client)
	if err := t.dropDays(client); err != nil {
		return err
	}
	orders, err := t.ids(`SELECT order_id FROM order_lists WHERE client_id = $1 AND link_id = -1 ORDER BY order_id`, client)
	if err != nil {
		return err
	}
	r, err := newRebuild(&t.conn, client)
	if err != nil {
		return err
	}
	return r.count(t.s.ctx, func() ([]int64, error) {
		n := min(len(orders), rebuildOrders)
		next := orders[:n]
		orders = orders[n:]
		return next, nil
	})
}

var (
	deleteDays   = newSet("id bigint", `DELETE FROM cell_days WHERE cell_id IN (SELECT id FROM r)`)
	deleteBuyers = newSet("id bigint", `DELETE FROM cell_buyers WHERE cell_id IN (SELECT id FROM r)`)
)

// dropDays deletes the days of the client's cells, and takes them out of the places of
// the customers.
func (t *tx) dropDays(client int64) error {
	cells, err := t.ids(`SELECT id FROM cells WHERE client_id = $1 ORDER BY id`, client)
	if err != nil {
		return err
	}
	own := make(map[int64]bool, len(cells))
	for _, id := range cells {
		own[id] = true
	}
	for chunk := range slices.Chunk(cells, rebuildChunk) {
		for _, gone := range []*set{deleteDays, deleteBuyers} {
			if err := t.set(gone, anys(chunk), nil); err != nil {
				return err
			}
		}
	}
	customers, err := t.ids(`SELECT DISTINCT o.customer_id FROM order_lists l JOIN orders o ON o.id = l.order_id
		WHERE l.client_id = $1 AND l.link_id = -1 AND o.customer_id IS NOT NULL ORDER BY 1`, client)
	if err != nil {
		return err
	}
	for chunk := range slices.Chunk(customers, rebuildChunk) {
		kept, err := t.keptPlaces(anys(chunk))
		if err != nil {
			return err
		}
		var values []any
		for _, id := range chunk {
			others := slices.DeleteFunc(kept[id], func(p place) bool { return own[p.cell] })
			values = append(values, id, others.encode())
		}
		if err := t.set(putPlaces, values, nil); err != nil {
			return err
		}
	}
	return nil
}

// hasDays says whether the client's days are kept in its timezone.
func (c *conn) hasDays(cl model.Client) (bool, error) {
	var kept string
	err := c.row(`SELECT days_timezone FROM clients WHERE id = $1`, cl.ID).Scan(&kept)
	return kept == cl.Timezone, err
}
