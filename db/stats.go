package db

import (
	"context"
	"database/sql"
	"time"

	"lastclick/model"
)

// Stats is the client's Link Tracking page. It reads the sums of all time, or adds up
// those of days. It is shared: see pages.go.
func (s *Store) Stats(ctx context.Context, a model.Actor, f model.Filter) (model.Stats, error) {
	slug, err := a.RequireClient(model.Viewer)
	if err != nil {
		return model.Stats{}, err
	}
	s.awaitOwnClicks(ctx)
	return shared(ctx, s, slug, f, func(c *conn, cl model.Client, version uint64) (model.Stats, error) {
		d, err := c.statsData(cl, f)
		if err != nil {
			return model.Stats{}, err
		}
		st := d.stats(cl, f)
		st.Version = version
		return st, nil
	})
}

// statsData is what a Stats is made of.
type statsData struct {
	event int64 // 0 for all
	link  int64 // 0 for all
	links []model.Link
	sums  *pageSums
}

type eventType struct {
	event int64
	typ   string
}

// typeNames are the newest known names of ticket types, and the slugs of their events.
type typeNames map[eventType]typeName

type typeName struct{ event, typ, name string }

func (c *conn) statsData(cl model.Client, f model.Filter) (d statsData, err error) {
	from, until, err := f.Range(cl.Location())
	if err != nil {
		return d, err
	}
	slug := ""
	if f.Event != "" {
		e, err := c.event(cl.Slug, f.Event)
		if err != nil {
			return d, err
		}
		d.event, slug = e.ID, e.Slug
	}
	if f.Link != "" {
		l, err := c.link(cl.Slug, f.Link)
		if err != nil {
			return d, err
		}
		d.link = l.ID
	}
	links, err := c.links(cl.ID)
	if err != nil {
		return d, err
	}
	for _, l := range links {
		if (d.link == 0 || l.ID == d.link) && (slug == "" || l.Event == nil || *l.Event == slug) {
			d.links = append(d.links, l)
		}
	}
	names, err := c.typeNames(cl.ID)
	if err != nil {
		return d, err
	}
	d.sums = newPageSums(d.event, names)
	if from.IsZero() && until.IsZero() {
		return d, c.keptSums(d.sums, cl.ID, d.link)
	}
	r := timeRange{bound(from, -1<<62), bound(until, 1<<62)}
	if err := c.rangeClicks(cl.ID, r, d.links); err != nil {
		return d, err
	}
	kept, err := c.hasDays(cl)
	switch {
	case err != nil:
		return d, err
	case kept:
		return d, c.sumsOfDays(d.sums, cl.ID, d.link, daysOf(f))
	}
	return d, c.sumsOfFacts(d.sums, cl.ID, d.link, r)
}

// daysOf are the days of a filter that is valid.
func daysOf(f model.Filter) dayRange {
	r := allDays
	if from, err := time.Parse(time.DateOnly, f.From); err == nil {
		r.from = model.DayNumber(from)
	}
	if to, err := time.Parse(time.DateOnly, f.To); err == nil {
		r.to = model.DayNumber(to)
	}
	return r
}

// timeRange is from the first millisecond to before the second.
type timeRange struct{ from, until int64 }

func bound(t time.Time, unbounded int64) int64 {
	if t.IsZero() {
		return unbounded
	}
	return millis(t)
}

func (c *conn) typeNames(client int64) (typeNames, error) {
	names := typeNames{}
	err := c.each(func(r *sql.Rows) error {
		var k eventType
		var n typeName
		err := r.Scan(&k.event, &k.typ, &n.event, &n.name)
		n.typ = k.typ
		names[k] = n
		return err
	}, `SELECT e.id, t.type, e.slug, t.name FROM events e JOIN ticket_types t ON t.event_id = e.id WHERE e.client_id = $1`, client)
	return names, err
}

// stats arranges the sums as the page shows them.
func (d statsData) stats(cl model.Client, f model.Filter) model.Stats {
	st := model.Stats{Client: cl.Slug, Event: optional(f.Event), From: optional(f.From), To: optional(f.To), Timezone: cl.Timezone}
	st.Links = make([]model.LinkStats, 0, len(d.links))
	for _, l := range d.links {
		s := d.sums.link(l.ID)
		row := model.LinkStats{Link: l, Numbers: s.Numbers, TicketTypes: s.types}
		if row.TicketTypes == nil {
			row.TicketTypes = []model.TypeStats{}
		}
		st.Links = append(st.Links, row)
	}
	switch {
	case d.link == 0:
		st.Total = d.sums.total.Numbers
	case len(st.Links) > 0:
		st.Total = st.Links[0].Numbers
	}
	for _, reason := range model.UnattributedReasons {
		if s := d.sums.reasons[reason]; s != nil && s.Orders > 0 {
			st.Unattributed = append(st.Unattributed, model.ReasonStats{Reason: reason, Numbers: s.Numbers})
		}
	}
	return st
}
