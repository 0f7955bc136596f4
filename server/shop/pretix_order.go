package shop

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"lastclick/model"
)

type pretixOrder struct {
	Code          string               `json:"code"`
	Status        string               `json:"status"`
	TestMode      bool                 `json:"testmode"`
	Email         text                 `json:"email"`
	Customer      text                 `json:"customer"`
	Channel       text                 `json:"sales_channel"`
	PlacedAt      text                 `json:"datetime"`
	Meta          json.RawMessage      `json:"api_meta"` // pretix promises nothing about it
	ValidIfUnpaid bool                 `json:"valid_if_pending"`
	Positions     list[pretixPosition] `json:"positions"`
	Payments      list[pretixPayment]  `json:"payments"`

	slug string // of the event, from the path
}

type pretixPosition struct {
	ID        int64          `json:"id"`
	Number    int64          `json:"positionid"`
	Canceled  bool           `json:"canceled"`
	Item      int64          `json:"item"`
	Variation int64          `json:"variation"`
	Price     text           `json:"price"`
	Voucher   int64          `json:"voucher"`
	Discount  int64          `json:"discount"`
	Subevent  int64          `json:"subevent"`
	CheckIns  []pretixEntry  `json:"checkins"`
	Answers   []pretixAnswer `json:"answers"`
}

type pretixEntry struct {
	Type text `json:"type"` // entry or exit; pretix before 3.12 has none, and no exits
	At   text `json:"datetime"`
}

type pretixAnswer struct {
	Identifier string `json:"question_identifier"`
	Answer     text   `json:"answer"`
}

type pretixPayment struct {
	State string `json:"state"`
	Paid  text   `json:"payment_date"`
}

// sold says whether the order is a sale, or was one.
func (in pretixOrder) sold() (bool, error) {
	if len(in.Positions) == 0 {
		return false, nil
	}
	switch in.Status {
	case "n":
		return in.ValidIfUnpaid, nil
	case "e", "c":
		return in.ValidIfUnpaid || in.wasPaid(), nil
	case "p":
		return true, nil
	}
	return false, unmapped("status", "%s is none of the statuses that pretix documents", quoted(in.Status))
}

// wasPaid says whether anything was ever paid for the order. A free order has a payment
// of its own, which is confirmed.
func (in pretixOrder) wasPaid() bool {
	for _, p := range in.Payments {
		if p.State == "confirmed" || p.State == "refunded" || p.Paid != "" {
			return true
		}
	}
	return false
}

// id is what pretix calls the order where people see it.
func (in pretixOrder) id() string { return strings.ToUpper(in.slug) + "-" + in.Code }

func (in pretixOrder) ticketID(p pretixPosition) string { return in.id() + "-" + number(p.Number) }

// order makes the order of a sale.
func (in pretixOrder) order(ctx context.Context, shop *pretixShop) (order, error) {
	placed, err := in.PlacedAt.time("datetime")
	if err != nil {
		return order{}, err
	}
	o := order{
		ID:       in.id(),
		PlacedAt: moment{placed},
		Test:     in.TestMode,
		Customer: customer{Email: string(in.Email)},
		Tracking: carried(in.carried()),
		Channel:  in.channel(),
		Tickets:  make([]ticket, 0, len(in.Positions)),
	}
	if o.Customer.Email == "" {
		o.Customer.ID = string(in.Customer)
	}
	if o.Currency, err = shop.currency(ctx); err != nil {
		return order{}, err
	}
	for i, p := range in.Positions {
		t, err := in.ticket(ctx, shop, i, o.Currency)
		if err != nil {
			return order{}, err
		}
		o.Tickets = append(o.Tickets, t)
		if o.Tracking.Coupon == "" && p.Voucher != 0 {
			if o.Tracking.Coupon, err = shop.voucher(ctx, p.Voucher); err != nil {
				return order{}, err
			}
		}
	}
	return o, nil
}

// channel is where the order was made: pretix's channels of its own have our names.
func (in pretixOrder) channel() string {
	switch in.Channel {
	case "web":
		return "online"
	case "pretixpos":
		return "box_office"
	}
	return channelName(string(in.Channel))
}

// ticket makes the ticket of the position number i.
func (in pretixOrder) ticket(ctx context.Context, shop *pretixShop, i int, currency string) (ticket, error) {
	p := in.Positions[i]
	paid, err := p.Price.amount(at("positions", i, "price"), currency)
	if err != nil {
		return ticket{}, err
	}
	item, err := shop.item(ctx, p.Item)
	if err != nil {
		return ticket{}, err
	}
	t := ticket{
		ID: in.ticketID(p), Event: in.slug, Type: number(p.Item), TypeName: item.name(p.Variation),
		FaceValue: paid, Paid: &paid, Status: model.Valid,
	}
	if p.Subevent != 0 {
		t.Event += "/" + number(p.Subevent)
	}
	if p.Variation != 0 {
		t.Type += "/" + number(p.Variation)
	}
	if p.Voucher != 0 || p.Discount != 0 {
		list, err := shop.listPrice(ctx, p, item)
		if err != nil {
			return ticket{}, err
		}
		if list != "" {
			face, err := list.amount("items.default_price", currency)
			if err != nil {
				return ticket{}, err
			}
			t.FaceValue = max(face, paid)
		}
	}
	if p.Canceled || in.Status == "e" || in.Status == "c" {
		t.Status = model.Void
	}
	return t, nil
}

// carried is what the plugin or the widget put into the order.
func (in pretixOrder) carried() string {
	var meta struct {
		Value string `json:"lastclick"`
	}
	if json.Unmarshal(in.Meta, &meta) == nil && meta.Value != "" {
		return meta.Value
	}
	for _, p := range in.Positions {
		for _, a := range p.Answers {
			if strings.EqualFold(a.Identifier, "lastclick") && a.Answer != "" {
				return string(a.Answer)
			}
		}
	}
	return ""
}

// entries are those of the tickets that have one, and the one that was reverted is taken
// back where its ticket has none any more. A reverted check-in is gone from the order, so
// the time of its message stands for it.
func (in pretixOrder) entries(undone reverted) ([]entry, error) {
	var entries []entry
	for i, p := range in.Positions {
		at, err := p.entry(i)
		if err != nil {
			return nil, err
		}
		scanned := !at.IsZero()
		switch {
		case scanned:
		case undone.position == p.ID && p.ID != 0:
			at = undone.at
		default:
			continue
		}
		entries = append(entries, entry{in.ticketID(p), scanned, at})
	}
	return entries, nil
}

// entry is the time of the position's first entry, zero for none. Exits do not count.
func (p pretixPosition) entry(i int) (first time.Time, err error) {
	for _, c := range p.CheckIns {
		if c.Type == "exit" {
			continue
		}
		t, err := c.At.time(at("positions", i, "checkins.datetime"))
		if err != nil {
			return first, err
		}
		if first.IsZero() || t.Before(first) {
			first = t
		}
	}
	return first, nil
}
