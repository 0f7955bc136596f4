package command

import (
	"context"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"lastclick/model"
)

func (s *session) receiptKeys() *cobra.Command {
	return s.group("receipt-key", "Receipt keys: what signs the receipts and click tokens of customers.", s.receiptKeyList(), s.receiptKeyRotate())
}

var receiptKeyFields = []field[model.ReceiptKey]{
	{csv: "id", value: func(k model.ReceiptKey) string { return strconv.FormatUint(uint64(k.ID), 10) }, column: column{title: "Key", right: true}},
	{csv: "state", value: func(k model.ReceiptKey) string { return k.State }, column: column{title: "State", min: 8}},
	{
		csv: "signs_from", value: func(k model.ReceiptKey) string { return csvTime(&k.SignsFrom) },
		column: column{title: "Signs from"}, shown: func(k model.ReceiptKey) string { return minute(k.SignsFrom, time.UTC) },
	},
	{
		csv: "signs_until", value: func(k model.ReceiptKey) string { return csvTime(k.SignsUntil) },
		column: column{title: "Until", drop: 1}, shown: func(k model.ReceiptKey) string { return minuteOr(k.SignsUntil, time.UTC, "") },
	},
}

func (s *session) receiptKeyList() *cobra.Command {
	return s.leaf(spec{
		use:      "list",
		short:    "List the keys that sign or verify receipts, without their secrets.",
		examples: []string{"receipt-key list"},
		role:     model.Admin,
		lists:    true,
		run: func(ctx context.Context, _ []string) error {
			keys, err := s.Store.ReceiptKeys(ctx, s.Actor)
			if err != nil {
				return err
			}
			return s.reply(listAnswer("receipt_keys", receiptKeyFields, keys, func(*page) {}))
		},
	})
}

func (s *session) receiptKeyRotate() *cobra.Command {
	var r model.ReceiptRotation
	c := s.leaf(spec{
		use:   "rotate",
		short: "Make a new receipt key; it happens by itself every 90 days too.",
		more: "The new key signs after ten minutes, when every node knows it. The old ones go on verifying, so that no sale is lost, also of orders that arrive long after the click.\n\n" +
			"With --end-old the keys before the one that signs are ended instead, for good: after a leak, since with a key anybody can make up clicks. It costs the sales of customers who clicked before: their orders are bad_receipt from then on. Orders that are known keep their verdicts. " +
			"While that may cost a sale it takes --force. After a leak: rotate, and ten minutes later --end-old --force.",
		examples: []string{"receipt-key rotate"},
		role:     model.Admin,
		run: func(ctx context.Context, _ []string) error {
			if r.Force && !r.EndOld {
				return usagef("--force goes with --end-old")
			}
			keys, err := s.Store.RotateReceiptKeys(ctx, s.Actor, r)
			if err != nil {
				return err
			}
			done := "A new receipt key is made. It signs after ten minutes; those before go on verifying."
			if r.EndOld {
				done = "The old receipt keys are ended: what they signed proves no click any more."
			}
			list := listAnswer("receipt_keys", receiptKeyFields, keys, func(*page) {})
			return s.reply(answer{json: list.json, text: func(p *page) {
				p.say(done)
				p.gap()
				list.text(p)
			}})
		},
	})
	f := c.Flags()
	f.BoolVar(&r.EndOld, "end-old", false, "end the keys before the one that signs, and make no new one")
	f.BoolVar(&r.Force, "force", false, "end them also while customers hold what they signed")
	return c
}
