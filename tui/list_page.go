package tui

import (
	"context"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
)

// listPage is a page that is a list: it loads, waits, fails and filters in the one
// way that all lists do. A page made of it says what is read and what keys do.
type listPage[T any] struct {
	list[T]
	loading   loading
	loaded    bool
	loc       *time.Location
	one, many string               // what a row is called
	query     func() reading[T]    // what is read now; made by Update, run elsewhere
	about     func() string        // what the list covers
	total     func() string        // how much it holds; nil: so many rows
	none      func(w int) []string // says why there is no row, and what to do
	arrived   func(rows []T) []T   // what of new data is shown; nil: all
	rowsTop   int                  // the line on which the rows begin, for the mouse
}

// reading is a call of the store that fills a list.
type reading[T any] func(ctx context.Context, s model.Store, a model.Actor) (listData[T], error)

// listData is what a list loads; a nil loc is UTC.
type listData[T any] struct {
	rows []T
	loc  *time.Location
}

func newListPage[T any](e *env, one, many string, key func(*T) string) listPage[T] {
	return listPage[T]{
		list:    list[T]{env: e, by: -1, page: 1, key: key},
		loading: newLoading(e), loc: time.UTC, one: one, many: many,
	}
}

func (p *listPage[T]) id() int64           { return p.loading.id() }
func (p *listPage[T]) start() tea.Cmd      { return p.reload() }
func (p *listPage[T]) typing() bool        { return p.searching }
func (p *listPage[T]) notice() string      { return p.loading.notice(p.env, p.loc) }
func (p *listPage[T]) legend() [][2]string { return nil }

func (p *listPage[T]) reload() tea.Cmd {
	c, ok := p.loading.begin()
	if !ok {
		return nil
	}
	return p.fetch(c, p.loaded)
}

// anew reads what another filter asks for; an answer to the one before is stale.
func (p *listPage[T]) anew() tea.Cmd { return p.fetch(p.loading.restart(), false) }

func (p *listPage[T]) fetch(c claim, quiet bool) tea.Cmd {
	get := load(p.env, c, p.query())
	if quiet {
		return get
	}
	return tea.Batch(get, p.env.later(patience, slowMsg{c}))
}

func (p *listPage[T]) update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case answer[listData[T]]:
		if !p.loading.end(m.claim, m.err, p.env.now()) {
			return nil
		}
		if m.err == nil {
			p.take(m.value)
		}
		return p.loading.after(p.env, p.reload)
	case slowMsg:
		p.loading.slowed(m)
	case retryMsg:
		if m.claim == p.loading.newest {
			return p.reload()
		}
	case tea.KeyMsg:
		p.typed(m)
	case tea.MouseMsg:
		p.mouse(m)
	}
	return nil
}

func (p *listPage[T]) take(d listData[T]) {
	p.loaded = true
	if p.loc = d.loc; p.loc == nil {
		p.loc = time.UTC
	}
	if p.arrived != nil {
		d.rows = p.arrived(d.rows)
	}
	p.put(d.rows)
}

func (p *listPage[T]) mouse(m tea.MouseMsg) {
	p.move(3 * notch(m))
	if m.Button == tea.MouseButtonLeft && m.Action == tea.MouseActionPress {
		if i := m.Y - p.rowsTop; i >= 0 && p.top+i < len(p.order) {
			p.move(p.top + i - p.at)
		}
	}
}

func (p *listPage[T]) view(w, h int) []string {
	e := p.env
	switch {
	case p.loaded && len(p.rows) > 0:
	case p.loaded:
		return p.none(w)
	case p.loading.err != nil:
		return e.message(w, "The "+p.many+" cannot be shown.", sentence(p.loading.err)+".", "R tries again.")
	case p.loading.slow:
		return e.message(w, "Loading"+e.mark.cut)
	default:
		return nil
	}
	p.lay(w)
	lines := []string{p.status(w)}
	if h >= roomyHeight {
		lines = append(lines, "")
	}
	lines = append(lines, p.header())
	p.rowsTop = len(lines)
	if len(p.order) == 0 {
		return append(lines, e.message(w, "Nothing matches “"+p.search.value()+"”.", "Press esc to clear the filter.")...)
	}
	return append(lines, p.window(h-len(lines))...)
}

// status says what the list covers, or the filter that is being typed.
func (p *listPage[T]) status(w int) string {
	e := p.env
	count := plural(int64(len(p.rows)), p.one, p.many)
	if p.total != nil {
		count = p.total()
	}
	if p.filtered() {
		count = model.FormatCount(int64(len(p.order))) + "/" + model.FormatCount(int64(len(p.rows))) + " shown"
	}
	if p.loading.slow {
		count = "loading" + e.mark.cut
	}
	if p.searching || p.filtered() {
		room := max(w-width(count)-8, 10)
		return spread(" "+e.ink.accent.on("/ ")+p.search.view(e, room, p.searching), count+" ", w)
	}
	about := ""
	if p.about != nil {
		about = e.cut(p.about(), max(w-width(count)-6, 10))
	}
	if p.by >= 0 {
		sorted := count + " " + e.mark.dot + " sorted by " + p.columns[p.by].title + " " + p.mark()
		if width(about)+width(sorted)+6 < w {
			count = sorted
		}
	}
	return spread(" "+about, e.ink.faint.on(count)+" ", w)
}

// clientZone is the timezone of the client that is worked on.
func clientZone(ctx context.Context, s model.Store, a model.Actor) (*time.Location, error) {
	if a.Client == "" {
		return time.UTC, nil
	}
	c, err := s.Client(ctx, a, a.Client)
	return c.Location(), err
}

// stamp writes when something was, shorter where it was lately; an empty one never.
func (e *env) stamp(t *time.Time, loc *time.Location) string {
	if t == nil {
		return "never"
	}
	return e.moment(*t, loc)
}

// moment is a time of day for today, else the day too.
func (e *env) moment(t time.Time, loc *time.Location) string {
	t, now := t.In(loc), e.now().In(loc)
	switch {
	case t.Format(time.DateOnly) == now.Format(time.DateOnly):
		return t.Format("15:04:05")
	case t.Year() == now.Year():
		return t.Format("2 Jan 15:04")
	}
	return t.Format("2 Jan 2006")
}

// always is a query that is the same every time.
func always[T any](r reading[T]) func() reading[T] { return func() reading[T] { return r } }

// inClient is a call whose answer is shown in the client's timezone.
func inClient[T any](call func(context.Context, model.Store, model.Actor) ([]T, error)) reading[T] {
	return func(ctx context.Context, s model.Store, a model.Actor) (d listData[T], err error) {
		if d.rows, err = call(ctx, s, a); err != nil {
			return d, err
		}
		d.loc, err = clientZone(ctx, s, a)
		return d, err
	}
}
