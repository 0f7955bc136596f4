package page

import (
	"context"
	"strings"
	"time"
	"weak"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/ui"
)

// Roomy is the height in lines from which on there are rules and empty lines.
const Roomy = 16

// ListPage is a page that is a table: it loads, waits, fails and filters in the one way
// that all do. A page made of it says what is read and what can be done.
type ListPage[T any] struct {
	Loading[List[T]]
	Table ui.Table[T]
	Rows  []T // the data as it was loaded last
	Note  string

	One, Many string               // what a row is called
	About     func() string        // what the list covers
	Total     func() string        // how much it holds; nil: so many rows
	None      func(w int) []string // says why there is no row, and what to do
	Arrived   func(rows []T) []T   // what of new data is shown; nil: all
	Own       []ui.Action          // before those of the table
	Around    Around               // what stands around the table
	ShareAs   func() any           // names what is read now, which other consoles show alike; nil: none do

	actions   []ui.Action
	unmarking bool // marks on numbers that moved are going to end
	rowsTop   int  // the line on which the rows begin, for the mouse
}

// List is what a list loads; a nil Zone is UTC.
type List[T any] struct {
	Rows []T
	Zone *time.Location
	Note string // a line beneath what the list covers, where there is room for one

	window // of a PagedList
}

// InitList makes the page ready: key tells rows apart, read makes the call of now.
func (p *ListPage[T]) InitList(s *Session, one, many string, key func(*T) string, read func() Call[List[T]]) {
	p.Loading = NewLoading(s, read, p.take)
	p.Table = ui.NewTable(s.Theme, key)
	p.One, p.Many = one, many
}

// Start loads.
func (p *ListPage[T]) Start() tea.Cmd { return p.Reload() }

// Reload loads again; the first time, the table is sorted as the person had it last.
func (p *ListPage[T]) Reload() tea.Cmd {
	if p.Table.Sorted == nil {
		RememberSort(p.Session, p.Many, &p.Table)
	}
	return p.Loader.Load()
}

// Typing is true while the filter is typed.
func (p *ListPage[T]) Typing() bool { return p.Table.Filtering() }

// Actions are the page's own, and the table's.
func (p *ListPage[T]) Actions() []ui.Action {
	if p.Table.Filtering() {
		return ui.FilterHints
	}
	if p.actions == nil {
		p.actions = p.Around.looking(append(append(p.actions, p.Own...), p.Table.Actions()...))
	}
	return p.actions
}

// Update takes keys while the filter is typed, and the mouse.
func (p *ListPage[T]) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case tea.KeyMsg:
		p.Table.Type(m)
		return p.Around.looked(nil)
	case tea.MouseMsg:
		if p.Around.beyond(m) {
			return nil
		}
		return p.Around.looked(TableMouse(&p.Table, m, m.Y-p.rowsTop, p.Actions))
	}
	return nil
}

// HasRow says whether the cursor is on a row, Row which.
func (p *ListPage[T]) HasRow() bool { return p.Table.Current() != nil }

// OnRow is an action on the row at the cursor.
func (p *ListPage[T]) OnRow(show, short, long string, do func(row T) tea.Cmd, keys ...string) ui.Action {
	return ui.On(show, short, long, func() tea.Cmd { return do(*p.Table.Current()) }, keys...).If(p.HasRow).With(ui.NeedsRow)
}

// OnEnter is OnRow for the keys that open a row.
func (p *ListPage[T]) OnEnter(short, long string, do func(row T) tea.Cmd) ui.Action {
	return p.OnRow("enter", short, long, do, "enter", "right", "l")
}

func (p *ListPage[T]) take(d List[T]) tea.Cmd {
	if p.Zone = d.Zone; p.Zone == nil {
		p.Zone = time.UTC
	}
	if p.Arrived != nil {
		d.Rows = p.Arrived(d.Rows)
	}
	p.Rows, p.Note = d.Rows, d.Note
	moved := ShowMoved(p.Base, &p.Table, p.measured(d.Rows), &p.unmarking)
	return p.Around.renewed(tea.Batch(moved, SayHidden(p.Session, &p.Table, p.One)))
}

// Made puts the cursor on what was made, if it is one of what the page lists.
func (p *ListPage[T]) Made(what, key string) {
	if what == p.One {
		p.Table.Seek(key)
	}
}

// SayHidden says it where what was made is there and the filter hides it.
func SayHidden[T any](s *Session, table *ui.Table[T], what string) tea.Cmd {
	key, hidden := table.Unseen()
	if !hidden {
		return nil
	}
	name, _, _ := strings.Cut(key, "\n")
	return s.Toast(Warning, "The "+what+" "+name+" is hidden by the filter “"+table.Filter()+"” "+s.Theme.Glyph.Dot+" esc clears it")
}

// ShowRows shows rows.
func (p *ListPage[T]) ShowRows(rows []T) {
	p.Rows = rows
	p.Table.Show(p.measured(rows))
}

// listKey and listStamp say which rows are the same: the store gives all who ask while
// nothing has changed one and the same list, and never changes it.
type (
	listKey struct {
		client string
		of     any
	}
	listStamp[T any] struct {
		first weak.Pointer[T]
		n     int
		zone  string
	}
)

// measured are the rows made ready for the table, once for all consoles that show them.
func (p *ListPage[T]) measured(rows []T) *ui.Data[T] {
	if p.ShareAs == nil || len(rows) == 0 {
		return ui.NewData(p.Table.Columns, rows)
	}
	stamp := listStamp[T]{weak.Make(&rows[0]), len(rows), p.Zone.String()}
	d, _ := Share(p.Shared, listKey{p.Actor.Client, p.ShareAs()}, stamp, func() (*ui.Data[T], error) {
		return ui.NewData(p.Table.Columns, rows), nil
	})
	return d
}

// View is the status, the titles and the rows.
func (p *ListPage[T]) View(w, h int) []string {
	p.Around.width, p.Around.high = w, h
	switch {
	case p.Loader.Loaded() && len(p.Rows) > 0:
	case p.Loader.Loaded():
		return p.None(w)
	default:
		return p.Waiting(w, p.Many, p.Loader.Err(), p.Keys.Name("R")+" tries again.")
	}
	lines, above := p.Around.around(p.Theme, w, h, p.rows)
	p.rowsTop += above
	lines[0] = p.status(w) // says which rows are seen, by now
	return lines
}

// rows is the page in w × h cells, without what stands around the table.
func (p *ListPage[T]) rows(w, h int) []string {
	t := p.Theme
	p.Table.Layout(w)
	lines := []string{""}
	if h >= Roomy {
		lines = append(lines, t.Faint.Render(" "+t.Cut(p.Note, w-2)))
	}
	lines = append(lines, p.Table.Header())
	p.rowsTop = len(lines)
	if p.Table.Shown() == 0 {
		return append(lines, t.Message(w, "Nothing matches “"+p.Table.Filter()+"”.", "Press esc to clear the filter.")...)
	}
	return append(lines, p.Table.Lines(h-len(lines))...)
}

// Waiting is a page before its first data: why there is none, or nothing, for the
// frame says that it is loading.
func (s *Session) Waiting(w int, what string, err error, hint string) []string {
	if err == nil {
		return nil
	}
	return s.Theme.Message(w, "The "+what+" cannot be shown.", Sentence(err)+".", hint)
}

// status says what the list covers, or the filter that is being typed.
func (p *ListPage[T]) status(w int) string {
	t := p.Theme
	count := model.Plural(int64(len(p.Rows)), p.One, p.Many)
	if p.Total != nil {
		count = p.Total()
	}
	if p.Table.Filtered() {
		count = ShownOf(&p.Table, model.FormatCount(int64(len(p.Rows))))
	}
	about := ""
	if p.About != nil {
		about = t.Cut(p.About(), max(w-ui.Width(count)-6, 10))
	}
	return StatusLine(t, &p.Table, about, count, w)
}

// ShownOf says how many of all rows the filter shows.
func ShownOf[T any](table *ui.Table[T], all string) string {
	n := model.FormatCount(int64(table.Shown())) + "/" + all
	if table.Near() {
		return "none exact, " + n + " close to it"
	}
	return n + " shown"
}

// StatusLine is what a table covers and how much it holds, or its filter. Where there is no
// room for all of it, how many are marked is said before anything else, then which rows are
// seen.
func StatusLine[T any](t *ui.Theme, table *ui.Table[T], about, count string, w int) string {
	const between = 4 // a cell at either edge, and two between the parts
	count, seen := positioned(t, table, count)
	if marked := len(table.Marked()); marked > 0 {
		const leastAbout = 12
		short := model.FormatCount(int64(marked)) + " marked"
		if both := short + " " + t.Glyph.Dot + " " + seen; seen != "" && ui.Width(both)+leastAbout+between <= w {
			short = both
		}
		seen = short
	}
	if table.Filtering() || table.Filtered() {
		const leastFilter = 12
		if ui.Width(count)+leastFilter+between > w {
			count = seen
		}
		return ui.Spread(" "+table.FilterView(max(w-ui.Width(count)-8, 10)), count+" ", w)
	}
	if sorted := table.SortedBy(); sorted != "" {
		if long := count + " " + t.Glyph.Dot + " " + sorted; ui.Width(about)+ui.Width(long)+6 < w {
			count = long
		}
	}
	if seen != "" && ui.Width(about)+ui.Width(count)+between > w {
		count = seen
		about = t.Cut(about, max(w-ui.Width(seen)-between, 0))
	}
	return ui.Spread(" "+about, t.Faint.Render(count)+" ", w)
}

// positioned is how much a table holds with what part of it is seen, and that part alone;
// all of it is no part.
func positioned[T any](t *ui.Theme, table *ui.Table[T], count string) (said, seen string) {
	from, to, of := table.Seen()
	if to-from+1 >= of {
		return count, ""
	}
	seen = t.Position(int64(from), int64(to), int64(of))
	first, _, _ := strings.Cut(count, " "+t.Glyph.Dot+" ")
	if noun, same := strings.CutPrefix(first, model.FormatCount(int64(of))+" "); same && !strings.Contains(noun, " of ") {
		return seen + strings.TrimPrefix(count, model.FormatCount(int64(of))), seen
	}
	return seen + " " + t.Glyph.Dot + " " + count, seen
}

// Always is a call that is the same every time.
func Always[T any](c Call[T]) func() Call[T] { return func() Call[T] { return c } }

// InClientZone is a call whose rows are shown in the client's timezone.
func InClientZone[T any](call Call[[]T]) Call[List[T]] {
	return func(ctx context.Context, s Store, a model.Actor) (d List[T], err error) {
		if d.Rows, err = call(ctx, s, a); err != nil {
			return d, err
		}
		d.Zone, err = ClientZone(ctx, s, a)
		return d, err
	}
}

// InUTC is a call whose rows are shown in UTC: those of the platform.
func InUTC[T any](call Call[[]T]) Call[List[T]] {
	return func(ctx context.Context, s Store, a model.Actor) (d List[T], err error) {
		d.Rows, err = call(ctx, s, a)
		return d, err
	}
}
