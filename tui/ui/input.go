package ui

import (
	"github.com/charmbracelet/bubbles/cursor"
	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"

	"lastclick/model"
)

// maxInput bounds a field, in characters: the longest thing to type is a page's
// address.
const maxInput = model.MaxURL

// Input is one line of text that is typed: a textinput whose text cannot hold what
// cannot be shown, whose caret never stands inside a character of several runes, and
// which knows no clipboard but the one that the terminal pastes from.
type Input struct {
	field textinput.Model
	theme *Theme
}

// NewInput is a field that holds value, the caret behind it.
func (t *Theme) NewInput(value string) Input {
	f := textinput.New()
	f.Prompt = ""
	f.CharLimit = maxInput
	plain := t.renderer.NewStyle()
	f.PromptStyle, f.TextStyle, f.PlaceholderStyle, f.CompletionStyle = plain, plain, plain, plain
	f.Cursor.TextStyle, f.Cursor.Style = plain, t.caret()
	f.Cursor.SetMode(cursor.CursorStatic) // a caret that blinks is a frame every half second over SSH
	// ctrl+v would read the clipboard of the machine that the daemon runs on.
	f.KeyMap.Paste = key.NewBinding(key.WithDisabled())
	f.KeyMap.NextSuggestion = key.NewBinding(key.WithDisabled())
	f.KeyMap.PrevSuggestion = key.NewBinding(key.WithDisabled())
	f.Focus()
	f.SetValue(model.Line(value))
	return Input{f, t}
}

// caret is the style of the character under the caret. Without styles, where reversed
// video does not show, a glyph stands before it.
func (t *Theme) caret() lipgloss.Style {
	s := t.renderer.NewStyle()
	if t.Plain {
		return s.Transform(func(char string) string { return t.Glyph.Caret + char })
	}
	return s
}

// SetLimit bounds the field, in characters.
func (in *Input) SetLimit(n int) { in.field.CharLimit = n }

// Value is what was typed.
func (in *Input) Value() string { return in.field.Value() }

// Empty says whether nothing was typed.
func (in *Input) Empty() bool { return in.field.Value() == "" }

// Clear takes the text away.
func (in *Input) Clear() { in.field.Reset() }

// Update takes a key and says whether the text changed.
func (in *Input) Update(k tea.KeyMsg) (changed bool) {
	before, at := in.field.Value(), in.field.Position()
	switch {
	case k.Type == tea.KeyRunes && !k.Alt:
		if k.Runes = []rune(clean(string(k.Runes))); len(k.Runes) == 0 {
			return false
		}
	case key.Matches(k, in.field.KeyMap.DeleteCharacterBackward):
		return in.remove(in.boundary(at, -1), at)
	case key.Matches(k, in.field.KeyMap.DeleteCharacterForward):
		return in.remove(at, in.boundary(at, +1))
	case key.Matches(k, in.field.KeyMap.CharacterBackward):
		in.field.SetCursor(in.boundary(at, -1))
		return false
	case key.Matches(k, in.field.KeyMap.CharacterForward):
		in.field.SetCursor(in.boundary(at, +1))
		return false
	}
	in.field, _ = in.field.Update(k) // its only commands are the clipboard and the blinking
	if in.field.Value() == before {
		return false
	}
	in.tidy()
	return true
}

// clean is what may be typed: a space stays, though model.Clean trims it.
func clean(s string) string {
	if s == " " {
		return s
	}
	return model.Clean(s)
}

// remove takes the runes from…to away and says whether there were any.
func (in *Input) remove(from, to int) bool {
	if from >= to {
		return false
	}
	runes := []rune(in.field.Value())
	in.field.SetValue(string(runes[:from]) + string(runes[to:]))
	in.field.SetCursor(from)
	return true
}

// tidy puts the caret behind the character that it would stand in: what was typed may
// have joined with its neighbours.
func (in *Input) tidy() {
	at := in.field.Position()
	if b := in.boundary(in.boundary(at, -1), +1); b > at {
		in.field.SetCursor(b)
	}
}

// boundary is the next place before (-1) or behind (+1) the rune at, where a person
// sees one character end and another begin.
func (in *Input) boundary(at, direction int) int {
	rest, pos, before := in.field.Value(), 0, 0
	for rest != "" {
		c, _ := ansi.FirstGraphemeCluster(rest, ansi.GraphemeWidth)
		if c == "" {
			break
		}
		next := pos + len([]rune(c))
		if pos >= at {
			if direction < 0 {
				return before
			}
			return next
		}
		if next > at && direction > 0 {
			return next
		}
		before, pos, rest = pos, next, rest[len(c):]
	}
	if direction < 0 {
		return before
	}
	return pos
}

// View is exactly w cells: the text around the caret where it is typed into, its
// beginning where it is not.
func (in *Input) View(w int, focused bool) string {
	if !focused {
		return in.theme.Cell(in.Value(), w)
	}
	f := in.field
	f.Width = w - 1 // the caret takes a cell behind the text
	if in.theme.Plain {
		f.Width-- // and its glyph another
	}
	f.Width = max(f.Width, 1)
	f.SetCursor(f.Position()) // shows the part around the caret at this width
	line := in.theme.Fit(f.View(), w)
	return line + Spaces(w-Width(line))
}
