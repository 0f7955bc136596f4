package model

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestSuggestSlug_Names_AsPeopleWriteThem(t *testing.T) {
	for name, want := range map[string]string{
		"Ana Diaz": "ana-diaz", "  Zoë & Søn, late ": "zoe-son-late", "Łukasz Straße": "lukasz-strasse", "O'Neil’s Bar": "oneils-bar",
		"Cafe\u0301 Noir": "cafe-noir", "Ægir 2026!": "aegir-2026", "李小龍": "", "Al": "", "Stats": "", "李 Bruce": "bruce", "--- a b c ---": "a-b-c", "": "",
		"The Very Long Name of a Festival That Goes On": "the-very-long-name-of-a-festival-that",
		strings.Repeat("x", 60):                         strings.Repeat("x", 40),
	} {
		if got := SuggestSlug(name); got != want {
			t.Errorf("%q becomes %q, not %q", name, got, want)
		}
	}
	for slug, want := range map[string]string{"ana": "ana-2", strings.Repeat("x", 40): strings.Repeat("x", 38) + "-2", strings.Repeat("x", 37) + "-yy": strings.Repeat("x", 37) + "-2"} {
		if got := NextSlug(slug, 1); got != want {
			t.Errorf("after %s comes %s, not %s", slug, got, want)
		}
	}
}

func TestSuggestSlug_AnyName_IsASlugOrNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		got := SuggestSlug(rapid.String().Draw(t, "name"))
		if got == "" {
			return
		}
		if _, err := Slug("slug", got); err != nil || strings.HasPrefix(got, "-") || strings.HasSuffix(got, "-") {
			t.Fatalf("%q: %v", got, err)
		}
		if next := NextSlug(got, rapid.IntRange(1, 99).Draw(t, "n")); !ValidSlug(next) {
			t.Fatalf("%q", next)
		}
	})
}
