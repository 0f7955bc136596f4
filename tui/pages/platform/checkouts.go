package platform

import (
	"cmp"
	"context"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/ui"
)

// Checkouts is the systems that sell tickets and post orders here.
type Checkouts struct {
	page.ListPage[model.Checkout]
}

// NewCheckouts is the list of checkouts.
func NewCheckouts(s *page.Session) *Checkouts {
	p := &Checkouts{}
	p.InitList(s, "checkout", "checkouts", func(c *model.Checkout) string { return c.Name },
		page.Always(page.InUTC(func(ctx context.Context, s page.Store, a model.Actor) ([]model.Checkout, error) {
			return s.Checkouts(ctx, a)
		})))
	p.Table.Columns = p.columns()
	p.About = func() string { return "Systems that sell tickets; times in UTC" }
	p.None = func(w int) []string {
		return p.Theme.Message(w, "There is no checkout yet.",
			"A checkout is a system that sells tickets and posts the orders here, signed with a secret. Press "+p.Keys.Name("n")+" to add one.")
	}
	p.Own = []ui.Action{
		p.OnEnter("open", "open it: what to enter there, and what was last heard of it", func(c model.Checkout) tea.Cmd { return p.Open(newCheckout(s, c.Name)) }),
		ui.On("n", "new", "add a checkout", func() tea.Cmd { return p.Open(newCheckoutForm(s)) }),
		p.OnRow("o", "new secret", "give it a new secret (asks first); the one before stays live", p.rotate).Called("rotate checkout secret"),
		p.OnRow("O", "", "end its older secret (asks first)", p.endOld).If(func() bool { c := p.Table.Current(); return c != nil && len(c.SecretUses) > 1 }).Called("rotate --end-old"),
		ui.On("H", "hooks", "hooks: addresses that are told of sales and scans", func() tea.Cmd { return p.Open(NewHooks(s)) }),
		p.OnRow("-", "remove", "remove the checkout (asks first); its orders stay", p.remove).Called("delete"),
		p.ExportAction(func() page.Export { return page.Export{Args: "checkout list --csv", File: "checkouts.csv"} }).If(p.HasRow),
	}
	return p
}

func (p *Checkouts) columns() []ui.Column[model.Checkout] {
	type checkout = model.Checkout
	faint := func(*checkout) ui.Style { return p.Theme.Faint }
	return []ui.Column[checkout]{
		{Title: "Checkout", Text: func(c *checkout) string { return c.Name }, Min: 10},
		{Title: "Kind", Text: func(c *checkout) string { return c.Kind }, Style: faint, Min: 12, Drop: 3},
		{Title: "Sells for", Short: []string{"For"}, Text: sellsFor, Min: 11},
		{
			Title: "Secrets", Text: func(c *checkout) string { return model.FormatCount(int64(c.Live)) }, Number: true, Drop: 2,
			Compare: func(a, b *checkout) int { return cmp.Compare(a.Live, b.Live) },
		},
		{
			Title: "Accepted", Text: func(c *checkout) string { return p.heard(c.AcceptedAt) }, Descending: true,
			Compare: func(a, b *checkout) int { return compareTimes(a.AcceptedAt, b.AcceptedAt) },
		},
		{
			Title: "Refused", Text: func(c *checkout) string { return p.heard(c.RefusedAt) }, Drop: 1, Descending: true,
			Compare: func(a, b *checkout) int { return compareTimes(a.RefusedAt, b.RefusedAt) },
		},
		{
			Title: "Since", Text: func(c *checkout) string { return c.CreatedAt.In(p.Zone).Format("2 Jan 2006") }, Style: faint, Drop: 4, Descending: true,
			Compare: func(a, b *checkout) int { return a.CreatedAt.Compare(b.CreatedAt) },
		},
	}
}

// heard is when something was last heard of a checkout.
func (p *Checkouts) heard(t *time.Time) string {
	if t == nil {
		return "never"
	}
	return p.Moment(*t, p.Zone)
}

// compareTimes orders times that may be missing; never is before all.
func compareTimes(a, b *time.Time) int {
	switch {
	case a != nil && b != nil:
		return a.Compare(*b)
	case a != nil:
		return 1
	case b != nil:
		return -1
	}
	return 0
}

const allClients = "all clients"

func sellsFor(c *model.Checkout) string {
	if c.Client == nil {
		return allClients
	}
	return *c.Client
}

func (p *Checkouts) remove(c model.Checkout) tea.Cmd {
	return p.Ask("Remove the checkout "+c.Name+"? Its secrets end at once, its orders stay.", func() tea.Cmd {
		return p.Change("Removed the checkout "+c.Name, func(ctx context.Context, s page.Store, a model.Actor) error {
			return s.RemoveCheckout(ctx, a, c.Name)
		})
	})
}

// Crumbs is the way here.
func (p *Checkouts) Crumbs() []string { return []string{"Platform", "Checkouts"} }

// ShellCommands list the checkouts, and change the one at the cursor.
func (p *Checkouts) ShellCommands() []page.Args {
	name := "NAME"
	if c := p.Table.Current(); c != nil {
		name = c.Name
	}
	return []page.Args{"checkout list", page.Args("checkout show").With(name), page.Args("checkout test").With(name), page.Args("checkout rotate").With(name), page.Args("checkout remove").With(name)}
}
