package ui

import (
	"strings"
)

// lineKey is a row in one of its states.
type lineKey struct {
	row, child       int32
	opened, selected bool
	marked           bool
	moved            uint64 // columns whose numbers have just moved
}

// keptLine is a row as it was drawn for a version.
type keptLine[T any] struct {
	lineKey
	of    *T
	under *T // the row that a child is under; nil of a row
	line  string
}

// draw is the version in the look of the table, w cells wide. One that is new takes over
// the rows of the version before that look the same: an order moves a row or two of a
// hundred.
func (d *Data[T]) draw(t *Table[T], w int, before *Data[T]) *drawing {
	k := t.look(w)
	d.mu.Lock()
	have := d.drawn[k]
	d.mu.Unlock()
	if have != nil {
		return have
	}
	made := &drawing{layout: t.fit(w), lines: map[lineKey]string{}}
	var kept []keptLine[T] // taken before the lock: no two Data are locked at once
	if before != nil && before != d && t.Same != nil && t.drawing != nil && made.layout.equal(t.drawing.layout) {
		kept = before.lines(t)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if have := d.drawn[k]; have != nil {
		return have
	}
	for _, l := range kept {
		if d.looksSame(t, l) {
			made.lines[l.lineKey] = l.line
		}
	}
	if len(d.drawn) < maxDrawings {
		if d.drawn == nil {
			d.drawn = map[look]*drawing{}
		}
		d.drawn[k] = made
	}
	return made
}

// look is that of the table, w cells wide.
func (t *Table[T]) look(w int) look {
	k := look{theme: t.theme.key, w: w}
	for i := range t.Columns {
		if t.Columns[i].Hidden {
			k.hidden |= 1 << i
		}
	}
	return k
}

// lines are the rows that were drawn for the table's look.
func (d *Data[T]) lines(t *Table[T]) []keptLine[T] {
	d.mu.Lock()
	defer d.mu.Unlock()
	kept := make([]keptLine[T], 0, len(t.drawing.lines))
	for k, line := range t.drawing.lines {
		l := keptLine[T]{lineKey: k, of: &d.Rows[k.row], line: line}
		if k.child >= 0 {
			l.of, l.under = &d.makeChildren(t, k.row)[k.child], l.of
		}
		kept = append(kept, l)
	}
	return kept
}

// looksSame says whether what was drawn in that place is still what stands there.
func (d *Data[T]) looksSame(t *Table[T], l keptLine[T]) bool {
	if int(l.row) >= len(d.Rows) {
		return false
	}
	now := &d.Rows[l.row]
	if l.child >= 0 {
		kids := d.makeChildren(t, l.row)
		if int(l.child) >= len(kids) || t.Key(l.under) != t.Key(now) {
			return false
		}
		now = &kids[l.child]
	}
	return t.Key(l.of) == t.Key(now) && t.Same(l.of, now)
}

// Layout makes ready for drawing in w cells.
func (t *Table[T]) Layout(w int) {
	if t.layout.w != w || t.layout.widths == nil || t.layout.hidden != t.look(w).hidden || t.drawn != t.theme.key {
		t.arrange(w, nil)
	}
}

// Has says whether the column is on screen, and in how many cells.
func (t *Table[T]) Has(column int) (width int, ok bool) {
	if column >= len(t.layout.widths) {
		return 0, false
	}
	return t.layout.widths[column], t.layout.widths[column] > 0
}

// Span is the cells of a text column and of the texts behind it that no number parts from it.
func (t *Table[T]) Span(column int) int {
	cells, _ := t.Has(column)
	for i := column + 1; i < len(t.layout.widths) && !t.Columns[i].Number; i++ {
		if w := t.layout.widths[i]; w > 0 {
			cells += t.layout.gap + w
		}
	}
	return cells
}

// lead is the cells before a row: the cursor, and the mark of the fold.
func (t *Table[T]) lead() int {
	if t.folds() {
		return 4
	}
	return 2
}

func (t *Table[T]) folds() bool { return t.Children != nil && !t.Open }

// pinnedKey is a pinned row by its name.
type pinnedKey struct {
	name   string
	style  Style
	marked uint64
}

// Header is the line of titles, with a mark on the column that is sorted by.
func (t *Table[T]) Header() string {
	if t.data == nil || t.drawing == nil {
		return t.header()
	}
	t.data.mu.Lock()
	defer t.data.mu.Unlock()
	return once(&t.drawing.headers, order{by: t.By, up: t.Up}, t.header)
}

// once is what is kept under the key, or what is made now.
func once[K comparable](kept *map[K]string, key K, build func() string) string {
	s, ok := (*kept)[key]
	if !ok {
		s = build()
		if *kept == nil {
			*kept = map[K]string{}
		}
		(*kept)[key] = s
	}
	return s
}

// Mark is the direction of the sort.
func (t *Table[T]) Mark() string {
	if t.Up {
		return t.theme.Glyph.Up
	}
	return t.theme.Glyph.Down
}

// SortedBy says what the rows are sorted by; empty for the order in which they came.
func (t *Table[T]) SortedBy() string {
	if t.By < 0 {
		return ""
	}
	return "sorted by " + t.Columns[t.By].Title + " " + t.Mark()
}

// join sets the cells of the columns on screen side by side.
func (t *Table[T]) join(cell func(i int, gap string) string) string {
	var b strings.Builder
	gap := ""
	for i, w := range t.layout.widths {
		if w == 0 {
			continue
		}
		b.WriteString(cell(i, gap))
		gap = Spaces(t.layout.gap)
	}
	return b.String()
}

// Pinned draws a row that is none of the table's, such as a total, in its columns.
func (t *Table[T]) Pinned(row *T, st Style) string {
	return t.pinned(row, st, 0)
}

func (t *Table[T]) pinned(row *T, st Style, moved uint64) string {
	return Spaces(t.lead()) + t.cells(row, lineKey{child: -1, moved: moved}, &st)
}

// PinnedRow draws one of the table's rows, as it came, without a cursor.
func (t *Table[T]) PinnedRow(i int) string {
	return Spaces(t.lead()) + t.cells(&t.data.Rows[i], lineKey{child: -1}, nil)
}

// PinnedOnce is Pinned for a row that is the same in all tables that show the version,
// and has a name of its own.
func (t *Table[T]) PinnedOnce(name string, row *T, st Style) string {
	moved := t.movedAt[markKey{name, pinnedChild}].columns
	if t.data == nil || t.drawing == nil {
		return t.pinned(row, st, moved)
	}
	t.data.mu.Lock()
	defer t.data.mu.Unlock()
	return once(&t.drawing.pinned, pinnedKey{name, st, moved}, func() string { return t.pinned(row, st, moved) })
}

// Lines are the rows that n lines show.
func (t *Table[T]) Lines(n int) []string {
	t.page = max(n, 1)
	t.clamp()
	if t.data == nil || t.drawing == nil {
		return nil
	}
	t.data.mu.Lock()
	defer t.data.mu.Unlock()
	lines := make([]string, 0, max(min(n, len(t.list)-t.top), 0))
	for i := t.top; i < min(t.top+n, len(t.list)); i++ {
		p := t.list[i]
		k := lineKey{row: p.row, child: p.child, selected: i == t.at, moved: t.movedIn(p)}
		k.opened = p.child < 0 && t.folds() && t.Opened(&t.data.Rows[p.row])
		k.marked = len(t.marks) > 0 && p.child < 0 && t.marks[t.Key(&t.data.Rows[p.row])]
		lines = append(lines, once(&t.drawing.lines, k, func() string { return t.line(k) }))
	}
	return lines
}

// line is a row with the cursor and the fold before it. It runs under the data's mu.
func (t *Table[T]) line(k lineKey) string {
	th := t.theme
	front := "  "
	if k.selected {
		front = th.Accent.Render(th.Glyph.Cursor) + " "
	}
	if k.marked {
		front = front[:len(front)-1] + th.Accent.Render(th.Glyph.Check)
	}
	row := &t.data.Rows[k.row]
	if k.child >= 0 {
		row = &t.data.makeChildren(t, k.row)[k.child]
	}
	if t.folds() {
		mark, st := " ", th.Faint
		if k.child < 0 && len(t.data.makeChildren(t, k.row)) > 0 {
			if mark = th.Glyph.Closed; k.opened {
				mark = th.Glyph.Opened
			}
		}
		if k.selected {
			st = th.Accent
		}
		front += st.Render(mark) + " "
	}
	line := front + t.cells(row, k, nil)
	if !k.selected || th.Row.before == "" {
		return line
	}
	// All of it in one style, which goes on behind the styles within.
	line += Spaces(t.layout.w - Width(line))
	return th.Row.before + strings.ReplaceAll(line, th.Row.after, th.Row.after+th.Row.before) + th.Row.after
}

// cells draws a row in its columns, in the style given or in that of each column.
func (t *Table[T]) cells(row *T, k lineKey, st *Style) string {
	th := t.theme
	spanned := false // a column before has the cells of this one
	return t.join(func(i int, gap string) string {
		c := CellOf[T]{Row: row, Width: t.layout.widths[i], Selected: k.selected, Child: k.child >= 0}
		col := &t.Columns[i]
		if spanned = spanned && !col.Number; spanned {
			return ""
		}
		if col.Spans != nil && col.Spans(row) {
			spanned, c.Width = true, t.Span(i)
		}
		switch {
		case st != nil:
			c.Style = *st
		case k.selected && th.Row.before != "": // the whole line is in that style
		case k.selected:
			c.Style = th.Bold
		case col.Style != nil:
			c.Style = col.Style(row)
		}
		if k.moved>>i&1 != 0 {
			c.Style = th.Changed
		}
		cell := ""
		switch {
		case col.Draw != nil:
			cell = gap + col.Draw(c)
		case col.Number:
			cell = gap + c.Style.Render(th.Right(col.Text(row), c.Width))
		default:
			cell = gap + c.Style.Render(th.Cell(col.Text(row), c.Width))
		}
		if th.Plain && k.moved>>i&1 != 0 {
			cell = th.sign(cell)
		}
		return cell
	})
}

// sign puts a sign before a number that has just moved, where no style can mark it. It
// takes a space, so that nothing changes places.
func (t *Theme) sign(cell string) string {
	number := strings.TrimLeft(cell, " ")
	at := len(cell) - len(number)
	if at == 0 || number == "" {
		return cell
	}
	return cell[:at-1] + t.Glyph.Moved + number
}

// Start is the cell in which the column begins.
func (t *Table[T]) Start(column int) int {
	at, gap := t.lead(), 0
	for i, w := range t.layout.widths {
		if w == 0 {
			continue
		}
		if at += gap; i == column {
			break
		}
		at, gap = at+w, t.layout.gap
	}
	return at
}
