package model

import (
	"context"
	"slices"
	"strings"
)

// Preferences are the settings of a person: how the console looks and behaves for them,
// on whichever node and with whichever key they sign in.
type Preferences interface {
	// Settings are the actor's own; what was never set is absent.
	Settings(ctx context.Context, a Actor) (Settings, error)
	// SetSetting keeps a setting of the actor's own; an empty value takes it away. It
	// refuses what CheckSetting refuses, and the daemon itself, which is no person.
	SetSetting(ctx context.Context, a Actor, name, value string) error
}

// Settings are the settings of a person, by name.
type Settings map[string]string

// The names of settings. Those of a list have its name behind them: "sort.links".
const (
	SettingTheme   = "theme"   // one of Themes
	SettingKeys    = "keys"    // as ParseKeymap reads it: "up=e down=n"
	SettingMouse   = "mouse"   // "on"; absent is off
	SettingColumns = "columns" // the columns of a list that are hidden, and what is hidden around them
	SettingSort    = "sort"    // the column that a list is sorted by, and "up" or "down" behind it
)

// MaxSetting bounds a value, in bytes: all actions with other keys fit.
const MaxSetting = 1000

// MaxSettings bounds how many settings a person has: a few of each list.
const MaxSettings = 64

// Themes are how the console may look: auto takes the colours of the terminal's own
// palette, mono none.
var Themes = []string{"auto", "dark", "light", "contrast", "mono"}

// CheckTheme returns the name of a theme as it is stored.
func CheckTheme(name string) (string, error) {
	folded := strings.ToLower(strings.TrimSpace(name))
	if !slices.Contains(Themes, folded) {
		return "", &Error{Kind: Invalid, Field: SettingTheme, Msg: "there is no theme \"" + Truncate(Clean(name), 40) + "\"", Hint: "choose one of " + strings.Join(Themes, ", ")}
	}
	return folded, nil
}

// CheckSetting returns the value of the setting as it is stored. It knows each name, so
// that what a program of another version left can be told from what it would read.
func CheckSetting(name, value string) (string, error) {
	value = Clean(value)
	kind, list, ofList := strings.Cut(name, ".")
	switch {
	case len(value) > MaxSetting:
		return "", Invalidf("value", "value of %s has more than %d bytes", Truncate(Clean(name), 40), MaxSetting)
	case (kind == SettingSort || kind == SettingColumns) && ofList && isListName(list):
		return value, nil
	case value == "" && (name == SettingTheme || name == SettingKeys || name == SettingMouse):
		return "", nil
	case name == SettingTheme:
		return CheckTheme(value)
	case name == SettingKeys:
		keys, err := ParseKeymap(value)
		return keys.String(), err
	case name == SettingMouse:
		if value != "on" && value != "off" {
			return "", Invalidf("value", "mouse must be on or off")
		}
		return value, nil
	}
	return "", NotFoundError("setting", Truncate(name, 40))
}

// isListName says whether a list may be called so: "links", "checkouts".
func isListName(s string) bool {
	return s != "" && len(s) <= 24 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz-") == ""
}
