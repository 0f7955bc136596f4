package page

import (
	tea "github.com/charmbracelet/bubbletea"

	"lastclick/tui/ui"
)

// Export is how a shell gets what a page shows.
type Export struct {
	Args  string // of our command: "stats --csv --days 7d"
	Pipe  string // what comes behind it: "| grep …"; empty: nothing
	File  string // where it goes: links.csv
	Notes []string
}

// ExportAction is x: it says the command that exports what is shown now. A file cannot come
// over the console itself, which has the terminal alone.
func (b *Base) ExportAction(export func() Export) ui.Action {
	return ui.On("x", "", "say the command that exports what is shown", func() tea.Cmd { return b.Open(newExport(b.Session, export())) })
}

func newExport(s *Session, e Export) *TextPage {
	line := s.Command(e.Args)
	if e.Pipe != "" {
		line += " " + e.Pipe
	}
	line += " > " + e.File
	p := NewTextPage(s, "Export", func(w, _ int) []string {
		t := s.Theme
		lines := t.Paragraph(w, ui.Style{}, "In a shell of your own machine, this writes what the page shows to "+e.File+" as CSV:")
		lines = append(lines, "")
		for _, l := range ui.Hardwrap(line, w-4) {
			lines = append(lines, "  "+t.Accent.Render(l))
		}
		for _, note := range e.Notes {
			lines = append(lines, t.Paragraph(w, t.Faint, note)...)
		}
		return lines
	})
	p.Commands = []string{e.Args}
	p.Own = []ui.Action{
		ui.On("c", "copy", "copy the command", func() tea.Cmd { return s.CopyText("Command", line) }),
		ui.On("x", "close", "close", p.Close, "x", "enter"),
	}
	return p
}
