package command

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lastclick/model"
	"lastclick/server/internal/spreadsheet"
)

// orders are the commands about orders.
func (s *session) orders() *cobra.Command {
	return s.group("order", "Orders, and why each ticket was or was not credited to a link.", s.orderList(), s.orderExplain(), s.orderImport())
}

func (s *session) orderList() *cobra.Command {
	var filter model.OrderFilter
	var by string
	var follow bool
	var c *cobra.Command
	c = s.leaf(spec{
		use:   "list",
		short: "List the orders, the newest first, or as they come.",
		more: "An order is listed where one of its tickets is as the flags say. --link and --unattributed together list orders of which a part is credited to the link, and a part to none.\n" +
			"--search finds orders in which each of its words is found, in any order: in the order's id, or in the event (name, slug), the ticket type (id, name), the link (name, code, other codes) or the reason of one of its tickets. In order ids, a word of one or two letters must be the whole id. For an admin a word may be a customer's id or e-mail address too, whole.\n" +
			"Among the words may stand is:new (the customer's first purchase), is:returning (of a customer who bought before), is:test, is:refunded and is:unattributed (a ticket of the order is), and on:DAY, from:DAY and to:DAY, where DAY is a day such as 2026-06-01, today or yesterday in the client's time zone. An order must be all that is said.\n" +
			"--follow prints each order as it comes, until you press ctrl+c or the connection ends; with --json, one object a line. It begins with the newest N where --limit says so.",
		examples: []string{"order list", "order list --search '\"vip ana\"'", "order list --search '\"is:new on:yesterday\"'", "order list --sort face_value", "order list --unattributed --limit 200", "order list --link ana --csv", "order list --event summerfest"},
		role:     model.Viewer,
		lists:    true,
		run: func(ctx context.Context, _ []string) error {
			if err := checkPaging(filter.Limit, filter.Before, model.ParseSortedCursor); err != nil {
				return err
			}
			var err error
			if filter.Sort, err = model.ParseOrderSort(by); err != nil {
				return err
			}
			a, err := s.actor(ctx)
			if err != nil {
				return err
			}
			filter.Link, filter.Event = model.FoldCode(filter.Link), slug(filter.Event)
			if follow {
				return s.follow(ctx, a, c, filter)
			}
			orders, err := s.Store.Orders(ctx, a, filter)
			if err != nil {
				return err
			}
			return s.reply(answer{
				json: cutJSON("orders", orders),
				csv:  func() [][]string { return orderRows(orders.Items) },
				text: func(p *page) { orderTable(p, orders, filter, s.zone(ctx, a)) },
				cut:  followedBy(s, c, orders, "order", "orders"),
			})
		},
	})
	f := c.Flags()
	f.StringVar(&filter.Link, "link", "", "orders with a ticket credited to the link `CODE`")
	f.StringVar(&filter.Event, "event", "", "orders with a ticket for the event `SLUG`")
	f.BoolVar(&filter.Unattributed, "unattributed", false, "orders with a ticket that no link is credited with")
	f.StringVar(&filter.Search, "search", "", "orders in which all words of the `TEXT` are found, and that are what its qualifiers say (is:new, on:yesterday)")
	f.StringVar(&by, "sort", "", "by the `COLUMN` placed, tickets, face_value or link, the greatest first (default placed)")
	f.BoolVar(&filter.Up, "reverse", false, "the other way round")
	f.BoolVar(&follow, "follow", false, "print each order as it comes")
	pagingFlags(f, &filter.Limit, &filter.Before, model.DefaultLimit)
	return c
}

func orderFields(loc *time.Location) []field[model.OrderSummary] {
	return []field[model.OrderSummary]{
		{csv: "id", value: func(o model.OrderSummary) string { return o.ID }, column: column{title: "Order", min: 8}},
		{csv: "checkout", value: func(o model.OrderSummary) string { return o.Checkout }},
		{
			csv: "placed_at", value: func(o model.OrderSummary) string { return csvTime(&o.PlacedAt) },
			column: column{title: "Placed", drop: 2}, shown: func(o model.OrderSummary) string { return minute(o.PlacedAt, loc) },
		},
		count("version", column{}, func(o model.OrderSummary) int64 { return o.Version }),
		{csv: "test", value: func(o model.OrderSummary) string { return strconv.FormatBool(o.Test) }},
		{csv: "customer_new", value: func(o model.OrderSummary) string { return csvFlag(o.CustomerNew) }},
		count("tickets", column{title: "Tickets", right: true, drop: 3}, func(o model.OrderSummary) int64 { return o.Tickets }),
		{column: column{title: "Face Value", right: true}, shown: func(o model.OrderSummary) string { return o.FaceValue.String() }},
		{
			csv: "links", value: func(o model.OrderSummary) string { return strings.Join(o.Links, " ") },
			column: column{title: "Links", min: 8}, shown: func(o model.OrderSummary) string { return dash(strings.Join(o.Links, ", ")) },
		},
		{
			csv: "reasons", value: func(o model.OrderSummary) string { return join(o.Reasons, " ") },
			column: column{title: "Reasons", min: 10, drop: 4}, shown: func(o model.OrderSummary) string { return join(o.Reasons, ", ") },
		},
		{column: column{title: "Customer", drop: 5}, shown: func(o model.OrderSummary) string { return customer(o.CustomerNew) }},
		{column: column{title: "Checkout", min: 6, drop: 6}, shown: func(o model.OrderSummary) string { return o.Checkout }},
	}
}

// orderRows are orders in CSV, each with its amount: an order has one currency.
func orderRows(orders []model.OrderSummary) [][]string {
	rows := csvOf(orderFields(time.UTC), orders)
	out := [][]string{spreadsheet.WithAmount(rows[0])}
	for i, o := range orders {
		out = append(out, spreadsheet.Amounts(o.FaceValue, rows[i+1], nil)...)
	}
	return out
}

func orderTable(p *page, orders model.Listing[model.OrderSummary], filter model.OrderFilter, loc *time.Location) {
	if len(orders.Items) == 0 {
		switch {
		case filter.Before != "":
			p.say("No order follows: the list ended there.")
		case filter.Search != "":
			p.say("No order is all that the search says.")
		case filter.Unattributed:
			p.say("No such order: every ticket is credited to a link.")
		case filter.Link != "":
			p.say("No order is credited to this link yet.")
		case filter.Event != "":
			p.say("No ticket for this event was sold yet.")
		default:
			p.say("There is no order yet. Orders appear here when the checkout posts them.")
		}
		return
	}
	p.list(tableOf(orderFields(loc), orders.Items))
	whole(p, orders, filter.Before, "order", "orders")
}

func dash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

func join(reasons []model.Reason, between string) string {
	words := make([]string, len(reasons))
	for i, r := range reasons {
		words[i] = string(r)
	}
	return strings.Join(words, between)
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
