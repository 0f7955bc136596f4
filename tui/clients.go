package tui

import (
	"context"
	"fmt"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
)

// clientsPage is where an admin begins who has no client chosen: a list of them, or
// how to make the first.
type clientsPage struct {
	env     *env
	loading loading
	chooser
	loaded bool
}

func newClients(e *env) *clientsPage {
	p := &clientsPage{env: e, loading: newLoading(e)}
	p.chooser.env = e
	p.pick = p.choose
	return p
}

func (p *clientsPage) id() int64           { return p.loading.id() }
func (p *clientsPage) crumbs() []string    { return []string{"Live Stats", "Choose a client"} }
func (p *clientsPage) start() tea.Cmd      { return p.reload() }
func (p *clientsPage) typing() bool        { return p.searching }
func (p *clientsPage) notice() string      { return p.loading.notice(p.env, time.UTC) }
func (p *clientsPage) twins() []string     { return []string{"client list", "stats --client SLUG"} }
func (p *clientsPage) legend() [][2]string { return nil }

func (p *clientsPage) keys() []binding {
	if len(p.all) == 0 {
		return nil
	}
	return p.chooser.keys()
}

func (p *clientsPage) reload() tea.Cmd {
	c, ok := p.loading.begin()
	if !ok {
		return nil
	}
	get := load(p.env, c, func(ctx context.Context, s model.Store, a model.Actor) ([]model.Client, error) {
		return s.Clients(ctx, a)
	})
	return tea.Batch(get, p.env.later(patience, slowMsg{c}))
}

// choose asks the store for an actor who works on the client.
func (p *clientsPage) choose(c choice) tea.Cmd {
	return load(p.env, claim{owner: p.id()}, func(ctx context.Context, s model.Store, a model.Actor) (model.Actor, error) {
		return s.Choose(ctx, a, c.value)
	})
}

func (p *clientsPage) update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case answer[[]model.Client]:
		if !p.loading.end(m.claim, m.err, p.env.now()) {
			return nil
		}
		if m.err == nil {
			p.take(m.value)
		}
		return p.loading.after(p.env, p.reload)
	case answer[model.Actor]:
		if m.err != nil {
			return fail(m.err)
		}
		return func() tea.Msg { return chosenMsg{m.value} }
	case slowMsg:
		p.loading.slowed(m)
	case retryMsg:
		if m.claim == p.loading.newest {
			return p.reload()
		}
	case tea.KeyMsg:
		return p.typed(m)
	case tea.MouseMsg:
		p.move(notch(m))
	}
	return nil
}

// take shows the clients; the cursor stays on its own.
func (p *clientsPage) take(clients []model.Client) {
	value := ""
	if p.at < len(p.shown) {
		value = p.shown[p.at].value
	}
	cs := make([]choice, len(clients))
	for i, c := range clients {
		cs[i] = choice{c.Slug, clean(c.Name), fmt.Sprintf("%s  %s", c.Slug, clean(c.URL))}
	}
	p.loaded = true
	p.set(cs, value)
}

func (p *clientsPage) view(w, h int) []string {
	e := p.env
	switch {
	case p.loaded && len(p.all) > 0:
		return p.chooser.view(w, h)
	case p.loaded:
		return e.message(w, "There is no client yet.",
			"A client is a promoter's account. Make the first from a shell, and it appears here:", "",
			e.command("client add SLUG --name NAME --url PROFILE_URL"))
	case p.loading.err != nil:
		return e.message(w, "The clients cannot be shown.", sentence(p.loading.err)+".", "R tries again.")
	case p.loading.slow:
		return e.message(w, "Loading"+e.mark.cut)
	}
	return nil
}
