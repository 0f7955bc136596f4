package tui

import (
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"lastclick/model"
)

// cell is the only way of foreign text to the screen: made harmless, and exactly w
// cells wide, cut with the session's mark or filled with spaces.
func (e *env) cell(s string, w int) string {
	if w <= 0 {
		return ""
	}
	s = clean(s)
	n := width(s)
	if n > w {
		s = ansi.Truncate(s, w, e.mark.cut)
		n = width(s) // a wide character that did not fit leaves a gap
	}
	return s + spaces(w-n)
}

// right is cell set against the right edge; numbers are never longer than w.
func (e *env) right(s string, w int) string {
	s = e.cut(s, w)
	return spaces(w-width(s)) + s
}

// cut is cell without the filling.
func (e *env) cut(s string, w int) string {
	return strings.TrimRight(e.cell(s, w), " ")
}

// pair is a and b in w cells; where both do not fit, each gets its half at least.
func (e *env) pair(a, b string, w int) string {
	sep := " " + e.mark.dot + " "
	room := w - width(sep)
	a, b = clean(a), clean(b)
	if width(a)+width(b) > room {
		half := max(room/2, room-width(a))
		b = e.cut(b, min(half, width(b)))
		a = e.cut(a, room-width(b))
	}
	return e.cell(a+sep+b, w)
}

// clean shows control characters in caret notation (^[ for escape), so that an
// attempt is seen, and removes whatever else does not belong in a line.
func clean(s string) string {
	if !strings.ContainsFunc(s, isControl) {
		return model.Clean(s)
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\t' || r == '\n' || r == '\r':
			b.WriteByte(' ')
		case r == 0x7f:
			b.WriteString("^?")
		case r < 0x20:
			b.WriteByte('^')
			b.WriteByte(byte(r) + '@')
		default:
			b.WriteRune(r)
		}
	}
	return model.Clean(b.String())
}

func isControl(r rune) bool { return r < 0x20 || r == 0x7f }

// width is the number of cells that s takes, by grapheme. Nearly all lines are ASCII,
// colours and our own marks, which are counted here; where anything else is in it,
// the whole is measured properly.
func width(s string) int {
	n := 0
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c >= 0x20 && c < 0x7f:
			n++
			i++
		case c == 0x1b:
			end := sgr(s[i:])
			if end == 0 {
				return ansi.StringWidth(s)
			}
			i += end
		default:
			r, size := utf8.DecodeRuneInString(s[i:])
			if !single(r) {
				return ansi.StringWidth(s)
			}
			n++
			i += size
		}
	}
	return n
}

// sgr is the length of the colour sequence that s begins with, 0 for anything else.
func sgr(s string) int {
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

// single says whether r is one of the console's own marks: one cell wide, and never
// part of a longer character unless another rune, that is none of them, follows.
func single(r rune) bool {
	switch r {
	case '·', '×', '–', '“', '”', '…', '›', '→', '▲', '▸', '▼', '▾', '✓', 'é', 'è', 'ü', 'ö', 'ä', 'ñ':
		return true
	}
	return r >= 0x2500 && r <= 0x259f // rules and blocks
}

const blank = "                                                                                "

func spaces(n int) string {
	switch {
	case n <= 0:
		return ""
	case n <= len(blank):
		return blank[:n]
	}
	return strings.Repeat(" ", n)
}

// fit makes a drawn line no wider than w.
func (e *env) fit(line string, w int) string {
	if width(line) <= w {
		return line
	}
	return ansi.Truncate(line, w, e.mark.cut)
}

// spread sets left and right against the edges of w cells; the right gives way
// where both do not fit. Widths are measured, so both may be painted.
func spread(left, right string, w int) string {
	gap := w - width(left) - width(right)
	if right == "" || gap < 2 {
		return left
	}
	return left + spaces(gap) + right
}

// wrap breaks a sentence of ours, or cleaned text, into lines of at most w cells.
func wrap(s string, w int) []string {
	return strings.Split(ansi.Wrap(s, max(w, 1), ""), "\n")
}

// plural is "1 link", "2 links".
func plural(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return model.FormatCount(n) + " " + many
}
