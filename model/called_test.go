package model

import "testing"

func TestQuoted_StaysOneWord(t *testing.T) {
	for text, want := range map[string]string{
		"ana":               "ana",
		"copy=y":            "copy=y",
		"=ls":               `'"=ls"'`,
		"":                  `'""'`,
		"Bea Ford":          `'"Bea Ford"'`,
		"A 1;touch /tmp/x":  `'"A 1;touch /tmp/x"'`,
		"$(id)":             `'"$(id)"'`,
		`a"b\c`:             `'"a\"b\\c"'`,
		"O'Hara":            `'"O'\''Hara"'`,
		"https://x/?a=1&b=": `'"https://x/?a=1&b="'`,
		"a\x1b[2Jb\nc":      Quoted(Line("a\x1b[2Jb\nc")),
	} {
		if got := Quoted(text); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestCalled_UnknownOnes_ByTheirCodes(t *testing.T) {
	c := NamesOf([]Link{{Code: "ana", Name: "Ana Diaz"}}, []Event{{Slug: "fest", Name: "Summer Fest"}})
	for got, want := range map[string]string{c.Link("ana"): "Ana Diaz (ana)", c.Link("bo"): "bo", c.Event("fest"): "Summer Fest", c.Event("gala"): "gala", Called{}.Link("ana"): "ana"} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
