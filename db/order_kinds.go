package db

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"

	"lastclick/model"
)

// A list of orders is sorted by columns of its own rows, and searched by the kinds of the
// orders: so neither reads the tickets, of which there are some for every order. Orders are
// of one kind where their listed tickets of the client are of the same events and types,
// credited to the same links for the same reasons, however many there are of each. A client
// has few kinds for its orders, some for each link.

// listFacts are the columns of an order's rows in the lists of a client.
type listFacts struct {
	tickets, face  int64 // of the live tickets
	currency, code string
	kind           int64
	marks          int64
}

// The marks of an order: what it and its customer are. No order is both new and returning,
// and one of an unknown customer, or a test, is neither.
const (
	markNew       = 1 << iota // the customer's first purchase (R19)
	markReturning             // of a customer who bought before
	markTest
	markRefunded // a ticket of the client is
)

func marksOf(row *orderRow, isNew bool, tickets []ticket) (marks int64) {
	switch {
	case row.test:
		marks = markTest
	case row.buyer != nil && isNew:
		marks = markNew
	case row.buyer != nil:
		marks = markReturning
	}
	if slices.ContainsFunc(tickets, func(t ticket) bool { return t.status == model.Refunded }) {
		marks |= markRefunded
	}
	return marks
}

// kindRow is a row of order_kinds.
type kindRow struct {
	event  int64
	typ    string
	link   int64
	reason model.Reason
}

func compareKindRows(a, b kindRow) int {
	return cmp.Or(cmp.Compare(a.event, b.event), cmp.Compare(a.typ, b.typ), cmp.Compare(a.link, b.link), cmp.Compare(a.reason, b.reason))
}

// kindOf is the number of the kind that has the rows, which are sorted and each there once.
// It is the beginning of a digest, so that all nodes number alike without asking.
func kindOf(rows []kindRow) int64 {
	h := sha256.New()
	for _, r := range rows {
		fmt.Fprintf(h, "%d %q %d %q\n", r.event, r.typ, r.link, r.reason)
	}
	return int64(binary.BigEndian.Uint64(h.Sum(nil)) & math.MaxInt64)
}

// listFactsOf are the columns for the listed tickets of one client, of which code gives the
// code of a link, and the rows of the kind.
func listFactsOf(row *orderRow, isNew bool, tickets []ticket, code func(link int64) string) (listFacts, []kindRow) {
	f := listFacts{marks: marksOf(row, isNew, tickets)}
	var rows []kindRow
	first := -1
	for i, t := range tickets {
		if t.status == model.Valid && !row.test {
			f.tickets, f.face, f.currency = f.tickets+1, f.face+t.face, row.currency
		}
		if t.verdict.link != 0 && (first < 0 || model.CompareIDs(t.id, tickets[first].id) < 0) {
			first = i
		}
		rows = append(rows, kindRow{t.event, t.typ, t.verdict.link, t.verdict.reason})
	}
	if first >= 0 {
		f.code = code(tickets[first].verdict.link)
	}
	slices.SortFunc(rows, compareKindRows)
	rows = slices.Compact(rows)
	f.kind = kindOf(rows)
	return f, rows
}

// byClient are the listed tickets of the order, for each client that has some.
func (r *orderRow) byClient() map[int64][]ticket {
	all := map[int64][]ticket{}
	for _, t := range r.tickets {
		if t.listed {
			all[t.client] = append(all[t.client], t)
		}
	}
	return all
}

// listChange is an order's row in a list before the batch, and now; nil: it has none.
type listChange struct{ before, now *listFacts }

// kindKey is a kind of a client.
type kindKey struct{ client, kind int64 }

// list adds the lists that the order's row puts it in, before the batch or now, where that
// was the first purchase of its customer.
func (c *changes) list(u *unit, o *order, row *orderRow, first ranked, now bool) {
	if row == nil {
		return
	}
	isNew := row.buyer != nil && !row.returns && first.id == o.id
	code := func(link int64) string {
		if l := u.link(link); l != nil {
			return l.code
		}
		return ""
	}
	for client, tickets := range row.byClient() {
		facts, rows := listFactsOf(row, isNew, tickets, code)
		kind := kindKey{client, facts.kind}
		if now {
			c.kinds[kind] = rows
			c.kindOrders[kind]++
		} else {
			c.kindOrders[kind]--
		}
		put := func(link int64) {
			change := entry(c.lists, listPlace{client, link, row.placedAt, o.id})
			if now {
				change.now = &facts
			} else {
				change.before = &facts
			}
		}
		put(listAll)
		for _, t := range tickets {
			put(t.verdict.link)
		}
	}
}

// The sets that write lists. A kind that is there is the same.
var (
	insertKinds = newSet("client bigint, kind bigint, event bigint, type text, link bigint, reason text",
		`INSERT INTO order_kinds (client_id, kind, event_id, type, link_id, reason) SELECT client, kind, event, type, link, reason FROM r WHERE true ON CONFLICT DO NOTHING`)
	addKindOrders = newSet("client bigint, kind bigint, orders bigint", `INSERT INTO order_kind_sums (client_id, kind, orders) SELECT client, kind, orders FROM r WHERE true
		ON CONFLICT (client_id, kind) DO UPDATE SET orders = order_kind_sums.orders + excluded.orders`)
	putLists = newSet("client bigint, link bigint, placed bigint, order_id bigint, tickets bigint, face bigint, currency text, code text, kind bigint, marks bigint",
		`INSERT INTO order_lists (client_id, link_id, placed_at, order_id, tickets, face_value, currency, code, kind, marks)
		SELECT client, link, placed, order_id, tickets, face, currency, code, kind, marks FROM r WHERE true
		ON CONFLICT (client_id, link_id, placed_at, order_id) DO UPDATE SET tickets = excluded.tickets, face_value = excluded.face_value,
			currency = excluded.currency, code = excluded.code, kind = excluded.kind, marks = excluded.marks`)
	deleteLists = newSet("client bigint, link bigint, placed bigint, order_id bigint",
		`DELETE FROM order_lists WHERE (client_id, link_id, placed_at, order_id) IN (SELECT client, link, placed, order_id FROM r)`)
)

// writeLists writes the rows of the lists that change, each table in the order of its key.
func (c *changes) writeLists() []request {
	var in, out, kinds, sums []any
	for _, l := range slices.SortedFunc(maps.Keys(c.lists), compareListPlaces) {
		switch change := c.lists[l]; {
		case change.now == nil:
			out = append(out, l.client, l.link, l.placedAt, l.order)
		case change.before == nil || *change.before != *change.now:
			in = append(in, listColumns(l, *change.now)...)
		}
	}
	for _, k := range slices.SortedFunc(maps.Keys(c.kinds), compareKinds) {
		kinds = append(kinds, kindColumns(k, c.kinds[k])...)
	}
	for _, k := range slices.SortedFunc(maps.Keys(c.kindOrders), compareKinds) {
		if n := c.kindOrders[k]; n != 0 {
			sums = append(sums, k.client, k.kind, n)
		}
	}
	return []request{{set: insertKinds, values: kinds}, {set: addKindOrders, values: sums}, {set: deleteLists, values: out}, {set: putLists, values: in}}
}

func listColumns(l listPlace, f listFacts) []any {
	return []any{l.client, l.link, l.placedAt, l.order, f.tickets, f.face, f.currency, f.code, f.kind, f.marks}
}

func kindColumns(k kindKey, rows []kindRow) (values []any) {
	for _, r := range rows {
		values = append(values, k.client, k.kind, r.event, r.typ, r.link, string(r.reason))
	}
	return values
}

func compareKinds(a, b kindKey) int {
	return cmp.Or(cmp.Compare(a.client, b.client), cmp.Compare(a.kind, b.kind))
}

func compareListPlaces(a, b listPlace) int {
	return cmp.Or(cmp.Compare(a.client, b.client), cmp.Compare(a.link, b.link), cmp.Compare(a.placedAt, b.placedAt), cmp.Compare(a.order, b.order))
}
