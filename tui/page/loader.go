package page

import (
	"context"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
)

// Loader is what a page loads again and again: one call in flight, stale answers
// dropped, a failed one tried again, and the last good data kept meanwhile.
type Loader[T any] struct {
	Read func() Call[T]  // makes the call of now, in Update
	Take func(T) tea.Cmd // shows new data
	// Costly says that the call of now is of those that rest between reads; nil: none is.
	Costly func() bool

	session *Session
	owner   int64
	gen     int64     // of the newest call
	busy    bool      // it is in flight
	again   bool      // another must follow
	hurried bool      // because a person asked for it
	resting int64     // the call after which one waits for the end of its rest; 0: none
	began   time.Time // when the newest was made
	ready   time.Time // when its rest ends
	slow    bool      // it takes longer than Patience
	err     error     // of the last answer
	at      time.Time // of the last good answer; zero before the first
	asOf    time.Time // up to which it holds all sales, where a replica was behind; else zero
}

// restTimes is how many times as long as a costly call took a signal asks for no other: many
// consoles on a list that is dear to read must not take the database for themselves.
const restTimes = 5

// aged is an answer with the time up to which it holds all sales; zero: it holds all.
type aged[T any] struct {
	value T
	asOf  time.Time
}

// withAge is the call, with the age of its answer.
func withAge[T any](call Call[T]) Call[aged[T]] {
	return func(ctx context.Context, s Store, a model.Actor) (aged[T], error) {
		ctx, age := model.WithAge(ctx)
		v, err := call(ctx, s, a)
		return aged[T]{v, age.AsOf()}, err
	}
}

// NewLoader loads for the page with that base.
func NewLoader[T any](b Base, read func() Call[T], take func(T) tea.Cmd) Loader[T] {
	return Loader[T]{Read: read, Take: take, session: b.Session, owner: b.id}
}

// Loaded says whether there was a good answer yet.
func (l *Loader[T]) Loaded() bool { return !l.at.IsZero() }

// Err is the error of the last answer.
func (l *Loader[T]) Err() error { return l.err }

// Slow says whether the call in flight takes longer than a person thinks nothing of.
func (l *Loader[T]) Slow() bool { return l.slow }

// Awaits says whether the first answer is still to come. A call that has failed is tried
// again, and nothing is kept for it.
func (l *Loader[T]) Awaits() bool { return !l.Loaded() && l.err == nil }

// Load starts a call, or notes that another must follow the one in flight. It is quiet
// where the same data, only older, is on screen. A costly call that a signal asks for rests.
func (l *Loader[T]) Load() tea.Cmd { return l.load(!l.session.signalled) }

func (l *Loader[T]) load(hurried bool) tea.Cmd {
	switch {
	case l.busy:
		l.again, l.hurried = true, l.hurried || hurried
		return nil
	case !hurried && l.Costly != nil && l.Costly() && l.session.Now().Before(l.ready):
		return l.rest()
	}
	return l.start(l.Loaded())
}

// rest loads at the end of the rest, unless something else did meanwhile.
func (l *Loader[T]) rest() tea.Cmd {
	if l.resting == l.gen {
		return nil
	}
	l.resting = l.gen
	return l.After(l.ready.Sub(l.session.Now()))
}

// Restart starts a call whatever is in flight, whose answer is stale from now on.
func (l *Loader[T]) Restart() tea.Cmd { return l.start(false) }

func (l *Loader[T]) start(quiet bool) tea.Cmd {
	l.gen++
	l.busy, l.again, l.hurried, l.slow, l.began = true, false, false, false, l.session.Now()
	gen := l.gen
	get := Do(l.session, l.owner, withAge(l.Read()), func(v aged[T], err error) tea.Cmd { return l.finish(gen, v, err) })
	if quiet {
		return get
	}
	return tea.Batch(get, l.session.Later(Patience, l.owner, func() tea.Cmd {
		l.slow = l.slow || l.busy && gen == l.gen
		return nil
	}))
}

// finish takes an answer, and starts the load that waited for it or a retry.
func (l *Loader[T]) finish(gen int64, v aged[T], err error) tea.Cmd {
	if gen != l.gen || !l.busy {
		return nil
	}
	l.busy, l.slow, l.err = false, false, err
	now := l.session.Now()
	l.ready = now.Add(restTimes * now.Sub(l.began))
	var taken tea.Cmd
	if err == nil {
		l.at, l.asOf = now, v.asOf
		taken = l.Take(v.value)
	}
	switch {
	case l.again:
		return tea.Batch(taken, l.load(l.hurried))
	case err != nil:
		return l.After(RetryDelay)
	}
	return taken
}

// After loads again after d, unless something else did meanwhile. A page of a tab that is
// not on screen reads nothing until it is.
func (l *Loader[T]) After(d time.Duration) tea.Cmd {
	gen := l.gen
	return l.session.Later(d, l.owner, func() tea.Cmd {
		switch {
		case gen != l.gen:
			return nil
		case l.session.nav != nil && !l.session.nav.OnScreen(l.owner):
			return l.After(d)
		}
		return l.Load()
	})
}

// Since is up to when what is on screen is right; zero: up to now, or there is nothing.
func (l *Loader[T]) Since() time.Time {
	switch {
	case !l.Loaded() || l.err == nil && l.asOf.IsZero():
		return time.Time{}
	case !l.asOf.IsZero():
		return l.asOf
	}
	return l.at
}

// Absent says that there is no data at all, because it cannot be read.
func (l *Loader[T]) Absent() bool { return !l.Loaded() && l.err != nil }

// Notice says that the screen is old, and why.
func (l *Loader[T]) Notice(loc *time.Location) string {
	at, why := l.Since(), "sales since then are not shown yet"
	if at.IsZero() {
		return ""
	}
	if l.err != nil {
		why = Reason(l.err)
	}
	return "as of " + at.In(loc).Format("15:04:05") + " " + l.session.Theme.Glyph.Dot + " " + why
}
