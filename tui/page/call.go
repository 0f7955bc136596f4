package page

import (
	"context"
	"errors"
	"fmt"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/ui"
)

const (
	// CallLimit bounds every call of the store.
	CallLimit = 10 * time.Second
	// Patience is how long a load may take before the screen speaks of it.
	Patience = 150 * time.Millisecond
	// RetryDelay is how long a failed load waits before it is tried again.
	RetryDelay = 2 * time.Second
)

// Answer is what a command came to, for the page that asked. Apply runs in Update, and
// only while that page is there; an Owner of 0 is the frame, which always is.
type Answer struct {
	Owner int64
	Apply func() tea.Cmd
}

// Call is one use of the store, made outside of Update.
type Call[T any] func(ctx context.Context, s Store, a model.Actor) (T, error)

// Do calls the store under the session's context, with a limit, and hands the answer to
// then in Update. A panic becomes an error of that call alone.
func Do[T any](s *Session, owner int64, call Call[T], then func(T, error) tea.Cmd) tea.Cmd {
	ctx, store, actor := s.Context, s.Store, s.Actor
	if s.signalled {
		ctx = model.Refreshing(ctx)
	}
	return func() (msg tea.Msg) {
		answer := func(v T, err error) tea.Msg {
			return Answer{owner, func() tea.Cmd { return then(v, err) }}
		}
		defer func() {
			if r := recover(); s.Caught(r) {
				var none T
				msg = answer(none, &model.Error{Msg: "something went wrong on the server", Err: fmt.Errorf("panic: %v", r)})
			}
		}()
		ctx, cancel := context.WithTimeout(ctx, CallLimit)
		defer cancel()
		return answer(call(ctx, store, actor))
	}
}

// Change calls the store to change something: the toast says done, and the page on top
// reads again.
func (s *Session) Change(done string, call func(context.Context, Store, model.Actor) error) tea.Cmd {
	return s.ChangeTo(func(ctx context.Context, store Store, a model.Actor) (Done, error) {
		return Done{Text: done}, call(ctx, store, a)
	})
}

// Later does something in Update after d, unless the session or the page ends before.
func (s *Session) Later(d time.Duration, owner int64, do func() tea.Cmd) tea.Cmd {
	ctx, wait := s.Context, s.Wait
	return func() tea.Msg {
		if !wait(ctx, d) {
			return nil
		}
		return Answer{owner, do}
	}
}

// Sentence is what a person may read of an error, with a capital letter and without a
// full stop; never its cause, which is for the log.
func Sentence(err error) string { return ui.Sentence(Reason(err)) }

// Reason is Sentence in the middle of another one.
func Reason(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Sprintf("the server did not answer within %d seconds", CallLimit/time.Second)
	}
	if msg, ok := model.PublicMessage(err); ok {
		return msg
	}
	return "something went wrong on the server: try again"
}

// ClientZone is the timezone of the client that is worked on.
func ClientZone(ctx context.Context, s Store, a model.Actor) (*time.Location, error) {
	if a.Client == "" {
		return time.UTC, nil
	}
	c, err := s.Client(ctx, a, a.Client)
	return c.Location(), err
}
