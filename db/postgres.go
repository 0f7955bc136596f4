package db

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"lastclick/model"
)

// lockPostgres makes nodes that migrate take turns. The number is "LCLK".
const lockPostgres = `SELECT pg_advisory_xact_lock(1279478859)`

// channel is where nodes notify one another.
const channel = "lastclick_moved"

// minReaders is the least that pool_max_conns may say: an export holds one for minutes.
const minReaders = 2

// postgres keeps a database on a server, for one or several nodes. It is a
// sharedEngine.
type postgres struct {
	url string
	log *slog.Logger

	// Of the URL, once readURL has read it.
	own        []setting // of the operator
	readers    int       // how many connections read
	prefersTLS bool      // and goes on without

	pooled     atomic.Bool          // a pooler is between: see postgres_connect.go
	lead       atomic.Pointer[host] // that led to the primary last
	generation atomic.Int64         // of the connections that read; those of an older one are used no more
	sessions   int                  // of the committer so far; its alone
	sayPooled  sync.Once
	sayPlain   sync.Once
}

var _ sharedEngine = (*postgres)(nil)

func newPostgres(o Options) *postgres {
	e := &postgres{url: o.URL, log: o.Log}
	if e.log == nil {
		e.log = slog.New(slog.DiscardHandler)
	}
	return e
}

func (e *postgres) name() string { return "PostgreSQL" }

func (e *postgres) size(ctx context.Context, db querier) (n int64, err error) {
	err = db.QueryRowContext(ctx, `SELECT pg_database_size(current_database())`).Scan(&n)
	return n, err
}

func (e *postgres) version(ctx context.Context, db *sql.DB) (v string, err error) {
	err = db.QueryRowContext(ctx, `SHOW server_version`).Scan(&v)
	return v, err
}

func (e *postgres) migrations() (migrations, error) { return readMigrations("postgres") }

func (e *postgres) hasTable(ctx context.Context, db querier, name string) (there bool, err error) {
	err = db.QueryRowContext(ctx, `SELECT to_regclass($1) IS NOT NULL`, name).Scan(&there)
	return there, err
}

func (e *postgres) snapshot() *sql.TxOptions {
	return &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
}

// parameters: $1, $2 … are PostgreSQL's own.
func (e *postgres) parameters(query string) string { return query }

func (e *postgres) lock(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, lockPostgres)
	return err
}

// backup refuses: the server's admin has better ways.
func (e *postgres) backup(context.Context, string) error {
	return &model.Error{Kind: model.Invalid, Msg: "this command copies SQLite databases", Hint: "back up PostgreSQL with its own pg_dump"}
}

func (e *postgres) open(ctx context.Context) (readers, writer *sql.DB, err error) {
	if err := e.readURL(); err != nil {
		return nil, nil, err
	}
	if err := e.wantsPrimary(); err != nil {
		return nil, nil, err
	}
	writer = sql.OpenDB(pgConnector{e, toWrite})
	writer.SetMaxOpenConns(1)
	if err := reach(ctx, writer); err != nil {
		return nil, nil, err
	}
	readers, err = e.openReaders(ctx, toRead)
	if err != nil {
		return nil, nil, errors.Join(err, writer.Close())
	}
	return readers, writer, nil
}

func (e *postgres) openReadOnly(ctx context.Context) (readers *sql.DB, err error) {
	if err := e.readURL(); err != nil {
		return nil, err
	}
	return e.openReaders(ctx, toLook)
}

func (e *postgres) openReaders(ctx context.Context, u use) (readers *sql.DB, err error) {
	readers = sql.OpenDB(pgConnector{e, u})
	readers.SetMaxOpenConns(e.readers)
	readers.SetMaxIdleConns(e.readers)
	return readers, reach(ctx, readers)
}

// reach closes a pool whose server does not answer.
func reach(ctx context.Context, db *sql.DB) error {
	err := db.PingContext(ctx)
	if err == nil {
		return nil
	}
	said := explain(err)
	if _, ok := errors.AsType[*model.Error](said); !ok {
		text := "PostgreSQL cannot be reached: see whether it runs, and the URL"
		// A server that misses a certificate says so, and ends the connection: what the client
		// meets first is by chance.
		if errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) {
			text += ". It ended the connection: where it wants a certificate of this client, name it with sslcert and sslkey in --database"
		}
		said = errors.Join(errors.New(text), err)
	}
	return errors.Join(said, db.Close())
}

// notify tells the other nodes, in one round trip.
func (e *postgres) notify(ctx context.Context, db *sql.DB) error {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	err = e.run(ctx, conn, []request{{text: e.beginWrite()}, {text: `SELECT pg_notify($1, '')`, values: []any{channel}}, {text: "COMMIT"}})
	return errors.Join(err, conn.Close()) // where it failed the pool keeps no connection with a transaction
}

// listen waits on a connection of its own. Behind a pooler there is nothing to wait for.
func (e *postgres) listen(ctx context.Context, notified func()) error {
	var c *pgx.Conn
	err := e.connect(func(pooled bool) (err error) {
		if pooled && e.pooled.Load() {
			return nil
		}
		config, err := e.config(toRead, pooled)
		if err == nil {
			c, err = pgx.ConnectConfig(ctx, config)
		}
		return err
	})
	if err != nil {
		return err
	}
	if c == nil {
		return every(ctx, pooledPoll, notified)
	}
	leave := func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), connectTimeout)
		defer cancel()
		_ = c.Close(closing)
	}
	if e.pooled.Load() {
		leave()
		return every(ctx, pooledPoll, notified)
	}
	defer leave()
	defer e.renew() // what ends this connection may have ended the primary
	if err := within(ctx, stepTimeout, func(ctx context.Context) error { return execText(ctx, c, "LISTEN "+channel) }); err != nil {
		return err
	}
	notified() // of what changed before
	for {
		err := within(ctx, listenPing, func(ctx context.Context) error {
			_, err := c.WaitForNotification(ctx)
			return err
		})
		switch {
		case err == nil:
			notified()
		case ctx.Err() != nil || c.IsClosed():
			return err
		default: // a long silence: does the server still answer?
			if err := within(ctx, beginTimeout, c.Ping); err != nil {
				return err
			}
		}
	}
}

// within is do with a context that ends after a time.
func within(ctx context.Context, limit time.Duration, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return do(ctx)
}

// every calls do now and then until ctx ends.
func every(ctx context.Context, period time.Duration, do func()) error {
	ticks := time.NewTicker(period)
	defer ticks.Stop()
	for {
		do()
		select {
		case <-ticks.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
