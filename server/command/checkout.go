package command

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lastclick/model"
)

// checkouts are the commands about the systems that sell tickets.
func (s *session) checkouts() *cobra.Command {
	return s.group("checkout", "Checkouts: the systems that sell tickets and post the orders.",
		s.checkoutAdd(), s.checkoutList(), s.checkoutShow(), s.checkoutTest(), s.checkoutSet(), s.checkoutRotate(), s.checkoutRemove())
}

func (s *session) checkoutAdd() *cobra.Command {
	var n model.NewCheckout
	var token, secret bool
	kinds := make([]string, len(model.CheckoutKinds))
	for i, k := range model.CheckoutKinds {
		kinds[i] = k.Name
	}
	c := s.leaf(spec{
		use:   "add NAME",
		short: "Connect a checkout and print its secret, once.",
		more: "With --client it may sell for that client alone; without, for all. A standard checkout posts its webhooks, signed with the secret (Standard Webhooks), to /webhooks/NAME. " +
			"The other kinds are shops that post in their own way, to the same address: what to enter there is printed, and again by checkout show. " +
			"A token and a secret are read from standard input, one a line, the token first.",
		examples: []string{"checkout add shop", "checkout add boxoffice --client acme", "checkout add webshop --kind woocommerce"},
		role:     model.Admin,
		run: func(ctx context.Context, args []string) error {
			n.Name, n.Client = args[0], slug(s.client)
			if err := s.secrets(token, &n.Token, secret, &n.Secret); err != nil {
				return err
			}
			added, err := s.Store.AddCheckout(ctx, s.Actor, n)
			if err != nil {
				return err
			}
			return s.reply(answer{json: secretDoc(added), text: func(p *page) {
				if added.Secret != "" {
					p.say("The checkout " + added.Name + " is connected. Its secret, shown only this once:")
					s.secretPage(p, added)
				} else {
					p.say("The checkout " + added.Name + " is connected.")
				}
				s.guide(p, model.Checkout{Name: added.Name, Kind: added.Kind, URL: added.URL})
			}})
		},
	})
	f := c.Flags()
	f.StringVar(&n.Kind, "kind", model.StandardKind, "`K` is one of "+strings.Join(kinds, ", "))
	f.StringVar(&n.URL, "url", "", "`URL` of the shop's API, where the shop is on a server of its own")
	f.BoolVar(&token, "token-stdin", false, "read the token for the shop's API from standard input")
	f.BoolVar(&secret, "secret-stdin", false, "read the secret that the shop shows from standard input")
	return c
}

func (s *session) checkoutRotate() *cobra.Command {
	var r model.Rotation
	var secret bool
	c := s.leaf(spec{
		use:   "rotate NAME",
		short: "Give a checkout a new secret and print it, once.",
		more: "The secret before it stays valid, so that the checkout can change over; an older one ends, and the answer says which. Once the checkout signs with the new one, --end-old ends the old one, and makes none. " +
			"A secret that was used in the last day ends with --force alone. After a leak: rotate, enter the new secret in the checkout, then --end-old --force.",
		examples: []string{"checkout rotate shop"},
		role:     model.Admin,
		run: func(ctx context.Context, args []string) error {
			if err := s.secrets(false, nil, secret, &r.Secret); err != nil {
				return err
			}
			rotated, err := s.Store.RotateCheckout(ctx, s.Actor, args[0], r)
			if err != nil {
				return err
			}
			doc := secretDoc(rotated)
			doc["secrets"] = normal(rotated.Secrets)
			return s.reply(answer{json: doc, text: func(p *page) {
				switch {
				case r.EndOld:
					p.say("The old secret of " + rotated.Name + " is ended: only the newest is valid.")
				case rotated.Secret == "":
					p.say("The checkout " + rotated.Name + " has the new secret.")
				default:
					p.say("The checkout " + rotated.Name + " has a new secret, shown only this once:")
					s.secretPage(p, rotated)
				}
				p.gap()
				for _, sentence := range rotated.ExplainSecrets() {
					p.say(sentence)
				}
				p.gap()
				secretTable(p, rotated.Secrets)
				if len(rotated.Secrets) > 1 {
					p.gap()
					p.say("Once the new one is in use, end the old one:")
					p.put("  " + s.ssh() + "checkout rotate " + rotated.Name + " --end-old")
				}
			}})
		},
	})
	f := c.Flags()
	f.BoolVar(&r.EndOld, "end-old", false, "end the old secret instead, and make no new one")
	f.BoolVar(&r.Force, "force", false, "end a secret also where it was used in the last day")
	f.BoolVar(&secret, "secret-stdin", false, "read the new secret, which the shop shows, from standard input")
	return c
}

// secrets reads a token and a secret from standard input, one a line, those that are asked
// for.
func (s *session) secrets(token bool, tokenTo *string, secret bool, secretTo *string) error {
	var to []*string
	var names []string
	if token {
		to, names = append(to, tokenTo), append(names, "token")
	}
	if secret {
		to, names = append(to, secretTo), append(names, "secret")
	}
	if len(to) == 0 {
		return nil
	}
	if s.Width > 0 {
		s.complain("Paste the " + strings.Join(names, ", enter, then the ") + ", press enter, then ctrl+d:")
	}
	lines, err := s.pipedLines(len(to))
	if err != nil {
		return err
	}
	for i, line := range lines {
		*to[i] = line
	}
	return nil
}

// secretDoc is what add and rotate print for programs.
func secretDoc(k model.CheckoutSecret) map[string]any {
	doc := map[string]any{"name": k.Name, "kind": k.Kind, "url": k.URL, "secret": nil}
	if k.Secret != "" {
		doc["secret"] = k.Secret
	}
	return doc
}

func (s *session) secretPage(p *page, secret model.CheckoutSecret) {
	p.gap()
	p.put("  " + secret.Secret)
	p.gap()
	p.say("Store it where the checkout keeps its secrets. The checkout posts to:")
	p.put("  " + secret.URL)
}

var checkoutFields = []field[model.Checkout]{
	{csv: "name", value: func(c model.Checkout) string { return c.Name }, column: column{title: "Checkout", min: 8}},
	{csv: "kind", value: func(c model.Checkout) string { return c.Kind }, column: column{title: "Kind", min: 8, drop: 2}},
	{
		csv: "client", value: func(c model.Checkout) string { return or(c.Client, "") },
		column: column{title: "Sells for", min: 8}, shown: func(c model.Checkout) string { return or(c.Client, "all clients") },
	},
	{csv: "url", value: func(c model.Checkout) string { return c.URL }},
	{csv: "api_url", value: func(c model.Checkout) string { return or(c.API, "") }},
	{csv: "ignored", value: func(c model.Checkout) string { return strings.Join(c.Ignored, " ") }},
	{csv: "secrets", value: func(c model.Checkout) string { return strconv.Itoa(c.Live) }, column: column{title: "Secrets", right: true, drop: 4}},
	{
		csv: "last_accepted_at", value: func(c model.Checkout) string { return csvTime(c.AcceptedAt) },
		column: column{title: "Accepted"}, shown: func(c model.Checkout) string { return minuteOr(c.AcceptedAt, time.UTC, "never") },
	},
	{
		csv: "last_refused_at", value: func(c model.Checkout) string { return csvTime(c.RefusedAt) },
		column: column{title: "Refused", drop: 3}, shown: func(c model.Checkout) string { return minuteOr(c.RefusedAt, time.UTC, "never") },
	},
	{csv: "last_refused_reason", value: func(c model.Checkout) string { return or(c.RefusedReason, "") }},
	{csv: "queued", value: func(c model.Checkout) string { return strconv.FormatInt(c.Queued, 10) }},
	{csv: "held_until", value: func(c model.Checkout) string { return csvTime(c.HeldUntil) }},
	{csv: "held_reason", value: func(c model.Checkout) string { return or(c.HeldReason, "") }},
	{
		csv: "created_at", value: func(c model.Checkout) string { return csvTime(&c.CreatedAt) },
		column: column{title: "Added", drop: 5}, shown: func(c model.Checkout) string { return minute(c.CreatedAt, time.UTC) },
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
			return s.reply(listAnswer("checkouts", checkoutFields, checkouts, s.first("There is no checkout yet, so no order can arrive. Connect the first one:", "checkout add shop")))
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
