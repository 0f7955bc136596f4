package page

import (
	"context"
	"fmt"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
)

// streamAhead is how many values of a stream wait for Update before its call does.
const streamAhead = 32

// Stream makes a call that says values while it goes on, for at most limit. Each comes to
// each in Update, in its order, and how the call ended to done after the last. Where the
// page of the owner is closed before, the call goes on until it ends or has to wait.
func Stream[T any](s *Session, owner int64, limit time.Duration, call func(ctx context.Context, say func(T)) error, each func(T), done func(error) tea.Cmd) tea.Cmd {
	parent := s.Context
	values := make(chan T, streamAhead)
	var ended error // read when values is closed
	run := func() tea.Msg {
		defer close(values)
		defer func() {
			if r := recover(); s.Caught(r) {
				ended = &model.Error{Msg: "something went wrong on the server", Hint: "try it again", Err: fmt.Errorf("panic: %v", r)}
			}
		}()
		ctx, cancel := context.WithTimeout(parent, limit)
		defer cancel()
		ended = call(ctx, func(v T) {
			select {
			case values <- v:
			case <-ctx.Done():
			}
		})
		return nil
	}
	var next func() tea.Msg
	next = func() tea.Msg {
		v, more := <-values
		return Answer{owner, func() tea.Cmd {
			if !more {
				return done(ended)
			}
			each(v)
			return next
		}}
	}
	return tea.Batch(run, next)
}
