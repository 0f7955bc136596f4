package links

import (
	"context"
	"errors"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/ui"
)

// Form is Create a New Tracking Link.
type Form struct {
	page.FormPage
	known formData
}

// formData is what the form knows of the client.
type formData struct {
	events []model.Event
	links  []model.LinkStats
	client model.Client
}

// NewForm creates a link, at first for the event.
func NewForm(s *page.Session, event string) *Form {
	p := &Form{}
	p.InitForm(s, "Create a New Tracking Link", "Add Tracking Link", "Adding")
	f := &p.Form
	f.Ask("name", "Name", "whom the link is for", "")
	f.Ask("email", "E-mail", "gets the welcome mail", "")
	name := event // until the events' names are here
	if name == "" {
		name = allEvents
	}
	f.Offer("event", "Level", "Choose a level", []ui.Choice{{Value: event, Title: name}})
	f.Offer("source", "Source", "", ui.PlainChoices(model.Sources))
	f.Ask("code", "Code", "optional", "")
	p.SuggestSlugs("name", "code", func(s page.Store, code string) bool {
		_, taken := s.LinkByCode(code)
		return taken
	})
	f.Offer("mail", "Mail", "", []ui.Choice{{Value: "yes", Title: "Send the welcome mail"}, {Value: "no", Title: "Send no mail"}})
	f.Send, f.Explain = p.send, p.explain
	p.Validate = func() error {
		_, err := p.link().Validate()
		return err
	}
	p.Commands = func() []page.Args { return []page.Args{"link add NAME EMAIL --event SLUG"} }
	p.Loads = p.load
	return p
}

func (p *Form) load() tea.Cmd {
	return page.Do(p.Session, p.ID(), func(ctx context.Context, s page.Store, a model.Actor) (d formData, err error) {
		if d.events, err = s.Events(ctx, a); err != nil {
			return d, err
		}
		stats, err := s.Stats(ctx, a, model.Filter{})
		if err != nil {
			return d, err
		}
		d.links = stats.Links
		d.client, err = s.Client(ctx, a, a.Client)
		return d, err
	}, func(d formData, err error) tea.Cmd {
		if err != nil {
			return p.Fail(err)
		}
		p.known = d
		p.Form.Field("event").SetOptions(page.EventChoices("All events of "+model.Line(d.client.Name), d.events))
		return nil
	})
}

// link is what was entered.
func (p *Form) link() model.NewLink {
	f := &p.Form
	return model.NewLink{
		Name: f.Value("name"), Email: f.Value("email"), Event: f.Value("event"),
		Code: f.Value("code"), Source: f.Value("source"), NoMail: f.Value("mail") == "no",
	}
}

// send adds the link and goes on to its page.
func (p *Form) send() tea.Cmd {
	n := p.link()
	suggested := p.Form.Field("code").Suggested()
	add := func(ctx context.Context, s page.Store, a model.Actor) (model.Link, error) {
		l, err := s.AddLink(ctx, a, n)
		if e, ok := errors.AsType[*model.Error](err); ok && suggested && e.Kind == model.Conflict && e.Field == "code" {
			n.Code = "" // it was only suggested: another one is drawn
			return s.AddLink(ctx, a, n)
		}
		return l, err
	}
	return page.Send(&p.FormPage, add, func(l model.Link) tea.Cmd {
		text := "Added " + l.Code + " " + p.Theme.Glyph.Dot + " " + p.Keys.Name("c") + " copies the shortlink"
		if l.Mail == model.MailQueued {
			text += ", the welcome mail " + model.MailGoes(p.MailsToFiles)
		}
		p.Announce("link", l.Code)
		return tea.Batch(p.Replace(NewLink(p.Session, l)), p.Toast(page.Success, text))
	})
}

// explain says what the level means, and which other links the new one will meet.
func (p *Form) explain(w int) []string {
	t := p.Theme
	text := "Event level: the link leads to the event's page and tracks the sales of this event alone."
	if p.link().Event == "" {
		text = "Client level: the link leads to the client's profile page and tracks the sales of all its events."
	}
	lines := t.Paragraph(w, t.Faint, text)
	if codes := p.competing(); len(codes) > 0 {
		const named = 3
		list := strings.Join(codes[:min(len(codes), named)], ", ")
		if more := len(codes) - named; more > 0 {
			list += " and " + model.Plural(int64(more), "more", "more")
		}
		lines = append(lines, t.Paragraph(w, t.Warn, t.Glyph.Alert+" Other sources already bring buyers to this page: "+list+
			". Only the last link that a buyer clicks gets the sale, so this link may take sales over from them.")...)
	}
	return lines
}

// competing are the codes of the links that compete with the one entered.
func (p *Form) competing() []string {
	n, url := p.link(), p.known.client.URL
	if n.Event != "" {
		i := slices.IndexFunc(p.known.events, func(e model.Event) bool { return e.Slug == n.Event })
		if i < 0 {
			return nil
		}
		url = p.known.events[i].URL
	}
	var codes []string
	for _, l := range model.Competing(p.known.links, url, n.Source) {
		codes = append(codes, l.Link.Code)
	}
	return codes
}
