package main

import (
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"github.com/hinshun/vt10x"
)

// cell is one cell of a screen.
type cell struct {
	char        rune // 0: the second half of a wide character
	bold, faint bool
	underline   bool
	reverse     bool
	fg, bg      int // 0 to 255 of the palette, rgb + a colour, or standard
}

const (
	standard = -1
	rgb      = 1 << 24
)

// screen is a terminal: what a program writes to it stands in its cells.
//
// The emulator knows neither faint text nor wide characters, and makes bold colours
// bright. So they are written to it as what it knows and no console uses: bold as italic,
// faint as blinking, and behind a wide character a filler that takes its second cell.
type screen struct {
	mu    sync.Mutex
	term  vt10x.Terminal
	w, h  int
	rest  []byte // of a character or sequence that has not come whole
	moved chan struct{}
}

// filler stands for the second cell of a wide character: of the private use area.
const filler = '\uE0FF'

func newScreen(w, h int) *screen {
	return &screen{term: vt10x.New(vt10x.WithSize(w, h)), w: w, h: h, moved: make(chan struct{}, 1)}
}

// Write takes what the program writes.
func (s *screen) Write(b []byte) (int, error) {
	s.mu.Lock()
	text, rest := translate(append(s.rest, b...))
	s.rest = rest
	_, err := s.term.Write(text)
	s.mu.Unlock()
	select {
	case s.moved <- struct{}{}:
	default:
	}
	return len(b), err
}

// translate is what the emulator is given for b, and what of b is to wait for its end.
func translate(b []byte) (text, rest []byte) {
	for len(b) > 0 {
		n := 1
		switch {
		case b[0] == '\x1b':
			if n = sequence(b); n == 0 {
				return text, append([]byte(nil), b...)
			}
			text = append(text, style(string(b[:n]))...)
		case b[0] >= utf8.RuneSelf:
			if !utf8.FullRune(b) {
				return text, append([]byte(nil), b...)
			}
			var r rune
			r, n = utf8.DecodeRune(b)
			text = append(text, b[:n]...)
			if ansi.StringWidth(string(r)) == 2 {
				text = utf8.AppendRune(text, filler)
			}
		default:
			text = append(text, b[0])
		}
		b = b[n:]
	}
	return text, nil
}

// sequence is the length of the escape sequence that b begins with; 0: it is not whole.
func sequence(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '[':
		for i := 2; i < len(b); i++ {
			if b[i] >= 0x40 && b[i] <= 0x7e {
				return i + 1
			}
		}
		return 0
	case ']', 'P': // up to BEL or ESC \
		for i := 2; i < len(b); i++ {
			if b[i] == '\a' || b[i] == '\\' && b[i-1] == '\x1b' {
				return i + 1
			}
		}
		return 0
	}
	return 2
}

// style has the emulator keep bold as italic and faint as blinking.
func style(seq string) string {
	params, isStyle := strings.CutSuffix(strings.TrimPrefix(seq, "\x1b["), "m")
	if !isStyle || params == "" || len(params)+len("\x1b[m") != len(seq) {
		return seq
	}
	list := strings.Split(params, ";")
	for i := 0; i < len(list); i++ {
		switch list[i] {
		case "1":
			list[i] = "3"
		case "2":
			list[i] = "5"
		case "22":
			list[i] = "23;25"
		case "38", "48": // a colour: its numbers are no styles
			if i+1 < len(list) && list[i+1] == "2" {
				i += 4
			} else {
				i += 2
			}
		}
	}
	return "\x1b[" + strings.Join(list, ";") + "m"
}

// The emulator's marks of a cell; it does not export them.
const (
	modeReverse   = 1 << 0
	modeUnderline = 1 << 1
	modeItalic    = 1 << 4
	modeBlink     = 1 << 5
)

// cells are the rows of the screen.
func (s *screen) cells() [][]cell {
	s.mu.Lock()
	defer s.mu.Unlock()
	rows := make([][]cell, s.h)
	for y := range rows {
		rows[y] = make([]cell, s.w)
		for x := range rows[y] {
			g := s.term.Cell(x, y)
			c := cell{
				char: g.Char, bold: g.Mode&modeItalic != 0, faint: g.Mode&modeBlink != 0,
				underline: g.Mode&modeUnderline != 0, reverse: g.Mode&modeReverse != 0, fg: colour(g.FG), bg: colour(g.BG),
			}
			if c.reverse { // which the emulator has done, and then a standard colour says no more whose it is
				c.fg, c.bg = c.bg, c.fg
			}
			if c.char == filler {
				c.char = 0
			}
			rows[y][x] = c
		}
	}
	return rows
}

func colour(c vt10x.Color) int {
	switch {
	case c >= vt10x.DefaultFG:
		return standard
	case c < 256:
		return int(c)
	}
	return rgb + int(c)
}

// text is what stands on the screen, a line a row.
func (s *screen) text() string {
	var b strings.Builder
	for _, row := range s.cells() {
		for _, c := range row {
			if c.char != 0 {
				b.WriteRune(c.char)
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// hex is a colour as SVG writes it.
func hex(c int) string { return fmt.Sprintf("#%06x", c) }
