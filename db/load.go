package db

import (
	"context"
)

// The sets that a unit of work is loaded with. What they find is put into the unit; what
// the unit has already is left as it is there.
var (
	loadCheckouts = newSet("id bigint", `SELECT k.id, k.name, COALESCE(k.client_id, 0), k.kind FROM r JOIN checkouts k ON k.id = r.id`)

	loadWebhooks = newSet("checkout bigint, id text", `SELECT w.checkout_id, w.webhook_id, w.digest
		FROM r JOIN webhooks w ON w.checkout_id = r.checkout AND w.webhook_id = r.id`)
	loadInbox = newSet("checkout bigint, id text", `SELECT i.checkout_id, i.webhook_id, i.id, i.digest, i.state, i.reason, i.errors, COALESCE(i.event, ''), i.resolved_at, i.erased, length(i.body)
		FROM r JOIN inbox i ON i.checkout_id = r.checkout AND i.webhook_id = r.id ORDER BY i.id`)

	loadBuyers        = newSet("hash bytea", selectBuyers+` FROM r JOIN customers u ON u.hash = r.hash`+joinFirst)
	loadBuyersByID    = newSet("id bigint", selectBuyers+` FROM r JOIN customers u ON u.id = r.id`+joinFirst)
	loadBuyersOf      = newSet("id bigint", selectBuyers+fromOrders+` JOIN customers u ON u.id = COALESCE(o.erased_customer_id, o.customer_id)`+joinFirst)
	loadOrderIDs      = newSet("checkout bigint, id text", `SELECT o.checkout_id, o.order_id, o.id FROM r JOIN orders o ON o.checkout_id = r.checkout AND o.order_id = r.id`)
	loadOrders        = newSet("id bigint", selectOrders+fromOrders)
	loadTicketsOf     = newSet("id bigint", selectTickets+fromOrders+joinTickets)
	loadTouchesOf     = newSet("id bigint", selectTouches+fromOrders+joinTouches)
	loadTicketOwners  = newSet("checkout bigint, id text", `SELECT t.checkout_id, t.ticket_id, t.order_id FROM r JOIN tickets t ON t.checkout_id = r.checkout AND t.ticket_id = r.id`)
	loadTicketScans   = newSet("checkout bigint, id text", `SELECT s.checkout_id, s.ticket_id, s.at, s.scanned FROM r JOIN scans s ON s.checkout_id = r.checkout AND s.ticket_id = r.id`)
	loadEvents        = newSet("slug text", selectUnitEvents+` FROM r JOIN events e ON e.slug = r.slug JOIN clients c ON c.id = e.client_id`)
	loadEventsByID    = newSet("id bigint", selectUnitEvents+` FROM r JOIN events e ON e.id = r.id JOIN clients c ON c.id = e.client_id`)
	loadClientsOf     = newSet("slug text", selectUnitClients+` FROM r JOIN events e ON e.slug = r.slug JOIN clients c ON c.id = e.client_id`)
	loadClients       = newSet("id bigint", selectUnitClients+` FROM r JOIN clients c ON c.id = r.id`)
	loadShopEvents    = newSet("checkout bigint, id text", selectUnitEvents+`, s.checkout_id, s.shop_id`+fromShopIDs+` JOIN clients c ON c.id = e.client_id`)
	loadIgnored       = newSet("checkout bigint, id text", `SELECT s.checkout_id, s.shop_id FROM r JOIN shop_events s ON s.checkout_id = r.checkout AND s.shop_id = r.id AND s.event_id IS NULL`)
	loadShopClients   = newSet("checkout bigint, id text", selectUnitClients+fromShopIDs+` JOIN clients c ON c.id = e.client_id`)
	loadShopTypes     = newSet("checkout bigint, id text, type text", selectTypes+fromShopIDs+` JOIN ticket_types t ON t.event_id = e.id AND t.type = r.type`)
	loadClientsBySlug = newSet("slug text", selectUnitClients+` FROM r JOIN clients c ON c.slug = r.slug`)
	loadTypes         = newSet("event bigint, type text", selectTypes+` FROM r JOIN ticket_types t ON t.event_id = r.event AND t.type = r.type`)
	loadTypesOf       = newSet("slug text, type text", selectTypes+` FROM r JOIN events e ON e.slug = r.slug JOIN ticket_types t ON t.event_id = e.id AND t.type = r.type`)
	loadLinks         = newSet("id bigint", selectUnitLinks+` FROM r JOIN links l ON l.id = r.id`)
	loadLinksByCode   = newSet("code text", selectUnitLinks+` FROM r JOIN links l ON l.code = r.code`)
	loadLinksByAlias  = newSet("code text", selectUnitLinks+`, a.alias FROM r JOIN aliases a ON a.alias = r.code AND a.removed_at IS NULL JOIN links l ON l.id = a.link_id`)
)

const (
	selectBuyers = `SELECT u.id, u.hash, u.places, COALESCE(f.id, 0), COALESCE(f.placed_at, 0), COALESCE(k.name, ''), COALESCE(f.order_id, '')`
	joinFirst    = ` LEFT JOIN orders f ON f.id = u.first_order LEFT JOIN checkouts k ON k.id = f.checkout_id`

	fromOrders = ` FROM r JOIN orders o ON o.id = r.id`

	selectOrders  = `SELECT o.id, o.checkout_id, o.order_id, o.version, o.digest, o.placed_at, o.test, o.currency, COALESCE(o.customer_id, 0), COALESCE(o.erased_customer_id, 0), o.returns, o.receipt, o.code, o.coupon, o.click, o.click_token, o.channel, o.consent`
	selectTickets = `SELECT t.order_id, t.ticket_id, t.n, t.listed, t.event_id, t.client_id, t.type, t.type_name, t.face_value, t.status,
		COALESCE(t.link_id, 0), t.reason, t.rule, t.window_s, t.judged_placed_at, t.judged_receipt, COALESCE(t.paid, -1), s.at, s.scanned`
	joinTickets   = ` JOIN tickets t ON t.order_id = o.id LEFT JOIN scans s ON s.checkout_id = t.checkout_id AND s.ticket_id = t.ticket_id ORDER BY t.order_id, t.n`
	selectTouches = `SELECT t.order_id, t.link_id, t.at`
	joinTouches   = ` JOIN order_touches t ON t.order_id = o.id ORDER BY t.order_id, t.seq`

	selectUnitEvents = `SELECT e.id, e.slug, e.client_id, c.slug, e.name, e.url, e.timezone, e.starts_at, e.updated_at, e.carry`
	fromShopIDs      = ` FROM r JOIN shop_events s ON s.checkout_id = r.checkout AND s.shop_id = r.id JOIN events e ON e.id = s.event_id`

	selectUnitClients = `SELECT c.id, c.slug, c.timezone, c.rule, c.window_s, c.days_timezone`
	selectTypes       = `SELECT t.event_id, t.type, t.name, t.named_at, t.named_by`
	selectUnitLinks   = `SELECT l.id, l.code, l.client_id, COALESCE(l.event_id, 0), CASE WHEN l.archived_at IS NULL THEN 0 ELSE 1 END`
)

// loading is one load of a unit.
type loading struct {
	u      *unit
	w      *wanted
	fresh  map[int64]*order // that this load has found
	found  []int64          // rows of orders that were asked for by key
	owners map[key]int64    // of tickets, by the order's row
}

// load loads what is wanted. Keys of orders and tickets are looked up first, with all
// that is not theirs; what is found is loaded in a second round, by its row. Most orders
// are new, and need only the first.
func (ses *session) load(ctx context.Context, u *unit, w *wanted, first ...request) error {
	return u.load(w, func(list ...request) error { return ses.run(ctx, list...) }, first...)
}

// load is session.load with any way to run requests.
func (u *unit) load(w *wanted, run func(...request) error, first ...request) error {
	l := &loading{u: u, w: w, fresh: map[int64]*order{}, owners: map[key]int64{}}
	l.prune()
	if err := run(append(first, l.requests()...)...); err != nil {
		return err
	}
	ids := append(l.found, w.orderIDs...)
	for _, id := range l.owners {
		ids = append(ids, id)
	}
	if err := run(l.orderRequests(missingKeys(ids, u.orderIDs))...); err != nil {
		return err
	}
	for k, id := range l.owners {
		if _, ok := u.tickets[k]; !ok {
			u.tickets[k] = u.orderIDs[id]
		}
	}
	l.noteAbsent()
	return nil
}

// prune leaves out what is wanted twice, and what the unit has.
func (l *loading) prune() {
	u, w := l.u, l.w
	w.checkouts = missingKeys(w.checkouts, u.checkouts)
	w.webhooks = missingKeys(w.webhooks, u.webhooks)
	w.orders = missingKeys(w.orders, u.orders)
	w.orderIDs = missingKeys(w.orderIDs, u.orderIDs)
	w.tickets = missingKeys(w.tickets, u.tickets)
	w.events = missingKeys(w.events, u.events)
	w.shopIDs = missingKeys(w.shopIDs, u.shopIDs)
	w.shopNames = missingKeys(w.shopNames, map[shopName]bool{})
	w.types = missingKeys(w.types, u.types)
	w.names = missingKeys(w.names, map[nameKey]bool{})
	w.clients = missingKeys(w.clients, u.clients)
	w.slugs = missingKeys(w.slugs, u.slugs)
	w.links = missingKeys(w.links, u.links)
	w.codes = missingKeys(w.codes, u.codes)
	w.tokens = missingKeys(w.tokens, u.tokens)
	w.buyers = missingKeys(w.buyers, u.buyers)
	w.buyerIDs = missingKeys(w.buyerIDs, u.buyerIDs)
}

// missingKeys are the keys that m has not, each once and in order.
func missingKeys[K comparable, V any](keys []K, m map[K]V) []K {
	if len(keys) == 0 {
		return nil
	}
	seen := make(map[K]bool, len(keys))
	list := keys[:0]
	for _, k := range keys {
		if _, ok := m[k]; !ok && !seen[k] {
			seen[k] = true
			list = append(list, k)
		}
	}
	return list
}

// requests are those of the first round.
func (l *loading) requests() []request {
	w := l.w
	orderKeys, ticketKeys, webhookKeys := keyValues(w.orders), keyValues(w.tickets), keyValues(w.webhooks)
	var names, types []any
	for _, n := range w.names {
		names = append(names, n.event, n.typ)
	}
	for _, t := range w.types {
		types = append(types, t.event, t.typ)
	}
	shopIDs := keyValues(w.shopIDs)
	var shopTypes []any
	for _, n := range w.shopNames {
		shopTypes = append(shopTypes, n.checkout, n.id, n.typ)
	}
	return []request{
		{set: loadCheckouts, values: anys(w.checkouts), scan: l.checkout},
		{set: loadWebhooks, values: webhookKeys, scan: l.webhook},
		{set: loadInbox, values: webhookKeys, scan: l.inbox},
		{set: loadClientsOf, values: anys(w.events), scan: l.client},
		{set: loadClients, values: anys(w.clients), scan: l.client},
		{set: loadClientsBySlug, values: anys(w.slugs), scan: l.client},
		{set: loadEvents, values: anys(w.events), scan: l.event},
		{set: loadShopClients, values: shopIDs, scan: l.client},
		{set: loadShopEvents, values: shopIDs, scan: l.shopEvent},
		{set: loadIgnored, values: shopIDs, scan: l.ignored},
		{set: loadShopTypes, values: shopTypes, scan: l.naming},
		{set: loadEventsByID, values: anys(w.eventIDs), scan: l.event},
		{set: loadTypesOf, values: names, scan: l.naming},
		{set: loadTypes, values: types, scan: l.naming},
		{set: loadLinks, values: anys(w.links), scan: l.link},
		{set: loadLinksByCode, values: anys(w.codes), scan: l.link},
		{set: loadLinksByAlias, values: anys(w.codes), scan: l.alias},
		{set: loadTokens, values: bytesOf(w.tokens), scan: l.token},
		{set: loadBuyers, values: bytesOf(w.buyers), scan: l.buyer},
		{set: loadBuyersByID, values: anys(w.buyerIDs), scan: l.buyer},
		{set: loadOrderIDs, values: orderKeys, scan: l.orderID},
		{set: loadTicketScans, values: ticketKeys, scan: l.scan},
		{set: loadTicketOwners, values: ticketKeys, scan: l.owner},
	}
}

// orderRequests are those of the second round. Customers come before the orders that name
// them, and orders before their tickets.
func (l *loading) orderRequests(ids []int64) []request {
	values := anys(ids)
	return []request{
		{set: loadBuyersOf, values: values, scan: l.buyer},
		{set: loadOrders, values: values, scan: l.order},
		{set: loadTicketsOf, values: values, scan: l.ticket},
		{set: loadTouchesOf, values: values, scan: l.touch},
	}
}

func anys[T any](list []T) []any {
	values := make([]any, len(list))
	for i, v := range list {
		values[i] = v
	}
	return values
}

func bytesOf(list []string) []any {
	values := make([]any, len(list))
	for i, v := range list {
		values[i] = []byte(v)
	}
	return values
}

func keyValues(keys []key) []any {
	values := make([]any, 0, 2*len(keys))
	for _, k := range keys {
		values = append(values, k.checkout, k.id)
	}
	return values
}

// noteAbsent notes of all that is wanted and was not found that it is not there.
func (l *loading) noteAbsent() {
	u, w := l.u, l.w
	absent(u.checkouts, w.checkouts, func(id int64) checkout { return checkout{id: id} })
	absent(u.webhooks, w.webhooks, func(k key) *webhook { return &webhook{key: k} })
	absent(u.orders, w.orders, func(k key) *order { return &order{key: k} })
	absent(u.tickets, w.tickets, func(key) *order { return nil })
	absent(u.scans, w.tickets, func(k key) *scan { return &scan{key: k} })
	absent(u.events, w.events, func(string) *event { return nil })
	absent(u.shopIDs, w.shopIDs, func(key) string { return "" })
	absent(u.slugs, w.slugs, func(string) *client { return nil })
	absent(u.links, w.links, func(int64) *link { return nil })
	absent(u.codes, w.codes, func(string) *link { return nil })
	absent(u.tokens, w.tokens, func(raw string) *clickToken { return &clickToken{raw: raw} })
	absent(u.buyers, w.buyers, func(hash string) *customer { return &customer{hash: []byte(hash)} })
	for _, n := range w.names {
		if e := u.events[n.event]; e != nil {
			w.types = append(w.types, typeKey{e.id, n.typ})
		}
	}
	for _, n := range w.shopNames {
		if e := u.events[u.shopIDs[n.key]]; e != nil {
			w.types = append(w.types, typeKey{e.id, n.typ})
		}
	}
	absent(u.types, w.types, func(k typeKey) *naming { return &naming{typeKey: k} })
}

func absent[K comparable, V any](m map[K]V, keys []K, none func(K) V) {
	for _, k := range keys {
		if _, ok := m[k]; !ok {
			m[k] = none(k)
		}
	}
}
