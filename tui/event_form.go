package tui

import (
	"context"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
)

// eventForm adds an event, or changes one.
type eventForm struct {
	form
	slug string // of the one that is changed; empty for a new one
}

func newEventForm(e *env, v *model.Event) *eventForm {
	p := &eventForm{form: newForm(e, "Add an event")}
	p.button, p.doing = "Add Event", "Adding"
	var was model.Event
	starts := ""
	if v != nil {
		was, p.slug = *v, v.Slug
		p.title, p.button, p.doing = "Edit "+clean(v.Name), "Save Event", "Saving"
		if v.StartsAt != nil {
			starts = v.StartsAt.In(zone(v.Timezone)).Format("2006-01-02 15:04")
		}
	} else {
		p.ask("slug", "Slug", "as the checkout calls it: summerfest", "")
	}
	p.ask("name", "Name", "as buyers know it", was.Name)
	p.ask("url", "Page", "where event-level links lead", was.URL)
	p.ask("starts", "Starts", "2026-06-20 19:30; optional", starts)
	hint := "empty: the client's"
	if p.slug != "" {
		hint = "such as Europe/London"
	}
	p.ask("timezone", "Timezone", hint, was.Timezone)
	p.check, p.send = p.checkField, p.save
	return p
}

func (p *eventForm) twins() []string {
	if p.slug != "" {
		return []string{"event set " + p.slug + " --name NAME --url URL --starts 2026-06-20T19:30"}
	}
	return []string{"event add SLUG --name NAME --url URL --starts 2026-06-20T19:30"}
}

func (p *eventForm) checkField(f *formField) error {
	n := model.NewEvent{Slug: "new-event", Name: "x", URL: "https://example.com"}
	switch v := strings.TrimSpace(f.value()); f.key {
	case "slug":
		n.Slug = v
	case "name":
		n.Name = v
	case "url":
		n.URL = v
	case "starts":
		n.StartsAt = v
	case "timezone":
		if n.Timezone = v; v == "" && p.slug != "" {
			_, err := model.CheckTimezone("timezone", v)
			return err
		}
	}
	_, err := n.Validate(model.Client{Timezone: "UTC"})
	return err
}

func (p *eventForm) save() tea.Cmd {
	name, url, starts, zone := p.trimmedValue("name"), p.trimmedValue("url"), p.trimmedValue("starts"), p.trimmedValue("timezone")
	slug := p.slug
	if slug == "" {
		n := model.NewEvent{Slug: p.trimmedValue("slug"), Name: name, URL: url, StartsAt: starts, Timezone: zone}
		return load(p.env, claim{owner: p.owner}, func(ctx context.Context, s model.Store, a model.Actor) (model.Event, error) {
			return s.AddEvent(ctx, a, n)
		})
	}
	ch := model.EventChange{Name: &name, URL: &url, StartsAt: &starts, Timezone: &zone}
	return load(p.env, claim{owner: p.owner}, func(ctx context.Context, s model.Store, a model.Actor) (model.Event, error) {
		return s.SetEvent(ctx, a, slug, ch)
	})
}

func (p *eventForm) update(msg tea.Msg) tea.Cmd {
	if m, ok := msg.(answer[model.Event]); ok {
		if p.refused(m.err) {
			return nil
		}
		news := "Saved " + m.value.Slug
		if p.slug == "" {
			news = "Added " + m.value.Slug + " " + p.env.mark.dot + " enter shows its links"
		}
		return tea.Sequence(pop, say(success, news))
	}
	return p.taken(msg)
}
