package tui

import (
	"context"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
)

// linkTracking is the home page: one row a link, the ticket types underneath, the
// total at the very bottom.
type linkTracking struct {
	env     *env
	loading loading
	filter  model.Filter  // what is asked for
	covers  model.Filter  // what the data on screen was asked for by
	known   []model.Event // the events' names; read again when a new one appears
	loc     *time.Location
	lines   lines
	drawing *drawing
	trends  map[string][]int64 // tickets by day, for the sparklines
	trended time.Time          // when they were read

	event     *model.Event // the one it was opened for, from the list of events
	search    input
	searching bool // the filter is being typed
	reasons   bool // the unattributed sales are shown
	picking   bool // the events were asked for, to choose one
	width     int  // of the page as it was drawn last
	rowsTop   int  // the page's line on which the rows begin, for the mouse
}

// tracking is what the page loads; the command that loads it makes the sheet too,
// so that Update has little to do.
type tracking struct {
	filter model.Filter
	sheet  *sheet
	events []model.Event
	trends bool // they were read
}

func newLinkTracking(e *env) *linkTracking {
	return &linkTracking{env: e, loading: newLoading(e), loc: time.UTC, lines: newLines()}
}

// newEventLinks is the page for one event, on top of the list of events.
func newEventLinks(e *env, event model.Event) *linkTracking {
	p := newLinkTracking(e)
	p.event, p.filter.Event = &event, event.Slug
	return p
}

func (p *linkTracking) id() int64      { return p.loading.id() }
func (p *linkTracking) start() tea.Cmd { return p.reload() }
func (p *linkTracking) typing() bool   { return p.searching }
func (p *linkTracking) notice() string { return p.loading.notice(p.env, p.loc) }

func (p *linkTracking) crumbs() []string {
	if p.event != nil {
		return []string{clean(p.event.Name)}
	}
	return []string{"Live Stats", "Marketing", "Link Tracking"}
}

func (p *linkTracking) legend() [][2]string { return columnLegend() }

func (p *linkTracking) twins() []string {
	stats := "stats"
	if p.filter.Event != "" {
		stats += " --event " + p.filter.Event
	}
	if p.filter.From != "" {
		stats += " --from " + p.filter.From
	}
	if p.filter.To != "" {
		stats += " --to " + p.filter.To
	}
	return []string{stats, "link list", "export links"}
}

func (p *linkTracking) reload() tea.Cmd {
	c, ok := p.loading.begin()
	if !ok {
		return nil
	}
	return p.fetch(c, p.lines.sheet != nil)
}

// fetch reads the data; quietly where the same data, only older, is on screen.
func (p *linkTracking) fetch(c claim, quiet bool) tea.Cmd {
	e, filter, known := p.env, p.filter, p.known
	trends, ask := p.wantTrends()
	get := load(e, c, func(ctx context.Context, s model.Store, a model.Actor) (tracking, error) {
		stats, err := s.Stats(ctx, a, filter)
		if err != nil {
			return tracking{}, err
		}
		if known == nil || !namesAll(known, stats) {
			if known, err = s.Events(ctx, a); err != nil {
				return tracking{}, err
			}
		}
		if ask {
			if trends, err = s.Trends(ctx, a, trendDays); err != nil {
				return tracking{}, err
			}
		}
		sheet := newSheet(e.mark, stats, known)
		sheet.trends = trends
		return tracking{filter, sheet, known, ask}, nil
	})
	if quiet {
		return get
	}
	return tea.Batch(get, p.env.later(patience, slowMsg{c}))
}

// trendEvery is how old sparklines may be: days move slowly, and reading them looks
// at every ticket of two weeks.
const trendEvery = 5 * time.Second

// trendWidth is the narrowest window in which there may be room for them.
const trendWidth = 125

// wantTrends is the sparklines there are, and whether to ask for new ones. They are
// of all events and days, so that a filter hides them.
func (p *linkTracking) wantTrends() (map[string][]int64, bool) {
	if p.width < trendWidth || p.filter != (model.Filter{}) {
		return nil, false
	}
	return p.trends, p.trends == nil || p.env.now().Sub(p.trended) >= trendEvery
}

// trendLater reads again once the sparklines that an answer did without are too old,
// if nothing else does: the last change of a busy hour must show in them too.
func (p *linkTracking) trendLater(t tracking) tea.Cmd {
	if t.trends || t.sheet == nil || t.sheet.trends == nil {
		return nil
	}
	return p.env.later(p.trended.Add(trendEvery).Sub(p.env.now()), retryMsg{p.loading.newest})
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

func (p *linkTracking) update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case answer[tracking]:
		if !p.loading.end(m.claim, m.err, p.env.now()) {
			return nil
		}
		if m.err == nil {
			p.take(m.value)
		}
		return tea.Batch(p.loading.after(p.env, p.reload), p.trendLater(m.value))
	case slowMsg:
		p.loading.slowed(m)
	case retryMsg:
		if m.claim == p.loading.newest {
			return p.reload()
		}
	case answer[[]model.Event]:
		return p.chooseEvent(m)
	case pickedMsg:
		p.filter.Event = m.value
		return p.refilter()
	case daysMsg:
		p.filter.From, p.filter.To = m.from, m.to
		return p.refilter()
	case tea.KeyMsg:
		p.typed(m)
	case tea.MouseMsg:
		p.mouse(m)
	}
	return nil
}

// take shows a new version of the data.
func (p *linkTracking) take(t tracking) {
	p.covers, p.known = t.filter, t.events
	p.loc = zone(t.sheet.stats.Timezone)
	if t.trends {
		p.trends, p.trended = t.sheet.trends, p.env.now()
	}
	p.lines.show(t.sheet)
}

// refilter asks the store anew; an answer to the filter before is stale.
func (p *linkTracking) refilter() tea.Cmd { return p.fetch(p.loading.restart(), false) }

// typed takes a key while the filter is typed: every letter narrows the list.
func (p *linkTracking) typed(k tea.KeyMsg) {
	switch k.String() {
	case "enter", "tab":
		p.searching = false
	case "esc":
		p.searching, p.search = false, newInput("")
		p.lines.search("")
	case "up":
		p.lines.move(-1)
	case "down":
		p.lines.move(1)
	default:
		if p.search.key(k) {
			p.lines.search(p.search.value())
		}
	}
}

func (p *linkTracking) mouse(m tea.MouseMsg) {
	p.lines.move(3 * notch(m))
	if m.Button == tea.MouseButtonLeft && m.Action == tea.MouseActionPress {
		if i := m.Y - p.rowsTop; i >= 0 && i < p.lines.page {
			p.lines.move(p.lines.top + i - p.lines.at)
		}
	}
}

// askEvents loads the events to choose one from.
func (p *linkTracking) askEvents() tea.Cmd {
	p.picking = true
	return load(p.env, claim{owner: p.id()}, func(ctx context.Context, s model.Store, a model.Actor) ([]model.Event, error) {
		return s.Events(ctx, a)
	})
}

func (p *linkTracking) chooseEvent(m answer[[]model.Event]) tea.Cmd {
	if !p.picking {
		return nil
	}
	p.picking = false
	if m.err != nil {
		return fail(m.err)
	}
	return push(newPicker(p.env, p.id(), "Choose an event", eventChoices(allEvents, m.value), p.filter.Event))
}

// fail says an error in a toast.
func fail(err error) tea.Cmd { return say(failure, sentence(err)) }

// sortNext goes to the next of the columns that are on screen.
func (p *linkTracking) sortNext() {
	shown := p.shownColumns()
	for i, c := range shown {
		if c == p.lines.by {
			p.lines.sort(shown[(i+1)%len(shown)])
			return
		}
	}
	p.lines.sort(shown[0])
}

func (p *linkTracking) shownColumns() []columnID {
	if p.drawing == nil {
		return []columnID{colLink, colTickets}
	}
	return p.drawing.lay.shown
}

// period says the days that are shown.
func (p *linkTracking) period() string {
	switch f := p.covers; {
	case f.From == "" && f.To == "":
		return "all days"
	case f.From == "":
		return "until " + f.To
	case f.To == "":
		return "from " + f.From
	case f.From == f.To:
		return f.From
	default:
		return f.From + " to " + f.To
	}
}
