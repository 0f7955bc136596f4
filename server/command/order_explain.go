package command

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"lastclick/model"
)

func (s *session) orderExplain() *cobra.Command {
	var checkout string
	c := s.leaf(spec{
		use:      "explain ID",
		short:    "Explain why each ticket of an order was or was not credited to a link.",
		more:     "Every click of the customer's receipt, and that of the click token in the page's address, is listed, the latest first, with its own verdict. A token that belongs to another customer is copied_address: the page's address was passed on.",
		examples: []string{"order explain A-1001", "order explain A-1001 --checkout shop"},
		role:     model.Viewer,
		as: func(ctx context.Context, a model.Actor, args []string) error {
			order, err := s.Store.ExplainOrder(ctx, a, args[0], checkout)
			if err != nil {
				return err
			}
			return s.reply(answer{json: order, text: func(p *page) { explanation(p, order, s.zone(ctx, a)) }})
		},
	})
	c.Flags().StringVar(&checkout, "checkout", "", "the order of the checkout `NAME`, where two checkouts have one of that id")
	return c
}

func explanation(p *page, o model.OrderExplained, loc *time.Location) {
	p.title("Order " + o.ID)
	about := [][2]string{
		{"Checkout", o.Checkout},
		{"Placed", second(o.PlacedAt, loc)},
		{"Version", model.FormatCount(o.Version)},
		{"Customer", customer(o.CustomerNew)},
		{"Window", o.Window},
	}
	if o.Channel != nil {
		about = append(about, [2]string{"Channel", *o.Channel})
	}
	if o.Consent != nil {
		about = append(about, [2]string{"Consent", map[bool]string{true: "given", false: "refused"}[*o.Consent]})
	}
	p.pairs(about...)
	p.say(o.Rule.Explain())
	if o.Test {
		p.say("This is a test order: it counts nowhere.")
	}
	for _, t := range o.Tickets {
		p.gap()
		p.title("Ticket " + t.ID)
		name := t.TypeName
		if name == "" {
			name = t.Type
		}
		p.say(t.Event + " · " + name + ", " + model.Money{o.Currency: t.FaceValue}.String() + paid(t, o.Currency) + ", " + ticketState(t) + ".")
		p.say(verdict(t))
		if len(t.Considered) == 0 {
			continue
		}
		table := &table{columns: []column{{title: "Clicked"}, {title: "Link", min: 8}, {title: "Verdict", min: 10}}}
		for _, c := range t.Considered {
			table.add(second(c.ClickedAt, loc), or(c.Link, "(another client's)"), c.Verdict.Explain(o.Window))
		}
		p.list(table)
	}
}

// paid is what was paid for a ticket, where the checkout says it.
func paid(t model.TicketExplained, currency string) string {
	if t.Paid == nil {
		return ""
	}
	return " (" + model.Money{currency: *t.Paid}.String() + " paid)"
}

func ticketState(t model.TicketExplained) string {
	scanned := "not scanned"
	if t.Scanned {
		scanned = "scanned"
	}
	return string(t.Status) + ", " + scanned
}

// verdict is a ticket's reason as a sentence, with the word that programs read.
func verdict(t model.TicketExplained) string {
	return "Credited to " + or(t.Link, "no link") + ": " + t.Reason.Explain() + " (" + string(t.Reason) + ")."
}
