package page

import (
	tea "github.com/charmbracelet/bubbletea"

	"lastclick/tui/ui"
)

// BesideTable says whether the mouse is right of a table, in a window of w cells that has a
// preview of so many.
func BesideTable(m tea.MouseMsg, w, preview int) bool { return m.X >= BesidePreview(w, preview) }

// TableMouse gives a table the mouse; y is the line among its rows. The second click on a
// row does what enter does, by the page's actions.
func TableMouse[T any](t *ui.Table[T], m tea.MouseMsg, y int, actions func() []ui.Action) tea.Cmd {
	cmd, opened := t.Mouse(m, y)
	if opened {
		cmd, _ = ui.Dispatch(actions(), tea.KeyMsg{Type: tea.KeyEnter})
	}
	return cmd
}
