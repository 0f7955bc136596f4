package tui

import (
	"testing"

	tea "github.com/charmbracelet/bubbletea"
)

// What was typed in one go comes apart into keys, in their order, and a field takes
// it as text.
func TestSplitRunes_Message_KeysInOrder(t *testing.T) {
	runes := func(s string) tea.KeyMsg { return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(s)} }
	alt := runes("n")
	alt.Alt = true
	pasted := runes("qq")
	pasted.Paste = true
	for _, tt := range []struct {
		in   tea.KeyMsg
		want []string
	}{
		{runes("j"), []string{"j"}},
		{runes("jjG"), []string{"j", "j", "G"}},
		{alt, []string{"esc", "n"}},
		{pasted, []string{"[qq]"}},
		{tea.KeyMsg{Type: tea.KeyEsc, Alt: true}, []string{"esc", "esc"}},
		{tea.KeyMsg{Type: tea.KeyEnter, Alt: true}, []string{"esc", "enter"}},
		{tea.KeyMsg{Type: tea.KeyEnter}, []string{"enter"}},
	} {
		var got []string
		for _, k := range splitRunes(tt.in) {
			got = append(got, k.String())
		}
		if len(got) != len(tt.want) {
			t.Errorf("%q comes apart into %q", tt.in, got)
			continue
		}
		for i := range got {
			if got[i] != tt.want[i] {
				t.Errorf("%q comes apart into %q", tt.in, got)
			}
		}
	}
	k, rest := mergeRunes(runes("a"), []tea.KeyMsg{runes("n"), runes("a"), {Type: tea.KeyEnter}, runes("j")})
	if k.String() != "ana" || len(rest) != 2 {
		t.Errorf("a field takes %q and leaves %q", k, rest)
	}
}

// Typed in one go, so that nothing is drawn in between.
func TestKeys_TypedAhead_TakenByThePageThatOpens(t *testing.T) {
	c := acme(t, 80, 24)
	c.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("?G")})
	c.sees("the mouse is the terminal's own")
	c.misses("more lines")
}
