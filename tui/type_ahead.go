package tui

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

const (
	// settling is what a page gets to open before the next key that was typed ahead
	// goes to it.
	settling = 15 * time.Millisecond
	// aheadMost bounds the keys that wait; what is typed beyond them is dropped.
	aheadMost = 256
)

// aheadMsg says that the next key that waits may be taken.
type aheadMsg struct{}

// typeAhead takes a message of keys. A slow connection or a quick hand makes one
// message of several letters, which are keys one after the other unless a field
// takes them as text; keys that come while others wait go behind them.
func (a *app) typeAhead(k tea.KeyMsg) tea.Cmd {
	waiting := len(a.ahead) > 0
	if len(a.ahead) < aheadMost {
		a.ahead = append(a.ahead, apart(k)...)
	}
	if waiting {
		return nil
	}
	return a.nextKey()
}

// nextKey takes the key that has waited longest; a field takes all letters at once.
func (a *app) nextKey() tea.Cmd {
	if len(a.ahead) == 0 {
		return nil
	}
	k, rest := a.ahead[0], a.ahead[1:]
	if !a.small() && a.asked == nil && a.top().typing() {
		k, rest = together(k, rest)
	}
	cmd := a.key(k)
	if a.ahead = rest; len(rest) == 0 {
		a.ahead = nil
		return cmd
	}
	return tea.Batch(cmd, func() tea.Msg {
		a.env.wait(a.env.ctx, settling)
		return aheadMsg{}
	})
}

// apart makes one key of each letter, and two of an escape key with the letter
// after it, which reads like alt: nothing here is bound to alt.
func apart(k tea.KeyMsg) []tea.KeyMsg {
	if k.Type != tea.KeyRunes || k.Paste || !k.Alt && len(k.Runes) == 1 {
		return []tea.KeyMsg{k}
	}
	var keys []tea.KeyMsg
	if k.Alt {
		keys = append(keys, tea.KeyMsg{Type: tea.KeyEsc})
	}
	for i := range k.Runes {
		keys = append(keys, tea.KeyMsg{Type: tea.KeyRunes, Runes: k.Runes[i : i+1]})
	}
	return keys
}

// together puts the letters that wait behind k back into one message.
func together(k tea.KeyMsg, rest []tea.KeyMsg) (tea.KeyMsg, []tea.KeyMsg) {
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
