package links

import (
	"context"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/ui"
)

// editForm changes whom a link is for.
type editForm struct {
	page.FormPage
	was model.Link
}

func newEditForm(s *page.Session, was model.Link) *editForm {
	p := &editForm{was: was}
	p.InitForm(s, "Edit "+model.Line(was.Code), "Save Link", "Saving")
	p.Form.Ask("name", "Name", "whom the link is for", was.Name)
	p.Form.Ask("email", "E-mail", "where its mails go", was.Email)
	p.Form.Offer("source", "Source", "", ui.PlainChoices(model.Sources)).Choose(was.Source)
	p.Form.Send, p.Form.Explain = p.send, p.explain
	p.Validate = func() error {
		ch, _ := p.change()
		_, err := ch.Apply(p.was)
		return err
	}
	p.Commands = func() []string {
		return []string{"link set " + model.Line(was.Code) + " --name NAME --email ADDRESS --source SOURCE"}
	}
	return p
}

// change is what the fields change, and what takes that back.
func (p *editForm) change() (ch, back model.LinkChange) {
	ch.Name, back.Name = p.Changed("name", p.was.Name)
	ch.Email, back.Email = p.Changed("email", p.was.Email)
	ch.Source, back.Source = p.Changed("source", p.was.Source)
	return ch, back
}

func (p *editForm) send() tea.Cmd {
	code := p.was.Code
	ch, back := p.change()
	if ch == (model.LinkChange{}) {
		return p.SaveNothing()
	}
	return page.SaveChange(&p.FormPage, code, ch, back, func(ctx context.Context, s page.Store, a model.Actor, ch model.LinkChange) error {
		_, err := s.SetLink(ctx, a, code, ch)
		return err
	})
}

func (p *editForm) explain(w int) []string {
	t := p.Theme
	lines := t.Paragraph(w, t.Faint, "The code "+p.was.Code+" and what the link tracks never change: archive it and make another one.")
	if ch, _ := p.change(); ch.Email != nil {
		lines = append(lines, t.Paragraph(w, t.Faint, "No mail goes out now. w on the link's page sends the welcome mail to the new address; p and P there are about the owner's stats page.")...)
	}
	return lines
}
