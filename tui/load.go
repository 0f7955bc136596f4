package tui

import (
	"context"
	"errors"
	"fmt"
	"time"
	"unicode"
	"unicode/utf8"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
)

const (
	// loadLimit bounds every call of the store.
	loadLimit = 10 * time.Second
	// patience is how long a load may take before the screen speaks of it.
	patience = 150 * time.Millisecond
	// retryAfter is how long a failed load rests before it is tried again.
	retryAfter = 2 * time.Second
)

// claim says which load of which page an answer belongs to.
type claim struct{ owner, gen int64 }

func (c claim) claimed() claim { return c }

// claimed is a message that goes to the page that owns it, on screen or not.
type claimed interface{ claimed() claim }

// answer is what a load came to.
type answer[T any] struct {
	claim
	value T
	err   error
}

type (
	slowMsg  struct{ claim } // the load takes longer than patience
	retryMsg struct{ claim } // the failed load has rested
)

// load calls the store in a command: under the session's context, with a limit,
// and a panic becomes an error of this page alone.
func load[T any](e *env, c claim, call func(context.Context, model.Store, model.Actor) (T, error)) tea.Cmd {
	ctx, store, actor := e.ctx, e.store, e.actor
	return func() (msg tea.Msg) {
		defer func() {
			if r := recover(); e.caught(r) {
				msg = answer[T]{claim: c, err: &model.Error{
					Msg: "the console met a fault of its own", Hint: "try again with R", Err: fmt.Errorf("panic: %v", r)}}
			}
		}()
		ctx, cancel := context.WithTimeout(ctx, loadLimit)
		defer cancel()
		v, err := call(ctx, store, actor)
		return answer[T]{c, v, err}
	}
}

// loading is the state of what a page loads again and again: one in flight, stale
// answers dropped, and the last good one kept when a later one fails.
type loading struct {
	newest claim
	busy   bool      // newest is in flight
	again  bool      // something moved meanwhile
	slow   bool      // newest takes longer than patience
	err    error     // of the last answer
	at     time.Time // of the last good answer; zero before the first
}

func newLoading(e *env) loading { return loading{newest: claim{owner: e.newOwner()}} }

func (l *loading) id() int64 { return l.newest.owner }

// begin starts a load, or notes that another must follow the one in flight.
func (l *loading) begin() (claim, bool) {
	if l.busy {
		l.again = true
		return claim{}, false
	}
	return l.restart(), true
}

// restart starts a load whatever is in flight: its answer is stale from now on.
func (l *loading) restart() claim {
	l.newest.gen++
	l.busy, l.again, l.slow = true, false, false
	return l.newest
}

// end takes an answer's claim and error; false says that the answer is stale.
func (l *loading) end(c claim, err error, now time.Time) bool {
	if c != l.newest || !l.busy {
		return false
	}
	l.busy, l.slow, l.err = false, false, err
	if err == nil {
		l.at = now
	}
	return true
}

// slowed takes a slowMsg.
func (l *loading) slowed(m slowMsg) {
	l.slow = l.slow || l.busy && m.claim == l.newest
}

// after is what follows an answer: the load that waited for it, or a retry.
func (l *loading) after(e *env, fetch func() tea.Cmd) tea.Cmd {
	switch {
	case l.again:
		return fetch()
	case l.err != nil:
		return e.later(retryAfter, retryMsg{l.newest})
	}
	return nil
}

// notice is the line that says that the screen is old, and why.
func (l *loading) notice(e *env, loc *time.Location) string {
	if l.err == nil || l.at.IsZero() {
		return ""
	}
	return "as of " + l.at.In(loc).Format("15:04:05") + " " + e.mark.dot + " " + reason(l.err)
}

// sentence is what a person may read of an error: never its cause, which is for
// the log.
func sentence(err error) string {
	s := reason(err)
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}

func reason(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Sprintf("the server did not answer within %d seconds", loadLimit/time.Second)
	}
	e, ok := errors.AsType[*model.Error](err)
	if !ok || e.Msg == "" {
		return "the server met a fault of its own; R tries again"
	}
	if e.Hint != "" {
		return clean(e.Msg + ": " + e.Hint)
	}
	return clean(e.Msg)
}
