package db

import (
	"cmp"
	"database/sql"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"lastclick/model"
)

// pageSums are the numbers of a page: the cells of one event, or of all events together.
type pageSums struct {
	event   int64 // 0 for all
	names   typeNames
	total   model.Sum
	reasons map[model.Reason]*model.Sum
	links   map[int64]*linkSums
}

// linkSums are a link's numbers, and the rows of the ticket types below it: of those with
// a live ticket, in their order once all are there.
type linkSums struct {
	model.Sum
	types []model.TypeStats
}

// usualTypes is how many ticket types below a link have room at once.
const usualTypes = 8

func newPageSums(event int64, names typeNames) *pageSums {
	return &pageSums{event: event, names: names, reasons: map[model.Reason]*model.Sum{}, links: map[int64]*linkSums{}}
}

// put puts the numbers of a cell where the page shows them.
func (p *pageSums) put(c model.Bucket, sum model.Sum) {
	switch {
	case c.Type != "":
		if sum.Orders > 0 && (p.event == 0 || c.Event == p.event) {
			n, named := p.names[eventType{c.Event, c.Type}]
			if !named {
				n.typ = strings.Clone(c.Type)
			}
			l := p.link(c.Link)
			if l.types == nil {
				l.types = make([]model.TypeStats, 0, usualTypes)
			}
			l.types = append(l.types, model.TypeStats{Event: n.event, Type: n.typ, Name: n.name, Numbers: sum.Numbers})
		}
	case c.Event != p.event:
	case c.Link != 0:
		p.link(c.Link).Sum = sum
	case c.Reason != "":
		p.reasons[model.Reason(strings.Clone(string(c.Reason)))] = &sum
	default:
		p.total = sum
	}
}

func (p *pageSums) link(id int64) *linkSums {
	l := p.links[id]
	if l == nil {
		l = &linkSums{}
		p.links[id] = l
	}
	return l
}

// sort puts the ticket types below each link in order.
func (p *pageSums) sort() {
	for _, l := range p.links {
		slices.SortFunc(l.types, func(a, b model.TypeStats) int {
			return cmp.Or(cmp.Compare(a.Event, b.Event), cmp.Compare(a.Type, b.Type))
		})
	}
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

	// A page of many links has thousands of rows, and reading a row costs more than what is
	// in it: they come as the lines of one text. What checkouts name has no line breaks.
	lines = `SELECT COALESCE(string_agg(line, '
'), '') FROM (`
	keptSums = lines + `SELECT format('%s %s %s %s %s %s %s %s %s %s %s %s %s %s', c.id, c.link_id, c.event_id, c.customers,
			s.orders, s.new_customers, s.tickets, s.scanned, s.face_value, s.refunded, s.refunded_face, s.currency, c.reason, c.type) AS line
		FROM cells c CROSS JOIN cell_sums s`
	byCell     = ` AND s.cell_id = c.id ORDER BY c.id) x`
	keptOfAll  = keptSums + ofAllLinks + byCell
	keptOfLink = keptSums + ofOneLink + byCell

	// The rows of a day lie by cell, so the cells are walked in the order of their ids,
	// and neither the join nor the groups need a sort. SQLite keeps the order of a CROSS
	// JOIN. A page of days shows no refunds.
	sumOfDays = lines + `SELECT format('%s %s %s %s %s %s %s %s %s %s %s %s %s %s', c.id, c.link_id, c.event_id, 0,
			sum(d.orders), sum(d.new_customers), sum(d.tickets), sum(d.scanned), sum(d.face_value), 0, 0, s.currency, c.reason, c.type) AS line
		FROM cells c CROSS JOIN cell_sums s CROSS JOIN cell_days d`
	byDays     = ` AND s.cell_id = c.id AND d.cell_id = c.id AND d.currency = s.currency AND d.day >= $4 AND d.day <= $5 GROUP BY c.id, s.currency ORDER BY c.id) x`
	daysOfAll  = sumOfDays + ofAllLinks + byDays
	daysOfLink = sumOfDays + ofOneLink + byDays

	// Distinct are those who came on a day of the range, and before that not in it.
	sumOfBuyers  = `SELECT c.id, CAST(sum(b.customers) AS BIGINT) FROM cells c CROSS JOIN cell_buyers b`
	byBuyers     = ` AND b.cell_id = c.id AND b.day >= $4 AND b.day <= $5 AND b.before < $4 GROUP BY c.id`
	buyersOfAll  = sumOfBuyers + ofAllLinks + byBuyers
	buyersOfLink = sumOfBuyers + ofOneLink + byBuyers
)

// keptSums reads the sums of all time: of the client's links, or of one.
func (c *conn) keptSums(p *pageSums, client, link int64) error {
	query := keptOfAll
	if link != 0 {
		query = keptOfLink
	}
	return c.sums(p, nil, query, client, link, p.event)
}

// sumsOfDays adds up the sums of the days.
func (c *conn) sumsOfDays(p *pageSums, client, link int64, r dayRange) error {
	sums, buyers := daysOfAll, buyersOfAll
	if link != 0 {
		sums, buyers = daysOfLink, buyersOfLink
	}
	return c.addDays(p, sums, buyers, client, link, r)
}

// addDays adds up the rows of these queries.
func (c *conn) addDays(p *pageSums, sums, buyers string, client, link int64, r dayRange) error {
	customers := map[int64]int64{}
	err := c.each(func(rows *sql.Rows) error {
		var id, n int64
		err := rows.Scan(&id, &n)
		customers[id] = n
		return err
	}, buyers, client, link, p.event, r.from, r.to)
	if err != nil {
		return err
	}
	return c.sums(p, customers, sums, client, link, p.event, r.from, r.to)
}

// sums puts the rows of one of these queries into the page. A cell has one for each
// currency, and they come together. Without customers, by cell, the row says how many.
func (c *conn) sums(p *pageSums, customers map[int64]int64, query string, args ...any) error {
	var text string
	if err := c.row(query, args...).Scan(&text); err != nil {
		return err
	}
	var last sumRow
	var sum model.Sum
	for len(text) > 0 {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		r, err := parseSumRow(line)
		if err != nil {
			return err
		}
		if r.cell < last.cell {
			return fmt.Errorf("the rows of cell %d came after those of cell %d", r.cell, last.cell)
		}
		if r.cell != last.cell {
			if last.cell != 0 {
				p.put(last.bucket(), sum)
			}
			if customers != nil {
				r.customers = customers[r.cell]
			}
			sum = model.Sum{Numbers: model.Numbers{Customers: r.customers}}
		}
		if r.currency == last.currency {
			r.currency = last.currency // which does not keep the whole text
		} else {
			r.currency = strings.Clone(r.currency)
		}
		r.addTo(&sum)
		last = r
	}
	if last.cell != 0 {
		p.put(last.bucket(), sum)
	}
	p.sort()
	return nil
}

// sumRow is a line of these queries.
type sumRow struct {
	cell, link, event, customers                                              int64
	orders, newCustomers, tickets, scanned, faceValue, refunded, refundedFace int64
	currency, reason, typ                                                     string
}

func (r sumRow) bucket() model.Bucket {
	return model.Bucket{Link: r.link, Reason: model.Reason(r.reason), Event: r.event, Type: r.typ}
}

func parseSumRow(line string) (r sumRow, err error) {
	for _, n := range [...]*int64{
		&r.cell, &r.link, &r.event, &r.customers, &r.orders, &r.newCustomers, &r.tickets, &r.scanned, &r.faceValue, &r.refunded, &r.refundedFace,
	} {
		end := strings.IndexByte(line, ' ')
		if *n, err = strconv.ParseInt(line[:max(end, 0)], 10, 64); err != nil {
			return r, err
		}
		line = line[end+1:]
	}
	r.currency, line, _ = strings.Cut(line, " ")
	r.reason, r.typ, _ = strings.Cut(line, " ") // a type may hold spaces
	return r, nil
}

func (r sumRow) addTo(s *model.Sum) {
	s.Orders += r.orders
	s.NewCustomers += r.newCustomers
	s.Tickets += r.tickets
	s.Scanned += r.scanned
	s.Unscanned += r.tickets - r.scanned
	if r.tickets > 0 {
		s.FaceValue.Add(r.currency, r.faceValue)
	}
	if r.refunded > 0 {
		s.Refunded.Tickets += r.refunded
		s.Refunded.FaceValue.Add(r.currency, r.refundedFace)
	}
}
