package db

import (
	"context"
	"database/sql"
	"time"

	"lastclick/model"
)

// A chart counts the live tickets of links, and their orders. Those of a day are in the
// sums of days; hours, and days of a timezone that these do not have yet, are counted
// from the facts.
const (
	salesOfDays = `SELECT d.day, CAST(sum(d.tickets) AS BIGINT), CAST(sum(d.orders) AS BIGINT) FROM cells c JOIN cell_days d ON d.cell_id = c.id
		WHERE c.client_id = $1 AND c.link_id = $2 AND c.reason = '' AND c.event_id = 0 AND c.type = '' AND d.day >= $3 AND d.day <= $4 GROUP BY d.day`
	trendsOfDays = `SELECT l.code, d.day, d.tickets FROM cells c JOIN cell_days d ON d.cell_id = c.id JOIN links l ON l.id = c.link_id
		WHERE c.client_id = $1 AND c.event_id = 0 AND c.type = '' AND d.day >= $2 AND d.day <= $3 AND d.tickets > 0`

	// A test order's tickets are credited to no link (R9), so that live tickets with a
	// link are of real orders.
	salesOfSlots = `SELECT s.placed_at / $1, count(*), count(DISTINCT s.order_id) FROM order_lists s JOIN tickets t ON t.order_id = s.order_id AND t.client_id = s.client_id
		WHERE s.client_id = $2 AND s.link_id = $3 AND s.placed_at >= $4 AND s.placed_at < $5 AND t.status = 'valid' AND t.link_id IS NOT NULL AND (t.link_id = s.link_id OR s.link_id = -1) GROUP BY 1`
	trendsOfSlots = `SELECT l.code, s.placed_at / $1, count(*) FROM order_lists s JOIN tickets t ON t.order_id = s.order_id AND t.client_id = s.client_id JOIN links l ON l.id = t.link_id
		WHERE s.client_id = $2 AND s.link_id = -1 AND s.placed_at >= $3 AND s.placed_at < $4 AND t.status = 'valid' GROUP BY 1, 2`
)

// sales adds a link's sales (0: those of all links) to the points that begin at starts.
func (c *conn) sales(cl model.Client, link int64, span model.Span, starts []time.Time, points []model.Point) error {
	kept, err := c.hasDays(cl)
	if err != nil {
		return err
	}
	if kept && span != model.Day {
		return c.daySales(starts, points, salesOfDays, cl.ID, link)
	}
	list := link
	if link == 0 {
		list = listAll
	}
	return c.slotSales(starts, points, salesOfSlots, cl.ID, list)
}

// daySales fills in the tickets and orders of points that are days: the query gives them by
// day, behind of between the first and the last.
func (c *conn) daySales(starts []time.Time, points []model.Point, query string, of ...any) error {
	first := firstDayOf(starts)
	return c.each(func(r *sql.Rows) error {
		var day, tickets, orders int64
		err := r.Scan(&day, &tickets, &orders)
		points[day-first].Tickets, points[day-first].Orders = tickets, orders
		return err
	}, query, append(of, first, first+int64(len(points))-1)...)
}

// slotSales adds tickets and orders to the points that begin at starts: the query gives them
// by slot, whose length comes before of, and the first and the last moment behind it.
func (c *conn) slotSales(starts []time.Time, points []model.Point, query string, of ...any) error {
	args := append([]any{slot.Milliseconds()}, of...)
	return c.slots(starts, func(p int, tickets, orders int64) {
		points[p].Tickets += tickets
		points[p].Orders += orders // an order lies in one slot: they add up
	}, query, append(args, millis(starts[0]), millis(starts[len(starts)-1]))...)
}

// firstDayOf is the number of the day of the first of some points, which are days and
// end with today. It is counted from today, for a day may be missing in a timezone.
func firstDayOf(starts []time.Time) int64 {
	points := len(starts) - 1
	return model.DayNumber(starts[points-1]) - int64(points) + 1
}

// Trends are the live tickets of each link on each of the last days, today last;
// links without any are left out.
func (s *Store) Trends(ctx context.Context, a model.Actor, days int) (map[string][]int64, error) {
	slug, err := a.RequireClient(model.Viewer)
	if err != nil {
		return nil, err
	}
	if days < 1 || days > model.MaxSpanDays {
		return nil, model.Invalidf("days", "days must be 1 to %d", model.MaxSpanDays)
	}
	return shared(ctx, s, slug, s.timed(trendsKey(days)), func(c *conn, _ model.Client, _ uint64) (map[string][]int64, error) {
		cl, err := c.client(slug)
		if err != nil {
			return nil, err
		}
		return c.trends(cl, dayStarts(s.now().In(cl.Location()), days))
	})
}

func (c *conn) trends(cl model.Client, starts []time.Time) (map[string][]int64, error) {
	kept, err := c.hasDays(cl)
	if err != nil {
		return nil, err
	}
	days := int64(len(starts) - 1)
	first := firstDayOf(starts)
	point := func(day int64) int64 { return day - first }
	query, args := trendsOfDays, []any{cl.ID, first, first + days - 1}
	if !kept {
		point = func(at int64) int64 { return int64(pointOf(starts, at)) }
		query, args = trendsOfSlots, []any{slot.Milliseconds(), cl.ID, millis(starts[0]), millis(starts[days])}
	}
	trends := map[string][]int64{}
	err = c.each(func(r *sql.Rows) error {
		var code string
		var at, n int64
		if err := r.Scan(&code, &at, &n); err != nil {
			return err
		}
		if trends[code] == nil {
			trends[code] = make([]int64, days)
		}
		if p := point(at); p >= 0 {
			trends[code][p] += n
		}
		return nil
	}, query, args...)
	return trends, err
}
