package db

import (
	"context"
	"database/sql"
	"slices"
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
	search, err := model.ParseOrderSearch(f.Search, s.now().UTC())
	if err != nil {
		return page, err
	}
	f.Search = strings.Join(strings.Fields(f.Search), " ")
	var key any = ordersKey{f, len(search.Words) > 0 && a.Can(model.Admin)}
	if search.HasDays() {
		key = s.timed(key)
	}
	return shared(ctx, s, slug, key, func(c *conn, cl model.Client, _ uint64) (page model.Listing[model.OrderSummary], err error) {
		w, err := c.wantedOrders(cl, f, a.Can(model.Admin))
		if err != nil {
			return page, err
		}
		w.before = before
		return c.orders(w, f)
	})
}

func (c *conn) orders(w wantedOrders, f model.OrderFilter) (page model.Listing[model.OrderSummary], err error) {
	limit := bounded(f.Limit)
	q, err := c.orderQuery(w)
	if err != nil {
		return page, err
	}
	if page.Items, err = c.orderPart(q, limit+1); err != nil {
		return page, err
	}
	if len(page.Items) > limit {
		page.Items = page.Items[:limit]
		page.Next = model.PlaceOf(&page.Items[limit-1], f.Sort, f.Up).Cursor()
	}
	switch {
	case w.before == nil && page.Next == "":
		page.Total = int64(len(page.Items))
	case !f.Uncounted:
		page.Total, page.First, err = c.count(q)
	}
	return page, err
}

// wantedOrders are the orders of a list, and how it is sorted.
type wantedOrders struct {
	client, link, event int64 // 0: of all
	unattributed        bool  // with a ticket that no link is credited with
	marks               int64 // all that they must have
	from, until         *int64
	words               []string
	customers           bool // the words may name them
	sort                model.OrderSort
	up                  bool
	before              *model.SortedPlace // nil: from the beginning
}

// wantedOrders are those of the filter. Days are the client's, as they are now.
func (c *conn) wantedOrders(cl model.Client, f model.OrderFilter, customers bool) (wantedOrders, error) {
	w := wantedOrders{client: cl.ID, sort: f.Sort, up: f.Up, customers: customers}
	search, err := model.ParseOrderSearch(f.Search, c.s.now().In(cl.Location()))
	if err != nil {
		return w, err
	}
	from, until, err := model.Filter{From: search.From, To: search.To}.Range(cl.Location())
	if err != nil {
		return w, err
	}
	if !from.IsZero() {
		w.from = new(millis(from))
	}
	if !until.IsZero() {
		w.until = new(millis(until))
	}
	w.words = search.Words
	w.marks, w.unattributed = marksOfSearch(search.Is)
	w.unattributed = w.unattributed || f.Unattributed
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

// listedTicket is what a list says of a ticket.
type listedTicket struct {
	id     string
	face   int64
	status model.Status
	reason model.Reason
	link   *string
}

// summaries are the orders o that the condition holds for, with the tickets of the client,
// which is $1, in the order of their rows, whose ids stand beside them.
func (c *conn) summaries(condition string, args []any) (list []model.OrderSummary, ids []int64, err error) {
	list = []model.OrderSummary{}
	var last int64
	var head orderHead
	var tickets []listedTicket
	summarize := func() {
		if last != 0 {
			list, ids = append(list, head.summary(tickets)), append(ids, last)
		}
	}
	err = c.each(func(r *sql.Rows) error {
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
	}, `SELECT o.id, t.ticket_id, t.face_value, t.status, t.reason, l.code, `+orderHeadColumns+`
		FROM orders o `+orderHeadJoins+` JOIN tickets t ON t.order_id = o.id LEFT JOIN links l ON l.id = t.link_id
		WHERE t.client_id = $1 AND t.listed = 1 AND `+condition+` ORDER BY o.id`, args...)
	summarize()
	return list, ids, err
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
