package command

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"lastclick/model"
)

// gutter is the space between two columns.
const gutter = 2

// column is a column of a table. Where the terminal is too narrow for all, titles
// become short, then columns go by drop, then cells are cut.
type column struct {
	title string
	short string // the title where there is little room; empty: the same
	right bool   // numbers
	min   int    // its cells may be cut to this width; 0: never cut
	drop  int    // the highest goes first; 0: it stays
}

// row is a row of a table: its cells, as many as there are columns.
type row struct {
	cells  []string
	indent int  // of the first cell, for what belongs to the row above
	rule   bool // no cells: a line across
	bold   bool
}

// table is rows under columns.
type table struct {
	columns []column
	rows    []row
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, row{cells: cells}) }

// layout is how a table is shown at a width.
type layout struct {
	kept   []int // columns
	widths []int // of the kept ones
	short  bool  // titles
}

// table writes t as wide as the page allows.
func (p *page) table(t *table) {
	cells := t.clean()
	l := t.layout(t.widest(cells), p.width)
	p.raw(p.bold(p.fit(t.heading(l))))
	for i, r := range t.rows {
		if r.rule {
			total := gutter * (len(l.widths) - 1)
			for _, w := range l.widths {
				total += w
			}
			p.raw(p.fit(strings.Repeat("─", total)))
			continue
		}
		line := p.fit(t.line(l, cells[i]))
		if r.bold {
			line = p.bold(line)
		}
		p.raw(line)
	}
}

// leftOut names the columns that table leaves out at this width, as a sentence; empty
// where all are shown.
func (p *page) leftOut(t *table) string {
	l := t.layout(t.widest(t.clean()), p.width)
	var names []string
	for i, c := range t.columns {
		if !slices.Contains(l.kept, i) && !slices.Contains(names, c.title) {
			names = append(names, c.title)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return fmt.Sprintf("Not shown in %d columns: %s.", p.width, strings.Join(names, ", "))
}

// list writes t and, beneath it, what was left out.
func (p *page) list(t *table) {
	p.table(t)
	if note := p.leftOut(t); note != "" {
		p.gap()
		p.say(note)
	}
}

func (p *page) fit(line string) string {
	if p.width <= 0 {
		return line
	}
	return ansi.Truncate(line, p.width, "…")
}

// clean is the cells as they may be shown.
func (t *table) clean() [][]string {
	out := make([][]string, len(t.rows))
	for i, r := range t.rows {
		if r.rule {
			continue
		}
		out[i] = make([]string, len(t.columns))
		for j := range t.columns {
			out[i][j] = model.Line(r.cells[j])
		}
		out[i][0] = strings.Repeat(" ", r.indent) + out[i][0]
	}
	return out
}

// widest is the width of each column's widest cell.
func (t *table) widest(cells [][]string) []int {
	widths := make([]int, len(t.columns))
	for _, r := range cells {
		for i, c := range r {
			widths[i] = max(widths[i], ansi.StringWidth(c))
		}
	}
	return widths
}

// layout fits columns whose widest cells have these widths into width.
func (t *table) layout(cells []int, width int) layout {
	kept := make([]int, len(t.columns))
	for i := range kept {
		kept[i] = i
	}
	for {
		for _, short := range []bool{false, true} {
			if l, ok := t.attempt(cells, kept, short, width); ok {
				return l
			}
		}
		last := -1 // the position in kept of the column to go
		for i, c := range kept {
			if t.columns[c].drop > 0 && (last < 0 || t.columns[c].drop > t.columns[kept[last]].drop) {
				last = i
			}
		}
		if last < 0 {
			l, _ := t.attempt(cells, kept, true, 0) // the lines are cut
			return l
		}
		kept = slices.Delete(slices.Clone(kept), last, last+1)
	}
}

// attempt lays the kept columns out, if they fit in width (0: anything fits).
func (t *table) attempt(cells []int, kept []int, short bool, width int) (layout, bool) {
	l := layout{kept: kept, short: short, widths: make([]int, len(kept))}
	floors := make([]int, len(kept))
	excess := gutter*(len(kept)-1) - width
	for i, c := range kept {
		title := ansi.StringWidth(t.columns[c].name(short))
		w := max(title, cells[c])
		l.widths[i], floors[i] = w, w
		if t.columns[c].min > 0 {
			floors[i] = min(w, max(title, t.columns[c].min))
		}
		excess += w
	}
	if width == 0 {
		return l, true
	}
	for ; excess > 0; excess-- {
		widest := -1
		for i, w := range l.widths {
			if w > floors[i] && (widest < 0 || w > l.widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			return l, false
		}
		l.widths[widest]--
	}
	return l, true
}

func (c column) name(short bool) string {
	if short && c.short != "" {
		return c.short
	}
	return c.title
}

func (t *table) heading(l layout) string {
	titles := make([]string, len(t.columns))
	for i, c := range t.columns {
		titles[i] = c.name(l.short)
	}
	return t.line(l, titles)
}

func (t *table) line(l layout, cells []string) string {
	var b strings.Builder
	for i, c := range l.kept {
		text := ansi.Truncate(cells[c], l.widths[i], "…")
		space := strings.Repeat(" ", max(0, l.widths[i]-ansi.StringWidth(text)))
		if i > 0 {
			b.WriteString(strings.Repeat(" ", gutter))
		}
		if t.columns[c].right {
			b.WriteString(space + text)
		} else {
			b.WriteString(text + space)
		}
	}
	return strings.TrimRight(b.String(), " ")
}
