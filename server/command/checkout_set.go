package command

import (
	"context"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"lastclick/model"
)

func (s *session) checkoutSet() *cobra.Command {
	var url, token string
	var fromStdin bool
	var ch model.CheckoutChange
	var f *pflag.FlagSet
	c := s.leaf(spec{
		use:   "set NAME",
		short: "Change a checkout: its API, and what it sells that is no ticket.",
		more: "--ignore ID says that what the shop calls ID is no event, but a T-shirt or a voucher: it is left out of the shop's orders, and orders that waited for it are applied. " +
			"What was applied before stays. An id that an event has cannot be ignored. After --no-ignore ID, orders that come with it wait again. " +
			"A new address or token of the API holds at once, and what it refused before is asked again.",
		examples: []string{"checkout set webshop --ignore 77", "checkout set webshop --url https://shop.example --token-stdin < token.txt"},
		role:     model.Admin,
		run: func(ctx context.Context, args []string) error {
			if err := s.secrets(fromStdin, &token, false, nil); err != nil {
				return err
			}
			if ch.URL = given(f, "url", &url); fromStdin {
				ch.Token = &token
			}
			if ch.Empty() {
				return errNothing
			}
			k, err := s.Store.SetCheckout(ctx, s.Actor, args[0], ch)
			if err != nil {
				return err
			}
			return s.reply(answer{json: k, text: func(p *page) {
				p.say("The checkout " + k.Name + " is changed.")
				if rows := checkoutSettings(k); len(rows) > 0 {
					p.gap()
					p.pairs(rows...)
				}
			}})
		},
	})
	f = c.Flags()
	f.StringVar(&url, "url", "", "`URL` of the shop's API, where the shop is on a server of its own")
	f.BoolVar(&fromStdin, "token-stdin", false, "read the token for the shop's API from standard input")
	f.StringArrayVar(&ch.Ignore, "ignore", nil, "what the shop calls `ID` is no event, and is left out of its orders (repeatable)")
	f.StringArrayVar(&ch.NoIgnore, "no-ignore", nil, "what the shop calls `ID` is ignored no more (repeatable)")
	return c
}

// checkoutSettings are what checkout set may change.
func checkoutSettings(k model.Checkout) [][2]string {
	var rows [][2]string
	if k.API != nil {
		rows = append(rows, [2]string{"Its API", *k.API})
	}
	if len(k.Ignored) > 0 {
		rows = append(rows, [2]string{"Ignores", strings.Join(k.Ignored, ", ")})
	}
	return rows
}
