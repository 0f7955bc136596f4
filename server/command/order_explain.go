package command

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lastclick/model"
)

func (s *session) orderExplain() *cobra.Command {
	var checkout string
	c := s.leaf(spec{
		use:      "explain ID",
		short:    "Explain why each ticket of an order was or was not credited to a link.",
		more:     "Tickets that were judged alike stand together. Beneath them are the clicks of the customer's receipt, and that of the click token in the page's address, from the earliest to the order, each with its own verdict. A token that belongs to another customer is copied_address: the page's address was passed on.",
		examples: []string{"order explain A-1001", "order explain A-1001 --checkout shop"},
		role:     model.Viewer,
		as: func(ctx context.Context, a model.Actor, args []string) error {
			order, err := s.Store.ExplainOrder(ctx, a, args[0], checkout)
			if err != nil {
				return err
			}
			return s.reply(answer{json: order, text: func(p *page) { s.explanation(ctx, p, s.clientOf(ctx, a, order), order) }})
		},
	})
	c.Flags().StringVar(&checkout, "checkout", "", "the order of the checkout `NAME`, where two checkouts have one of that id")
	return c
}

// names are what the client's links and events are called. Where they cannot be read, they
// are called by their codes.
func (s *session) names(ctx context.Context, a model.Actor) model.Called {
	links, _ := s.Store.Links(ctx, a, true)
	events, _ := s.Store.Events(ctx, a)
	return model.NamesOf(links, events)
}

// clientOf is an admin who has chosen no client, working on the one that all tickets of the
// order are of: its zone and its names are those of the order. Of several it stays none.
func (s *session) clientOf(ctx context.Context, a model.Actor, o model.OrderExplained) model.Actor {
	if a.Client != "" {
		return a
	}
	client := ""
	for _, t := range o.Tickets {
		page, ok := s.Store.EventPage(t.Event)
		if !ok || client != "" && page.Client != client {
			return a
		}
		client = page.Client
	}
	if client == "" {
		return a
	}
	if chosen, err := s.Store.Choose(ctx, a, client); err == nil {
		return chosen
	}
	return a
}

func (s *session) explanation(ctx context.Context, p *page, a model.Actor, o model.OrderExplained) {
	loc, called := s.zone(ctx, a), s.names(ctx, a)
	p.title("Order " + o.ID + " · " + o.Checkout)
	about := [][2]string{
		{"Placed", second(o.PlacedAt, loc)},
		{"Customer", customer(o.CustomerNew)},
		{"Version", model.FormatCount(o.Version)},
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
	for _, g := range o.Verdicts() {
		p.gap()
		for _, t := range g.Tickets {
			p.title(ticketLine(t, o.Currency, called))
			p.hanging("", 2, strings.Join(t.IDs, ", "))
		}
		p.say(verdict(g, o.PlacedAt, called))
		moments := g.Timeline(o.PlacedAt)
		if moments == nil {
			continue
		}
		table := &table{columns: []column{{title: "When"}, {title: "Link", min: 8}, {title: "Verdict", min: 10}}}
		for _, m := range moments {
			if m.Click == nil {
				table.rows = append(table.rows, row{cells: []string{second(m.At, loc), "the order", ""}, bold: true})
				continue
			}
			table.add(second(m.At, loc), clicked(m.Click, called), m.Click.Verdict.Explain(o.Window))
		}
		p.list(table)
	}
}

// clicked names the link of a click; links of other clients have no name here.
func clicked(c *model.ClickExplained, called model.Called) string {
	if c.Link == nil {
		return "(another client's)"
	}
	return called.Link(*c.Link)
}

// ticketLine is equal tickets in a line: "4 × General Admission · Summer Fest, GBP 180.00".
func ticketLine(t model.TicketGroup, currency string, called model.Called) string {
	line := fmt.Sprintf("%d × %s · %s, %s", len(t.IDs), t.Name(), called.Event(t.Event), t.Worth(currency))
	if t.Paid != nil {
		line += " (" + model.Money{currency: *t.Paid * int64(len(t.IDs))}.String() + " paid)"
	}
	if t.Status != model.Valid {
		line += ", " + string(t.Status)
	}
	if t.Scanned {
		line += ", scanned"
	}
	return line
}

// verdict is the reason of tickets as a sentence, with the word that programs read.
func verdict(g model.VerdictGroup, placed time.Time, called model.Called) string {
	to := "no link"
	if g.Link != nil {
		to = called.Link(*g.Link)
	}
	text := "Credited to " + to + ": " + g.Reason.Explain() + " (" + string(g.Reason) + ")"
	if won := g.Won(); won != nil {
		text += ", " + model.DistanceToOrder(won.ClickedAt, placed)
	}
	return text + "."
}
