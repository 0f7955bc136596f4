package tui

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

// level is how a toast is meant.
type level uint8

const (
	success level = iota
	warning
	failure
)

const (
	toastFor = 4 * time.Second
	undoFor  = 10 * time.Second
)

// toast is the one line that says what just happened. A failure stays until a key
// is pressed, the others for a while.
type toast struct {
	level  level
	text   string
	serial int64
}

type (
	sayMsg struct {
		level level
		text  string
		last  time.Duration
	}
	hushMsg struct{ serial int64 }
)

func say(l level, text string) tea.Cmd {
	return func() tea.Msg { return sayMsg{l, text, toastFor} }
}

// say shows a toast and, unless it is a failure, arranges that it goes.
func (a *app) say(m sayMsg) tea.Cmd {
	a.toast = toast{m.level, m.text, a.toast.serial + 1}
	if m.level == failure {
		return nil
	}
	return a.env.later(m.last, hushMsg{a.toast.serial})
}

func (a *app) hush(m hushMsg) {
	if m.serial == a.toast.serial {
		a.toast.text = ""
	}
}
