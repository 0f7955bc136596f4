package tui

import (
	"context"
	"errors"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
)

// field is a place of the form, from the top.
type field uint8

const (
	fieldName field = iota
	fieldEmail
	fieldLevel
	fieldSource
	fieldCode
	fieldAdd // the button
	fieldCount
)

// fieldKeys are the fields as model errors name them.
var fieldKeys = [fieldCount]string{"name", "email", "event", "source", "code", ""}

// linkForm is Create a New Tracking Link.
type linkForm struct {
	env     *env
	owner   int64
	text    [fieldCount]input
	event   string // its slug; empty at client level
	title   string // the level in words
	source  int    // in model.Sources
	at      field
	faults  [fieldCount]string
	problem string // what is wrong with no field in particular
	adding  bool   // the link is on its way to the store

	events []model.Event
	rivals []model.LinkStats // the links there are, for the warning
	client model.Client
}

// formData is what the form knows of the client.
type formData struct {
	events []model.Event
	stats  model.Stats
	client model.Client
}

func newLinkForm(e *env, event string) *linkForm {
	return &linkForm{env: e, owner: e.newOwner(), event: event, title: event}
}

func (p *linkForm) id() int64           { return p.owner }
func (p *linkForm) crumbs() []string    { return []string{"Create a New Tracking Link"} }
func (p *linkForm) reload() tea.Cmd     { return nil }
func (p *linkForm) typing() bool        { return true }
func (p *linkForm) notice() string      { return "" }
func (p *linkForm) twins() []string     { return []string{"link add NAME EMAIL --event SLUG"} }
func (p *linkForm) legend() [][2]string { return nil }

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

// keys are for the footer; typed does them.
func (p *linkForm) keys() []binding {
	return []binding{{show: "tab", foot: "next"}, {show: "enter", foot: "next, choose, add"}, {show: "ctrl+s", foot: "add"}, {show: "esc", foot: "back"}}
}

func (p *linkForm) update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case answer[formData]:
		if m.err != nil {
			return fail(m.err)
		}
		p.events, p.rivals, p.client = m.value.events, m.value.stats.Links, m.value.client
		p.level(p.event)
	case pickedMsg:
		p.level(m.value)
		p.at = fieldSource
	case answer[model.Link]:
		return p.added(m)
	case tea.KeyMsg:
		return p.typed(m)
	}
	return nil
}

// level sets what the link tracks: an event, or all of the client's.
func (p *linkForm) level(event string) {
	p.event, p.title, p.faults[fieldLevel] = event, p.allTitle(), ""
	for _, ev := range p.events {
		if ev.Slug == event {
			p.title = ev.Name
		}
	}
}

func (p *linkForm) allTitle() string {
	if p.client.Name == "" {
		return allEvents
	}
	return "All events of " + p.client.Name
}

func (p *linkForm) typed(k tea.KeyMsg) tea.Cmd {
	if p.adding {
		return nil // what is under way is not changed
	}
	switch name := k.String(); name {
	case "esc":
		return p.leave()
	case "ctrl+s":
		return p.add()
	case "tab", "down":
		p.move(1)
	case "shift+tab", "up":
		p.move(-1)
	case "enter":
		return p.enter()
	default:
		return p.edit(k, name)
	}
	return nil
}

// edit changes the field that the caret is in.
func (p *linkForm) edit(k tea.KeyMsg, name string) tea.Cmd {
	switch p.at {
	case fieldLevel:
		if name == " " || name == "right" {
			return p.chooseLevel()
		}
	case fieldSource:
		n := len(model.Sources)
		switch name {
		case "left":
			p.source = (p.source + n - 1) % n
		case "right", " ":
			p.source = (p.source + 1) % n
		}
	case fieldAdd:
		if name == " " {
			return p.add()
		}
	default:
		if p.text[p.at].key(k) {
			p.faults[p.at] = ""
		}
	}
	return nil
}

// enter goes on: to the list of events, to the next field, or to the end.
func (p *linkForm) enter() tea.Cmd {
	switch p.at {
	case fieldLevel:
		return p.chooseLevel()
	case fieldAdd:
		return p.add()
	}
	p.move(1)
	return nil
}

// move leaves a field, which is when its fault is told.
func (p *linkForm) move(n int) {
	if p.text[p.at].value() != "" {
		p.check(p.at)
	}
	p.at = field((int(p.at) + n + int(fieldCount)) % int(fieldCount))
}

func (p *linkForm) chooseLevel() tea.Cmd {
	return push(newPicker(p.env, p.owner, "Choose a level", eventChoices(p.allTitle(), p.events), p.event))
}

// leave goes back, and asks first where something would be lost.
func (p *linkForm) leave() tea.Cmd {
	for _, f := range []field{fieldName, fieldEmail, fieldCode} {
		if p.text[f].value() != "" {
			return ask("Leave without adding the link?", pop)
		}
	}
	return pop
}

func (p *linkForm) link() model.NewLink {
	return model.NewLink{
		Name: p.text[fieldName].value(), Email: p.text[fieldEmail].value(), Event: p.event,
		Code: strings.TrimSpace(p.text[fieldCode].value()), Source: model.Sources[p.source],
	}
}

// check asks the model about one field, the others taken for good.
func (p *linkForm) check(f field) {
	n, own := model.NewLink{Name: "x", Email: "x@example.com"}, p.link()
	switch f {
	case fieldName:
		n.Name = own.Name
	case fieldEmail:
		n.Email = own.Email
	case fieldCode:
		n.Code = own.Code
	}
	p.faults[f] = ""
	if _, err := n.Check(); err != nil {
		p.faults[f] = sentence(err)
	}
}

// add sends the link to the store if every field holds; else it goes to the first
// that does not.
func (p *linkForm) add() tea.Cmd {
	if p.adding {
		return nil
	}
	p.problem = ""
	bad := fieldAdd
	for _, f := range []field{fieldCode, fieldEmail, fieldName} {
		if p.check(f); p.faults[f] != "" {
			bad = f
		}
	}
	if bad != fieldAdd {
		p.at = bad
		return nil
	}
	p.adding = true
	n := p.link()
	return load(p.env, claim{owner: p.owner}, func(ctx context.Context, s model.Store, a model.Actor) (model.Link, error) {
		return s.AddLink(ctx, a, n)
	})
}

// added goes on to the link's page, or says what the store refused beside its field.
func (p *linkForm) added(m answer[model.Link]) tea.Cmd {
	p.adding = false
	if m.err == nil {
		news := "Added " + m.value.Code + " " + p.env.mark.dot + " c copies the shortlink"
		if m.value.Mail == model.MailQueued {
			news += ", the welcome mail is on its way"
		}
		return tea.Batch(replace(newLinkPage(p.env, m.value)), say(success, news))
	}
	if e, ok := errors.AsType[*model.Error](m.err); ok && e.Field != "" {
		if f := slices.Index(fieldKeys[:], e.Field); f >= 0 {
			p.at, p.faults[f] = field(f), sentence(m.err)
			return nil
		}
	}
	p.problem = sentence(m.err)
	return nil
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
		if event == p.event && !l.Link.Archived && l.Customers > 0 && l.Link.Source != model.Sources[p.source] {
			codes = append(codes, l.Link.Code)
		}
	}
	return codes
}
