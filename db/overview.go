package db

import (
	"context"
	"slices"
	"time"

	"lastclick/model"
)

// overviewKey tells the overviews of a client apart.
type overviewKey model.Filter

// Overview is what the filter's days brought over all links, with the days before and a
// chart. It reads one cell of each day, whatever the number of links.
func (s *Store) Overview(ctx context.Context, a model.Actor, f model.Filter) (model.Overview, error) {
	slug, err := a.RequireClient(model.Viewer)
	if err != nil {
		return model.Overview{}, err
	}
	s.awaitOwnClicks(ctx)
	return shared(ctx, s, slug, s.timed(overviewKey(f)), func(c *conn, _ model.Client, _ uint64) (model.Overview, error) {
		cl, err := c.client(slug)
		if err != nil {
			return model.Overview{}, err
		}
		return c.overview(cl, f)
	})
}

// overviewOf says whose numbers are read.
type overviewOf struct {
	client      model.Client
	link, event int64 // 0 for all
	kept        bool  // the days are, in the client's timezone
}

func (c *conn) overview(cl model.Client, f model.Filter) (o model.Overview, err error) {
	of := overviewOf{client: cl}
	if _, _, err = f.Range(cl.Location()); err != nil {
		return o, err
	}
	if f.Event != "" {
		e, err := c.event(cl.Slug, f.Event)
		if err != nil {
			return o, err
		}
		of.event = e.ID
	}
	if f.Link != "" {
		l, err := c.link(cl.Slug, f.Link)
		if err != nil {
			return o, err
		}
		of.link = l.ID
	}
	if of.kept, err = c.hasDays(cl); err != nil {
		return o, err
	}
	now := c.s.now().In(cl.Location())
	o = model.Overview{From: optional(f.From), To: optional(f.To), Timezone: cl.Timezone}
	if o.Period, err = c.period(of, f); err != nil {
		return o, err
	}
	if before, _, ok := f.DaysBefore(now); ok {
		p, err := c.period(of, before)
		if err != nil {
			return o, err
		}
		o.Before = &model.Before{From: before.From, To: before.To, Period: p}
	}
	o.Unit, o.Points, err = c.overviewPoints(of, f, now)
	return o, err
}

// period counts the numbers of a filter that is valid.
func (c *conn) period(of overviewOf, f model.Filter) (p model.Period, err error) {
	from, until, err := f.Range(of.client.Location())
	if err != nil {
		return p, err
	}
	r := timeRange{bound(from, -1<<62), bound(until, 1<<62)}
	sums := newPageSums(of.event, nil)
	switch {
	case from.IsZero() && until.IsZero():
		err = c.sums(sums, nil, keptOfLink, of.client.ID, of.link, of.event)
	case of.kept:
		err = c.addDays(sums, daysOfLink, buyersOfLink, of.client.ID, of.link, daysOf(f))
	default:
		err = c.sumsOfFacts(sums, of.client.ID, of.link, r)
	}
	if err != nil {
		return p, err
	}
	if p.Numbers = sums.total.Numbers; of.link != 0 {
		p.Numbers = sums.link(of.link).Numbers
	}
	if from.IsZero() && until.IsZero() {
		err = c.row(totalOfAll, of.client.ID, of.link, of.event).Scan(&p.Clicks)
		return p, err
	}
	for _, piece := range clickPieces(quarterFrom(r.from), quarterFrom(r.until)) {
		query := totalOfQuarters
		if piece.query == clicksOfDays {
			query = totalOfDays
		}
		var n int64
		if err := c.row(query, of.client.ID, of.link, of.event, piece.from, piece.until).Scan(&n); err != nil {
			return p, err
		}
		p.Clicks += piece.sign * n
	}
	return p, nil
}

// The clicks of the links that a page shows: of all (0) or one, of all events (0) or one,
// which the links at client level track too.
const (
	sumOfClicks     = `SELECT CAST(COALESCE(sum(k.clicks), 0) AS BIGINT) FROM links l JOIN `
	ofShown         = ` k ON k.link_id = l.id WHERE l.client_id = $1 AND (l.id = $2 OR $2 = 0) AND (l.event_id IS NULL OR l.event_id = $3 OR $3 = 0)`
	totalOfAll      = sumOfClicks + `click_sums` + ofShown
	totalOfDays     = sumOfClicks + `click_days` + ofShown + ` AND k.day >= $4 AND k.day < $5`
	totalOfQuarters = sumOfClicks + `click_counts` + ofShown + ` AND k.quarter >= $4 AND k.quarter < $5`

	ticketsOfDays = `SELECT d.day, CAST(sum(d.tickets) AS BIGINT), CAST(sum(d.orders) AS BIGINT) FROM cells c JOIN cell_days d ON d.cell_id = c.id
		WHERE c.client_id = $1 AND c.link_id = $2 AND c.reason = '' AND c.event_id = $3 AND c.type = '' AND d.day >= $4 AND d.day <= $5 GROUP BY d.day`
	ticketsOfSlots = `SELECT s.placed_at / $1, count(*), count(DISTINCT s.order_id) FROM order_lists s JOIN tickets t ON t.order_id = s.order_id AND t.client_id = s.client_id
		WHERE s.client_id = $2 AND s.link_id = $3 AND (t.event_id = $4 OR $4 = 0) AND s.placed_at >= $5 AND s.placed_at < $6
		AND t.status = 'valid' AND t.link_id IS NOT NULL AND (t.link_id = s.link_id OR s.link_id = -1) GROUP BY 1`
)

// overviewPoints are the sales of the filter's days up to now. Clicks are not in them:
// consoles ask at every change, and a year of a client's links has millions of quarters.
func (c *conn) overviewPoints(of overviewOf, f model.Filter, now time.Time) (model.Unit, []model.Point, error) {
	starts := filterDays(f, now)
	if starts == nil {
		return model.PerDay, nil, nil
	}
	unit := model.PerDay // weeks are made of days
	if model.UnitOf(len(starts)-1) == model.PerHour {
		unit, starts = model.PerHour, hoursOf(starts, now)
	}
	points := make([]model.Point, len(starts)-1)
	for i := range points {
		points[i].At = starts[i]
	}
	if err := c.overviewSales(of, unit, starts, points); err != nil {
		return unit, nil, err
	}
	for f.From == "" && len(points) > 1 && points[0] == (model.Point{At: points[0].At}) {
		points = points[1:]
	}
	if f.From == "" && unit != model.PerHour && model.UnitOf(len(points)) == model.PerHour { // so young that hours say more
		f.From = points[0].At.Format(time.DateOnly)
		return c.overviewPoints(of, f, now)
	}
	if unit != model.PerHour && model.UnitOf(len(points)) == model.PerWeek {
		return model.PerWeek, model.ByWeek(points, of.client.Location()), nil
	}
	return unit, points, nil
}

func (c *conn) overviewSales(of overviewOf, unit model.Unit, starts []time.Time, points []model.Point) error {
	if of.kept && unit != model.PerHour {
		return c.daySales(starts, points, ticketsOfDays, of.client.ID, of.link, of.event)
	}
	list := of.link
	if list == 0 {
		list = listAll
	}
	return c.slotSales(starts, points, ticketsOfSlots, of.client.ID, list, of.event)
}

// filterDays are when the filter's days begin, up to today and at most MaxSpanDays of
// them, and when the last one ends; nil where all lie in the future.
func filterDays(f model.Filter, now time.Time) []time.Time {
	last := model.DayNumber(now)
	if to, err := time.Parse(time.DateOnly, f.To); err == nil {
		last = min(last, model.DayNumber(to))
	}
	n := int64(model.MaxSpanDays)
	if from, err := time.Parse(time.DateOnly, f.From); err == nil {
		n = min(n, last-model.DayNumber(from)+1)
	}
	if n < 1 {
		return nil
	}
	starts := make([]time.Time, n+1)
	for i := range starts {
		day := time.Date(1970, 1, 1+int(last-n)+1+i, 0, 0, 0, 0, time.UTC)
		starts[i] = model.StartOfDay(day, now.Location())
	}
	return starts
}

// hoursOf are the hours of the clock on the wall in some days, up to the one of now, and
// when the last one ends.
func hoursOf(days []time.Time, now time.Time) []time.Time {
	end := days[len(days)-1]
	if now.Before(end) {
		end = hourStart(hourStart(now).Add(time.Hour))
	}
	starts := []time.Time{end}
	for t := end; t.After(days[0]); {
		t = hourStart(t.Add(-1))
		starts = append(starts, t)
	}
	slices.Reverse(starts)
	return starts
}
