package platform

import (
	"context"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/ui"
)

// hookForm adds a hook, or enables one again.
type hookForm struct{ page.FormPage }

// newHookForm asks for a new hook, or enables again the one given.
func newHookForm(s *page.Session, again *model.Hook) *hookForm {
	p := &hookForm{}
	url := ""
	if again != nil {
		url = again.URL
	}
	p.InitForm(s, "Add a hook", "Add Hook", "Adding")
	p.Form.Ask("url", "Address", "https://example.com/sales", url).SetLimit(2000)
	told := []ui.Choice{{Value: s.Actor.Client, Title: model.Line(s.Actor.Client)}}
	switch {
	case again != nil && again.Client != nil:
		told = []ui.Choice{{Value: *again.Client, Title: model.Line(*again.Client)}}
	case again != nil || s.Actor.Client == "":
		told = []ui.Choice{{Title: allClients}}
	case s.Actor.Role == model.Admin:
		told = append(told, ui.Choice{Title: allClients})
	}
	p.Form.Offer("client", "Sales of", "", told)
	p.Commands = func() []page.Args { return []page.Args{"hook add https://example.com/sales"} }
	p.Validate = func() error {
		_, err := model.CheckURL("url", p.Form.Value("url"))
		return err
	}
	p.Form.Explain = func(w int) []string {
		return p.Theme.Paragraph(w, p.Theme.Faint, "The address gets a signed message for each sale that is credited or reversed, and for each scan. The secret that signs them is shown next, once.")
	}
	p.Form.Send = p.send
	return p
}

func (p *hookForm) send() tea.Cmd {
	url, client, sender := p.Form.Value("url"), p.Form.Value("client"), p.HookSender
	return page.Send(&p.FormPage, func(ctx context.Context, s page.Store, a model.Actor) (model.HookSecret, error) {
		if sender != nil {
			if err := sender.Check(url); err != nil {
				return model.HookSecret{}, err
			}
		}
		if a.Role == model.Admin {
			a.Client = client
		}
		return s.AddHook(ctx, a, url)
	}, func(h model.HookSecret) tea.Cmd {
		p.Announce("hook", hookKey(&h.Hook))
		return p.Replace(page.NewSecret(p.Session, "Secret of the hook", "Secret", h.Secret,
			"Store it where the receiver keeps its secrets: it is shown this once. Messages to "+h.URL+" are signed with it.",
			"t on the list of hooks sends a signed ping."))
	})
}
