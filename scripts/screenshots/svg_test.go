package main

import (
	"context"
	"strings"
	"testing"

	"github.com/charmbracelet/x/exp/golden"
)

func screenOf(t *testing.T, w, h int, written ...string) *screen {
	t.Helper()
	s := newScreen(w, h)
	for _, text := range written {
		if _, err := s.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// All that a console draws, on a small screen: styles, the sixteen colours, 256 and
// 16 million of them, a wide character, a QR code's blocks, a chart's, and lines.
func TestSVG_KnownScreen_Exact(t *testing.T) {
	s := screenOf(t, 24, 6,
		"\x1b[1;36m[1 Links]\x1b[0m \x1b[2mfaint\x1b[22m <&>\r\n",
		"李小龍 Fan Club\r\n",
		"\x1b[31mred\x1b[m \x1b[38;5;208m208\x1b[m \x1b[38;2;1;2;130mtrue\x1b[m \x1b[7mrev\x1b[m\r\n",
		"▁▂▃▄▅▆▇█ ⣿⠁ ░▌▏\r\n",
		"\x1b[30;107m▀▀▄▄\x1b[m \x1b[4munder\x1b[24m\r\n",
		"╭──┬──╮│├┼┤╰┴╯")
	golden.RequireEqual(t, drawSVG(s.cells(), oneHalfDark))
}

func TestScreen_WideCharacter_TakesTwoCells(t *testing.T) {
	row := screenOf(t, 10, 1, "龍a").cells()[0]
	if row[0].char != '龍' || row[1].char != 0 || row[2].char != 'a' {
		t.Errorf("the row begins with %q, %q, %q", row[0].char, row[1].char, row[2].char)
	}
}

// What is written may end in the middle of a character or of a sequence.
func TestScreen_WrittenByteByByte_SameCells(t *testing.T) {
	const text = "\x1b]0;title\a\x1b[1;38;5;22m李\x1b[22;2mx\x1b[m…\x1b[2;3Hy\x1b[2K"
	whole := screenOf(t, 8, 3, text)
	characters := screenOf(t, 8, 3, strings.Split(text, "")...)
	single := newScreen(8, 3)
	for i := range len(text) {
		if _, err := single.Write([]byte{text[i]}); err != nil {
			t.Fatal(err)
		}
	}
	a, b, c := drawSVG(whole.cells(), oneHalfDark), drawSVG(characters.cells(), oneHalfDark), drawSVG(single.cells(), oneHalfDark)
	if a != b || a != c {
		t.Errorf("whole:\n%s\nby characters:\n%s\nby bytes:\n%s", a, b, c)
	}
}

func TestPalette_Colours_Mapped(t *testing.T) {
	for name, c := range map[string]struct {
		seq    string
		fg, bg int
	}{
		"standard":                {"", oneHalfDark.fg, oneHalfDark.bg},
		"one of sixteen":          {"\x1b[31m", oneHalfDark.ansi[1], oneHalfDark.bg},
		"bold is no brighter":     {"\x1b[1;31m", oneHalfDark.ansi[1], oneHalfDark.bg},
		"bright":                  {"\x1b[97;100m", oneHalfDark.ansi[15], oneHalfDark.ansi[8]},
		"of the cube":             {"\x1b[38;5;16m", 0x000000, oneHalfDark.bg},
		"the last of the cube":    {"\x1b[38;5;231m", 0xffffff, oneHalfDark.bg},
		"grey":                    {"\x1b[48;5;232m", oneHalfDark.fg, 0x080808},
		"true":                    {"\x1b[38;2;18;52;86m", 0x123456, oneHalfDark.bg},
		"a colour's 1 is no bold": {"\x1b[38;2;1;2;22m", 0x010216, oneHalfDark.bg},
	} {
		fg, bg := oneHalfDark.colours(screenOf(t, 4, 1, c.seq+"x").cells()[0][0])
		if fg != c.fg || bg != c.bg {
			t.Errorf("%s: %06x on %06x, not %06x on %06x", name, fg, bg, c.fg, c.bg)
		}
	}
	faint, _ := oneHalfDark.colours(screenOf(t, 4, 1, "\x1b[2mx").cells()[0][0])
	if faint == oneHalfDark.fg || faint == oneHalfDark.bg {
		t.Errorf("faint text is %06x", faint)
	}
}

// A picture waits for the whole page: in a wide window for what stands beside it, and never
// is one taken of a page that is loading.
func TestAwait_PageThatLoads_IsNoPicture(t *testing.T) {
	for _, s := range ofReadme() {
		if s.whole() != s.page.wide {
			t.Errorf("%s waits for %q", s.name, s.whole())
		}
	}
	for text, whole := range map[string]bool{"Total 12": true, "Total 12  Loading…": false, "Link": false} {
		ctx, cancel := context.WithTimeout(t.Context(), 3*quiet)
		if err := screenOf(t, 30, 1, text).await(ctx, "Total"); (err == nil) != whole {
			t.Errorf("%q: %v", text, err)
		}
		cancel()
	}
}
