package db

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// This file holds how the committer of a node writes to PostgreSQL. The requests of a step
// go out together and their answers come back together, so that a batch costs few round
// trips, whatever is in it. Nodes keep out of one another's way by locks of rows, taken in
// one order: what is no sale (meta), the checkouts of the batch's webhooks, the clients that
// their orders concern, the customers. A wait for them ends after lockWait, and a node that
// hangs loses them after idleWait: it holds the others up for that time at most.

// prepareSession makes the session's settings, and the row that notes its commits.
func (e *postgres) prepareSession(ctx context.Context, ses *session) error {
	if e.sessions++; e.sessions > 1 {
		e.renew() // the server that the readers are connected to may be the primary no more
	}
	err := ses.conn.Raw(func(raw any) error {
		conn := raw.(pgxConn).Conn()
		limitSilence(conn, writeSilence)
		if e.pooled.Load() {
			return nil // each transaction makes its own
		}
		return within(ctx, stepTimeout, func(ctx context.Context) error { return execText(ctx, conn, setText(false, commitSettings)) })
	})
	if err != nil {
		return err
	}
	return e.run(ctx, ses.conn, []request{
		{text: e.beginWrite()},
		// Those of nodes that are gone.
		{text: `DELETE FROM commits WHERE at < $1`, values: []any{millis(ses.s.now().Add(-24 * time.Hour))}},
		// The row is there before it is needed: a look at it waits for a commit under way.
		{text: `INSERT INTO commits (node, batch, at, closed) VALUES ($1, 0, $2, 0)`, values: []any{ses.node, millis(ses.s.now())}},
		{text: "COMMIT"},
	})
}

// pgxConn is what a connection of the driver is, for pipelines.
type pgxConn interface{ Conn() *pgx.Conn }

func (e *postgres) run(ctx context.Context, conn *sql.Conn, requests []request) error {
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	if first := requests[0].text; e.pooled.Load() && strings.HasPrefix(first, "BEGIN") {
		// The driver asks what the others' parameters are, which is known in the transaction
		// alone: the search_path may be a setting of it.
		err := conn.Raw(func(raw any) error { return execText(ctx, raw.(pgxConn).Conn(), first) })
		if requests = requests[1:]; err != nil || len(requests) == 0 {
			return err
		}
	}
	batch := &pgx.Batch{}
	for _, r := range requests {
		if r.set == nil {
			batch.Queue(r.text, r.values...)
		} else {
			batch.Queue(r.set.array, r.set.arrays(r.values)...)
		}
	}
	return conn.Raw(func(raw any) error {
		results := raw.(pgxConn).Conn().SendBatch(ctx, batch)
		for _, r := range requests {
			if err := readResult(results, r.scan); err != nil {
				return errors.Join(err, results.Close())
			}
		}
		return results.Close()
	})
}

func (e *postgres) runSet(ctx context.Context, db querier, q *set, values []any, scan func(scanner) error) error {
	if len(values) == 0 {
		return nil
	}
	return runOne(ctx, db, q.array, q.arrays(values), scan)
}

func readResult(results pgx.BatchResults, scan func(scanner) error) error {
	if scan == nil {
		_, err := results.Exec()
		return err
	}
	rows, err := results.Query()
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (e *postgres) beginRequest() request { return request{text: e.beginWrite()} }

func (e *postgres) idRequest(table string, n int, into *idPool) request {
	return request{text: `SELECT nextval(q.name) FROM (SELECT pg_get_serial_sequence($1, 'id')::regclass AS name OFFSET 0) q, generate_series(1, $2)`, values: []any{table, n}, scan: func(r scanner) error {
		var id int64
		err := r.Scan(&id)
		into.free = append(into.free, id)
		return err
	}}
}

func (e *postgres) isRolledBack(error) bool { return false }

// retriableStates are a serialization failure, a deadlock, a wait for a lock that was too
// long (the server ends the one that holds it after as long) and a unique violation: two
// nodes met the same new customer, order or webhook.
var retriableStates = []string{"40001", "40P01", "55P03", "23505"}

func (e *postgres) retriable(err error) bool {
	if _, more := errors.AsType[*moreLocks](err); more {
		return true
	}
	failure, ok := errors.AsType[*pgconn.PgError](err)
	return ok && slices.Contains(retriableStates, failure.Code)
}

// The sets that lock. A scan and an order of one checkout may meet before either is there,
// so that a batch with scans locks its checkouts for itself alone.
var (
	shareCheckouts  = newSet("id bigint", `SELECT k.id FROM checkouts k WHERE k.id IN (SELECT id FROM r) ORDER BY k.id FOR SHARE`)
	lockCheckouts   = newSet("id bigint", `SELECT k.id FROM checkouts k WHERE k.id IN (SELECT id FROM r) ORDER BY k.id FOR NO KEY UPDATE`)
	lockClients     = newSet("checkout bigint, id text, ticket text, slug text, client bigint", lockedClients+lockedInOrder)
	lockShopClients = newSet("checkout bigint, id text, ticket text, slug text, client bigint, shop text", lockedClients+`
			UNION SELECT e.client_id FROM r JOIN shop_events s ON s.checkout_id = r.checkout AND s.shop_id = r.shop JOIN events e ON e.id = s.event_id`+lockedInOrder)
	lockBuyers = newSet("hash bytea, checkout bigint, id text", `SELECT u.id FROM customers u WHERE u.id IN (
			SELECT u.id FROM r JOIN customers u ON u.hash = r.hash UNION SELECT COALESCE(o.erased_customer_id, o.customer_id) FROM r JOIN orders o ON o.checkout_id = r.checkout AND o.order_id = r.id)
		ORDER BY u.id FOR NO KEY UPDATE OF u`)
)

// The clients that a batch concerns.
const (
	lockedClients = `SELECT c.id FROM clients c WHERE c.id IN (
			SELECT client FROM r UNION SELECT e.client_id FROM events e JOIN r ON e.slug = r.slug
			UNION SELECT t.client_id FROM r JOIN orders o ON o.checkout_id = r.checkout AND o.order_id = r.id JOIN tickets t ON t.order_id = o.id
			UNION SELECT t.client_id FROM r JOIN tickets s ON s.checkout_id = r.checkout AND s.ticket_id = r.ticket JOIN tickets t ON t.order_id = s.order_id`
	lockedInOrder = `)
		ORDER BY c.id FOR NO KEY UPDATE OF c`
)

// lockRequests lock what a batch will change. locked is called for each client.
func (e *postgres) lockRequests(w *wanted, extra []int64, locked func(client int64)) []request {
	checkouts := shareCheckouts
	scans := len(w.scans) > 0
	if scans {
		checkouts = lockCheckouts
	}
	lock, clients := lockClients, []any(nil)
	concern := func(values ...any) { clients = append(clients, values...) }
	if len(w.shopIDs) > 0 {
		lock, concern = lockShopClients, func(values ...any) { clients = append(append(clients, values...), nil) }
	}
	var buyers []any
	for _, k := range w.orders {
		concern(k.checkout, k.id, nil, nil, nil)
		buyers = append(buyers, nil, k.checkout, k.id)
	}
	for _, k := range w.scans {
		concern(k.checkout, nil, k.id, nil, nil)
	}
	for _, slug := range w.events {
		concern(nil, nil, nil, slug, nil)
	}
	for _, id := range extra {
		concern(nil, nil, nil, nil, id)
	}
	for _, k := range w.shopIDs {
		clients = append(clients, k.checkout, nil, nil, nil, nil, k.id)
	}
	for _, hash := range w.buyers {
		buyers = append(buyers, []byte(hash), nil, nil)
	}
	ignore := func(r scanner) error { var id int64; return r.Scan(&id) }
	return []request{
		{set: checkouts, values: anys(missingKeys(append([]int64(nil), w.checkouts...), map[int64]bool{})), scan: ignore},
		{set: lock, values: clients, scan: func(r scanner) error {
			var id int64
			err := r.Scan(&id)
			locked(id)
			return err
		}},
		{set: lockBuyers, values: buyers, scan: ignore},
	}
}

// lockAll lets no other node change sales until the transaction ends; lockOthers is for
// all that is no sale.
const (
	lockAll    = `SELECT id FROM checkouts ORDER BY id FOR NO KEY UPDATE`
	lockOthers = `SELECT name FROM meta WHERE name = 'customers' FOR UPDATE`
)

func (e *postgres) lockText(sales bool) string {
	if sales {
		return lockAll
	}
	return lockOthers
}

// committedRequest notes the batch in its own transaction, which fails (by a division by
// zero) where the session was closed meanwhile (see committed), and where its last batch
// is not there: the database lost it.
func (e *postgres) committedRequest(session string, last, batch int64, at time.Time) request {
	return request{text: `WITH noted AS (UPDATE commits SET batch = $1, at = $2 WHERE node = $3 AND batch = $4 AND closed = 0 RETURNING 1) SELECT 1 / count(*) FROM noted`, values: []any{batch, millis(at), session, last}}
}

func (e *postgres) wasSetBack(err error) bool {
	failure, ok := errors.AsType[*pgconn.PgError](err)
	return ok && failure.Code == "22012" // division_by_zero: no other request divides
}

func (e *postgres) holds(ctx context.Context, db querier, last lastBatch) (held bool, err error) {
	err = db.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM commits WHERE node = $1 AND batch >= $2)`, last.session, last.batch).Scan(&held)
	return held, err
}

// Rows whose ids are remembered outside of sessions: by this program, by browsers (links),
// by people. No failover loses so many rows of one of them.
const (
	rememberedTables = "clients events links people checkouts checkout_secrets inbox outbox shop_deliveries hooks hook_outbox"
	skippedIDs       = 100_000
)

func (e *postgres) skipIDs(ctx context.Context, db querier) error {
	for table := range strings.FieldsSeq(rememberedTables) {
		var id int64
		err := db.QueryRowContext(ctx, `SELECT setval(q.name, nextval(q.name) + $1) FROM (SELECT pg_get_serial_sequence($2, 'id')::regclass AS name OFFSET 0) q`, skippedIDs, table).Scan(&id)
		if err != nil {
			return err
		}
	}
	return nil
}

// committed says whether the session's batch was committed, and closes the session: what
// it has sent and the server has not seen yet can be committed no more. A commit that is
// under way holds the row's lock, and is waited for.
//
// That it is seen is not enough: a COMMIT that was given up while it waited for a synchronous
// standby shows all the same, and the standby may not have it. So this is a commit of its
// own, which changes a row each time: where it is answered, the standby has all before it.
func (e *postgres) committed(ctx context.Context, conn *sql.Conn, session string, batch int64) (bool, error) {
	last, there := int64(0), false
	err := e.run(ctx, conn, []request{
		{text: e.beginWrite()},
		{text: `UPDATE commits SET closed = closed + 1 WHERE node = $1 RETURNING batch`, values: []any{session}, scan: func(r scanner) error {
			there = true
			return r.Scan(&last)
		}},
		{text: "COMMIT"},
	})
	// Where the row is not there a failover has lost it, and all that was committed with it.
	return err == nil && there && last == batch, err
}

// lostAnswer says that it is not known whether a COMMIT has happened: the connection broke,
// or the server ended it. Any other answer is that of a statement that failed.
func (e *postgres) lostAnswer(err error) bool {
	failure, answered := errors.AsType[*pgconn.PgError](err)
	return !answered || strings.HasPrefix(failure.Code, "08") || strings.HasPrefix(failure.Code, "57P")
}
