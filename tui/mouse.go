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
				return a.answer(true)
			case 1:
				return a.answer(false)
			}
		}
		return nil
	}
	if y != len(foot)-1 {
		return nil
	}
	if a.asked != nil {
		if hint, ok := a.footer.ActionAt(x); ok {
			return a.answer(hint.Help().Key == yes.Help().Key)
		}
		return nil
	}
	return a.clickHint(x)
}

// clickHint does what the hint at the cell x of the footer stands for. What the page does
// with its keys itself, as while text is typed, it gets as a key; a hint that names no single
// key does nothing.
func (a *app) clickHint(x int) tea.Cmd {
	act, ok := a.footer.ActionAt(x)
	if !ok {
		return nil
	}
	if act.Do != nil {
		a.dismissFailure()
		return act.Do()
	}
	if t, ok := hintKeys[act.Keys()[0]]; ok {
		return a.key(tea.KeyMsg{Type: t})
	}
	return nil
}

// hintKeys are the keys that hints about a field or a list name.
var hintKeys = map[string]tea.KeyType{
	"enter": tea.KeyEnter, "esc": tea.KeyEsc, "tab": tea.KeyTab, "ctrl+s": tea.KeyCtrlS, "ctrl+g": tea.KeyCtrlG,
}
