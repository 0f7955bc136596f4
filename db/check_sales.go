package db

import (
	"cmp"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"time"

	"lastclick/model"
)

// checkRows bounds how many rows of days, and how many visits, are counted at once, some
// 150 MB. Where there are more, the facts are read several times, each time for other
// cells.
const checkRows = 1_000_000

// salesRecount counts the sales of cells again: what they are in all and on each day, who
// bought, and when before. It reads the tickets by order and knows nothing of how the
// sums are kept but what they mean.
type salesRecount struct {
	*recount
	zones map[int64]*time.Location // in which the days of each client are kept
	new   []int64                  // the orders with a new customer, sorted

	cells   []recountedCell
	cellsOf map[model.Bucket]int32
	rows    map[int64]int32 // cells by their rows

	parts, part int // counted are the cells whose number, divided by parts, leaves part
	totals      map[recountedKey]*recounted
	days        map[recountedKey]*recounted
	visits      []visit
	wrong       map[int64]*[2]int64 // places of customers: kept ones that are wrong, and others that the facts give
}

type recountedCell struct {
	model.Bucket
	row             int64 // 0: it has none
	kept, customers int64
}

// recountedKey is a row of cell_sums, where day is 0, or of cell_days.
type recountedKey struct {
	cell, day int32
	currency  string
}

// recounted are the columns of such a row, as saleColumns calls them.
type recounted [7]int64

var saleColumns = []string{"orders", "new customers", "tickets", "scanned", "face value", "refunded tickets", "refunded face value"}

// visit is an order of a customer with a live ticket in a cell.
type visit struct {
	customer  int64
	cell, day int32
}

func (v visit) compare(w visit) int {
	return cmp.Or(cmp.Compare(v.cell, w.cell), cmp.Compare(v.customer, w.customer), cmp.Compare(v.day, w.day))
}

func (r *recount) sales() error {
	s := &salesRecount{recount: r, zones: map[int64]*time.Location{}, cellsOf: map[model.Bucket]int32{}, rows: map[int64]int32{}, wrong: map[int64]*[2]int64{}}
	if err := s.prepare(); err != nil {
		return err
	}
	for s.part = range s.parts {
		s.totals, s.days, s.visits = map[recountedKey]*recounted{}, map[recountedKey]*recounted{}, s.visits[:0]
		for _, step := range []func() error{s.count, s.compareTotals, s.compareDays, s.compareBuyers, s.comparePlaces} {
			if err := step(); err != nil {
				return err
			}
		}
	}
	for i := range s.cells {
		c := &s.cells[i]
		if err := s.differCell(int32(i), "", "customers", c.kept, c.customers); err != nil {
			return err
		}
	}
	for _, customer := range slices.Sorted(maps.Keys(s.wrong)) {
		n := s.wrong[customer]
		r.differ(fmt.Sprintf("customer %d", customer), "places", fmt.Sprintf("%d that are wrong", n[0]), fmt.Sprintf("%d others", n[1]))
	}
	return nil
}

// prepare reads what all parts of the count need.
func (s *salesRecount) prepare() error {
	if err := s.readZones(); err != nil {
		return err
	}
	var err error
	s.new, err = s.ids(`SELECT id FROM (
			SELECT o.id, o.returns, row_number() OVER (PARTITION BY o.customer_id ORDER BY o.placed_at, k.name, o.order_id) AS place
			FROM orders o JOIN checkouts k ON k.id = o.checkout_id WHERE o.test = 0 AND o.customer_id IS NOT NULL) ranked
		WHERE place = 1 AND returns = 0 ORDER BY id`)
	if err != nil {
		return err
	}
	var rows, orders int
	if err := s.row(`SELECT (SELECT count(*) FROM cell_days), (SELECT count(*) FROM orders)`).Scan(&rows, &orders); err != nil {
		return err
	}
	s.parts = 1 + max(rows, orders)/checkRows
	return s.each(func(row *sql.Rows) error {
		var c recountedCell
		err := row.Scan(&c.row, &c.Client, &c.Link, &c.Reason, &c.Event, &c.Type, &c.kept)
		n := s.cell(c.Bucket)
		s.cells[n], s.rows[c.row] = c, n
		return err
	}, `SELECT id, client_id, link_id, reason, event_id, type, customers FROM cells`)
}

func (s *salesRecount) readZones() error {
	return s.each(func(row *sql.Rows) error {
		var id int64
		var slug, timezone, days string
		err := row.Scan(&id, &slug, &timezone, &days)
		if s.zones[id], _ = time.LoadLocation(days); s.zones[id] == nil || days == "" {
			s.zones[id] = time.UTC
			s.differ("client "+slug, "timezone of the days", days, timezone)
		}
		return err
	}, `SELECT id, slug, timezone, days_timezone FROM clients`)
}

func (s *salesRecount) cell(b model.Bucket) int32 {
	n, ok := s.cellsOf[b]
	if !ok {
		n = int32(len(s.cells))
		s.cells, s.cellsOf[b] = append(s.cells, recountedCell{Bucket: b}), n
	}
	return n
}

func (s *salesRecount) counted(cell int32) bool { return int(cell)%s.parts == s.part }

// soldTickets are the tickets that count, those of an order together.
const soldTickets = `SELECT t.order_id, o.placed_at, o.currency, COALESCE(o.customer_id, 0), e.client_id, COALESCE(t.link_id, 0), t.reason, t.event_id, t.type,
		t.face_value, CASE WHEN t.status = 'valid' THEN 1 ELSE 0 END, CASE WHEN s.scanned = 1 THEN 1 ELSE 0 END
	FROM tickets t JOIN orders o ON o.id = t.order_id JOIN events e ON e.id = t.event_id
		LEFT JOIN scans s ON s.checkout_id = t.checkout_id AND s.ticket_id = t.ticket_id
	WHERE o.test = 0 AND t.status IN ('valid', 'refunded') ORDER BY t.order_id`

// recountedOrder is an order, with its numbers in each cell.
type recountedOrder struct {
	id, placedAt, customer int64
	currency               string
	cells                  map[int32]*recounted
}

func (s *salesRecount) count() error {
	o := recountedOrder{cells: map[int32]*recounted{}}
	fresh := s.new
	err := s.each(func(row *sql.Rows) error {
		var next recountedOrder
		var b model.Bucket
		var face, live, scanned int64
		err := row.Scan(&next.id, &next.placedAt, &next.currency, &next.customer, &b.Client, &b.Link, &b.Reason, &b.Event, &b.Type, &face, &live, &scanned)
		if err != nil {
			return err
		}
		if next.id != o.id {
			fresh = s.add(o, fresh)
			next.cells = o.cells
			clear(next.cells)
			o = next
		}
		for _, level := range levelsOf(b) {
			cell := s.cell(level)
			if !s.counted(cell) {
				continue
			}
			n := o.cells[cell]
			if n == nil {
				n = &recounted{}
				o.cells[cell] = n
			}
			if live == 1 {
				n[2], n[3], n[4] = n[2]+1, n[3]+scanned, n[4]+face
			} else {
				n[5], n[6] = n[5]+1, n[6]+face
			}
		}
		return nil
	}, soldTickets)
	s.add(o, fresh)
	return err
}

// levelsOf are the cells of a ticket: without a link those of its reason, in all and by
// event; with one the total and the link, each in all and by event, and the link's types.
func levelsOf(b model.Bucket) []model.Bucket {
	if b.Link == 0 {
		of := model.Bucket{Client: b.Client, Reason: b.Reason}
		byEvent := of
		byEvent.Event = b.Event
		return []model.Bucket{of, byEvent}
	}
	b.Reason = ""
	levels := []model.Bucket{b, b, b, b, b}
	for i := range levels[1:] {
		levels[i+1].Type = ""
	}
	levels[2].Event, levels[4].Event = 0, 0
	levels[3].Link, levels[4].Link = 0, 0
	return levels
}

// add counts an order. fresh are the orders with a new customer that were not met yet.
func (s *salesRecount) add(o recountedOrder, fresh []int64) []int64 {
	for len(fresh) > 0 && fresh[0] < o.id {
		fresh = fresh[1:]
	}
	isNew := len(fresh) > 0 && fresh[0] == o.id
	var client int64
	var day int32
	for cell, n := range o.cells {
		if c := s.cells[cell].Client; c != client {
			client, day = c, dayIn(s.zones[c], o.placedAt)
		}
		if n[2] > 0 {
			n[0], n[1] = 1, flag(isNew)
			if o.customer != 0 {
				s.visits = append(s.visits, visit{o.customer, cell, day})
			}
		}
		for _, sum := range []*recounted{
			entry(s.totals, recountedKey{cell, 0, o.currency}),
			entry(s.days, recountedKey{cell, day, o.currency}),
		} {
			for i := range n {
				sum[i] += n[i]
			}
		}
	}
	return fresh
}
