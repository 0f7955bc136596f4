package ui

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"lastclick/model"
)

// Cell makes foreign text harmless and exactly w cells wide, cut with the theme's
// ellipsis or filled with spaces.
func (t *Theme) Cell(s string, w int) string {
	if w <= 0 {
		return ""
	}
	s = model.Line(s)
	n := Width(s)
	if n > w {
		s = ansi.Truncate(s, w, t.Glyph.Ellipsis)
		n = Width(s) // a wide character that did not fit leaves a gap
	}
	return s + Spaces(w-n)
}

// Right is Cell set against the right edge; numbers are never longer than w.
func (t *Theme) Right(s string, w int) string {
	s = t.Cut(s, w)
	return Spaces(w-Width(s)) + s
}

// Cut is Cell without the filling.
func (t *Theme) Cut(s string, w int) string {
	return strings.TrimRight(t.Cell(s, w), " ")
}

// Pair is a and b in w cells; where both do not fit, each gets its half at least.
func (t *Theme) Pair(a, b string, w int) string {
	sep := " " + t.Glyph.Dot + " "
	room := w - Width(sep)
	a, b = model.Line(a), model.Line(b)
	if Width(a)+Width(b) > room {
		half := max(room/2, room-Width(a))
		b = t.Cut(b, min(half, Width(b)))
		a = t.Cut(a, room-Width(b))
	}
	return t.Cell(a+sep+b, w)
}

// Fit makes a drawn line no wider than w.
func (t *Theme) Fit(line string, w int) string {
	if Width(line) <= w {
		return line
	}
	return ansi.Truncate(line, w, t.Glyph.Ellipsis)
}

// Width is the number of cells that s takes, by grapheme. Nearly all lines are ASCII,
// colours and our own glyphs, which are counted here; where anything else is in it,
// ansi.StringWidth measures the whole.
func Width(s string) int {
	n := 0
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c >= 0x20 && c < 0x7f:
			n++
			i++
		case c == 0x1b:
			end := sgrLength(s[i:])
			if end == 0 {
				return ansi.StringWidth(s)
			}
			i += end
		default:
			r, size := utf8.DecodeRuneInString(s[i:])
			if !oneCell(r) {
				return ansi.StringWidth(s)
			}
			n++
			i += size
		}
	}
	return n
}

// sgrLength is the length of the colour sequence that s begins with, 0 for anything
// else.
func sgrLength(s string) int {
	if len(s) < 3 || s[1] != '[' {
		return 0
	}
	for i := 2; i < len(s); i++ {
		switch c := s[i]; {
		case c == 'm':
			return i + 1
		case c != ';' && (c < '0' || c > '9'):
			return 0
		}
	}
	return 0
}

// oneCell says whether r is one of the console's own glyphs: one cell wide, and never
// part of a longer character unless another rune, that is none of them, follows.
func oneCell(r rune) bool {
	switch r {
	case '·', '×', '–', '“', '”', '…', '›', '→', '▲', '▸', '▼', '▾', '✓', 'é', 'è', 'ü', 'ö', 'ä', 'ñ':
		return true
	}
	return r >= 0x2500 && r <= 0x259f || r >= 0x2800 && r <= 0x28ff // rules and blocks, Braille
}

const blank = "                                                                                "

// Spaces is n spaces, none for n below zero.
func Spaces(n int) string {
	switch {
	case n <= 0:
		return ""
	case n <= len(blank):
		return blank[:n]
	}
	return strings.Repeat(" ", n)
}

// Spread sets left and right against the edges of w cells; the right gives way where
// both do not fit. Both may be styled.
func Spread(left, right string, w int) string {
	gap := w - Width(left) - Width(right)
	if right == "" || gap < 2 {
		return left
	}
	return left + Spaces(gap) + right
}

// unbroken is a hyphen that ansi.Wrap does not break behind.
const unbroken = "\u2011"

// Wrap breaks foreign text into lines of at most w cells, between words. It does not break
// behind a hyphen: a flag, a day or a code that is broken can be neither read nor copied. A
// word that is wider than the line is broken anywhere.
func Wrap(s string, w int) []string {
	lines := strings.Split(ansi.Wrap(strings.ReplaceAll(model.Line(s), "-", unbroken), max(w, 1), ""), "\n")
	for i := range lines {
		lines[i] = strings.ReplaceAll(lines[i], unbroken, "-")
	}
	return lines
}

// WrapShell breaks a command line between the words of a shell, with the backslash that
// says that it goes on: what is selected from the screen runs as it is. A word that is wider
// than w leaves room for is broken anywhere.
func WrapShell(s string, w int) (lines []string) {
	line := ""
	for _, word := range shellWords(model.Line(s)) {
		switch {
		case line == "":
			line = word
		case Width(line)+1+Width(word) <= w-2:
			line += " " + word
		default:
			lines = append(lines, Hardwrap(line+` \`, w)...)
			line = word
		}
	}
	return append(lines, Hardwrap(line, w)...)
}

// shellWords are the words of a line as they stand in it; spaces within quotes part none.
func shellWords(s string) []string {
	var quote rune
	escaped := false
	return strings.FieldsFunc(s, func(r rune) bool {
		switch {
		case escaped:
			escaped = false
			return false
		case r == '\\' && quote != '\'':
			escaped = true
		case quote == 0 && (r == '\'' || r == '"'):
			quote = r
		case r == quote:
			quote = 0
		}
		return r == ' ' && quote == 0
	})
}

// Hardwrap breaks foreign text into lines of at most w cells, anywhere: what may be
// selected and copied is never cut.
func Hardwrap(s string, w int) []string {
	return strings.Split(ansi.Hardwrap(model.Line(s), max(w, 1), true), "\n")
}

// Trim is at most the first n lines.
func Trim(lines []string, n int) []string { return lines[:min(len(lines), max(n, 0))] }

// Message is a title and a few sentences in an otherwise empty page.
func (t *Theme) Message(w int, title string, sentences ...string) []string {
	lines := []string{"", "  " + t.Bold.Render(t.Cut(title, w-4)), ""}
	for _, s := range sentences {
		for _, l := range Wrap(s, w-4) {
			lines = append(lines, "  "+l)
		}
	}
	return lines
}

// Paragraph is a sentence or two beneath an empty line.
func (t *Theme) Paragraph(w int, st Style, s string) []string {
	lines := []string{""}
	for _, l := range Wrap(s, w-4) {
		lines = append(lines, "  "+st.Render(l))
	}
	return lines
}

// Fault is what is wrong, in as many lines as it takes.
func (t *Theme) Fault(w, indent int, text string) []string {
	var lines []string
	for i, l := range Wrap(text, w-indent-4) {
		mark := "  "
		if i == 0 {
			mark = t.Glyph.Alert + " "
		}
		lines = append(lines, Spaces(indent)+t.Bad.Render(mark+l))
	}
	return lines
}

// Sentence is s with a capital first letter.
func Sentence(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}
