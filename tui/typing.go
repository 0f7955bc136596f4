package tui

import tea "github.com/charmbracelet/bubbletea"

// splitRunes makes one key of each letter of a message, and two of an escape key with
// the key behind it, which reads like alt: nothing here is bound to alt.
func splitRunes(k tea.KeyMsg) []tea.KeyMsg {
	if k.Alt && !k.Paste {
		k.Alt = false
		return append([]tea.KeyMsg{{Type: tea.KeyEsc}}, splitRunes(k)...)
	}
	if k.Type != tea.KeyRunes || k.Paste || len(k.Runes) == 1 {
		return []tea.KeyMsg{k}
	}
	var keys []tea.KeyMsg
	for i := range k.Runes {
		keys = append(keys, tea.KeyMsg{Type: tea.KeyRunes, Runes: k.Runes[i : i+1]})
	}
	return keys
}

// mergeRunes puts the letters behind k back into one message.
func mergeRunes(k tea.KeyMsg, rest []tea.KeyMsg) (tea.KeyMsg, []tea.KeyMsg) {
	if k.Type != tea.KeyRunes || k.Paste {
		return k, rest
	}
	k.Runes = append([]rune(nil), k.Runes...)
	for len(rest) > 0 && rest[0].Type == tea.KeyRunes && !rest[0].Paste {
		k.Runes = append(k.Runes, rest[0].Runes...)
		rest = rest[1:]
	}
	return k, rest
}
