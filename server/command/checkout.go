package command

import (
	"context"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"lastclick/model"
)

// checkouts are the commands about the systems that sell tickets.
func (s *session) checkouts() *cobra.Command {
	return s.group("checkout", "Checkouts: the systems that sell tickets and post the orders.", s.checkoutAdd(), s.checkoutList(), s.checkoutRotate(), s.checkoutRemove())
}

func (s *session) checkoutAdd() *cobra.Command {
	return s.leaf(spec{
		use:      "add NAME",
		short:    "Connect a checkout and print its secret, once.",
		more:     "With --client it may sell for that client alone; without, for all. It posts its webhooks, signed with the secret (Standard Webhooks), to /webhooks/NAME.",
		examples: []string{"checkout add shop", "checkout add boxoffice --client acme"},
		role:     model.Admin,
		run: func(ctx context.Context, args []string) error {
			secret, err := s.Store.AddCheckout(ctx, s.Actor, args[0], slug(s.client))
			if err != nil {
				return err
			}
			return s.reply(answer{json: secret, text: func(p *page) {
				p.say("The checkout " + secret.Name + " is connected. Its secret, shown only this once:")
				s.secretPage(p, secret)
			}})
		},
	})
}

func (s *session) checkoutRotate() *cobra.Command {
	return s.leaf(spec{
		use:      "rotate NAME",
		short:    "Give a checkout a new secret and print it, once.",
		more:     "The secret before it stays valid, so that the checkout can change over; older ones end. Rotate twice to end a secret that leaked.",
		examples: []string{"checkout rotate shop"},
		role:     model.Admin,
		run: func(ctx context.Context, args []string) error {
			secret, err := s.Store.RotateCheckout(ctx, s.Actor, args[0])
			if err != nil {
				return err
			}
			return s.reply(answer{json: secret, text: func(p *page) {
				p.say("The checkout " + secret.Name + " has a new secret, shown only this once. The one before it stays valid until the next rotation:")
				s.secretPage(p, secret)
			}})
		},
	})
}

func (s *session) secretPage(p *page, secret model.CheckoutSecret) {
	p.gap()
	p.put("  " + secret.Secret)
	p.gap()
	p.say("Store it where the checkout keeps its secrets. The checkout posts its signed webhooks to /webhooks/" + secret.Name + " at the address of the shortlinks.")
}

var checkoutFields = []field[model.Checkout]{
	{csv: "name", value: func(c model.Checkout) string { return c.Name }, column: column{title: "Checkout", min: 8}},
	{
		csv: "client", value: func(c model.Checkout) string { return or(c.Client, "") },
		column: column{title: "Sells for", min: 8}, shown: func(c model.Checkout) string { return or(c.Client, "all clients") },
	},
	{csv: "secrets", value: func(c model.Checkout) string { return strconv.Itoa(c.Live) }, column: column{title: "Secrets", right: true, drop: 2}},
	{column: column{title: "Posts to", min: 12, drop: 3}, shown: func(c model.Checkout) string { return "/webhooks/" + c.Name }},
	{
		csv: "created_at", value: func(c model.Checkout) string { return csvTime(&c.CreatedAt) },
		column: column{title: "Added", drop: 1}, shown: func(c model.Checkout) string { return minute(c.CreatedAt, time.UTC) },
	},
}

func (s *session) checkoutList() *cobra.Command {
	return s.leaf(spec{
		use:      "list",
		short:    "List the checkouts.",
		examples: []string{"checkout list"},
		role:     model.Admin,
		lists:    true,
		as: func(ctx context.Context, a model.Actor, _ []string) error {
			checkouts, err := s.Store.Checkouts(ctx, a)
			if err != nil {
				return err
			}
			return s.reply(answer{
				json: listed("checkouts", checkouts),
				csv:  func() [][]string { return csvOf(checkoutFields, checkouts) },
				text: func(p *page) {
					if len(checkouts) == 0 {
						p.say("There is no checkout yet, so no order can arrive. Connect the first one:")
						p.put("  " + s.ssh() + "checkout add shop")
						return
					}
					p.list(tableOf(checkoutFields, checkouts))
				},
			})
		},
	})
}

func (s *session) checkoutRemove() *cobra.Command {
	return s.leaf(spec{
		use:      "remove NAME",
		short:    "Disconnect a checkout: its webhooks are refused from then on.",
		more:     "The orders that it posted stay.",
		examples: []string{"checkout remove shop"},
		role:     model.Admin,
		run: func(ctx context.Context, args []string) error {
			if err := s.Store.RemoveCheckout(ctx, s.Actor, args[0]); err != nil {
				return err
			}
			return s.removed(args[0], "The checkout "+args[0]+" is disconnected. The orders that it posted stay.")
		},
	})
}

// removed answers a removal.
func (s *session) removed(name, sentence string) error {
	return s.reply(answer{
		json: map[string]string{"removed": name},
		text: func(p *page) { p.say(sentence) },
	})
}
