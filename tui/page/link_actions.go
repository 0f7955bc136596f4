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
		return s.ChangeText(func(ctx context.Context, store Store, a model.Actor) (string, error) {
			_, err := store.ArchiveLink(ctx, a, l.Code)
			return "Archived " + l.Code + " " + s.Theme.Glyph.Dot + " z restores it (10 s)", err
		}, l.Code)
	})
}

// RestoreLink takes an archived link back, at once: nothing is lost by it.
func (s *Session) RestoreLink(code string) tea.Cmd {
	return s.Change("Restored "+code, func(ctx context.Context, store Store, a model.Actor) error {
		_, err := store.RestoreLink(ctx, a, code)
		return err
	})
}
