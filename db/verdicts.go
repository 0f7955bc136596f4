package db

import (
	"database/sql"

	"lastclick/model"
)

// judge reaches the verdicts of one order. It reads the evidence when the first
// ticket needs it.
type judge struct {
	t        *tx
	order    int64
	sale     *model.Order          // the version that is judged
	kept     map[string]keptTicket // of the version before, by the checkout's id
	proof    proof                 // that holds now
	evidence *model.Evidence
	rules    map[int64]ruling
}

type ruling struct {
	link   int64
	reason model.Reason
	rule   model.Rule
	window model.Window
}

// judgedAnew says whether a ticket that has its verdict is judged again (R8): its event
// changed, the order became a test or is none any more, or it had no click because no
// receipt had come yet. A ticket may have been left out of the version in which that
// happened, so what it was judged with tells, not the order before.
func (j *judge) judgedAnew(was keptTicket, now keptEvent) bool {
	return was.event != now.id || (was.reason == model.ReasonTest) != j.sale.Test || was.reason == model.ReasonNoClick && !was.receipt && j.proof.receipt == receiptVerified
}

// verdict judges a ticket for the event.
func (j *judge) verdict(e keptEvent) (ruling, error) {
	if j.evidence == nil {
		ev, err := j.t.evidence(j.order, j.proof)
		if err != nil {
			return ruling{}, err
		}
		j.evidence = &ev
	}
	r, err := j.ruleOf(e.client)
	if err != nil {
		return r, err
	}
	v := model.Attribute(model.Sale{Client: e.client, Event: e.id, PlacedAt: j.sale.PlacedAt, Rule: r.rule, Window: r.window, Test: j.sale.Test}, *j.evidence)
	r.link, r.reason = v.Link, v.Reason
	return r, nil
}

// ruleOf is the rule and window that were in force when the order was first
// accepted: those of a ticket that was judged then, else the client's of now (R4).
func (j *judge) ruleOf(client int64) (ruling, error) {
	if r, ok := j.rules[client]; ok {
		return r, nil
	}
	var r ruling
	for _, t := range j.kept {
		if t.client == client {
			r.rule, r.window = t.rule, model.WindowOf(t.window)
		}
	}
	if r.rule == "" {
		var window int64
		if err := j.t.row(`SELECT rule, window_s FROM clients WHERE id = $1`, client).Scan(&r.rule, &window); err != nil {
			return r, err
		}
		r.window = model.WindowOf(window)
	}
	if j.rules == nil {
		j.rules = map[int64]ruling{}
	}
	j.rules[client] = r
	return r, nil
}

// evidence is what the verdicts of an order rest on.
func (c *conn) evidence(order int64, p proof) (model.Evidence, error) {
	ev := model.Evidence{BadReceipt: p.receipt == receiptBad, CodeSent: p.code != ""}
	var err error
	if ev.Clicks, err = c.touches(order); err != nil || p.code == "" {
		return ev, err
	}
	err = c.row(`SELECT id, client_id, COALESCE(event_id, 0), CASE WHEN archived_at IS NULL THEN 0 ELSE 1 END FROM links WHERE code = $1`, p.code).
		Scan(&ev.Code.Link, &ev.Code.Client, &ev.Code.Event, &ev.Code.Archived)
	if isNoRows(err) {
		err = nil
	}
	return ev, err
}

// touches are the clicks of the order's receipt. A link that is not known here
// counts as another client's.
func (c *conn) touches(order int64) ([]model.EvidenceClick, error) {
	var clicks []model.EvidenceClick
	err := c.each(func(r *sql.Rows) error {
		var click model.EvidenceClick
		var at int64
		err := r.Scan(&click.Link, &at, &click.Client, &click.Event)
		click.At = fromMillis(at)
		clicks = append(clicks, click)
		return err
	}, `SELECT t.link_id, t.at, COALESCE(l.client_id, 0), COALESCE(l.event_id, 0)
		FROM order_touches t LEFT JOIN links l ON l.id = t.link_id WHERE t.order_id = $1 ORDER BY t.seq`, order)
	return clicks, err
}
