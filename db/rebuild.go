package db

import (
	"cmp"
	"context"
	"database/sql"
	"maps"
	"slices"

	"lastclick/model"
)

// What is kept of sales is counted from the facts in two cases: all of it when a
// database comes from schema 4, and the days of a client whose timezone has changed.
// Both read the orders in the order of their rows, which lie together, and add what they
// counted to the tables whenever it becomes too much to hold. So memory is bounded, and
// a place of a customer is added as an order that comes adds it.

const (
	rebuildOrders = 1_024   // that are read at once
	rebuildStays  = 1 << 20 // that are held before all that was counted is added to the tables
	rebuildChunk  = 1_024   // customers, or cells, that one statement changes
)

// rebuild counts from the facts.
type rebuild struct {
	*conn
	client    int64 // whose days are counted; 0 counts all sums of all clients
	calendars map[int64]*model.Calendar

	cells   []rebuiltCell
	cellsOf map[model.Bucket]int // by what they count; the index in cells

	totals map[rebuiltKey]*numbers // day 0
	days   map[rebuiltKey]*numbers
	stays  []rebuiltStay
}

type rebuiltCell struct {
	model.Bucket
	id int64 // its row; 0: not looked up yet
}

// rebuiltKey is a row of cell_sums or cell_days; cell is an index in cells.
type rebuiltKey struct {
	cell     int
	day      int64
	currency string
}

// rebuiltStay is an order of a customer with a live ticket in a cell. It is small, for
// there are some millions.
type rebuiltStay struct {
	customer  int64
	cell, day int32
}

// fillSums fills the tables that 0005.sql has made: the Go part of the migration to
// schema 5.
func fillSums(c *conn) error {
	for _, fill := range []string{`UPDATE clients SET days_timezone = timezone`, fillOverlaps} {
		if _, err := c.exec(fill); err != nil {
			return err
		}
	}
	r, err := newRebuild(c, 0)
	if err != nil {
		return err
	}
	last := int64(0)
	return r.count(c.ctx, func() ([]int64, error) {
		ids, err := r.ids(`SELECT id FROM orders WHERE id > $1 ORDER BY id LIMIT $2`, last, rebuildOrders)
		if err != nil || len(ids) == 0 {
			return nil, err
		}
		last = ids[len(ids)-1]
		_, err = r.exec(fillLists, ids[0], last)
		return ids, err
	})
}

// fillLists puts orders into the lists that their listed tickets put them in.
const fillLists = `INSERT INTO order_lists (client_id, link_id, placed_at, order_id)
	SELECT t.client_id, COALESCE(t.link_id, 0), o.placed_at, o.id FROM orders o JOIN tickets t ON t.order_id = o.id AND t.listed = 1 WHERE o.id >= $1 AND o.id <= $2
	UNION SELECT t.client_id, -1, o.placed_at, o.id FROM orders o JOIN tickets t ON t.order_id = o.id AND t.listed = 1 WHERE o.id >= $1 AND o.id <= $2`

// fillOverlaps counts the orders in which the winner took a live ticket by the last click
// while the loser, a link of the same client, was clicked before it, inside the window.
// Click times are whole seconds; within one the later place in the receipt was clicked
// later. SQLite keeps the order of a CROSS JOIN.
const fillOverlaps = `INSERT INTO link_overlaps (winner, loser, orders)
	WITH pairs AS MATERIALIZED (
		SELECT DISTINCT t.order_id, w.link_id AS winner, x.link_id AS loser
		FROM tickets t CROSS JOIN order_touches x CROSS JOIN order_touches w CROSS JOIN links l CROSS JOIN orders o
		WHERE x.order_id = t.order_id AND w.order_id = t.order_id AND l.id = x.link_id AND o.id = t.order_id
			AND t.status = 'valid' AND t.reason = 'last_click' AND x.link_id <> t.link_id AND w.link_id = t.link_id AND l.client_id = t.client_id AND o.test = 0
			AND (x.at < w.at OR x.at = w.at AND x.seq < w.seq) AND t.judged_placed_at - x.at < (t.window_s + 1) * 1000)
	SELECT winner, loser, count(*) FROM pairs GROUP BY winner, loser
	UNION ALL SELECT 0, loser, count(DISTINCT order_id) FROM pairs GROUP BY loser`

// newRebuild knows the timezones that the days are to have. Its statements cannot be
// cancelled, for watching a context at each would cost more than some of them; count asks
// between them.
func newRebuild(c *conn, client int64) (*rebuild, error) {
	c = &conn{ctx: context.WithoutCancel(c.ctx), db: c.db, s: c.s}
	r := &rebuild{
		conn: c, client: client, calendars: map[int64]*model.Calendar{}, cellsOf: map[model.Bucket]int{},
		totals: map[rebuiltKey]*numbers{}, days: map[rebuiltKey]*numbers{},
	}
	return r, c.each(func(rows *sql.Rows) error {
		var cl model.Client
		err := rows.Scan(&cl.ID, &cl.Timezone)
		r.calendars[cl.ID] = model.NewCalendar(cl.Location())
		return err
	}, `SELECT id, timezone FROM clients`)
}

// count counts the orders that next gives, until it gives none.
func (r *rebuild) count(ctx context.Context, next func() ([]int64, error)) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		orders, err := next()
		if err != nil {
			return err
		}
		if len(orders) == 0 {
			return r.flush()
		}
		if err := r.read(orders); err != nil {
			return err
		}
		if len(r.stays) > rebuildStays || len(r.days) > rebuildStays {
			if err := r.flush(); err != nil {
				return err
			}
		}
	}
}

var (
	rebuiltFacts = newSet("id bigint, client bigint", `SELECT o.id, o.placed_at, o.test, o.currency, COALESCE(o.customer_id, 0), CASE WHEN u.first_order = o.id AND o.returns = 0 THEN 1 ELSE 0 END,
			t.client_id, t.event_id, t.type, t.face_value, t.status, COALESCE(s.scanned, 0), COALESCE(t.link_id, 0), t.reason
		FROM r JOIN orders o ON o.id = r.id
			JOIN tickets t ON t.order_id = o.id
			LEFT JOIN customers u ON u.id = o.customer_id
			LEFT JOIN scans s ON s.checkout_id = t.checkout_id AND s.ticket_id = t.ticket_id
		WHERE r.client = 0 OR t.client_id = r.client ORDER BY o.id`)
	getPlaces = newSet("id bigint", `SELECT u.id, u.places FROM r JOIN customers u ON u.id = r.id`)
	putPlaces = newSet("id bigint, places bytea", `UPDATE customers SET places = r.places FROM r WHERE customers.id = r.id`)
)

// read counts the orders.
func (r *rebuild) read(orders []int64) error {
	values := make([]any, 0, 2*len(orders))
	for _, id := range orders {
		values = append(values, id, r.client)
	}
	var order, placedAt int64
	var state model.OrderState
	err := r.set(rebuiltFacts, values, func(rows scanner) error {
		var id, placed int64
		var next model.OrderState
		var t model.TicketState
		err := rows.Scan(&id, &placed, &next.Test, &next.Currency, &next.Customer, &next.New,
			&t.Client, &t.Event, &t.Type, &t.FaceValue, &t.Status, &t.Scanned, &t.Link, &t.Reason)
		if err != nil {
			return err
		}
		if id != order {
			r.add(state, placedAt)
			next.Tickets = state.Tickets[:0]
			order, placedAt, state = id, placed, next
		}
		state.Tickets = append(state.Tickets, t)
		return nil
	})
	if err != nil {
		return err
	}
	r.add(state, placedAt)
	return r.nameCells()
}

// add counts an order.
func (r *rebuild) add(o model.OrderState, placedAt int64) {
	for bucket, d := range model.Contribute(o) {
		cell := r.cell(bucket)
		day := r.calendars[bucket.Client].Day(placedAt)
		if r.client == 0 {
			entry(r.totals, rebuiltKey{cell, 0, o.Currency}).add(d, o.New, +1)
		}
		entry(r.days, rebuiltKey{cell, day, o.Currency}).add(d, o.New, +1)
		if o.Customer != 0 && d.Live > 0 {
			r.stays = append(r.stays, rebuiltStay{o.Customer, int32(cell), int32(day)})
		}
	}
}

func (r *rebuild) cell(b model.Bucket) int {
	n, ok := r.cellsOf[b]
	if !ok {
		n = len(r.cells)
		r.cells, r.cellsOf[b] = append(r.cells, rebuiltCell{Bucket: b}), n
	}
	return n
}

// nameCells finds the rows of the cells that were met since, or makes them.
func (r *rebuild) nameCells() error {
	var values []any
	for n := len(r.cells) - 1; n >= 0 && r.cells[n].id == 0; n-- {
		c := r.cells[n]
		values = append(values, c.Client, c.Link, string(c.Reason), c.Event, c.Type)
	}
	return r.set(findCells, values, func(rows scanner) error {
		var id int64
		var b model.Bucket
		err := rows.Scan(&id, &b.Client, &b.Link, &b.Reason, &b.Event, &b.Type)
		r.cells[r.cell(b)].id = id
		return err
	})
}

// flush adds to the tables what was counted, each table in the order of its key.
func (r *rebuild) flush() error {
	var totals, days []any
	for _, k := range r.sorted(r.totals) {
		totals = append(append(totals, r.cells[k.cell].id, k.currency), r.totals[k].columns()...)
	}
	for _, k := range r.sorted(r.days) {
		days = append(append(days, r.cells[k.cell].id, k.day, k.currency), r.days[k].columns()...)
	}
	if err := r.set(addSums, totals, nil); err != nil {
		return err
	}
	if err := r.set(addDays, days, nil); err != nil {
		return err
	}
	clear(r.totals)
	clear(r.days)
	return r.flushStays()
}

func (r *rebuild) sorted(rows map[rebuiltKey]*numbers) []rebuiltKey {
	return slices.SortedFunc(maps.Keys(rows), func(a, b rebuiltKey) int {
		return cmp.Or(cmp.Compare(r.cells[a.cell].id, r.cells[b.cell].id), cmp.Compare(a.day, b.day), cmp.Compare(a.currency, b.currency))
	})
}

// flushStays adds the stays to the places of their customers, and the customers to their
// cells and days.
func (r *rebuild) flushStays() error {
	slices.SortFunc(r.stays, func(a, b rebuiltStay) int {
		return cmp.Or(cmp.Compare(a.customer, b.customer), cmp.Compare(a.cell, b.cell), cmp.Compare(a.day, b.day))
	})
	grown, buyers := map[int64]int64{}, map[buyerKey]int64{}
	for rest := r.stays; len(rest) > 0; {
		chunk := chunkOfStays(rest)
		rest = rest[len(chunk):]
		if err := r.addStays(chunk, grown, buyers); err != nil {
			return err
		}
	}
	r.stays = r.stays[:0]
	var cells, rows []any
	if r.client == 0 {
		for _, cell := range slices.Sorted(maps.Keys(grown)) {
			cells = append(cells, cell, grown[cell])
		}
	}
	for _, k := range slices.SortedFunc(maps.Keys(buyers), compareBuyers) {
		if n := buyers[k]; n != 0 {
			rows = append(rows, k.cell, k.day, k.before, n)
		}
	}
	if err := r.set(growCells, cells, nil); err != nil {
		return err
	}
	return r.set(addBuyers, rows, nil)
}

// chunkOfStays are all stays of the first customers.
func chunkOfStays(stays []rebuiltStay) []rebuiltStay {
	customers := 0
	for i := range stays {
		if i > 0 && stays[i].customer == stays[i-1].customer {
			continue
		}
		if customers == rebuildChunk {
			return stays[:i]
		}
		customers++
	}
	return stays
}

// addStays adds the stays, which are sorted, to the places of their customers.
func (r *rebuild) addStays(stays []rebuiltStay, grown map[int64]int64, buyers map[buyerKey]int64) error {
	var ids []any
	for i, s := range stays {
		if i == 0 || s.customer != stays[i-1].customer {
			ids = append(ids, s.customer)
		}
	}
	kept, err := r.keptPlaces(ids)
	if err != nil {
		return err
	}
	for len(stays) > 0 {
		first, n := stays[0], 1
		for n < len(stays) && stays[n] == first {
			n++
		}
		cell, more := r.cells[first.cell].id, int64(0)
		kept[first.customer], more = kept[first.customer].add(cell, int64(first.day), int64(n), func(b buyerDay, customers int64) {
			buyers[buyerKey{cell, b}] += customers
		})
		grown[cell] += more
		stays = stays[n:]
	}
	var values []any
	for _, id := range ids {
		values = append(values, id, kept[id.(int64)].encode())
	}
	return r.set(putPlaces, values, nil)
}

func (c *conn) keptPlaces(customers []any) (map[int64]places, error) {
	kept := map[int64]places{}
	return kept, c.set(getPlaces, customers, func(rows scanner) error {
		var id int64
		var text []byte
		if err := rows.Scan(&id, &text); err != nil {
			return err
		}
		list, err := parsePlaces(text)
		kept[id] = list
		return err
	})
}
