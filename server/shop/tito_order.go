package shop

import (
	"fmt"
	"strings"
	"time"

	"lastclick/model"
)

// waits says why the registration is no sale yet; empty for one that is or was one.
func (in *titoRegistration) waits() string {
	switch {
	case in.Completed == "" && bool(in.Cancelled):
		return fmt.Sprintf("registration %s is cancelled and was never finished", quoted(string(in.Slug)))
	case in.Completed == "":
		return fmt.Sprintf("registration %s is not finished yet", quoted(string(in.Slug)))
	case in.Paid != nil && !bool(*in.Paid) && strings.Trim(string(in.Total), "0.") != "":
		return fmt.Sprintf("registration %s is not paid yet: it counts when it is", quoted(string(in.Slug)))
	}
	return ""
}

// titoTime reads a time of Tito's, which is one of RFC 3339 or, in some of its documents,
// 2022-03-26 07:36:07 UTC, and says how exact it is.
func titoTime(field string, t text) (at time.Time, step time.Duration, err error) {
	s := string(t)
	if before, ok := strings.CutSuffix(s, " UTC"); ok {
		s = strings.Replace(before, " ", "T", 1) + "Z"
	}
	step = time.Second
	if strings.Contains(s, ".") {
		step = time.Millisecond
	}
	at, err = text(s).time(field)
	return at, step, err
}

// order is the registration as it stands, without its version, and when it was last
// changed, by its own account, to what step.
func (in *titoRegistration) order() (o order, at time.Time, step time.Duration, err error) {
	placed, step, err := titoTime("created_at", in.Created)
	if err != nil {
		return o, at, step, err
	}
	at = placed
	if in.Updated != "" {
		if at, step, err = titoTime("updated_at", in.Updated); err != nil {
			return o, at, step, err
		}
	}
	o = order{
		ID: string(in.Slug), PlacedAt: moment{placed}, Test: bool(in.Test), Currency: strings.ToUpper(string(in.Currency)),
		Customer: customer{Email: string(in.Email)},
	}
	if in.Source != "" {
		o.Tracking = carried(string(in.Source))
	}
	o.Tracking.Coupon = string(in.Discount)
	if n := len(in.Tickets); n == 0 || n > model.MaxTickets {
		return o, at, step, unmapped("tickets", "are %d, an order has 1 to %d", n, model.MaxTickets)
	}
	for i, t := range in.Tickets {
		sold, err := in.ticket(fmt.Sprintf("tickets[%d].", i), t)
		if err != nil {
			return o, at, step, err
		}
		o.Tickets = append(o.Tickets, sold)
	}
	return o, at, step, nil
}

func (in *titoRegistration) ticket(field string, t titoTicket) (ticket, error) {
	currency := strings.ToUpper(string(in.Currency))
	sold := ticket{
		ID: string(t.Slug), Event: string(in.Event.Slug), Type: string(or(t.ReleaseID, t.Release.ID)),
		TypeName: model.Truncate(model.Clean(string(or(t.Title, t.Release.Title))), model.MaxName), Status: model.Valid,
	}
	price := t.Price
	if in.Discount != "" || price == "" {
		price = or(t.Release.Price, t.Price)
	}
	var err error
	if sold.FaceValue, err = price.amount(field+"price", currency); err != nil {
		return sold, err
	}
	if t.TotalPaid != "" {
		paid, err := t.TotalPaid.amount(field+"total_paid", currency)
		if err != nil {
			return sold, err
		}
		sold.Paid = &paid
	}
	if bool(in.Cancelled) || bool(t.Void) || t.State == "void" || t.StateName == "void" {
		sold.Status = model.Void
		if in.Refunded {
			sold.Status = model.Refunded
		}
	}
	return sold, nil
}
