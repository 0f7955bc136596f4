package ui

import (
	"iter"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
)

// Table is rows with a cursor: sorted, filtered and seen through a window. The cursor
// stays on its row, by the row's key, when rows come, go or change places. Rows may
// have rows of their own beneath them. The zero values of its options are right for a
// list; NewTable makes one.
type Table[T any] struct {
	Columns  []Column[T]
	Key      func(row *T) string       // tells rows apart
	Children func(row *T) []T          // what stands beneath a row; nil: nothing
	Open     bool                      // children are always shown, and are no fold
	Search   func(row *T) string       // what the filter looks in; nil: the columns' texts
	Hide     func(row *T) bool         // rows that are not shown; Refresh after it says otherwise. nil: none
	Same     func(before, now *T) bool // a row of a new version looks as it did; nil: never
	Feed     bool                      // new rows come on top: on the first row, the cursor follows them
	Stored   bool                      // the store sorts and filters: rows stay as they came
	Tight    bool                      // columns move together before one gives way
	Ranked   bool                      // it is always sorted by a column, first by By
	By       int                       // the column it is sorted by; below zero: as the rows came
	Up       bool                      // from the least to the greatest
	Sorted   func() tea.Cmd            // the person has chosen another sort; nil: nothing is done

	theme *Theme
	data  *Data[T]
	order []int32    // all rows, sorted; nil: to be sorted. It is the data's
	shown int        // how many of them the filter lets through
	hid   int        // and how many more it would, were they not hidden
	list  []position // the lines of the table
	made  int64      // how often they were made

	filter    *Input   // nil until something is typed
	words     []string // of the filter, folded: a row holds each
	near      bool     // no row holds them: those close to them are shown
	filtering bool     // it is being typed
	open      map[string]bool
	openAll   bool

	sought   string          // the key of the row that the cursor shall go to once it is there
	unseen   bool            // it is there, and hidden by the filter
	told     bool            // that was noticed
	marks    map[string]bool // rows by their keys
	lastMark string

	at, top, page int // the cursor, the first line seen, how many are seen

	layout  layout
	drawing *drawing // of data in the table's look
	drawn   string   // the theme of drawing
	movedAt map[markKey]mark
	clicked string // the row and the child that were clicked last
}

// position is a line: a row, or its child when child is not below zero.
type position struct{ row, child int32 }

// NewTable is an empty table, in the order in which rows come.
func NewTable[T any](t *Theme, key func(*T) string) Table[T] {
	return Table[T]{theme: t, Key: key, By: -1, open: map[string]bool{}, page: 1}
}

// Show shows data that is no version of what was shown before.
func (t *Table[T]) Show(d *Data[T]) {
	clear(t.movedAt)
	t.show(d)
}

func (t *Table[T]) show(d *Data[T]) {
	t.keep(func() {
		before := t.data
		t.data, t.order = d, nil
		t.arrange(t.layout.w, before)
	})
	t.settle()
}

// Len is how many rows there are.
func (t *Table[T]) Len() int {
	if t.data == nil {
		return 0
	}
	return len(t.data.Rows)
}

// Serial tells whether the lines are others than they were.
func (t *Table[T]) Serial() int64 { return t.made }

// Rows are the rows that the filter lets through, in their order.
func (t *Table[T]) Rows() iter.Seq[*T] {
	return func(yield func(*T) bool) {
		for _, p := range t.list {
			if p.child < 0 && !yield(&t.data.Rows[p.row]) {
				return
			}
		}
	}
}

// Shown is how many rows the filter lets through.
func (t *Table[T]) Shown() int { return t.shown }

// Hidden is how many rows are hidden that the filter would let through.
func (t *Table[T]) Hidden() int { return t.hid }

// Refresh shows the rows again, since others are hidden now.
func (t *Table[T]) Refresh() { t.keep(func() {}) }

// Current is the row at the cursor, child or not; nil where there is none.
func (t *Table[T]) Current() *T {
	if t.at >= len(t.list) {
		return nil
	}
	return t.data.at(t, t.list[t.at])
}

// Parent is the row that the cursor is on or under; nil where there is none.
func (t *Table[T]) Parent() *T {
	if t.at >= len(t.list) {
		return nil
	}
	return &t.data.Rows[t.list[t.at].row]
}

// keep makes a change and the list again. The cursor stays on its row, and the row in
// its place on the screen; the window of a feed stays at the top while the cursor's
// row is in it.
func (t *Table[T]) keep(change func()) {
	parent, child := t.where()
	offset, high := t.at-t.top, t.Feed && t.top == 0
	follows := t.Feed && t.at == 0
	change()
	t.rebuild()
	if !follows {
		t.find(parent, child)
	}
	if t.top = t.at - offset; high {
		t.top = 0
	}
	t.clamp()
}

// where are the keys of the row and the child at the cursor; child is empty on a row.
func (t *Table[T]) where() (parent, child string) {
	if t.at >= len(t.list) {
		return "", ""
	}
	p := t.list[t.at]
	if p.child >= 0 {
		child = t.Key(t.data.at(t, p))
	}
	return t.Key(&t.data.Rows[p.row]), child
}

// find puts the cursor where those keys are, or on the row when its child is gone.
func (t *Table[T]) find(parent, child string) {
	if parent == "" {
		return
	}
	for i, p := range t.list {
		if t.Key(&t.data.Rows[p.row]) != parent {
			continue
		}
		if p.child < 0 {
			t.at = i
		} else if child != "" && t.Key(t.data.at(t, p)) == child {
			t.at = i
			return
		}
	}
}

// rebuild makes the lines from the data, the order, the filter and the folds.
func (t *Table[T]) rebuild() {
	t.made++
	t.list, t.shown, t.hid = t.list[:0], 0, 0
	if t.data == nil {
		return
	}
	if t.order == nil {
		t.order = t.data.sorted(t)
	}
	if t.near = false; len(t.words) == 0 || t.Stored {
		for _, i := range t.order {
			if t.hides(i) {
				continue
			}
			t.shown++
			t.list = t.addRow(t.list, i)
		}
		return
	}
	if t.filterBy(model.HoldsWords); t.shown == 0 && t.hid == 0 {
		t.near = true
		t.filterBy(closeTo)
	}
}

// hides says whether a row is hidden that the filter lets through, and counts it.
func (t *Table[T]) hides(i int32) bool {
	hides := t.Hide != nil && t.Hide(&t.data.Rows[i])
	if hides {
		t.hid++
	}
	return hides
}

// addRow adds the lines of a row: its own, and those of its children where they are shown.
func (t *Table[T]) addRow(list []position, i int32) []position {
	list = append(list, position{i, -1})
	if t.Children != nil && t.Opened(&t.data.Rows[i]) {
		for j := range t.data.children(t, i) {
			list = append(list, position{i, int32(j)})
		}
	}
	return list
}

// SortNext goes to the next column on screen, and after the last to the first, or to
// the order in which the rows came.
func (t *Table[T]) SortNext() {
	next := t.By + 1
	for next < len(t.Columns) && !t.sortable(next) {
		next++
	}
	if next >= len(t.Columns) {
		if next = -1; t.Ranked {
			next = 0
		}
	}
	t.sortBy(next)
}

func (t *Table[T]) sortable(c int) bool {
	return len(t.Columns[c].Steps) == 0 && !t.Columns[c].Unsorted && (c >= len(t.layout.widths) || t.layout.widths[c] > 0)
}

// Reverse turns the order around.
func (t *Table[T]) Reverse() {
	if t.By >= 0 {
		t.keep(func() { t.Up, t.order = !t.Up, nil })
	}
}

// Opened says whether the children of the row are shown.
func (t *Table[T]) Opened(row *T) bool {
	if t.Open || len(t.open) == 0 {
		return t.Open || t.openAll
	}
	return t.open[t.Key(row)] != t.openAll
}

// Fold shows or hides the children of the row that the cursor is on or under.
func (t *Table[T]) Fold(open bool) {
	row := t.Parent()
	if row == nil || t.Open || t.Opened(row) == open {
		return
	}
	key := t.Key(row)
	t.keep(func() {
		if t.open[key] {
			delete(t.open, key)
		} else {
			t.open[key] = true
		}
	})
}

// FoldAll shows all children, or hides all where all are shown.
func (t *Table[T]) FoldAll() {
	t.keep(func() {
		t.openAll = !t.openAll
		clear(t.open)
	})
}

// Move moves the cursor by n lines.
func (t *Table[T]) Move(n int) {
	t.at += n
	t.clamp()
}

// Select puts the cursor on the row with the key, if it is shown.
func (t *Table[T]) Select(key string) {
	t.find(key, "")
	t.clamp()
}

// Ending says whether the cursor is within a page of the last row: time to read more
// from the store.
func (t *Table[T]) Ending() bool { return len(t.list)-t.at <= t.page }

// clamp keeps the cursor in the list and the window around the cursor.
func (t *Table[T]) clamp() {
	t.at = max(min(t.at, len(t.list)-1), 0)
	t.top = min(t.top, t.at, max(len(t.list)-t.page, 0))
	t.top = max(t.top, t.at-t.page+1, 0)
}
