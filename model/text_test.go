package model

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestClean_HostileText_Harmless(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"plain", "Ana Diaz", "Ana Diaz"},
		{"empty", "", ""},
		{"space folded", "  Ana \t\n Diaz ", "Ana Diaz"},
		{"colour", "\x1b[31mAna\x1b[0m", "[31mAna[0m"},
		{"clipboard", "a\x1b]52;c;ZXZpbA==\x07b", "a]52;c;ZXZpbA==b"},
		{"C1", "a\u009b31mb", "a31mb"},
		{"bidi override", "ana\u202egnp.exe", "anagnp.exe"},
		{"bidi isolate", "\u2066ana\u2069", "ana"},
		{"zero width", "a\u200bn\u2060a\ufeff", "ana"},
		{"soft hyphen", "a\u00adna", "ana"},
		{"tag characters", "ana\U000e0041\U000e0042", "ana"},
		{"hangul filler", "a\u3164na\u115f", "ana"},
		{"braille blank", "\u2800ana", "ana"},
		{"broken UTF-8", "an\xffa\xc3", "ana"},
		{"accents", "Åsa Müller-Ñandú", "Åsa Müller-Ñandú"},
		{"combining", "e\u0301", "e\u0301"},
		{"tower of marks", "a" + strings.Repeat("\u0301", 50), "a" + strings.Repeat("\u0301", maxMarks)},
		{"mark without a letter", "\u0301a", "a"},
		{"emoji family", "👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"},
		{"emoji presentation", "❤\ufe0f", "❤\ufe0f"},
		{"lone joiner", "a\u200db", "ab"},
		{"persian non-joiner", "می\u200cخواهم", "می\u200cخواهم"},
		{"wide", "東京 태국", "東京 태국"},
		{"line separator", "a\u2028b", "a b"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Clean(tt.in); got != tt.want {
				t.Errorf("Clean(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestCheckText_GoodAndBad_TakenOrRefused(t *testing.T) {
	for _, good := range []string{"Ana", " Ana  Diaz ", "Zoë", "李小龍"} {
		if got, err := CheckText("name", good, MaxName); err != nil || got != strings.Join(strings.Fields(good), " ") {
			t.Errorf("%q: %q, %v", good, got, err)
		}
	}
	for bad, want := range map[string]string{
		"":                       "missing",
		"   ":                    "missing",
		"a\x1b[2Jb":              "U+001B",
		"a\u202eb":               "U+202E",
		"a\u200bb":               "U+200B",
		"a\nb":                   "U+000A",
		"\xff":                   "UTF-8",
		strings.Repeat("a", 121): "at most 120",
	} {
		if _, err := CheckText("name", bad, MaxName); KindOf(err) != Invalid || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q in it", bad, err, want)
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"Ana", "\x1b]52;c;AA\x07", "a\u202eb", "👨\u200d👩", "e\u0301\u0301\u0301\u0301\u0301\u0301", "\u200c\u0645\u200c", "# \ufe0f"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c := Clean(s)
		if !utf8.ValidString(c) || c != strings.TrimSpace(c) {
			t.Errorf("Clean(%q) = %q", s, c)
		}
		if again := Clean(c); again != c {
			t.Errorf("Clean(%q) = %q, and of that %q", s, c, again)
		}
		for _, r := range c {
			if unicode.In(r, unicode.Cc, unicode.Bidi_Control) || r == '\u200b' || r == '\ufeff' || r == '\u2028' {
				t.Errorf("Clean(%q) kept %U", s, r)
			}
		}
	})
}
