package ssh

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
		if got, err := split(line); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %q, %v; want %q", line, got, err, want)
		}
	}
	for _, line := range []string{`"`, `a 'b`, `a\`, `"a\"`, strings.Repeat("a", maxCommand+1)} {
		if got, err := split(line); err == nil {
			t.Errorf("%q: %q", line, got)
		}
	}
}

// Beside empty words it is what the library makes of it.
func TestSplit_AnyLine_AsTheLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line := rapid.StringOfN(rapid.SampledFrom([]rune("ab =-#{\\\\'\"\"  \t\n")), 0, 30, -1).Draw(t, "line")
		want, wrong := shlex.Split(line, true)
		got, err := split(line)
		got = slices.DeleteFunc(got, func(s string) bool { return s == "" })
		if (err == nil) != (wrong == nil) || err == nil && !slices.Equal(got, want) {
			t.Fatalf("%q: %q, %v; the library %q, %v", line, got, err, want, wrong)
		}
	})
}
