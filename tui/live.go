package tui

import (
	"context"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/page"
)

// liveRest is the time from one read of a screen to the next: five a second in the long run,
// and a change that comes right behind a read is on screen within the 250 ms that are
// promised. The first change after a quiet moment is read at once.
const liveRest = 200 * time.Millisecond

// A watch that fails is started again after watchRetry, and after twice as long each time, up
// to watchRetryMost.
const (
	watchRetry     = 2 * time.Second
	watchRetryMost = time.Minute
)

type (
	watchingMsg struct {
		gen      int64
		moved    <-chan struct{} // nil where the watch failed
		settings <-chan struct{}
		failed   bool
	}
	movedMsg    struct{ gen int64 } // something of the client moved
	settingsMsg struct{ gen int64 } // a person has set a theme or keys, maybe this one
)

// live is the watch on one client, or on the platform where none is chosen. A change
// of client ends the watch before.
type live struct {
	gen   int64
	scope string
	ctx   context.Context
	end   context.CancelFunc
	moved <-chan struct{}
	// settings are what people set elsewhere, watched as long as the session: one command waits
	// for both.
	settings <-chan struct{}
	away     time.Time // since when it fails; zero: it does not
	tries    int       // how often in a row it failed
	due      time.Time // when the rest ends after which the next change is taken
}

// start watches a client, or for an empty scope the platform.
func (l *live) start(s *page.Session, scope string) tea.Cmd {
	if l.end != nil {
		l.end()
	}
	l.gen++
	l.scope = scope
	l.ctx, l.end = context.WithCancel(s.Context)
	ctx, all, store, gen, settings := l.ctx, s.Context, s.Store, l.gen, l.settings
	return func() (msg tea.Msg) {
		defer func() {
			if s.Caught(recover()) {
				msg = watchingMsg{gen: gen, failed: true}
			}
		}()
		if settings == nil {
			settings = store.Watch(all, model.WatchSettings)
		}
		return watchingMsg{gen: gen, moved: store.Watch(ctx, scope), settings: settings}
	}
}

// watching takes what became of a watch. A change that came while there was none is read now.
func (a *app) watching(m watchingMsg) tea.Cmd {
	l := &a.live
	l.moved, l.away = m.moved, time.Time{}
	if m.settings != nil {
		l.settings = m.settings
	}
	if !m.failed {
		l.tries = 0
		return tea.Batch(a.top().Reload(), l.next(a.Session, 0))
	}
	l.away = a.Now()
	after := min(watchRetry<<min(l.tries, 10), watchRetryMost)
	if l.tries++; l.tries == 1 {
		a.setToast(page.Failure, "Live updates have stopped and are started again: until then "+a.Keys.Name("R")+" reads again")
	}
	gen := l.gen
	return tea.Batch(a.top().Reload(), a.Later(after, 0, func() tea.Cmd {
		if gen != l.gen {
			return nil
		}
		return l.start(a.Session, l.scope)
	}))
}

// rest is how long to rest after the change of now. One that came late makes the rest
// shorter, else a console whose changes come as often as it reads would show all of them
// as late as the latest.
func (l *live) rest(now time.Time) time.Duration {
	if late := now.Sub(l.due); late < 0 || late >= liveRest {
		l.due = now
	}
	l.due = l.due.Add(liveRest)
	return l.due.Sub(now)
}

// next waits for the next change, after a rest. The channel holds the one that
// comes during the rest, so none is lost and a busy hour costs five reads a second.
func (l *live) next(s *page.Session, rest time.Duration) tea.Cmd {
	ctx, moved, settings, gen, wait := l.ctx, l.moved, l.settings, l.gen, s.Wait
	return func() tea.Msg {
		if rest > 0 && !wait(ctx, rest) {
			return nil
		}
		for {
			select {
			case _, ok := <-moved:
				if !ok {
					return nil
				}
				return movedMsg{gen}
			case _, ok := <-settings:
				if ok {
					return settingsMsg{gen}
				}
				settings = nil // the store is closing
			case <-ctx.Done():
				return nil
			}
		}
	}
}
