package tui

import (
	"cmp"
	"context"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/pages/orders"
	"lastclick/tui/ui"
)

// orderByID asks for an order's id and explains the order. Where several checkouts have an
// order with that id, it asks which.
type orderByID struct{ page.FormPage }

func newOrderByID(s *page.Session) *orderByID {
	p := &orderByID{}
	p.InitForm(s, "Open an order", "Open", "Looking")
	p.Form.Ask("order", "Order", "its id at the checkout: A-1041", "")
	p.Form.Quick = true
	p.Form.Leave = p.Close // a number is soon typed again: nothing to ask about
	p.Validate = func() error {
		if p.id() == "" {
			return model.Invalidf("order", "order must not be empty")
		}
		return nil
	}
	p.Commands = func() []page.Args { return []page.Args{page.Args("order explain").With(cmp.Or(p.id(), "ID"))} }
	p.Form.Send = p.send
	return p
}

// id is what was entered; people write # before the number of an order.
func (p *orderByID) id() string {
	return strings.TrimSpace(strings.TrimPrefix(p.Form.Value("order"), "#"))
}

func (p *orderByID) send() tea.Cmd {
	id, s := p.id(), p.Session
	return page.Send(&p.FormPage, func(ctx context.Context, store page.Store, a model.Actor) ([]string, error) {
		checkouts, err := store.OrderCheckouts(ctx, a, id)
		if upper := strings.ToUpper(id); model.KindOf(err) == model.NotFound && upper != id {
			if of, other := store.OrderCheckouts(ctx, a, upper); other == nil { // as most shops number them
				id = upper
				return of, nil
			}
		}
		return checkouts, err
	}, func(checkouts []string) tea.Cmd {
		if len(checkouts) == 1 {
			return p.Replace(orders.NewOrder(s, id, checkouts[0]))
		}
		p.Form.Refuse("", "") // to be sent again, where no checkout is chosen
		return p.Open(page.NewPicker(s, "Checkout of "+model.Line(id), ui.PlainChoices(checkouts), "", func(c ui.Choice) tea.Cmd {
			return p.Replace(orders.NewOrder(s, id, c.Value))
		}))
	})
}
