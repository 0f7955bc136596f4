package model

import (
	"flag"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

var updateFold = flag.Bool("update-fold", false, "write fold.txt, after a new version of Unicode")

// noAccent are letters that Unicode does not take apart.
var noAccent = map[rune]string{'ß': "ss", 'ẞ': "ss", 'ø': "o", 'Ø': "o", 'ł': "l", 'Ł': "l", 'đ': "d", 'Đ': "d", 'æ': "ae", 'Æ': "ae", 'œ': "oe", 'Œ': "oe", 'ı': "i", 'þ': "th", 'Þ': "th"}

// unaccented is what a letter folds to, by the tables of the Unicode project.
func unaccented(r rune) string {
	if s, ok := noAccent[r]; ok {
		return s
	}
	var b strings.Builder
	for _, part := range norm.NFKD.String(string(r)) {
		if !unicode.Is(unicode.Mn, part) {
			b.WriteRune(unicode.ToLower(part))
		}
	}
	return b.String()
}

func TestFold_EachLetter_IsItsDecompositionWithoutAccents(t *testing.T) {
	if *updateFold {
		writeFoldTable(t)
	}
	for r := rune(0x80); r <= unicode.MaxRune; r++ {
		if r >= 0xd800 && r < 0xe000 { // surrogates are no letters
			continue
		}
		var b strings.Builder
		if FoldRune(&b, r); b.String() != unaccented(r) {
			t.Errorf("%U: %q, want %q", r, b.String(), unaccented(r))
		}
	}
}

func writeFoldTable(t *testing.T) {
	t.Helper()
	letters := map[string]string{}
	for r := rune(0x80); r <= unicode.MaxRune; r++ {
		hangul := r >= hangulFirst && r < hangulFirst+hangulSyllables
		if to := unaccented(r); !hangul && !unicode.Is(unicode.Mn, r) && (r < 0xd800 || r >= 0xe000) && to != string(unicode.ToLower(r)) {
			letters[to] += string(r)
		}
	}
	var b strings.Builder
	for _, to := range slices.Sorted(maps.Keys(letters)) {
		b.WriteString(to + "\t" + letters[to] + "\n")
	}
	if err := os.WriteFile("fold.txt", []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	foldTable = b.String()
}

func TestFold_Words_AreFoundWithoutAccents(t *testing.T) {
	text := Fold("Straße, Zoë\nLÓPEZ Ångström\n서울")
	for words, want := range map[string]bool{"strasse zoe": true, "STRASSE": true, "lopez angstrom": true, "Zoë lópez": true, "서": true, "zoo": false, "": true} {
		if got := HoldsWords(text, FoldWords(words)); got != want {
			t.Errorf("%q: %t", words, got)
		}
	}
}
