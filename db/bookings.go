package db

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"lastclick/model"
)

// A statement of a link lists its tickets where their orders were placed, and what bookings
// add to that. So a sale costs no row. Where a ticket comes to count otherwise, what it was is
// booked at the order's time, against what it is now, and the difference at the time when it
// became known:
//
//	at the order's time   was − is     (with the ticket as it is: what it was)
//	now                   is − was
//
// A statement that was drawn up after its period had ended shows the same for ever then, and
// those of all periods add up to the tickets as they are. An order that arrives once its period
// is final is booked in the same way, with "was" as nothing.
//
// Refunds from before there were bookings have none: their tickets were never booked.

// bookedOrdersAge is how old a new order is at least whose period may be final.
const bookedOrdersAge = 5 * time.Minute

// booking is the key of a row of bookings.
type booking struct {
	link, at, order int64
	kind            model.LineKind
	event           int64
	typ, currency   string
	pays            bool
}

func (b booking) compare(c booking) int {
	return cmp.Or(cmp.Compare(b.link, c.link), cmp.Compare(b.at, c.at), cmp.Compare(b.order, c.order), cmp.Compare(b.kind, c.kind),
		cmp.Compare(b.event, c.event), cmp.Compare(b.typ, c.typ), cmp.Compare(b.currency, c.currency), cmp.Compare(flag(b.pays), flag(c.pays)))
}

// booked is what a row of bookings adds.
type booked struct{ tickets, face, paid int64 }

type bookings map[booking]booked

// sale is what a ticket is to a statement; the zero value is nothing.
type sale struct {
	link, event   int64
	typ, currency string
	face, paid    int64
}

func saleOf(row *orderRow, t ticket) sale {
	if row.test || t.status != model.Valid || t.verdict.link == 0 {
		return sale{}
	}
	return sale{t.verdict.link, t.event, t.typ, row.currency, t.face, t.paid}
}

// add books the sale at a time, or with a negative sign takes it back.
func (m bookings) add(s sale, order, at int64, kind model.LineKind, sign int64) {
	if s.link == 0 {
		return
	}
	k := booking{s.link, at, order, kind, s.event, s.typ, s.currency, s.paid != unpaid}
	b := m[k]
	b.tickets += sign
	b.face += sign * s.face
	if k.pays {
		b.paid += sign * s.paid
	}
	m[k] = b
}

// change books that a ticket of the order, placed at placed, is now what it was not.
func (m bookings) change(o *order, was, is sale, placedBefore, now int64, gone, come model.LineKind) {
	if was == is && placedBefore == o.now.placedAt {
		return
	}
	m.add(was, o.id, placedBefore, model.LineSale, +1)
	m.add(is, o.id, o.now.placedAt, model.LineSale, -1)
	if was != is {
		m.add(was, o.id, now, gone, -1)
		m.add(is, o.id, now, come, +1)
	}
}

// bookings are those of the orders that the batch has changed.
func (u *unit) bookings(replaced []*order) bookings {
	m, now := bookings{}, millis(u.now)
	final := u.finalPeriods(replaced)
	for _, o := range replaced {
		for i, t := range o.now.tickets {
			is := saleOf(o.now, t)
			switch {
			case o.before == nil:
				if final.hold(is.link, o.now.placedAt) {
					m.change(o, sale{}, is, o.now.placedAt, now, "", model.LineSale)
				}
			case i < len(o.before.tickets):
				before := o.before.tickets[i]
				was, come := saleOf(o.before, before), model.LineChange
				if was.link == 0 && before.status == model.Valid && !o.before.test {
					come = model.LineSale // a receipt came late: no link had been credited
				}
				m.change(o, was, is, o.before.placedAt, now, lineKindOf(o.now, t), come)
			default:
				m.change(o, sale{}, is, o.now.placedAt, now, "", model.LineSale)
			}
		}
	}
	maps.DeleteFunc(m, func(_ booking, b booked) bool { return b == booked{} })
	return m
}

// lineKindOf says why a ticket no longer counts as it did.
func lineKindOf(row *orderRow, t ticket) model.LineKind {
	switch causeOf(row, t) {
	case model.CauseRefunded:
		return model.LineRefund
	case model.CauseVoid:
		return model.LineVoid
	}
	return model.LineChange
}

// period is one of which a statement of the link was drawn up.
type period struct{ from, until int64 }

type periods map[int64][]period

func (p periods) hold(link, at int64) bool {
	return slices.ContainsFunc(p[link], func(one period) bool { return one.from <= at && at < one.until })
}

// finalPeriods are those of the links that are credited with new orders which are old.
func (u *unit) finalPeriods(replaced []*order) periods {
	var links []int64
	for _, o := range replaced {
		if o.before != nil || o.now.placedAt > millis(u.now.Add(-bookedOrdersAge)) {
			continue
		}
		for _, t := range o.now.tickets {
			if s := saleOf(o.now, t); s.link != 0 {
				links = append(links, s.link)
			}
		}
	}
	if len(links) == 0 || u.err != nil {
		return nil
	}
	slices.Sort(links)
	final, err := u.source.finalPeriods(slices.Compact(links))
	if err != nil {
		u.err = err
	}
	return final
}

var loadFinalPeriods = newSet("link bigint", `SELECT s.link_id, s.from_at, s.until_at FROM r JOIN statements s ON s.link_id = r.link`)

func (b batchSource) finalPeriods(links []int64) (periods, error) {
	values := make([]any, len(links))
	for i, l := range links {
		values[i] = l
	}
	found := periods{}
	err := b.ses.run(b.ctx, request{set: loadFinalPeriods, values: values, scan: func(r scanner) error {
		var link int64
		var p period
		err := r.Scan(&link, &p.from, &p.until)
		found[link] = append(found[link], p)
		return err
	}})
	return found, err
}

var addBookings = newSet("link bigint, at bigint, order_id bigint, kind text, event bigint, type text, currency text, pays bigint, tickets bigint, face bigint, paid bigint",
	`INSERT INTO bookings (link_id, at, order_id, kind, event_id, type, currency, pays, tickets, face_value, paid)
	SELECT link, at, order_id, kind, event, type, currency, pays, tickets, face, paid FROM r WHERE true
	ON CONFLICT (link_id, at, order_id, kind, event_id, type, currency, pays) DO UPDATE SET tickets = bookings.tickets + excluded.tickets,
		face_value = bookings.face_value + excluded.face_value, paid = bookings.paid + excluded.paid`)

func (m bookings) write() []request {
	var values []any
	for _, k := range slices.SortedFunc(maps.Keys(m), booking.compare) {
		b := m[k]
		values = append(values, k.link, k.at, k.order, string(k.kind), k.event, k.typ, k.currency, flag(k.pays), b.tickets, b.face, b.paid)
	}
	return []request{{set: addBookings, values: values}}
}
