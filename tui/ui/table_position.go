package ui

import "lastclick/model"

// Seen says which of the table's lines are on screen, counted from one, and how many there
// are. Lines are rows, and what is unfolded beneath them.
func (t *Table[T]) Seen() (from, to, of int) {
	of = len(t.list)
	if of == 0 {
		return 0, 0, 0
	}
	return t.top + 1, min(t.top+t.page, of), of
}

// Position is what part of a list is seen: "12–36 of 60".
func (t *Theme) Position(from, to, of int64) string {
	dash := "–"
	if t.ASCII {
		dash = "-"
	}
	return model.FormatCount(from) + dash + model.FormatCount(to) + " of " + model.FormatCount(of)
}

// BeginFilter lets the filter be typed.
func (t *Table[T]) BeginFilter() { t.filtering = true }

// Beginning says whether the cursor is within a page of the first row.
func (t *Table[T]) Beginning() bool { return t.at < t.page }
