package tui

import (
	"cmp"
	"context"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
)

// checkoutsPage is the systems that sell tickets and post orders here.
type checkoutsPage struct {
	listPage[model.Checkout]
}

func newCheckouts(e *env) *checkoutsPage {
	p := &checkoutsPage{newListPage(e, "checkout", "checkouts", func(c *model.Checkout) string { return c.Name })}
	type checkout = model.Checkout
	faint := func(*checkout) paint { return e.ink.faint }
	p.columns = []listColumn[checkout]{
		{title: "Checkout", text: func(c *checkout) string { return c.Name }, least: 10},
		{title: "Posts to", text: func(c *checkout) string { return "/webhooks/" + c.Name }, ink: faint, least: 12, drop: 2},
		{title: "Sells for", text: func(c *checkout) string {
			if c.Client == nil {
				return "all clients"
			}
			return *c.Client
		}, least: 11},
		{title: "Secrets", text: func(c *checkout) string { return model.FormatCount(int64(c.Live)) }, right: true, drop: 1,
			order: func(a, b *checkout) int { return cmp.Compare(a.Live, b.Live) }},
		{title: "Since", text: func(c *checkout) string { return c.CreatedAt.In(p.loc).Format("2 Jan 2006") }, ink: faint, drop: 3, down: true,
			order: func(a, b *checkout) int { return a.CreatedAt.Compare(b.CreatedAt) }},
	}
	p.query = always(func(ctx context.Context, s model.Store, a model.Actor) (d listData[checkout], err error) {
		d.rows, err = s.Checkouts(ctx, a)
		d.loc = time.UTC
		return d, err
	})
	p.about = func() string { return "Systems that sell tickets and post the orders" }
	p.none = func(w int) []string {
		return e.message(w, "There is no checkout yet.",
			"A checkout is a system that sells tickets and posts the orders here, signed with a secret. Press n to add one.")
	}
	return p
}

func (p *checkoutsPage) crumbs() []string { return []string{"Platform", "Checkouts"} }

func (p *checkoutsPage) twins() []string {
	name := "NAME"
	if c := p.current(); c != nil {
		name = c.Name
	}
	return []string{"checkout list", "checkout rotate " + name, "checkout remove " + name}
}

func (p *checkoutsPage) keys() []binding {
	if p.searching {
		return p.list.keys()
	}
	e := p.env
	bs := []binding{{[]string{"n"}, "n", "add a checkout", "new", func() tea.Cmd { return push(newCheckoutForm(e)) }}}
	if c := p.current(); c != nil {
		name := c.Name
		bs = append(bs,
			binding{[]string{"o"}, "o", "give it a new secret (asks first); the one before stays live", "new secret", func() tea.Cmd {
				return ask("Give "+name+" a new secret? The one it has now stays live, older ones end.", p.rotate(name))
			}},
			binding{[]string{"x"}, "x", "remove it (asks first); its orders stay", "remove", func() tea.Cmd {
				return ask("Remove the checkout "+name+"? Its secrets end at once, its orders stay.", p.remove(name))
			}})
	}
	return append(bs, p.list.keys()...)
}

func (p *checkoutsPage) rotate(name string) tea.Cmd {
	return load(p.env, claim{owner: p.id()}, func(ctx context.Context, s model.Store, a model.Actor) (model.CheckoutSecret, error) {
		return s.RotateCheckout(ctx, a, name)
	})
}

func (p *checkoutsPage) remove(name string) tea.Cmd {
	return change(p.env, func(ctx context.Context, s model.Store, a model.Actor) changedMsg {
		return changedMsg{text: "Removed the checkout " + name, err: s.RemoveCheckout(ctx, a, name)}
	})
}

func (p *checkoutsPage) update(msg tea.Msg) tea.Cmd {
	if m, ok := msg.(answer[model.CheckoutSecret]); ok {
		if m.err != nil {
			return fail(m.err)
		}
		return push(newCheckoutSecret(p.env, m.value))
	}
	return p.listPage.update(msg)
}

// newCheckoutSecret shows what signs a checkout's webhooks, once.
func newCheckoutSecret(e *env, s model.CheckoutSecret) *secretPage {
	return newSecret(e, "Secret of "+clean(s.Name), "Secret", s.Secret,
		"Set it in the checkout now: it is shown this once. It signs every webhook to /webhooks/"+clean(s.Name)+" by Standard Webhooks.",
		"A lost secret is replaced with o on the list of checkouts.")
}

// checkoutForm adds a checkout.
type checkoutForm struct{ form }

func newCheckoutForm(e *env) *checkoutForm {
	p := &checkoutForm{newForm(e, "Add a checkout")}
	p.button, p.doing = "Add Checkout", "Adding"
	p.ask("name", "Name", "such as shop or box-office", "")
	p.offer("client", "Sells for", "Choose a client", []choice{{title: "all clients"}})
	p.check = func(f *formField) error {
		if f.key != "name" {
			return nil
		}
		_, err := model.Slug("name", f.value())
		return err
	}
	p.send = func() tea.Cmd {
		name, client := p.trimmedValue("name"), p.field("client").value()
		return load(e, claim{owner: p.owner}, func(ctx context.Context, s model.Store, a model.Actor) (model.CheckoutSecret, error) {
			return s.AddCheckout(ctx, a, name, client)
		})
	}
	p.explain = func(w int) []string {
		return e.paragraph(w, e.ink.faint, "The secret that signs its webhooks is shown next, once.")
	}
	return p
}

func (p *checkoutForm) twins() []string { return []string{"checkout add NAME"} }

func (p *checkoutForm) start() tea.Cmd {
	return load(p.env, claim{owner: p.owner}, func(ctx context.Context, s model.Store, a model.Actor) ([]model.Client, error) {
		return s.Clients(ctx, a)
	})
}

func (p *checkoutForm) update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case answer[[]model.Client]:
		if m.err != nil {
			return fail(m.err)
		}
		f := p.field("client")
		f.options = f.options[:1]
		for _, c := range m.value {
			f.options = append(f.options, choice{c.Slug, clean(c.Name), c.Slug})
		}
	case answer[model.CheckoutSecret]:
		if p.refused(m.err) {
			return nil
		}
		return replace(newCheckoutSecret(p.env, m.value))
	default:
		return p.taken(msg)
	}
	return nil
}
