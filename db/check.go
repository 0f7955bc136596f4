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
// check its file. It returns what differs (R22). The recount is SQL that shares nothing
// with the code that keeps the sums.
func (s *Store) Check(ctx context.Context) ([]model.Difference, error) {
	s.awaitClicks(ctx)
	return snapshot(ctx, s, checkTimeout, func(c *conn) ([]model.Difference, error) {
		diffs, err := c.checkFile()
		if err != nil {
			return nil, err
		}
		r := recount{conn: c, diffs: diffs}
		for _, compare := range []func() error{r.cells, r.money, r.firsts, r.clicks, r.clickDays, r.clickJournal} {
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

// factsOf are the tickets that count, once in every cell that they count in: the
// levels are those of GROUPING SETS, which SQLite does not have. 1: all links,
// 2: all links by event, 3: the link or reason, 4: that by event, 5: that by type.
const factsOf = `WITH levels(n) AS (VALUES (1), (2), (3), (4), (5)),
	ranked AS (
		SELECT o.id, o.returns, row_number() OVER (PARTITION BY o.customer_id ORDER BY o.placed_at, k.name, o.order_id) AS place
		FROM orders o JOIN checkouts k ON k.id = o.checkout_id WHERE o.test = 0 AND o.customer_id IS NOT NULL),
	facts AS (
		SELECT e.client_id, t.order_id, o.customer_id, o.currency, t.face_value,
			CASE WHEN levels.n IN (1, 2) THEN 0 ELSE COALESCE(t.link_id, 0) END AS link_id,
			CASE WHEN t.link_id IS NULL THEN t.reason ELSE '' END AS reason,
			CASE WHEN levels.n IN (1, 3) THEN 0 ELSE t.event_id END AS event_id,
			CASE WHEN levels.n = 5 THEN t.type ELSE '' END AS type,
			CASE WHEN t.status = 'valid' THEN 1 ELSE 0 END AS live,
			CASE WHEN s.scanned = 1 THEN 1 ELSE 0 END AS scanned,
			CASE WHEN f.place = 1 AND f.returns = 0 THEN 1 ELSE 0 END AS newly
		FROM tickets t JOIN levels ON t.link_id IS NOT NULL OR levels.n IN (3, 4)
			JOIN events e ON e.id = t.event_id
			JOIN orders o ON o.id = t.order_id AND o.test = 0
			LEFT JOIN ranked f ON f.id = o.id
			LEFT JOIN scans s ON s.checkout_id = t.checkout_id AND s.ticket_id = t.ticket_id
		WHERE t.status IN ('valid', 'refunded'))
	`

const recountCells = factsOf + `SELECT client_id, link_id, reason, event_id, type,
		count(DISTINCT CASE WHEN live = 1 THEN order_id END), count(DISTINCT CASE WHEN live = 1 THEN customer_id END),
		count(DISTINCT CASE WHEN live = 1 AND newly = 1 THEN order_id END), CAST(sum(live) AS BIGINT), CAST(sum(live * scanned) AS BIGINT)
	FROM facts GROUP BY client_id, link_id, reason, event_id, type`

const keptCells = `SELECT client_id, link_id, reason, event_id, type, CAST(sum(orders) AS BIGINT), max(customers), CAST(sum(new_customers) AS BIGINT), CAST(sum(tickets) AS BIGINT), CAST(sum(scanned) AS BIGINT) FROM cells c JOIN cell_sums s ON s.cell_id = c.id GROUP BY client_id, link_id, reason, event_id, type`

const recountMoney = factsOf + `SELECT client_id, link_id, reason, event_id, type, currency,
		CAST(sum(live) AS BIGINT), CAST(sum(live * face_value) AS BIGINT), CAST(sum(1 - live) AS BIGINT), CAST(sum((1 - live) * face_value) AS BIGINT)
	FROM facts GROUP BY client_id, link_id, reason, event_id, type, currency`

const keptMoney = `SELECT c.client_id, c.link_id, c.reason, c.event_id, c.type, m.currency, m.tickets, m.face_value, m.refunded, m.refunded_face
	FROM cells c JOIN cell_sums m ON m.cell_id = c.id`

// recountBuyers are the rows of cell_customers that should be and are not, or are
// and should not be, by cell.
const recountBuyers = factsOf + `, want AS (
		SELECT f.customer_id, c.id AS cell_id, count(DISTINCT f.order_id) AS orders
		FROM facts f JOIN cells c ON c.client_id = f.client_id AND c.link_id = f.link_id AND c.reason = f.reason AND c.event_id = f.event_id AND c.type = f.type
		WHERE f.live = 1 AND f.customer_id IS NOT NULL GROUP BY f.customer_id, c.id)
	SELECT c.client_id, c.link_id, c.reason, c.event_id, c.type, CAST(sum(d.kept) AS BIGINT), CAST(sum(d.want) AS BIGINT) FROM (
		SELECT cell_id, 1 AS kept, 0 AS want FROM (SELECT customer_id, cell_id, orders FROM cell_customers EXCEPT SELECT customer_id, cell_id, orders FROM want) x
		UNION ALL
		SELECT cell_id, 0 AS kept, 1 AS want FROM (SELECT customer_id, cell_id, orders FROM want EXCEPT SELECT customer_id, cell_id, orders FROM cell_customers) y) d
	JOIN cells c ON c.id = d.cell_id GROUP BY c.client_id, c.link_id, c.reason, c.event_id, c.type`

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

// recountCopies are tickets whose copies of their order's and event's columns differ.
const recountCopies = `SELECT t.ticket_id, t.placed_at, o.placed_at, t.client_id, e.client_id FROM tickets t JOIN orders o ON o.id = t.order_id JOIN events e ON e.id = t.event_id
	WHERE t.placed_at <> o.placed_at OR t.client_id <> e.client_id OR t.checkout_id <> o.checkout_id`
