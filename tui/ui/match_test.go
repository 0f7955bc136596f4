package ui

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lastclick/model"
)

func TestFold_CaseAccentsAndForeignText_AreGone(t *testing.T) {
	for in, want := range map[string]string{
		"Zoë":              "zoe",
		"ZOE\u0308":        "zoe",
		"Straße":           "strasse",
		"ŁÓDŹ Ørsted":      "lodz orsted",
		"Ana\nana@x.org":   "ana\nana@x.org",
		"a\x1b[2Jb\u202e":  model.Fold("ab"),
		"Ｆｕｌｌ":             "full",
		"李小龍":              "李小龍",
		"Ünï\nLine\u0301s": "uni\nlines",
	} {
		if got := model.Fold(in); got != want && in != "a\x1b[2Jb\u202e" {
			t.Errorf("model.Fold(%q) = %q, not %q", in, got, want)
		}
	}
	if got := model.Fold("a\x1b[2Jb\u202e"); strings.ContainsAny(got, "\x1b\u202e") {
		t.Errorf("%q is not harmless", got)
	}
}

func TestCloseTo_LettersMissing_OnlyWhatIsNear(t *testing.T) {
	text := model.Fold("Google Ads, Summer\nads-summer\ngoogle@example.com\nSummer Fest 2026")
	for word, want := range map[string]bool{
		"gogle": true, "summr": true, "smmer": true, "sf": true, "goads": true, "fst": true,
		"oogle": false, "gle": false, "gr": false, "sr": false, "elgoog": false, "xyz": false, "summerx": false,
	} {
		if got := closeTo(text, []string{word}); got != want {
			t.Errorf("%q is close: %v, not %v", word, got, want)
		}
	}
	long := strings.Repeat("a", 2000)
	if closeTo(long, []string{long[:1500] + "b"}) { // must not take forever either
		t.Error("a word that no text holds is close")
	}
}

// subsequence is what fuzzy finds at all, told naively.
func subsequence(text, word string) bool {
	for _, c := range []byte(word) {
		i := strings.IndexByte(text, c)
		if i < 0 {
			return false
		}
		text = text[i+1:]
	}
	return true
}

func TestFuzzy_AnyText_FindsExactlySubsequencesAtTheirPlaces(t *testing.T) {
	letters := rapid.StringOfN(rapid.SampledFrom([]rune("aab c-1é")), 0, 12, -1)
	rapid.Check(t, func(t *rapid.T) {
		text, word := model.Fold(letters.Draw(t, "text")), strings.ReplaceAll(model.Fold(letters.Draw(t, "word")), " ", "")
		if word == "" {
			return
		}
		var at []int
		score, ok := fuzzy(text, word, &at)
		if ok != subsequence(text, word) {
			t.Fatalf("fuzzy(%q, %q) = %v", text, word, ok)
		}
		if again, _ := fuzzy(text, word, nil); again != score {
			t.Fatalf("the score of %q in %q is %d with places and %d without", word, text, score, again)
		}
		if !ok {
			return
		}
		if len(at) != len(word) || !slices.IsSorted(at) || len(slices.Compact(slices.Clone(at))) != len(at) {
			t.Fatalf("%q in %q at %v", word, text, at)
		}
		for i, p := range at {
			if text[p] != word[i] {
				t.Fatalf("%q in %q at %v: place %d is another letter", word, text, at, i)
			}
		}
	})
}

func TestFinder_Order_BeginningsOfWordsFirst(t *testing.T) {
	titles := []string{"transfer summit", "Late Night", "Summer Fest", "sofa", "Gates of fame", "ads-summer", "Summer Ads, Google"}
	f := newFinder(len(titles), func(i int) (string, string) { return titles[i], fmt.Sprint("code-", i) })
	for typed, want := range map[string]string{
		"sf": "Summer Fest", "sumf": "Summer Fest", "ln": "Late Night", "sofa": "sofa", "goog sum": "Summer Ads, Google", "code4": "Gates of fame", "SÚMMER f": "Summer Fest",
	} {
		best, total := f.Find(typed, 3)
		if total == 0 || titles[best[0]] != want {
			t.Errorf("%q finds %d, the first %v; not %q", typed, total, best, want)
		}
	}
	if best, total := f.Find("", 3); total != len(titles) || !slices.Equal(best, []int32{0, 1, 2}) {
		t.Errorf("nothing typed finds %v of %d", best, total)
	}
	if best, total := f.Find("qqq", 3); total != 0 || len(best) != 0 {
		t.Errorf("qqq finds %v of %d", best, total)
	}
}

// The first of many are those that a full sort puts first.
func TestFinder_Limit_IsThePrefixOfAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		titles := rapid.SliceOfN(rapid.StringOfN(rapid.SampledFrom([]rune("ab c")), 0, 6, -1), 0, 60).Draw(t, "titles")
		f := newFinder(len(titles), func(i int) (string, string) { return titles[i], "" })
		typed := rapid.StringOfN(rapid.SampledFrom([]rune("ab ")), 0, 4, -1).Draw(t, "typed")
		all, total := f.Find(typed, len(titles)+1)
		few, again := f.Find(typed, 3)
		if total != again || len(all) != total || !slices.Equal(few, all[:min(3, len(all))]) {
			t.Fatalf("%q finds %v of %d, and with a limit %v of %d", typed, all, total, few, again)
		}
	})
}

func TestMatched_AccentsAndDoubleLetters_MarkTheCharactersTyped(t *testing.T) {
	mark := func(s, typed string) string {
		var b strings.Builder
		marks := matched(s, typed)
		for i, r := range []rune(s) {
			if marks != nil && marks[i] {
				b.WriteString("[" + string(r) + "]")
			} else {
				b.WriteRune(r)
			}
		}
		return b.String()
	}
	for _, c := range []struct{ s, typed, want string }{
		{"Summer Fest", "sf", "[S]ummer [F]est"},
		{"Straße", "strasse", "[S][t][r][a][ß][e]"},
		{"Zoë Kim", "zoe k", "[Z][o][ë] [K]im"},
		{"Zoë", "", "Zoë"},
		{"Zoë", "x", "Zoë"},
	} {
		if got := mark(c.s, c.typed); got != c.want {
			t.Errorf("%q in %q: %s, not %s", c.typed, c.s, got, c.want)
		}
	}
}

// BenchmarkFinder is a key in the palette over the things of a large client.
func BenchmarkFinder(b *testing.B) {
	const n = 12_500
	f := newFinder(n, func(i int) (string, string) {
		return fmt.Sprintf("Influencer number %d of the summer", i), fmt.Sprintf("link-%05d", i)
	})
	for _, typed := range []string{"s", "su", "sumf", "number 77", "ofsum", "zzz"} {
		b.Run(typed, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f.Find(typed, 50)
			}
		})
	}
}
