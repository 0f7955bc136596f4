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
	page.Loading[*version]
	table  ui.Table[row]
	filter model.Filter // what is asked for
	days   string       // the word that its days are from, such as 7d; empty: they are as they are

	*version // what is shown, by other consoles too; its data is nil before the first answer

	shown shownSum // while there is a filter

	event        *model.Event // the one it was opened for, from the list of events
	unattributed bool         // those sales are shown
	unmarking    bool         // marks on numbers that moved are going to end
	withArchived bool         // archived links are shown
	width, high  int          // of the page as it was drawn last
	rowsTop      int          // the page's line on which the rows begin, for the mouse
	actions      []ui.Action
	working      *progress // what is being done with marked links; nil: nothing
	preview      page.Preview[seen]
	cards        page.Cards
}

// NewTracking is the home page.
func NewTracking(s *page.Session) *Tracking {
	p := &Tracking{version: &version{}}
	p.Loading = page.NewLoading(s, p.read, p.take)
	p.table = ui.NewTable(s.Theme, (*row).key)
	p.table.Columns = p.columns()
	p.table.Children = func(r *row) []row { return p.types(r) }
	p.table.Search, p.table.Same = search, (*row).looksLike
	p.table.Hide = func(r *row) bool { return r.link.Link.Archived && !p.withArchived }
	p.table.Tight, p.table.Ranked, p.table.By = true, true, colTickets
	page.RememberSort(s, "links", &p.table)
	p.preview = page.NewPreview(p.Base, p.readPreview)
	p.actions = ui.InOrder(ui.Then(p.allActions(), p.look), often...) // the preview follows the cursor
	return p
}

// NewEventTracking is the page for one event, on top of the list of events.
func NewEventTracking(s *page.Session, event model.Event) *Tracking {
	p := NewTracking(s)
	p.event, p.filter.Event = &event, event.Slug
	return p
}

// Typing is true while the filter is typed.
func (p *Tracking) Typing() bool { return p.table.Filtering() }

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
func (p *Tracking) ShellCommands() []page.Args {
	return []page.Args{page.Args("stats").With(p.flags()...), "link list", "export links"}
}

// read makes the call of now. The rows of a version are made once for all consoles.
func (p *Tracking) read() page.Call[*version] {
	p.moveDays()
	filter, columns, shared := p.filter, p.table.Columns, p.Shared
	slot, cards := time.Time{}, p.showsCards(p.width, p.high)
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
			if cards {
				o, err := s.Overview(ctx, a, filter)
				if err != nil {
					return nil, err
				}
				v.overview = &o
			}
			v.build(columns)
			return v, nil
		}
		if v.stats.Version == 0 {
			return build()
		}
		return page.Share(shared, versionKey{a.Client, filter, v.trends != nil, cards}, versionStamp{v.stats.Version, slot}, build)
	}
}

// trendEvery is how old sparklines may be: days move slowly, and reading them looks at
// every ticket of two weeks.
const trendEvery = 5 * time.Second

// trendWidth is the narrowest window in which there may be room for them.
const trendWidth = 110

// wantsTrends says whether there may be sparklines. They are of all events and days, so
// that a filter hides them.
func (p *Tracking) wantsTrends() bool {
	return p.tableCells(p.width) >= trendWidth && p.filter == (model.Filter{}) && !p.hides("trend")
}

// take shows a new version of the data. Where it did without new sparklines, it is read
// again once they are too old: the last change of a busy hour must show in them too.
func (p *Tracking) take(v *version) tea.Cmd {
	before := p.version
	p.version = v
	p.Zone = model.Location(v.stats.Timezone)
	p.applyParts()
	var marks tea.Cmd
	if before.data != nil && before.filter == v.filter { // else nothing has moved: other sales are shown
		p.table.PinnedMoved(p.totalLabel(), &before.total, &v.total, p.Now())
		marks = page.ShowMoved(p.Base, &p.table, v.data, &p.unmarking)
	} else {
		p.table.Show(v.data)
	}
	return tea.Batch(marks, page.SayHidden(p.Session, &p.table, "link"), p.renew(), p.freshTrends(v), p.sumShown())
}

// freshTrends reads the sparklines again once they are too old.
func (p *Tracking) freshTrends(v *version) tea.Cmd {
	if v.trends == nil || v.fresh {
		return nil
	}
	return p.Loader.After(v.trends.slot.Add(trendEvery).Sub(p.Now()))
}

// Made puts the cursor on a link that was created.
func (p *Tracking) Made(what, key string) {
	if what == "link" {
		p.table.Seek(key)
	}
}

// refilter asks the store again; an answer to the filter before is stale.
func (p *Tracking) refilter() tea.Cmd { return p.Loader.Restart() }

// Update takes keys while the filter is typed, and the mouse.
func (p *Tracking) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case tea.KeyMsg:
		p.table.Type(m)
	case tea.MouseMsg:
		if page.BesideTable(m, p.width, p.previewCells(p.width)) {
			return nil
		}
		opened := page.TableMouse(&p.table, m, m.Y-p.rowsTop, p.Actions)
		return tea.Batch(opened, p.look(), p.sumShown())
	}
	return tea.Batch(p.look(), p.sumShown())
}

// Chosen is the link at the cursor; nil where there is none.
func (p *Tracking) Chosen() *model.Link { return p.link() }

// link is the one that the cursor is on or under; nil where there is none.
func (p *Tracking) link() *model.Link {
	r := p.table.Parent()
	if r == nil {
		return nil
	}
	return &r.link.Link
}
