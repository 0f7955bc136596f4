package ui

import "strings"

// cacheKey is a row in one of its states.
type cacheKey struct {
	row, child       int32
	opened, selected bool
}

// reuse keeps the rows drawn for the version before that look the same: an order moves
// a row or two of a hundred.
func (t *Table[T]) reuse(drawn map[cacheKey]string, before *Data[T]) {
	for k, line := range drawn {
		if int(k.row) >= len(t.data.Rows) {
			continue
		}
		old, now := &before.Rows[k.row], &t.data.Rows[k.row]
		if k.child >= 0 {
			was, is := before.children(t, k.row), t.data.children(t, k.row)
			if int(k.child) >= len(is) || t.Key(old) != t.Key(now) {
				continue
			}
			old, now = &was[k.child], &is[k.child]
		}
		if t.Key(old) == t.Key(now) && t.Same(old, now) {
			t.cache[k] = line
		}
	}
}

// Layout makes ready for drawing in w cells.
func (t *Table[T]) Layout(w int) {
	if t.layout.w != w || t.layout.widths == nil {
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

// lead is the cells before a row: the cursor, and the mark of the fold.
func (t *Table[T]) lead() int {
	if t.folds() {
		return 4
	}
	return 2
}

func (t *Table[T]) folds() bool { return t.Children != nil && !t.Open }

// Header is the line of titles, with a mark on the column that is sorted by.
func (t *Table[T]) Header() string {
	th := t.theme
	return Spaces(t.lead()) + t.join(func(i int, gap string) string {
		c, st, w := &t.Columns[i], th.Faint, t.layout.widths[i]
		title := t.layout.titles[i]
		if i == t.By {
			st = th.Bold
			if title += " " + t.Mark(); c.Number { // into the gap if there is no other room
				return st.Render(th.Right(t.Mark()+t.layout.titles[i], w+len(gap)))
			}
		}
		if c.Number {
			return gap + st.Render(th.Right(title, w))
		}
		return gap + st.Render(th.Cell(title, w))
	})
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
	return Spaces(t.lead()) + t.cells(row, cacheKey{child: -1}, &st)
}

// Lines are the rows that n lines show.
func (t *Table[T]) Lines(n int) []string {
	t.page = max(n, 1)
	t.clamp()
	var lines []string
	for i := t.top; i < min(t.top+n, len(t.list)); i++ {
		p := t.list[i]
		k := cacheKey{row: p.row, child: p.child, selected: i == t.at}
		k.opened = p.child < 0 && t.folds() && t.Opened(&t.data.Rows[p.row])
		line, ok := t.cache[k]
		if !ok {
			line = t.line(k)
			t.cache[k] = line
		}
		lines = append(lines, line)
	}
	return lines
}

// line is a row with the cursor and the fold before it.
func (t *Table[T]) line(k cacheKey) string {
	th := t.theme
	front := "  "
	if k.selected {
		front = th.Accent.Render(th.Glyph.Cursor) + " "
	}
	row := t.data.at(t, position{k.row, k.child})
	if t.folds() {
		mark, st := " ", th.Faint
		if k.child < 0 && len(t.data.children(t, k.row)) > 0 {
			if mark = th.Glyph.Closed; k.opened {
				mark = th.Glyph.Opened
			}
		}
		if k.selected {
			st = th.Accent
		}
		front += st.Render(mark) + " "
	}
	return front + t.cells(row, k, nil)
}

// cells draws a row in its columns, in the style given or in that of each column.
func (t *Table[T]) cells(row *T, k cacheKey, st *Style) string {
	th := t.theme
	return t.join(func(i int, gap string) string {
		c := CellOf[T]{Row: row, Width: t.layout.widths[i], Selected: k.selected, Child: k.child >= 0}
		col := &t.Columns[i]
		switch {
		case st != nil:
			c.Style = *st
		case k.selected:
			c.Style = th.Bold
		case col.Style != nil:
			c.Style = col.Style(row)
		}
		switch {
		case col.Draw != nil:
			return gap + col.Draw(c)
		case col.Number:
			return gap + c.Style.Render(th.Right(col.Text(row), c.Width))
		}
		return gap + c.Style.Render(th.Cell(col.Text(row), c.Width))
	})
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
