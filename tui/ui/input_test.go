package ui

import (
	"testing"

	tea "github.com/charmbracelet/bubbletea"
)

var keyTypes = map[string]tea.KeyType{
	"left": tea.KeyLeft, "right": tea.KeyRight, "backspace": tea.KeyBackspace, "delete": tea.KeyDelete, "enter": tea.KeyEnter, "esc": tea.KeyEsc,
	"tab": tea.KeyTab, "shift+tab": tea.KeyShiftTab, "ctrl+v": tea.KeyCtrlV, "ctrl+u": tea.KeyCtrlU, "ctrl+w": tea.KeyCtrlW, "ctrl+a": tea.KeyCtrlA, "ctrl+e": tea.KeyCtrlE, "ctrl+k": tea.KeyCtrlK,
}

func keyMsg(name string) tea.KeyMsg {
	if t, ok := keyTypes[name]; ok {
		return tea.KeyMsg{Type: t}
	}
	if name == " " {
		return tea.KeyMsg{Type: tea.KeySpace, Runes: []rune{' '}}
	}
	return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(name)}
}

// at is where the caret stands, in runes.
func (in *Input) at() int { return in.field.Position() }

func TestInput_Keys_EditByCharacter(t *testing.T) {
	in := NewTheme(nil, false).NewInput("")
	press := func(keys ...string) {
		for _, k := range keys {
			in.Update(keyMsg(k))
		}
	}
	for _, s := range []struct {
		keys []string
		want string
		at   int
	}{
		{[]string{"a", "b", "c"}, "abc", 3},
		{[]string{"left", "left", "x"}, "axbc", 2},
		{[]string{"backspace", "delete"}, "ac", 1},
		{[]string{"ctrl+e", " ", "👩‍🎤"}, "ac 👩‍🎤", 6},
		{[]string{"left", "right", "backspace"}, "ac ", 3},
		{[]string{"d", "e", "ctrl+w"}, "ac ", 3},
		{[]string{"ctrl+a", "ctrl+k"}, "", 0},
		{[]string{"backspace", "left", "delete", "ctrl+w", "\u200b", "\x9b"}, "", 0},
	} {
		if press(s.keys...); in.Value() != s.want || in.at() != s.at {
			t.Errorf("%v gives %q with the caret at %d, not %q at %d", s.keys, in.Value(), in.at(), s.want, s.at)
		}
	}
}
