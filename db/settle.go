package db

import (
	"cmp"
	"slices"
	"strings"

	"lastclick/model"
)

// settle finds who bought first (R19) and what the batch changes in the sums. It is the
// last step of deciding: only what was there before the batch and what is there after it
// counts, not what was between.
func (u *unit) settle() (*changes, error) {
	replaced := u.replaced()
	if err := u.nameRows(replaced); err != nil {
		return nil, err
	}
	firsts := u.firsts(replaced)
	moved := u.moved(replaced, firsts)
	c := newChanges()
	c.replaced, c.firsts = replaced, firsts
	for _, o := range moved {
		c.count(u, o, o.before, scannedBefore, firstBefore(o.before), -1)
		c.count(u, o, o.now, scannedNow, firsts.of(o.now), +1)
		if o.now != o.before || firsts.of(o.now) != firstBefore(o.now) { // a scan is in no list
			c.list(u, o, o.before, firstBefore(o.before), false)
			c.list(u, o, o.now, firsts.of(o.now), true)
		}
	}
	for _, o := range replaced {
		for _, side := range []struct {
			row  *orderRow
			sign int64
		}{{o.before, -1}, {o.now, +1}} {
			c.overlap(u, side.row, side.sign)
			c.share(u, side.row, side.sign)
		}
	}
	for _, o := range moved {
		for _, r := range []*orderRow{o.before, o.now} {
			if r != nil {
				for _, t := range r.tickets {
					u.markChanged(t.client)
				}
			}
		}
	}
	c.told = u.hookMessages(moved)
	c.bookings = u.bookings(replaced)
	return c, u.err
}

func scannedBefore(s *scan) bool { return s.before.scanned }
func scannedNow(s *scan) bool    { return s.now.scanned }

// replaced are the orders that the batch has changed, in the order of their keys: rows
// are written in it, so that two nodes do not wait for one another.
func (u *unit) replaced() []*order {
	var list []*order
	for _, o := range u.orders {
		if o.now != o.before {
			list = append(list, o)
		}
	}
	slices.SortFunc(list, func(a, b *order) int { return compareKeys(a.key, b.key) })
	return list
}

// nameRows gives the new orders and their buyers the ids of their rows, and the customers
// whom click tokens belong to, who may be of an earlier version in this batch.
func (u *unit) nameRows(replaced []*order) (err error) {
	name := func(c *customer) {
		if err == nil && c != nil && c.id == 0 {
			if c.id, err = u.source.newID("customers"); err == nil {
				u.buyerIDs[c.id] = c
			}
		}
	}
	for _, o := range replaced {
		if o.id == 0 {
			if o.id, err = u.source.newID("orders"); err != nil {
				return err
			}
			u.orderIDs[o.id] = o
		}
		if name(o.now.buyer); err != nil {
			return err
		}
	}
	for _, t := range sortedBy(u.tokens, func(t *clickToken) string { return t.raw }, strings.Compare) {
		if c := t.now.buyer; c != nil && c.id == 0 {
			c.owns = true
			name(c)
		}
	}
	return err
}

// firsts are the first purchases that the batch has changed or may have.
type firsts map[*customer]ranked

// of is the first purchase of the order's buyer.
func (f firsts) of(row *orderRow) ranked {
	if row != nil && row.buyer != nil {
		if first, ok := f[row.buyer]; ok {
			return first
		}
	}
	return firstBefore(row)
}

func firstBefore(row *orderRow) ranked {
	if row == nil || row.buyer == nil {
		return ranked{}
	}
	return row.buyer.first
}

// firsts finds the first purchase of every buyer of the orders.
func (u *unit) firsts(replaced []*order) firsts {
	f := firsts{}
	for _, o := range replaced {
		for _, row := range []*orderRow{o.before, o.now} {
			if row == nil || row.buyer == nil {
				continue
			}
			if _, ok := f[row.buyer]; !ok {
				f[row.buyer] = u.firstOf(row.buyer)
			}
		}
	}
	return f
}

// firstOf is the customer's first purchase: the earliest by placed_at, checkout and order
// id, without test orders. What lies in the tables and was not changed in this batch is
// looked at only where the one that was the first may not be any more.
func (u *unit) firstOf(c *customer) ranked {
	first := c.first
	if o := u.orderIDs[c.first.id]; c.first.id != 0 && o != nil && o.now != o.before {
		if now := u.rank(o); o.now.buyer != c || o.now.test || now.compare(c.first) > 0 {
			first = u.earliestOther(c)
		}
	}
	for _, o := range c.orders {
		if o.now == nil || o.now.buyer != c || o.now.test {
			continue
		}
		if r := u.rank(o); first.id == 0 || r.compare(first) < 0 {
			first = r
		}
	}
	return first
}

// earliestOther is the customer's first purchase among those that the batch has not
// changed.
func (u *unit) earliestOther(c *customer) ranked {
	if u.err != nil {
		return ranked{}
	}
	list, err := u.source.earliest(c, len(c.orders)+1)
	if err != nil {
		u.err = err
	}
	for _, r := range list {
		if o := u.orderIDs[r.id]; o == nil || o.now == o.before {
			return r
		}
	}
	return ranked{}
}

func (u *unit) rank(o *order) ranked {
	return ranked{o.id, o.now.placedAt, u.checkout(o.checkout).name, o.key.id}
}

// moved are the orders that contribute something else now: those that were replaced, those
// with a ticket of which a scan came, and those that are or were a first purchase.
func (u *unit) moved(replaced []*order, f firsts) []*order {
	list := slices.Clone(replaced)
	seen := make(map[*order]bool, len(list))
	for _, o := range replaced {
		seen[o] = true
	}
	add := func(o *order) {
		if o != nil && o.now != nil && !seen[o] {
			seen[o] = true
			list = append(list, o)
		}
	}
	for k, s := range u.scans {
		if s.now != s.before {
			add(u.orderOf(k))
		}
	}
	var ids []int64 // of orders that are known to be there
	for c, first := range f {
		if first.id == c.first.id {
			continue
		}
		for _, id := range []int64{first.id, c.first.id} {
			if id != 0 {
				ids = append(ids, id)
			}
		}
	}
	if missing := missingKeys(slices.Clone(ids), u.orderIDs); len(missing) > 0 {
		u.fetch(&wanted{orderIDs: missing})
	}
	for _, id := range ids {
		add(u.orderIDs[id])
	}
	return list
}

// stay moves the customers of the batch between the rows of cell_buyers, now that the
// cells have ids. It returns by how many customers each cell has grown.
func (c *changes) stay(ids map[model.Bucket]int64) (grown map[int64]int64, buyers map[buyerKey]int64) {
	grown, buyers = map[int64]int64{}, map[buyerKey]int64{}
	for k, n := range c.stays {
		cell := ids[k.cell]
		var more int64
		k.buyer.places, more = k.buyer.places.add(cell, k.day, n, func(b buyerDay, customers int64) {
			buyers[buyerKey{cell, b}] += customers
		})
		grown[cell] += more
	}
	return grown, buyers
}

// buyerKey is a row of cell_buyers.
type buyerKey struct {
	cell int64
	buyerDay
}

func compareBuyers(a, b buyerKey) int {
	return cmp.Or(cmp.Compare(a.cell, b.cell), cmp.Compare(a.day, b.day), cmp.Compare(a.before, b.before))
}
