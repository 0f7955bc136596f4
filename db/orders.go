package db

import (
	"fmt"
	"slices"
	"time"

	"lastclick/model"
)

// What is known of an order's receipt.
const (
	receiptNone     = 0
	receiptVerified = 1
	receiptBad      = 2
)

// proof is what an order's verdicts rest on beside the clicks of its receipt.
type proof struct {
	receipt int64
	code    string // the first that came; empty for none
	coupon  string // the same
	click   int64
	token   string // the bytes of the first click token that verified; empty for none
}

// applyOrder replaces what was known of the order with the whole order as it stands
// now (R11): facts and verdicts. The checkout said so at the time at.
func (u *unit) applyOrder(k checkout, d *delivery, at time.Time) result {
	in := d.Webhook.Order
	o := u.order(key{k.id, in.ID})
	events, missing := u.eventsOf(k, d)
	if faults := u.orderFaults(k, in, o, events); faults != nil {
		return result{faults: faults}
	}
	if o.now != nil && in.Version <= o.now.version && !sameMoment(d, o.now) {
		return u.answerOldVersion(k, d, o)
	}
	if missing != "" {
		return result{missing: missing}
	}
	row := u.orderRow(d, o)
	row.tickets = u.judgeTickets(in, row, o.now, events)
	u.putOrder(o, row)
	for _, t := range in.Tickets {
		u.nameType(events[t.Event].id, model.TicketType{ID: t.Type, Name: t.TypeName}, at, in.Version)
	}
	return result{outcome: u.outcome(model.Applied, k, d.Webhook)}
}

// sameMoment says whether a shop's order changed twice in what is one version to the
// shop: its versions are times, some of whole seconds. The content that came last holds
// then, for there is no other order between the two.
func sameMoment(d *delivery, now *orderRow) bool {
	in := d.Webhook.Order
	return d.Webhook.ShopEvents && in.Version == now.version && !in.SameContent(now.digest)
}

// putOrder makes row what is known of the order.
func (u *unit) putOrder(o *order, row *orderRow) {
	for _, r := range []*orderRow{o.now, row} {
		if r != nil && r.buyer != nil && !slices.Contains(r.buyer.orders, o) {
			replace(u, &r.buyer.orders, append(slices.Clip(r.buyer.orders), o))
		}
	}
	replace(u, &o.now, row)
	for _, t := range row.tickets {
		k := key{o.checkout, t.id}
		if u.orderOf(k) != o {
			was := u.tickets[k]
			u.undo = append(u.undo, func() { u.tickets[k] = was })
			u.tickets[k] = o
		}
	}
}

// eventsOf finds the order's events by what its tickets call them, and the first one that
// is not known yet: of a shop, NAME:ID.
func (u *unit) eventsOf(k checkout, d *delivery) (events map[string]*event, missing string) {
	events = make(map[string]*event, 1)
	for _, t := range d.Webhook.Order.Tickets {
		if _, ok := events[t.Event]; ok {
			continue
		}
		e := u.eventOf(k, t.Event, d.Webhook.ShopEvents)
		if e == nil {
			if missing == "" && d.Webhook.ShopEvents {
				missing = model.ShopID{Checkout: k.name, ID: t.Event}.String()
			} else if missing == "" {
				missing = t.Event
			}
			continue
		}
		events[t.Event] = e
	}
	return events, missing
}

// orderFaults are those that can only be seen beside what is kept.
func (u *unit) orderFaults(k checkout, in *model.Order, o *order, events map[string]*event) []model.Fault {
	var faults []model.Fault
	for i, t := range in.Tickets {
		if other := u.orderOf(key{k.id, t.ID}); other != nil && other != o {
			faults = append(faults, model.Fault{Field: fmt.Sprintf("data.tickets[%d].id", i), Detail: fmt.Sprintf("belongs to the order %s", other.key.id)})
		}
		if e := events[t.Event]; e != nil && k.client != 0 && e.client != k.client {
			faults = append(faults, model.Fault{Field: fmt.Sprintf("data.tickets[%d].event", i), Detail: "is of a client that this checkout may not sell for"})
		}
	}
	return faults
}

// answerOldVersion answers a version that is not newer than the one that is kept.
func (u *unit) answerOldVersion(k checkout, d *delivery, o *order) result {
	in, status := d.Webhook.Order, model.Stale
	if in.Version == o.now.version {
		if !in.SameContent(o.now.digest) {
			return result{conflict: fmt.Sprintf("version %d of the order %s came before with other content", in.Version, in.ID)}
		}
		status = model.Duplicate
	}
	return result{outcome: u.outcome(status, k, d.Webhook)}
}

// orderRow is the order's own row and its proof: what the versions before have proved,
// or what this one adds to it (R8).
func (u *unit) orderRow(d *delivery, o *order) *orderRow {
	in, before := d.Webhook.Order, o.now
	row := &orderRow{
		version: in.Version, digest: d.content, placedAt: millis(in.PlacedAt), test: in.Test, currency: in.Currency,
		buyer: u.buyer(in.Customer.Identity(u.customers, u.checkout(d.Checkout).name)), returns: in.Customer.Returning,
		channel: composed(in.Channel),
	}
	if before != nil {
		row.proof, row.touches = before.proof, before.touches
	}
	if row.proof.receipt != receiptVerified && in.Tracking.Receipt != "" {
		row.proof.receipt = receiptBad
		if d.verified {
			row.proof.receipt, row.touches = receiptVerified, d.touches
		}
	}
	if row.proof.code == "" {
		row.proof.code = in.Tracking.Code
	}
	if row.proof.coupon == "" {
		row.proof.coupon = in.Tracking.Coupon
	}
	u.proveClick(d, o, row)
	return row
}
