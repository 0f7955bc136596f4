package platform

import (
	"context"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/ui"
)

// checkoutForm adds a checkout.
type checkoutForm struct{ page.FormPage }

func newCheckoutForm(s *page.Session) *checkoutForm {
	p := &checkoutForm{}
	p.InitForm(s, "Add a checkout", "Add Checkout", "Adding")
	p.Form.Ask("name", "Name", "such as shop or box-office", "")
	p.Form.Offer("client", "Sells for", "Choose a client", []ui.Choice{{Title: allClients}})
	p.Commands = func() []string { return []string{"checkout add NAME"} }
	p.Validate = func() error {
		_, err := model.Slug("name", p.Form.Value("name"))
		return err
	}
	p.Form.Explain = func(w int) []string {
		return p.Theme.Paragraph(w, p.Theme.Faint, "The secret that signs its webhooks is shown next, once.")
	}
	p.Loads, p.Form.Send = p.readClients, p.send
	return p
}

func (p *checkoutForm) readClients() tea.Cmd {
	return page.Do(p.Session, p.ID(), func(ctx context.Context, s page.Store, a model.Actor) ([]model.Client, error) {
		return s.Clients(ctx, a)
	}, func(clients []model.Client, err error) tea.Cmd {
		if err != nil {
			return p.Fail(err)
		}
		options := []ui.Choice{{Title: allClients}}
		for _, c := range clients {
			options = append(options, ui.Choice{Value: c.Slug, Title: model.Line(c.Name), Note: c.Slug})
		}
		p.Form.Field("client").SetOptions(options)
		return nil
	})
}

func (p *checkoutForm) send() tea.Cmd {
	name, client := p.Form.Value("name"), p.Form.Value("client")
	return page.Send(&p.FormPage, func(ctx context.Context, s page.Store, a model.Actor) (model.CheckoutSecret, error) {
		return s.AddCheckout(ctx, a, name, client)
	}, func(secret model.CheckoutSecret) tea.Cmd { return p.Replace(newCheckoutSecret(p.Session, secret)) })
}

// newCheckoutSecret shows what signs a checkout's webhooks, once.
func newCheckoutSecret(s *page.Session, secret model.CheckoutSecret) *page.TextPage {
	return page.NewSecret(s, "Secret of "+model.Line(secret.Name), "Secret", secret.Secret,
		"Set it in the checkout now: it is shown this once. It signs every webhook to /webhooks/"+secret.Name+" by Standard Webhooks.",
		"A lost secret is replaced with o on the list of checkouts.")
}
