package load

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"lastclick/scripts/benchmark/measure"
)

// Database stores orders in PostgreSQL in the plain way, with pgx alone: on each
// connection one order after another, a transaction each, with the rows that any such
// program needs (webhook id, customer, order, tickets) and their unique keys. It has no
// HTTP, no signatures, no rules and no sums.
type Database struct {
	URL         string // of a database without tables
	Connections int
	Customers   int
}

const plainSchema = `
CREATE TABLE IF NOT EXISTS webhooks (
  checkout_id int NOT NULL, webhook_id text NOT NULL, digest bytea NOT NULL, received_at bigint NOT NULL,
  PRIMARY KEY (checkout_id, webhook_id));
CREATE TABLE IF NOT EXISTS customers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, hash bytea NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, checkout_id int NOT NULL, order_id text NOT NULL, version int NOT NULL,
  digest bytea NOT NULL, placed_at bigint NOT NULL, currency text NOT NULL, customer_id bigint NOT NULL REFERENCES customers (id),
  UNIQUE (checkout_id, order_id));
CREATE TABLE IF NOT EXISTS tickets (
  order_id bigint NOT NULL REFERENCES orders (id), pos int NOT NULL, checkout_id int NOT NULL, ticket_id text NOT NULL,
  event_id int NOT NULL, type text NOT NULL, face_value bigint NOT NULL, link_id int, reason text NOT NULL,
  PRIMARY KEY (order_id, pos), UNIQUE (checkout_id, ticket_id));
`

// plainLoad is open connections.
type plainLoad struct {
	job   *Database
	conns []*pgx.Conn
}

func (d *Database) prepare(ctx context.Context) (runner, error) {
	l := &plainLoad{job: d}
	for range d.Connections {
		c, err := pgx.Connect(ctx, d.URL)
		if err != nil {
			l.close()
			return nil, err
		}
		l.conns = append(l.conns, c)
	}
	if _, err := l.conns[0].Exec(ctx, plainSchema); err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

func (l *plainLoad) close() {
	for _, c := range l.conns {
		_ = c.Close(context.Background())
	}
}

func (l *plainLoad) run(ctx context.Context, s Step) (Result, error) {
	begin := time.Now()
	latencies, errs := make([]measure.Latencies, len(l.conns)), make([]error, len(l.conns))
	var all sync.WaitGroup
	for i, c := range l.conns {
		all.Go(func() {
			for n, sent := 0, time.Now(); sent.Before(begin.Add(s.For)) && errs[i] == nil; n++ {
				// Unique over all runs on the same schema.
				id := fmt.Sprintf("%d-%d-%d", begin.UnixNano(), i, n)
				errs[i] = l.store(ctx, c, id, rand.IntN(l.job.Customers))
				now := time.Now()
				latencies[i].Add(now.Sub(sent))
				sent = now
			}
		})
	}
	all.Wait()
	r := Result{Seconds: time.Since(begin).Seconds()}
	var merged measure.Latencies
	for i := range latencies {
		merged.Merge(&latencies[i])
	}
	r.Good = merged.Len()
	r.latencies(&merged)
	return r, errors.Join(errs...)
}

// store is one order of two or three tickets: BEGIN, four statements, COMMIT.
func (l *plainLoad) store(ctx context.Context, c *pgx.Conn, id string, customer int) error {
	now := time.Now().UnixMilli()
	digest, hash := sha256.Sum256([]byte(id)), sha256.Sum256(fmt.Append(nil, customer))
	return pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO webhooks VALUES (1, $1, $2, $3)`, "msg_"+id, digest[:], now); err != nil {
			return err
		}
		var customerID, orderID int64
		if err := tx.QueryRow(ctx, `INSERT INTO customers (hash) VALUES ($1) ON CONFLICT (hash) DO UPDATE SET hash = excluded.hash RETURNING id`, hash[:16]).Scan(&customerID); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, `INSERT INTO orders (checkout_id, order_id, version, digest, placed_at, currency, customer_id) VALUES (1, $1, 1, $2, $3, 'GBP', $4) RETURNING id`,
			id, digest[:], now, customerID).Scan(&orderID); err != nil {
			return err
		}
		tickets := []string{id + "-0", id + "-1", id + "-2"}[:2+rand.IntN(2)]
		_, err := tx.Exec(ctx, `INSERT INTO tickets SELECT $1, n, 1, id, 1, 'ga', 4500, 1, 'last_click' FROM unnest($2::text[]) WITH ORDINALITY AS t (id, n)`, orderID, tickets)
		return err
	})
}
