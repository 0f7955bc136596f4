package model

import (
	"strconv"
	"strings"
	"unicode"
)

// folds are letters of the Latin script as they are written without marks; a letter for
// itself and those of the same row stand for the first.
var folds = func() map[rune]string {
	m := map[rune]string{'æ': "ae", 'œ': "oe", 'ß': "ss", 'þ': "th", 'ĳ': "ij", 'ŋ': "ng"}
	for _, row := range []string{
		"aàáâãäåāăąǎ", "cçćĉċč", "dďđð", "eèéêëēĕėęě", "gĝğġģ", "hĥħ", "iìíîïĩīĭįıǐ", "jĵ", "kķ", "lĺļľŀł", "nñńņňŉ",
		"oòóôõöøōŏőǒ", "rŕŗř", "sśŝşšș", "tţťŧț", "uùúûüũūŭůűųǔ", "wŵ", "yýÿŷ", "zźżž",
	} {
		letters := []rune(row)
		for _, r := range letters[1:] {
			m[r] = string(letters[0])
		}
	}
	return m
}()

// SuggestSlug makes a slug or code of a name: "Zoë & Søn, late" becomes zoe-son-late. It is
// empty where the name has too few Latin letters and digits, or makes a reserved word.
func SuggestSlug(name string) string {
	var b strings.Builder
	gap := false
	for _, r := range strings.ToLower(name) {
		part, latin := folds[r]
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			part = string(r)
		case latin:
		case r == '\'' || r == '’' || unicode.Is(unicode.Mn, r): // O'Neil; marks of letters that are written apart
			continue
		default:
			gap = b.Len() > 0
			continue
		}
		if gap {
			b.WriteByte('-')
			gap = false
		}
		b.WriteString(part)
	}
	slug := b.String()
	const most = 40
	if len(slug) > most {
		if slug = slug[:most]; strings.Contains(slug[most/2:], "-") { // between two words, where that leaves enough
			slug = slug[:strings.LastIndexByte(slug, '-')]
		}
		slug = strings.TrimRight(slug, "-")
	}
	if slug, err := Slug("slug", slug); err == nil {
		return slug
	}
	return ""
}

// NextSlug is what to try where the nth try was taken, the first being 1: ana-2, ana-3.
func NextSlug(slug string, n int) string {
	end := "-" + strconv.Itoa(n+1)
	return strings.TrimRight(Truncate(slug, 40-len(end)), "-") + end
}
