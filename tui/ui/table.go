package ui

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"
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
	Same     func(before, now *T) bool // a row of a new version looks as it did; nil: never
	Feed     bool                      // new rows come on top: on the first row, the cursor follows them
	Stored   bool                      // the store sorts and filters: rows stay as they came
	Tight    bool                      // columns move together before one gives way
	Ranked   bool                      // it is always sorted by a column, first by By
	By       int                       // the column it is sorted by; below zero: as the rows came
	Up       bool                      // from the least to the greatest

	theme *Theme
	data  *Data[T]
	order []int32    // all rows, sorted; nil: to be sorted. It is the data's
	shown int        // how many of them the filter lets through
	list  []position // the lines of the table

	filter    *Input // nil until something is typed
	text      string // of the filter, in lower case
	filtering bool   // it is being typed
	open      map[string]bool
	openAll   bool

	at, top, page int // the cursor, the first line seen, how many are seen

	layout  layout
	drawing *drawing // of data in the table's look
}

// position is a line: a row, or its child when child is not below zero.
type position struct{ row, child int32 }

// NewTable is an empty table, in the order in which rows come.
func NewTable[T any](t *Theme, key func(*T) string) Table[T] {
	return Table[T]{theme: t, Key: key, By: -1, open: map[string]bool{}, page: 1}
}

// Show shows a new version of the data.
func (t *Table[T]) Show(d *Data[T]) {
	t.keep(func() {
		before := t.data
		t.data, t.order = d, nil
		t.arrange(t.layout.w, before)
	})
}

// Len is how many rows there are.
func (t *Table[T]) Len() int {
	if t.data == nil {
		return 0
	}
	return len(t.data.Rows)
}

// Shown is how many rows the filter lets through.
func (t *Table[T]) Shown() int { return t.shown }

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
	t.list, t.shown = t.list[:0], 0
	if t.data == nil {
		return
	}
	if t.order == nil {
		t.order = t.data.sorted(t)
	}
	var words []string
	if t.text != "" && !t.Stored {
		words = t.data.words(t)
	}
	for _, i := range t.order {
		if words != nil && !strings.Contains(words[i], t.text) {
			continue
		}
		t.shown++
		t.list = append(t.list, position{i, -1})
		if t.Children == nil || !t.Opened(&t.data.Rows[i]) {
			continue
		}
		for j := range t.data.children(t, i) {
			t.list = append(t.list, position{i, int32(j)})
		}
	}
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
	t.keep(func() {
		t.By, t.order = next, nil
		t.Up = next >= 0 && !t.Columns[next].Number && !t.Columns[next].Descending
	})
}

func (t *Table[T]) sortable(c int) bool {
	return len(t.Columns[c].Spare) == 0 && !t.Columns[c].Unsorted && (c >= len(t.layout.widths) || t.layout.widths[c] > 0)
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

// Filter is the text that rows must hold.
func (t *Table[T]) Filter() string {
	if t.filter == nil {
		return ""
	}
	return t.filter.Value()
}

// Filtered says whether there is a filter.
func (t *Table[T]) Filtered() bool { return t.Filter() != "" }

// input is the field of the filter.
func (t *Table[T]) input() *Input {
	if t.filter == nil {
		in := t.theme.NewInput("")
		t.filter = &in
	}
	return t.filter
}

// Filtering says whether the filter is being typed.
func (t *Table[T]) Filtering() bool { return t.filtering }

// FilterView is the filter in w cells.
func (t *Table[T]) FilterView(w int) string {
	return t.theme.Accent.Render("/ ") + t.input().View(w, t.filtering)
}

// ClearFilter takes the filter away.
func (t *Table[T]) ClearFilter() {
	t.filter = nil
	t.narrow()
}

// narrow shows the rows that hold the filter's text.
func (t *Table[T]) narrow() { t.keep(func() { t.text = strings.ToLower(t.Filter()) }) }

// Type takes a key while the filter is typed: every letter narrows the table.
func (t *Table[T]) Type(k tea.KeyMsg) {
	switch k.String() {
	case "enter", "tab":
		t.filtering = false
	case "esc":
		t.filtering = false
		t.ClearFilter()
	case "up":
		t.Move(-1)
	case "down":
		t.Move(1)
	default:
		if t.input().Update(k) {
			t.narrow()
		}
	}
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
