package ui

// Marks are rows, by their keys, that what is done next is done with. They are the
// session's own: the lines of marked rows are shared like all others.

// ToggleMark marks the row that the cursor is on or under, or takes its mark away, and
// goes on to the next row.
func (t *Table[T]) ToggleMark() {
	row := t.Parent()
	if row == nil {
		return
	}
	key := t.Key(row)
	if t.marks[key] {
		delete(t.marks, key)
	} else {
		t.mark(key)
	}
	t.lastMark = key
	at := t.list[t.at].row
	for t.at < len(t.list)-1 && t.list[t.at].row == at { // past its children
		t.at++
	}
	t.clamp()
}

// MarkRange marks the rows from the one that was marked last to the cursor.
func (t *Table[T]) MarkRange() {
	if len(t.list) == 0 {
		return
	}
	from, to := -1, t.at
	for i, p := range t.list {
		if p.child < 0 && t.Key(&t.data.Rows[p.row]) == t.lastMark {
			from = i
		}
	}
	if from < 0 {
		from = to
	}
	for i := min(from, to); i <= max(from, to); i++ {
		t.mark(t.Key(&t.data.Rows[t.list[i].row]))
	}
	t.lastMark = t.Key(t.Parent())
}

func (t *Table[T]) mark(key string) {
	if t.marks == nil {
		t.marks = map[string]bool{}
	}
	t.marks[key] = true
}

// Unmark takes all marks away.
func (t *Table[T]) Unmark() { t.marks, t.lastMark = nil, "" }

// UnmarkRow takes the mark of the row with the key away.
func (t *Table[T]) UnmarkRow(key string) { delete(t.marks, key) }

// Marked are the rows with a mark in the table's order, also those that the filter keeps
// out; what is hidden or gone is none of them.
func (t *Table[T]) Marked() []*T {
	if len(t.marks) == 0 || t.data == nil {
		return nil
	}
	var rows []*T
	for _, i := range t.data.sorted(t) {
		row := &t.data.Rows[i]
		if t.marks[t.Key(row)] && (t.Hide == nil || !t.Hide(row)) {
			rows = append(rows, row)
		}
	}
	return rows
}
