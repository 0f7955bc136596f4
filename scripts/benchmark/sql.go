package main

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"time"

	_ "github.com/mattn/go-sqlite3" // the driver

	"lastclick/scripts/benchmark/load"
)

// All SQL of the benchmark on lastclick's own tables is in this file; the tables are in
// db/migrations.

// openFile opens a SQLite database that no daemon uses meanwhile.
func openFile(path, params string) (*sql.DB, error) {
	return sql.Open("sqlite3", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+params)
}

// insertLinks adds load.Code(0) to load.Code(n-1) to the client, without any of the
// checks of `link add`: a million of those would take an hour.
func insertLinks(ctx context.Context, path string, n int) error {
	file, err := openFile(path, "_fk=1")
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = file.ExecContext(ctx, `
		WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ?1)
		INSERT INTO links (code, client_id, event_id, name, email, source, stats_token, archived_at, created_at)
		SELECT printf('l%07d', n), (SELECT id FROM clients WHERE slug = ?2), NULL, printf('Promoter %d', n),
			printf('promoter-%d@example.com', n), 'subpromoter', lower(hex(randomblob(11))), NULL, 1764000000000
		FROM numbers`, n, clientSlug)
	if err != nil {
		return fmt.Errorf("insert %d links: %w", n, err)
	}
	var last string
	if err := file.QueryRowContext(ctx, `SELECT max(code) FROM links`).Scan(&last); err != nil {
		return err
	}
	if last != load.Code(n-1) {
		return fmt.Errorf("the last link is %s, want %s", last, load.Code(n-1))
	}
	return nil
}

// facts reads the orders themselves, beside the store.
type facts struct {
	*sql.DB
	ctx  context.Context
	zone *time.Location // of the client's days
}

// total is the last row of the page.
type total struct{ customers, newCustomers, orders, tickets, faceValue int64 }

func openFacts(ctx context.Context, path string) (*facts, error) {
	file, err := openFile(path, "mode=ro&_query_only=1&_cache_size=-32000")
	if err != nil {
		return nil, err
	}
	f := &facts{DB: file, ctx: ctx}
	var zone string
	err = file.QueryRowContext(ctx, `SELECT timezone FROM clients WHERE slug = $1`, clientSlug).Scan(&zone)
	if err == nil {
		f.zone, err = time.LoadLocation(zone)
	}
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	return f, nil
}

// counted is what a row of the page counts over the tickets that have a link.
const counted = `count(DISTINCT o.customer_id), count(DISTINCT CASE WHEN u.first_order = o.id AND o.returns = 0 THEN o.id END),
		count(DISTINCT o.id), count(*), total(t.face_value), total(s.scanned)
	FROM tickets t JOIN orders o ON o.id = t.order_id LEFT JOIN customers u ON u.id = o.customer_id
		LEFT JOIN scans s ON s.checkout_id = t.checkout_id AND s.ticket_id = t.ticket_id
	WHERE t.client_id = (SELECT id FROM clients WHERE slug = $1) AND t.link_id IS NOT NULL AND t.status = 'valid' AND o.test = 0
		AND o.placed_at >= $2 AND o.placed_at < $3`

// page counts every row of the page: each ticket type of each link, each link, and the
// total, which it returns.
func (f *facts) page() (t total, err error) {
	const ever = 1 << 62
	for _, query := range []string{
		`SELECT t.link_id, t.event_id, t.type, ` + counted + ` GROUP BY t.link_id, t.event_id, t.type`,
		`SELECT t.link_id, 0, '', ` + counted + ` GROUP BY t.link_id`,
		`SELECT 0, 0, '', ` + counted,
	} {
		if t, err = f.last(query, -ever, ever); err != nil {
			return t, err
		}
	}
	return t, nil
}

// between counts the total of the orders that were placed from the one time on and before
// the other.
func (f *facts) between(from, until time.Time) (total, error) {
	return f.last(`SELECT 0, 0, '', `+counted, from.UnixMilli(), until.UnixMilli())
}

// last reads all rows and returns the last one.
func (f *facts) last(query string, from, until int64) (t total, err error) {
	rows, err := f.QueryContext(f.ctx, query, clientSlug, from, until)
	if err != nil {
		return t, err
	}
	defer rows.Close()
	for rows.Next() {
		var link, event int64
		var kind string
		var face, scanned float64
		if err := rows.Scan(&link, &event, &kind, &t.customers, &t.newCustomers, &t.orders, &t.tickets, &face, &scanned); err != nil {
			return t, err
		}
		t.faceValue = int64(face)
	}
	return t, rows.Err()
}
