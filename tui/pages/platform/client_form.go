package platform

import (
	"context"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/ui"
)

// clientForm adds a client, or changes one.
type clientForm struct {
	page.FormPage
	was model.Client // the one that is changed; without a slug for a new one
}

func newClientForm(s *page.Session, was model.Client) *clientForm {
	p := &clientForm{was: was}
	if p.adds() {
		p.InitForm(s, "Add a client", "Add Client", "Adding")
		was = model.Client{Timezone: "Europe/London", Rule: model.LastClick, Window: model.DefaultWindow, Tracking: model.TrackCookie}
	} else {
		p.InitForm(s, "Edit "+model.Line(was.Name), "Save Client", "Saving")
	}
	p.Form.Ask("name", "Name", "as sub-promoters know it", was.Name)
	if p.adds() {
		p.Form.Ask("slug", "Slug", "short name in addresses", "")
		p.SuggestSlugs("name", "slug", func(s page.Store, slug string) bool {
			_, taken := s.ClientPage(slug)
			return taken
		})
	}
	p.Form.Ask("url", "Profile page", "where client-level links lead", was.URL)
	p.Form.Offer("timezone", "Timezone", "Choose a timezone", page.TimezoneChoices(was.Timezone, "")).Choose(was.Timezone)
	p.Form.Offer("rule", "Rule", "", ui.PlainChoices([]model.Rule{model.LastClick, model.InScope})).Choose(string(was.Rule))
	p.Form.Ask("window", "Window", "how long a click counts: 12h, 30d", was.Window.String())
	p.Form.Ask("carry", "Carrier", "woocommerce, NAME={click}", was.Carry.String())
	p.Form.Offer("tracking", "Tracking", "", ui.PlainChoices(model.TrackingModes)).Choose(string(was.Tracking))
	p.Form.Ask("reply-to", "Reply-To", "for answers to mails; optional", was.ReplyTo)
	p.Commands, p.Validate, p.Form.Send, p.Form.Explain = p.commands, p.validate, p.send, p.explain
	return p
}

func (p *clientForm) adds() bool { return p.was.Slug == "" }

func (p *clientForm) commands() []page.Args {
	if p.adds() {
		return []page.Args{"client add SLUG --name NAME --url PROFILE_URL"}
	}
	return []page.Args{page.Args("client set").With(p.was.Slug) + " --name NAME --rule in-scope --window 30d --tracking consent --reply-to ADDRESS"}
}

// entered is the new client of the fields.
func (p *clientForm) entered() model.NewClient {
	f := &p.Form
	return model.NewClient{
		Slug: f.Value("slug"), Name: f.Value("name"), URL: f.Value("url"),
		Timezone: f.Value("timezone"), Rule: f.Value("rule"), Window: f.Value("window"), Carry: f.Value("carry"), Tracking: f.Value("tracking"), ReplyTo: f.Value("reply-to"),
	}
}

// change is what the fields change of the old client, and what takes that back.
func (p *clientForm) change() (ch, back model.ClientChange) {
	ch.Name, back.Name = p.Changed("name", p.was.Name)
	ch.URL, back.URL = p.Changed("url", p.was.URL)
	ch.Timezone, back.Timezone = p.Changed("timezone", p.was.Timezone)
	ch.Rule, back.Rule = p.Changed("rule", string(p.was.Rule))
	ch.Window, back.Window = p.Changed("window", p.was.Window.String())
	ch.Carry, back.Carry = p.Changed("carry", p.was.Carry.String())
	ch.Tracking, back.Tracking = p.Changed("tracking", string(p.was.Tracking))
	ch.ReplyTo, back.ReplyTo = p.Changed("reply-to", p.was.ReplyTo)
	return ch, back
}

func (p *clientForm) validate() (err error) {
	if p.adds() {
		_, err = p.entered().Validate()
	} else {
		ch, _ := p.change()
		_, err = ch.Apply(p.was)
	}
	return err
}

func (p *clientForm) send() tea.Cmd {
	dot := " " + p.Theme.Glyph.Dot + " "
	if p.adds() {
		n := p.entered()
		return page.Create(&p.FormPage, "client", func(ctx context.Context, s page.Store, a model.Actor) (model.Client, error) {
			return s.AddClient(ctx, a, n)
		}, func(c model.Client) (key, said string) { return c.Slug, "Added " + c.Slug + dot + "enter works on it" })
	}
	slug := p.was.Slug
	ch, back := p.change()
	if ch == (model.ClientChange{}) {
		return p.SaveNothing()
	}
	return page.SaveChange(&p.FormPage, slug, ch, back, func(ctx context.Context, s page.Store, a model.Actor) (model.Client, error) {
		return s.Client(ctx, a, slug)
	}, func(ctx context.Context, s page.Store, a model.Actor, ch model.ClientChange) error {
		_, err := s.SetClient(ctx, a, slug, ch)
		return err
	})
}

func (p *clientForm) explain(w int) []string {
	t := p.Theme
	lines := t.Paragraph(w, t.Faint, model.Rule(p.Form.Value("rule")).Explain())
	tracking := model.TrackingMode(p.Form.Value("tracking"))
	lines = append(lines, t.Paragraph(w, t.Faint, tracking.Explain())...)
	if tracking == model.TrackURL && p.Form.Value("carry") == "" {
		lines = append(lines, t.Paragraph(w, t.Warn, t.Glyph.Alert+" Without a carrier, its own or an event's, no click can be credited.")...)
	}
	if p.Form.Value("reply-to") == "" {
		lines = append(lines, t.Paragraph(w, t.Faint, "Without Reply-To, answers to a welcome mail go to the person who made the link.")...)
	}
	if !p.adds() {
		lines = append(lines, t.Paragraph(w, t.Faint, "Rule and window hold for tickets judged from now on; what was credited stays.")...)
	}
	return lines
}
