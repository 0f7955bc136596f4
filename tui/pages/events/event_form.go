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
		p.Form.Ask("slug", "Slug", "as the checkout calls it: summerfest", "")
	} else {
		p.InitForm(s, "Edit "+model.Line(was.Name), "Save Event", "Saving")
		noZone = ""
		if was.StartsAt != nil {
			starts = was.StartsAt.In(model.Location(was.Timezone)).Format("2006-01-02 15:04")
		}
	}
	p.Form.Ask("name", "Name", "as buyers know it", was.Name)
	p.Form.Ask("url", "Page", "where event-level links lead", was.URL)
	p.Form.Ask("starts", "Starts", "2026-06-20 19:30; optional", starts)
	p.Form.Offer("timezone", "Timezone", "Choose a timezone", page.TimezoneChoices(was.Timezone, noZone)).Choose(was.Timezone)
	p.Form.Ask("carry", "Carrier", "woocommerce, NAME={click}", was.Carry.String())
	p.Commands, p.Validate, p.Form.Send = p.commands, p.validate, p.send
	return p
}

func (p *eventForm) adds() bool { return p.was.Slug == "" }

func (p *eventForm) commands() []string {
	const fields = " --name NAME --url URL --starts 2026-06-20T19:30"
	if p.adds() {
		return []string{"event add SLUG" + fields}
	}
	return []string{"event set " + p.was.Slug + fields}
}

// entered is the new event of the fields.
func (p *eventForm) entered() model.NewEvent {
	f := &p.Form
	return model.NewEvent{Slug: f.Value("slug"), Name: f.Value("name"), URL: f.Value("url"), StartsAt: f.Value("starts"), Timezone: f.Value("timezone"), Carry: f.Value("carry")}
}

// change is what the fields change of the old event.
func (p *eventForm) change() model.EventChange {
	f := &p.Form
	name, url, starts, zone, carry := f.Value("name"), f.Value("url"), f.Value("starts"), f.Value("timezone"), f.Value("carry")
	return model.EventChange{Name: &name, URL: &url, StartsAt: &starts, Timezone: &zone, Carry: &carry}
}

func (p *eventForm) validate() (err error) {
	if p.adds() {
		_, err = p.entered().Validate(model.Client{Timezone: "UTC"}) // the store takes the client's own zone
	} else {
		_, err = p.change().Apply(p.was)
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
	slug, ch := p.was.Slug, p.change()
	return p.Save(func(ctx context.Context, s page.Store, a model.Actor) (string, error) {
		saved, err := s.SetEvent(ctx, a, slug, ch)
		return "Saved " + saved.Slug, err
	})
}
