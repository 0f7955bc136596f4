package db

import (
	"context"
	"crypto/tls"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// This file holds how connections to PostgreSQL are made. Each is checked before it is
// used: it leads to a primary, where it is not for reading a standby, and the process that
// serves it is the one that answered. Where that differs a pooler is between, such as
// PgBouncer, which gives every transaction another process: then nothing is kept in a
// session (no named statements, no settings, no LISTEN). That is found out by itself, on
// each connection, so a pooler may also come later.

// oldestPostgres is the version of the server that is needed.
const oldestPostgres = 14

// use is what a connection is for.
type use struct {
	settings []setting
	standby  bool // may lead to one
}

var (
	toWrite = use{settings: slices.Concat(migrateSettings, connectionSettings)} // until a session begins
	toRead  = use{settings: slices.Concat(readSettings, connectionSettings)}
	toLook  = use{settings: toRead.settings, standby: true}
)

// errPooler says that a pooler was taken for the server.
var errPooler = errors.New("another process answers than serves: a pooler is between")

// config is how lastclick connects. It is read again for each connection, and with it the
// files that the URL names: passwords and certificates may change.
func (e *postgres) config(u use, pooled bool) (*pgx.ConnConfig, error) {
	config, err := pgx.ParseConfig(e.url)
	if err != nil {
		return nil, badURL(e.url, err)
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = connectTimeout
	}
	config.DialFunc = dial
	lead := e.leadFirst(config)
	own := config.RuntimeParams
	delete(own, "pool_max_conns") // see readerLimit
	config.RuntimeParams = map[string]string{}
	if pooled {
		config.DefaultQueryExecMode = pgx.QueryExecModeCacheDescribe
	} else {
		config.DefaultQueryExecMode = pgx.QueryExecModeCacheStatement
		for name, value := range own {
			config.RuntimeParams[name] = value
		}
		for _, s := range slices.Concat(allSettings, u.settings) {
			config.RuntimeParams[s.name] = s.value
		}
	}
	for _, s := range startSettings {
		config.RuntimeParams[s.name] = s.value
	}
	wanted := config.ValidateConnect
	config.ValidateConnect = func(ctx context.Context, conn *pgconn.PgConn) error {
		if u.standby && wanted != nil {
			if err := wanted(ctx, conn); err != nil {
				return err
			}
		}
		if err := e.validate(ctx, conn, u, pooled); err != nil {
			return err
		}
		if !u.standby {
			lead()
		}
		return nil
	}
	return config, nil
}

// ownSettings are those of the URL, where a pooler would not take them.
func ownSettings(config *pgx.ConnConfig) (own []setting) {
	for name, value := range config.RuntimeParams {
		if name != "pool_max_conns" && !slices.ContainsFunc(startSettings, func(s setting) bool { return s.name == name }) {
			own = append(own, setting{name, value})
		}
	}
	return own
}

// readURL reads what the URL says once and for all.
func (e *postgres) readURL() error {
	config, err := pgx.ParseConfig(e.url)
	if err != nil {
		return badURL(e.url, err)
	}
	e.own = ownSettings(config)
	e.prefersTLS = config.TLSConfig != nil || slices.ContainsFunc(config.Fallbacks, func(f *pgconn.FallbackConfig) bool { return f.TLSConfig != nil })
	e.readers = readerConns
	if text, ok := config.RuntimeParams["pool_max_conns"]; ok {
		n, err := strconv.Atoi(text)
		if err != nil || n < minReaders || n > readerConns {
			return fmt.Errorf("pool_max_conns=%q in the database's URL: it is how many connections read, from %d to %d", text, minReaders, readerConns)
		}
		e.readers = n
	}
	return nil
}

// wantsPrimary refuses a URL that asks for another server than orders can be written to.
func (e *postgres) wantsPrimary() error {
	u, err := url.Parse(e.url)
	if err != nil {
		return badURL(e.url, err)
	}
	if wanted := u.Query().Get("target_session_attrs"); slices.Contains([]string{"read-only", "standby", "prefer-standby"}, wanted) {
		return refused("target_session_attrs="+wanted+" in --database leads to a standby, which takes no orders", "write target_session_attrs=read-write, or leave it out: the primary is found among the hosts", nil)
	}
	return nil
}

// badURL says what is wrong with a URL. The cause may hold the password.
func badURL(text string, cause error) error {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" && u.Query().Get("host") == "" {
		return errors.New("the database's URL is not one of PostgreSQL: write postgres://user:password@host/database")
	}
	if hidden, ok := errors.AsType[*pgconn.ParseConfigError](cause); ok && hidden.Unwrap() != nil {
		for _, name := range []string{"sslrootcert", "sslcert", "sslkey", "passfile"} {
			if file := u.Query().Get(name); file != "" && strings.Contains(hidden.Unwrap().Error(), file) {
				return fmt.Errorf("%s in the database's URL: the file %q cannot be read as one", name, file)
			}
		}
	}
	return errors.New("the database's URL is not one of PostgreSQL: a parameter of it, such as sslmode or target_session_attrs, has a value that it does not take; write postgres://user:password@host/database?sslmode=verify-full")
}

// askedError is of a connection that was taken, and then could not be used.
type askedError struct{ error }

func (e *askedError) Unwrap() error { return e.error }

// validate checks a connection that was just made. An error has the next host tried.
func (e *postgres) validate(ctx context.Context, conn *pgconn.PgConn, u use, pooled bool) error {
	look := "SELECT pg_backend_pid(), pg_is_in_recovery(), current_setting('server_version_num'), current_setting('server_encoding')"
	if pooled {
		// In two round trips, so that the transaction has to be held between them.
		look = "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY; SET LOCAL statement_timeout = 0; " + look
	}
	results, err := conn.Exec(ctx, look).ReadAll()
	if err == nil && pooled {
		_, err = conn.Exec(ctx, "COMMIT").ReadAll()
	}
	if err != nil {
		return &askedError{err}
	}
	row := results[len(results)-1].Rows[0]
	process, standby, encoding := string(row[0]), string(row[1]) == "t", string(row[3])
	number, err := strconv.Atoi(string(row[2]))
	if err != nil {
		return fmt.Errorf("read the server's version: %w", err)
	}
	switch {
	case number/10_000 < oldestPostgres:
		return refused(fmt.Sprintf("the server is PostgreSQL %d, and %d is the oldest that lastclick works with", number/10_000, oldestPostgres), "upgrade the server", nil)
	case encoding != "UTF8":
		return refused(fmt.Sprintf("the database's encoding is %.20q, which cannot hold every name", encoding), "make it with createdb --encoding UTF8 --template template0", nil)
	case standby && !u.standby:
		return errStandby
	case process != strconv.FormatUint(uint64(conn.PID()), 10):
		if !pooled {
			return errPooler
		}
		e.pooled.Store(true)
		e.sayPooled.Do(func() {
			e.log.Info("a connection pooler, such as PgBouncer, is before PostgreSQL: nothing is kept in sessions, and the changes of other nodes are polled for, since there is no LISTEN", "every", pooledPoll)
		})
	}
	e.warnPlain(conn)
	return nil
}

// warnPlain warns once of passwords and orders that go unencrypted over a network because
// the server happened to offer nothing else.
func (e *postgres) warnPlain(conn *pgconn.PgConn) {
	_, encrypted := conn.Conn().(*tls.Conn)
	address, network := conn.Conn().RemoteAddr().(*net.TCPAddr)
	if encrypted || !network || address.IP.IsLoopback() || !e.prefersTLS {
		return
	}
	e.sayPlain.Do(func() {
		e.log.Warn("the connections to the database are not encrypted, for the server does not offer it: write sslmode=verify-full into --database, or sslmode=disable where the network is trusted", "server", address.String())
	})
}

// pgConnector makes the connections of a pool.
type pgConnector struct {
	e *postgres
	use
}

// Driver is the driver of the connections.
func (c pgConnector) Driver() driver.Driver { return stdlib.GetDefaultDriver() }

// Connect makes a connection.
func (c pgConnector) Connect(ctx context.Context) (driver.Conn, error) {
	var made *stdlib.Conn
	generation := c.e.generation.Load()
	err := c.e.connect(func(pooled bool) error {
		config, err := c.e.config(c.use, pooled)
		if err != nil {
			return err
		}
		// A BEGIN asks whether the connection lives; no ping before it.
		never := stdlib.OptionShouldPing(func(context.Context, stdlib.ShouldPingParams) bool { return false })
		conn, err := stdlib.GetConnector(*config, never).Connect(ctx)
		if err == nil {
			made = conn.(*stdlib.Conn)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return &pgConn{driverConn: made, e: c.e, use: c.use, generation: generation}, nil
}

// connect connects as to a server, and where that turns out to be a pooler as to one.
func (e *postgres) connect(try func(pooled bool) error) error {
	if e.pooled.Load() {
		return try(true)
	}
	err := try(false)
	if err == nil || !maybePooler(err) {
		return err
	}
	if asPooled := try(true); asPooled != nil || e.pooled.Load() {
		return asPooled
	}
	return err
}

// maybePooler says whether a pooler may have refused settings that a server takes.
func maybePooler(err error) bool {
	failure, ok := errors.AsType[*pgconn.PgError](err)
	return errors.Is(err, errPooler) || ok && failure.Code == protocolViolation
}

// driverConn has a name of its own, for its method Conn is one of pgConn too.
type driverConn = stdlib.Conn

// pgConn is a connection whose transactions ask for what they need.
type pgConn struct {
	*driverConn
	e *postgres
	use
	generation int64 // see postgres.generation
}

// IsValid says whether the pool may keep the connection.
func (c *pgConn) IsValid() bool {
	return !c.Conn().IsClosed() && c.generation == c.e.generation.Load()
}

// ResetSession is asked before the pool hands the connection out once more.
func (c *pgConn) ResetSession(ctx context.Context) error {
	if !c.IsValid() {
		return driver.ErrBadConn
	}
	return c.driverConn.ResetSession(ctx)
}

// BeginTx begins a reader's snapshot, or what makes tables.
func (c *pgConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	text := c.e.beginMigrate()
	if o.ReadOnly {
		limit := readTimeout
		if deadline, ok := ctx.Deadline(); ok {
			limit = max(limit, time.Until(deadline).Round(time.Second))
		}
		text = c.e.beginRead(limit)
	}
	begin, cancel := context.WithTimeout(ctx, beginTimeout)
	defer cancel()
	results, err := c.Conn().PgConn().Exec(begin, text).ReadAll()
	if err != nil {
		c.e.renew() // the others of the pool are as old
		return nil, err
	}
	if last := results[len(results)-1].Rows; o.ReadOnly && !c.standby && len(last) == 1 && string(last[0][0]) == "t" {
		return nil, errors.Join(errStandby, c.Close())
	}
	return pgTx{ctx, c.Conn()}, nil
}

// execText runs statements without parameters, in one round trip.
func execText(ctx context.Context, conn *pgx.Conn, text string) error {
	_, err := conn.PgConn().Exec(ctx, text).ReadAll()
	return err
}

// pgTx is a transaction that BeginTx began. It ends with the context.
type pgTx struct {
	ctx  context.Context
	conn *pgx.Conn
}

// Commit ends it, unless a statement in it has failed.
func (t pgTx) Commit() error {
	if t.conn.PgConn().TxStatus() != 'T' {
		return errors.Join(pgx.ErrTxCommitRollback, t.Rollback())
	}
	return execText(t.ctx, t.conn, "COMMIT")
}

// Rollback takes it back.
func (t pgTx) Rollback() error {
	ctx, cancel := context.WithTimeout(t.ctx, beginTimeout)
	defer cancel()
	return execText(ctx, t.conn, "ROLLBACK")
}

// renew has the connections that read made again, each before it is next used: what they
// lead to may be the primary no more, or not answer.
func (e *postgres) renew() { e.generation.Add(1) }

var _ interface {
	driver.ConnBeginTx
	driver.Validator
	driver.SessionResetter
} = (*pgConn)(nil)
