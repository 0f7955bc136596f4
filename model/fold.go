package model

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// foldTable has a line for each text that other letters fold to: "a àáâ…". It is what
// Unicode's compatibility decomposition (NFKD) leaves without its accents, in lower case,
// and the letters of noAccent in the test that writes it.
//
//go:embed fold.txt
var foldTable string

// folded is foldTable by letter, read when the first text needs it.
var folded = sync.OnceValue(func() map[rune]string {
	table := make(map[rune]string, 6000)
	for line := range strings.Lines(foldTable) {
		to, letters, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		for _, r := range letters {
			table[r] = to
		}
	}
	return table
})

// Fold is foreign text as it is searched: harmless, in lower case and without accents, so
// that "strasse zoe" finds "Straße, Zoë". Line breaks part fields and stay.
func Fold(s string) string {
	if foldsPlainly(s) {
		return strings.ToLower(s)
	}
	var b strings.Builder
	for i, line := range strings.Split(s, "\n") {
		if i > 0 {
			b.WriteByte('\n')
		}
		for _, r := range Line(line) {
			FoldRune(&b, r)
		}
	}
	return b.String()
}

// foldsPlainly says whether s is printable ASCII and line breaks, as nearly all names are.
func foldsPlainly(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 0x20 || c >= 0x7f) && c != '\n' {
			return false
		}
	}
	return true
}

// FoldRune writes the letter in lower case without its accents; nothing for an accent alone.
func FoldRune(b *strings.Builder, r rune) {
	switch {
	case r < utf8.RuneSelf:
		b.WriteRune(unicode.ToLower(r))
	case unicode.Is(unicode.Mn, r):
	case r >= hangulFirst && r < hangulFirst+hangulSyllables:
		foldHangul(b, r-hangulFirst)
	default:
		if to, ok := folded()[r]; ok {
			b.WriteString(to)
			return
		}
		b.WriteRune(unicode.ToLower(r))
	}
}

// Syllables of Hangul are reckoned (The Unicode Standard, §3.12), so that the beginning of
// one finds it while it is still typed.
const (
	hangulFirst     = 0xac00
	hangulSyllables = 11172
	hangulVowels    = 21
	hangulTails     = 28 // none is one
	jamoLead        = 0x1100
	jamoVowel       = 0x1161
	jamoTail        = 0x11a7
)

func foldHangul(b *strings.Builder, n rune) {
	b.WriteRune(jamoLead + n/(hangulVowels*hangulTails))
	b.WriteRune(jamoVowel + n/hangulTails%hangulVowels)
	if tail := n % hangulTails; tail > 0 {
		b.WriteRune(jamoTail + tail)
	}
}

// FoldWords are the words of what was typed, folded: each is looked for on its own.
func FoldWords(typed string) []string { return strings.Fields(Fold(typed)) }

// HoldsWords says whether every word stands somewhere in the folded text.
func HoldsWords(text string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}
