package db

import "context"

// batchSource loads what a batch's unit asks for later, over the committer's session.
type batchSource struct {
	ctx context.Context
	ses *session
}

var _ source = batchSource{}

func (b batchSource) load(u *unit, w *wanted) error { return b.ses.load(b.ctx, u, w) }

func (b batchSource) newID(table string) (int64, error) { return b.ses.id(b.ctx, table) }

func (b batchSource) earliest(c *customer, n int) ([]ranked, error) {
	var list []ranked
	err := b.ses.run(b.ctx, request{set: loadEarliest, values: []any{c.id, n}, scan: func(r scanner) error {
		var o ranked
		err := r.Scan(&o.id, &o.placedAt, &o.checkout, &o.order)
		list = append(list, o)
		return err
	}})
	return list, err
}

var loadEarliest = newSet("customer bigint, n bigint", `SELECT o.id, o.placed_at, k.name, o.order_id FROM orders o JOIN checkouts k ON k.id = o.checkout_id
	WHERE o.customer_id = (SELECT customer FROM r) AND o.test = 0 ORDER BY o.placed_at, k.name, o.order_id LIMIT (SELECT n FROM r)`)

var loadKept = newSet("id bigint", `SELECT i.checkout_id, i.webhook_id, i.digest, i.body, i.received_at FROM r JOIN inbox i ON i.id = r.id`)

func (b batchSource) keptItem(id int64) (d kept, err error) {
	err = b.ses.run(b.ctx, request{set: loadKept, values: []any{id}, scan: func(r scanner) error { return d.scan(r) }})
	return d, err
}

// parked is not asked of a batch: see errNewEvent.
func (b batchSource) parked(*unit, string) ([]kept, error) { return nil, errNewEvent }
func (b batchSource) insertEvent(*unit, *event) error      { return errNewEvent }
