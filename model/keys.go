package model

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// KeyAction is something that a key of the console does, by the stable word by which a
// person may give it another key. Its key may do a like thing on another page: "test"
// tests a checkout, and tries an item of the inbox again.
type KeyAction struct {
	Name string // "archive"
	Key  string // unless the person has another
	Does string
}

// KeyActions are the actions with keys of their own, as `keys list` lists them. Arrows,
// enter, esc, tab, space, home, end, the page keys, digits and ctrl+c always do what they
// do, whatever a person sets.
var KeyActions = []KeyAction{
	{"up", "k", "a line up"},
	{"down", "j", "a line down"},
	{"left", "h", "back, or fold"},
	{"right", "l", "open, or unfold"},
	{"first", "g", "to the first line"},
	{"last", "G", "to the last line"},
	{"page-up", "ctrl+u", "a page up"},
	{"page-down", "ctrl+d", "a page down"},
	{"help", "?", "help"},
	{"quit", "q", "quit"},
	{"filter", "/", "filter the list"},
	{"sort", "s", "sort by the next column"},
	{"reverse", "S", "reverse the order"},
	{"new", "n", "add a link, an event or a person"},
	{"edit", "E", "edit"},
	{"archive", "a", "archive the link"},
	{"archived", "A", "show or hide archived links"},
	{"restore", "r", "restore the link"},
	{"remove", "-", "remove; take a further code from the link"},
	{"export", "x", "say the command that exports what is shown"},
	{"undo", "z", "undo"},
	{"copy", "c", "copy"},
	{"copy-full", "C", "copy the full tracking link"},
	{"renew-page", "P", "give the owner's stats page a new address"},
	{"qr", "Q", "show the QR code"},
	{"mail", "w", "send the welcome mail again"},
	{"add-code", "+", "give the link a further code, a person a key"},
	{"end-secret", "O", "end the older secret of the checkout"},
	{"orders", "o", "orders of the link; a new secret of a checkout"},
	{"event", "v", "choose the event"},
	{"days", "d", "choose the days"},
	{"days-list", "D", "choose the days from a list"},
	{"columns", ",", "choose the columns, and what stands around them"},
	{"unattributed", "u", "sales that no link is credited with"},
	{"unfold", "e", "all ticket types; enable the hook"},
	{"pause", "p", "pause the orders, or go on"},
	{"shorter", "[", "a shorter time in the chart"},
	{"longer", "]", "a longer time in the chart"},
	{"test", "t", "mark a link; test, or try again"},
	{"mark-range", "M", "mark all links from the last mark to here"},
	{"hooks", "H", "hooks"},
	{"palette", ":", "commands"},
	{"jump", "#", "to an order by its id"},
	{"reload", "R", "read again"},
	{"mouse", "m", "mouse on or off"},
	{"theme", "T", "choose the theme"},
}

// reservedKeys do the same for all people, and why. Names of keys are those of the
// terminal library: "ctrl+c", "f1", "?".
var reservedKeys = map[string]string{
	"ctrl+c": "it always quits", "esc": "it always goes back", "enter": "it always opens, and sends in forms", "tab": "it goes to the next page or field",
	"shift+tab": "it goes to the page or field before", "space": "it unfolds", "ctrl+s": "it sends a form", "ctrl+g": "it opens the help", "insert": "it marks", "ctrl+l": "it draws the screen again",
	"ctrl+m": "terminals send enter for it", "ctrl+j": "terminals send it for enter", "ctrl+i": "terminals send tab for it", "ctrl+h": "terminals send it for backspace", "ctrl+z": "it would stop a program",
}

// Keymap is the keys that a person has set, by the names of actions.
type Keymap map[string]string

// ParseKeymap reads "up=e down=n", checks it as Set does, and returns the keys that differ
// from those that all have.
func ParseKeymap(s string) (Keymap, error) { return Keymap{}.Set(strings.Fields(s)...) }

// ReadKeymap reads what a program of this version or another has kept. What does not hold here
// is left out: names that are not known, and keys that an action has which had none then.
func ReadKeymap(s string) Keymap {
	m := Keymap{}
	for _, word := range strings.Fields(s) {
		name, key, _ := strings.Cut(word, "=")
		a, err := keyAction(name)
		if err != nil {
			continue
		}
		if key, err = checkKey(a, key); err == nil && key != a.Key {
			m[a.Name] = key
		}
	}
	for {
		moved, _, clash := m.clash()
		if !clash {
			return m
		}
		delete(m, moved.Name)
	}
}

// Set returns the keys with assignments such as "up=e" made, all at once, so that two
// actions may change places. It refuses unknown actions, keys that no action may have,
// and two actions with one key.
func (m Keymap) Set(assignments ...string) (Keymap, error) {
	next := Keymap{}
	for name, key := range m {
		next[name] = key
	}
	for _, word := range assignments {
		name, key, ok := strings.Cut(word, "=")
		if !ok || key == "" {
			return nil, &Error{Kind: Invalid, Field: SettingKeys, Msg: fmt.Sprintf("%q is no assignment", Truncate(Clean(word), 40)), Hint: "write ACTION=KEY, such as up=e"}
		}
		a, err := keyAction(name)
		if err != nil {
			return nil, err
		}
		if key, err = checkKey(a, key); err != nil {
			return nil, err
		}
		if next[a.Name] = key; key == a.Key {
			delete(next, a.Name)
		}
	}
	return next, next.conflict()
}

// Reset returns the keys without those of the named actions, or without any.
func (m Keymap) Reset(actions ...string) (Keymap, error) {
	next := Keymap{}
	if len(actions) == 0 {
		return next, nil
	}
	for name, key := range m {
		next[name] = key
	}
	for _, name := range actions {
		a, err := keyAction(name)
		if err != nil {
			return nil, err
		}
		delete(next, a.Name)
	}
	return next, next.conflict()
}

// Key is the key of the action.
func (m Keymap) Key(a KeyAction) string {
	if key := m[a.Name]; key != "" {
		return key
	}
	return a.Key
}

// String writes the keys as ParseKeymap reads them, in the order of KeyActions.
func (m Keymap) String() string {
	var words []string
	for _, a := range KeyActions {
		if key := m[a.Name]; key != "" {
			words = append(words, a.Name+"="+key)
		}
	}
	return strings.Join(words, " ")
}

// conflict refuses two actions with one key.
func (m Keymap) conflict() error {
	moved, stays, clash := m.clash()
	if !clash {
		return nil
	}
	return &Error{
		Kind: Conflict, Field: SettingKeys, Msg: fmt.Sprintf("%s cannot have the key %s: it is the key of %s", moved.Name, m.Key(moved), stays.Name),
		Hint: fmt.Sprintf("give %s another one in the same command", stays.Name),
	}
}

// clash finds two actions with one key, of which moved has it from the person.
func (m Keymap) clash() (moved, stays KeyAction, found bool) {
	by := map[string]KeyAction{}
	for _, a := range KeyActions {
		key := m.Key(a)
		if other, taken := by[key]; taken {
			if m[a.Name] == "" {
				return other, a, true
			}
			return a, other, true
		}
		by[key] = a
	}
	return moved, stays, false
}

// formerNames are what actions were called before.
var formerNames = map[string]string{"remove-code": "remove"}

func keyAction(name string) (KeyAction, error) {
	name = strings.ToLower(name)
	if now := formerNames[name]; now != "" {
		name = now
	}
	i := slices.IndexFunc(KeyActions, func(a KeyAction) bool { return a.Name == name })
	if i < 0 {
		err := NotFoundError("action", Truncate(name, 40))
		err.Hint = "keys list names them all"
		return KeyAction{}, err
	}
	return KeyActions[i], nil
}

// checkKey returns the key as the terminal library names it: one sign, ctrl with a letter,
// or a function key.
func checkKey(a KeyAction, key string) (string, error) {
	refuse := func(why string) (string, error) {
		return "", &Error{Kind: Invalid, Field: SettingKeys, Msg: fmt.Sprintf("%s cannot have the key %s: %s", a.Name, Truncate(Clean(key), 20), why)}
	}
	const none = "a key is one letter or sign, ctrl+ with a letter, or f1 to f12"
	r, size := utf8.DecodeRuneInString(key)
	if size == len(key) {
		switch {
		case unicode.IsDigit(r):
			return refuse("digits turn to pages")
		case r > ' ' && r < 0x7f || r != utf8.RuneError && unicode.IsLetter(r):
			return key, nil
		}
		return refuse(none)
	}
	name := strings.ToLower(key)
	if why := reservedKeys[name]; why != "" {
		return refuse(why)
	}
	letter, ctrl := strings.CutPrefix(name, "ctrl+")
	n, function := strings.CutPrefix(name, "f")
	switch {
	case ctrl && len(letter) == 1 && letter >= "a" && letter <= "z":
		return name, nil
	case function && slices.Contains([]string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"}, n):
		return name, nil
	}
	return refuse(none)
}
