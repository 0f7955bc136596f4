package links

import (
	"context"
	"maps"
	"slices"
	"time"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/ui"
)

// row is a line of the Link Tracking table: a link, a ticket type under it, or what is
// pinned at the bottom.
type row struct {
	link  *model.LinkStats // nil for what is pinned
	typ   *model.TypeStats // of a ticket type
	label string           // of what is pinned
	event string           // the name of the event that the row is about
	share string           // of the link's tickets, on its page
	twin  bool             // another ticket type of the link, of another event, has its title
	trend []int64          // live tickets on each of the last days
	model.Numbers
	clicks int64 // below zero: not counted for this row
}

const noClicks = -1

// key tells rows apart: by the link's code, and under it by event and ticket type.
func (r *row) key() string {
	if r.typ != nil {
		return r.typ.Event + "\n" + r.typ.Type
	}
	return r.link.Link.Code
}

// pinned says whether the row is no link's: it has a label.
func (r *row) pinned() bool { return r.link == nil }

// code is the link's, which its ticket types do not repeat.
func (r *row) code() string {
	if r.link == nil || r.typ != nil {
		return ""
	}
	return r.link.Link.Code
}

// title is what a ticket type is called.
func title(t *model.TypeStats) string {
	if t.Name != "" {
		return t.Name
	}
	return t.Type
}

// looksLike says whether two versions of a row are drawn alike.
func (r *row) looksLike(o *row) bool {
	switch {
	case (r.typ == nil) != (o.typ == nil), r.event != o.event, r.twin != o.twin, r.clicks != o.clicks, !slices.Equal(r.trend, o.trend):
		return false
	case r.typ != nil && (title(r.typ) != title(o.typ) || (r.link.Link.Event == nil) != (o.link.Link.Event == nil)):
		return false
	case r.typ == nil && (r.link.Link.Name != o.link.Link.Name || r.link.Link.Archived != o.link.Link.Archived ||
		(len(r.link.TicketTypes) > 0) != (len(o.link.TicketTypes) > 0)):
		return false
	}
	a, b := r.Numbers, o.Numbers
	faces := maps.Equal(a.FaceValue, b.FaceValue)
	a.FaceValue, b.FaceValue = nil, nil
	return faces && a.Customers == b.Customers && a.NewCustomers == b.NewCustomers && a.Orders == b.Orders &&
		a.Tickets == b.Tickets && a.Scanned == b.Scanned && a.Unscanned == b.Unscanned
}

// version is one version of what the page shows. Consoles share it, so it is not
// changed once it is built.
type version struct {
	filter model.Filter // what it was asked for by
	stats  model.Stats
	events []model.Event
	names  map[string]string // the events' names by slug
	trends *trends           // nil without sparklines
	fresh  bool              // they are no older than the stats

	overview *model.Overview // of the period; nil without cards
	data     *ui.Data[row]
	total    row
	apart    bool  // no two links share a customer or an order
	reasons  []row // what no link is credited with

	archived     int  // links
	archivedSold bool // or were clicked: they are in the total
}

// versionKey and versionStamp say which versions are the same.
type (
	versionKey struct {
		client string
		filter model.Filter
		trends bool
		cards  bool
	}
	versionStamp struct {
		stats  uint64
		trends time.Time // their slot
	}
)

// trends are the sparklines of a client's links, which all consoles read once in a slot of
// time.
type trends struct {
	days map[string][]int64 // by code
	slot time.Time          // its beginning
	of   uint64             // the version of the stats that they were read after
}

type trendsKey string // a client

func (v *version) readTrends(ctx context.Context, s page.Store, a model.Actor, shared *page.Shared, slot time.Time) (err error) {
	mine := false
	v.trends, err = page.Share(shared, trendsKey(a.Client), slot, func() (*trends, error) {
		mine = true
		days, err := s.Trends(ctx, a, trendDays)
		return &trends{days, slot, v.stats.Version}, err
	})
	v.fresh = mine || err == nil && v.trends.of >= max(v.stats.Version, 1)
	return err
}

// build makes the rows; it runs where the data is loaded, so that Update has little to
// do.
func (v *version) build(columns []ui.Column[row]) {
	v.names = model.NamesOf(nil, v.events).Events
	rows := make([]row, len(v.stats.Links))
	v.total, v.apart = row{Numbers: v.stats.Total}, v.stats.Apart()
	for i := range v.stats.Links {
		l := &v.stats.Links[i]
		event := allEvents
		if l.Link.Event != nil {
			event = page.NameOr(v.names, *l.Link.Event)
		}
		var trend []int64
		if v.trends != nil {
			trend = v.trends.days[l.Link.Code]
		}
		rows[i] = row{link: l, event: event, trend: trend, Numbers: l.Numbers, clicks: l.Link.Clicks}
		v.total.clicks += l.Link.Clicks
		if l.Link.Archived {
			v.archived++
			v.archivedSold = v.archivedSold || l.Orders > 0 || l.Link.Clicks > 0
		}
	}
	for _, u := range v.stats.Unattributed {
		v.reasons = append(v.reasons, row{label: u.Reason.Label(), Numbers: u.Numbers, clicks: noClicks})
	}
	v.data = ui.NewData(columns, rows, append([]row{v.total}, v.reasons...)...)
}

// types are the ticket types under a link.
func (v *version) types(r *row) []row {
	if r.typ != nil {
		return nil
	}
	rows := make([]row, len(r.link.TicketTypes))
	for i := range r.link.TicketTypes {
		t := &r.link.TicketTypes[i]
		twin := slices.ContainsFunc(r.link.TicketTypes, func(o model.TypeStats) bool { return o.Event != t.Event && title(&o) == title(t) })
		rows[i] = row{link: r.link, typ: t, twin: twin, event: page.NameOr(v.names, t.Event), Numbers: t.Numbers, clicks: noClicks}
	}
	return rows
}
