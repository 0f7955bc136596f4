package tui

import (
	"context"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
)

// clientsPage is the platform's clients. An admin who has none chosen begins here;
// enter chooses the one that all other pages are about.
type clientsPage struct {
	listPage[model.Client]
}

func newClients(e *env) *clientsPage {
	p := &clientsPage{newListPage(e, "client", "clients", func(c *model.Client) string { return c.Slug })}
	type client = model.Client
	faint := func(*client) paint { return e.ink.faint }
	p.columns = []listColumn[client]{
		{title: "Client", text: func(c *client) string { return c.Name }, least: 12, most: 36},
		{title: "Slug", text: func(c *client) string { return c.Slug }, ink: faint, least: 8},
		{title: "Rule", text: func(c *client) string { return string(c.Rule) }, ink: faint, drop: 2},
		{title: "Window", text: func(c *client) string { return c.Window.String() }, right: true, ink: faint, drop: 3},
		{title: "Timezone", text: func(c *client) string { return c.Timezone }, ink: faint, least: 12, drop: 4},
		{title: "Profile page", text: func(c *client) string { return c.URL }, ink: faint, least: 16, drop: 1},
	}
	p.query = always(func(ctx context.Context, s model.Store, a model.Actor) (d listData[client], err error) {
		d.rows, err = s.Clients(ctx, a)
		return d, err
	})
	p.about = func() string {
		if e.actor.Client == "" {
			return "Choose the client to work on"
		}
		return "Working on " + e.actor.Client
	}
	p.none = func(w int) []string {
		return e.message(w, "There is no client yet.",
			"A client is a promoter's account. Press n to add the first, or do it from a shell:", "",
			e.command("client add SLUG --name NAME --url PROFILE_URL"))
	}
	return p
}

func (p *clientsPage) crumbs() []string { return []string{"Platform", "Clients"} }
func (p *clientsPage) twins() []string {
	return []string{"client list", "client add SLUG --name NAME --url PROFILE_URL"}
}

func (p *clientsPage) keys() []binding {
	if p.searching {
		return p.list.keys()
	}
	e := p.env
	var bs []binding
	if c := p.current(); c != nil {
		client := *c
		bs = append(bs, binding{[]string{"enter", "right", "l"}, "enter", "work on this client", "choose", func() tea.Cmd { return p.choose(client.Slug) }})
	}
	if e.actor.Can(model.Admin) {
		bs = append(bs, binding{[]string{"n"}, "n", "add a client", "new", func() tea.Cmd { return push(newClientForm(e, nil)) }})
		if c := p.current(); c != nil {
			client := *c
			bs = append(bs, binding{[]string{"E"}, "E", "edit the client: name, page, rule, window", "edit", func() tea.Cmd { return push(newClientForm(e, &client)) }})
		}
	}
	return append(bs, p.list.keys()...)
}

// choose asks the store for an actor who works on the client.
func (p *clientsPage) choose(slug string) tea.Cmd {
	return load(p.env, claim{owner: p.id()}, func(ctx context.Context, s model.Store, a model.Actor) (model.Actor, error) {
		return s.Choose(ctx, a, slug)
	})
}

func (p *clientsPage) update(msg tea.Msg) tea.Cmd {
	if m, ok := msg.(answer[model.Actor]); ok {
		if m.err != nil {
			return fail(m.err)
		}
		return func() tea.Msg { return chosenMsg{m.value} }
	}
	return p.listPage.update(msg)
}
