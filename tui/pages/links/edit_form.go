package links

import (
	"cmp"
	"context"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/ui"
)

// editForm changes whom a link is for, and what is mailed to them.
type editForm struct {
	page.FormPage
	was    model.Link
	digest string // as it was; empty until it is known
}

// digests are what can be chosen, in words.
func digests() []ui.Choice {
	titles := map[model.ReportEvery]string{model.NoDigest: "none", model.EveryWeek: "numbers every Monday", model.FirstSale: "a mail at the first sale"}
	all := ui.PlainChoices(model.Digests)
	for i, c := range all {
		all[i].Title = titles[model.ReportEvery(c.Value)]
	}
	return all
}

func newEditForm(s *page.Session, was model.Link) *editForm {
	p := &editForm{was: was}
	p.InitForm(s, "Edit "+model.Line(was.Code), "Save Link", "Saving")
	p.Form.Ask("name", "Name", "whom the link is for", was.Name)
	p.Form.Ask("email", "E-mail", "where its mails go", was.Email)
	p.Form.Offer("source", "Source", "", ui.PlainChoices(model.Sources)).Choose(was.Source)
	p.Form.Offer("digest", "Digest", "", []ui.Choice{{Title: s.Theme.Glyph.Ellipsis}})
	p.Loads = p.load
	p.Form.Send, p.Form.Explain = p.send, p.explain
	p.Validate = func() error {
		ch, _ := p.change()
		_, err := ch.Apply(p.was)
		return err
	}
	p.Commands = func() []page.Args {
		return []page.Args{page.Args("link set").With(was.Code) + " --name NAME --email ADDRESS --source SOURCE --digest weekly"}
	}
	return p
}

// load finds out what is mailed to the owner, which lists of links do not say.
func (p *editForm) load() tea.Cmd {
	code := p.was.Code
	read := func(ctx context.Context, s page.Store, a model.Actor) (model.LinkDetail, error) {
		return s.Link(ctx, a, code)
	}
	return page.Do(p.Session, p.ID(), read, func(d model.LinkDetail, err error) tea.Cmd {
		if err != nil {
			return p.Fail(err)
		}
		p.digest = string(cmp.Or(d.Digest, model.NoDigest))
		f := p.Form.Field("digest")
		f.SetOptions(digests())
		f.Choose(p.digest)
		return nil
	})
}

// change is what the fields change, and what takes that back.
func (p *editForm) change() (ch, back model.LinkChange) {
	ch.Name, back.Name = p.Changed("name", p.was.Name)
	ch.Email, back.Email = p.Changed("email", p.was.Email)
	ch.Source, back.Source = p.Changed("source", p.was.Source)
	ch.Digest, back.Digest = p.Changed("digest", p.digest)
	return ch, back
}

func (p *editForm) send() tea.Cmd {
	code := p.was.Code
	ch, back := p.change()
	if ch == (model.LinkChange{}) {
		return p.SaveNothing()
	}
	return page.SaveChange(&p.FormPage, code, ch, back, func(ctx context.Context, s page.Store, a model.Actor) (model.LinkDetail, error) {
		return s.Link(ctx, a, code)
	}, func(ctx context.Context, s page.Store, a model.Actor, ch model.LinkChange) error {
		_, err := s.SetLink(ctx, a, code, ch)
		return err
	})
}

func (p *editForm) explain(w int) []string {
	t := p.Theme
	lines := t.Paragraph(w, t.Faint, "The code "+p.was.Code+" and what the link tracks never change: archive it and make another one.")
	if ch, _ := p.change(); ch.Email != nil {
		lines = append(lines, t.Paragraph(w, t.Faint, "No mail goes out now. "+p.Keys.Name("w")+" on the link's page sends the welcome mail to the new address; "+p.Keys.Name("p")+" and "+p.Keys.Name("P")+" there are about the owner's stats page.")...)
	}
	if text := model.ReportEvery(p.Form.Value("digest")).Explain(); text != "" {
		lines = append(lines, t.Paragraph(w, t.Faint, text+" Each such mail has an address that ends them.")...)
	}
	return lines
}
