package ui

import "strings"

// header is the titles over their columns. The mark of the sort stands free and cuts no
// title: where there is no room for both, the title is a shorter one, then both reach a cell
// into the gap behind, and at last the title stands alone.
func (t *Table[T]) header() string {
	th := t.theme
	var b strings.Builder
	b.WriteString(Spaces(t.lead()))
	gap := 0 // that is left before the column
	for i, w := range t.layout.widths {
		if w == 0 {
			continue
		}
		c, title, over := &t.Columns[i], t.layout.titles[i], 0
		switch {
		case i == t.By && c.Number:
			title, over = t.sortedTitle(i, w+max(gap-t.blankBefore(i), 0))
			b.WriteString(th.Bold.Render(th.Right(title, gap+w+over)))
		case i == t.By:
			title, over = t.sortedTitle(i, w)
			b.WriteString(Spaces(gap) + th.Bold.Render(th.Cell(title, w+over)))
		case c.Number:
			b.WriteString(Spaces(gap) + th.Faint.Render(th.Right(title, w)))
		default:
			b.WriteString(Spaces(gap) + th.Faint.Render(th.Cell(title, w)))
		}
		gap = t.layout.gap - over
	}
	return b.String()
}

// sortedTitle is the title that the table is sorted by and the mark behind it, in room cells and
// over of the gap behind.
func (t *Table[T]) sortedTitle(i, room int) (title string, over int) {
	title, ok := t.marked(i, room)
	if !ok {
		over = t.spareBehind(i)
		title, ok = t.marked(i, room+over)
	}
	if !ok {
		return t.Columns[i].title(0), 0
	}
	return title + " " + t.Mark(), over
}

// marked is the longest title, up to the one of the layout, that fits beside the mark in
// room cells.
func (t *Table[T]) marked(i, room int) (title string, ok bool) {
	c := &t.Columns[i]
	title = t.layout.titles[i]
	room -= Width(t.Mark()) + 1
	for n := len(c.Short); Width(title) > room && n >= 0; n-- {
		title = c.title(n)
	}
	return title, Width(title) <= room
}

// blankBefore is how many cells of the gap before a column stay empty in the header: none
// where the title before it is a text's that ends earlier than its column.
func (t *Table[T]) blankBefore(i int) int {
	for i--; i >= 0; i-- {
		if w := t.layout.widths[i]; w > 0 {
			if !t.Columns[i].Number && Width(t.layout.titles[i]) < w {
				return 0
			}
			return 1
		}
	}
	return 1
}

// spareBehind is how many cells behind a column its title may take: one, where another
// stays empty before the next title.
func (t *Table[T]) spareBehind(i int) int {
	for i++; i < len(t.layout.widths); i++ {
		w := t.layout.widths[i]
		switch {
		case w == 0:
			continue
		case t.layout.gap > 1 || t.Columns[i].Number && Width(t.layout.titles[i]) < w:
			return 1
		}
		return 0
	}
	return 1 // the last cell of a line is empty
}
