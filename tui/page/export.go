package page

import (
	tea "github.com/charmbracelet/bubbletea"

	"lastclick/tui/ui"
)

// Export is how a shell gets what a page shows.
type Export struct {
	Args  Args   // of our command: "stats --csv --days 7d"
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
	p := sayCommand(s, "Export", "In a shell of your own machine, this writes what the page shows to "+e.File+" as CSV:", line, e.Notes...)
	p.Commands = []Args{e.Args}
	p.Own = append(p.Own, ui.On("x", "close", "close", p.Close, "x", "enter"))
	return p
}

// NewShellCommand says a command that does what no page does.
func NewShellCommand(s *Session, args Args, does string) *TextPage {
	p := sayCommand(s, "Command", "In a shell of your own machine, this is the command for: "+does+".", s.Command(args), "Words in capitals stand for your own. With --help behind it, it says all that it can do.")
	p.Own = append(p.Own, ui.On("enter", "close", "close", p.Close))
	return p
}

// sayCommand shows a command line whole, to be copied.
func sayCommand(s *Session, title, what, line string, notes ...string) *TextPage {
	p := NewTextPage(s, title, func(w, _ int) []string {
		t := s.Theme
		lines := t.Paragraph(w, ui.Style{}, what)
		lines = append(lines, "")
		for _, l := range ui.WrapShell(line, w) { // at the margin: it may be selected and pasted as it stands
			lines = append(lines, t.Accent.Render(l))
		}
		for _, note := range notes {
			lines = append(lines, t.Paragraph(w, t.Faint, note)...)
		}
		return lines
	})
	p.Own = []ui.Action{ui.On("c", "copy", "copy the command", func() tea.Cmd { return s.CopyText("Command", line) })}
	return p
}
