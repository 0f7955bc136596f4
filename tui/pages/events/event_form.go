package events

import (
	"context"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/page"
)

// eventForm adds an event, or changes one.
type eventForm struct {
	page.FormPage
	was model.Event // the one that is changed; without a slug for a new one
}

func newEventForm(s *page.Session, was model.Event) *eventForm {
	p := &eventForm{was: was}
	starts, noZone := "", "the client's"
	if p.adds() {
		p.InitForm(s, "Add an event", "Add Event", "Adding")
	} else {
		p.InitForm(s, "Edit "+model.Line(was.Name), "Save Event", "Saving")
		noZone = ""
		starts = was.StartText()
	}
	p.Form.Ask("name", "Name", "as buyers know it", was.Name)
	if p.adds() {
		p.Form.Ask("slug", "Slug", "as the checkout calls it", "")
		p.SuggestSlugs("name", "slug", func(s page.Store, slug string) bool {
			_, taken := s.EventPage(slug)
			return taken
		})
	}
	p.Form.Ask("url", "Page", "where event-level links lead", was.URL)
	p.Form.Ask("starts", "Starts", "2026-06-20 19:30 or 2026-06-20", starts)
	p.Form.Offer("timezone", "Timezone", "Choose a timezone", page.TimezoneChoices(was.Timezone, noZone)).Choose(was.Timezone)
	p.Form.Ask("carry", "Carrier", "woocommerce, NAME={click}", was.Carry.String())
	if !p.adds() && separable(was.Shops) {
		p.Form.Ask("shop", "In shops", "webshop:1345; optional", shopText(was.Shops))
	}
	p.Commands, p.Validate, p.Form.Send = p.commands, p.validate, p.send
	return p
}

func (p *eventForm) adds() bool { return p.was.Slug == "" }

func (p *eventForm) commands() []page.Args {
	const fields = " --name NAME --url URL --starts 2026-06-20T19:30"
	if p.adds() {
		return []page.Args{"event add SLUG" + fields}
	}
	return []page.Args{page.Args("event set").With(p.was.Slug) + fields + " --shop CHECKOUT:ID"}
}

// entered is the new event of the fields.
func (p *eventForm) entered() model.NewEvent {
	f := &p.Form
	return model.NewEvent{Slug: f.Value("slug"), Name: f.Value("name"), URL: f.Value("url"), StartsAt: f.Value("starts"), Timezone: f.Value("timezone"), Carry: f.Value("carry")}
}

// change is what the fields change of the old event, and what takes that back.
func (p *eventForm) change() (ch, back model.EventChange) {
	ch.Name, back.Name = p.Changed("name", p.was.Name)
	ch.URL, back.URL = p.Changed("url", p.was.URL)
	ch.Timezone, back.Timezone = p.Changed("timezone", p.was.Timezone)
	ch.Carry, back.Carry = p.Changed("carry", p.was.Carry.String())
	p.was.ChangeStart(p.Form.Value("starts"), &ch, &back)
	if f := p.Form.Field("shop"); f != nil && f.Value() != shopText(p.was.Shops) {
		was, words := shopWords(shopText(p.was.Shops)), shopWords(f.Value())
		ch.Shops, back.Shops = replaceShops(was, words), replaceShops(words, was)
	}
	return ch, back
}

func (p *eventForm) validate() (err error) {
	if p.adds() {
		_, err = p.entered().Validate(model.Client{Timezone: "UTC"}) // the store takes the client's own zone
	} else {
		ch, _ := p.change()
		_, err = ch.Apply(p.was)
	}
	return err
}

func (p *eventForm) send() tea.Cmd {
	dot := " " + p.Theme.Glyph.Dot + " "
	if p.adds() {
		n := p.entered()
		return page.Create(&p.FormPage, "event", func(ctx context.Context, s page.Store, a model.Actor) (model.Event, error) {
			return s.AddEvent(ctx, a, n)
		}, func(e model.Event) (key, said string) {
			return e.Slug, "Added " + e.Slug + dot + "enter shows its links"
		})
	}
	slug := p.was.Slug
	ch, back := p.change()
	if ch.Empty() {
		return p.SaveNothing()
	}
	return page.SaveChange(&p.FormPage, slug, ch, back, func(ctx context.Context, s page.Store, a model.Actor) (model.Event, error) {
		return s.Event(ctx, a, slug)
	}, func(ctx context.Context, s page.Store, a model.Actor, ch model.EventChange) error {
		_, err := s.SetEvent(ctx, a, slug, ch)
		return err
	})
}
