package db

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"lastclick/model"
)

// ExplainOrder says why each ticket of the order's newest version was or was not
// attributed (R8), by the tickets' ids. An admin sees all of the order's tickets, other
// people their client's.
func (s *Store) ExplainOrder(ctx context.Context, a model.Actor, id, checkout string) (model.OrderExplained, error) {
	var slug string
	err := a.Require(model.Viewer)
	if a.Role != model.Admin {
		slug, err = a.RequireClient(model.Viewer)
	}
	if err != nil {
		return model.OrderExplained{}, err
	}
	return read(ctx, s, func(c *conn) (model.OrderExplained, error) {
		client, err := c.clientOrAll(slug)
		if err != nil {
			return model.OrderExplained{}, err
		}
		order, err := c.findOrder(client, id, checkout)
		if err != nil {
			return model.OrderExplained{}, err
		}
		return c.explain(order, client)
	})
}

// OrderCheckouts are the checkouts with such an order that the actor may see.
func (s *Store) OrderCheckouts(ctx context.Context, a model.Actor, id string) ([]string, error) {
	slug, err := a.RequireClient(model.Viewer)
	if err != nil {
		return nil, err
	}
	return read(ctx, s, func(c *conn) ([]string, error) {
		client, err := c.clientOrAll(slug)
		if err != nil {
			return nil, err
		}
		_, checkouts, err := c.ordersWithID(client, id, "")
		if err == nil && len(checkouts) == 0 {
			err = model.NotFoundError("order", id)
		}
		return checkouts, err
	})
}

// clientOrAll is the client's row; 0 for an empty slug, which is all clients.
func (c *conn) clientOrAll(slug string) (int64, error) {
	if slug == "" {
		return 0, nil
	}
	cl, err := c.client(slug)
	return cl.ID, err
}

// findOrder finds an order with a ticket of the client (0: of any) by its id.
func (c *conn) findOrder(client int64, id, checkout string) (int64, error) {
	orders, checkouts, err := c.ordersWithID(client, id, checkout)
	switch {
	case err != nil:
		return 0, err
	case len(orders) == 0:
		return 0, model.NotFoundError("order", id)
	case len(orders) > 1:
		return 0, &model.Error{Kind: model.Invalid, Field: "checkout", Msg: "several checkouts have such an order", Hint: "name one with --checkout: " + strings.Join(checkouts, ", ")}
	}
	return orders[0], nil
}

// ordersWithID are the orders with a ticket of the client (0: of any) that have the id, and
// their checkouts; an empty checkout is any.
func (c *conn) ordersWithID(client int64, id, checkout string) (orders []int64, checkouts []string, err error) {
	err = c.each(func(r *sql.Rows) error {
		var order int64
		var name string
		err := r.Scan(&order, &name)
		orders, checkouts = append(orders, order), append(checkouts, name)
		return err
	}, `SELECT o.id, k.name FROM checkouts k JOIN orders o ON o.checkout_id = k.id
		WHERE o.order_id = $1 AND (k.name = $2 OR $2 = '')
			AND EXISTS (SELECT 1 FROM tickets t WHERE t.order_id = o.id AND t.listed = 1 AND (t.client_id = $3 OR $3 = 0)) ORDER BY k.name`, id, checkout, client)
	return orders, checkouts, err
}

// judged is a ticket with what its verdict was reached with.
type judged struct {
	model.TicketExplained
	client, event, window, placedAt int64
	rule                            model.Rule
	saw                             int64
}

// explain recomputes what became of each click, from exactly what the verdicts were
// reached with. The verdict on a test order's ticket rests on no click and no time, so it
// is explained as it stands now: with all clicks that came, and the verdicts they would
// have met (R9). client 0 shows all tickets and all links.
func (c *conn) explain(order, client int64) (model.OrderExplained, error) {
	head, err := c.orderHead(order)
	if err != nil {
		return model.OrderExplained{}, err
	}
	x := model.OrderExplained{
		ID: head.id, Checkout: head.checkout, PlacedAt: fromMillis(head.placedAt), Version: head.version,
		CustomerNew: head.customerNew(), Channel: optional(head.channel), Consent: head.consent.Said(), Test: head.test, Currency: head.currency,
	}
	proof, err := c.orderProof(order, client)
	if err != nil {
		return x, err
	}
	tickets, err := c.judgedTickets(order, client)
	if err != nil {
		return x, err
	}
	for _, t := range tickets {
		if x.Rule == "" {
			x.Rule, x.Window = t.rule, model.WindowOf(t.window).String()
		}
		sale := model.Sale{Client: t.client, Event: t.event, PlacedAt: fromMillis(t.placedAt), Rule: t.rule, Window: model.WindowOf(t.window), Test: x.Test}
		if x.Test {
			sale.PlacedAt, t.saw = x.PlacedAt, sawReceipt|sawClick
		}
		v := model.Attribute(sale, model.Evidence{Clicks: proof.clicks(t.saw)})
		t.Considered = make([]model.ClickExplained, len(v.Considered))
		for i, k := range v.Considered {
			t.Considered[i] = model.ClickExplained{Link: proof.codes[k.Link], ClickedAt: k.At, Verdict: k.Verdict}
		}
		x.Tickets = append(x.Tickets, t.TicketExplained)
	}
	return x, nil
}

// judgedTickets are the tickets of the newest version, by their ids.
func (c *conn) judgedTickets(order, client int64) ([]judged, error) {
	var list []judged
	err := c.each(func(r *sql.Rows) error {
		var t judged
		err := r.Scan(&t.ID, &t.Event, &t.Type, &t.TypeName, &t.FaceValue, &t.Status, &t.Scanned, &t.Link, &t.Reason,
			&t.client, &t.event, &t.rule, &t.window, &t.placedAt, &t.saw, &t.Paid)
		list = append(list, t)
		return err
	}, `SELECT t.ticket_id, e.slug, t.type, t.type_name, t.face_value, t.status, COALESCE(s.scanned, 0), l.code, t.reason,
			t.client_id, t.event_id, t.rule, t.window_s, t.judged_placed_at, t.judged_receipt, t.paid
		FROM tickets t JOIN events e ON e.id = t.event_id LEFT JOIN links l ON l.id = t.link_id
			LEFT JOIN scans s ON s.checkout_id = t.checkout_id AND s.ticket_id = t.ticket_id
		WHERE t.order_id = $1 AND t.listed = 1 AND (t.client_id = $2 OR $2 = 0)`, order, client)
	slices.SortFunc(list, func(a, b judged) int { return model.CompareIDs(a.ID, b.ID) })
	return list, err
}
