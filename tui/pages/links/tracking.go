package links

import (
	"context"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/ui"
)

// Tracking is Link Tracking, the home page: one row a link, the ticket types
// underneath, the total at the very bottom.
type Tracking struct {
	page.Base
	table  ui.Table[row]
	loader page.Loader[version]
	filter model.Filter // what is asked for
	zone   *time.Location

	version                    // what is shown; its data is nil before the first answer
	latest  map[string][]int64 // the trends that were read last
	trended time.Time          // when

	event        *model.Event // the one it was opened for, from the list of events
	unattributed bool         // those sales are shown
	width        int          // of the page as it was drawn last
	rowsTop      int          // the page's line on which the rows begin, for the mouse
	actions      []ui.Action
}

// NewTracking is the home page.
func NewTracking(s *page.Session) *Tracking {
	p := &Tracking{Base: page.NewBase(s), zone: time.UTC}
	p.table = ui.NewTable(s.Theme, (*row).key)
	p.table.Columns = p.columns()
	p.table.Children = func(r *row) []row { return p.types(r) }
	p.table.Search, p.table.Same = search, (*row).looksLike
	p.table.Tight, p.table.Ranked, p.table.By = true, true, colTickets
	p.loader = page.NewLoader(p.Base, p.read, p.take)
	p.actions = p.allActions()
	return p
}

// NewEventTracking is the page for one event, on top of the list of events.
func NewEventTracking(s *page.Session, event model.Event) *Tracking {
	p := NewTracking(s)
	p.event, p.filter.Event = &event, event.Slug
	return p
}

// Start loads.
func (p *Tracking) Start() tea.Cmd { return p.Reload() }

// Reload loads again.
func (p *Tracking) Reload() tea.Cmd { return p.loader.Load() }

// Typing is true while the filter is typed.
func (p *Tracking) Typing() bool { return p.table.Filtering() }

// Notice says that the data is old.
func (p *Tracking) Notice() string { return p.loader.Notice(p.zone) }

// Slow says that data is long in coming.
func (p *Tracking) Slow() bool { return p.loader.Slow() }

// Crumbs is the way here.
func (p *Tracking) Crumbs() []string {
	if p.event != nil {
		return []string{model.Line(p.event.Name)}
	}
	return []string{"Live Stats", "Marketing", "Link Tracking"}
}

// Legend says what the columns count.
func (p *Tracking) Legend() [][2]string { return page.ColumnLegend() }

// ShellCommands give the same numbers.
func (p *Tracking) ShellCommands() []string {
	stats := "stats"
	for _, f := range [][2]string{{"event", p.filter.Event}, {"from", p.filter.From}, {"to", p.filter.To}} {
		if f[1] != "" {
			stats += " --" + f[0] + " " + f[1]
		}
	}
	return []string{stats, "link list", "export links"}
}

// read makes the call of now.
func (p *Tracking) read() page.Call[version] {
	filter, known, columns := p.filter, p.events, p.table.Columns
	trends, ask := p.wantTrends()
	return func(ctx context.Context, s page.Store, a model.Actor) (v version, err error) {
		v.filter, v.events, v.trends, v.fresh = filter, known, trends, ask
		if v.stats, err = s.Stats(ctx, a, filter); err != nil {
			return v, err
		}
		if known == nil || !namesAll(known, v.stats) {
			if v.events, err = s.Events(ctx, a); err != nil {
				return v, err
			}
		}
		if ask {
			if v.trends, err = s.Trends(ctx, a, trendDays); err != nil {
				return v, err
			}
		}
		v.build(columns)
		return v, nil
	}
}

// trendEvery is how old sparklines may be: days move slowly, and reading them looks at
// every ticket of two weeks.
const trendEvery = 5 * time.Second

// trendWidth is the narrowest window in which there may be room for them.
const trendWidth = 125

// wantTrends is the sparklines there are, and whether to ask for new ones. They are of
// all events and days, so that a filter hides them.
func (p *Tracking) wantTrends() (map[string][]int64, bool) {
	if p.width < trendWidth || p.filter != (model.Filter{}) {
		return nil, false
	}
	return p.latest, p.latest == nil || p.Now().Sub(p.trended) >= trendEvery
}

// namesAll says whether the known events hold all that the stats speak of.
func namesAll(known []model.Event, stats model.Stats) bool {
	names := make(map[string]bool, len(known))
	for i := range known {
		names[known[i].Slug] = true
	}
	for i := range stats.Links {
		l := &stats.Links[i]
		if l.Link.Event != nil && !names[*l.Link.Event] {
			return false
		}
		for j := range l.TicketTypes {
			if !names[l.TicketTypes[j].Event] {
				return false
			}
		}
	}
	return true
}

// take shows a new version of the data. Where it did without new sparklines, it is read
// again once they are too old: the last change of a busy hour must show in them too.
func (p *Tracking) take(v version) tea.Cmd {
	p.version = v
	p.zone = model.Location(v.stats.Timezone)
	p.table.Columns[colTrend].Hidden = v.trends == nil
	p.table.Show(v.data)
	switch {
	case v.fresh:
		p.latest, p.trended = v.trends, p.Now()
	case v.trends != nil:
		return p.loader.After(p.trended.Add(trendEvery).Sub(p.Now()))
	}
	return nil
}

// refilter asks the store again; an answer to the filter before is stale.
func (p *Tracking) refilter() tea.Cmd { return p.loader.Restart() }

// Update takes keys while the filter is typed, and the mouse.
func (p *Tracking) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case tea.KeyMsg:
		p.table.Type(m)
	case tea.MouseMsg:
		p.table.Mouse(m, m.Y-p.rowsTop)
	}
	return nil
}

// link is the one that the cursor is on or under; nil where there is none.
func (p *Tracking) link() *model.Link {
	r := p.table.Parent()
	if r == nil {
		return nil
	}
	return &r.link.Link
}
