package ssh

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/anmitsu/go-shlex"
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
func FuzzSplit(f *testing.F) {
	f.Add(`link add "Ana \"D\" Diaz" 'a\b' c\ d`)
	f.Add(`'' "" \`)
	f.Fuzz(func(t *testing.T, line string) {
		if len(line) > maxCommand || !utf8.ValidString(line) {
			return
		}
		// What the library takes for a space or a sign of its own beside the ASCII ones.
		for _, c := range line {
			if c > 0x7e || c < ' ' && !strings.ContainsRune("\t\r\n", c) {
				return
			}
		}
		want, wrong := shlex.Split(line, true)
		got, err := split(line)
		got = slices.DeleteFunc(got, func(s string) bool { return s == "" })
		if (err == nil) != (wrong == nil) || err == nil && !slices.Equal(got, want) {
			t.Errorf("%q: %q, %v; the library %q, %v", line, got, err, want, wrong)
		}
	})
}
