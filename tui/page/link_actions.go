package page

import (
	"context"
	"fmt"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
)

// ArchiveLink asks, then archives the link; for a while it can be undone.
func (s *Session) ArchiveLink(l model.Link) tea.Cmd {
	return s.Ask(fmt.Sprintf("Archive the link %s of %s? It will count no more clicks.", l.Code, l.Name), func() tea.Cmd {
		return s.ChangeTo(func(ctx context.Context, store Store, a model.Actor) (Done, error) {
			text, err := Archive(l.Code)(ctx, store, a)
			return Done{Text: text, Undo: Undo{Label: "restores it", Do: Restore(l.Code)}}, err
		})
	})
}

// RestoreLink takes an archived link back, at once: nothing is lost by it.
func (s *Session) RestoreLink(code string) tea.Cmd {
	return s.ChangeTo(func(ctx context.Context, store Store, a model.Actor) (Done, error) {
		text, err := Restore(code)(ctx, store, a)
		return Done{Text: text, Undo: Undo{Label: "archives it again", Do: Archive(code)}}, err
	})
}

// Archive archives the link with the code, and says so.
func Archive(code string) Call[string] {
	return func(ctx context.Context, store Store, a model.Actor) (string, error) {
		_, err := store.ArchiveLink(ctx, a, code)
		return "Archived " + code, err
	}
}

// Restore takes it back.
func Restore(code string) Call[string] {
	return func(ctx context.Context, store Store, a model.Actor) (string, error) {
		_, err := store.RestoreLink(ctx, a, code)
		return "Restored " + code, err
	}
}
