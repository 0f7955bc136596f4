package ui

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"
)

// SortBy sorts by the column as it sorts at first; by the one that it is sorted by
// already, the other way around.
func (t *Table[T]) SortBy(c int) {
	switch {
	case c < 0 || c >= len(t.Columns) || !t.sortable(c):
	case c == t.By:
		t.Reverse()
	default:
		t.sortBy(c)
	}
}

func (t *Table[T]) sortBy(c int) {
	t.keep(func() {
		t.By, t.order = c, nil
		t.Up = c >= 0 && !t.Columns[c].Number && !t.Columns[c].Descending
	})
}

// Sort is how the table is sorted, for SetSort of another session: the column's title, and
// the direction; "none" is the order in which the rows come.
func (t *Table[T]) Sort() string {
	switch {
	case t.By < 0:
		return "none"
	case t.Up:
		return t.Columns[t.By].Title + " up"
	}
	return t.Columns[t.By].Title + " down"
}

// SetSort sorts as Sort said. What names no column of today changes nothing.
func (t *Table[T]) SetSort(s string) {
	if s == "none" && !t.Ranked {
		t.sortBy(-1)
		return
	}
	at := strings.LastIndexByte(s, ' ')
	if at < 0 {
		return
	}
	for c := range t.Columns {
		if t.Columns[c].Title == s[:at] && len(t.Columns[c].Steps) == 0 {
			t.keep(func() { t.By, t.Up, t.order = c, s[at:] == " up", nil })
			return
		}
	}
}

// sorts is what an action does that sorts.
func (t *Table[T]) sorts(do func()) func() tea.Cmd {
	return func() tea.Cmd {
		before := t.Sort()
		if do(); t.Sort() == before {
			return nil
		}
		return t.chosen()
	}
}

// chosen tells the owner that the person has chosen a sort.
func (t *Table[T]) chosen() tea.Cmd {
	if t.Sorted == nil {
		return nil
	}
	return t.Sorted()
}
