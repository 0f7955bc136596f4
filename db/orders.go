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
	o := u.order(key{k.id, d.Webhook.Order.ID})
	d, rest := u.leaveOut(k, d, o)
	if rest != nil && o.now != nil {
		rest = contentOf(d, o.now.erased)
	}
	in := d.Webhook.Order
	events, missing := u.eventsOf(k, d, o)
	if faults := u.orderFaults(k, in, o, events); faults != nil {
		return result{faults: faults}
	}
	if o.now != nil && in.Version <= o.now.version && !sameMoment(d, o.now) {
		r := u.answerOldVersion(k, d, o)
		r.rest = rest
		return r
	}
	if missing != "" {
		return result{missing: missing}
	}
	row := u.orderRow(d, o)
	row.tickets = u.judgeTickets(in, row, o.now, events)
	u.putOrder(o, row)
	if rest != nil {
		rest = row.digest
	}
	if !in.Test { // a test's types may be no real ones (R15)
		for i, t := range in.Tickets {
			u.nameType(events[i].id, model.TicketType{ID: t.Type, Name: t.TypeName}, at, in.Version)
		}
	}
	status := model.Applied
	if len(in.Tickets) == 0 {
		status = model.Ignored
	}
	return result{outcome: u.outcome(status, k, d.Webhook), rest: rest}
}

// sameMoment says whether a shop's order changed twice in what is one version to the
// shop: its versions are times, some of whole seconds. The content that came last holds
// then, for there is no other order between the two.
func sameMoment(d *delivery, now *orderRow) bool {
	in := d.Webhook.Order
	return d.Webhook.ShopEvents && in.Version == now.version && !sameContent(in, now)
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

// eventsOf finds the event of each ticket by what the order calls it, and the first one
// that is not known yet: of a shop, NAME:ID. A ticket that has its event and whose id is
// ignored by now keeps it.
func (u *unit) eventsOf(k checkout, d *delivery, o *order) (events []*event, missing string) {
	events = make([]*event, len(d.Webhook.Order.Tickets))
	for i, t := range d.Webhook.Order.Tickets {
		e := u.eventOf(k, t.Event, d.Webhook.ShopEvents)
		if e == nil && d.Webhook.ShopEvents && u.ignores(k, t.Event) {
			at := slices.IndexFunc(o.now.tickets, func(was ticket) bool { return was.id == t.ID })
			e = &event{id: o.now.tickets[at].event, client: o.now.tickets[at].client}
		}
		if e == nil && missing == "" {
			if missing = t.Event; d.Webhook.ShopEvents {
				missing = model.ShopID{Checkout: k.name, ID: t.Event}.String()
			}
		}
		events[i] = e
	}
	return events, missing
}

// leaveOut is the delivery of a shop's order without the tickets for what the checkout
// ignores, and the digest of that content; nil where there are none. Those that were
// accepted before the id was ignored stay in (R8): only the shop takes them away.
func (u *unit) leaveOut(k checkout, d *delivery, o *order) (*delivery, []byte) {
	if !d.Webhook.ShopEvents {
		return d, nil
	}
	in := d.Webhook.Order
	out := func(t model.Ticket) bool {
		return u.ignores(k, t.Event) && (o.now == nil || u.orderOf(key{k.id, t.ID}) != o)
	}
	if !slices.ContainsFunc(in.Tickets, out) {
		return d, nil
	}
	rest := *in
	rest.Tickets = slices.DeleteFunc(slices.Clone(in.Tickets), out)
	content := rest.Digest()
	less := *d
	less.Webhook.Order, less.content = &rest, content[:]
	return &less, less.content
}

// orderFaults are those that can only be seen beside what is kept.
func (u *unit) orderFaults(k checkout, in *model.Order, o *order, events []*event) []model.Fault {
	var faults []model.Fault
	for i, t := range in.Tickets {
		if other := u.orderOf(key{k.id, t.ID}); other != nil && other != o {
			faults = append(faults, model.Fault{Field: fmt.Sprintf("data.tickets[%d].id", i), Detail: fmt.Sprintf("belongs to the order %s", other.key.id)})
		}
		if e := events[i]; e != nil && k.client != 0 && e.client != k.client {
			faults = append(faults, model.Fault{Field: fmt.Sprintf("data.tickets[%d].event", i), Detail: "is of a client that this checkout may not sell for"})
		}
	}
	return faults
}

// answerOldVersion answers a version that is not newer than the one that is kept.
func (u *unit) answerOldVersion(k checkout, d *delivery, o *order) result {
	in, status := d.Webhook.Order, model.Stale
	if in.Version == o.now.version {
		if !contentErased(o.now) && !sameContent(in, o.now) {
			return result{conflict: fmt.Sprintf("version %d of the order %s came before with other content", in.Version, in.ID)}
		}
		status = model.Duplicate
	}
	return result{outcome: u.outcome(status, k, d.Webhook)}
}

// orderRow is the order's own row and its proof: what the versions before have proved,
// or what this one adds to it (R8). The consent is that of this version alone, as all that
// a version says is (R11).
func (u *unit) orderRow(d *delivery, o *order) *orderRow {
	in, before := d.Webhook.Order, o.now
	row := &orderRow{
		version: in.Version, placedAt: millis(in.PlacedAt), test: in.Test, currency: in.Currency,
		returns: in.Customer.Returning,
		channel: composed(in.Channel), consent: in.Tracking.Consent,
	}
	u.nameBuyer(d, before, row)
	if before != nil {
		row.proof, row.touches = before.proof, before.touches
	}
	if len(in.Tickets) == 0 {
		row.buyer = nil // nothing that counts was bought (R19), so it proves nothing either
		return row
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
