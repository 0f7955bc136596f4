package ui

import (
	"cmp"
	"slices"
)

// Column says what a table shows of a row, and how that behaves in a narrow window.
type Column[T any] struct {
	Title  string
	Short  []string // shorter titles, the shortest last
	Number bool     // set against the right edge, and never cut

	// Cells are what the column makes do with and what it usually wants, by the window's
	// width alone: titles and columns then stand still whatever the values are, and Draw
	// shortens what is longer. Zero: the widest value is measured.
	Cells [2]int

	// Lends says that what its widest value leaves of its Cells goes to the texts behind it
	// that are cut. The columns behind them stay where they are.
	Lends bool

	Ample   int   // cells that it has before texts have more than their least, where two texts are shown
	Min     int   // cells that a measured text makes do with; 0: it is never cut
	Max     int   // cells that it takes at most while others want some; 0: no bound
	Drop    int   // the highest gives way first; 1 only after texts were cut further; 0 stays
	Needs   int   // cells that the first column has before this one is shown
	Stretch bool  // takes the cells that nothing else wants
	Steps   []int // is shown in one of these widths, the greatest first; Title and Short go with them
	Hidden  bool

	Text  func(row *T) string      // may hold foreign text; nil for a column that is only drawn
	Draw  func(c CellOf[T]) string // exactly c.Width cells; nil: Text
	Width func(row *T) int         // of what Draw makes do with; nil: of Text
	Style func(row *T) Style       // nil: plain
	Spans func(row *T) bool        // rows whose cell takes those of the texts behind it too

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
	idealText = 36 // cells that a column that stretches gets at first
)

// layout is where the columns stand at one width.
type layout struct {
	w, gap int
	widths []int    // 0 where a column is not shown
	titles []string // as long as there is room for
	hidden uint64   // the columns that were hidden, as bits
}

// arrange chooses columns for w cells: without those that matter least where not all
// fit. What is over goes first to the texts from the left, half as far as they ask, then to
// numbers, which are best written out, then to texts again, to longer titles, and to
// whatever texts hold.
// Of the version before, it keeps the rows that look the same.
func (t *Table[T]) arrange(w int, before *Data[T]) {
	if w <= 0 || t.data == nil {
		t.layout.w, t.drawing = w, nil
		return
	}
	t.drawing, t.drawn = t.data.draw(t, w, before), t.theme.key
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
	l := layout{w: w, gap: gap, hidden: t.look(w).hidden, widths: make([]int, len(t.Columns)), titles: make([]string, len(t.Columns))}
	room += gap
	first, needs := -1, 0
	for i := range t.Columns {
		c := &t.Columns[i]
		if c.Hidden || c.Drop > keep {
			continue
		}
		if first < 0 {
			first = i
		}
		needs = max(needs, c.Needs)
		l.titles[i] = c.title(0)
		l.widths[i] = t.least(i, floor)
		room -= l.widths[i] + gap
	}
	if first >= 0 && needs > l.widths[first] {
		room -= needs - l.widths[first]
		l.widths[first] = needs
	}
	return l, room
}

// least is what the column makes do with; a text in a very narrow window with floorText.
func (t *Table[T]) least(i int, floor bool) int {
	c := &t.Columns[i]
	switch least := c.Min; {
	case len(c.Steps) > 0:
		return c.Steps[len(c.Steps)-1]
	case c.Cells[0] > 0 && (!floor || c.whole()):
		return c.Cells[0]
	case c.Cells[0] > 0:
		return min(c.Cells[0], floorText)
	case c.Min == 0:
		return t.wants(i, c.title(0))
	default:
		if floor {
			least = min(least, floorText)
		}
		return max(min(t.wants(i, c.title(0)), least), 1)
	}
}

// title is the title in length n: 0 is the shortest.
func (c *Column[T]) title(n int) string {
	if n = len(c.Short) - n; n <= 0 {
		return c.Title
	}
	return c.Short[n-1]
}

// whole says whether the column is never cut while others may be.
func (c *Column[T]) whole() bool {
	return c.Number || c.Cells[0] == c.Cells[1] && c.Min == 0
}

// wants are the cells for the title, with room for the mark of the sort beside a text,
// and for the widest value, or for the usual one. The mark of a number has the gap before
// it.
func (t *Table[T]) wants(i int, title string) int {
	c := &t.Columns[i]
	if c.Cells[1] > 0 {
		return max(Width(title), c.Cells[1])
	}
	mark := 2
	if c.Number || title == "" {
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
	texts := func(to func(c *Column[T]) int) {
		for i := range t.Columns {
			if c := &t.Columns[i]; !c.Number {
				grow(i, to(c))
			}
		}
	}
	texts(func(c *Column[T]) int { return c.Cells[0] })
	over = t.ample(&l, over)
	texts(func(c *Column[T]) int { return (c.Cells[0] + c.Cells[1] + 1) / 2 })
	for _, i := range t.byDrop() {
		if t.Columns[i].Number {
			grow(i, t.Columns[i].Cells[1])
		}
	}
	over = t.step(&l, over)
	for i := range t.Columns {
		want := t.wants(i, l.titles[i])
		if m := t.Columns[i].Max; m > 0 {
			want = min(want, m)
		}
		grow(i, want)
	}
	over = t.lengthen(&l, over)
	for i := range t.Columns {
		want := t.wants(i, l.titles[i])
		if t.Columns[i].Stretch {
			want = min(want, idealText)
		}
		grow(i, want)
	}
	for i := range t.Columns {
		if t.Columns[i].Stretch && l.widths[i] > 0 {
			l.widths[i] += over
			over = 0
		}
	}
	t.lend(&l)
	return l
}

// ample gives numbers their ample cells where two texts are on screen, from what the
// first has beyond its least if no others are over, and returns the cells that are left.
func (t *Table[T]) ample(l *layout, over int) int {
	first, texts := -1, 0
	for i := range t.Columns {
		if c := &t.Columns[i]; l.widths[i] > 0 && !c.Number && len(c.Steps) == 0 {
			if texts++; first < 0 {
				first = i
			}
		}
	}
	if texts < 2 {
		return over
	}
	for i := range t.Columns {
		more := t.Columns[i].Ample - l.widths[i]
		spare := max(l.widths[first]-t.Columns[first].Cells[0], 0)
		if l.widths[i] == 0 || more <= 0 || more > over+spare {
			continue
		}
		l.widths[i] += more
		l.widths[first] -= max(more-over, 0)
		over = max(over-more, 0)
	}
	return over
}

// lend gives what a column has and does not need to the texts behind it.
func (t *Table[T]) lend(l *layout) {
	for i := range t.Columns {
		c := &t.Columns[i]
		if !c.Lends || l.widths[i] == 0 {
			continue
		}
		const mark = 2 // of the sort, behind the title
		spare := l.widths[i] - max(t.data.content[i], Width(l.titles[i])+mark)
		for k := i + 1; k < len(t.Columns) && !t.Columns[k].Number; k++ {
			if more := min(spare, t.data.content[k]-l.widths[k]); more > 0 && l.widths[k] > 0 {
				l.widths[i] -= more
				l.widths[k] += more
				spare -= more
			}
		}
	}
}

// byDrop are the columns, those that stay longest first.
func (t *Table[T]) byDrop() []int {
	order := make([]int, len(t.Columns))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(t.Columns[a].Drop, t.Columns[b].Drop) })
	return order
}

// step gives the columns that have steps the widest for which there are cells, and
// returns the cells that are left.
func (t *Table[T]) step(l *layout, over int) int {
	for i := range t.Columns {
		c := &t.Columns[i]
		for k, n := range c.Steps {
			if more := n - l.widths[i]; l.widths[i] > 0 && more <= over {
				l.widths[i], l.titles[i] = n, c.title(len(c.Short)-k)
				over -= more
				break
			}
		}
	}
	return over
}

// lengthen writes the longest titles that fit where they stand, then longer ones as far
// as cells go, all of one length before any of the next, and returns the cells that are
// left. Where columns stand close, none takes cells for its title.
func (t *Table[T]) lengthen(l *layout, over int) int {
	for n := 1; ; n++ {
		longer := false
		for i := range t.Columns {
			c := &t.Columns[i]
			if l.widths[i] == 0 || n > len(c.Short) || len(c.Steps) > 0 {
				continue
			}
			longer = true
			title := c.title(n)
			wide := max(Width(title), l.widths[i])
			if c.Cells[1] == 0 {
				wide = max(t.wants(i, title), l.widths[i])
			}
			if more := wide - l.widths[i]; more == 0 || more <= over && l.gap == columnGap {
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
			if spare > 1 && t.Columns[i].whole() {
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
