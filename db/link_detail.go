package db

import (
	"context"
	"database/sql"

	"lastclick/model"
)

// Link is one link's page.
func (s *Store) Link(ctx context.Context, a model.Actor, code string) (model.LinkDetail, error) {
	slug, err := a.Work(model.Viewer)
	if err != nil {
		return model.LinkDetail{}, err
	}
	s.settle(ctx)
	return read(ctx, s, func(c *conn) (model.LinkDetail, error) {
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
	p := page{}
	var err error
	if p.sums, err = c.keptSums(cl.ID, l.ID); err != nil {
		return d, err
	}
	if p.types, err = c.typeNames(cl.ID); err != nil {
		return d, err
	}
	if s := p.sums[model.Cell{Client: cl.ID, Link: l.ID}]; s != nil {
		d.Numbers, d.Refunded = s.Numbers, s.Refunded
	}
	d.TicketTypes = p.ticketTypes(l.ID)
	err = c.row(`SELECT last_error FROM outbox WHERE link_id = $1 AND state <> 'sent' ORDER BY id DESC LIMIT 1`, l.ID).Scan(&d.MailError)
	if err != nil && !none(err) {
		return d, err
	}
	if d.TookOverFrom, err = c.interplay(wonAfter, l.ID); err != nil {
		return d, err
	}
	if d.TakenOverBy, err = c.interplay(lostTo, l.ID); err != nil {
		return d, err
	}
	err = c.row(assists, l.ID).Scan(&d.Assists)
	return d, err
}

// overridden are pairs of clicks of one order's receipt: w won a live ticket by the
// last click, x was clicked before it inside the window. Click times are whole
// seconds; within one the later place in the receipt was clicked later.
const overridden = `FROM tickets t
		JOIN orders o ON o.id = t.order_id AND o.test = 0
		JOIN order_touches w ON w.order_id = t.order_id AND w.link_id = t.link_id
		JOIN order_touches x ON x.order_id = t.order_id AND (x.at < w.at OR x.at = w.at AND x.seq < w.seq)
		JOIN links lx ON lx.id = x.link_id AND lx.client_id = t.client_id
		JOIN links lw ON lw.id = w.link_id
	WHERE t.status = 'valid' AND t.reason = 'last_click' AND t.judged_placed_at / 1000 - x.at / 1000 <= t.window_s`

const (
	wonAfter = `SELECT lx.code, lx.name, count(DISTINCT t.order_id) ` + overridden + ` AND t.link_id = $1 GROUP BY lx.code, lx.name ORDER BY 3 DESC, 1`
	lostTo   = `SELECT lw.code, lw.name, count(DISTINCT t.order_id) ` + overridden + ` AND x.link_id = $1 GROUP BY lw.code, lw.name ORDER BY 3 DESC, 1`
	assists  = `SELECT count(DISTINCT t.order_id) ` + overridden + ` AND x.link_id = $1`
)

func (c *conn) interplay(query string, link int64) ([]model.Interplay, error) {
	list := []model.Interplay{}
	err := c.each(func(r *sql.Rows) error {
		var i model.Interplay
		err := r.Scan(&i.Link, &i.Name, &i.Orders)
		list = append(list, i)
		return err
	}, query, link)
	return list, err
}
