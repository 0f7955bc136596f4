package ui

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"weak"

	"lastclick/model"
)

// Data is one version of the rows of a table, measured. It is made where the rows are
// loaded, so that Update has little to do; what is wanted seldom is made once, when it
// is first wanted. Tables of several sessions may show the same Data at once: what one of
// them has arranged or drawn, the others find. So the functions of their columns must
// say the same of a row, but for the theme.
type Data[T any] struct {
	Rows []T // never changed

	content []int // the cells that the widest value of each column takes, where it is measured

	mu     sync.Mutex // guards what is made when it is wanted
	search []string   // see texts
	below  map[int32][]string
	keys   map[int][]string
	orders map[order][]int32
	kids   map[int32][]T
	drawn  map[look]*drawing
	moved  map[weak.Pointer[Data[T]]][]moved // since a version before
}

// order is a way to sort.
type order struct {
	by         int
	up, ranked bool
}

// look is all that the lines of a version depend on.
type look struct {
	theme  string
	w      int
	hidden uint64 // columns, as bits
}

// drawing is a version in one look: where the columns stand, and what was drawn so far.
// The Data's mu guards the maps.
type drawing struct {
	layout  layout
	lines   map[lineKey]string
	headers map[order]string
	pinned  map[pinnedKey]string
}

// maxDrawings bounds the looks of a version that are shared: windows of so many widths.
// Another one is drawn by its session alone.
const maxDrawings = 16

// NewData measures rows, and others that are drawn in the same columns: what is
// pinned.
func NewData[T any](columns []Column[T], rows []T, others ...T) *Data[T] {
	d := &Data[T]{Rows: rows, content: make([]int, len(columns))}
	lends := slices.ContainsFunc(columns, func(c Column[T]) bool { return c.Lends })
	for c := range columns {
		if columns[c].Cells[1] > 0 && (columns[c].Number || !lends) {
			continue // it has its cells by the window alone
		}
		d.measure(&columns[c], c, rows)
		if columns[c].Number { // a label gets what there is
			d.measure(&columns[c], c, others)
		}
	}
	return d
}

func (d *Data[T]) measure(column *Column[T], c int, rows []T) {
	switch {
	case column.Width != nil:
		for i := range rows {
			d.content[c] = max(d.content[c], column.Width(&rows[i]))
		}
	case column.Text != nil:
		for i := range rows {
			d.content[c] = max(d.content[c], Width(model.Line(column.Text(&rows[i]))))
		}
	}
}

// at is the row or child of a line.
func (d *Data[T]) at(t *Table[T], p position) *T {
	if p.child < 0 {
		return &d.Rows[p.row]
	}
	return &d.children(t, p.row)[p.child]
}

// children are the rows beneath a row.
func (d *Data[T]) children(t *Table[T], row int32) []T {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.makeChildren(t, row)
}

// makeChildren, and the other methods that make something, run under mu.
func (d *Data[T]) makeChildren(t *Table[T], row int32) []T {
	kids, ok := d.kids[row]
	if !ok {
		kids = t.Children(&d.Rows[row])
		if d.kids == nil {
			d.kids = map[int32][]T{}
		}
		d.kids[row] = kids
	}
	return kids
}

// texts are what the filter looks in, row by row and folded; those of children that are
// always shown count as their row's.
func (d *Data[T]) texts(t *Table[T]) []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.search == nil {
		search := make([]string, len(d.Rows))
		for i := range d.Rows {
			text := t.searchText(&d.Rows[i])
			if t.Open && t.Children != nil {
				for _, child := range d.makeChildren(t, int32(i)) {
					text += "\n" + t.searchText(&child)
				}
			}
			search[i] = model.Fold(text)
		}
		d.search = search
	}
	return d.search
}

// childTexts are what the filter looks in of the rows beneath a row, folded.
func (d *Data[T]) childTexts(t *Table[T], row int32) []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	texts, ok := d.below[row]
	if !ok {
		kids := d.makeChildren(t, row)
		texts = make([]string, len(kids))
		for i := range kids {
			texts[i] = model.Fold(t.searchText(&kids[i]))
		}
		if d.below == nil {
			d.below = map[int32][]string{}
		}
		d.below[row] = texts
	}
	return texts
}

func (t *Table[T]) searchText(row *T) string {
	if t.Search != nil {
		return t.Search(row)
	}
	var b strings.Builder
	for c := range t.Columns {
		if t.Columns[c].Text != nil {
			b.WriteString(t.Columns[c].Text(row))
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// sorted are the rows in the table's order.
func (d *Data[T]) sorted(t *Table[T]) []int32 {
	d.mu.Lock()
	defer d.mu.Unlock()
	how := order{t.By, t.Up, t.Ranked}
	rows, ok := d.orders[how]
	if !ok {
		rows = d.makeOrder(t)
		if d.orders == nil {
			d.orders = map[order][]int32{}
		}
		d.orders[how] = rows
	}
	return rows
}

func (d *Data[T]) makeOrder(t *Table[T]) []int32 {
	rows := make([]int32, len(d.Rows))
	for i := range rows {
		rows[i] = int32(i)
	}
	if t.By < 0 || t.Stored {
		return rows
	}
	c := &t.Columns[t.By]
	compare := func(a, b int32) int { return c.Compare(&d.Rows[a], &d.Rows[b]) }
	if c.Compare == nil {
		keys := d.makeSortKeys(t, t.By)
		compare = func(a, b int32) int { return strings.Compare(keys[a], keys[b]) }
	}
	slices.SortStableFunc(rows, func(a, b int32) int {
		n := compare(a, b)
		if !t.Up {
			n = -n
		}
		if n == 0 && t.Ranked {
			n = cmp.Compare(t.Key(&d.Rows[a]), t.Key(&d.Rows[b]))
		}
		return n
	})
	return rows
}

// makeSortKeys are the texts of a column in lower case.
func (d *Data[T]) makeSortKeys(t *Table[T], c int) []string {
	keys, ok := d.keys[c]
	if !ok {
		keys = make([]string, len(d.Rows))
		for i := range d.Rows {
			keys[i] = strings.ToLower(t.Columns[c].Text(&d.Rows[i]))
		}
		if d.keys == nil {
			d.keys = map[int][]string{}
		}
		d.keys[c] = keys
	}
	return keys
}
