package tui

import (
	"context"
	"fmt"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
)

// changedMsg is what a change of a link came to; any page on top reads again.
type changedMsg struct {
	text string // for the toast
	undo string // the code of the link that z restores
	err  error
}

// undo is the archiving that can still be taken back.
type undo struct {
	code  string
	until time.Time
}

// open says whether the time to take it back has not passed.
func (u undo) open(now time.Time) bool { return u.code != "" && now.Before(u.until) }

// archive asks, then archives the link.
func archive(e *env, l model.Link) tea.Cmd {
	yes := change(e, func(ctx context.Context, s model.Store, a model.Actor) changedMsg {
		_, err := s.ArchiveLink(ctx, a, l.Code)
		return changedMsg{text: "Archived " + l.Code + " " + e.mark.dot + " z restores it (10 s)", undo: l.Code, err: err}
	})
	return ask(fmt.Sprintf("Archive the link %s of %s? It will count no more clicks.", l.Code, l.Name), yes)
}

// restore takes an archived link back, at once: nothing is lost by it.
func restore(e *env, code string) tea.Cmd {
	return change(e, func(ctx context.Context, s model.Store, a model.Actor) changedMsg {
		_, err := s.RestoreLink(ctx, a, code)
		return changedMsg{text: "Restored " + code, err: err}
	})
}

// change runs a writing call of the store as load runs a reading one.
func change(e *env, call func(context.Context, model.Store, model.Actor) changedMsg) tea.Cmd {
	run := load(e, claim{}, func(ctx context.Context, s model.Store, a model.Actor) (changedMsg, error) {
		m := call(ctx, s, a)
		return m, m.err
	})
	return func() tea.Msg {
		got := run().(answer[changedMsg])
		got.value.err = got.err
		return got.value
	}
}

// changed takes the outcome to the toast, and what it can be undone by.
func (a *app) changed(m changedMsg) tea.Cmd {
	if m.err != nil {
		return a.say(sayMsg{level: failure, text: sentence(m.err)})
	}
	last := toastFor
	if a.undo = (undo{}); m.undo != "" {
		a.undo = undo{m.undo, a.env.now().Add(undoFor)}
		last = undoFor
	}
	return tea.Batch(a.say(sayMsg{success, m.text, last}), a.top().reload())
}
