package tui

import (
	"context"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
)

// linkForm is Create a New Tracking Link.
type linkForm struct {
	form
	rivals []model.LinkStats // the links there are, for the warning
}

// formData is what the form knows of the client.
type formData struct {
	events []model.Event
	stats  model.Stats
	client model.Client
}

func newLinkForm(e *env, event string) *linkForm {
	p := &linkForm{form: newForm(e, "Create a New Tracking Link")}
	p.button, p.doing = "Add Tracking Link", "Adding"
	p.ask("name", "Name", "whom the link is for", "")
	p.ask("email", "E-mail", "gets the welcome mail", "")
	title := event // until the events' names are here
	if title == "" {
		title = allEvents
	}
	p.offer("event", "Level", "Choose a level", []choice{{value: event, title: title}})
	p.offer("source", "Source", "", plainChoices(model.Sources))
	p.ask("code", "Code", "optional", "")
	p.offer("mail", "Mail", "", []choice{{"yes", "Send the welcome mail", ""}, {"no", "Send no mail", ""}})
	p.check, p.send, p.explain = p.checkField, p.add, p.sentences
	return p
}

// plainChoices are values that are their own titles.
func plainChoices[S ~string](values []S) []choice {
	cs := make([]choice, len(values))
	for i, v := range values {
		cs[i] = choice{value: string(v), title: string(v)}
	}
	return cs
}

func (p *linkForm) twins() []string { return []string{"link add NAME EMAIL --event SLUG"} }

func (p *linkForm) start() tea.Cmd {
	return load(p.env, claim{owner: p.owner}, func(ctx context.Context, s model.Store, a model.Actor) (d formData, err error) {
		if d.events, err = s.Events(ctx, a); err != nil {
			return d, err
		}
		if d.stats, err = s.Stats(ctx, a, model.Filter{}); err != nil {
			return d, err
		}
		d.client, err = s.Client(ctx, a, a.Client)
		return d, err
	})
}

func (p *linkForm) update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case answer[formData]:
		if m.err != nil {
			return fail(m.err)
		}
		p.rivals = m.value.stats.Links
		level := p.field("event")
		chosen := level.value()
		level.options = eventChoices("All events of "+m.value.client.Name, m.value.events)
		level.at = 0
		level.choose(chosen)
	case answer[model.Link]:
		return p.added(m)
	default:
		return p.taken(msg)
	}
	return nil
}

func (p *linkForm) link() model.NewLink {
	return model.NewLink{
		Name: p.field("name").value(), Email: p.field("email").value(), Event: p.field("event").value(),
		Code: p.trimmedValue("code"), Source: p.field("source").value(), NoMail: p.field("mail").value() == "no",
	}
}

// checkField asks the model about one field, the others taken for good.
func (p *linkForm) checkField(f *formField) error {
	n, own := model.NewLink{Name: "x", Email: "x@example.com"}, p.link()
	switch f.key {
	case "name":
		n.Name = own.Name
	case "email":
		n.Email = own.Email
	case "code":
		n.Code = own.Code
	}
	_, err := n.Validate()
	return err
}

func (p *linkForm) add() tea.Cmd {
	n := p.link()
	return load(p.env, claim{owner: p.owner}, func(ctx context.Context, s model.Store, a model.Actor) (model.Link, error) {
		return s.AddLink(ctx, a, n)
	})
}

// added goes on to the link's page, or says what the store refused.
func (p *linkForm) added(m answer[model.Link]) tea.Cmd {
	if p.refused(m.err) {
		return nil
	}
	news := "Added " + m.value.Code + " " + p.env.mark.dot + " c copies the shortlink"
	if m.value.Mail == model.MailQueued {
		news += ", the welcome mail is on its way"
	}
	return tea.Batch(replace(newLinkPage(p.env, m.value)), say(success, news))
}

// sentences say what the level means, and what other links the new one will meet.
func (p *linkForm) sentences(w int) []string {
	e := p.env
	text := "Event level: the link leads to the event's page and tracks the sales of this event alone."
	if p.field("event").value() == "" {
		text = "Client level: the link leads to the client's profile page and tracks the sales of all its events."
	}
	lines := e.paragraph(w, e.ink.faint, text)
	if rivals := p.competing(); len(rivals) > 0 {
		const named = 3
		list := strings.Join(rivals[:min(len(rivals), named)], ", ")
		if more := len(rivals) - named; more > 0 {
			list += " and " + plural(int64(more), "more", "more")
		}
		lines = append(lines, e.paragraph(w, e.ink.warn, e.mark.bad+" Other sources already bring buyers to this page: "+list+
			". Only the last link that a buyer clicks gets the sale, so this link may take sales over from them.")...)
	}
	return lines
}

// competing are the links that lead to the same page from other sources and bring
// buyers already: from now on the last click decides between them and this one.
func (p *linkForm) competing() []string {
	var codes []string
	for i := range p.rivals {
		l := &p.rivals[i]
		event := ""
		if l.Link.Event != nil {
			event = *l.Link.Event
		}
		if event == p.field("event").value() && !l.Link.Archived && l.Customers > 0 && l.Link.Source != p.field("source").value() {
			codes = append(codes, l.Link.Code)
		}
	}
	return codes
}
