package tui

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/tui/page"
	"lastclick/tui/ui"
)

// click takes the mouse: a tab and a key in the footer do what their keys do, an answer in
// a question is given, and the rest is the page's.
func (a *app) click(m tea.MouseMsg) tea.Cmd {
	foot := a.foot()
	top, inFoot := len(a.headLines()), m.Y-(a.h-len(foot))
	switch {
	case inFoot >= 0:
		if ui.Clicked(m) {
			return a.clickFoot(foot, m.X, inFoot)
		}
		return nil
	case a.asked != nil:
		return nil
	case m.Y < top:
		if ui.Clicked(m) && m.Y == 1 {
			return a.clickTab(m.X)
		}
		return nil
	}
	m.Y -= top
	return a.top().Update(m)
}

// clickTab turns to the tab at the cell x.
func (a *app) clickTab(x int) tea.Cmd {
	from := 0
	for i, end := range a.head.ends {
		if x >= from && x < end {
			return a.show(i)
		}
		from = end + 1
	}
	return nil
}

// clickFoot answers what is asked, or presses the key whose hint is at the cell x.
func (a *app) clickFoot(foot []string, x, y int) tea.Cmd {
	if a.asked != nil && (y < len(foot)-1 || a.h < page.Roomy) {
		// "y/N" at the end of the question
		if at := ui.Width(strings.TrimRight(foot[y], " ")); y == max(len(foot)-2, 0) {
			switch at - x {
			case 3:
				return a.press("y")
			case 1:
				return a.press("n")
			}
		}
		return nil
	}
	if y != len(foot)-1 {
		return nil
	}
	return a.press(a.footer.KeyAt(x))
}

// press does what the key of that name does.
func (a *app) press(name string) tea.Cmd {
	if name == "" {
		return nil
	}
	k := tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(name)}
	switch name {
	case " ", "space":
		k = tea.KeyMsg{Type: tea.KeySpace, Runes: []rune{' '}}
	case "any other key":
		k = tea.KeyMsg{Type: tea.KeyEsc}
	default:
		for t := tea.KeyType(-100); t <= 127; t++ { // ctrl+a is 1, and those without a sign are below zero
			if t != tea.KeyRunes && t.String() == name {
				k = tea.KeyMsg{Type: t}
			}
		}
	}
	return a.key(k)
}
