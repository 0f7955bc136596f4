package db

import (
	"cmp"
	"database/sql"
	"fmt"
	"maps"
	"slices"

	"lastclick/model"
)

// recountListed are the listed tickets beside what the lists keep of their orders.
const (
	recountListed = `SELECT p.client_id, p.link_id, p.order_id, p.tickets, p.face_value, p.currency, p.code, p.kind, p.marks,
			o.test, o.currency, CASE WHEN o.customer_id IS NULL THEN 0 ELSE 1 END, CASE WHEN u.first_order = o.id AND o.returns = 0 THEN 1 ELSE 0 END, t.ticket_id, t.event_id, t.type, t.face_value, t.status, COALESCE(t.link_id, 0), COALESCE(l.code, ''), t.reason
		FROM order_lists p JOIN orders o ON o.id = p.order_id JOIN tickets t ON t.order_id = p.order_id AND t.client_id = p.client_id AND t.listed = 1
			LEFT JOIN links l ON l.id = t.link_id LEFT JOIN customers u ON u.id = o.customer_id
		ORDER BY p.client_id, p.order_id, p.link_id`
	keptKinds = `SELECT client_id, kind, event_id, type, link_id, reason FROM order_kinds`
)

// keptKind is a kind of a client, as its rows say: "event type link reason".
type keptKind map[string]bool

// shownRow is a row of a list, with what the facts say of it.
type shownRow struct {
	client, link, order, tickets, face int64
	currency, code                     string
	kind, marks                        int64

	live, sum, shown    int64 // shown: the marks
	money, first, least string
	rows                keptKind
}

// keptKindOrders are how many orders of a kind are kept, and recountKindOrders how many
// there are. A kind without one may have a row.
const (
	keptKindOrders    = `SELECT client_id, kind, orders FROM order_kind_sums`
	recountKindOrders = `SELECT client_id, kind, count(*) FROM order_lists WHERE link_id = -1 GROUP BY client_id, kind`
)

func (r *recount) kindOrders() error {
	return compare(r, []string{"orders"}, keptKindOrders, recountKindOrders,
		func(row *sql.Rows) (k kindKey, n counts, err error) {
			err = row.Scan(&k.client, &k.kind, &n[0])
			return k, n, err
		}, func(k kindKey) (string, error) {
			name, err := r.cellName(model.Bucket{Client: k.client})
			return fmt.Sprintf("%s · kind %d", name, k.kind), err
		})
}

// listed compares what lists are sorted and searched by with the tickets.
func (r *recount) listed() error {
	type key struct{ client, kind int64 }
	type list struct{ client, link int64 }
	wrong := map[list]int64{} // orders
	kinds := map[key]keptKind{}
	add := func(of keptKind, event int64, typ string, link int64, reason string) {
		of[fmt.Sprintf("%d %q %d %s", event, typ, link, reason)] = true
	}
	err := r.each(func(row *sql.Rows) error {
		var k key
		var event, link int64
		var typ, reason string
		err := row.Scan(&k.client, &k.kind, &event, &typ, &link, &reason)
		if kinds[k] == nil {
			kinds[k] = keptKind{}
		}
		add(kinds[k], event, typ, link, reason)
		return err
	}, keptKinds)
	if err != nil {
		return err
	}
	var now shownRow
	settle := func() {
		if now.rows == nil || now.live == now.tickets && now.sum == now.face && now.money == now.currency && now.first == now.code && now.marks == now.shown &&
			maps.Equal(kinds[key{now.client, now.kind}], now.rows) {
			return
		}
		wrong[list{now.client, now.link}]++
	}
	err = r.each(func(row *sql.Rows) error {
		var next shownRow
		var test, known, isNew, event, face, link int64
		var currency, ticket, typ, status, code, reason string
		err := row.Scan(&next.client, &next.link, &next.order, &next.tickets, &next.face, &next.currency, &next.code, &next.kind, &next.marks,
			&test, &currency, &known, &isNew, &ticket, &event, &typ, &face, &status, &link, &code, &reason)
		if err != nil {
			return err
		}
		if next.client != now.client || next.link != now.link || next.order != now.order {
			settle()
			next.rows = keptKind{}
			now = next
			switch {
			case test != 0:
				now.shown = markTest
			case known != 0 && isNew != 0:
				now.shown = markNew
			case known != 0:
				now.shown = markReturning
			}
		}
		if status == string(model.Refunded) {
			now.shown |= markRefunded
		}
		if status == string(model.Valid) && test == 0 {
			now.live, now.sum, now.money = now.live+1, now.sum+face, currency
		}
		if link != 0 && (now.least == "" || model.CompareIDs(ticket, now.least) < 0) {
			now.least, now.first = ticket, code
		}
		add(now.rows, event, typ, link, reason)
		return nil
	}, recountListed)
	if err != nil {
		return err
	}
	settle()
	for _, l := range slices.SortedFunc(maps.Keys(wrong), func(a, b list) int { return cmp.Or(cmp.Compare(a.client, b.client), cmp.Compare(a.link, b.link)) }) {
		name, err := r.cellName(model.Bucket{Client: l.client, Link: max(l.link, 0)})
		if err != nil {
			return err
		}
		r.differ(name, fmt.Sprintf("what the list %d is sorted and searched by", l.link), fmt.Sprintf("%d orders that are wrong", wrong[l]), "0")
	}
	return nil
}
