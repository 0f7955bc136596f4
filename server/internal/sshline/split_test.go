package sshline

import (
	"slices"
	"strings"
	"testing"

	"github.com/anmitsu/go-shlex"
	"pgregory.net/rapid"
)

func TestSplit_QuotesAndEmptyWords_AsAShell(t *testing.T) {
	for line, want := range map[string][]string{
		"":                              nil,
		"  ":                            nil,
		"link list":                     {"link", "list"},
		` link  add "Ana Diaz"	a@b.c `:  {"link", "add", "Ana Diaz", "a@b.c"},
		`event set gala --starts ""`:    {"event", "set", "gala", "--starts", ""},
		`event set gala --carry '' x`:   {"event", "set", "gala", "--carry", "", "x"},
		`''`:                            {""},
		`a"b c"d`:                       {"ab cd"},
		`a\ b \'`:                       {"a b", "'"},
		`'a\b' "a\b" "a\"b" "\\" "'"`:   {`a\b`, `a\b`, `a"b`, `\`, "'"},
		"'Zoë' x\u00a0y":                {"Zoë", "x\u00a0y"},
		`--carry=utm_content={click} #`: {"--carry=utm_content={click}", "#"},
	} {
		if got, err := Split(line); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %q, %v; want %q", line, got, err, want)
		}
	}
	for _, line := range []string{`"`, `a 'b`, `a\`, `"a\"`, strings.Repeat("a", MaxLine+1)} {
		if got, err := Split(line); err == nil {
			t.Errorf("%q: %q", line, got)
		}
	}
}

// Beside empty words it is what the library makes of it.
func TestSplit_AnyLine_AsTheLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line := rapid.StringOfN(rapid.SampledFrom([]rune("ab =-#{\\\\'\"\"  \t\n")), 0, 30, -1).Draw(t, "line")
		want, wrong := shlex.Split(line, true)
		got, err := Split(line)
		got = slices.DeleteFunc(got, func(s string) bool { return s == "" })
		if (err == nil) != (wrong == nil) || err == nil && !slices.Equal(got, want) {
			t.Fatalf("%q: %q, %v; the library %q, %v", line, got, err, want, wrong)
		}
	})
}

// Whatever a client sends as its command: no more comes out than went in, and the words,
// quoted, are the same words again.
func FuzzSplit(f *testing.F) {
	f.Add(`link add "Ana Diaz" ana@example.com --event 'summer fest' a\ b`)
	f.Add("0\xff\xe2")
	f.Add("\x00'\xff\"\\\u202e")
	f.Fuzz(func(t *testing.T, line string) {
		words, err := Split(line)
		if err != nil {
			return
		}
		if n := len(strings.Join(words, "")); n > len("\ufffd")*len(line) { // each wrong byte becomes that
			t.Fatalf("%d bytes of %q", n, line)
		}
		quoted := make([]string, len(words))
		for i, w := range words {
			quoted[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
		again, err := Split(strings.Join(quoted, " "))
		if len(strings.Join(quoted, " ")) <= MaxLine && (err != nil || !slices.Equal(words, again)) {
			t.Fatalf("%q, then %q: %v", words, again, err)
		}
	})
}
