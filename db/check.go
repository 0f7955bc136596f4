package db

import (
	"context"
	"fmt"
	"time"

	"lastclick/model"
)

// checkTimeout bounds a recount of the whole database.
const checkTimeout = 30 * time.Minute

// Check recounts every kept sum from the facts, in one snapshot, and has the engine
// check its file. It returns what differs (R22). The recount shares nothing with the code
// that keeps the sums.
func (s *Store) Check(ctx context.Context) ([]model.Difference, error) {
	s.awaitClicks(ctx)
	diffs, err := s.check(ctx)
	return diffs, s.orDamage(err)
}

func (s *Store) check(ctx context.Context) ([]model.Difference, error) {
	return snapshot(ctx, s, checkTimeout, func(c *conn) ([]model.Difference, error) {
		diffs, err := c.checkFile()
		if err != nil {
			return nil, err
		}
		r := recount{conn: c, diffs: diffs}
		for _, compare := range []func() error{r.sales, r.lists, r.listed, r.kindOrders, r.overlaps, r.shared, r.firsts, r.copies, r.consents, r.clicks, r.clickDays, r.clickJournal, r.bookings} {
			if err := compare(); err != nil {
				return nil, err
			}
		}
		return r.diffs, nil
	})
}

// checkFile has the engine check its file, where the database is one.
func (c *conn) checkFile() ([]model.Difference, error) {
	if c.s.file == nil {
		return nil, nil
	}
	return c.s.file.checkFile(c)
}

// recount collects what differs.
type recount struct {
	*conn
	diffs []model.Difference
}

// differ notes a column whose kept value is not that of the facts.
func (r *recount) differ(cell, column string, kept, facts any) {
	r.diffs = append(r.diffs, model.Difference{Cell: cell + ": " + column, Kept: fmt.Sprint(kept), Facts: fmt.Sprint(facts)})
}

const recountFirsts = `WITH ranked AS (
		SELECT o.id, o.customer_id, row_number() OVER (PARTITION BY o.customer_id ORDER BY o.placed_at, k.name, o.order_id) AS place
		FROM orders o JOIN checkouts k ON k.id = o.checkout_id WHERE o.test = 0 AND o.customer_id IS NOT NULL)
	SELECT u.id, COALESCE(u.first_order, 0), COALESCE(f.id, 0) FROM customers u LEFT JOIN ranked f ON f.customer_id = u.id AND f.place = 1
	WHERE COALESCE(u.first_order, 0) <> COALESCE(f.id, 0)`

const recountClicks = `SELECT link_id, CAST(sum(clicks) AS BIGINT), CAST(sum(visitors) AS BIGINT), CAST(sum(bots) AS BIGINT), CAST(sum(qr_scans) AS BIGINT)
	FROM click_counts GROUP BY link_id`

const keptClicks = `SELECT link_id, clicks, visitors, bots, qr_scans FROM click_sums`

// recountClickDays rounds down to days, also before 1970.
const recountClickDays = `SELECT link_id, (quarter - (quarter % 96 + 96) % 96) / 96, CAST(sum(clicks) AS BIGINT), CAST(sum(visitors) AS BIGINT), CAST(sum(bots) AS BIGINT), CAST(sum(qr_scans) AS BIGINT)
	FROM click_counts GROUP BY 1, 2`

const keptClickDays = `SELECT link_id, day, clicks, visitors, bots, qr_scans FROM click_days`

// recountConsents are tickets of which the reason and their order's consent cannot both be
// right (R26).
const recountConsents = `SELECT t.ticket_id, t.reason, CASE WHEN o.consent = 2 THEN 'no_consent' ELSE 'no_click' END FROM tickets t JOIN orders o ON o.id = t.order_id
	WHERE t.listed = 1 AND (t.reason = 'no_click' AND o.consent = 2 OR t.reason = 'no_consent' AND o.consent <> 2)`

// recountCopies are tickets whose copies of their order's and event's columns differ.
const recountCopies = `SELECT t.ticket_id, t.checkout_id, o.checkout_id, t.client_id, e.client_id FROM tickets t JOIN orders o ON o.id = t.order_id JOIN events e ON e.id = t.event_id
	WHERE t.client_id <> e.client_id OR t.checkout_id <> o.checkout_id`
