package db

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"lastclick/model"
)

// Series is one link's clicks and orders over time, or for an empty code all the
// client's links'.
func (s *Store) Series(ctx context.Context, a model.Actor, code string, span model.Span) (model.Series, error) {
	slug, err := a.RequireClient(model.Viewer)
	if err != nil {
		return model.Series{}, err
	}
	if !slices.Contains(model.Spans, span) {
		return model.Series{}, model.Invalidf("span", "span %q must be 24h, 7d, 30d or all", model.Truncate(model.Clean(string(span)), 40))
	}
	s.awaitOwnClicks(ctx)
	return shared(ctx, s, slug, s.timed(seriesKey{code, span}), func(c *conn, _ model.Client, _ uint64) (model.Series, error) {
		cl, err := c.client(slug)
		if err != nil {
			return model.Series{}, err
		}
		var link int64
		if code != "" {
			l, err := c.link(slug, code)
			if err != nil {
				return model.Series{}, err
			}
			link = l.ID
		}
		return c.series(cl, link, span)
	})
}

const (
	clicksOfLink = `SELECT quarter, clicks, 0 FROM click_counts WHERE link_id = $1 AND quarter >= $2 AND quarter < $3 AND clicks > 0`
	clicksOfAll  = `SELECT k.quarter, CAST(sum(k.clicks) AS BIGINT), 0 FROM links l JOIN click_counts k ON k.link_id = l.id
		WHERE l.client_id = $1 AND k.quarter >= $2 AND k.quarter < $3 AND k.clicks > 0 GROUP BY 1`
)

// series counts a link's points (0: those of all the client's links).
func (c *conn) series(cl model.Client, link int64, span model.Span) (model.Series, error) {
	starts := spanStarts(c.s.now().In(cl.Location()), span)
	sr := model.Series{Span: span, Timezone: cl.Timezone, Points: make([]model.Point, len(starts)-1)}
	for i := range sr.Points {
		sr.Points[i].At = starts[i]
	}
	clicks, of := clicksOfLink, link
	if link == 0 {
		clicks, of = clicksOfAll, cl.ID
	}
	from, until := millis(starts[0]), millis(starts[len(starts)-1])
	if err := c.slots(starts, func(p int, n, _ int64) { sr.Points[p].Clicks += n }, clicks, of, quarterFrom(from), quarterFrom(until)); err != nil {
		return sr, err
	}
	if err := c.sales(cl, link, span, starts, sr.Points); err != nil {
		return sr, err
	}
	if span == model.All {
		for len(sr.Points) > 1 && sr.Points[0] == (model.Point{At: sr.Points[0].At}) {
			sr.Points = sr.Points[1:]
		}
	}
	return sr, nil
}

// slots counts the rows of a query by the points that their slots lie in.
func (c *conn) slots(starts []time.Time, add func(point int, n, orders int64), query string, args ...any) error {
	return c.each(func(r *sql.Rows) error {
		var at, n, orders int64
		if err := r.Scan(&at, &n, &orders); err != nil {
			return err
		}
		if p := pointOf(starts, at); p >= 0 {
			add(p, n, orders)
		}
		return nil
	}, query, args...)
}

// pointOf is the point that a slot lies in; -1 before the first one.
func pointOf(starts []time.Time, at int64) int {
	t := fromMillis(at * slot.Milliseconds())
	i, exact := slices.BinarySearchFunc(starts, t, time.Time.Compare)
	if !exact {
		i--
	}
	return min(i, len(starts)-2)
}

// spanStarts are when the points of a span begin, in now's timezone, and when the
// last one, which holds now, ends.
func spanStarts(now time.Time, span model.Span) []time.Time {
	if span == model.Day {
		return hourStarts(now, 24)
	}
	return dayStarts(now, map[model.Span]int{model.Week: 7, model.Month: 30, model.All: model.MaxSpanDays}[span])
}

// dayStarts are the last n days and when today ends. Days are 23 or 25 hours long
// where the clock is changed.
func dayStarts(now time.Time, n int) []time.Time {
	starts := make([]time.Time, n+1)
	for i := range starts {
		day := time.Date(now.Year(), now.Month(), now.Day()-n+1+i, 0, 0, 0, 0, time.UTC)
		starts[i] = model.StartOfDay(day, now.Location())
	}
	return starts
}

// hourStarts are the last n hours of the clock on the wall, and when this one ends.
func hourStarts(now time.Time, n int) []time.Time {
	starts := make([]time.Time, n+1)
	starts[n] = hourStart(hourStart(now).Add(time.Hour))
	for i := n - 1; i >= 0; i-- {
		starts[i] = hourStart(starts[i+1].Add(-1))
	}
	return starts
}

// hourStart is the last moment at which the minutes were 0, or the clock was
// changed.
func hourStart(t time.Time) time.Time {
	h := t.Add(-time.Duration(t.Minute())*time.Minute - time.Duration(t.Second())*time.Second - time.Duration(t.Nanosecond()))
	if changed, _ := t.ZoneBounds(); h.Before(changed) {
		return changed
	}
	return h
}
