package db

import (
	"context"
	"database/sql"

	"lastclick/model"
)

// EventStats are the client's events with what tracking links sold of each. It costs
// the events' cells.
func (s *Store) EventStats(ctx context.Context, a model.Actor) ([]model.EventStats, error) {
	slug, err := a.RequireClient(model.Viewer)
	if err != nil {
		return nil, err
	}
	return shared(ctx, s, slug, eventStatsKey{}, func(c *conn, cl model.Client, _ uint64) ([]model.EventStats, error) {
		events, err := c.events(cl.ID)
		if err != nil {
			return nil, err
		}
		list := make([]model.EventStats, len(events))
		at := map[int64]*model.EventStats{}
		for i, e := range events {
			list[i].Event = e
			at[e.ID] = &list[i]
		}
		for _, add := range []func(int64, map[int64]*model.EventStats) error{c.eventSums, c.eventLinks} {
			if err := add(cl.ID, at); err != nil {
				return nil, err
			}
		}
		return list, nil
	})
}

// eventSums adds the totals over all links, and the tickets without a link. A cell has a
// row for each currency.
func (c *conn) eventSums(client int64, at map[int64]*model.EventStats) error {
	return c.each(func(r *sql.Rows) error {
		var event, customers, face int64
		var reason model.Reason
		var currency string
		var n model.Numbers
		err := r.Scan(&event, &reason, &customers, &currency, &n.Orders, &n.NewCustomers, &n.Tickets, &n.Scanned, &face)
		e := at[event]
		switch {
		case e == nil || err != nil:
			return err
		case reason != "":
			e.Unattributed += n.Tickets
			return nil
		}
		e.Customers = customers
		e.Orders += n.Orders
		e.NewCustomers += n.NewCustomers
		e.Tickets += n.Tickets
		e.Scanned += n.Scanned
		e.Unscanned += n.Tickets - n.Scanned
		if n.Tickets > 0 {
			e.FaceValue.Add(currency, face)
		}
		return nil
	}, `SELECT c.event_id, c.reason, c.customers, s.currency, s.orders, s.new_customers, s.tickets, s.scanned, s.face_value FROM cells c JOIN cell_sums s ON s.cell_id = c.id
		WHERE c.client_id = $1 AND c.link_id = 0 AND c.event_id <> 0 AND c.type = ''`, client)
}

// eventLinks counts the unarchived links that track each event.
func (c *conn) eventLinks(client int64, at map[int64]*model.EventStats) error {
	return c.each(func(r *sql.Rows) error {
		var event, n int64
		err := r.Scan(&event, &n)
		for id, e := range at {
			if event == 0 || event == id { // those at client level track every event
				e.Links += n
			}
		}
		return err
	}, `SELECT COALESCE(event_id, 0), count(*) FROM links WHERE client_id = $1 AND archived_at IS NULL GROUP BY 1`, client)
}
