package db

import (
	"context"
	"database/sql"

	"lastclick/model"
)

// Link is one link's page.
func (s *Store) Link(ctx context.Context, a model.Actor, code string) (model.LinkDetail, error) {
	slug, err := a.RequireClient(model.Viewer)
	if err != nil {
		return model.LinkDetail{}, err
	}
	s.awaitOwnClicks(ctx)
	return shared(ctx, s, slug, linkKey(code), func(c *conn, _ model.Client, _ uint64) (model.LinkDetail, error) {
		cl, err := c.client(slug)
		if err != nil {
			return model.LinkDetail{}, err
		}
		l, err := c.link(slug, code)
		if err != nil {
			return model.LinkDetail{}, err
		}
		return c.detail(cl, l)
	})
}

func (c *conn) detail(cl model.Client, l model.Link) (model.LinkDetail, error) {
	d := model.LinkDetail{Link: l}
	data := statsData{}
	var err error
	if data.sums, err = c.keptSums(cl.ID, l.ID); err != nil {
		return d, err
	}
	if data.types, err = c.typeNames(cl.ID); err != nil {
		return d, err
	}
	if s := data.sums[model.Bucket{Client: cl.ID, Link: l.ID}]; s != nil {
		d.Numbers, d.Refunded = s.Numbers, s.Refunded
	}
	d.TicketTypes = data.ticketTypes(l.ID)
	err = c.row(`SELECT CASE WHEN state <> 'sent' THEN last_error END FROM outbox WHERE link_id = $1 ORDER BY id DESC LIMIT 1`, l.ID).Scan(&d.MailError)
	if err != nil && !isNoRows(err) {
		return d, err
	}
	if d.TookOverFrom, err = c.overlaps(wonAfter, l.ID); err != nil {
		return d, err
	}
	if d.TakenOverBy, err = c.overlaps(lostTo, l.ID); err != nil {
		return d, err
	}
	err = c.row(assists, l.ID).Scan(&d.Assists)
	return d, err
}

// overridden says which clicks of one order's receipt are a pair: w won a live ticket
// by the last click, x was clicked before it inside the window. Click times are whole
// seconds; within one the later place in the receipt was clicked later.
const overridden = ` WHERE t.order_id = x.order_id AND w.order_id = t.order_id AND w.link_id = t.link_id AND o.id = t.order_id AND o.test = 0
	AND lx.id = x.link_id AND lx.client_id = t.client_id AND lw.id = w.link_id
	AND t.status = 'valid' AND t.reason = 'last_click'
	AND (x.at < w.at OR x.at = w.at AND x.seq < w.seq) AND t.judged_placed_at / 1000 - x.at / 1000 <= t.window_s`

// The joins begin with the rows of the link. SQLite keeps the order of a CROSS JOIN;
// with any other join it would read all of the client's tickets.
const (
	fromWinner = ` FROM tickets t CROSS JOIN orders o CROSS JOIN order_touches w CROSS JOIN order_touches x CROSS JOIN links lx CROSS JOIN links lw`
	fromLoser  = ` FROM order_touches x CROSS JOIN tickets t CROSS JOIN orders o CROSS JOIN order_touches w CROSS JOIN links lx CROSS JOIN links lw`

	wonAfter = `SELECT lx.code, lx.name, count(DISTINCT t.order_id)` + fromWinner + overridden + ` AND t.link_id = $1 GROUP BY lx.code, lx.name ORDER BY 3 DESC, 1`
	lostTo   = `SELECT lw.code, lw.name, count(DISTINCT t.order_id)` + fromLoser + overridden + ` AND x.link_id = $1 GROUP BY lw.code, lw.name ORDER BY 3 DESC, 1`
	assists  = `SELECT count(DISTINCT t.order_id)` + fromLoser + overridden + ` AND x.link_id = $1`
)

func (c *conn) overlaps(query string, link int64) ([]model.Overlap, error) {
	list := []model.Overlap{}
	err := c.each(func(r *sql.Rows) error {
		var i model.Overlap
		err := r.Scan(&i.Link, &i.Name, &i.Orders)
		list = append(list, i)
		return err
	}, query, link)
	return list, err
}
