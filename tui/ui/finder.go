package ui

import (
	"cmp"
	"slices"
	"strings"

	"lastclick/model"
)

// Finder finds among many things by what is typed, fuzzily: the letters of each word in
// their order. It is made once and shared; a search costs the letters of what it looks at.
type Finder struct {
	entries []findable
}

// findable is a thing to find: its fields folded, a title and what else it is known by.
type findable struct {
	title, other string
	kind         string // what it is, in one word: found whole, or with an s behind it
	letters      uint64 // that are in them, as bits
	weight       int    // is added to how well it is found
}

// newFinder makes n things findable: each by a title, and by another text less.
func newFinder(n int, of func(i int) (title, other string)) *Finder {
	f := &Finder{entries: make([]findable, n)}
	for i := range f.entries {
		title, other := of(i)
		e := findable{title: model.Fold(title), other: model.Fold(other)}
		e.letters = letters(e.title) | letters(e.other)
		f.entries[i] = e
	}
	return f
}

// letters are the bytes of s as bits, so that most of what does not match costs one look.
func letters(s string) (bits uint64) {
	for i := range len(s) {
		bits |= 1 << (s[i] & 63)
	}
	return bits
}

// Len is how many things there are.
func (f *Finder) Len() int { return len(f.entries) }

// What names a thing goes before what is like it: the whole title, the beginning of one, or
// a whole word of the other text, such as a code.
const (
	scoreTitle = 2000
	scoreNamed = 1000
)

// titleBonus puts what is found by its title before what is found by another text.
const titleBonus = 5

// scored is what was found, and how well.
type scored struct {
	index int32
	score int
	words bool // words of it begin with all that was typed
}

// Find returns the best matches, the best first, at most limit; total is how many match.
// Those that match alike stay in their order. Nothing typed matches everything.
func (f *Finder) Find(typed string, limit int) (best []int32, total int) {
	best, _, _, total = f.find(typed, limit)
	return best, total
}

// find is Find, and says how many of the best are named by what was typed, and whether words
// of them begin with it: what merely has the letters is then left out.
func (f *Finder) find(typed string, limit int) (best []int32, named int, whole bool, total int) {
	words := model.FoldWords(typed)
	if len(words) == 0 {
		n := min(limit, len(f.entries))
		best = make([]int32, n)
		for i := range best {
			best[i] = int32(i)
		}
		return best, 0, true, len(f.entries)
	}
	found, whole := matches(f.entries, words)
	total = len(found)
	found = topScores(found, limit)
	best = make([]int32, len(found))
	for i, s := range found {
		if best[i] = s.index; s.score >= scoreNamed {
			named++
		}
	}
	return best, named, whole, total
}

// matches are what the words find among the entries, and whether words of it begin with them.
// Only where none does, what merely has the letters is among them.
func matches(entries []findable, words []string) (found []scored, whole bool) {
	typed := strings.Join(words, " ")
	var mask uint64
	for _, w := range words {
		mask |= letters(w)
	}
	for i := range entries {
		e := &entries[i]
		if mask&^e.letters != 0 {
			continue
		}
		s, begin, ok := e.score(words)
		if !ok {
			continue
		}
		naming := e.naming(typed)
		begin = begin || naming > 0
		whole = whole || begin
		if begin || !whole {
			found = append(found, scored{int32(i), s + e.weight + naming, begin})
		}
	}
	if whole {
		found = slices.DeleteFunc(found, func(s scored) bool { return !s.words })
	}
	return found, whole
}

// Begun are the best from one number to before another with words that begin with all of
// those, at most limit, counted from the first number.
func (f *Finder) Begun(words []string, from, to, limit int) []int32 {
	found, whole := matches(f.entries[from:to], words)
	if !whole {
		return nil
	}
	found = topScores(found, limit)
	best := make([]int32, len(found))
	for i, s := range found {
		best[i] = s.index
	}
	return best
}

// naming is what it is worth that the thing is named by what was typed.
func (e *findable) naming(typed string) int {
	begins, whole := spelled(e.title, typed)
	switch {
	case whole:
		return scoreTitle
	case begins, len(typed) > 1 && strings.Contains(e.other, typed) && slices.Contains(strings.Fields(e.other), typed):
		return scoreNamed
	}
	return 0
}

// spelled says whether the title begins with what was typed, or is no more than that.
// Hyphens and the like may be left out: ids of orders have them.
func spelled(title, typed string) (begins, whole bool) {
	i := 0
	for _, c := range []byte(typed) {
		for i < len(title) && title[i] != c && hyphen(title[i]) {
			i++
		}
		switch {
		case i < len(title) && title[i] == c:
			i++
		case !hyphen(c):
			return false, false
		}
	}
	return true, i == len(title)
}

func hyphen(c byte) bool { return c == '-' || c == '_' || c == '.' || c == '#' }

// score adds up how well each word is found, in the title, in the other text or as the kind,
// and says whether words begin with all of them.
func (e *findable) score(words []string) (sum int, begin, ok bool) {
	begin = true
	for _, w := range words {
		s, inTitle := fuzzy(e.title, w, nil)
		if s += titleBonus; !inTitle {
			s = 0
		}
		o, inOther := fuzzy(e.other, w, nil)
		k, isKind := 0, e.isKind(w)
		if isKind {
			k = scoreLetter * len(w)
		}
		if !inTitle && !inOther && !isKind {
			return 0, false, false
		}
		sum += max(s, o, k)
		begin = begin && (isKind || Begins(e.title, w) || Begins(e.other, w))
	}
	return sum, begin, true
}

// isKind says whether the word is the kind, in the singular or the plural.
func (e *findable) isKind(w string) bool {
	return e.kind != "" && strings.TrimSuffix(w, "s") == e.kind
}

// Begins says whether a word of the folded text begins with the word.
func Begins(text, word string) bool {
	i := bestRun(text, word)
	return i >= 0 && startsWord(text, i)
}

// topScores are the best of what was found, in order. Sorting all of some thousands for a
// few lines would cost more than finding them.
func topScores(found []scored, limit int) []scored {
	better := func(a, b scored) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.index, b.index))
	}
	if len(found) > 4*limit {
		counts := map[int]int{}
		for _, s := range found {
			counts[s.score]++
		}
		scores := make([]int, 0, len(counts))
		for s := range counts {
			scores = append(scores, s)
		}
		slices.SortFunc(scores, func(a, b int) int { return cmp.Compare(b, a) })
		n, least := 0, 0
		for _, s := range scores {
			if n, least = n+counts[s], s; n >= limit {
				break
			}
		}
		kept := make([]scored, 0, n)
		for _, s := range found {
			if s.score >= least {
				kept = append(kept, s)
			}
		}
		found = kept
	}
	slices.SortFunc(found, better)
	return found[:min(len(found), limit)]
}

// matched says which characters of s the words were found at, by the number of the rune:
// what a list emphasizes.
func matched(s, typed string) []bool {
	words := model.FoldWords(typed)
	if len(words) == 0 {
		return nil
	}
	var b strings.Builder
	var runeOf []int // of each byte of the folded text
	n := 0
	for _, r := range s {
		before := b.Len()
		model.FoldRune(&b, r)
		for range b.Len() - before {
			runeOf = append(runeOf, n)
		}
		n++
	}
	text := b.String()
	marks := make([]bool, n)
	for _, w := range words {
		var at []int
		fuzzy(text, w, &at)
		for _, p := range at {
			marks[runeOf[p]] = true
		}
	}
	return marks
}
