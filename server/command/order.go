package command

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lastclick/model"
)

// orders are the commands about orders.
func (s *session) orders() *cobra.Command {
	return s.group("order", "Orders, and why each ticket was or was not credited to a link.", s.orderList(), s.orderExplain())
}

func (s *session) orderList() *cobra.Command {
	var filter model.OrderFilter
	c := s.leaf(spec{
		use:      "list",
		short:    "List the orders, the newest first.",
		examples: []string{"order list", "order list --unattributed --limit 200", "order list --link ana --csv"},
		role:     model.Viewer,
		lists:    true,
		run: func(ctx context.Context, _ []string) error {
			if err := checkLimit(filter.Limit); err != nil {
				return err
			}
			a, err := s.actor(ctx)
			if err != nil {
				return err
			}
			filter.Link = model.FoldCode(filter.Link)
			orders, err := s.Store.Orders(ctx, a, filter)
			if err != nil {
				return err
			}
			return s.reply(answer{
				json: listed("orders", orders),
				csv:  func() [][]string { return orderRows(orders) },
				text: func(p *page) { orderTable(p, orders, filter, s.zone(ctx, a)) },
			})
		},
	})
	f := c.Flags()
	f.StringVar(&filter.Link, "link", "", "orders with a ticket credited to the link `CODE`")
	f.BoolVar(&filter.Unattributed, "unattributed", false, "orders with a ticket that no link is credited with")
	f.IntVar(&filter.Limit, "limit", model.DefaultLimit, limitText)
	return c
}

var limitText = fmt.Sprintf("at most `N` of them, 1 to %s (default %d)", model.FormatCount(model.MaxLimit), model.DefaultLimit)

func checkLimit(n int) error {
	if n < 1 || n > model.MaxLimit {
		return model.Invalidf("limit", "limit %d must be from 1 to %s", n, model.FormatCount(model.MaxLimit))
	}
	return nil
}

func orderTable(p *page, orders []model.OrderSummary, filter model.OrderFilter, loc *time.Location) {
	if len(orders) == 0 {
		switch {
		case filter.Unattributed:
			p.say("No such order: every ticket is credited to a link.")
		case filter.Link != "":
			p.say("No order is credited to this link yet.")
		default:
			p.say("There is no order yet. They come as the checkout posts them.")
		}
		return
	}
	t := &table{columns: []column{
		{title: "Order", min: 8}, {title: "Placed", drop: 2}, {title: "Tickets", right: true, drop: 3}, {title: "Face Value", right: true},
		{title: "Links", min: 8}, {title: "Reasons", min: 10, drop: 4}, {title: "Customer", drop: 5}, {title: "Checkout", min: 6, drop: 6},
	}}
	for _, o := range orders {
		t.add(o.ID, minute(o.PlacedAt, loc), model.FormatCount(o.Tickets), o.FaceValue.String(), dash(strings.Join(o.Links, ", ")), join(o.Reasons), customer(o.CustomerNew), o.Checkout)
	}
	p.list(t)
	p.gap()
	note := plural(int64(len(orders)), "order")
	if len(orders) == filter.Limit {
		note += ", the newest ones: more with --limit"
	}
	p.say(note + ".")
}

func dash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

func join(reasons []model.Reason) string {
	words := make([]string, len(reasons))
	for i, r := range reasons {
		words[i] = string(r)
	}
	return strings.Join(words, ", ")
}

// customer is who bought, as far as it is known.
func customer(isNew *bool) string {
	switch {
	case isNew == nil:
		return "unknown"
	case *isNew:
		return "new"
	}
	return "returning"
}

func orderRows(orders []model.OrderSummary) [][]string {
	var money []string
	for _, o := range orders {
		money = append(money, o.FaceValue.Currencies()...)
	}
	money = distinct(money)
	rows := [][]string{append([]string{"id", "checkout", "placed_at", "version", "test", "customer", "tickets", "links", "reasons"}, numberNames(money)[6:]...)}
	for _, o := range orders {
		rows = append(rows, append([]string{
			o.ID, o.Checkout, machine(&o.PlacedAt), strconv.FormatInt(o.Version, 10), strconv.FormatBool(o.Test), customer(o.CustomerNew),
			strconv.FormatInt(o.Tickets, 10), strings.Join(o.Links, " "), join(o.Reasons),
		}, moneyCells(o.FaceValue, money)...))
	}
	return rows
}
