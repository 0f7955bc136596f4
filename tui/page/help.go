package page

import (
	tea "github.com/charmbracelet/bubbletea"

	"lastclick/tui/ui"
)

// Help lists what the keys do on the page it was opened from and on every page, what the
// columns or fields mean, and the commands that do the same in a shell. It can be searched.
type Help struct {
	Base
	groups  []ui.HelpGroup
	pager   ui.Pager
	search  ui.Input
	typing  bool
	actions []ui.Action

	drawn []string
	w     int
	found int // entries that the search finds
	all   int
}

// NewHelp is the help of a page; frame is what the frame does on it.
func NewHelp(s *Session, of Page, frame []ui.Action) *Help {
	p := &Help{Base: NewBase(s), pager: ui.NewPager(s.Theme), search: s.Theme.NewInput("")}
	p.groups = helpGroups(s, of, frame)
	for _, g := range p.groups {
		p.all += len(g.Rows) + len(g.Text)
	}
	p.actions = append([]ui.Action{
		ui.On("?", "close", "close", p.Close, "?", "ctrl+g", "f1"),
		ui.On("/", "search", "search the help", func() tea.Cmd {
			p.typing, p.drawn = true, nil
			return nil
		}),
		ui.On("esc", "", "clear the search", ui.Quietly(p.clear)).If(func() bool { return !p.search.Empty() }),
	}, p.pager.Actions()...)
	return p
}

// titled is a page whose legend explains other things than columns.
type titled interface{ LegendTitle() string }

func helpGroups(s *Session, of Page, frame []ui.Action) []ui.HelpGroup {
	t := s.Theme
	groups := []ui.HelpGroup{{Title: "On this page", Rows: t.HelpRows(s.Keys.Bind(of.Actions()))}}
	if of.Typing() {
		groups = append(groups, ui.HelpGroup{Title: "While typing", Rows: [][2]string{
			{"ctrl+g", "show or close this help (f1 too)"},
			{"ctrl+w", "delete the word before the caret"},
			{"ctrl+u ctrl+k", "delete all before the caret, or all behind it"},
			{"ctrl+a ctrl+e", "to the beginning, to the end"},
			{"ctrl+c", "quit"},
		}})
	} else {
		groups = append(groups, ui.HelpGroup{Title: "On every page", Rows: t.HelpRows(s.Keys.Bind(frame))})
	}
	if legend := of.Legend(); len(legend) > 0 {
		title := "What the columns count"
		if n, ok := of.(titled); ok {
			title = n.LegendTitle()
		}
		groups = append(groups, ui.HelpGroup{Title: title, Rows: legend})
	}
	var commands []string
	for _, c := range of.ShellCommands() {
		commands = append(commands, s.Command(c))
	}
	if len(commands) > 0 {
		groups = append(groups, ui.HelpGroup{Title: "The same in a shell, in plain text (--json for programs)", Text: commands})
	}
	groups = append(groups, ui.HelpGroup{Title: "Copying", Text: []string{
		s.Keys.Name("c") + " and " + s.Keys.Name("C") + " send the address to the clipboard of your own terminal (OSC 52). In tmux this takes: set -s set-clipboard on. " +
			"Where a terminal does not allow it, select the address with the mouse: the mouse is the terminal's own until " + s.Keys.Name("m") + " is pressed.",
	}})
	if len(s.Guide) > 0 {
		groups = append(groups, ui.HelpGroup{Title: "From a second terminal", Text: s.Guide})
	}
	return groups
}

// Crumbs is the title.
func (p *Help) Crumbs() []string { return []string{"Help"} }

// Typing is true while the search is typed.
func (p *Help) Typing() bool { return p.typing }

// Actions close, search and scroll.
func (p *Help) Actions() []ui.Action {
	if p.typing {
		return ui.FilterHints
	}
	return p.actions
}

func (p *Help) clear() {
	p.search.Clear()
	p.drawn = nil
}

// Update takes keys while the search is typed, and the mouse.
func (p *Help) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case tea.MouseMsg:
		p.pager.Mouse(m)
	case tea.KeyMsg:
		switch m.String() {
		case "enter", "tab":
			p.typing = false
		case "esc":
			p.typing = false
			p.clear()
		default:
			p.search.Update(m)
		}
		p.drawn = nil
	}
	return nil
}

// columnsFrom is the width from which on the help has two columns.
const columnsFrom = 120

// View is the part that the window shows, and the search above it.
func (p *Help) View(w, h int) []string {
	t := p.Theme
	if p.drawn == nil || p.w != w {
		p.w = w
		groups := p.matching()
		if w >= columnsFrom {
			p.drawn = sideBySide(t, w, groups)
		} else {
			p.drawn = t.HelpPage(w, groups...)
		}
		if p.found == 0 {
			p.drawn = t.Message(w, "Nothing in the help matches “"+p.search.Value()+"”.", "Press esc to clear the search.")
		}
	}
	if !p.typing && p.search.Empty() {
		return p.pager.View(p.drawn, w, h)
	}
	count := ui.Shown(p.found, p.all)
	line := ui.Spread(" "+t.Accent.Render("/ ")+p.search.View(max(w-ui.Width(count)-8, 10), p.typing), count+" ", w)
	return append([]string{line}, p.pager.View(p.drawn, w, h-1)...)
}

// matching are the groups with the entries that the search finds.
func (p *Help) matching() []ui.HelpGroup {
	var texts []string
	for _, g := range p.groups {
		for _, r := range g.Rows {
			texts = append(texts, r[0]+" "+r[1])
		}
		texts = append(texts, g.Text...)
	}
	shown := ui.Search(texts, p.search.Value())
	p.found = 0
	var groups []ui.HelpGroup
	at := 0
	for _, g := range p.groups {
		part := ui.HelpGroup{Title: g.Title}
		for _, r := range g.Rows {
			if shown[at] {
				part.Rows = append(part.Rows, r)
			}
			at++
		}
		for _, s := range g.Text {
			if shown[at] {
				part.Text = append(part.Text, s)
			}
			at++
		}
		if n := len(part.Rows) + len(part.Text); n > 0 {
			p.found += n
			groups = append(groups, part)
		}
	}
	return groups
}

// sideBySide sets the groups in two columns of about the same height, in their order.
func sideBySide(t *ui.Theme, w int, groups []ui.HelpGroup) []string {
	const gap = 2
	half := (w - gap) / 2
	total := len(t.HelpPage(half, groups...))
	split := 1
	for split < len(groups) && len(t.HelpPage(half, groups[:split+1]...)) <= (total+4)/2 {
		split++
	}
	split = min(split, len(groups))
	left, right := t.HelpPage(half, groups[:split]...), t.HelpPage(half, groups[split:]...)
	lines := make([]string, max(len(left), len(right)))
	for i := range lines {
		if i < len(left) {
			lines[i] = left[i]
		}
		if i < len(right) && right[i] != "" {
			lines[i] += ui.Spaces(half+gap-ui.Width(lines[i])) + right[i]
		}
	}
	return lines
}
