package tui

import (
	"cmp"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
)

// column of a list: what it shows of a row, and how it behaves in a narrow window.
type listColumn[T any] struct {
	title string
	text  func(row *T) string // may hold foreign text
	right bool                // a number: set against the right edge
	most  int                 // cells that it takes at most while others want some; 0: no bound
	least int                 // cells that a text makes do with; 0: it is never cut
	drop  int                 // the highest gives way first; 0 stays
	ink   func(row *T) paint  // nil: plain
	order func(a, b *T) int   // how it sorts; nil: by its text
	down  bool                // sorts the greatest first, as numbers always do
}

// list is rows with a cursor: sorted, filtered and seen through a window. The cursor
// stays on its row when rows come, go or change places.
type list[T any] struct {
	env     *env
	columns []listColumn[T]
	key     func(row *T) string // what tells rows apart
	feed    bool                // new rows come on top: on the first row, the cursor follows them

	rows  []T
	words []string // of each row, in lower case, for the filter; made when wanted
	order []int    // the rows shown, in the order shown
	by    int      // index of columns; below zero: as the store orders them
	up    bool     // from the least to the greatest

	at, top, page int // the cursor, the first row seen, how many are seen
	search        input
	searching     bool

	content []int // the widest value of each column
	laid    int   // the width that widths are for
	widths  []int // of each column, 0 where it gives way
}

// put shows rows instead of those before.
func (l *list[T]) put(rows []T) {
	l.keep(func() {
		l.rows, l.words, l.laid = rows, nil, 0
		l.content = make([]int, len(l.columns))
		for c := range l.columns {
			for i := range rows {
				l.content[c] = max(l.content[c], width(clean(l.columns[c].text(&rows[i]))))
			}
		}
	})
}

// keep makes a change, and leaves the cursor on its row and the row in its place. The
// window of a feed stays at the top while the cursor's row is in it.
func (l *list[T]) keep(change func()) {
	key, offset, high := "", l.at-l.top, l.feed && l.top == 0
	follows := l.feed && l.at == 0
	if row := l.current(); row != nil {
		key = l.key(row)
	}
	change()
	l.arrange()
	for i, r := range l.order {
		if !follows && l.key(&l.rows[r]) == key {
			l.at = i
			break
		}
	}
	if l.top = l.at - offset; high {
		l.top = 0
	}
	l.clamp()
}

// arrange filters and sorts.
func (l *list[T]) arrange() {
	text := strings.ToLower(l.search.value())
	l.order = l.order[:0]
	for i := range l.rows {
		if text == "" || strings.Contains(l.word(i), text) {
			l.order = append(l.order, i)
		}
	}
	if l.by < 0 {
		return
	}
	c := &l.columns[l.by]
	slices.SortStableFunc(l.order, func(a, b int) int {
		n := 0
		if c.order != nil {
			n = c.order(&l.rows[a], &l.rows[b])
		} else {
			n = cmp.Compare(strings.ToLower(c.text(&l.rows[a])), strings.ToLower(c.text(&l.rows[b])))
		}
		if !l.up {
			n = -n
		}
		return n
	})
}

func (l *list[T]) word(i int) string {
	if l.words == nil {
		l.words = make([]string, len(l.rows))
		for j := range l.rows {
			var b strings.Builder
			for c := range l.columns {
				b.WriteString(l.columns[c].text(&l.rows[j]))
				b.WriteByte('\n')
			}
			l.words[j] = strings.ToLower(b.String())
		}
	}
	return l.words[i]
}

// current is the row at the cursor, nil where there is none.
func (l *list[T]) current() *T {
	if l.at >= len(l.order) {
		return nil
	}
	return &l.rows[l.order[l.at]]
}

func (l *list[T]) move(n int) {
	l.at += n
	l.clamp()
}

func (l *list[T]) clamp() {
	l.at = max(min(l.at, len(l.order)-1), 0)
	l.top = min(l.top, l.at, max(len(l.order)-l.page, 0))
	l.top = max(l.top, l.at-l.page+1, 0)
}

// sortNext goes to the next column that is on screen, and after the last back to
// the order of the store.
func (l *list[T]) sortNext() {
	next := l.by + 1
	for next < len(l.columns) && next < len(l.widths) && l.widths[next] == 0 {
		next++
	}
	if next >= len(l.columns) {
		next = -1
	}
	l.keep(func() {
		l.by = next
		l.up = next >= 0 && !l.columns[next].right && !l.columns[next].down
	})
}

func (l *list[T]) reverse() {
	if l.by >= 0 {
		l.keep(func() { l.up = !l.up })
	}
}

// typed takes a key while the filter is typed: every letter narrows the list.
func (l *list[T]) typed(k tea.KeyMsg) {
	switch k.String() {
	case "enter", "tab":
		l.searching = false
	case "esc":
		l.searching = false
		l.clear()
	case "up":
		l.move(-1)
	case "down":
		l.move(1)
	default:
		l.keep(func() { l.search.key(k) })
	}
}

// clear takes the filter away.
func (l *list[T]) clear() { l.keep(func() { l.search = newInput("") }) }

func (l *list[T]) filtered() bool { return len(l.search.clusters) > 0 }

// keys move, sort and filter; those of the page go before them.
func (l *list[T]) keys() []binding {
	if l.searching {
		return searchKeys
	}
	if len(l.rows) == 0 {
		return nil
	}
	act := func(do func()) func() tea.Cmd {
		return func() tea.Cmd {
			do()
			return nil
		}
	}
	bs := []binding{
		{[]string{"/"}, "/", "filter by what a row shows", "filter", act(func() { l.searching = true })},
		{[]string{"s"}, "s", "sort by the next column", "sort", act(l.sortNext)},
		{[]string{"S"}, "S", "turn the order round", "", act(l.reverse)},
	}
	if l.filtered() {
		bs = append(bs, binding{[]string{"esc"}, "esc", "clear the filter", "", act(l.clear)})
	}
	return append(bs,
		binding{[]string{"down", "j"}, "↓ j", "down", "", act(func() { l.move(1) })},
		binding{[]string{"up", "k"}, "↑ k", "up", "", act(func() { l.move(-1) })},
		binding{[]string{"pgdown", "ctrl+d"}, "pgdn", "a page down", "", act(func() { l.move(l.page) })},
		binding{[]string{"pgup", "ctrl+u"}, "pgup", "a page up", "", act(func() { l.move(-l.page) })},
		binding{[]string{"g", "home"}, "g", "to the first", "", act(func() { l.move(-len(l.order)) })},
		binding{[]string{"G", "end"}, "G", "to the last", "", act(func() { l.move(len(l.order)) })})
}
