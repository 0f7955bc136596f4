package ui

import (
	"strings"
)

// Writer writes a page from the top, in lines of at most W cells.
type Writer struct {
	*Theme
	W     int
	Lines []string
}

// Indent is the cells before each line.
const Indent = 2

// Room is the cells of a line.
func (d *Writer) Room() int { return d.W - 2*Indent }

// Line takes a line that is drawn already.
func (d *Writer) Line(s string) {
	if s != "" {
		s = Spaces(Indent) + s
	}
	d.Lines = append(d.Lines, s)
}

// Gap is an empty line.
func (d *Writer) Gap() { d.Lines = append(d.Lines, "") }

// Head is a heading.
func (d *Writer) Head(s string) { d.Line(d.Bold.Render(s)) }

// Text takes sentences, makes them harmless and wraps them.
func (d *Writer) Text(st Style, s string) {
	for _, l := range Wrap(s, d.Room()) {
		d.Line(st.Render(l))
	}
}

// Item takes sentences with a mark before them, beneath which nothing is written.
func (d *Writer) Item(marked Style, mark string, st Style, s string) {
	hang := Width(mark) + 1
	for _, l := range Wrap(s, d.Room()-hang) {
		d.Line(marked.Render(d.Cell(mark, hang)) + st.Render(l))
		mark = ""
	}
}

// Address is never cut: it may be selected and copied.
func (d *Writer) Address(url string) {
	for _, l := range Hardwrap(url, d.Room()) {
		d.Line(d.Accent.Render(l))
	}
}

// Pairs are a title and a value a line, for narrow windows.
func (d *Writer) Pairs(titles, values []string) {
	for i := range titles {
		d.Line(d.Faint.Render(d.Cell(strings.TrimSpace(titles[i]), 15)) + d.Bold.Render(strings.TrimSpace(values[i])))
	}
}

// SideBySide is what two writers wrote, a rule between them.
func SideBySide(t *Theme, left, right *Writer) []string {
	lines := make([]string, 0, max(len(left.Lines), len(right.Lines)))
	rule := t.Faint.Render(t.Glyph.Vertical)
	for i := range cap(lines) {
		l, r := "", ""
		if i < len(left.Lines) {
			l = left.Lines[i]
		}
		if i < len(right.Lines) {
			r = right.Lines[i]
		}
		lines = append(lines, l+Spaces(left.W-Width(l))+rule+r)
	}
	return lines
}
