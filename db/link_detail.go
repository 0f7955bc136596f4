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
	sums, types, err := c.linkSums(cl, l)
	if err != nil {
		return d, err
	}
	d.Numbers, d.Refunded, d.TicketTypes = sums.Numbers, sums.Refunded, types
	err = c.row(`SELECT CASE WHEN state NOT IN ('sent', 'written') THEN last_error END FROM outbox WHERE link_id = $1 AND kind = 'welcome' ORDER BY id DESC LIMIT 1`, l.ID).Scan(&d.MailError)
	if err != nil && !isNoRows(err) {
		return d, err
	}
	if d.Digest, err = c.digest(l.ID); err != nil {
		return d, err
	}
	if d.TookOverFrom, err = c.overlaps(wonAfter, l.ID); err != nil {
		return d, err
	}
	if d.TakenOverBy, err = c.overlaps(lostTo, l.ID); err != nil {
		return d, err
	}
	err = c.row(`SELECT CAST(COALESCE(sum(orders), 0) AS BIGINT) FROM link_overlaps WHERE winner = 0 AND loser = $1`, l.ID).Scan(&d.Assists)
	if err != nil {
		return d, err
	}
	err = c.row(`SELECT CAST(COALESCE(sum(orders), 0) AS BIGINT) FROM shared_addresses WHERE link_id = $1`, l.ID).Scan(&d.SharedAddress)
	return d, err
}

// linkSums are a link's numbers of all time, and the rows of its ticket types.
func (c *conn) linkSums(cl model.Client, l model.Link) (model.Sum, []model.TypeStats, error) {
	names, err := c.typeNames(cl.ID)
	if err != nil {
		return model.Sum{}, nil, err
	}
	page := newPageSums(0, names)
	if err := c.keptSums(page, cl.ID, l.ID); err != nil {
		return model.Sum{}, nil, err
	}
	sums := page.link(l.ID)
	return sums.Sum, append([]model.TypeStats{}, sums.types...), nil
}

const (
	wonAfter = `SELECT l.code, l.name, o.orders FROM link_overlaps o JOIN links l ON l.id = o.loser WHERE o.winner = $1 AND o.orders > 0 ORDER BY o.orders DESC, l.code`
	lostTo   = `SELECT l.code, l.name, o.orders FROM link_overlaps o JOIN links l ON l.id = o.winner WHERE o.loser = $1 AND o.orders > 0 ORDER BY o.orders DESC, l.code`
)

func (c *conn) overlaps(query string, link int64) ([]model.Overlap, error) {
	list := []model.Overlap{}
	err := c.each(func(r *sql.Rows) error {
		var o model.Overlap
		err := r.Scan(&o.Link, &o.Name, &o.Orders)
		list = append(list, o)
		return err
	}, query, link)
	return list, err
}
