package tui

import "strings"

const (
	listLead  = 2 // cells before a row: the cursor
	listGap   = 2
	leastText = 8 // cells that a text keeps however narrow the window is
)

// lay chooses columns for w cells: without those that matter least where not all
// fit, and what is over goes to the texts from the left.
func (l *list[T]) lay(w int) {
	if l.laid == w {
		return
	}
	l.laid = w
	room := w - listLead - 1
	keep := 0
	for c := range l.columns {
		keep = max(keep, l.columns[c].drop)
	}
	for ; ; keep-- {
		if over := l.place(room, keep); over >= 0 || keep == 0 {
			l.spend(over)
			return
		}
	}
}

// place gives the columns whose drop is at most keep the least they make do with,
// and returns the cells that are over.
func (l *list[T]) place(room, keep int) int {
	l.widths = make([]int, len(l.columns))
	room += listGap
	for i := range l.columns {
		c := &l.columns[i]
		if c.drop > keep {
			continue
		}
		l.widths[i] = max(width(c.title)+l.marked(i), l.content[i])
		if c.least > 0 {
			l.widths[i] = max(min(l.widths[i], c.least), 1)
		}
		room -= l.widths[i] + listGap
	}
	return room
}

// marked is the room for the mark of the column that is sorted by: any text may
// become it, numbers have the gap before them.
func (l *list[T]) marked(i int) int {
	if l.columns[i].right {
		return 0
	}
	return 2
}

// spend shares the cells that are over: up to what each column takes at most, then
// up to what its values take. Where cells are missing, the last columns give them.
func (l *list[T]) spend(over int) {
	for _, bounded := range []bool{true, false} {
		for i := range l.columns {
			want := max(width(l.columns[i].title)+l.marked(i), l.content[i])
			if most := l.columns[i].most; bounded && most > 0 {
				want = min(want, most)
			}
			if l.widths[i] == 0 || over <= 0 || want <= l.widths[i] {
				continue
			}
			more := min(over, want-l.widths[i])
			l.widths[i] += more
			over -= more
		}
	}
	for _, spare := range []int{leastText, 1} { // first the texts that may be cut, then all
		for i := len(l.widths) - 1; i >= 0 && over < 0; i-- {
			if spare > 1 && l.columns[i].least == 0 {
				continue
			}
			if less := min(-over, l.widths[i]-spare); less > 0 {
				l.widths[i] -= less
				over += less
			}
		}
	}
}

// header is the line of titles, with a mark on the column that is sorted by.
func (l *list[T]) header() string {
	e := l.env
	return spaces(listLead) + l.join(func(i int) string {
		c, ink := &l.columns[i], e.ink.faint
		title := c.title
		if i == l.by {
			ink = e.ink.bold
			if title += " " + l.mark(); c.right {
				title = l.mark() + c.title
			}
		}
		if c.right {
			return ink.on(e.right(title, l.widths[i]+listGap))
		}
		return ink.on(e.cell(title, l.widths[i]))
	})
}

func (l *list[T]) mark() string {
	if l.up {
		return l.env.mark.up
	}
	return l.env.mark.down
}

// join sets a row's cells side by side; the gap before a number is part of its cell.
func (l *list[T]) join(cell func(i int) string) string {
	var b strings.Builder
	first := true
	for i, w := range l.widths {
		if w == 0 {
			continue
		}
		if !first && !l.columns[i].right {
			b.WriteString(spaces(listGap))
		}
		first = false
		b.WriteString(cell(i))
	}
	return b.String()
}

// row is line i of those shown.
func (l *list[T]) row(i int) string {
	e, row := l.env, &l.rows[l.order[i]]
	front := spaces(listLead)
	if i == l.at {
		front = e.ink.accent.on(e.mark.cursor) + " "
	}
	return front + l.join(func(c int) string {
		col := &l.columns[c]
		var ink paint
		switch {
		case i == l.at:
			ink = e.ink.bold
		case col.ink != nil:
			ink = col.ink(row)
		}
		if col.right {
			return ink.on(e.right(col.text(row), l.widths[c]+listGap))
		}
		return ink.on(e.cell(col.text(row), l.widths[c]))
	})
}

// window is the rows that n lines show.
func (l *list[T]) window(n int) []string {
	l.page = max(n, 1)
	l.clamp()
	var lines []string
	for i := l.top; i < min(l.top+n, len(l.order)); i++ {
		lines = append(lines, l.row(i))
	}
	return lines
}
