package links

import (
	"context"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/ui"
)

// codeForm gives a link a further code.
type codeForm struct {
	page.FormPage
	code string // the link's own
}

func newCodeForm(s *page.Session, l model.Link) *codeForm {
	p := &codeForm{code: l.Code}
	p.InitForm(s, "Give "+model.Line(l.Code)+" a further code", "Add Code", "Adding")
	p.Form.Ask("alias", "Code", "such as the owner's coupon: ana10", "")
	p.Form.Send, p.Form.Explain = p.send, p.explain
	p.Validate = func() error {
		_, err := model.Slug("alias", p.Form.Value("alias"))
		return err
	}
	p.Commands = func() []page.Args { return []page.Args{page.Args("link code add").With(p.code) + " ALIAS"} }
	return p
}

func (p *codeForm) send() tea.Cmd {
	code, alias := p.code, p.Form.Value("alias")
	return p.Save(func(ctx context.Context, s page.Store, a model.Actor) (page.Done, error) {
		text, err := addCode(code, alias)(ctx, s, a)
		return page.Done{Text: text, Undo: page.Undo{Label: "takes it away", Do: takeCode(code, alias)}}, err
	})
}

func (p *codeForm) explain(w int) []string {
	return p.Theme.Paragraph(w, p.Theme.Faint, "An order that comes with it as a code or coupon is credited to the link, unless a click counts; the shortlink works with it too. It is never given to another link, also not once it is removed.")
}

// removeCode asks which further code to take from the link, and whether to.
func (p *Link) removeCode() tea.Cmd {
	l := p.link
	remove := func(alias string) tea.Cmd {
		return p.Ask("Take the code "+alias+" from "+l.Code+"? Orders that it credited stay credited, and no other link gets it.", func() tea.Cmd {
			return p.ChangeTo(func(ctx context.Context, s page.Store, a model.Actor) (page.Done, error) {
				text, err := takeCode(l.Code, alias)(ctx, s, a)
				return page.Done{Text: text, Undo: page.Undo{Label: "gives it back", Do: addCode(l.Code, alias)}}, err
			})
		})
	}
	if len(l.Aliases) == 1 {
		return remove(l.Aliases[0])
	}
	return p.Open(page.NewPicker(p.Session, "Take a code from "+model.Line(l.Code), ui.PlainChoices(l.Aliases), l.Aliases[0], func(c ui.Choice) tea.Cmd {
		return remove(c.Value)
	}))
}

func addCode(code, alias string) page.Call[string] {
	return func(ctx context.Context, s page.Store, a model.Actor) (string, error) {
		l, err := s.AddAlias(ctx, a, code, alias)
		return l.Code + " has the further code " + model.FoldCode(alias), err
	}
}

func takeCode(code, alias string) page.Call[string] {
	return func(ctx context.Context, s page.Store, a model.Actor) (string, error) {
		_, err := s.RemoveAlias(ctx, a, code, alias)
		return "Took " + alias + " from " + code, err
	}
}
