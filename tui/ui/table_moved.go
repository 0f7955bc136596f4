package ui

import (
	"time"
	"weak"
)

// markFor is how long a number that has moved is marked.
const markFor = time.Second

// maxMoved bounds the rows that are marked at once: where more have moved, as after a
// break of the connection, marks would say nothing.
const maxMoved = 200

// moved is a row whose numbers are others than in the version before.
type moved struct {
	parent, child string // keys; child is empty of a row
	columns       uint64 // as bits
}

// mark is when the marks on a row's columns end.
type mark struct {
	columns uint64
	until   time.Time
}

type markKey struct{ parent, child string }

// pinnedChild stands in place of a child's key for rows that are pinned.
const pinnedChild = "\x00pinned"

// ShowMoved is Show for a version that follows the one that is shown: numbers that have
// moved since are marked for a second. It returns when the first of all marks ends; zero:
// there is none.
func (t *Table[T]) ShowMoved(d *Data[T], now time.Time) time.Time {
	before := t.data
	if before != nil && before != d {
		for _, m := range d.movedSince(t, before) {
			t.noteMoved(markKey{m.parent, m.child}, m.columns, now)
		}
	}
	t.show(d)
	return t.nextMark()
}

// PinnedMoved marks what has moved in a row that is pinned under the name.
func (t *Table[T]) PinnedMoved(name string, before, row *T, now time.Time) {
	if columns := t.differ(before, row); columns != 0 {
		t.noteMoved(markKey{name, pinnedChild}, columns, now)
	}
}

func (t *Table[T]) noteMoved(k markKey, columns uint64, now time.Time) {
	if t.movedAt == nil {
		t.movedAt = map[markKey]mark{}
	}
	t.movedAt[k] = mark{t.movedAt[k].columns | columns, now.Add(markFor)}
}

// EndMoved takes away the marks that have ended by now, and returns when the next one ends.
func (t *Table[T]) EndMoved(now time.Time) time.Time {
	for k, m := range t.movedAt {
		if !m.until.After(now) {
			delete(t.movedAt, k)
		}
	}
	return t.nextMark()
}

func (t *Table[T]) nextMark() (first time.Time) {
	for _, m := range t.movedAt {
		if first.IsZero() || m.until.Before(first) {
			first = m.until
		}
	}
	return first
}

// movedIn are the columns that are marked in the row at that place.
func (t *Table[T]) movedIn(p position) uint64 {
	if len(t.movedAt) == 0 {
		return 0
	}
	k := markKey{parent: t.Key(&t.data.Rows[p.row])}
	if p.child >= 0 {
		k.child = t.Key(&t.data.makeChildren(t, p.row)[p.child])
	}
	return t.movedAt[k].columns
}

// movedSince are the rows whose numbers have moved since the version before. It is found
// out once for all tables that went from the one version to the other.
func (d *Data[T]) movedSince(t *Table[T], before *Data[T]) []moved {
	since := weak.Make(before) // which d must not keep in memory
	d.mu.Lock()
	rows, ok := d.moved[since]
	d.mu.Unlock()
	if ok {
		return rows
	}
	rows = d.findMoved(t, before)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.moved == nil || len(d.moved) >= maxDrawings {
		d.moved = map[weak.Pointer[Data[T]]][]moved{}
	}
	d.moved[since] = rows
	return rows
}

func (d *Data[T]) findMoved(t *Table[T], before *Data[T]) []moved {
	var index map[string]int // of the rows before, made once rows have changed places
	var rows []moved
	for i := range d.Rows {
		now := &d.Rows[i]
		key, was := t.Key(now), -1
		if i < len(before.Rows) && t.Key(&before.Rows[i]) == key {
			was = i
		} else {
			if index == nil {
				index = make(map[string]int, len(before.Rows))
				for j := range before.Rows {
					index[t.Key(&before.Rows[j])] = j
				}
			}
			if j, there := index[key]; there {
				was = j
			}
		}
		if was < 0 || t.Same != nil && t.Same(&before.Rows[was], now) {
			continue
		}
		if columns := t.differ(&before.Rows[was], now); columns != 0 {
			rows = append(rows, moved{key, "", columns})
		}
		rows = append(rows, t.movedChildren(key, before.childrenOf(t, int32(was)), d.childrenOf(t, int32(i)))...)
		if len(rows) > maxMoved {
			return nil
		}
	}
	return rows
}

// childrenOf are the children of the row, where the table has such.
func (d *Data[T]) childrenOf(t *Table[T], row int32) []T {
	if t.Children == nil {
		return nil
	}
	return d.children(t, row)
}

func (t *Table[T]) movedChildren(parent string, before, now []T) (rows []moved) {
	for i := range now {
		key := t.Key(&now[i])
		for j := range before {
			if t.Key(&before[j]) != key {
				continue
			}
			if columns := t.differ(&before[j], &now[i]); columns != 0 {
				rows = append(rows, moved{parent, key, columns})
			}
		}
	}
	return rows
}

// differ are the columns of numbers in which the two rows differ.
func (t *Table[T]) differ(before, now *T) (columns uint64) {
	for c := range t.Columns {
		if col := &t.Columns[c]; col.Number && col.Compare != nil && col.Compare(before, now) != 0 {
			columns |= 1 << c
		}
	}
	return columns
}
