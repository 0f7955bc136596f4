package platform

import (
	"cmp"
	"context"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/ui"
)

// Clients is the platform's clients. An admin who has none chosen begins here; enter
// chooses the one that all other pages are about.
type Clients struct {
	page.ListPage[model.Client]
}

// NewClients is the list of clients.
func NewClients(s *page.Session) *Clients {
	p := &Clients{}
	p.InitList(s, "client", "clients", func(c *model.Client) string { return c.Slug },
		page.Always(page.InUTC(func(ctx context.Context, s page.Store, a model.Actor) ([]model.Client, error) {
			all, err := s.Clients(ctx, a)
			return byName(all), err
		})))
	p.Table.Columns = p.columns()
	p.About = func() string {
		if p.Actor.Client == "" {
			return "Choose the client to work on"
		}
		return "Working on " + p.Actor.Client
	}
	p.None = func(w int) []string {
		return p.Theme.Message(w, "There is no client yet.",
			"A client is a promoter's account. Press "+p.Keys.Name("n")+" to add the first, or do it from a shell:", "",
			p.Command("client add SLUG --name NAME --url PROFILE_URL"))
	}
	p.Own = []ui.Action{p.OnEnter("choose", "work on this client", p.choose)}
	if p.Actor.Can(model.Admin) {
		p.Own = append(p.Own,
			ui.On("n", "new", "add a client", func() tea.Cmd { return p.Open(newClientForm(s, model.Client{})) }),
			p.OnRow("E", "edit", "edit the client: name, page, rule, window, tracking", func(c model.Client) tea.Cmd {
				return p.Open(newClientForm(s, c))
			}))
	}
	p.Own = append(p.Own, p.ExportAction(func() page.Export { return page.Export{Args: "client list --csv", File: "clients.csv"} }).If(p.HasRow))
	return p
}

// byName is the clients in the order of what stands first in a row; the store has them by
// slug.
func byName(all []model.Client) []model.Client {
	return slices.SortedStableFunc(slices.Values(all), func(a, b model.Client) int {
		return cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
}

func (p *Clients) columns() []ui.Column[model.Client] {
	type client = model.Client
	faint := func(*client) ui.Style { return p.Theme.Faint }
	return []ui.Column[client]{
		{Title: "Client", Text: p.name, Draw: p.drawName, Min: 20, Max: 36, Style: p.nameStyle, Compare: func(a, b *client) int { return cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) }},
		{Title: "Slug", Text: func(c *client) string { return c.Slug }, Style: faint, Min: 8},
		{Title: "Rule", Text: func(c *client) string { return string(c.Rule) }, Style: faint, Drop: 3},
		{Title: "Window", Text: func(c *client) string { return c.Window.String() }, Number: true, Style: faint, Drop: 4},
		{Title: "Timezone", Text: func(c *client) string { return c.Timezone }, Style: faint, Min: 12, Drop: 5},
		{Title: "Profile page", Text: func(c *client) string { return c.URL }, Style: faint, Min: 16, Drop: 2},
	}
}

// name says which client is worked on.
func (p *Clients) name(c *model.Client) string {
	if c.Slug == p.Actor.Client {
		return c.Name + current
	}
	return c.Name
}

// current stands behind the client that is worked on, and is never cut.
const current = " (current)"

func (p *Clients) drawName(c ui.CellOf[model.Client]) string {
	t := p.Theme
	name := t.Cell(p.name(c.Row), c.Width)
	if rest := c.Width - len(current); c.Row.Slug == p.Actor.Client && rest > 0 {
		name = t.Cell(t.Cut(c.Row.Name, rest)+current, c.Width)
	}
	return c.Style.Render(name)
}

func (p *Clients) nameStyle(c *model.Client) ui.Style {
	if c.Slug == p.Actor.Client {
		return p.Theme.Accent
	}
	return ui.Style{}
}

// choose asks the store for an actor who works on the client.
func (p *Clients) choose(c model.Client) tea.Cmd {
	return page.Opening(p.Session, func(ctx context.Context, s page.Store, a model.Actor) (model.Actor, error) {
		return s.Choose(ctx, a, c.Slug)
	}, p.Routes.Choose)
}

// Crumbs is the way here.
func (p *Clients) Crumbs() []string { return []string{"Platform", "Clients"} }

// ShellCommands list the clients and add one.
func (p *Clients) ShellCommands() []page.Args {
	return []page.Args{"client list", "client add SLUG --name NAME --url PROFILE_URL"}
}
