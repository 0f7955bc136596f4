package command

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"lastclick/model"
)

// checkoutDoc is a checkout with what to do about it, for programs.
type checkoutDoc struct {
	model.Checkout
	SecretUses []model.SecretUse `json:"secret_uses"`
	Steps      []string          `json:"steps"`
}

func (s *session) checkoutShow() *cobra.Command {
	return s.leaf(spec{
		use:      "show NAME",
		short:    "Show what to enter in a checkout, and what was last heard of it.",
		more:     "It never shows a secret: checkout rotate makes a new one.",
		examples: []string{"checkout show shop"},
		role:     model.Admin,
		run: func(ctx context.Context, args []string) error {
			k, err := s.Store.Checkout(ctx, s.Actor, args[0])
			if err != nil {
				return err
			}
			doc := checkoutDoc{Checkout: k, SecretUses: k.SecretUses}
			if s.Connector != nil {
				doc.Steps = s.Connector.Guide(k)
			}
			return s.reply(answer{json: doc, text: func(p *page) { s.checkoutPage(p, k) }})
		},
	})
}

func (s *session) checkoutPage(p *page, k model.Checkout) {
	p.title("Checkout " + k.Name)
	kind := k.Kind
	if known, ok := model.KindNamed(k.Kind); ok {
		kind = fmt.Sprintf("%s (%s)", known.Name, known.Title)
	}
	rows := append([][2]string{
		{"Kind", kind},
		{"Sells for", or(k.Client, "all clients")},
		{"Posts to", k.URL},
	}, checkoutSettings(k)...)
	rows = append(rows, [2]string{"Last accepted", secondOr(k.AcceptedAt, "never")}, [2]string{"Last refused", secondOr(k.RefusedAt, "never")})
	if k.RefusedReason != nil {
		rows = append(rows, [2]string{"Refused because", *k.RefusedReason})
	}
	if k.Queued > 0 {
		rows = append(rows, [2]string{"Still to do", model.Plural(k.Queued, "delivery", "deliveries")})
	}
	if k.HeldUntil != nil {
		rows = append(rows, [2]string{"Waits until", secondOr(k.HeldUntil, "") + ": " + or(k.HeldReason, "")})
	}
	p.pairs(rows...)
	p.gap()
	secretTable(p, k.SecretUses)
	s.guide(p, k)
	p.gap()
	p.say("To try the whole way, from a click to a verdict:")
	p.put("  " + s.ssh() + "checkout test " + k.Name)
}

func secondOr(t *time.Time, none string) string {
	if t == nil {
		return none
	}
	return second(*t, time.UTC)
}

// secretTable says when each live secret came, and when it last signed.
func secretTable(p *page, uses []model.SecretUse) {
	t := &table{columns: []column{{title: "Secret", min: 8}, {title: "Made", min: 8}, {title: "Last used", min: 8}}}
	for i, use := range uses {
		name := "newest"
		if i > 0 {
			name = "older"
		}
		t.add(name, minute(use.CreatedAt, time.UTC), minuteOr(use.UsedAt, time.UTC, "never"))
	}
	p.list(t)
}

// guide says what to enter where.
func (s *session) guide(p *page, k model.Checkout) {
	if s.Connector == nil {
		return
	}
	p.gap()
	p.title("What to enter in the checkout")
	for i, step := range s.Connector.Guide(k) {
		p.hanging(fmt.Sprintf("  %d. ", i+1), 5, step)
	}
}

func (s *session) checkoutTest() *cobra.Command {
	return s.leaf(spec{
		use:   "test NAME",
		short: "Walk the way of a sale through a checkout: click, receipt, order, verdict.",
		more: "A link is clicked, and a test order with its receipt or click token is signed and posted as the shop does it. Test orders count nowhere; the click counts as one. " +
			"Where the shop is asked for its orders, its API is tried, and the last step says how to place a test order there.",
		examples: []string{"checkout test shop"},
		role:     model.Admin,
		run: func(ctx context.Context, args []string) error {
			if s.Connector == nil {
				return &model.Error{Kind: model.Conflict, Msg: "no checkout can be tried from here"}
			}
			return s.walk("checkout", slug(args[0]), func(say func(model.TryStep)) error { return s.Connector.Try(ctx, s.Actor, args[0], say) })
		},
	})
}
