package ui

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"

	"lastclick/model"
)

// Keys are the keys that a person has set in place of those that the tables of actions
// have. A nil one changes nothing.
type Keys struct {
	to   map[string]string // by the key of the table
	kept map[*Action]bound
}

// bound is a table with the person's keys. It holds the table it was made of, so that no
// other one can come to stand in its place in memory.
type bound struct{ of, actions []Action }

// maxBound bounds the tables that are kept: a page has one or two.
const maxBound = 64

// NewKeys are the person's keys; nil where they have set none.
func NewKeys(m model.Keymap) *Keys {
	k := &Keys{to: map[string]string{}}
	for _, a := range model.KeyActions {
		if set := m[a.Name]; set != "" {
			k.to[a.Key] = set
		}
	}
	if len(k.to) == 0 {
		return nil
	}
	for _, set := range m { // a key that was taken from an action does nothing else there
		if _, moved := k.to[set]; !moved {
			k.to[set] = ""
		}
	}
	return k
}

// Name is the key that does what that key of the table does.
func (k *Keys) Name(of string) string {
	if k != nil && k.to[of] != "" {
		return k.to[of]
	}
	return of
}

// Bind is the table with the person's keys: what is pressed, and what the footer and the
// help say. Keys without a name in model.KeyActions, such as arrows, stay.
func (k *Keys) Bind(all []Action) []Action {
	if k == nil || len(all) == 0 {
		return all
	}
	if b, ok := k.kept[&all[0]]; ok && len(b.of) == len(all) {
		return b.actions
	}
	b := bound{all, make([]Action, len(all))}
	for i, a := range all {
		b.actions[i] = k.bind(a)
	}
	if k.kept == nil || len(k.kept) >= maxBound {
		k.kept = map[*Action]bound{}
	}
	k.kept[&all[0]] = b
	return b.actions
}

func (k *Keys) bind(a Action) Action {
	if a.Do == nil {
		return a // a hint about a field, which takes its keys itself
	}
	keys := make([]string, 0, len(a.Keys()))
	for _, was := range a.Keys() {
		if now, changed := k.to[was]; !changed {
			keys = append(keys, was)
		} else if now != "" {
			keys = append(keys, now)
		}
	}
	shown := strings.Fields(a.Help().Key)
	for i, word := range shown {
		shown[i] = k.Name(word)
	}
	a.Binding = key.NewBinding(key.WithKeys(keys...), key.WithHelp(strings.Join(shown, " "), a.Help().Desc))
	a.SetEnabled(len(keys) > 0)
	return a
}
