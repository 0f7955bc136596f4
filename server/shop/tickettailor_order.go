package shop

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"lastclick/model"
)

// ttMoney is the currency of an order, and how many of the units that its amounts are in
// make one major unit.
type ttMoney struct {
	Code       text `json:"code"`
	Multiplier text `json:"base_multiplier"`
}

// minor reads an amount in Ticket Tailor's unit as one in the currency's minor unit, of
// ISO 4217. They are the same for most currencies; where they are not, it must be exact.
func (m ttMoney) minor(field string, t text) (int64, error) {
	n, err := minorUnits(string(t), "JPY") // a whole number
	if err != nil {
		return 0, unmapped(field, "must be a whole number of the currency's smallest units")
	}
	unit := int64(1)
	for range model.Exponent(m.code()) {
		unit *= 10
	}
	per := unit
	switch m.Multiplier {
	case "":
	case "1", "10", "100", "1000", "10000":
		per, _ = strconv.ParseInt(string(m.Multiplier), 10, 64)
	default:
		return 0, unmapped("payload.currency.base_multiplier", "must be 1, 10, 100, 1000 or 10000")
	}
	if n > model.MaxFaceValue || n < -model.MaxFaceValue || n*unit%per != 0 {
		return 0, unmapped(field, "is no whole number of the minor units of %s", quoted(m.code()))
	}
	return n * unit / per, nil
}

func (m ttMoney) code() string { return strings.ToUpper(string(m.Code)) }

// ttTime reads a Unix time, or one of the objects that the API has in some places.
func ttTime(field string, t text) (time.Time, error) {
	seconds, err := strconv.ParseInt(string(t), 10, 64)
	if err != nil || seconds < 0 || seconds > 1<<40 {
		return time.Time{}, unmapped(field, "must be a time in Unix seconds")
	}
	return time.Unix(seconds, 0).UTC(), nil
}

// order is the order as it stands, without its version, and when a ticket of it last
// changed. at is what stands before its fields in the JSON.
func (in *ttOrder) order(at string) (o order, changed time.Time, err error) {
	placed, err := ttTime(at+"created_at", in.Created)
	if err != nil {
		return o, changed, err
	}
	o = order{
		ID: string(in.ID), PlacedAt: moment{placed}, Currency: in.Currency.code(),
		Customer: customer{Email: string(in.Buyer.Email)}, Tracking: in.tracking(), Channel: in.channel(),
	}
	refunded, err := in.Currency.minor(at+"refund_amount", or(in.Refunded, "0"))
	if err != nil {
		return o, changed, err
	}
	prices, err := in.prices(at)
	if err != nil {
		return o, changed, err
	}
	changed = placed
	for i, t := range in.Tickets {
		if t.AddOn != "" {
			continue
		}
		field := fmt.Sprintf("%sissued_tickets[%d].", at, i)
		for _, c := range []struct {
			name string
			at   text
		}{{"created_at", t.Created}, {"updated_at", t.Updated}, {"voided_at", t.Voided}} {
			if c.at == "" || c.at == "0" {
				continue
			}
			when, err := ttTime(field+c.name, c.at)
			if err != nil {
				return o, changed, err
			}
			changed = later(changed, when)
		}
		sold, err := in.ticket(field, t, prices)
		if err != nil {
			return o, changed, err
		}
		if in.Status == "cancelled" || t.void() {
			sold.Status = model.Void
			if refunded > 0 {
				sold.Status = model.Refunded
			}
		}
		o.Tickets = append(o.Tickets, sold)
	}
	if len(o.Tickets) > model.MaxTickets {
		return o, changed, unmapped(at+"issued_tickets", "are more than %d, which is the most that an order may have", model.MaxTickets)
	}
	return o, changed, nil
}

func (in *ttOrder) ticket(field string, t ttTicket, prices map[text]*ttPrice) (ticket, error) {
	sold := ticket{
		ID: string(t.ID), Event: string(or(t.Series, t.Event)), Type: string(t.Type),
		TypeName: model.Truncate(model.Clean(string(t.Description)), model.MaxName), Status: model.Valid,
	}
	price, known := prices[t.Type]
	var err error
	switch {
	case t.Listed != "":
		sold.FaceValue, err = in.Currency.minor(field+"listed_price", t.Listed)
	case known:
		sold.FaceValue = price.value
	default:
		err = unmapped(field+"listed_price", "is missing, and no line of the order has the price of this ticket's type")
	}
	if known && len(price.paid) > 0 {
		sold.Paid = &price.paid[0]
		price.paid = price.paid[1:]
	}
	return sold, err
}

// ttPrice is what an order says of the tickets of a type.
type ttPrice struct {
	value int64   // list price of one
	paid  []int64 // for each, in the order of the lines
}

// prices are those of the order's lines of tickets. A line that a refund has turned round
// says nothing about what was paid.
func (in *ttOrder) prices(at string) (map[text]*ttPrice, error) {
	prices := make(map[text]*ttPrice, len(in.Lines))
	units := 0
	for i, l := range in.Lines {
		if l.Type != "ticket" || l.Item == "" {
			continue
		}
		field := fmt.Sprintf("%sline_items[%d].", at, i)
		n, err := l.Quantity.units(field + "quantity")
		if err != nil {
			return nil, err
		}
		value, err := in.Currency.minor(field+"value", l.Value)
		if err != nil {
			return nil, err
		}
		total, err := in.Currency.minor(field+"total", l.Total)
		if err != nil {
			return nil, err
		}
		if units += n; units > model.MaxTickets {
			return nil, unmapped(field+"quantity", "makes more than %d tickets of the order, which is the most that one may have", model.MaxTickets)
		}
		p := prices[l.Item]
		if p == nil {
			p = &ttPrice{value: value}
			prices[l.Item] = p
		}
		if n > 0 && total >= 0 {
			p.paid = append(p.paid, split(total, n)...)
		}
	}
	return prices, nil
}

// tracking is what the referral tag, or a field lastclick of the order's meta data, says.
func (in *ttOrder) tracking() tracking {
	var t tracking
	if in.Referral != "" {
		t = carried(string(in.Referral))
	}
	for _, m := range in.Meta {
		if m.Key != "lastclick" || m.Value == "" {
			continue
		}
		c := carried(string(m.Value))
		t.Click, t.Receipt, t.Code = firstOf(c.Click, t.Click), firstOf(c.Receipt, t.Receipt), firstOf(c.Code, t.Code)
	}
	return t
}

// channel is where the order was made, as far as its tickets say.
func (in *ttOrder) channel() string {
	for _, t := range in.Tickets {
		switch source := strings.ToLower(string(t.Source)); source {
		case "":
		case "checkout":
			return "online"
		case "dashboard", "box_office", "operator":
			return "box_office"
		default:
			return channelName(source)
		}
	}
	return ""
}

// or is a where it says something, else b.
func or(a, b text) text { return text(firstOf(string(a), string(b))) }

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
