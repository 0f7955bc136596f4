package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
)

// Filter is the text that rows must hold.
func (t *Table[T]) Filter() string {
	if t.filter == nil {
		return ""
	}
	return t.filter.Value()
}

// Filtered says whether there is a filter.
func (t *Table[T]) Filtered() bool { return t.Filter() != "" }

// input is the field of the filter.
func (t *Table[T]) input() *Input {
	if t.filter == nil {
		in := t.theme.NewInput("")
		t.filter = &in
	}
	return t.filter
}

// Filtering says whether the filter is being typed.
func (t *Table[T]) Filtering() bool { return t.filtering }

// FilterView is the filter in w cells.
func (t *Table[T]) FilterView(w int) string {
	return t.theme.Accent.Render("/ ") + t.input().View(w, t.filtering)
}

// ClearFilter takes the filter away.
func (t *Table[T]) ClearFilter() {
	t.filter = nil
	t.narrow()
}

// SetFilter filters by the text.
func (t *Table[T]) SetFilter(text string) {
	in := t.theme.NewInput(text)
	t.filter = &in
	t.narrow()
}

// narrow shows the rows that hold the filter's words.
func (t *Table[T]) narrow() {
	t.keep(func() { t.words = model.FoldWords(t.Filter()) })
	t.settle()
}

// Near says that no row holds what the filter says: those close to it are shown.
func (t *Table[T]) Near() bool { return t.near && t.shown > 0 }

// filterBy shows the rows whose text the words are found in, and those of whose shown
// children one has the words that the row has not: of these only such children.
func (t *Table[T]) filterBy(found func(text string, words []string) bool) {
	texts := t.data.texts(t)
	t.list, t.shown, t.hid = t.list[:0], 0, 0
	for _, i := range t.order {
		if found(texts[i], t.words) {
			if t.hides(i) {
				continue
			}
			t.shown++
			t.list = t.addRow(t.list, i)
			continue
		}
		if !t.folds() || !t.Opened(&t.data.Rows[i]) || t.Hide != nil && t.Hide(&t.data.Rows[i]) {
			continue
		}
		alone := true
		for j, text := range t.data.childTexts(t, i) {
			if !found(texts[i]+"\n"+text, t.words) {
				continue
			}
			if alone {
				t.list = append(t.list, position{i, -1})
				t.shown++
				alone = false
			}
			t.list = append(t.list, position{i, int32(j)})
		}
	}
}

// Type takes a key while the filter is typed: every letter narrows the table.
func (t *Table[T]) Type(k tea.KeyMsg) {
	switch k.String() {
	case "enter", "tab":
		t.filtering = false
	case "esc":
		t.filtering = false
		t.ClearFilter()
	case "up":
		t.Move(-1)
	case "down":
		t.Move(1)
	default:
		if t.input().Update(k) {
			t.narrow()
		}
	}
}
