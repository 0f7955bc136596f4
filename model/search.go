package model

import "strings"

// Bounds of what is searched for.
const (
	maxSearchWords = 8
	MinIDPart      = 3 // letters of a word that is looked for in the middle of order ids; a shorter one must be the whole id
)

// SearchWords are the words of a search, each of which must be found, in any order. More
// than eight are not looked at.
func SearchWords(text string) []string {
	words := strings.Fields(Truncate(Clean(text), MaxEmail))
	return words[:min(len(words), maxSearchWords)]
}

// SearchPatterns are the beginnings of LIKE patterns, escaped by a tilde, that find
// the word in text that an engine has made lower case: an engine may leave letters beyond
// ASCII as they are.
func SearchPatterns(word string) []string {
	patterns := []string{}
	lower := strings.ToLower(word)
	runes := []rune(lower)
	for _, variant := range []string{lower, lowerASCII(strings.ToUpper(word)), lowerASCII(strings.ToUpper(string(runes[:1])) + string(runes[1:]))} {
		pattern := strings.NewReplacer(`~`, `~~`, `%`, `~%`, `_`, `~_`).Replace(variant)
		if len(patterns) == 0 || patterns[0] != pattern && patterns[len(patterns)-1] != pattern {
			patterns = append(patterns, pattern)
		}
	}
	return patterns
}

func lowerASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// Holds says whether the reason's name or one of its labels holds the word, without case.
func (r Reason) Holds(word string) bool {
	word = strings.ToLower(word)
	return strings.Contains(string(r), word) || strings.Contains(strings.ToLower(r.Label()+"\n"+r.Short()), word)
}
