package db

import (
	"context"
	"crypto/sha256"
	"slices"
	"strings"

	"lastclick/model"
)

// summing bounds how many sums of links are counted at a time: each looks at the orders of
// its links, and leaves most readers to the pages.
const summing = 2

// sumKey names a sum of some links among the pages of a client. There may be thousands of
// codes, so it has their digest.
type sumKey struct {
	filter model.Filter
	codes  [sha256.Size]byte
}

// SumLinks is the numbers of some links together, each customer and order once. There is no
// cell of several links, so where two of the client's links share a customer or an order,
// theirs are counted from the lists of orders: some microseconds an order. It is shared as
// the pages are: see pages.go.
func (s *Store) SumLinks(ctx context.Context, a model.Actor, f model.Filter, codes []string) (model.Numbers, error) {
	slug, err := a.RequireClient(model.Viewer)
	if err != nil {
		return model.Numbers{}, err
	}
	codes = slices.Clone(codes)
	slices.Sort(codes)
	codes = slices.Compact(codes)
	select {
	case s.sums <- struct{}{}:
		defer func() { <-s.sums }()
	case <-ctx.Done():
		return model.Numbers{}, ctx.Err()
	}
	f.Link = ""
	return shared(ctx, s, slug, sumKey{f, sha256.Sum256([]byte(strings.Join(codes, " ")))}, func(c *conn, cl model.Client, _ uint64) (model.Numbers, error) {
		return c.sumLinks(cl, f, codes)
	})
}

func (c *conn) sumLinks(cl model.Client, f model.Filter, codes []string) (model.Numbers, error) {
	d, err := c.statsData(cl, f)
	if err != nil {
		return model.Numbers{}, err
	}
	st := d.stats(cl, f)
	from, until, err := f.Range(cl.Location())
	if err != nil {
		return model.Numbers{}, err
	}
	var sum model.LinkSum
	var values []any
	for i := range st.Links {
		l := &st.Links[i]
		if _, in := slices.BinarySearch(codes, l.Link.Code); !in || l.Orders == 0 {
			continue
		}
		sum.Add(&l.Numbers)
		values = append(values, l.Link.ID, cl.ID, d.event, bound(from, -1<<62), bound(until, 1<<62))
	}
	if sum.Selling > 1 && !st.Apart() {
		sum.Customers, sum.NewCustomers, sum.Orders, err = c.distinct(values)
	}
	return sum.Numbers, err
}

// ordersOfLinks are the orders with a live ticket that is credited to one of the links; an
// order that several of them share comes several times.
var ordersOfLinks = newSet("link bigint, client bigint, event bigint, since bigint, until bigint",
	`SELECT o.id, COALESCE(o.customer_id, 0), CASE WHEN k.first_order = o.id AND o.returns = 0 THEN 1 ELSE 0 END
	FROM r CROSS JOIN order_lists l CROSS JOIN orders o LEFT JOIN customers k ON k.id = o.customer_id
	WHERE l.client_id = r.client AND l.link_id = r.link AND l.placed_at >= r.since AND l.placed_at < r.until AND o.id = l.order_id AND o.test = 0
		AND EXISTS (SELECT 1 FROM tickets t WHERE t.order_id = o.id AND t.client_id = r.client AND t.link_id = r.link AND t.status = 'valid' AND (r.event = 0 OR t.event_id = r.event))`)

// distinct counts the orders of the links, their customers, and those who are new.
func (c *conn) distinct(values []any) (customers, fresh, orders int64, err error) {
	seen, buyers := map[int64]struct{}{}, map[int64]struct{}{}
	err = c.set(ordersOfLinks, values, func(r scanner) error {
		var order, customer, isNew int64
		if err := r.Scan(&order, &customer, &isNew); err != nil {
			return err
		}
		if _, again := seen[order]; again {
			return nil
		}
		seen[order] = struct{}{}
		if customer != 0 {
			buyers[customer] = struct{}{}
			fresh += isNew
		}
		return nil
	})
	return int64(len(buyers)), fresh, int64(len(seen)), err
}
