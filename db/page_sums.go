package db

import (
	"database/sql"
	"math"

	"lastclick/model"
)

// pageSums are the numbers of a page: the cells of one event, or of all events together.
type pageSums struct {
	event   int64 // 0 for all
	total   model.Sum
	reasons map[model.Reason]*model.Sum
	links   map[int64]*linkSums
}

// linkSums are a link's, and those of the ticket types below it.
type linkSums struct {
	model.Sum
	types []*typeSum
}

type typeSum struct {
	eventType
	model.Sum
}

func newPageSums(event int64) *pageSums {
	return &pageSums{event: event, reasons: map[model.Reason]*model.Sum{}, links: map[int64]*linkSums{}}
}

// of is where the numbers of a cell go, which has none yet; nil where the page does not
// show the cell.
func (p *pageSums) of(c model.Bucket) *model.Sum {
	if c.Type != "" {
		if p.event != 0 && c.Event != p.event {
			return nil
		}
		t := &typeSum{eventType: eventType{c.Event, c.Type}}
		l := p.link(c.Link)
		l.types = append(l.types, t)
		return &t.Sum
	}
	switch {
	case c.Event != p.event:
		return nil
	case c.Link != 0:
		return &p.link(c.Link).Sum
	case c.Reason != "":
		p.reasons[c.Reason] = &model.Sum{}
		return p.reasons[c.Reason]
	}
	return &p.total
}

func (p *pageSums) link(id int64) *linkSums {
	l := p.links[id]
	if l == nil {
		l = &linkSums{}
		p.links[id] = l
	}
	return l
}

// dayRange is from a day to a day, both inclusive.
type dayRange struct{ from, to int64 }

// No order has a day outside of these, and noDay lies before them.
const firstDay, lastDay = noDay + 1, math.MaxInt32

// allDays is the range without bounds.
var allDays = dayRange{firstDay, lastDay}

// The cells that a page shows: those of all links (0), or of one; of one event, or those
// over all events (0) and those of the types.
const (
	ofAllLinks = ` WHERE c.client_id = $1 AND $2 = 0 AND (c.event_id = $3 OR $3 = 0 AND c.type <> '')`
	ofOneLink  = ` WHERE c.client_id = $1 AND c.link_id = $2 AND (c.event_id = $3 OR $3 = 0 AND c.type <> '')`

	keptSums   = `SELECT c.id, c.link_id, c.reason, c.event_id, c.type, c.customers, s.currency, s.orders, s.new_customers, s.tickets, s.scanned, s.face_value, s.refunded, s.refunded_face FROM cells c JOIN cell_sums s ON s.cell_id = c.id`
	keptOfAll  = keptSums + ofAllLinks
	keptOfLink = keptSums + ofOneLink

	// The rows of a day lie by cell, so the cells are walked in the order of their ids,
	// and neither the join nor the groups need a sort. SQLite keeps the order of a CROSS
	// JOIN. A page of days shows no refunds.
	dayCells   = ` FROM cells c CROSS JOIN cell_sums s CROSS JOIN cell_days d`
	sumOfDays  = `SELECT c.id, c.link_id, c.reason, c.event_id, c.type, 0, s.currency, CAST(sum(d.orders) AS BIGINT), CAST(sum(d.new_customers) AS BIGINT), CAST(sum(d.tickets) AS BIGINT), CAST(sum(d.scanned) AS BIGINT), CAST(sum(d.face_value) AS BIGINT), 0, 0` + dayCells
	byDays     = ` AND s.cell_id = c.id AND d.cell_id = c.id AND d.currency = s.currency AND d.day >= $4 AND d.day <= $5 GROUP BY c.id, s.currency`
	daysOfAll  = sumOfDays + ofAllLinks + byDays
	daysOfLink = sumOfDays + ofOneLink + byDays

	// Distinct are those who came on a day of the range, and before that not in it.
	sumOfBuyers  = `SELECT c.id, CAST(sum(b.customers) AS BIGINT) FROM cells c CROSS JOIN cell_buyers b`
	byBuyers     = ` AND b.cell_id = c.id AND b.day >= $4 AND b.day <= $5 AND b.before < $4 GROUP BY c.id`
	buyersOfAll  = sumOfBuyers + ofAllLinks + byBuyers
	buyersOfLink = sumOfBuyers + ofOneLink + byBuyers
)

// keptSums reads the sums of all time: of the client's links, or of one.
func (c *conn) keptSums(client, event, link int64) (*pageSums, error) {
	query := keptOfAll
	if link != 0 {
		query = keptOfLink
	}
	p := newPageSums(event)
	_, err := c.sums(p, query, client, link, event)
	return p, err
}

// sumsOfDays adds up the sums of the days.
func (c *conn) sumsOfDays(client, event, link int64, r dayRange) (*pageSums, error) {
	sums, buyers := daysOfAll, buyersOfAll
	if link != 0 {
		sums, buyers = daysOfLink, buyersOfLink
	}
	p := newPageSums(event)
	cells, err := c.sums(p, sums, client, link, event, r.from, r.to)
	if err != nil {
		return p, err
	}
	return p, c.each(func(rows *sql.Rows) error {
		var id, customers int64
		err := rows.Scan(&id, &customers)
		if s := cells[id]; s != nil {
			s.Customers = customers
		}
		return err
	}, buyers, client, link, event, r.from, r.to)
}

// sums adds the rows of one of these queries to the page: one for each currency of a
// cell. It returns the cells by their rows.
func (c *conn) sums(p *pageSums, query string, args ...any) (map[int64]*model.Sum, error) {
	cells := map[int64]*model.Sum{}
	return cells, c.each(func(rows *sql.Rows) error {
		var id, customers, face, refundedFace int64
		var cell model.Bucket
		var currency string
		var n model.Sum
		err := rows.Scan(&id, &cell.Link, &cell.Reason, &cell.Event, &cell.Type, &customers, &currency,
			&n.Orders, &n.NewCustomers, &n.Tickets, &n.Scanned, &face, &n.Refunded.Tickets, &refundedFace)
		s, met := cells[id]
		if !met {
			s = p.of(cell)
			cells[id] = s
		}
		if s == nil || err != nil {
			return err
		}
		s.Customers = customers
		s.Orders += n.Orders
		s.NewCustomers += n.NewCustomers
		s.Tickets += n.Tickets
		s.Scanned += n.Scanned
		s.Unscanned += n.Tickets - n.Scanned
		if n.Tickets > 0 {
			s.FaceValue.Add(currency, face)
		}
		if n.Refunded.Tickets > 0 {
			s.Refunded.Tickets += n.Refunded.Tickets
			s.Refunded.FaceValue.Add(currency, refundedFace)
		}
		return nil
	}, query, args...)
}
