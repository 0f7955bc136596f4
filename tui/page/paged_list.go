package page

import (
	"context"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/ui"
)

const (
	pagedStep = 200  // rows that are read at first, and more each time the cursor nears an end
	pagedMost = 1000 // rows that are held at most
	// typingRest is how long a search waits for the next letter.
	typingRest = 150 * time.Millisecond
)

// PagedList is a ListPage over a list that may be long: the store sorts it, searches it and
// says how many there are, and the page holds a window of it around the cursor. At the top
// it is live; towards an end it reads on by itself.
type PagedList[T any] struct {
	ListPage[T]
	Fetch func(ctx context.Context, s Store, a model.Actor, q Query) (model.Listing[T], error)
	Place func(row *T, q Query) string // the row's place, as a cursor of a list that is sorted so
	UTC   bool                         // times are the platform's, not the client's
	// Searched says what a search looks in, for the help.
	Searched [][2]string
	// Refused says why a search cannot be made, empty where it can; nil takes any. While it
	// is typed the rows stay, for its next letter may make it whole.
	Refused func(search string) string

	paused bool
	held   int64 // how many came since

	jumping bool // other rows are on their way, for which the cursor goes elsewhere
	now     window
	limit   int    // rows that are asked for
	part    part   // of the next call
	search  string // that the rows were asked for with
	why     string // the search that stands there is refused
	typed   int    // counts the letters of the search
}

// Query is what part of a list is asked for.
type Query struct {
	Before string // a cursor; empty for the beginning
	Limit  int
	Search string
	By     int  // the column that it is sorted by
	Up     bool // from the least to the greatest
}

// Paging is the query of a list that is sorted by time alone.
func (q Query) Paging() model.Paging {
	return model.Paging{Before: q.Before, Limit: q.Limit, Search: q.Search, Up: q.Up}
}

// window is where rows lie in the whole list.
type window struct {
	start string // the place before the first row; empty for the beginning
	of    string // the search that they match
	first int64  // how many come before
	total int64  // in all
	part  part   // what it was read for
}

// part is what a call reads of the list, and with it where the cursor goes then.
type part uint8

const (
	partWindow part = iota // the window as it is
	partFirst              // the beginning
	partLast               // the end
	partBefore             // what comes before the window too
	partCount              // only how many there are
)

// InitPaged makes the page ready; its columns, Fetch and Place are still to be set.
func (p *PagedList[T]) InitPaged(s *Session, one, many string, key func(*T) string) {
	p.InitList(s, one, many, key, p.read)
	p.Loader.Take, p.Loader.Costly = p.takeWindow, func() bool { return !p.live() || p.search != "" }
	p.Table.Feed, p.Table.Stored, p.Table.Ranked, p.Table.By = true, true, true, 0
	p.Table.Sorted = p.Again
	p.limit = pagedStep
}

// RememberSort sorts as the person sorted this list last, and keeps how they sort it from
// now on. The columns must be set.
func (p *PagedList[T]) RememberSort(list string) {
	RememberSort(p.Session, list, &p.Table)
	keep := p.Table.Sorted
	p.Table.Sorted = func() tea.Cmd { return tea.Batch(keep(), p.Again()) }
}

// live says whether what is new comes in on top.
func (p *PagedList[T]) live() bool { return p.now.start == "" && p.Table.By == 0 && !p.Table.Up }

// Query is what the list shows now, from its beginning.
func (p *PagedList[T]) Query() Query {
	return Query{Search: p.search, By: max(p.Table.By, 0), Up: p.Table.Up}
}

// read makes the call of now.
func (p *PagedList[T]) read() Call[List[T]] {
	q, fetch, place, utc := p.Query(), p.Fetch, p.Place, p.UTC
	now, what := p.now, p.part
	p.part = partWindow
	if p.paused {
		what = partCount
	}
	if what == partWindow && now.start == "" && p.Table.Beginning() && !p.Table.Ending() {
		p.limit = pagedStep // what was read on the way down is far from the cursor
	}
	limit, back, first := p.limit, q, ""
	back.Up = !q.Up
	if len(p.Rows) > 0 {
		first = place(&p.Rows[0], back)
	}
	return func(ctx context.Context, s Store, a model.Actor) (d List[T], err error) {
		q.Before, q.Limit = now.start, limit
		switch what {
		case partFirst:
			q.Before = ""
		case partLast:
			back.Limit = limit + 1
		case partBefore:
			back.Before, back.Limit = first, pagedStep+1
		case partCount:
			q.Before, q.Limit = "", 1
		}
		if back.Limit > 0 {
			before, err := fetch(ctx, s, a, back)
			if err != nil {
				return d, err
			}
			q.Before = ""
			if n := back.Limit; len(before.Items) == n {
				q.Before = place(&before.Items[n-1], q)
			}
		}
		l, err := fetch(ctx, s, a, q)
		if err != nil {
			return d, err
		}
		d.Rows, d.window = l.Items, window{q.Before, q.Search, l.First, l.Total, what}
		if d.Zone = time.UTC; !utc {
			d.Zone, err = ClientZone(ctx, s, a)
		}
		return d, err
	}
}

// takeWindow shows what was read.
func (p *PagedList[T]) takeWindow(d List[T]) tea.Cmd {
	p.jumping = false
	if d.part == partCount {
		p.held = max(d.total-p.now.total, 0)
		return nil
	}
	p.now = d.window
	p.Zone = d.Zone
	p.Table.Feed = p.live()
	p.ShowRows(d.Rows)
	return p.Around.renewed(p.moveTo(d))
}

// moveTo puts the cursor where the window was read for.
func (p *PagedList[T]) moveTo(d List[T]) tea.Cmd {
	switch d.part {
	case partFirst:
		p.Table.Move(-p.Table.Len())
	case partLast:
		p.Table.Move(p.Table.Len())
	case partWindow:
		if len(d.Rows) == 0 && p.now.start != "" { // all that was here has gone
			return p.to(partFirst)
		}
	}
	return nil
}

// Awaits says that rows are on their way among which the next key looks for its own.
func (p *PagedList[T]) Awaits() bool {
	return p.Loader.Awaits() || p.jumping && p.Loader.Err() == nil
}

// Missed says that those rows could not be read.
func (p *PagedList[T]) Missed() bool { return p.jumping && p.Loader.Err() != nil }

// ended says whether the window holds the end of the list.
func (p *PagedList[T]) ended() bool { return p.now.first+int64(len(p.Rows)) >= p.now.total }

// to reads a part, whatever is in flight.
func (p *PagedList[T]) to(what part) tea.Cmd {
	p.part, p.jumping = what, true
	if what == partFirst || what == partLast {
		p.limit = pagedStep
	}
	return p.Loader.Restart()
}

// readOn asks for more where the cursor has come near an end of the window. What is far
// from it on the other side goes.
func (p *PagedList[T]) readOn() tea.Cmd {
	switch {
	case p.paused || len(p.Rows) == 0:
		return nil
	case p.Table.Ending() && !p.ended() && len(p.Rows) >= p.limit:
		if p.limit = len(p.Rows) + pagedStep; p.limit > pagedMost {
			p.now.start = p.Place(&p.Rows[pagedStep-1], p.Query())
			p.limit = pagedMost
		}
		return p.Loader.Load()
	case p.now.start != "" && p.Table.Beginning():
		p.limit = min(len(p.Rows)+pagedStep, pagedMost)
		p.part = partBefore
		return p.Loader.Load()
	}
	return nil
}

// Update takes the letters of the search, and the mouse.
func (p *PagedList[T]) Update(msg tea.Msg) tea.Cmd {
	k, isKey := msg.(tea.KeyMsg)
	if !isKey {
		return tea.Batch(p.ListPage.Update(msg), p.readOn())
	}
	p.Table.Type(k)
	if k.Type == tea.KeyDown || k.Type == tea.KeyUp {
		return p.Around.looked(p.readOn())
	}
	if !p.Table.Filtering() {
		return p.searchNow()
	}
	if p.Table.Filter() == p.search {
		return nil
	}
	p.typed++
	serial := p.typed
	return p.Later(typingRest, p.ID(), func() tea.Cmd {
		if serial != p.typed {
			return nil
		}
		return p.searchNow()
	})
}

// searchNow asks for the rows that the filter's words are in. An answer to what was typed
// before is dropped.
func (p *PagedList[T]) searchNow() tea.Cmd {
	p.typed++
	if p.why = p.refuses(p.Table.Filter()); p.why != "" || p.Table.Filter() == p.search {
		return nil
	}
	p.search = p.Table.Filter()
	return p.Again()
}

func (p *PagedList[T]) refuses(search string) string {
	if p.Refused == nil {
		return ""
	}
	return p.Refused(search)
}

// SearchFor begins with a search, before the first rows are read.
func (p *PagedList[T]) SearchFor(text string) {
	p.Table.SetFilter(text)
	if p.why = p.refuses(text); p.why == "" {
		p.search = text
	}
}

// Again reads from the beginning, because something else is asked for.
func (p *PagedList[T]) Again() tea.Cmd {
	p.paused, p.held, p.now.start = false, 0, ""
	return p.to(partFirst)
}

// Paused says whether the list stands still.
func (p *PagedList[T]) Paused() bool { return p.paused }

// Pause stops the list, Resume shows what came meanwhile.
func (p *PagedList[T]) Pause() { p.paused, p.held = true, 0 }

// Resume goes on.
func (p *PagedList[T]) Resume() tea.Cmd {
	p.paused, p.held = false, 0
	return p.Loader.Restart()
}

// Held is how many came while the list was paused.
func (p *PagedList[T]) Held() int64 { return p.held }

// listActions search, sort and move.
func (p *PagedList[T]) listActions() []ui.Action {
	some := func() bool { return len(p.Rows) > 0 }
	all := []ui.Action{
		ui.On("/", "search", "search in all of them: every word must be found, in any order", ui.Quietly(p.Table.BeginFilter), "/"),
		ui.On("s", "sort", "sort all of them by the next column", func() tea.Cmd { p.Table.SortNext(); return p.Table.Sorted() }, "s").If(some),
		ui.On("S", "", "reverse the order", func() tea.Cmd { p.Table.Reverse(); return p.Table.Sorted() }, "S").If(some),
		ui.On("esc", "", "clear the search", func() tea.Cmd { p.Table.ClearFilter(); return p.searchNow() }, "esc").If(p.Table.Filtered),
	}
	all = append(all, ui.Then(p.Table.StepActions(), p.readOn)...)
	return append(all, p.Table.EndActions(p.first, p.last)...)
}

// first goes to the first of all, and reads it where the window does not hold it; last to
// the last.
func (p *PagedList[T]) first() tea.Cmd {
	if p.now.start != "" && !p.paused {
		return p.to(partFirst)
	}
	p.Table.Move(-p.Table.Len())
	return nil
}

func (p *PagedList[T]) last() tea.Cmd {
	if !p.ended() && !p.paused {
		return p.to(partLast)
	}
	p.Table.Move(p.Table.Len())
	return nil
}

// Actions are the page's own, and those of the list.
func (p *PagedList[T]) Actions() []ui.Action {
	if p.Table.Filtering() {
		return ui.FilterHints
	}
	if p.actions == nil {
		p.actions = p.Around.looking(append(append(p.actions, p.Own...), p.listActions()...))
	}
	return p.actions
}

// View is the status, the titles and the rows.
func (p *PagedList[T]) View(w, h int) []string {
	p.Around.width, p.Around.high = w, h
	searching := p.search != "" || p.Table.Filtering() || p.Table.Filtered()
	switch {
	case !p.Loader.Loaded():
		return p.Waiting(w, p.Many, p.Loader.Err(), p.Keys.Name("R")+" tries again.")
	case len(p.Rows) == 0 && !searching:
		return p.None(w)
	}
	lines, above := p.Around.around(p.Theme, w, h, p.rows)
	p.rowsTop += above
	lines[0] = p.pagedStatus(w)
	return lines
}

// rows is the page in w × h cells, without what stands around the table.
func (p *PagedList[T]) rows(w, h int) []string {
	p.Table.Layout(w)
	lines := []string{""}
	if h >= Roomy {
		lines = append(lines, "")
	}
	p.rowsTop = len(lines) + 1
	switch {
	case p.why != "" && !p.Table.Filtering():
		lines = append(lines, p.Theme.Message(w, "This search cannot be made.", p.why, "Press "+p.Keys.Name("/")+" to change it, or esc to clear it.")...)
	case len(p.Rows) > 0:
		lines = append(lines, p.Table.Header())
		lines = append(lines, p.Table.Lines(h-len(lines))...)
	case p.now.of != "":
		lines = append(lines, p.Theme.Message(w, "Nothing matches “"+p.now.of+"”.", "All "+p.Many+" were searched. Press esc to clear the search.")...)
	}
	return lines
}

// pagedStatus says what the list covers, and which of how many are seen.
func (p *PagedList[T]) pagedStatus(w int) string {
	t := p.Theme
	from, to, _ := p.Table.Seen()
	noun := p.Many
	if p.now.total == 1 {
		noun = p.One
	}
	count := "0 " + p.Many
	if to > 0 {
		count = t.Position(p.now.first+int64(from), p.now.first+int64(to), p.now.total) + " " + noun
	}
	about := ""
	if p.About != nil {
		about = t.Cut(p.About(), max(w-ui.Width(count)-6, 10))
	}
	if p.why != "" {
		typed := p.Table.FilterView(max(w/2, 10))
		return ui.Spread(" "+typed, t.Faint.Render(t.Cut(p.why, max(w-ui.Width(typed)-4, 10)))+" ", w)
	}
	if p.Table.Filtering() || p.Table.Filtered() {
		return ui.Spread(" "+p.Table.FilterView(max(w-ui.Width(count)-8, 10)), count+" ", w)
	}
	if sorted := p.Table.SortedBy(); sorted != "" && (p.Table.By > 0 || p.Table.Up) {
		if long := sorted + " " + t.Glyph.Dot + " " + count; ui.Width(about)+ui.Width(long)+6 < w {
			count = long
		}
	}
	return ui.Spread(" "+about, t.Faint.Render(count)+" ", w)
}

// Legend says what a search looks in.
func (p *PagedList[T]) Legend() [][2]string { return p.Searched }
