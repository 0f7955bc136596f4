package ui

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/charmbracelet/x/ansi"
)

func TestCell_ForeignText_ExactWidth(t *testing.T) {
	e := NewTheme(nil, false)
	for _, c := range []struct {
		in   string
		w    int
		want string
	}{
		{"Ana", 5, "Ana  "},
		{"Ana Lopez", 5, "Ana …"},
		{"Ana", 0, ""},
		{"日本語", 4, "日… "},
		{"日本語", 6, "日本語"},
		{"e\u0301te\u0301", 4, "e\u0301te\u0301 "},
		{"\x1b[31mred\x07", 12, "^[[31mred^G "},
		{"a\nb\tc", 6, "a b c "},
		{"a\u202eb\u200bc\u009bd", 4, "abcd"},
		{"👩‍🎤x", 3, "👩‍🎤x"},
	} {
		got := e.Cell(c.in, c.w)
		if got != c.want || ansi.StringWidth(got) != c.w {
			t.Errorf("cell(%q, %d) = %q, not %q", c.in, c.w, got, c.want)
		}
	}
}

func FuzzCell(f *testing.F) {
	for _, s := range []string{"", "Ana", "\x1b]52;c;x\x07", "日本", "\u202e", "a\u0300\u0301\u0302\u0303\u0304\u0305", "\xff\xfe", "👨‍👩‍👧", "\u009b31m"} {
		f.Add(s, 7)
	}
	e := NewTheme(nil, false)
	f.Fuzz(func(t *testing.T, s string, w int) {
		w = min(max(w, 0), 200)
		got := e.Cell(s, w)
		if n := ansi.StringWidth(got); n != w {
			t.Fatalf("cell(%q, %d) is %d cells: %q", s, w, n, got)
		}
		if i := strings.IndexFunc(got, dangerous); i >= 0 {
			t.Fatalf("cell(%q) lets %q through", s, got[i:])
		}
	})
}

// The quick count must be the proper one, or columns fall out of line.
func TestWidth_AnyRune_AsTheTerminalCounts(t *testing.T) {
	for r := rune(0x20); r < 0x3000; r++ {
		for _, s := range []string{string(r), "a" + string(r), string(r) + "\u0301", string(r) + "\ufe0f", "\x1b[1m" + string(r) + "\x1b[0m"} {
			if r >= 0x7f && r < 0xa0 {
				continue
			}
			if got, want := Width(s), ansi.StringWidth(s); got != want {
				t.Fatalf("Width(%q) = %d, not %d", s, got, want)
			}
		}
	}
	for _, s := range []string{"\x1b", "\x1b[", "\x1b[1", "\x1b[2J", "\x1b]0;x\a", "\x7f"} {
		if got, want := Width(s), ansi.StringWidth(s); got != want {
			t.Errorf("Width(%q) = %d, not %d", s, got, want)
		}
	}
}

// dangerous is what may not reach a terminal from outside.
func dangerous(r rune) bool {
	switch {
	case unicode.Is(unicode.Cc, r):
		return true
	case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x200b, r == 0x200e, r == 0x200f, r == 0xfeff, r == 0x2028, r == 0x2029:
		return true
	}
	return false
}

func TestWrap_Hyphens_WordsStayWhole(t *testing.T) {
	for _, c := range []struct {
		s    string
		w    int
		want []string
	}{
		{"ssh -p 2222 tickets.example checkout rotate box-office --end-old", 60, []string{"ssh -p 2222 tickets.example checkout rotate box-office", "--end-old"}},
		{"letters a-z and 0-9", 10, []string{"letters", "a-z and", "0-9"}},
		{"since 2026-06-01", 12, []string{"since", "2026-06-01"}},
		{"a-very-long-code x", 8, []string{"a-very-l", "ong-code", "x"}},
		{"Kühl-Haus – x", 9, []string{"Kühl-Haus", "– x"}},
	} {
		if got := Wrap(c.s, c.w); !slices.Equal(got, c.want) {
			t.Errorf("%q in %d cells: %q, want %q", c.s, c.w, got, c.want)
		}
	}
}
