package db

import (
	"context"
	"crypto/subtle"
	"database/sql"
	"encoding/base64"

	"lastclick/model"
)

// A stats token finds its link by its first characters alone; the rest of it is
// compared in constant time, so that the time of an answer does not help to guess.
const (
	tokenLength   = 22 // 128 bits in base64
	tokenSelector = 6  // of them; 36 bits. The index links_stats says the same
)

// SubPromoter is the page of the link with the token, also when it is archived; any
// other token is NotFound. Tokens are looked up in the tables, not in memory: a new one
// ends the old page at once, on every node.
func (s *Store) SubPromoter(ctx context.Context, token string) (model.SubPromoter, error) {
	if _, err := base64.RawURLEncoding.DecodeString(token); err != nil || len(token) != tokenLength {
		return model.SubPromoter{}, errPage
	}
	l, err := read(ctx, s, func(c *conn) (model.Link, error) {
		id, err := c.linkByToken(token)
		if err != nil {
			return model.Link{}, err
		}
		return c.scanLink(c.row(selectLinks+` WHERE l.id = $1`, id))
	})
	if err != nil { // a stranger: no clicks are flushed for them
		return model.SubPromoter{}, err
	}
	s.awaitOwnClicks(ctx)
	p, err := shared(ctx, s, l.Client, s.timed(ownerKey(l.ID)), func(c *conn, cl model.Client, _ uint64) (model.SubPromoter, error) {
		return c.subPromoter(cl, l.ID)
	})
	if err == nil && subtle.ConstantTimeCompare([]byte(p.Link.StatsToken), []byte(token)) != 1 { // renewed meanwhile
		return model.SubPromoter{}, errPage
	}
	return p, err
}

// errPage does not repeat the token: it may be a secret with a typing error.
var errPage = &model.Error{Kind: model.NotFound, Field: "token", Msg: "there is no such page", Hint: "ask the person who gave you the link for a new address"}

func (c *conn) linkByToken(token string) (int64, error) {
	var found int64
	err := c.each(func(r *sql.Rows) error {
		var id int64
		var kept string
		err := r.Scan(&id, &kept)
		if subtle.ConstantTimeCompare([]byte(kept), []byte(token)) == 1 {
			found = id
		}
		return err
	}, `SELECT id, stats_token FROM links WHERE substr(stats_token, 1, 6) = $1`, token[:tokenSelector])
	if err == nil && found == 0 {
		err = errPage
	}
	return found, err
}

func (c *conn) subPromoter(cl model.Client, id int64) (model.SubPromoter, error) {
	var p model.SubPromoter
	l, err := c.scanLink(c.row(selectLinks+` WHERE l.id = $1`, id))
	if err != nil {
		return p, err
	}
	p = model.SubPromoter{ClientName: cl.Name, Contact: cl.ReplyTo, Timezone: cl.Timezone, Link: l}
	if l.Event != nil {
		e, err := c.event(l.Client, *l.Event)
		if err != nil {
			return p, err
		}
		p.EventName = e.Name
	}
	if p.Digest, err = c.digest(l.ID); err != nil {
		return p, err
	}
	sums, types, err := c.linkSums(cl, l)
	if err != nil {
		return p, err
	}
	p.Numbers, p.TicketTypes = sums.Numbers, types
	if l.Event == nil {
		if p.EventNames, err = c.eventNames(cl.ID); err != nil {
			return p, err
		}
	}
	p.Series, err = c.series(cl, l.ID, model.Month)
	return p, err
}

// eventNames are the names of the client's events, by slug.
func (c *conn) eventNames(client int64) (map[string]string, error) {
	names := map[string]string{}
	err := c.each(func(r *sql.Rows) error {
		var slug, name string
		err := r.Scan(&slug, &name)
		names[slug] = name
		return err
	}, `SELECT slug, name FROM events WHERE client_id = $1`, client)
	return names, err
}
