package page

import (
	tea "github.com/charmbracelet/bubbletea"

	"lastclick/tui/ui"
)

// Around is what a list has around its table where the window is wide: numbers above it,
// and what is to say of the row under the cursor beside it. The zero value is nothing.
type Around struct {
	Above  func(w, h int) []string // beneath the status; none in a window with no room for it
	Beside func(w, h int) []string // in the cells of a preview
	Look   func() tea.Cmd          // the cursor may be on another row
	Renew  func() tea.Cmd          // the rows are of another version

	width, high int // of the page as it was drawn last
}

// Width is the cells of the page as it was drawn last, High its lines.
func (a *Around) Width() int { return a.width }

// High is the lines of the page as it was drawn last.
func (a *Around) High() int { return a.high }

// looking are the actions, after each of which what is beside the table follows the cursor.
func (a *Around) looking(actions []ui.Action) []ui.Action {
	if a.Look == nil {
		return actions
	}
	return ui.Then(actions, a.Look)
}

// looked is what follows from something that may have moved the cursor.
func (a *Around) looked(cmd tea.Cmd) tea.Cmd {
	if a.Look == nil {
		return cmd
	}
	return tea.Batch(cmd, a.Look())
}

// renewed is what follows from new rows.
func (a *Around) renewed(cmd tea.Cmd) tea.Cmd {
	if a.Renew == nil {
		return cmd
	}
	return tea.Batch(cmd, a.Renew())
}

// beyond says whether the mouse is on what is beside the table.
func (a *Around) beyond(m tea.MouseMsg) bool {
	if a.Beside == nil {
		return false
	}
	return BesideTable(m, a.width, PreviewCells(a.width))
}

// around is the page in w × h cells: the lines of the list, of which the first are
// about all of it, with what stands around the table. It says how many lines are above.
func (a *Around) around(t *ui.Theme, w, h int, list func(w, h int) []string) (lines []string, above int) {
	var top []string
	if a.Above != nil {
		top = a.Above(w, h)
	}
	cells := 0
	if a.Beside != nil {
		cells = PreviewCells(w)
	}
	if len(top) == 0 && cells == 0 {
		return list(w, h), 0
	}
	room, head := h-len(top), 1
	if room >= Roomy {
		head++
	}
	left := BesidePreview(w, cells)
	lines = list(left, room)
	head = min(head, len(lines))
	body := lines[head:]
	if cells > 0 {
		for len(body) < room-head {
			body = append(body, "")
		}
		body = SetBeside(t, body, a.Beside(cells, room-head), left)
	}
	return append(append(append(make([]string, 0, h), lines[:head]...), top...), body...), len(top)
}
