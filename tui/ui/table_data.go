package ui

import (
	"strings"

	"lastclick/model"
)

// Data is one version of the rows of a table, measured. It is made where the rows are
// loaded, so that Update has little to do; what is wanted seldom is made once, when it
// is first wanted. It belongs to one table.
type Data[T any] struct {
	Rows []T

	content []int // the cells that the widest value of each column takes
	wide    []int // and those that it takes where there is room
	search  []string
	keys    map[int][]string
	kids    map[int32][]T
}

// NewData measures rows, and others that are drawn in the same columns: what is
// pinned.
func NewData[T any](columns []Column[T], rows []T, others ...T) *Data[T] {
	d := &Data[T]{Rows: rows, content: make([]int, len(columns)), wide: make([]int, len(columns))}
	for c := range columns {
		d.measure(&columns[c], c, rows)
		if columns[c].Number { // a label gets what there is
			d.measure(&columns[c], c, others)
		}
	}
	return d
}

func (d *Data[T]) measure(column *Column[T], c int, rows []T) {
	switch {
	case column.Measure != nil:
		narrow, wide := column.Measure(rows)
		d.content[c], d.wide[c] = max(d.content[c], narrow), max(d.wide[c], wide)
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

func (d *Data[T]) children(t *Table[T], row int32) []T {
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

// words are what the filter looks in, in lower case; those of children that are always
// shown count as their row's.
func (d *Data[T]) words(t *Table[T], row int32) string {
	if d.search == nil {
		d.search = make([]string, len(d.Rows))
		for i := range d.Rows {
			text := t.searchText(&d.Rows[i])
			if t.Open && t.Children != nil {
				for j := range d.children(t, int32(i)) {
					text += "\n" + t.searchText(&d.children(t, int32(i))[j])
				}
			}
			d.search[i] = strings.ToLower(text)
		}
	}
	return d.search[row]
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

// sortKeys are the texts of a column in lower case.
func (d *Data[T]) sortKeys(t *Table[T], c int) []string {
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
