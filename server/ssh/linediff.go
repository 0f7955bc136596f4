package ssh

import (
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// What of a frame differs from the one on the terminal is written line by line, and in a
// line cell by cell where that is shorter: of a row of numbers a few digits change.
// A cell that is passed over must be where the terminal has it, so only characters that
// all terminals show one cell wide are passed over. From the first other one on, the rest
// of the line is written.

// shortLine is the length in bytes up to which a line is always written whole.
const shortLine = 32

// shortGap is how many bytes that stay are written again rather than passed over.
const shortGap = 4

const (
	eraseRight = "\x1b[K"
	eraseBelow = "\x1b[J"
	plainStyle = "\x1b[m"
)

// changes are what was written for changed lines of late: consoles that show the same
// have the same lines to change. The zero value is ready.
type changes struct {
	mu   sync.Mutex
	kept map[change]string
}

type change struct {
	old, line string
	row, w    int
}

// maxChanges bounds them: at the bound all are forgotten.
const maxChanges = 1024

// append adds what changes the line to b.
func (c *changes) append(b []byte, of change) []byte {
	c.mu.Lock()
	seq, ok := c.kept[of]
	c.mu.Unlock()
	if ok {
		return append(b, seq...)
	}
	begin := len(b)
	b = appendChange(b, of.row, of.old, of.line, of.w)
	of.old, of.line = strings.Clone(of.old), strings.Clone(of.line) // which may be parts of frames
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept == nil || len(c.kept) >= maxChanges {
		c.kept = map[change]string{}
	}
	c.kept[of] = string(b[begin:])
	return b
}

// appendFrame adds to b what turns a terminal of w × h cells that shows old into one
// that shows frame. With whole, what it shows is not known. Of a frame with more than h
// lines the last are shown.
func (c *changes) appendFrame(b []byte, old, frame []string, w, h int, whole bool) []byte {
	old, frame = old[max(len(old)-h, 0):], frame[max(len(frame)-h, 0):]
	for row, line := range frame {
		switch {
		case whole || row >= len(old):
			b = appendLine(b, row, line, w)
		case line != old[row]:
			b = c.append(b, change{old[row], line, row, w})
		}
	}
	if len(frame) < h && (whole || len(frame) < len(old)) {
		b = append(appendMove(b, len(frame), 0), eraseBelow...)
	}
	return b
}

// appendLine writes the line whole.
func appendLine(b []byte, row int, line string, w int) []byte {
	return appendRest(appendMove(b, row, 0), line, w)
}

// appendRest writes s, and erases what is left of the w cells up to the right edge. A
// cursor behind the last cell would erase that one, so there must be some left.
func appendRest(b []byte, s string, w int) []byte {
	n := width(s)
	if n > w {
		s = ansi.Truncate(s, w, "")
		n = width(s)
	}
	if b = append(b, s...); n < w {
		b = append(b, eraseRight...)
	}
	return b
}

// appendChange writes what is different in the line.
func appendChange(b []byte, row int, old, line string, w int) []byte {
	if len(line) <= shortLine {
		return appendLine(b, row, line, w)
	}
	begin := len(b)
	p := pen{b: b, row: row, col: -1}
	before, now := cells{s: old}, cells{s: line}
	var last, here place // before the last cell of the line, and before this one
	for col := 0; col < w; col++ {
		if n := same(&before, &now, w-col); n > 0 { // nearly all cells
			col, here = col+n, place{now.i - 1, now.style}
			if col == w {
				break
			}
		}
		last, here = here, place{now.i, now.style}
		had, steady := before.next()
		has, steadyNow := now.next()
		switch {
		case !steady || !steadyNow:
			// What is no plain cell may belong to the cell before it.
			if col == 0 {
				return appendLine(b, row, line, w)
			}
			p.move(col-1, last.i, "")
			p.paint(last.style)
			p.b = appendRest(p.b, line[last.i:], w-col+1)
			p.style = ""
			return p.done(begin, line, w)
		case !has:
			if had {
				p.move(col, len(line), "")
				p.paint("")
				p.b = append(p.b, eraseRight...)
			}
			return p.done(begin, line, w)
		case had && before.style == now.style && before.cell() == now.cell(),
			!had && now.style == "" && now.cell() == " ":
			continue
		}
		p.move(col, now.at, line)
		p.paint(now.style)
		p.b = append(p.b, now.cell()...)
		p.col, p.end = col+1, now.i
	}
	return p.done(begin, line, w)
}

// place is a place in a line, and the style there.
type place struct {
	i     int
	style string
}

// same passes over the letters that are the same in both lines, at most so many.
func same(a, b *cells, most int) int {
	if a.style != b.style {
		return 0
	}
	s, t := a.s[a.i:], b.s[b.i:]
	n := min(len(s), len(t), most)
	s, t = s[:n], t[:n]
	for i := range n {
		if c := s[i]; c != t[i] || c < 0x20 || c >= 0x7f {
			n = i
			break
		}
	}
	a.i, b.i = a.i+n, b.i+n
	return n
}

// pen writes parts of a line.
type pen struct {
	b     []byte
	row   int
	col   int    // of the cursor; below zero before the first part
	end   int    // of what was written last, as a place in the line
	style string // in force
}

// move goes to the cell col, which begins at a place in the line.
func (p *pen) move(col, at int, line string) {
	switch {
	case p.col == col:
	case p.col < 0:
		p.b = appendMove(p.b, p.row, col)
	case line != "" && at-p.end <= shortGap && strings.IndexByte(line[p.end:at], '\x1b') < 0:
		p.b = append(p.b, line[p.end:at]...)
	default:
		p.b = append(strconv.AppendInt(append(p.b, "\x1b["...), int64(col+1), 10), 'G')
	}
	p.col = col
}

// paint puts the style in force.
func (p *pen) paint(style string) {
	if p.style == style {
		return
	}
	if p.style != "" {
		p.b = append(p.b, plainStyle...)
	}
	p.b = append(p.b, style...)
	p.style = style
}

// done ends the line, or writes it whole instead if that is shorter.
func (p *pen) done(begin int, line string, w int) []byte {
	p.paint("")
	if len(p.b)-begin > len(line)+len("\x1b[99H")+len(eraseRight) {
		return appendLine(p.b[:begin], p.row, line, w)
	}
	return p.b
}

func appendMove(b []byte, row, col int) []byte {
	b = strconv.AppendInt(append(b, "\x1b["...), int64(row+1), 10)
	if col > 0 {
		b = strconv.AppendInt(append(b, ';'), int64(col+1), 10)
	}
	return append(b, 'H')
}

// cells reads a line cell by cell.
type cells struct {
	s     string
	at, i int    // the cell begins and ends here
	style string // in which it is
}

func (c *cells) cell() string { return c.s[c.at:c.i] }

// next goes to the next cell. It is not steady where no plain cell comes next: a character
// that terminals show in different widths, one that is part of the one before, or a
// sequence that is no simple style.
func (c *cells) next() (more, steady bool) {
	for c.i < len(c.s) {
		b := c.s[c.i]
		switch {
		case b >= 0x20 && b < 0x7f:
			c.at = c.i
			c.i++
			return true, true
		case b != '\x1b':
			r, size := utf8.DecodeRuneInString(c.s[c.i:])
			if !oneCell(r) {
				return true, false
			}
			c.at = c.i
			c.i += size
			return true, true
		}
		n := styleLength(c.s[c.i:])
		if n == 0 {
			return true, false
		}
		switch style := c.s[c.i : c.i+n]; {
		case style == plainStyle || style == "\x1b[0m":
			c.style = ""
		case c.style == "":
			c.style = style
		default: // one on top of another
			return true, false
		}
		c.i += n
	}
	return false, true
}

// styleLength is the length of the style (SGR) that s begins with, 0 for anything else.
func styleLength(s string) int {
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

// oneCell says whether r is one cell wide everywhere: of the console's own signs those
// that are not of ambiguous width (Unicode TR 11).
func oneCell(r rune) bool { return r == '▸' || r == '▾' || r == '›' }

// width is the number of cells that s takes.
func width(s string) int {
	c := cells{s: s}
	for n := 0; ; n++ {
		switch more, steady := c.next(); {
		case !steady:
			return ansi.StringWidth(s)
		case !more:
			return n
		}
	}
}
