package db

import (
	"database/sql"
	"fmt"

	"lastclick/model"
)

// wrongListed are the rows of order_lists that no listed ticket gives, and otherListed the
// orders that have no row in a list that a listed ticket gives.
const (
	wrongListed = `SELECT p.client_id, p.link_id, count(*) FROM order_lists p
		WHERE NOT EXISTS (SELECT 1 FROM tickets t JOIN orders o ON o.id = t.order_id JOIN events e ON e.id = t.event_id
			WHERE t.order_id = p.order_id AND t.listed = 1 AND o.placed_at = p.placed_at AND e.client_id = p.client_id AND p.link_id IN (-1, COALESCE(t.link_id, 0)))
		GROUP BY p.client_id, p.link_id ORDER BY p.client_id, p.link_id`

	otherListed = `SELECT w.client_id, w.link_id, count(DISTINCT w.order_id)
		FROM (SELECT e.client_id, CASE WHEN every.list = 1 THEN -1 ELSE COALESCE(t.link_id, 0) END AS link_id, o.placed_at, t.order_id
			FROM tickets t JOIN orders o ON o.id = t.order_id JOIN events e ON e.id = t.event_id CROSS JOIN (SELECT 0 AS list UNION ALL SELECT 1) every WHERE t.listed = 1) w
		WHERE NOT EXISTS (SELECT 1 FROM order_lists p WHERE p.client_id = w.client_id AND p.link_id = w.link_id AND p.placed_at = w.placed_at AND p.order_id = w.order_id)
		GROUP BY w.client_id, w.link_id ORDER BY w.client_id, w.link_id`
)

// lists compares the kept lists of orders with those that the facts give.
func (r *recount) lists() error {
	type list struct{ client, link int64 }
	var order []list
	wrong := map[list][2]int64{}
	for i, query := range []string{wrongListed, otherListed} {
		err := r.each(func(row *sql.Rows) error {
			var l list
			var n int64
			err := row.Scan(&l.client, &l.link, &n)
			counts, met := wrong[l]
			if !met {
				order = append(order, l)
			}
			counts[i] = n
			wrong[l] = counts
			return err
		}, query)
		if err != nil {
			return err
		}
	}
	for _, l := range order {
		name, err := r.cellName(model.Bucket{Client: l.client, Link: max(l.link, 0)})
		if err != nil {
			return err
		}
		list := map[int64]string{listAll: "list of all orders", listUnattributed: "list of orders without a link"}[l.link]
		if list == "" {
			list = "list of orders"
		}
		r.differ(name, list, fmt.Sprintf("%d that are wrong", wrong[l][0]), fmt.Sprintf("%d others", wrong[l][1]))
	}
	return nil
}

// recountOverlaps are the pairs of links of which one won a live ticket by the last click
// after the other was clicked inside the window, by the order of the clicks; winner 0
// stands for any. Clicks are those that the ticket's verdict looked at: of the receipt, and
// of a token that is the customer's own, unless the receipt has that link as late.
const recountOverlaps = `WITH proofs AS (
		SELECT order_id, link_id, at, seq, 1 AS seen FROM order_touches
		UNION ALL SELECT o.id, k.link_id, k.at, 999, 2 FROM orders o JOIN click_tokens k ON k.token = o.click_token WHERE o.click = 1),
	clicks AS MATERIALIZED (
		SELECT t.order_id, t.n, x.link_id, max(x.at * 1000 + x.seq) AS place, max(x.at) AS at
		FROM tickets t JOIN proofs x ON x.order_id = t.order_id AND (t.judged_receipt & x.seen) <> 0
		WHERE t.status = 'valid' AND t.reason = 'last_click' AND NOT (x.seen = 2 AND (t.judged_receipt & 1) <> 0
			AND EXISTS (SELECT 1 FROM order_touches y WHERE y.order_id = x.order_id AND y.link_id = x.link_id AND y.at >= x.at))
		GROUP BY t.order_id, t.n, x.link_id),
	pairs AS MATERIALIZED (
		SELECT DISTINCT t.order_id, t.link_id AS winner, x.link_id AS loser
		FROM tickets t JOIN clicks x ON x.order_id = t.order_id AND x.n = t.n AND x.link_id <> t.link_id
			JOIN clicks w ON w.order_id = t.order_id AND w.n = t.n AND w.link_id = t.link_id
			JOIN orders o ON o.id = t.order_id AND o.test = 0
			JOIN events e ON e.id = t.event_id
			JOIN links l ON l.id = x.link_id AND l.client_id = e.client_id
		WHERE x.place < w.place
			AND (t.judged_placed_at - (t.judged_placed_at % 1000 + 1000) % 1000 - x.at) / 1000 <= t.window_s)
	SELECT winner, loser, count(*) FROM pairs GROUP BY winner, loser
	UNION ALL SELECT 0, loser, count(DISTINCT order_id) FROM pairs GROUP BY loser`

// recountShared are the orders that came with a click token of another customer.
const recountShared = `SELECT k.link_id, count(*) FROM orders o JOIN click_tokens k ON k.token = o.click_token JOIN links l ON l.id = k.link_id
	WHERE o.click = 3 AND o.test = 0 AND EXISTS (SELECT 1 FROM tickets t JOIN events e ON e.id = t.event_id WHERE t.order_id = o.id AND t.status = 'valid' AND e.client_id = l.client_id)
	GROUP BY k.link_id`

const keptShared = `SELECT link_id, orders FROM shared_addresses`

func (r *recount) shared() error {
	return compare(r, []string{"orders by a shared address"}, keptShared, recountShared,
		func(row *sql.Rows) (link int64, n counts, err error) {
			err = row.Scan(&link, &n[0])
			return link, n, err
		}, func(link int64) (string, error) { return r.cellName(model.Bucket{Link: link}) })
}

const keptOverlaps = `SELECT winner, loser, orders FROM link_overlaps`

func (r *recount) overlaps() error {
	type pair struct{ winner, loser int64 }
	return compare(r, []string{"orders"}, keptOverlaps, recountOverlaps,
		func(row *sql.Rows) (p pair, n counts, err error) {
			err = row.Scan(&p.winner, &p.loser, &n[0])
			return p, n, err
		}, func(p pair) (string, error) {
			loser, err := r.cellName(model.Bucket{Link: p.loser})
			if err != nil || p.winner == 0 {
				return loser + " · assists", err
			}
			winner, err := r.cellName(model.Bucket{Link: p.winner})
			return winner + " took over from " + loser, err
		})
}
