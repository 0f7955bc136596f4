package ui

import (
	"strings"
	"unicode/utf8"

	"lastclick/model"
)

// What a letter of a fuzzy match is worth. A word's beginning is worth more than the letter
// behind the last one, so that "sf" is Summer Fest before it is "transfer".
const (
	scoreLetter = 2
	scoreStart  = 10 // at the beginning of a word
	scoreNext   = 6  // right behind the letter before
	scoreFirst  = 4  // the text begins with it
	scoreWord   = 3  // it is a word of the text, whole
	scoreGap    = -1 // for each letter left out between two, up to maxGap
	maxGap      = 6
)

// sentence is the bytes from which on a text is matched by whole words or parts of them alone.
const sentence = 24

// fuzzy says whether the letters of the word stand in the folded text in their order, and
// how well. A word that stands there as it is, at the beginning of another, is taken at once;
// else it may be worth more apart. at takes the places, if it is not nil.
func fuzzy(text, word string, at *[]int) (score int, ok bool) {
	run := bestRun(text, word)
	if run < 0 && len(text) > sentence {
		return 0, false // in a sentence any letters are found somewhere
	}
	if run >= 0 {
		score, ok = runScore(text, word, run), true
	}
	if run < 0 || !startsWord(text, run) {
		for _, starts := range [2]bool{true, false} {
			if s, found := follow(text, word, starts, nil); found && (!ok || s > score) {
				if score, ok = s, true; at != nil {
					*at, run = (*at)[:0], -1
					follow(text, word, starts, at)
				}
			}
		}
	}
	if run >= 0 && at != nil {
		for n := range len(word) {
			*at = append(*at, run+n)
		}
	}
	return score, ok
}

// bestRun is where the word stands in the text as it is, at the beginning of a word if it
// does so anywhere; -1 where it does not stand in it.
func bestRun(text, word string) int {
	first := -1
	for from := 0; ; {
		i := strings.Index(text[from:], word)
		if i < 0 {
			return first
		}
		if i += from; startsWord(text, i) {
			return i
		}
		if first < 0 {
			first = i
		}
		from = i + 1
	}
}

// runScore is what the word is worth that stands in the text at i as it is.
func runScore(text, word string, i int) int {
	s := scoreLetter*len(word) + scoreNext*(len(word)-1)
	if startsWord(text, i) {
		s += scoreStart
	}
	if i == 0 {
		s += scoreFirst
	}
	if end := i + len(word); startsWord(text, i) && (end == len(text) || !letter(text[end])) {
		s += scoreWord
	}
	return s
}

// follow finds the letters of the word from the left: each right behind the one before if it
// stands there, else at the next beginning of a word where starts says so, else where it
// comes next. at takes the places, if it is not nil.
func follow(text, word string, starts bool, at *[]int) (score int, ok bool) {
	last := -1
	for i := range len(word) {
		c, p := word[i], last+1
		switch {
		case last >= 0 && p < len(text) && text[p] == c:
		case starts:
			if n := nextStart(text, p, c); n >= 0 {
				p = n
				break
			}
			fallthrough
		default:
			n := strings.IndexByte(text[min(p, len(text)):], c)
			if n < 0 {
				return 0, false
			}
			p += n
		}
		score += scoreLetter
		switch {
		case startsWord(text, p):
			score += scoreStart
		case last >= 0 && p == last+1:
			score += scoreNext
		}
		switch {
		case p == 0:
			score += scoreFirst
		case last >= 0:
			score += scoreGap * min(p-last-1, maxGap)
		}
		if at != nil {
			*at = append(*at, p)
		}
		last = p
	}
	return score, true
}

// nextStart is the next place from p on where a word begins with c; -1 for none.
func nextStart(text string, p int, c byte) int {
	for p < len(text) {
		n := strings.IndexByte(text[p:], c)
		if n < 0 {
			return -1
		}
		if p += n; startsWord(text, p) {
			return p
		}
		p++
	}
	return -1
}

// startsWord says whether a word of the text begins at i.
func startsWord(text string, i int) bool {
	if i == 0 {
		return true
	}
	before, now := text[i-1], text[i]
	return !letter(before) && letter(now) || digit(now) && !digit(before)
}

func letter(c byte) bool { return c >= 'a' && c <= 'z' || digit(c) || c >= utf8.RuneSelf }

func digit(c byte) bool { return c >= '0' && c <= '9' }

// closeTo says whether every word is close to one in the folded text. It is for what was
// typed with a letter missing, and is asked only where nothing holds the words themselves.
func closeTo(text string, words []string) bool {
	for _, w := range words {
		if !closeWord(text, w) {
			return false
		}
	}
	return true
}

// maxLeftOut is how many letters in a row may be missing from what is close.
const maxLeftOut = 2

// closeWord says whether the text has a word that begins as this one and holds its letters
// in their order: at most maxLeftOut are left out at a time, or the next word begins.
func closeWord(text, word string) bool {
	if len(word) < 2 {
		return strings.Contains(text, word)
	}
	var room [2][24]int                  // of the places, which are few
	at, next := room[0][:0], room[1][:0] // where the letters so far may end, from the left
	for p := nextStart(text, 0, word[0]); p >= 0; p = nextStart(text, p+1, word[0]) {
		at = append(at, p)
	}
	for i := 1; i < len(word) && len(at) > 0; i++ {
		at, next = closeNext(text, word[i], at, next[:0]), at
	}
	return len(at) > 0
}

// closeNext adds to next the places of the letter that follow one of those given.
func closeNext(text string, c byte, at, next []int) []int {
	for _, p := range at {
		left := 0
		for n := p + 1; n < len(text) && text[n] != '\n'; n++ {
			starts := startsWord(text, n)
			if text[n] == c && (left <= maxLeftOut || starts) && (len(next) == 0 || next[len(next)-1] < n) {
				next = append(next, n)
			}
			if starts {
				break
			}
			left++
		}
	}
	return next
}

// Search says which of the texts hold each word that was typed; where none does, which are
// close to them. Nothing typed finds all.
func Search(texts []string, typed string) []bool {
	words := model.FoldWords(typed)
	shown := make([]bool, len(texts))
	for _, found := range []func(string, []string) bool{model.HoldsWords, closeTo} {
		some := false
		for i := range texts {
			shown[i] = found(model.Fold(texts[i]), words)
			some = some || shown[i]
		}
		if some {
			break
		}
	}
	return shown
}

// Shown says how many of all are shown.
func Shown(n, all int) string {
	return model.FormatCount(int64(n)) + "/" + model.FormatCount(int64(all)) + " shown"
}
