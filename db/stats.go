package db

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"time"

	"lastclick/model"
)

// Stats is the client's Link Tracking page. Without days it reads the client's cells; for
// a range of days it counts the facts of the range.
func (s *Store) Stats(ctx context.Context, a model.Actor, f model.Filter) (model.Stats, error) {
	slug, err := a.RequireClient(model.Viewer)
	if err != nil {
		return model.Stats{}, err
	}
	s.awaitClicks(ctx)
	return read(ctx, s, func(c *conn) (model.Stats, error) {
		cl, err := c.client(slug)
		if err != nil {
			return model.Stats{}, err
		}
		d, err := c.statsData(cl, f)
		if err != nil {
			return model.Stats{}, err
		}
		return d.stats(cl, f), nil
	})
}

// statsData is what a Stats is made of.
type statsData struct {
	event int64 // 0 for all
	link  int64 // 0 for all
	links []model.Link
	sums  map[model.Bucket]*model.Sum
	types map[eventType]typeName
}

type eventType struct {
	event int64
	typ   string
}

type typeName struct{ event, name string }

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
	if d.types, err = c.typeNames(cl.ID); err != nil {
		return d, err
	}
	if from.IsZero() && until.IsZero() {
		d.sums, err = c.keptSums(cl.ID, d.link)
		return d, err
	}
	r := timeRange{bound(from, -1<<62), bound(until, 1<<62)}
	if err := c.rangeClicks(cl.ID, r, d.links); err != nil {
		return d, err
	}
	d.sums, err = c.rangeSums(cl.ID, r)
	return d, err
}

// timeRange is from the first millisecond to before the second.
type timeRange struct{ from, until int64 }

func bound(t time.Time, unbounded int64) int64 {
	if t.IsZero() {
		return unbounded
	}
	return millis(t)
}

// typeNames are the newest known names of the client's ticket types.
func (c *conn) typeNames(client int64) (map[eventType]typeName, error) {
	names := map[eventType]typeName{}
	err := c.each(func(r *sql.Rows) error {
		var k eventType
		var n typeName
		err := r.Scan(&k.event, &k.typ, &n.event, &n.name)
		names[k] = n
		return err
	}, `SELECT e.id, t.type, e.slug, t.name FROM events e JOIN ticket_types t ON t.event_id = e.id WHERE e.client_id = $1`, client)
	return names, err
}

// stats arranges the sums as the page shows them.
func (d statsData) stats(cl model.Client, f model.Filter) model.Stats {
	st := model.Stats{Client: cl.Slug, Event: optional(f.Event), From: optional(f.From), To: optional(f.To), Timezone: cl.Timezone}
	for _, l := range d.links {
		row := model.LinkStats{Link: l, TicketTypes: d.ticketTypes(l.ID)}
		if s := d.sums[model.Bucket{Client: cl.ID, Link: l.ID, Event: d.event}]; s != nil {
			row.Numbers = s.Numbers
		}
		st.Links = append(st.Links, row)
	}
	switch {
	case d.link == 0:
		if s := d.sums[model.Bucket{Client: cl.ID, Event: d.event}]; s != nil {
			st.Total = s.Numbers
		}
	case len(st.Links) > 0:
		st.Total = st.Links[0].Numbers
	}
	for _, reason := range model.UnattributedReasons {
		if s := d.sums[model.Bucket{Client: cl.ID, Reason: reason, Event: d.event}]; d.link == 0 && s != nil && s.Orders > 0 {
			st.Unattributed = append(st.Unattributed, model.ReasonStats{Reason: reason, Numbers: s.Numbers})
		}
	}
	return st
}

// ticketTypes are the rows below a link: those with a live ticket.
func (d statsData) ticketTypes(link int64) []model.TypeStats {
	list := []model.TypeStats{}
	for cell, s := range d.sums {
		if cell.Link != link || cell.Type == "" || d.event != 0 && cell.Event != d.event || s.Orders == 0 {
			continue
		}
		n := d.types[eventType{cell.Event, cell.Type}]
		list = append(list, model.TypeStats{Event: n.event, Type: cell.Type, Name: n.name, Numbers: s.Numbers})
	}
	slices.SortFunc(list, func(a, b model.TypeStats) int {
		return cmp.Or(cmp.Compare(a.Event, b.Event), cmp.Compare(a.Type, b.Type))
	})
	return list
}

// keptSums reads the client's cells, or one link's.
func (c *conn) keptSums(client, link int64) (map[model.Bucket]*model.Sum, error) {
	sums := map[model.Bucket]*model.Sum{}
	byID := map[int64]*model.Sum{}
	err := c.each(func(r *sql.Rows) error {
		var id int64
		cell := model.Bucket{Client: client}
		s := &model.Sum{}
		err := r.Scan(&id, &cell.Link, &cell.Reason, &cell.Event, &cell.Type, &s.Orders, &s.Customers, &s.NewCustomers, &s.Tickets, &s.Scanned)
		s.Unscanned = s.Tickets - s.Scanned
		sums[cell], byID[id] = s, s
		return err
	}, `SELECT id, link_id, reason, event_id, type, orders, customers, new_customers, tickets, scanned FROM cells
		WHERE client_id = $1 AND (link_id = $2 OR $2 = 0)`, client, link)
	if err != nil {
		return nil, err
	}
	err = c.each(func(r *sql.Rows) error {
		var id, live, face, refunded, refundedFace int64
		var currency string
		if err := r.Scan(&id, &currency, &live, &face, &refunded, &refundedFace); err != nil {
			return err
		}
		s := byID[id]
		if live > 0 {
			s.FaceValue.Add(currency, face)
		}
		if refunded > 0 {
			s.Refunded.Tickets += refunded
			s.Refunded.FaceValue.Add(currency, refundedFace)
		}
		return nil
	}, `SELECT m.cell_id, m.currency, m.live, m.face_value, m.refunded, m.refunded_face FROM cells c JOIN cell_money m ON m.cell_id = c.id
		WHERE c.client_id = $1 AND (c.link_id = $2 OR $2 = 0)`, client, link)
	return sums, err
}
