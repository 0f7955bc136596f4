package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"lastclick/model"
)

// lockPostgres makes nodes that migrate take turns. The number is "LCLK".
const lockPostgres = `SELECT pg_advisory_xact_lock(1279478859)`

// channel is where nodes notify one another.
const channel = "lastclick_moved"

// postgres keeps a database on a server, for one or several nodes. It is a
// sharedEngine.
type postgres struct{ url string }

var _ sharedEngine = (*postgres)(nil)

func (e *postgres) name() string { return "PostgreSQL" }

func (e *postgres) version(ctx context.Context, db *sql.DB) (v string, err error) {
	err = db.QueryRowContext(ctx, `SHOW server_version`).Scan(&v)
	return v, err
}

func (e *postgres) migrations() (migrations, error) { return readMigrations("postgres") }

func (e *postgres) hasTable(ctx context.Context, db *sql.DB, name string) (there bool, err error) {
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

// config is how lastclick connects.
func (e *postgres) config() (*pgx.ConnConfig, error) {
	config, err := pgx.ParseConfig(e.url)
	if err != nil {
		return nil, errors.New("the database's URL is not one of PostgreSQL: write postgres://user:password@host/database") // the cause holds the password
	}
	config.RuntimeParams["application_name"] = "lastclick"
	config.RuntimeParams["timezone"] = "UTC"
	return config, nil
}

func (e *postgres) open(ctx context.Context) (readers, writer *sql.DB, err error) {
	config, err := e.config()
	if err != nil {
		return nil, nil, err
	}
	config.RuntimeParams["synchronous_commit"] = "on"
	writer = stdlib.OpenDB(*config)
	writer.SetMaxOpenConns(1)
	if err := reach(ctx, writer); err != nil {
		return nil, nil, err
	}
	readers, err = e.openReadOnly(ctx)
	if err != nil {
		return nil, nil, errors.Join(err, writer.Close())
	}
	return readers, writer, nil
}

func (e *postgres) openReadOnly(ctx context.Context) (readers *sql.DB, err error) {
	config, err := e.config()
	if err != nil {
		return nil, err
	}
	readers = stdlib.OpenDB(*config)
	readers.SetMaxOpenConns(readerConns)
	readers.SetMaxIdleConns(readerConns)
	return readers, reach(ctx, readers)
}

// reach closes a pool whose server does not answer.
func reach(ctx context.Context, db *sql.DB) error {
	if err := db.PingContext(ctx); err != nil {
		return errors.Join(errors.New("PostgreSQL cannot be reached: see whether it runs, and the URL"), err, db.Close())
	}
	return nil
}

// classify goes by SQLSTATE, never by texts.
func (e *postgres) classify(err error) model.Kind {
	if failure, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch {
		case failure.Code == "53100": // disk_full
			return model.Full
		case failure.Code == "23505": // unique_violation
			return model.Conflict
		case failure.Code == "40001", failure.Code == "40P01", failure.Code == "55P03", failure.Code == "57014", // serialization, deadlock, lock timeout, cancelled
			failure.Code == "25006", failure.Code == "25P03", // a standby that took over, an idle transaction that was ended
			strings.HasPrefix(failure.Code, "08"), strings.HasPrefix(failure.Code, "53"), strings.HasPrefix(failure.Code, "57P"): // connection, resources, shutdown
			return model.Busy
		}
		return model.Internal
	}
	_, network := errors.AsType[net.Error](err)
	_, connect := errors.AsType[*pgconn.ConnectError](err)
	if network || connect || errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || pgconn.SafeToRetry(err) {
		return model.Busy
	}
	return model.Internal
}

func (e *postgres) notify(ctx context.Context, db *sql.DB) error {
	_, err := db.ExecContext(ctx, `SELECT pg_notify($1, '')`, channel)
	return err
}

// listen waits on a connection of its own.
func (e *postgres) listen(ctx context.Context, notified func()) error {
	c, err := pgx.Connect(ctx, e.url)
	if err != nil {
		return err
	}
	defer c.Close(context.WithoutCancel(ctx))
	if _, err := c.Exec(ctx, "LISTEN "+channel); err != nil {
		return err
	}
	notified() // of what changed before
	for {
		if _, err := c.WaitForNotification(ctx); err != nil {
			return err
		}
		notified()
	}
}
