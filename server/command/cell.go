package command

import (
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"lastclick/model"
)

// cell is the one way of foreign text to a person's terminal: control characters in
// caret notation, so that a person sees that there was something (ESC is ^[), and
// nothing invisible or of changed direction. It is one line and safe to measure.
func cell(s string) string {
	i := 0
	for i < len(s) && s[i] >= 0x20 && s[i] < 0x7f {
		i++
	}
	if i == len(s) {
		return model.Clean(s) // white space is folded
	}
	var b strings.Builder
	for _, r := range s {
		if r < 0x20 || r == 0x7f {
			b.WriteByte('^')
			b.WriteByte(byte(r) ^ 0x40)
			continue
		}
		b.WriteRune(r)
	}
	return model.Clean(b.String())
}

// csvCell is cell for a spreadsheet: a text that it would take for a formula is
// marked as text. Plain numbers stay numbers.
func csvCell(s string) string {
	if s == "" {
		return s
	}
	formula := strings.IndexByte("=+-@\t\r\n", s[0]) >= 0 && !number(s)
	if s = cell(s); formula || s != "" && strings.IndexByte("=+-@", s[0]) >= 0 && !number(s) {
		return "'" + s
	}
	return s
}

// number says whether s is an optional minus, digits, and at most one point between.
func number(s string) bool {
	s = strings.TrimPrefix(s, "-")
	whole, frac, point := strings.Cut(s, ".")
	return digits(whole) && (!point || digits(frac))
}

func digits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// escapeHidden writes what a terminal would obey or not show, and encoding/json lets
// through, as \u escapes: the same JSON, harmless also where a person looks at it.
func escapeHidden(doc []byte) []byte {
	out := make([]byte, 0, len(doc)+16)
	for len(doc) > 0 {
		r, n := utf8.DecodeRune(doc)
		if r == '\n' || r < 0x7f || unicode.IsGraphic(r) && !unicode.In(r, unicode.Other_Default_Ignorable_Code_Point) {
			out = append(out, doc[:n]...)
		} else if r > 0xffff {
			high, low := utf16.EncodeRune(r)
			out = appendEscape(appendEscape(out, high), low)
		} else {
			out = appendEscape(out, r)
		}
		doc = doc[n:]
	}
	return out
}

func appendEscape(b []byte, r rune) []byte {
	const hex = "0123456789abcdef"
	return append(b, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
}
