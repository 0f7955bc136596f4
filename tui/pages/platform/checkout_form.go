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
	kinds := make([]ui.Choice, len(model.CheckoutKinds))
	for i, k := range model.CheckoutKinds {
		kinds[i] = ui.Choice{Value: k.Name, Title: k.Title, Note: k.Name}
	}
	p.Form.Offer("kind", "Kind", "Choose a kind", kinds)
	p.Form.Offer("client", "Sells for", "Choose a client", []ui.Choice{{Title: allClients}})
	p.Form.Ask("url", "API address", "pretix and WooCommerce alone", "")
	p.Form.Ask("token", "API token", "pretix, Stripe, Eventbrite", "").SetLimit(1000)
	p.Form.Ask("secret", "Its secret", "where the shop shows one", "").SetLimit(1000)
	p.Commands = func() []page.Args {
		return []page.Args{"checkout add NAME --kind K --url URL --token-stdin --secret-stdin"}
	}
	p.Validate = func() error {
		_, err := p.entered().Validate()
		return err
	}
	p.Form.Explain = func(w int) []string {
		return p.Theme.Paragraph(w, p.Theme.Faint, "What to enter in the checkout is shown next, and its secret, once.")
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

// entered is the new checkout of the fields.
func (p *checkoutForm) entered() model.NewCheckout {
	f := &p.Form
	return model.NewCheckout{
		Name: f.Value("name"), Kind: f.Value("kind"), Client: f.Value("client"), URL: f.Value("url"), Token: f.Value("token"), Secret: f.Value("secret"),
	}
}

func (p *checkoutForm) send() tea.Cmd {
	n := p.entered()
	return page.Send(&p.FormPage, func(ctx context.Context, s page.Store, a model.Actor) (model.CheckoutSecret, error) {
		return s.AddCheckout(ctx, a, n)
	}, func(secret model.CheckoutSecret) tea.Cmd {
		p.Announce("checkout", secret.Name)
		if secret.Secret == "" { // the shop's own
			return p.Replace(newCheckout(p.Session, secret.Name))
		}
		return p.Replace(newCheckoutSecret(p.Session, secret))
	})
}

// newCheckoutSecret shows what signs a checkout's webhooks, once.
func newCheckoutSecret(s *page.Session, secret model.CheckoutSecret) *page.TextPage {
	about := append([]string{"Set it in the checkout now: it is shown this once. It proves what is posted to " + secret.URL + "."}, secret.ExplainSecrets()...)
	about = append(about,
		"What to enter where: enter on the list of checkouts.",
		"A lost secret is replaced with "+s.Keys.Name("o")+" on the list of checkouts.")
	return page.NewSecret(s, "Secret of "+model.Line(secret.Name), "Secret", secret.Secret, about...)
}
