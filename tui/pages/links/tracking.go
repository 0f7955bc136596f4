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
	loader page.Loader[*version]
	filter model.Filter // what is asked for
	zone   *time.Location

	*version // what is shown, by other consoles too; its data is nil before the first answer

	shown shownSum // while there is a filter

	event        *model.Event // the one it was opened for, from the list of events
	unattributed bool         // those sales are shown
	width        int          // of the page as it was drawn last
	rowsTop      int          // the page's line on which the rows begin, for the mouse
	actions      []ui.Action
}

// NewTracking is the home page.
func NewTracking(s *page.Session) *Tracking {
	p := &Tracking{Base: page.NewBase(s), zone: time.UTC, version: &version{}}
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

// read makes the call of now. The rows of a version are made once for all consoles.
func (p *Tracking) read() page.Call[*version] {
	filter, columns, shared := p.filter, p.table.Columns, p.Shared
	slot := time.Time{}
	if p.wantsTrends() {
		slot = p.Now().Truncate(trendEvery)
	}
	return func(ctx context.Context, s page.Store, a model.Actor) (*version, error) {
		v := &version{filter: filter}
		var err error
		if v.stats, err = s.Stats(ctx, a, filter); err != nil {
			return nil, err
		}
		if !slot.IsZero() {
			if err := v.readTrends(ctx, s, a, shared, slot); err != nil {
				return nil, err
			}
		}
		build := func() (*version, error) {
			if v.events, err = s.Events(ctx, a); err != nil {
				return nil, err
			}
			v.build(columns)
			return v, nil
		}
		if v.stats.Version == 0 {
			return build()
		}
		return page.Share(shared, versionKey{a.Client, filter, v.trends != nil}, versionStamp{v.stats.Version, slot}, build)
	}
}

// trendEvery is how old sparklines may be: days move slowly, and reading them looks at
// every ticket of two weeks.
const trendEvery = 5 * time.Second

// trendWidth is the narrowest window in which there may be room for them.
const trendWidth = 125

// wantsTrends says whether there may be sparklines. They are of all events and days, so
// that a filter hides them.
func (p *Tracking) wantsTrends() bool { return p.width >= trendWidth && p.filter == (model.Filter{}) }

// take shows a new version of the data. Where it did without new sparklines, it is read
// again once they are too old: the last change of a busy hour must show in them too.
func (p *Tracking) take(v *version) tea.Cmd {
	p.version = v
	p.zone = model.Location(v.stats.Timezone)
	p.table.Columns[colTrend].Hidden = v.trends == nil
	p.table.Show(v.data)
	return tea.Batch(page.SayHidden(p.Session, &p.table, "link"), p.freshTrends(v), p.sumShown())
}

// freshTrends reads the sparklines again once they are too old.
func (p *Tracking) freshTrends(v *version) tea.Cmd {
	if v.trends == nil || v.fresh {
		return nil
	}
	return p.loader.After(v.trends.slot.Add(trendEvery).Sub(p.Now()))
}

// Made puts the cursor on a link that was created.
func (p *Tracking) Made(what, key string) {
	if what == "link" {
		p.table.Seek(key)
	}
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
	return p.sumShown()
}

// link is the one that the cursor is on or under; nil where there is none.
func (p *Tracking) link() *model.Link {
	r := p.table.Parent()
	if r == nil {
		return nil
	}
	return &r.link.Link
}
