package tui

import (
	"context"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
)

// clientForm adds a client, or changes one.
type clientForm struct {
	form
	slug string // of the one that is changed; empty for a new one
}

func newClientForm(e *env, c *model.Client) *clientForm {
	p := &clientForm{form: newForm(e, "Add a client")}
	p.button, p.doing = "Add Client", "Adding"
	was := model.Client{Timezone: "Europe/London", Rule: model.LastClick, Window: model.DefaultWindow}
	if c != nil {
		p.title, p.button, p.doing = "Edit "+clean(c.Name), "Save Client", "Saving"
		was, p.slug = *c, c.Slug
	} else {
		p.ask("slug", "Slug", "short name in addresses, such as acme", "")
	}
	p.ask("name", "Name", "as sub-promoters know it", was.Name)
	p.ask("url", "Profile page", "where client-level links lead", was.URL)
	p.ask("timezone", "Timezone", "in which its days begin", was.Timezone)
	p.offer("rule", "Rule", "", plainChoices([]model.Rule{model.LastClick, model.InScope})).choose(string(was.Rule))
	p.ask("window", "Window", "how long a click counts: 12h, 30d", was.Window.String())
	p.check, p.send, p.explain = p.checkField, p.save, p.sentences
	return p
}

func (p *clientForm) twins() []string {
	if p.slug != "" {
		return []string{"client set " + p.slug + " --name NAME --rule in-scope --window 30d"}
	}
	return []string{"client add SLUG --name NAME --url PROFILE_URL"}
}

func (p *clientForm) checkField(f *formField) error {
	n := model.NewClient{Slug: "new-client", Name: "x", URL: "https://example.com"}
	switch v := f.value(); f.key {
	case "slug":
		n.Slug = v
	case "name":
		n.Name = v
	case "url":
		n.URL = v
	case "timezone":
		n.Timezone = v
	case "window":
		n.Window = v
	}
	_, err := n.Validate()
	return err
}

func (p *clientForm) save() tea.Cmd {
	name, url, zone, rule, window := p.trimmedValue("name"), p.trimmedValue("url"), p.trimmedValue("timezone"), p.field("rule").value(), p.trimmedValue("window")
	slug := p.slug
	if slug == "" {
		n := model.NewClient{Slug: p.trimmedValue("slug"), Name: name, URL: url, Timezone: zone, Rule: rule, Window: window}
		return load(p.env, claim{owner: p.owner}, func(ctx context.Context, s model.Store, a model.Actor) (model.Client, error) {
			return s.AddClient(ctx, a, n)
		})
	}
	ch := model.ClientChange{Name: &name, URL: &url, Timezone: &zone, Rule: &rule, Window: &window}
	return load(p.env, claim{owner: p.owner}, func(ctx context.Context, s model.Store, a model.Actor) (model.Client, error) {
		return s.SetClient(ctx, a, slug, ch)
	})
}

func (p *clientForm) update(msg tea.Msg) tea.Cmd {
	if m, ok := msg.(answer[model.Client]); ok {
		if p.refused(m.err) {
			return nil
		}
		news := "Saved " + m.value.Slug
		if p.slug == "" {
			news = "Added " + m.value.Slug + " " + p.env.mark.dot + " enter works on it"
		}
		return tea.Sequence(pop, say(success, news))
	}
	return p.taken(msg)
}

func (p *clientForm) sentences(w int) []string {
	e := p.env
	text := "Rule last-click: only the last link that a buyer clicked can get the sale."
	if p.field("rule").value() == string(model.InScope) {
		text = "Rule in-scope: the last click whose link tracks the ticket's event gets the sale."
	}
	lines := e.paragraph(w, e.ink.faint, text)
	if p.slug != "" {
		lines = append(lines, e.paragraph(w, e.ink.faint, "Rule and window hold for tickets judged from now on; what was credited stays.")...)
	}
	return lines
}
