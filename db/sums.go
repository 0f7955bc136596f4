package db

import (
	"lastclick/model"
)

// changes are what a batch adds to the rows that pages show: the difference between what
// its orders contribute now and what they contributed before it. So one path serves a
// new order, an update, a refund, a scan, and a purchase that is not the first any more.
type changes struct {
	replaced   []*order // whose rows are written
	firsts     firsts
	totals     map[totalKey]*numbers
	days       map[dayKey]*numbers
	stays      map[stayKey]int64 // orders with a live ticket
	overlaps   map[overlap]int64 // orders
	shared     map[int64]int64   // orders with a copied token of the link
	lists      map[listPlace]*listChange
	kinds      map[kindKey][]kindRow // of the orders as they are now
	kindOrders map[kindKey]int64
	told       []hookMessage
	bookings   bookings
}

type totalKey struct {
	cell     model.Bucket
	currency string
}

type dayKey struct {
	totalKey
	day int64
}

// stayKey is a customer in a cell on a day.
type stayKey struct {
	buyer *customer
	cell  model.Bucket
	day   int64
}

// overlap is a pair of links in one order; winner 0 stands for any (assists).
type overlap struct{ winner, loser int64 }

// listPlace is an order's place in a list.
type listPlace struct {
	client, link int64 // link: listAll, listUnattributed, or a link's id
	placedAt     int64
	order        int64
}

const (
	listAll          = -1
	listUnattributed = 0
)

// numbers are the columns of a cell that add up.
type numbers struct{ orders, newCustomers, tickets, scanned, faceValue, refunded, refundedFace int64 }

func (n *numbers) add(d model.Delta, isNew bool, sign int64) {
	n.faceValue += sign * d.FaceValue
	n.refunded += sign * d.Refunded
	n.refundedFace += sign * d.RefundedFace
	if d.Live == 0 {
		return
	}
	n.orders += sign
	n.tickets += sign * d.Live
	n.scanned += sign * d.Scanned
	if isNew {
		n.newCustomers += sign
	}
}

func (n *numbers) columns() []any {
	return []any{n.orders, n.newCustomers, n.tickets, n.scanned, n.faceValue, n.refunded, n.refundedFace}
}

func newChanges() *changes {
	return &changes{
		totals: map[totalKey]*numbers{}, days: map[dayKey]*numbers{}, stays: map[stayKey]int64{},
		overlaps: map[overlap]int64{}, shared: map[int64]int64{}, lists: map[listPlace]*listChange{}, kinds: map[kindKey][]kindRow{}, kindOrders: map[kindKey]int64{},
	}
}

// count adds what an order contributes at one moment, sign times.
func (c *changes) count(u *unit, o *order, row *orderRow, scanned func(*scan) bool, first ranked, sign int64) {
	if row == nil || row.test {
		return
	}
	state := model.OrderState{Currency: row.currency, Tickets: make([]model.TicketState, len(row.tickets))}
	for i, t := range row.tickets {
		state.Tickets[i] = model.TicketState{
			Client: t.client, Event: t.event, Type: t.typ, FaceValue: t.face, Status: t.status,
			Link: t.verdict.link, Reason: t.verdict.reason, Scanned: t.status == model.Valid && scanned(u.scan(key{o.checkout, t.id})),
		}
	}
	isNew := row.buyer != nil && !row.returns && first.id == o.id
	for cell, d := range model.Contribute(state) {
		day := u.client(cell.Client).calendar.Day(row.placedAt)
		total := totalKey{cell, row.currency}
		entry(c.totals, total).add(d, isNew, sign)
		entry(c.days, dayKey{total, day}).add(d, isNew, sign)
		if d.Live > 0 && row.buyer != nil {
			c.stays[stayKey{row.buyer, cell, day}] += sign
		}
	}
}

func entry[K comparable, V any](m map[K]*V, k K) *V {
	v := m[k]
	if v == nil {
		v = new(V)
		m[k] = v
	}
	return v
}

// overlap adds the pairs of links of which one took a live ticket over from the other,
// sign times: the other was clicked before, inside the window. Click times are whole
// seconds; within one the later place in the receipt was clicked later. Only what the
// ticket's verdict looked at counts, each link once: none takes over from itself.
func (c *changes) overlap(u *unit, row *orderRow, sign int64) {
	if row == nil || row.test || len(row.touches) == 0 {
		return
	}
	pairs := map[overlap]bool{}
	for _, t := range row.tickets {
		if t.status != model.Valid || t.verdict.reason != model.ReasonLastClick {
			continue
		}
		clicks := row.clicks(t.judgedWith)
		for i, lost := range clicks {
			l := u.link(lost.Link)
			if l == nil || l.Client != t.client || !clickedAfter(clicks, i, t.verdict.link) {
				continue
			}
			if floorDiv(t.judgedPlacedAt, 1000)-lost.At.Unix() <= t.verdict.window {
				pairs[overlap{t.verdict.link, lost.Link}] = true
				pairs[overlap{0, lost.Link}] = true
			}
		}
	}
	for p := range pairs {
		c.overlaps[p] += sign
	}
}

// clickedAfter says whether the winner was clicked after the i-th touch.
func clickedAfter(touches []model.Touch, i int, winner int64) bool {
	for j, w := range touches {
		if w.Link == winner && (w.At.After(touches[i].At) || w.At.Equal(touches[i].At) && j > i) {
			return true
		}
	}
	return false
}
