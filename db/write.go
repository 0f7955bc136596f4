package db

import (
	"bytes"
	"cmp"
	"context"
	"maps"
	"slices"

	"lastclick/model"
)

// The sets that a unit of work writes: one statement a table, for the whole batch.
var (
	insertWebhooks = newSet("checkout bigint, id text, digest bytea, at bigint", `INSERT INTO webhooks (checkout_id, webhook_id, digest, received_at) SELECT checkout, id, digest, at FROM r`)
	deleteWebhooks = newSet("checkout bigint, id text", `DELETE FROM webhooks WHERE (checkout_id, webhook_id) IN (SELECT checkout, id FROM r)`)

	insertInbox = newSet("checkout bigint, id text, digest bytea, type text, state text, reason text, event text, errors text, body bytea, received bigint, resolved bigint",
		`INSERT INTO inbox (checkout_id, webhook_id, digest, type, state, reason, event, errors, body, received_at, resolved_at)
		SELECT checkout, id, digest, type, state, reason, event, errors, body, received, resolved FROM r`)
	restoreInbox = newSet("id bigint, body bytea", `UPDATE inbox SET body = r.body FROM r WHERE inbox.id = r.id`)
	updateInbox  = newSet("id bigint, state text, reason text, event text, errors text, resolved bigint",
		`UPDATE inbox SET state = r.state, reason = r.reason, event = r.event, errors = r.errors, resolved_at = r.resolved FROM r WHERE inbox.id = r.id`)

	putBuyers = newSet("id bigint, hash bytea, first bigint, places bytea", `INSERT INTO customers (id, hash, first_order, places) SELECT id, hash, first, places FROM r WHERE true
		ON CONFLICT (id) DO UPDATE SET first_order = excluded.first_order, places = excluded.places`)

	putOrders = newSet("id bigint, checkout bigint, key text, version bigint, digest bytea, placed bigint, test bigint, currency text, customer bigint, erased bigint, returns bigint, receipt bigint, code text, coupon text, click bigint, token bytea, channel text, consent bigint",
		`INSERT INTO orders (id, checkout_id, order_id, version, digest, placed_at, test, currency, customer_id, erased_customer_id, returns, receipt, code, coupon, click, click_token, channel, consent)
		SELECT id, checkout, key, version, digest, placed, test, currency, customer, erased, returns, receipt, code, coupon, click, token, channel, consent FROM r WHERE true
		ON CONFLICT (id) DO UPDATE SET version = excluded.version, digest = excluded.digest, placed_at = excluded.placed_at, test = excluded.test,
			currency = excluded.currency, customer_id = excluded.customer_id, erased_customer_id = excluded.erased_customer_id, returns = excluded.returns, receipt = excluded.receipt, code = excluded.code,
			coupon = excluded.coupon, click = excluded.click, click_token = excluded.click_token, channel = excluded.channel, consent = excluded.consent`)

	insertTouches = newSet("order_id bigint, seq bigint, link bigint, at bigint", `INSERT INTO order_touches (order_id, seq, link_id, at) SELECT order_id, seq, link, at FROM r`)

	putTickets = newSet(`order_id bigint, n bigint, checkout bigint, ticket text, listed bigint, client bigint, event bigint, type text, type_name text, face bigint, status text, `+
		`link bigint, reason text, rule text, win bigint, judged bigint, receipt bigint, paid bigint`,
		`INSERT INTO tickets (order_id, n, checkout_id, ticket_id, listed, client_id, event_id, type, type_name, face_value, status, link_id, reason, rule, window_s, judged_placed_at, judged_receipt, paid)
		SELECT order_id, n, checkout, ticket, listed, client, event, type, type_name, face, status, link, reason, rule, win, judged, receipt, paid FROM r WHERE true
		ON CONFLICT (order_id, n) DO UPDATE SET listed = excluded.listed, client_id = excluded.client_id, event_id = excluded.event_id, type = excluded.type,
			type_name = excluded.type_name, face_value = excluded.face_value, status = excluded.status, link_id = excluded.link_id, reason = excluded.reason,
			rule = excluded.rule, window_s = excluded.window_s, judged_placed_at = excluded.judged_placed_at, judged_receipt = excluded.judged_receipt, paid = excluded.paid`)

	putScans = newSet("checkout bigint, ticket text, at bigint, scanned bigint", `INSERT INTO scans (checkout_id, ticket_id, at, scanned) SELECT checkout, ticket, at, scanned FROM r WHERE true
		ON CONFLICT (checkout_id, ticket_id) DO UPDATE SET at = excluded.at, scanned = excluded.scanned`)

	putTypes = newSet("event bigint, type text, name text, at bigint, by_version bigint", `INSERT INTO ticket_types (event_id, type, name, named_at, named_by) SELECT event, type, name, at, by_version FROM r WHERE true
		ON CONFLICT (event_id, type) DO UPDATE SET name = excluded.name, named_at = excluded.named_at, named_by = excluded.named_by`)
	updateEvents = newSet("id bigint, name text, url text, starts bigint, timezone text, at bigint",
		`UPDATE events SET name = r.name, url = r.url, starts_at = r.starts, timezone = r.timezone, updated_at = r.at FROM r WHERE events.id = r.id`)
)

// The sets that add to sums, and make the rows that are not there.
var (
	findCells = newSet("client bigint, link bigint, reason text, event bigint, type text", `INSERT INTO cells (client_id, link_id, reason, event_id, type, customers)
		SELECT client, link, reason, event, type, 0 FROM r WHERE true
		ON CONFLICT (client_id, link_id, reason, event_id, type) DO UPDATE SET customers = cells.customers
		RETURNING id, client_id, link_id, reason, event_id, type`)
	growCells = newSet("id bigint, customers bigint", `UPDATE cells SET customers = cells.customers + r.customers FROM r WHERE cells.id = r.id`)

	addSums = newSet("cell bigint, currency text, "+numberColumns, `INSERT INTO cell_sums (cell_id, currency, orders, new_customers, tickets, scanned, face_value, refunded, refunded_face)
		SELECT cell, currency, orders, new_customers, tickets, scanned, face_value, refunded, refunded_face FROM r WHERE true
		ON CONFLICT (cell_id, currency) DO UPDATE SET orders = cell_sums.orders + excluded.orders, new_customers = cell_sums.new_customers + excluded.new_customers,
			tickets = cell_sums.tickets + excluded.tickets, scanned = cell_sums.scanned + excluded.scanned, face_value = cell_sums.face_value + excluded.face_value,
			refunded = cell_sums.refunded + excluded.refunded, refunded_face = cell_sums.refunded_face + excluded.refunded_face`)
	addDays = newSet("cell bigint, day bigint, currency text, "+numberColumns, `INSERT INTO cell_days (cell_id, day, currency, orders, new_customers, tickets, scanned, face_value, refunded, refunded_face)
		SELECT cell, day, currency, orders, new_customers, tickets, scanned, face_value, refunded, refunded_face FROM r WHERE true
		ON CONFLICT (cell_id, day, currency) DO UPDATE SET orders = cell_days.orders + excluded.orders, new_customers = cell_days.new_customers + excluded.new_customers,
			tickets = cell_days.tickets + excluded.tickets, scanned = cell_days.scanned + excluded.scanned, face_value = cell_days.face_value + excluded.face_value,
			refunded = cell_days.refunded + excluded.refunded, refunded_face = cell_days.refunded_face + excluded.refunded_face`)
	addBuyers = newSet("cell bigint, day bigint, before bigint, customers bigint", `INSERT INTO cell_buyers (cell_id, day, before, customers) SELECT cell, day, before, customers FROM r WHERE true
		ON CONFLICT (cell_id, day, before) DO UPDATE SET customers = cell_buyers.customers + excluded.customers`)
	addOverlaps = newSet("winner bigint, loser bigint, orders bigint", `INSERT INTO link_overlaps (winner, loser, orders) SELECT winner, loser, orders FROM r WHERE true
		ON CONFLICT (winner, loser) DO UPDATE SET orders = link_overlaps.orders + excluded.orders`)
)

const numberColumns = "orders bigint, new_customers bigint, tickets bigint, scanned bigint, face_value bigint, refunded bigint, refunded_face bigint"

// write returns the requests that write what the unit has decided, in the order in which
// one row refers to another. ctx bounds what it asks for before: the rows of cells.
func (ses *session) write(ctx context.Context, u *unit) ([]request, error) {
	c, err := u.settle()
	if err != nil {
		return nil, err
	}
	if err := ses.wantLocked(c); err != nil {
		return nil, err
	}
	cells, err := ses.cellIDs(ctx, u, c)
	if err != nil {
		return nil, err
	}
	grown, buyers := c.stay(cells)
	var list []request
	for _, part := range [][]request{u.writeWebhooks(), u.writeSales(c), u.writeEvents(), c.writeLists(), c.writeSums(cells, grown, buyers), u.writeHooks(c), c.bookings.write()} {
		list = append(list, part...)
	}
	return list, nil
}

func (u *unit) writeWebhooks() []request {
	var in, out, items, states, bodies []any
	for _, w := range sortedBy(u.webhooks, func(w *webhook) key { return w.key }, compareKeys) {
		switch {
		case w.saved == nil && w.digest != nil:
			in = append(in, w.checkout, w.id, w.digest, millis(u.now))
		case w.saved != nil && w.digest == nil:
			out = append(out, w.checkout, w.id)
		case !bytes.Equal(w.saved, w.digest):
			out = append(out, w.checkout, w.id)
			in = append(in, w.checkout, w.id, w.digest, millis(u.now))
		}
		for _, i := range w.inbox {
			if i.id != 0 && i.body != nil { // it was forgotten
				bodies = append(bodies, i.id, i.body)
			}
			var resolved *int64
			if i.now.resolved {
				resolved = &i.now.resolvedAt
			}
			switch {
			case i.id == 0 && i.now != inboxState{}:
				items = append(items, w.checkout, w.id, i.digest, i.typ, i.now.state, i.now.reason, optional(i.now.event), i.now.errors, i.body, millis(i.received), resolved)
			case i.now != i.before:
				states = append(states, i.id, i.now.state, i.now.reason, optional(i.now.event), i.now.errors, resolved)
			}
		}
	}
	return []request{{set: deleteWebhooks, values: out}, {set: insertWebhooks, values: in}, {set: restoreInbox, values: bodies}, {set: updateInbox, values: states}, {set: insertInbox, values: items}}
}

// writeSales are the customers, orders, tickets, scans and click tokens.
func (u *unit) writeSales(c *changes) []request {
	var buyers, orders, touches, tickets, scans []any
	for _, b := range sortedBy(u.buyers, func(b *customer) int64 { return b.id }, cmp.Compare[int64]) {
		first, moved := c.firsts[b]
		places := b.places.encode()
		if b.id == 0 || !moved && bytes.Equal(places, b.saved) && !b.owns {
			continue
		}
		if !moved {
			first = b.first
		}
		buyers = append(buyers, b.id, b.hash, optional(first.id), places)
	}
	for _, o := range c.replaced {
		r := o.now
		var buyer, erased *int64
		if r.buyer != nil {
			buyer = &r.buyer.id
		}
		if r.erased != nil {
			erased = &r.erased.id
		}
		orders = append(orders, o.id, o.checkout, o.key.id, r.version, r.digest, r.placedAt, flag(r.test), r.currency, buyer, erased, flag(r.returns),
			r.proof.receipt, r.proof.code, r.proof.coupon, r.proof.click, optionalBytes(r.proof.token), r.channel, int64(r.consent))
		if o.before == nil || len(o.before.touches) == 0 {
			for i, t := range r.touches {
				touches = append(touches, o.id, i, t.Link, millis(t.At))
			}
		}
		for i, t := range r.tickets {
			if o.before != nil && i < len(o.before.tickets) && o.before.tickets[i] == t {
				continue
			}
			v := t.verdict
			var paid *int64
			if t.paid != unpaid {
				amount := t.paid
				paid = &amount
			}
			tickets = append(tickets, o.id, t.n, o.checkout, t.id, flag(t.listed), t.client, t.event, t.typ, t.typeName, t.face, string(t.status),
				optional(v.link), string(v.reason), string(v.rule), v.window, t.judgedPlacedAt, t.judgedWith, paid)
		}
	}
	for _, s := range sortedBy(u.scans, func(s *scan) key { return s.key }, compareKeys) {
		if s.now != s.before {
			scans = append(scans, s.checkout, s.id, s.now.at, flag(s.now.scanned))
		}
	}
	return append([]request{
		{set: putBuyers, values: buyers},
		{set: putOrders, values: orders},
		{set: insertTouches, values: touches},
		{set: putTickets, values: tickets},
		{set: putScans, values: scans},
	}, u.writeTokens()...)
}

func (u *unit) writeEvents() []request {
	var events, types []any
	for _, e := range u.events {
		if e == nil || e.now == e.before {
			continue
		}
		var starts *int64
		if e.now.starts {
			starts = &e.now.startsAt
		}
		events = append(events, e.id, e.now.name, e.now.url, starts, e.now.timezone, e.now.updatedAt)
	}
	for _, n := range sortedBy(u.types, func(n *naming) typeKey { return n.typeKey }, compareTypes) {
		if n.now != n.before {
			types = append(types, n.event, n.typ, n.now.name, n.now.at, n.now.by)
		}
	}
	return []request{{set: updateEvents, values: events}, {set: putTypes, values: types}}
}

// writeSums are the additions to the rows of cells, each table in the order of its key.
func (c *changes) writeSums(ids map[model.Bucket]int64, grown map[int64]int64, moved map[buyerKey]int64) []request {
	var cells, totals, days, buyers, overlaps, shared []any
	for _, id := range slices.Sorted(maps.Keys(grown)) {
		if n := grown[id]; n != 0 {
			cells = append(cells, id, n)
		}
	}
	type row struct {
		cell, day int64
		currency  string
		n         *numbers
	}
	compare := func(a, b row) int {
		return cmp.Or(cmp.Compare(a.cell, b.cell), cmp.Compare(a.day, b.day), cmp.Compare(a.currency, b.currency))
	}
	var rows []row
	for k, n := range c.totals {
		if *n != (numbers{}) {
			rows = append(rows, row{ids[k.cell], 0, k.currency, n})
		}
	}
	slices.SortFunc(rows, compare)
	for _, r := range rows {
		totals = append(append(totals, r.cell, r.currency), r.n.columns()...)
	}
	rows = rows[:0]
	for k, n := range c.days {
		if *n != (numbers{}) {
			rows = append(rows, row{ids[k.cell], k.day, k.currency, n})
		}
	}
	slices.SortFunc(rows, compare)
	for _, r := range rows {
		days = append(append(days, r.cell, r.day, r.currency), r.n.columns()...)
	}
	for _, k := range slices.SortedFunc(maps.Keys(moved), compareBuyers) {
		if n := moved[k]; n != 0 {
			buyers = append(buyers, k.cell, k.day, k.before, n)
		}
	}
	for _, k := range slices.SortedFunc(maps.Keys(c.overlaps), func(a, b overlap) int {
		return cmp.Or(cmp.Compare(a.winner, b.winner), cmp.Compare(a.loser, b.loser))
	}) {
		if n := c.overlaps[k]; n != 0 {
			overlaps = append(overlaps, k.winner, k.loser, n)
		}
	}
	for _, link := range slices.Sorted(maps.Keys(c.shared)) {
		if n := c.shared[link]; n != 0 {
			shared = append(shared, link, n)
		}
	}
	return []request{
		{set: growCells, values: cells},
		{set: addSums, values: totals},
		{set: addDays, values: days},
		{set: addBuyers, values: buyers},
		{set: addOverlaps, values: overlaps},
		{set: addShared, values: shared},
	}
}

// cellIDs are the rows of the cells that the batch changes. Those that this session has
// not met are found, or made.
func (ses *session) cellIDs(ctx context.Context, u *unit, c *changes) (map[model.Bucket]int64, error) {
	ids := make(map[model.Bucket]int64, len(c.totals))
	var unknown []model.Bucket
	for k := range c.totals {
		if _, ok := ids[k.cell]; ok {
			continue
		}
		id, ok := ses.cells[k.cell]
		if ids[k.cell] = id; !ok {
			unknown = append(unknown, k.cell)
		}
	}
	slices.SortFunc(unknown, func(a, b model.Bucket) int {
		return cmp.Or(cmp.Compare(a.Client, b.Client), cmp.Compare(a.Link, b.Link), cmp.Compare(a.Reason, b.Reason), cmp.Compare(a.Event, b.Event), cmp.Compare(a.Type, b.Type))
	})
	var values []any
	for _, k := range unknown {
		values = append(values, k.Client, k.Link, string(k.Reason), k.Event, k.Type)
	}
	found := map[model.Bucket]int64{}
	err := ses.run(ctx, request{set: findCells, values: values, scan: func(r scanner) error {
		var k model.Bucket
		var id int64
		var reason string
		err := r.Scan(&id, &k.Client, &k.Link, &reason, &k.Event, &k.Type)
		k.Reason = model.Reason(reason)
		ids[k], found[k] = id, id
		return err
	}})
	u.after = append(u.after, func() { maps.Copy(ses.cells, found) })
	return ids, err
}

// sortedBy are the values of m that have a key, sorted by it.
func sortedBy[K comparable, V comparable, S any](m map[K]V, by func(V) S, compare func(a, b S) int) []V {
	var none V
	list := make([]V, 0, len(m))
	for _, v := range m {
		if v != none {
			list = append(list, v)
		}
	}
	slices.SortFunc(list, func(a, b V) int { return compare(by(a), by(b)) })
	return list
}

func compareKeys(a, b key) int {
	return cmp.Or(cmp.Compare(a.checkout, b.checkout), cmp.Compare(a.id, b.id))
}

func compareTypes(a, b typeKey) int {
	return cmp.Or(cmp.Compare(a.event, b.event), cmp.Compare(a.typ, b.typ))
}
