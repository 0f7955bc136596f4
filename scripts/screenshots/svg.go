package main

import (
	"fmt"
	"html"
	"strings"
	"unicode"
)

// The measures of a cell, in pixels: those of DejaVu Sans Mono at 14 px, on whole pixels
// so that lines and blocks of neighbouring cells meet.
const (
	cellWidth, cellHeight = 8, 18
	baseline              = 13
	fontSize              = 13
	margin                = 14 // around the screen
)

// drawSVG is the screen as a picture. Text stands in the reader's own monospaced font, each
// piece as wide as its cells; lines and blocks are drawn, so that they meet in any font.
func drawSVG(rows [][]cell, p palette) string {
	w, h := 2*margin, 2*margin+len(rows)*cellHeight
	if len(rows) > 0 {
		w += len(rows[0]) * cellWidth
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %[1]d %d" font-family="'DejaVu Sans Mono','SF Mono',Menlo,Consolas,monospace" font-size="%d">`+"\n", w, h, fontSize)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" rx="8" fill="%s"/>`+"\n", w, h, hex(p.bg))
	fmt.Fprintf(&b, `<g transform="translate(%d %[1]d)">`+"\n", margin)
	for y, row := range rows {
		drawBackgrounds(&b, row, y, p)
		drawShapes(&b, row, y, p)
		drawText(&b, row, y, p)
	}
	b.WriteString("</g>\n</svg>\n")
	return b.String()
}

// runs calls draw for each longest run of neighbouring cells that are alike.
func runs(row []cell, alike func(a, b cell) bool, draw func(from, to int)) {
	for from := 0; from < len(row); {
		to := from + 1
		for to < len(row) && alike(row[from], row[to]) {
			to++
		}
		draw(from, to)
		from = to
	}
}

func drawBackgrounds(b *strings.Builder, row []cell, y int, p palette) {
	bg := func(c cell) int { _, bg := p.colours(c); return bg }
	runs(row, func(a, c cell) bool { return bg(a) == bg(c) }, func(from, to int) {
		if bg(row[from]) != p.bg {
			rect(b, from*cellWidth, y*cellHeight, (to-from)*cellWidth, cellHeight, bg(row[from]))
		}
	})
}

func rect(b *strings.Builder, x, y, w, h, fill int) {
	fmt.Fprintf(b, `<rect x="%d" y="%d" width="%d" height="%d" fill="%s"/>`+"\n", x, y, w, h, hex(fill))
}

// drawText draws what is written in letters.
func drawText(b *strings.Builder, row []cell, y int, p palette) {
	style := func(c cell) string {
		fg, _ := p.colours(c)
		s := fmt.Sprintf(`fill="%s"`, hex(fg))
		if c.bold {
			s += ` font-weight="bold"`
		}
		if c.underline {
			s += ` text-decoration="underline"`
		}
		return s
	}
	blank := func(x int) bool { return x >= len(row) || row[x].char == ' ' || isShape(row[x].char) }
	for x := 0; x < len(row); {
		if blank(x) || row[x].char == 0 {
			x++
			continue
		}
		from, text := x, string(row[x].char)
		x++
		if own(row[from].char) {
			for x < len(row) && row[x].char == 0 { // its second cell
				x++
			}
		} else {
			for x < len(row) && !isShape(row[x].char) && row[x].char != 0 && !own(row[x].char) && style(row[x]) == style(row[from]) && (!blank(x) || !blank(x+1)) {
				text += string(row[x].char)
				x++
			}
			trimmed := strings.TrimRight(text, " ")
			x -= len(text) - len(trimmed)
			text = trimmed
		}
		fmt.Fprintf(b, `<text x="%d" y="%d" textLength="%d" %s>%s</text>`+"\n", from*cellWidth, y*cellHeight+baseline, (x-from)*cellWidth, style(row[from]), html.EscapeString(text))
	}
}

// own says whether a character is placed alone: a font may have it from another one, and
// then it has another width.
func own(r rune) bool {
	return r > 0x2ff && !unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic) && !strings.ContainsRune("…–—·×›“”‘’", r)
}
