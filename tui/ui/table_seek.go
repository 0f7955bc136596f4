package ui

// Seek puts the cursor on the row with the key: at once, or when it comes.
func (t *Table[T]) Seek(key string) {
	t.sought, t.unseen, t.told = key, false, false
	t.settle()
}

// Unseen is the key of a row that was sought and has come, and that the filter hides. It is
// said once; without the filter the cursor goes to it.
func (t *Table[T]) Unseen() (key string, unseen bool) {
	if !t.unseen {
		return "", false
	}
	t.unseen = false
	return t.sought, true
}

// settle puts the cursor on the row that is sought, if it is there.
func (t *Table[T]) settle() {
	if t.sought == "" || t.data == nil {
		return
	}
	for i := range t.list {
		if p := t.list[i]; p.child < 0 && t.Key(&t.data.Rows[p.row]) == t.sought {
			t.at, t.sought, t.unseen = i, "", false
			t.clamp()
			return
		}
	}
	for i := range t.data.Rows {
		if t.Key(&t.data.Rows[i]) == t.sought {
			t.unseen = !t.told
			t.told = true
			return
		}
	}
}
