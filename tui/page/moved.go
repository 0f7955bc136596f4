package page

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/tui/ui"
)

// ShowMoved shows the next version in a table of the page, and marks for a second what has
// moved in it. One command at a time waits for the end of marks; waits says whether it
// does.
func ShowMoved[T any](b Base, t *ui.Table[T], d *ui.Data[T], waits *bool) tea.Cmd {
	t.ShowMoved(d, b.Now())
	return unmark(b, t, waits, b.Now())
}

// unmark takes away the marks that have ended, and waits for the end of the next.
func unmark[T any](b Base, t *ui.Table[T], waits *bool, now time.Time) tea.Cmd {
	first := t.EndMoved(now)
	if first.IsZero() || *waits {
		return nil
	}
	*waits = true
	return b.Later(first.Sub(now), b.id, func() tea.Cmd {
		*waits = false
		return unmark(b, t, waits, first)
	})
}
