package page

import (
	"context"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
)

// Done is what a change came to.
type Done struct {
	Text  string // for the toast: "Archived ana"
	Level Level  // a Warning where a part of it failed
	Undo  Undo
}

// Undo takes a change back: by further changes of the same person, which the store checks
// and the audit keeps as any other. The zero value takes nothing back.
type Undo struct {
	Label string         // what it does: "restores it"; empty: "undoes it"
	Do    Call[string]   // returns what the toast says
	Here  func() tea.Cmd // in place of Do, for what the console itself has set
}

// Possible says whether there is anything to take back.
func (u Undo) Possible() bool { return u.Do != nil || u.Here != nil }

// Says is what the toast of the change says of it; key is that for undo.
func (u Undo) Says(key string) string {
	label := u.Label
	if label == "" {
		label = "undoes it"
	}
	return key + " " + label + " (10 s)"
}

// ChangeTo is Change that finds out what to say, and how to take it back.
func (s *Session) ChangeTo(call Call[Done]) tea.Cmd {
	return Do(s, 0, call, func(done Done, err error) tea.Cmd {
		if err != nil {
			return s.Fail(err)
		}
		return s.nav.Changed(done)
	})
}

// SayDone says what a change came to that is no one call of the store.
func (s *Session) SayDone(done Done) tea.Cmd { return s.nav.Changed(done) }

// TakeBack undoes a change.
func (s *Session) TakeBack(u Undo) tea.Cmd {
	if u.Here != nil {
		return u.Here()
	}
	return s.ChangeTo(func(ctx context.Context, store Store, a model.Actor) (Done, error) {
		text, err := u.Do(ctx, store, a)
		return Done{Text: text}, err
	})
}
