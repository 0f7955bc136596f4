package tui

import (
	"context"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
)

// reader is a page that tells of one thing from top to bottom, and is read again
// when something moves. A page made of it says what is read and what is written.
type reader[T any] struct {
	env     *env
	loading loading
	value   *T
	what    string // "order": for what cannot be shown
	loc     func(*T) *time.Location
	read    func(ctx context.Context, s model.Store, a model.Actor) (T, error)
	write   func(d *doc, v *T)
	scroll

	drawn []string // as written for value and width
	of    *T
	wrote int
}

func newReader[T any](e *env, what string) reader[T] {
	return reader[T]{env: e, loading: newLoading(e), what: what}
}

func (p *reader[T]) id() int64           { return p.loading.id() }
func (p *reader[T]) start() tea.Cmd      { return p.reload() }
func (p *reader[T]) typing() bool        { return false }
func (p *reader[T]) legend() [][2]string { return nil }
func (p *reader[T]) notice() string      { return p.loading.notice(p.env, p.zone()) }

func (p *reader[T]) zone() *time.Location {
	if p.value == nil {
		return time.UTC
	}
	return p.loc(p.value)
}

func (p *reader[T]) reload() tea.Cmd {
	c, ok := p.loading.begin()
	if !ok {
		return nil
	}
	get := load(p.env, c, p.read)
	if p.value != nil {
		return get
	}
	return tea.Batch(get, p.env.later(patience, slowMsg{c}))
}

func (p *reader[T]) update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case answer[T]:
		if !p.loading.end(m.claim, m.err, p.env.now()) {
			return nil
		}
		if m.err == nil {
			p.value = &m.value
		}
		return p.loading.after(p.env, p.reload)
	case slowMsg:
		p.loading.slowed(m)
	case retryMsg:
		if m.claim == p.loading.newest {
			return p.reload()
		}
	case tea.MouseMsg:
		p.wheel(m)
	}
	return nil
}

func (p *reader[T]) keys() []binding {
	return append([]binding{{[]string{"left", "h"}, "← h", "back", "", func() tea.Cmd { return pop }}}, p.scroll.keys()...)
}

func (p *reader[T]) view(w, h int) []string {
	e := p.env
	switch {
	case p.value != nil:
		if p.of != p.value || p.wrote != w {
			d := doc{env: e, w: w}
			p.write(&d, p.value)
			p.drawn, p.of, p.wrote = d.lines, p.value, w
		}
		return p.cut(p.drawn, h)
	case p.loading.err != nil:
		return e.message(w, "The "+p.what+" cannot be shown.", sentence(p.loading.err)+".", "R tries again, esc goes back.")
	case p.loading.slow:
		return e.message(w, "Loading"+e.mark.cut)
	}
	return nil
}
