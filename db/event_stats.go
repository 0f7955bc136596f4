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
		for _, add := range []func(int64, map[int64]*model.EventStats) error{c.eventSums, c.eventMoney, c.eventLinks} {
			if err := add(cl.ID, at); err != nil {
				return nil, err
			}
		}
		return list, nil
	})
}

// eventSums adds the totals over all links, and the tickets without a link.
func (c *conn) eventSums(client int64, at map[int64]*model.EventStats) error {
	return c.each(func(r *sql.Rows) error {
		var event int64
		var reason model.Reason
		var n model.Numbers
		if err := r.Scan(&event, &reason, &n.Orders, &n.Customers, &n.NewCustomers, &n.Tickets, &n.Scanned); err != nil {
			return err
		}
		e := at[event]
		switch {
		case e == nil:
		case reason != "":
			e.Unattributed += n.Tickets
		default:
			n.Unscanned = n.Tickets - n.Scanned
			e.Numbers = n
		}
		return nil
	}, `SELECT event_id, reason, orders, customers, new_customers, tickets, scanned FROM cells WHERE client_id = $1 AND link_id = 0 AND event_id <> 0 AND type = ''`, client)
}

func (c *conn) eventMoney(client int64, at map[int64]*model.EventStats) error {
	return c.each(func(r *sql.Rows) error {
		var event, face int64
		var currency string
		err := r.Scan(&event, &currency, &face)
		if e := at[event]; e != nil {
			e.FaceValue.Add(currency, face)
		}
		return err
	}, `SELECT c.event_id, m.currency, m.face_value FROM cells c JOIN cell_money m ON m.cell_id = c.id
		WHERE c.client_id = $1 AND c.link_id = 0 AND c.reason = '' AND c.event_id <> 0 AND c.type = '' AND m.live > 0`, client)
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
