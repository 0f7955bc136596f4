package command

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lastclick/model"
)

// customers are the commands about buyers.
func (s *session) customers() *cobra.Command {
	return s.group("customer", "Customers: what is stored about a buyer, and to erase it.", s.customerShow(), s.customerErase())
}

func (s *session) customerShow() *cobra.Command {
	var who model.Buyer
	c := s.leaf(spec{
		use:   "show ID|EMAIL",
		short: "Show what is stored about a buyer.",
		more: "A customer is known by the checkout's id of them, or where it sends none, by the e-mail address; of both only a keyed hash is stored. " +
			"Bodies in the inbox and what shops posted are searched too: they hold what the checkout wrote.",
		examples: []string{"customer show kim@example.com", "customer show cus_77", "customer show cus_77 --checkout shop"},
		role:     model.Admin,
		run: func(ctx context.Context, args []string) error {
			who.Word = args[0]
			stored, err := s.Store.Customer(ctx, s.Actor, who)
			if err != nil {
				return err
			}
			return s.reply(answer{json: stored, text: func(p *page) { s.customerPage(p, who, stored) }})
		},
	})
	checkoutOfCustomer(c, &who)
	return c
}

func checkoutOfCustomer(c *cobra.Command, who *model.Buyer) {
	c.Flags().StringVar(&who.Checkout, "checkout", "", "the customer of the checkout `NAME`, where several have the same id")
}

func (s *session) customerPage(p *page, who model.Buyer, stored model.CustomerStored) {
	for i, c := range stored.Customers {
		if i > 0 {
			p.gap()
		}
		known := "Known by the e-mail address, at any checkout"
		if c.Checkout != nil {
			known = "Known by the id, at the checkout " + *c.Checkout
		}
		p.title(known)
		p.pairs(
			[2]string{"Stored as", "a keyed hash; neither id nor address"},
			[2]string{"Orders", model.FormatCount(c.OrdersTotal)},
			[2]string{"Clicks before them", model.FormatCount(c.Clicks)},
			[2]string{"Click tokens", model.FormatCount(c.ClickTokens)},
			[2]string{"Hook messages", model.FormatCount(c.HookMessages) + " waiting, without who bought"},
		)
		if len(c.Orders) == 0 {
			continue
		}
		t := &table{columns: []column{{title: "Order", min: 8}, {title: "Checkout", min: 6, drop: 2}, {title: "Placed"}, {title: "Version", right: true, drop: 1}, {title: "Tickets", right: true}, {title: "Test", drop: 3}}}
		for _, o := range c.Orders {
			t.add(o.ID, o.Checkout, minute(o.PlacedAt, time.UTC), model.FormatCount(o.Version), model.FormatCount(o.Tickets), yesNo(o.Test))
		}
		p.gap()
		p.list(t)
		if n := c.OrdersTotal - int64(len(c.Orders)); n > 0 {
			p.gap()
			p.say("And " + model.Plural(n, "order", "orders") + " more.")
		}
	}
	bodies(p, "Bodies in the inbox that name them", stored.Inbox, len(stored.Customers) > 0)
	bodies(p, "What shops posted that names them", stored.Deliveries, len(stored.Customers)+len(stored.Inbox) > 0)
	s.alsoKnown(p, stored.AlsoKnown)
	p.gap()
	p.say("To erase them, and leave every number as it is:")
	p.put("  " + s.ssh() + "customer erase " + asked(who))
}

func yesNo(v bool) string {
	if v {
		return "yes"
	}
	return "no"
}

// asked is the customer as a shell takes it.
func asked(who model.Buyer) string {
	word := who.Word
	if strings.ContainsFunc(word, func(r rune) bool {
		return !strings.ContainsRune("@._:/+=-", r) && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}) {
		word = "ID"
	}
	if who.Checkout != "" {
		word += " --checkout " + who.Checkout
	}
	return word
}

func bodies(p *page, title string, list []model.StoredBody, gap bool) {
	if len(list) == 0 {
		return
	}
	if gap {
		p.gap()
	}
	p.title(title)
	t := &table{columns: []column{{title: "ID", right: true}, {title: "Checkout", min: 6}, {title: "State"}, {title: "Received", drop: 1}}}
	for _, b := range list {
		t.add(strconv.FormatInt(b.ID, 10), b.Checkout, b.State, minute(b.ReceivedAt, time.UTC))
	}
	p.list(t)
}

func (s *session) alsoKnown(p *page, list []model.AlsoKnown) {
	if len(list) == 0 {
		return
	}
	p.gap()
	p.say("These bodies also name them otherwise. The checkout may know more of their orders by that:")
	for _, known := range list {
		who := model.Buyer{Word: known.Customer}
		if !strings.Contains(known.Customer, "@") {
			who.Checkout = known.Checkout
		}
		p.put("  " + s.ssh() + "customer show " + asked(who))
	}
}

func (s *session) customerErase() *cobra.Command {
	var who model.Buyer
	c := s.leaf(spec{
		use:   "erase ID|EMAIL",
		short: "Take a buyer out of every table; every number stays as it was.",
		more: "The orders stay, as those of a customer without a name: for the numbers, for refunds and for later versions, which bring nobody back. What the same person buys later is a new customer's. " +
			"Bodies that may still be applied keep the order and lose the person; all others are erased whole.\n\n" +
			"This cannot be undone. The audit says that it was done, and not to whom. Ask for what is stored first: customer show. Erase the person in the shop too, and think of backups: an old one still has them.",
		examples: []string{"customer erase kim@example.com", "customer erase cus_77 --checkout shop"},
		role:     model.Admin,
		run: func(ctx context.Context, args []string) error {
			who.Word = args[0]
			erased, err := s.Store.EraseCustomer(ctx, s.Actor, who)
			if err != nil {
				return err
			}
			return s.reply(answer{json: erased, text: func(p *page) { s.erasedPage(p, who, erased) }})
		},
	})
	checkoutOfCustomer(c, &who)
	return c
}

func (s *session) erasedPage(p *page, who model.Buyer, e model.CustomerErased) {
	p.say("Erased: " + model.Plural(e.Customers, "customer", "customers") + " with " + model.Plural(e.Orders, "order", "orders") + ", and the person in " +
		model.Plural(e.Inbox, "body of the inbox", "bodies of the inbox") + " and " + model.Plural(e.Deliveries, "delivery of a shop", "deliveries of shops") + ". Every number is as it was.")
	if e.UnderWay > 0 {
		p.gap()
		p.say(model.Plural(e.UnderWay, "delivery of a shop is", "deliveries of shops are") + " being applied at this moment, perhaps with the person. Ask once more in some minutes:")
		p.put("  " + s.ssh() + "customer erase " + asked(who))
	}
	s.alsoKnown(p, e.AlsoKnown)
}
