package ui

import tea "github.com/charmbracelet/bubbletea"

// Mouse takes the wheel, three lines a notch, and clicks: y is the line among the rows that
// are seen, -1 their titles. A click on a row puts the cursor on it, on the mark of a fold
// it folds, and on a title it sorts. opened says that a row that was clicked already is
// clicked once more: its owner opens it.
func (t *Table[T]) Mouse(m tea.MouseMsg, y int) (cmd tea.Cmd, opened bool) {
	t.Move(3 * notch(m))
	if !Clicked(m) {
		return nil, false
	}
	if y == -1 {
		if c := t.titleAt(m.X); c >= 0 {
			t.SortBy(c)
			return t.chosen(), false
		}
		return nil, false
	}
	if y < 0 || y >= t.page || t.top+y >= len(t.list) {
		return nil, false
	}
	parent, child := t.where()
	again := t.clicked == parent+"\n"+child
	stays := t.top+y == t.at
	t.Move(t.top + y - t.at)
	parent, child = t.where()
	t.clicked = parent + "\n" + child
	if t.folds() && m.X >= 1 && m.X <= 3 && t.list[t.at].child < 0 {
		t.Fold(!t.Opened(t.Parent()))
		return nil, false
	}
	return nil, again && stays
}

// titleAt is the column whose title is at the cell x; below zero where none is.
func (t *Table[T]) titleAt(x int) int {
	from, at := t.lead(), t.lead() // the gap before a number has some of its title
	for c, w := range t.layout.widths {
		if w == 0 {
			continue
		}
		end := at + w
		if c == t.By { // the mark of the sort may take a cell of the gap
			end++
		}
		if x >= from && x < end && t.layout.titles[c] != "" && t.sortable(c) {
			return c
		}
		from, at = at+w, at+w+t.layout.gap
	}
	return -1
}

// Clicked says whether the left button went down.
func Clicked(m tea.MouseMsg) bool {
	return m.Button == tea.MouseButtonLeft && m.Action == tea.MouseActionPress
}
