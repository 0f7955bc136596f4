package model

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Bounds of foreign text, in characters.
const (
	MaxName  = 120
	MaxID    = 128
	MaxEmail = 254
	MaxURL   = 2048
)

// maxMarks bounds the combining marks on one base character: real scripts need two or
// three, and more of them draw over other lines.
const maxMarks = 4

// Clean makes foreign text harmless: valid UTF-8, no control characters (so no
// terminal escapes and no line breaks), no bidirectional overrides, no zero-width
// or otherwise invisible characters, white space folded and trimmed. Joiners stay
// where scripts and emoji need them. What is left is safe in a sentence; a screen
// still measures it and a CSV file still quotes it.
func Clean(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	space, marks := false, 0
	runes := []rune(strings.ToValidUTF8(s, ""))
	var prev rune
	for i, r := range runes {
		if unicode.IsSpace(r) {
			space = b.Len() > 0
			continue
		}
		var next rune
		if i+1 < len(runes) {
			next = runes[i+1]
		}
		if !shown(r, prev, next) {
			continue
		}
		if unicode.In(r, unicode.Mn, unicode.Me) {
			if marks++; marks > maxMarks || b.Len() == 0 {
				continue
			}
		} else {
			marks = 0
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
		prev = r
	}
	// A joiner that lost its right neighbour to the loop joins nothing.
	return strings.TrimRight(b.String(), "\u200c\u200d")
}

// plain is the common case: printable ASCII, single inner spaces.
func plain(s string) bool {
	if s == "" {
		return true
	}
	if s[0] == ' ' || s[len(s)-1] == ' ' {
		return false
	}
	for i := 0; i < len(s); i++ {
		if s[i] < 0x20 || s[i] > 0x7e || s[i] == ' ' && s[i+1] == ' ' {
			return false
		}
	}
	return true
}

// shown says whether r, between its neighbours, is something a person can see or
// a script needs.
func shown(r, prev, next rune) bool {
	switch {
	case r == utf8.RuneError:
		return false
	case r == '\u200d': // zero width joiner: emoji sequences, Indic scripts
		return joins(prev, next, pictographic) || joins(prev, next, joiningLetter)
	case r == '\u200c': // zero width non-joiner: Persian, Indic scripts
		return joins(prev, next, joiningLetter)
	case r == '\ufe0f' || r == '\ufe0e': // emoji or text presentation of the character before
		return pictographic(prev) || prev == '#' || prev == '*' || prev >= '0' && prev <= '9'
	case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp,
		unicode.Noncharacter_Code_Point, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector):
		return false
	case r == '\u2800': // braille blank: looks like nothing
		return false
	}
	return unicode.IsGraphic(r)
}

// Line makes foreign text one safe line for a person's terminal: white space is
// folded, other control characters are shown in caret notation (ESC is ^[), so that
// an attempt is seen, and what Clean removes is removed.
func Line(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r < 0x20 || r == 0x7f }) {
		return Clean(s)
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\t' || r == '\n' || r == '\r':
			b.WriteByte(' ')
		case r < 0x20 || r == 0x7f:
			b.WriteByte('^')
			b.WriteByte(byte(r) ^ 0x40)
		default:
			b.WriteRune(r)
		}
	}
	return Clean(b.String())
}

// EscapeHidden writes the characters of a JSON text that a terminal would obey or not
// show, and that encoding/json lets through, as \u escapes: the same JSON, safe on a
// terminal. It returns doc itself where there is none.
func EscapeHidden(doc []byte) []byte {
	if !bytes.ContainsFunc(doc, hidden) {
		return doc
	}
	out := make([]byte, 0, len(doc)+16)
	for len(doc) > 0 {
		r, n := utf8.DecodeRune(doc)
		switch {
		case !hidden(r):
			out = append(out, doc[:n]...)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			out = appendEscape(appendEscape(out, high), low)
		default:
			out = appendEscape(out, r)
		}
		doc = doc[n:]
	}
	return out
}

func hidden(r rune) bool {
	return r >= 0x7f && (!unicode.IsGraphic(r) || unicode.In(r, unicode.Other_Default_Ignorable_Code_Point))
}

func appendEscape(b []byte, r rune) []byte {
	const hex = "0123456789abcdef"
	return append(b, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
}

func joins(prev, next rune, of func(rune) bool) bool { return of(prev) && of(next) }

func pictographic(r rune) bool {
	return r == '\ufe0f' || unicode.In(r, unicode.So, unicode.Sk) || r == '\u2640' || r == '\u2642'
}

func joiningLetter(r rune) bool {
	return r >= 0x0600 && unicode.In(r, unicode.L, unicode.M) && !unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana)
}

// CheckText takes text that a person typed into the field: it must be there, have at
// most limit characters, and hold nothing that Clean would remove. It is refused rather
// than cleaned, so that the person is not surprised by another name later.
func CheckText(field, s string, limit int) (string, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return "", Invalidf(field, "%s is missing", field)
	}
	if !utf8.ValidString(s) {
		return "", Invalidf(field, "%s is not valid UTF-8", field)
	}
	if n := utf8.RuneCountInString(s); n > limit {
		return "", Invalidf(field, "%s has %d characters, at most %d are allowed", field, n, limit)
	}
	folded := strings.Join(strings.Fields(s), " ")
	if clean := Clean(s); clean != folded || strings.ContainsAny(s, "\n\r\t\v\f") {
		return "", Invalidf(field, "%s holds a character that cannot be shown (%s): leave it out", field, firstHidden(s))
	}
	return folded, nil
}

func firstHidden(s string) string {
	runes := []rune(s)
	var prev rune
	for i, r := range runes {
		var next rune
		if i+1 < len(runes) {
			next = runes[i+1]
		}
		if r == '\n' || r == '\r' || r == '\t' || r == '\v' || r == '\f' || !unicode.IsSpace(r) && !shown(r, prev, next) {
			return fmt.Sprintf("U+%04X", r)
		}
		prev = r
	}
	return "too many marks on one letter"
}

// Truncate is the first limit characters of s.
func Truncate(s string, limit int) string {
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	return strings.TrimSpace(string([]rune(s)[:limit]))
}
