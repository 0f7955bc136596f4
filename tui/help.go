package tui

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"
)

// helpPage lists what the keys do on the page it was opened from, and the commands
// that say the same in a shell.
type helpPage struct {
	plainPage
	of    page
	frame []binding
	scroll
}

func newHelp(e *env, of page, frame []binding) *helpPage {
	return &helpPage{plainPage: newPlainPage(e), of: of, frame: frame}
}

func (p *helpPage) crumbs() []string { return []string{"Help"} }

func (p *helpPage) keys() []binding {
	return append(p.scroll.keys(), binding{[]string{"?"}, "?", "close", "close", func() tea.Cmd { return pop }})
}

func (p *helpPage) update(msg tea.Msg) tea.Cmd {
	p.scroll.wheel(msg)
	return nil
}

func (p *helpPage) view(w, h int) []string { return p.scroll.cut(p.lines(w), h) }

func (p *helpPage) lines(w int) []string {
	e := p.env
	var lines []string
	head := func(s string) { lines = append(lines, " "+e.ink.bold.on(s)) }
	const keyWidth = 14
	row := func(name, what string) {
		for _, l := range wrap(what, w-keyWidth-4) {
			lines = append(lines, "   "+e.ink.accent.on(e.cell(name, keyWidth))+l)
			name = ""
		}
	}
	list := func(bs []binding) {
		for _, b := range bs {
			row(e.keyName(b.show), b.what)
		}
		lines = append(lines, "")
	}
	text := func(s string) {
		for _, l := range wrap(s, w-4) {
			lines = append(lines, "   "+l)
		}
	}
	head("On this page")
	list(p.of.keys())
	head("On every page")
	list(p.frame)
	if legend := p.of.legend(); len(legend) > 0 {
		head("What the columns count")
		for _, l := range legend {
			row(l[0], l[1])
		}
		lines = append(lines, "")
	}
	if twins := p.of.twins(); len(twins) > 0 {
		head("The same in a shell, in plain text (--json for programs)")
		for _, t := range twins {
			text(e.command(t))
		}
		lines = append(lines, "")
	}
	head("Copying")
	text("c and C send the address to the clipboard of your own terminal (OSC 52). In tmux this takes: set -s set-clipboard on. " +
		"Where a terminal does not allow it, select the address with the mouse: the mouse is the terminal's own until m is pressed.")
	return lines
}

// scroll is a window on lines that are more than fit.
type scroll struct{ top, last, page int }

// cut is the part of lines that is seen in h lines.
func (s *scroll) cut(lines []string, h int) []string {
	s.page = max(h-1, 1)
	s.last = max(len(lines)-h, 0)
	s.top = min(max(s.top, 0), s.last)
	return lines[s.top:min(s.top+h, len(lines))]
}

func (s *scroll) by(n int) tea.Cmd {
	s.top = min(max(s.top+n, 0), s.last)
	return nil
}

func (s *scroll) keys() []binding {
	by := func(n func() int) func() tea.Cmd { return func() tea.Cmd { return s.by(n()) } }
	return []binding{
		{[]string{"down", "j"}, "↓ j", "down", "", by(func() int { return 1 })},
		{[]string{"up", "k"}, "↑ k", "up", "", by(func() int { return -1 })},
		{[]string{"pgdown", "ctrl+d", " "}, "pgdn", "a page down", "", by(func() int { return s.page })},
		{[]string{"pgup", "ctrl+u"}, "pgup", "a page up", "", by(func() int { return -s.page })},
		{[]string{"g", "home"}, "g", "to the top", "", by(func() int { return -s.top })},
		{[]string{"G", "end"}, "G", "to the bottom", "", by(func() int { return s.last })},
	}
}

// wheel scrolls with the mouse, three lines a notch.
func (s *scroll) wheel(msg tea.Msg) {
	if m, ok := msg.(tea.MouseMsg); ok {
		s.by(3 * notch(m))
	}
}

// notch is the direction of the mouse's wheel: 1 down, -1 up, 0 no wheel.
func notch(m tea.MouseMsg) int {
	switch m.Button {
	case tea.MouseButtonWheelDown:
		return 1
	case tea.MouseButtonWheelUp:
		return -1
	}
	return 0
}

// keyName writes the name of a key for a terminal that may have ASCII alone.
func (e *env) keyName(s string) string {
	if e.mark != asciiMarks {
		return s
	}
	return strings.NewReplacer("↓", "down", "↑", "up", "←", "left", "→", "right").Replace(s)
}
