package ui

// Column says what a table shows of a row, and how that behaves in a narrow window.
type Column[T any] struct {
	Title  string
	Short  []string // shorter titles, the shortest last
	Number bool     // set against the right edge, and never cut

	Min     int   // cells that a text makes do with; 0: it is never cut
	Max     int   // cells that it takes at most while others want some; 0: no bound
	Drop    int   // the highest gives way first; 1 only after texts were cut further; 0 stays
	Stretch bool  // takes the cells that nothing else wants
	Spare   []int // is shown only in such cells, in the first of these widths that fits; Title and Short go with them
	Hidden  bool

	Text    func(row *T) string               // may hold foreign text; nil for a column that is only drawn
	Draw    func(c CellOf[T]) string          // exactly c.Width cells; nil: Text
	Width   func(row *T) int                  // of what Draw makes do with; nil: of Text
	Measure func(rows []T) (narrow, wide int) // instead of Width, for all rows at once: what is made do with, and what is taken where there is room
	Style   func(row *T) Style                // nil: plain

	Compare    func(a, b *T) int // how it sorts; nil: by Text, without case
	Unsorted   bool              // it cannot be sorted by
	Descending bool              // sorts the greatest first, as numbers always do
}

// CellOf is where a cell is drawn.
type CellOf[T any] struct {
	Row      *T
	Width    int
	Style    Style
	Selected bool // the cursor is on the row
	Child    bool
}

const (
	columnGap = 2
	floorText = 8  // cells that a text keeps however narrow the window is
	idealText = 36 // cells that a column that stretches gets before Spare columns get theirs
)

// layout is where the columns stand at one width.
type layout struct {
	w, gap int
	widths []int    // 0 where a column is not shown
	titles []string // as long as there is room for
}

// arrange chooses columns for w cells: without those that matter least where not all
// fit. What is over goes first to the texts from the left, as far as they ask, then to
// longer titles, then to whatever texts hold. Of the version before, it keeps the rows
// that look the same.
func (t *Table[T]) arrange(w int, before *Data[T]) {
	if w <= 0 || t.data == nil {
		t.layout.w, t.drawing = w, nil
		return
	}
	t.drawing = t.data.draw(t, w, before)
	t.layout = t.drawing.layout
}

func (t *Table[T]) fit(w int) layout {
	room := w - t.lead() - 1
	most := 0
	for c := range t.Columns {
		most = max(most, t.Columns[c].Drop)
	}
	gaps := []int{columnGap}
	if t.Tight {
		gaps = append(gaps, 1)
	}
	for keep := most; keep >= 2; keep-- {
		for _, gap := range gaps {
			if l, over := t.place(w, room, keep, gap, false); over >= 0 {
				return t.spend(l, over)
			}
		}
	}
	gap := gaps[len(gaps)-1]
	for keep := min(most, 1); keep >= 0; keep-- {
		if l, over := t.place(w, room, keep, gap, true); over >= 0 {
			return t.spend(l, over)
		}
	}
	l, over := t.place(w, room, 0, gap, true)
	return t.shrink(l, over)
}

// place gives the columns whose Drop is at most keep the least they make do with, and
// returns the cells that are over.
func (t *Table[T]) place(w, room, keep, gap int, floor bool) (layout, int) {
	l := layout{w: w, gap: gap, widths: make([]int, len(t.Columns)), titles: make([]string, len(t.Columns))}
	room += gap
	for i := range t.Columns {
		c := &t.Columns[i]
		if c.Hidden || c.Drop > keep || len(c.Spare) > 0 {
			continue
		}
		l.titles[i] = c.title(0)
		l.widths[i] = t.wants(i, l.titles[i])
		if c.Min > 0 {
			least := c.Min
			if floor {
				least = min(least, floorText)
			}
			l.widths[i] = max(min(l.widths[i], least), 1)
		}
		room -= l.widths[i] + gap
	}
	return l, room
}

// title is the title in length n: 0 is the shortest.
func (c *Column[T]) title(n int) string {
	if n = len(c.Short) - n; n <= 0 {
		return c.Title
	}
	return c.Short[n-1]
}

// wants are the cells for the title, with room for the mark of the sort beside a text,
// and for the widest value. The mark of a number has the gap before it.
func (t *Table[T]) wants(i int, title string) int {
	mark := 2
	if t.Columns[i].Number || title == "" {
		mark = 0
	}
	return max(Width(title)+mark, t.data.content[i])
}

// spend shares the cells that are over.
func (t *Table[T]) spend(l layout, over int) layout {
	grow := func(i, to int) {
		if more := min(over, to-l.widths[i]); l.widths[i] > 0 && more > 0 {
			l.widths[i] += more
			over -= more
		}
	}
	for i := range t.Columns {
		want := t.wants(i, l.titles[i])
		if m := t.Columns[i].Max; m > 0 {
			want = min(want, m)
		}
		grow(i, want)
	}
	if l.gap == columnGap {
		over = t.lengthen(&l, over)
	}
	for i := range t.Columns {
		want := max(t.wants(i, l.titles[i]), t.data.wide[i])
		if t.Columns[i].Stretch {
			want = min(want, idealText)
		}
		grow(i, want)
	}
	for i := range t.Columns {
		c := &t.Columns[i]
		for k, n := range c.Spare {
			if !c.Hidden && n+l.gap <= over {
				l.widths[i], l.titles[i] = n, c.title(len(c.Short)-k)
				over -= n + l.gap
				break
			}
		}
	}
	for i := range t.Columns {
		if t.Columns[i].Stretch && l.widths[i] > 0 {
			l.widths[i] += over
			over = 0
		}
	}
	return l
}

// lengthen writes longer titles as far as cells go, all of one length before any of
// the next, and returns the cells that are left.
func (t *Table[T]) lengthen(l *layout, over int) int {
	for n := 1; ; n++ {
		longer := false
		for i := range t.Columns {
			c := &t.Columns[i]
			if l.widths[i] == 0 || n > len(c.Short) {
				continue
			}
			longer = true
			title := c.title(n)
			wide := max(t.wants(i, title), l.widths[i])
			if more := wide - l.widths[i]; more <= over {
				l.titles[i], l.widths[i] = title, wide
				over -= more
			}
		}
		if !longer {
			return over
		}
	}
}

// shrink takes missing cells from the last columns: first from texts that may be cut,
// then from all.
func (t *Table[T]) shrink(l layout, over int) layout {
	for _, spare := range []int{floorText, 1} {
		for i := len(l.widths) - 1; i >= 0 && over < 0; i-- {
			if spare > 1 && t.Columns[i].Min == 0 {
				continue
			}
			if less := min(-over, l.widths[i]-spare); less > 0 {
				l.widths[i] -= less
				over += less
			}
		}
	}
	return l
}

func (l layout) equal(o layout) bool {
	if l.w != o.w || l.gap != o.gap || len(l.widths) != len(o.widths) {
		return false
	}
	for i := range l.widths {
		if l.widths[i] != o.widths[i] || l.titles[i] != o.titles[i] {
			return false
		}
	}
	return true
}
