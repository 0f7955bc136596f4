package command

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lastclick/model"
	"lastclick/server/internal/spreadsheet"
)

// followedKept is how many of the told orders are remembered, so that none is told twice: one
// that came while the newest were read is among these, and comes again.
const followedKept = 8192

// freshOrders lets each order through once.
type freshOrders struct {
	known map[string]bool
	order []string // of known, the oldest first
}

// of are those of the orders that were not there yet.
func (f *freshOrders) of(orders []model.OrderSummary) (fresh []model.OrderSummary) {
	if f.known == nil {
		f.known = map[string]bool{}
	}
	for _, o := range orders {
		key := o.Checkout + "\n" + o.ID
		if f.known[key] {
			continue
		}
		f.known[key] = true
		f.order = append(f.order, key)
		fresh = append(fresh, o)
	}
	for len(f.order) > followedKept {
		delete(f.known, f.order[0])
		f.order = f.order[1:]
	}
	return fresh
}

// follow prints each order as it comes. It reads after every signal what came since the
// cursor, so that a hurry of signals costs one read, and no order is left out. It ends with
// ctx, or where the store ends its signals.
func (s *session) follow(ctx context.Context, a model.Actor, c *cobra.Command, filter model.OrderFilter) error {
	if filter.Before != "" || filter.Up || filter.Sort != model.SortPlaced {
		return usagef("--follow shows orders as they come: it goes with no --before, --sort and --reverse")
	}
	client := a.Client
	moved := s.Store.Watch(ctx, client) // before the cursor, so that nothing is missed
	start, err := s.Store.OrdersSince(ctx, a, filter, "")
	if err != nil {
		return err
	}
	p := orderPrinter{session: s, zone: s.zone(ctx, a)}
	if c.Flags().Changed("limit") {
		filter.Uncounted = true
		newest, err := s.Store.Orders(ctx, a, filter)
		if err != nil {
			return err
		}
		items := slices.Clone(newest.Items)
		slices.Reverse(items)
		if err := p.print(items); err != nil {
			return err
		}
	}
	for cursor := start.Next; ; {
		select {
		case _, more := <-moved:
			if !more {
				return nil
			}
		case <-ctx.Done():
			return nil
		}
		came, err := s.Store.OrdersSince(ctx, a, filter, cursor)
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		if cursor = came.Next; len(came.Items) > 0 {
			if err := p.print(came.Items); err != nil {
				return err
			}
		}
	}
}

// orderPrinter prints orders, each once.
type orderPrinter struct {
	*session
	zone  *time.Location
	fresh freshOrders
	begun bool
}

func (p *orderPrinter) print(orders []model.OrderSummary) error {
	fresh := p.fresh.of(orders)
	var out []byte
	switch {
	case p.csv:
		rows := orderRows(fresh)
		if p.begun {
			rows = rows[1:]
		}
		out = spreadsheet.Bytes(rows)
	case p.json:
		for _, o := range fresh {
			line, err := document(o)
			if err != nil {
				return err
			}
			out = append(out, line...)
		}
	default:
		for _, o := range fresh {
			out = append(out, p.line(o)...)
		}
	}
	p.begun = p.begun || len(fresh) > 0
	if _, err := p.Out.Write(out); err != nil {
		return errGone
	}
	return nil
}

// line is an order for people: when, which, how many tickets, for how much, whose, and why.
func (p *orderPrinter) line(o model.OrderSummary) string {
	reasons := make([]string, len(o.Reasons))
	for i, r := range o.Reasons {
		reasons[i] = strings.ToLower(r.Label())
	}
	value := o.FaceValue.String()
	if o.Test {
		value = "test"
	}
	return model.Line(strings.Join([]string{
		o.PlacedAt.In(p.zone).Format("2006-01-02 15:04:05"), o.ID, model.Plural(o.Tickets, "ticket", "tickets"), dash(value), dash(strings.Join(o.Links, ", ")), strings.Join(reasons, ", "),
	}, " · ")) + "\n"
}
