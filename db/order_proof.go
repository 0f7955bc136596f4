package db

import (
	"database/sql"

	"lastclick/model"
)

// orderProof is what an explanation knows of an order's clicks.
type orderProof struct {
	row    orderRow              // its touches and its token
	scopes map[int64]model.Scope // of the links that are known
	codes  map[int64]*string     // of those that may be shown
}

// orderProof reads the clicks of the order's receipt and token. It shows the codes of the
// client's links, for client 0 of all.
func (c *conn) orderProof(order, client int64) (orderProof, error) {
	p := orderProof{scopes: map[int64]model.Scope{}, codes: map[int64]*string{}}
	var token []byte
	if err := c.row(`SELECT click, click_token FROM orders WHERE id = $1`, order).Scan(&p.row.proof.click, &token); err != nil {
		return p, err
	}
	p.row.proof.token = string(token)
	add := func(r *sql.Rows) error {
		var t model.Touch
		var at int64
		var s model.Scope
		var code *string
		err := r.Scan(&t.Link, &at, &code, &s.Client, &s.Event)
		t.At, s.Link = fromMillis(at), t.Link
		p.scopes[t.Link] = s
		if client == 0 || s.Client == client {
			p.codes[t.Link] = code
		}
		p.row.touches = append(p.row.touches, t)
		return err
	}
	const known = `, l.code, COALESCE(l.client_id, 0), COALESCE(l.event_id, 0)`
	err := c.each(add, `SELECT t.link_id, t.at`+known+` FROM order_touches t LEFT JOIN links l ON l.id = t.link_id WHERE t.order_id = $1 ORDER BY t.seq`, order)
	if err != nil || len(token) == 0 {
		return p, err
	}
	touches := p.row.touches
	err = c.each(add, `SELECT l.id, 0`+known+` FROM links l WHERE l.id = $1`, p.row.proof.tokenClick().Link)
	p.row.touches = touches // the token's click is none of the receipt's
	return p, err
}

// clicks are those that a verdict looked at. A link that is not known here counts as
// another client's.
func (p orderProof) clicks(saw int64) (clicks []model.EvidenceClick) {
	add := func(t model.Touch, copied bool) {
		s, ok := p.scopes[t.Link]
		if !ok {
			s.Link = t.Link
		}
		clicks = append(clicks, model.EvidenceClick{Scope: s, At: t.At, Copied: copied})
	}
	for _, t := range p.row.clicks(saw) {
		add(t, false)
	}
	if saw&sawClick != 0 && p.row.proof.click == clickCopied {
		add(p.row.proof.tokenClick(), true)
	}
	return clicks
}
