package db

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"

	"lastclick/model"
)

// ordersKey is the key of a page of orders: an admin's search finds customers too.
type ordersKey struct {
	model.OrderFilter
	customers bool
}

// Orders are those that concern the client, the newest first unless the filter sorts them
// (R25), with the client's tickets of the newest version alone (R8). It costs the same few
// queries, however many there are.
func (s *Store) Orders(ctx context.Context, a model.Actor, f model.OrderFilter) (page model.Listing[model.OrderSummary], err error) {
	slug, err := a.RequireClient(model.Viewer)
	if err != nil {
		return page, err
	}
	if f.Sort, err = model.ParseOrderSort(string(f.Sort)); err != nil {
		return page, err
	}
	var before *model.SortedPlace
	if f.Before != "" {
		p, err := model.ParseSortedCursor(f.Before)
		if err == nil && (p.Sort != f.Sort || p.Up != f.Up) {
			err = model.ErrCursor(f.Before)
		}
		if err != nil {
			return page, err
		}
		before = &p
	}
	words := model.SearchWords(f.Search)
	f.Search = strings.Join(words, " ")
	key := ordersKey{f, len(words) > 0 && a.Can(model.Admin)}
	return shared(ctx, s, slug, key, func(c *conn, cl model.Client, _ uint64) (page model.Listing[model.OrderSummary], err error) {
		w, err := c.wantedOrders(cl, f)
		if err != nil {
			return page, err
		}
		if w.words, err = c.searchWords(cl.ID, words, key.customers); err != nil {
			return page, err
		}
		w.before = before
		return c.orders(w, f)
	})
}

func (c *conn) orders(w wantedOrders, f model.OrderFilter) (page model.Listing[model.OrderSummary], err error) {
	limit := bounded(f.Limit)
	q := w.query()
	cut, err := c.cutOf(q, limit+1)
	if err != nil {
		return page, err
	}
	orders, err := c.summaries(q.list(cut, limit+1))
	if err != nil {
		return page, err
	}
	page.Items = orders
	if len(orders) > limit {
		page.Items = orders[:limit]
		page.Next = model.PlaceOf(&orders[limit-1], f.Sort, f.Up).Cursor()
	}
	switch {
	case w.before == nil && page.Next == "":
		page.Total = int64(len(orders))
	case !f.Uncounted:
		query, args := q.count()
		err = c.row(query, args...).Scan(&page.Total, &page.First)
	}
	return page, err
}

// wantedOrders are the orders of a list, and how it is sorted.
type wantedOrders struct {
	client, link, event int64 // 0: of all
	unattributed        bool  // with a ticket that no link is credited with
	words               []searchWord
	sort                model.OrderSort
	up                  bool
	before              *model.SortedPlace // nil: from the beginning
}

func (c *conn) wantedOrders(cl model.Client, f model.OrderFilter) (wantedOrders, error) {
	w := wantedOrders{client: cl.ID, unattributed: f.Unattributed, sort: f.Sort, up: f.Up}
	if f.Event != "" {
		e, err := c.event(cl.Slug, f.Event)
		if err != nil {
			return w, err
		}
		w.event = e.ID
	}
	if f.Link != "" {
		l, err := c.link(cl.Slug, f.Link)
		if err != nil {
			return w, err
		}
		w.link = l.ID
	}
	return w, nil
}

// orderQuery is the rows of order_lists that are wanted, as p.
type orderQuery struct {
	wantedOrders
	of    string // the list, with args
	where string // and what its orders must be
	args  []any
	after string // and what follows the place; empty from the beginning
	more  []any  // with these behind args
}

// query writes what is wanted. Each combination of filters has a text of its own: with
// "or $1 = 0" PostgreSQL plans for too few rows.
func (w wantedOrders) query() orderQuery {
	q := orderQuery{wantedOrders: w}
	kept := int64(listAll)
	switch {
	case w.link != 0:
		kept = w.link
	case w.unattributed:
		kept = listUnattributed
	}
	q.args = []any{w.client, kept}
	q.of = `p.client_id = $1 AND p.link_id = $2`
	if conditions := w.kindConditions(&q); conditions != nil {
		for _, c := range conditions {
			q.where += ` AND p.kind IN (SELECT q.kind FROM order_kinds q WHERE q.client_id = $1 AND ` + c + `)`
		}
	}
	q.where += searched(w.words)
	if w.before != nil {
		q.follow(*w.before)
	}
	return q
}

// kindConditions are what rows of an order's kind must be beside what its list says.
func (w wantedOrders) kindConditions(q *orderQuery) (conditions []string) {
	event := ``
	if w.event != 0 {
		event = ` AND q.event_id = ` + next(&q.args, w.event)
	}
	switch {
	case w.link != 0 && w.event != 0:
		conditions = append(conditions, `q.link_id = $2`+event)
	case w.event != 0 && !w.unattributed:
		conditions = append(conditions, `true`+event)
	}
	if w.unattributed && (w.link != 0 || w.event != 0) {
		conditions = append(conditions, `q.link_id = 0`+event)
	}
	return conditions
}

// next adds an argument, and is its name in the text.
func next(args *[]any, v any) string {
	*args = append(*args, v)
	return "$" + strconv.Itoa(len(*args))
}

// columns are what the list is sorted by before the checkout's name and the order's id.
func (w wantedOrders) columns() []string {
	switch w.sort {
	case model.SortTickets:
		return []string{"p.tickets", "p.placed_at"}
	case model.SortFace:
		return []string{"p.currency", "p.face_value", "p.placed_at"}
	case model.SortLink:
		return []string{"CASE p.code WHEN '' THEN '" + model.NoLink + "' ELSE p.code END", "p.placed_at"}
	}
	return []string{"p.placed_at"}
}

// values are those of the place, in the order of the columns.
func (w wantedOrders) values(p model.SortedPlace) []any {
	at := millis(p.PlacedAt)
	switch w.sort {
	case model.SortTickets:
		return []any{p.Amount, at}
	case model.SortFace:
		return []any{p.Word, p.Amount, at}
	case model.SortLink:
		return []any{p.Word, at}
	}
	return []any{at}
}

// beyond compares what comes later in the list.
func (w wantedOrders) beyond() string {
	if w.up {
		return " > "
	}
	return " < "
}

// follow narrows to what follows the place. Only rows with the place's own values look at
// the order that they are of.
func (q *orderQuery) follow(p model.SortedPlace) {
	args := slices.Clone(q.args)
	var names []string
	for _, v := range q.values(p) {
		names = append(names, next(&args, v))
	}
	columns, values := `(`+strings.Join(q.columns(), ", ")+`)`, `(`+strings.Join(names, ", ")+`)`
	beyond := q.beyond()
	q.after = ` AND ` + columns + strings.TrimRight(beyond, " ") + `= ` + values + ` AND (` + columns + beyond + values + `
		OR EXISTS (SELECT 1 FROM orders x JOIN checkouts y ON y.id = x.checkout_id WHERE x.id = p.order_id AND (y.name, x.order_id)` + beyond + `(` + next(&args, p.Checkout) + `, ` + next(&args, p.Order) + `)))`
	q.more = args[len(q.args):]
}

// order is the columns in the list's direction.
func (q *orderQuery) order(columns ...string) string {
	direction := ` DESC`
	if q.up {
		direction = ` ASC`
	}
	return ` ORDER BY ` + strings.Join(columns, direction+`, `) + direction
}

// cutOf is the values of the columns of the last order of a part, nil where the part ends
// before: only orders up to there are joined with what tells equals apart. A list by time is
// read in its order, and needs none.
func (c *conn) cutOf(q orderQuery, limit int) (cut []any, err error) {
	if q.sort == model.SortPlaced {
		return nil, nil
	}
	args := slices.Concat(q.args, q.more)
	columns := q.columns()
	query := `SELECT ` + strings.Join(columns, ", ") + ` FROM order_lists p WHERE ` + q.of + q.where + q.after + q.order(columns...) + ` LIMIT 1 OFFSET ` + next(&args, limit-1)
	cut = make([]any, len(columns))
	into := make([]any, len(columns))
	for i := range cut {
		into[i] = &cut[i]
	}
	if err = c.row(query, args...).Scan(into...); isNoRows(err) {
		return nil, nil
	}
	for i, v := range cut {
		if b, ok := v.([]byte); ok {
			cut[i] = string(b)
		}
	}
	return cut, err
}

// count asks how many there are, and how many come before the place. It reads the whole
// list: some 10 ms for 100,000 orders.
func (q orderQuery) count() (query string, args []any) {
	if q.after == "" {
		return `SELECT count(*), 0 FROM order_lists p WHERE ` + q.of + q.where, q.args
	}
	return `SELECT count(*), count(CASE WHEN true` + q.after + ` THEN NULL ELSE 1 END) FROM order_lists p WHERE ` + q.of + q.where, slices.Concat(q.args, q.more)
}

// list asks for those up to the cut, with what the list shows of each: one row for each
// ticket of the client. Orders that are equal are sorted among themselves.
func (q orderQuery) list(cut []any, limit int) (query string, args []any) {
	args = slices.Concat(q.args, q.more)
	columns := q.columns()
	from := ` FROM order_lists p JOIN orders o ON o.id = p.order_id JOIN checkouts k ON k.id = o.checkout_id WHERE ` + q.of
	if cut != nil {
		names := make([]string, len(cut))
		for i, v := range cut {
			names[i] = next(&args, v)
		}
		until := map[bool]string{true: ` <= `, false: ` >= `}[q.up]
		from += ` AND (` + strings.Join(columns, ", ") + `)` + until + `(` + strings.Join(names, ", ") + `)` // first: it leaves few for the rest
	}
	from += q.where + q.after
	return `WITH listed AS (SELECT o.id, p.placed_at, p.tickets, p.face_value, p.currency, p.code, k.name AS checkout, o.order_id` + from +
		q.order(append(columns, "k.name", "o.order_id")...) + ` LIMIT ` + next(&args, limit) + `)
		SELECT p.id, t.ticket_id, t.face_value, t.status, t.reason, l.code, ` + orderHeadColumns + `
		FROM listed p JOIN orders o ON o.id = p.id ` + orderHeadJoins + `
			JOIN tickets t ON t.order_id = p.id LEFT JOIN links l ON l.id = t.link_id
		WHERE t.client_id = $1 AND t.listed = 1` + q.order(append(columns, "p.checkout", "p.order_id")...), args
}

// listedTicket is what a list says of a ticket.
type listedTicket struct {
	id     string
	face   int64
	status model.Status
	reason model.Reason
	link   *string
}

// summaries are the orders that a wantedOrders.list gives.
func (c *conn) summaries(query string, args []any) ([]model.OrderSummary, error) {
	list := []model.OrderSummary{}
	var last int64
	var head orderHead
	var tickets []listedTicket
	summarize := func() {
		if last != 0 {
			list = append(list, head.summary(tickets))
		}
	}
	err := c.each(func(r *sql.Rows) error {
		var order int64
		var t listedTicket
		var h orderHead
		if err := r.Scan(append([]any{&order, &t.id, &t.face, &t.status, &t.reason, &t.link}, h.columns()...)...); err != nil {
			return err
		}
		if order != last {
			summarize()
			last, head, tickets = order, h, tickets[:0]
		}
		tickets = append(tickets, t)
		return nil
	}, query, args...)
	summarize()
	return list, err
}

// orderHead is what an order says of itself.
type orderHead struct {
	id, checkout, currency string
	placedAt, version      int64
	test, known, isNew     bool // known: the customer is
	channel                string
	consent                model.Consent
}

const (
	orderHeadColumns = `o.order_id, k.name, o.placed_at, o.version, o.test, o.currency,
			CASE WHEN o.customer_id IS NULL THEN 0 ELSE 1 END, CASE WHEN u.first_order = o.id AND o.returns = 0 THEN 1 ELSE 0 END, o.channel, o.consent`
	orderHeadJoins = `JOIN checkouts k ON k.id = o.checkout_id LEFT JOIN customers u ON u.id = o.customer_id`
)

// columns are where orderHeadColumns go.
func (h *orderHead) columns() []any {
	return []any{&h.id, &h.checkout, &h.placedAt, &h.version, &h.test, &h.currency, &h.known, &h.isNew, &h.channel, &h.consent}
}

// customerNew is nil where the customer is unknown.
func (h orderHead) customerNew() *bool {
	if !h.known {
		return nil
	}
	return &h.isNew
}

// summary is the order with its tickets, which it sorts: links and reasons stand in the
// order of the tickets' ids.
func (h orderHead) summary(tickets []listedTicket) model.OrderSummary {
	o := model.OrderSummary{
		ID: h.id, Checkout: h.checkout, PlacedAt: fromMillis(h.placedAt), Version: h.version, Test: h.test,
		CustomerNew: h.customerNew(), Links: []string{}, Reasons: []model.Reason{},
	}
	slices.SortFunc(tickets, func(a, b listedTicket) int { return model.CompareIDs(a.id, b.id) })
	for _, t := range tickets {
		if t.status == model.Valid && !o.Test {
			o.Tickets++
			o.FaceValue.Add(h.currency, t.face)
		}
		if t.link != nil && !slices.Contains(o.Links, *t.link) {
			o.Links = append(o.Links, *t.link)
		}
		if !slices.Contains(o.Reasons, t.reason) {
			o.Reasons = append(o.Reasons, t.reason)
		}
	}
	return o
}

func (c *conn) orderHead(order int64) (h orderHead, err error) {
	err = c.row(`SELECT `+orderHeadColumns+` FROM orders o `+orderHeadJoins+` WHERE o.id = $1`, order).Scan(h.columns()...)
	return h, err
}
