package db

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"lastclick/model"
)

// statementTimeout is how long a statement may take to be read.
const statementTimeout = time.Minute

// Statement is what a link sold in a period, booked as bookings.go says. The first one that is
// drawn up after the end of its period makes the period final.
func (s *Store) Statement(ctx context.Context, a model.Actor, q model.StatementQuery) (model.Statement, error) {
	slug, err := a.RequireClient(model.Owner)
	if err != nil {
		return model.Statement{}, err
	}
	q, rate, err := q.Validate()
	if err != nil {
		return model.Statement{}, err
	}
	d, err := read(ctx, s, func(c *conn) (drawing, error) { return c.drawing(slug, q) })
	if err == nil && d.ended && d.Statement.DrawnAt.IsZero() {
		d, err = write(ctx, s, func(t *tx) (drawing, error) { return t.draw(a, slug, q) })
	}
	if err != nil {
		return model.Statement{}, err
	}
	st := d.Statement
	st.Base, st.Rate, st.Final = q.Base, rate, d.ended
	if !d.ended {
		st.DrawnAt = fromMillis(millis(s.now()))
	}
	_, err = snapshot(ctx, s, statementTimeout, func(c *conn) (_ struct{}, err error) {
		if st.Lines, err = c.statementLines(d); err == nil {
			st.Before, err = c.statementBefore(d)
		}
		return struct{}{}, err
	})
	st.Reckon()
	return st, err
}

// drawing is a statement without its lines.
type drawing struct {
	model.Statement
	client, link, from, until int64
	ended                     bool // the period is over, or was when it was drawn up
}

// drawing is the statement as it was drawn up first, else as it would be drawn up now.
func (c *conn) drawing(slug string, q model.StatementQuery) (drawing, error) {
	cl, err := c.client(slug)
	if err != nil {
		return drawing{}, err
	}
	l, err := c.link(slug, q.Link)
	if err != nil {
		return drawing{}, err
	}
	from, until, err := model.Filter{From: q.From, To: q.To}.Range(cl.Location())
	if err != nil {
		return drawing{}, err
	}
	d := drawing{
		Statement: model.Statement{Link: l.Code, Name: l.Name, Client: slug, From: q.From, To: q.To, Timezone: cl.Timezone, Rule: cl.Rule, Window: cl.Window},
		client:    cl.ID, link: l.ID, from: millis(from), until: millis(until),
	}
	var drawn, window int64
	err = c.row(`SELECT from_at, until_at, timezone, rule, window_s, drawn_at FROM statements WHERE link_id = $1 AND from_day = $2 AND to_day = $3`, l.ID, q.From, q.To).
		Scan(&d.from, &d.until, &d.Timezone, &d.Rule, &window, &drawn)
	if err == nil {
		d.Window, d.DrawnAt, d.ended = model.WindowOf(window), fromMillis(drawn), true
		return d, nil
	}
	if !isNoRows(err) {
		return d, err
	}
	if err := c.meetOthers(&d); err != nil {
		return d, err
	}
	now, err := c.sharedNow()
	d.ended = millis(now.Add(-model.StatementSettles)) >= d.until
	return d, err
}

// meetOthers has the period begin where final ones of the link end, and end where they begin.
// In another timezone of the client the days between would begin at another moment, and what
// was sold then would stand in two statements, or in none.
func (c *conn) meetOthers(d *drawing) error {
	for _, edge := range []struct {
		at          *int64
		before, day string // the last day before the edge, and the first day behind it
	}{{&d.from, dayAfter(d.From, -1), d.From}, {&d.until, d.To, dayAfter(d.To, 1)}} {
		err := c.row(`SELECT at FROM (SELECT until_at AS at, drawn_at FROM statements WHERE link_id = $1 AND to_day = $2
				UNION ALL SELECT from_at, drawn_at FROM statements WHERE link_id = $1 AND from_day = $3) e ORDER BY drawn_at LIMIT 1`, d.link, edge.before, edge.day).Scan(edge.at)
		if err != nil && !isNoRows(err) {
			return err
		}
	}
	d.until = max(d.until, d.from) // a day may be over in the new timezone before the one before it is in the old
	return nil
}

// dayAfter is the day n days after another.
func dayAfter(day string, n int) string {
	d, _ := time.Parse(time.DateOnly, day) // Range has read it
	return d.AddDate(0, 0, n).Format(time.DateOnly)
}

// draw makes the period final. No order is being committed meanwhile: each is in the
// statement, or finds the period final.
func (t *tx) draw(a model.Actor, slug string, q model.StatementQuery) (drawing, error) {
	if err := t.lockSales(); err != nil {
		return drawing{}, err
	}
	d, err := t.drawing(slug, q)
	if err != nil || !d.ended || !d.DrawnAt.IsZero() {
		return d, err
	}
	d.DrawnAt = fromMillis(millis(t.now))
	_, err = t.exec(`INSERT INTO statements (link_id, from_day, to_day, from_at, until_at, timezone, rule, window_s, drawn_at, drawn_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		d.link, d.From, d.To, d.from, d.until, d.Timezone, string(d.Rule), d.Window.Seconds(), millis(d.DrawnAt), a.Name)
	if err != nil {
		return d, err
	}
	return d, t.audit(a, d.client, "statement", d.Link, nil, map[string]any{"from": d.From, "to": d.To})
}

// The parts of a statement: the tickets as they are, where their orders were placed, and what
// was booked otherwise.
const (
	statementTickets = `SELECT l.placed_at, 'sale', k.name, o.order_id, e.slug, t.type, o.currency, CASE WHEN t.paid IS NULL THEN 0 ELSE 1 END,
			count(*), CAST(sum(t.face_value) AS BIGINT), CAST(COALESCE(sum(t.paid), 0) AS BIGINT)
		FROM order_lists l JOIN orders o ON o.id = l.order_id JOIN checkouts k ON k.id = o.checkout_id JOIN tickets t ON t.order_id = o.id JOIN events e ON e.id = t.event_id
		WHERE l.client_id = $1 AND l.link_id = $2 AND l.placed_at >= $3 AND l.placed_at < $4 AND t.link_id = $2 AND t.status = 'valid' AND o.test = 0
		GROUP BY 1, 3, 4, 5, 6, 7, 8`

	statementBookings = `SELECT b.at, b.kind, k.name, o.order_id, e.slug, b.type, b.currency, b.pays, b.tickets, b.face_value, b.paid
		FROM bookings b JOIN orders o ON o.id = b.order_id JOIN checkouts k ON k.id = o.checkout_id JOIN events e ON e.id = b.event_id
		WHERE b.link_id = $1 AND b.at >= $2 AND b.at < $3`

	// What was booked before the period of the orders that have bookings in it; the others have
	// what is in the period alone.
	statementBefore = `WITH w AS (SELECT DISTINCT order_id FROM bookings WHERE link_id = $1 AND at >= $2 AND at < $3)
		SELECT k.name, o.order_id, s.currency, s.pays, CAST(sum(s.face_value) AS BIGINT), CAST(sum(s.paid) AS BIGINT) FROM (
			SELECT order_id, currency, pays, face_value, paid FROM bookings WHERE link_id = $1 AND at < $2 AND order_id IN (SELECT order_id FROM w)
			UNION ALL SELECT o.id, o.currency, CASE WHEN t.paid IS NULL THEN 0 ELSE 1 END, t.face_value, COALESCE(t.paid, 0)
				FROM order_lists l JOIN orders o ON o.id = l.order_id JOIN tickets t ON t.order_id = o.id
				WHERE l.client_id = $4 AND l.link_id = $1 AND l.placed_at < $2 AND l.order_id IN (SELECT order_id FROM w) AND t.link_id = $1 AND t.status = 'valid' AND o.test = 0
		) s JOIN orders o ON o.id = s.order_id JOIN checkouts k ON k.id = o.checkout_id GROUP BY 1, 2, 3, 4`
)

// lineKey is what stands in one line of a statement.
type lineKey struct {
	at                                    int64
	kind                                  model.LineKind
	checkout, order, event, typ, currency string
	pays                                  bool
}

func (k lineKey) compare(l lineKey) int {
	return cmp.Or(cmp.Compare(k.at, l.at), strings.Compare(k.checkout, l.checkout), model.CompareIDs(k.order, l.order), cmp.Compare(k.kind, l.kind),
		strings.Compare(k.event, l.event), strings.Compare(k.typ, l.typ), strings.Compare(k.currency, l.currency), cmp.Compare(flag(k.pays), flag(l.pays)))
}

func (c *conn) statementLines(d drawing) ([]model.StatementLine, error) {
	sums := map[lineKey]booked{}
	scan := func(r *sql.Rows) error {
		var k lineKey
		var b booked
		err := r.Scan(&k.at, &k.kind, &k.checkout, &k.order, &k.event, &k.typ, &k.currency, &k.pays, &b.tickets, &b.face, &b.paid)
		was := sums[k]
		sums[k] = booked{was.tickets + b.tickets, was.face + b.face, was.paid + b.paid}
		return err
	}
	if err := c.each(scan, statementTickets, d.client, d.link, d.from, d.until); err != nil {
		return nil, err
	}
	if err := c.each(scan, statementBookings, d.link, d.from, d.until); err != nil {
		return nil, err
	}
	keys := make([]lineKey, 0, len(sums))
	for k, b := range sums {
		if b != (booked{}) {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, lineKey.compare)
	lines := make([]model.StatementLine, len(keys))
	for i, k := range keys {
		b := sums[k]
		lines[i] = model.StatementLine{
			At: fromMillis(k.at), Kind: k.kind, Checkout: k.checkout, Order: k.order, Event: k.event, Type: k.typ, Tickets: b.tickets, Currency: k.currency, FaceValue: b.face,
		}
		if k.pays {
			lines[i].Paid = &b.paid
		}
	}
	return lines, nil
}

func (c *conn) statementBefore(d drawing) (all []model.StatementBefore, err error) {
	err = c.each(func(r *sql.Rows) error {
		var b model.StatementBefore
		var pays bool
		var paid int64
		err := r.Scan(&b.Checkout, &b.Order, &b.Currency, &pays, &b.FaceValue, &paid)
		if pays {
			b.Paid = &paid
		}
		all = append(all, b)
		return err
	}, statementBefore, d.link, d.from, d.until, d.client)
	return all, err
}

// wrongBookings are orders of which the bookings do not add up to nothing.
const wrongBookings = `SELECT l.code, count(*) FROM (
		SELECT link_id FROM bookings GROUP BY link_id, order_id, event_id, type, currency, pays HAVING sum(tickets) <> 0 OR sum(face_value) <> 0 OR sum(paid) <> 0) w
	JOIN links l ON l.id = w.link_id GROUP BY l.code ORDER BY l.code`

func (r *recount) bookings() error {
	return r.each(func(row *sql.Rows) error {
		var code string
		var n int64
		err := row.Scan(&code, &n)
		r.differ("link "+code, "bookings of orders that add up to something", n, 0)
		return err
	}, wrongBookings)
}
