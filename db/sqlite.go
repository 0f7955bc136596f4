package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/mattn/go-sqlite3"

	"lastclick/model"
)

// sqliteFloor is SQLite 3.51.3: versions before can lose commits when a checkpoint
// and a writer meet (sqlite.org/wal.html#walresetbug).
const sqliteFloor = 3051003

// applicationID marks our files ("LCLK"), so that another program's is refused.
const applicationID = 0x4c434c4b

// checkpointPages is how long the WAL may grow before a commit has to checkpoint it:
// 20,000 pages of 4 KiB. The committer does it before, in quiet moments.
const checkpointPages = 20_000

var sqliteEngine = &engine{
	name: "SQLite",
	// A bare parameter has SQLite look at its value and, as another plan might fit the
	// next one better, compile the statement anew at every binding, at up to ten times
	// the cost of running it. The sign, which does nothing else, keeps it from that
	// (sqlite3VdbeReprepareOnBind in its source).
	parameter: "+$",
	open:      openSQLite,
	version:   func(context.Context, *sql.DB) (string, error) { v, _, _ := sqlite3.Version(); return v, nil },
	ddl:       func(schema string) string { return schema },
	claim:     claimSQLite,
	keep:      keepSQLite,
	classify:  classifySQLite,
	quiet: func(ctx context.Context, writer *sql.DB) error {
		_, err := writer.ExecContext(ctx, `PRAGMA wal_checkpoint(PASSIVE)`)
		return err
	},
	last: func(ctx context.Context, writer *sql.DB) error {
		_, err := writer.ExecContext(ctx, `PRAGMA optimize`)
		_, err2 := writer.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`)
		return errors.Join(err, err2)
	},
	backup: backupSQLite,
	check:  checkSQLite,
}

// sqlitePath is the file of the database: the URL's, or lastclick.db in Dir.
func sqlitePath(o Options) string {
	switch {
	case o.URL == "":
		return filepath.Join(o.Dir, "lastclick.db")
	case strings.HasPrefix(o.URL, "file:"):
		path, _, _ := strings.Cut(strings.TrimPrefix(o.URL, "file:"), "?")
		if after, ok := strings.CutPrefix(path, "//"); ok {
			path = after
		}
		return path
	}
	return o.URL
}

// sqliteDSN escapes what a file name may hold.
func sqliteDSN(path, params string) string {
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + params
}

// openSQLite opens the writer first: read-only handles need the WAL's files.
func openSQLite(ctx context.Context, o Options) (readers, writer *sql.DB, err error) {
	if v, n, _ := sqlite3.Version(); n < sqliteFloor {
		return nil, nil, fmt.Errorf("this program was built with SQLite %s, which can lose commits: build it with 3.51.3 or newer", v)
	}
	path := sqlitePath(o)
	if o.ReadOnly {
		readers, err = inspectSQLite(ctx, path)
		return readers, nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, nil, fmt.Errorf("make the folder of the database: %w", err)
	}
	// The file holds secrets: nobody else reads it.
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, nil, fmt.Errorf("open the database: %w", err)
	}
	f.Close()
	hook := func(c *sqlite3.SQLiteConn) error {
		_, err := c.Exec(fmt.Sprintf("PRAGMA wal_autocheckpoint=%d", checkpointPages), nil)
		return err
	}
	writer = sql.OpenDB(connector{sqliteDSN(path, "_journal=WAL&_sync=FULL&_fk=1&_txlock=immediate&_busy_timeout=5000&_cache_size=-32000&_stmt_cache_size=256"), hook})
	writer.SetMaxOpenConns(1)
	if err := writer.PingContext(ctx); err != nil {
		writer.Close()
		return nil, nil, fmt.Errorf("open %s: %w", path, err)
	}
	return sqliteReaders(path), writer, nil
}

func sqliteReaders(path string) *sql.DB {
	readers := sql.OpenDB(connector{sqliteDSN(path, "mode=ro&_query_only=1&_busy_timeout=5000&_cache_size=-8000&_stmt_cache_size=128"), nil})
	readers.SetMaxOpenConns(readerConns)
	readers.SetMaxIdleConns(readerConns)
	return readers
}

// connector opens connections with a hook, without a driver name for all to see.
type connector struct {
	dsn  string
	hook func(*sqlite3.SQLiteConn) error
}

func (c connector) Connect(context.Context) (driver.Conn, error) { return c.Driver().Open(c.dsn) }
func (c connector) Driver() driver.Driver                        { return &sqlite3.SQLiteDriver{ConnectHook: c.hook} }

// claimSQLite refuses another program's file and signs an empty one.
func claimSQLite(ctx context.Context, db *sql.DB) error {
	var id int64
	if err := db.QueryRowContext(ctx, `PRAGMA application_id`).Scan(&id); err != nil {
		return fmt.Errorf("this is not a database of lastclick, or it is damaged (restore a backup): %w", err)
	}
	var tables int64
	if err := db.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema`).Scan(&tables); err != nil {
		return err
	}
	switch {
	case id == applicationID:
		return nil
	case id != 0 || tables > 0:
		return fmt.Errorf("the file is the database of another program (application id %d): name another with --database", id)
	}
	_, err := db.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id=%d", applicationID))
	return err
}

// keepSQLite copies the database before its schema is changed.
func keepSQLite(ctx context.Context, o Options, db *sql.DB, schema int) error {
	dest := fmt.Sprintf("%s.before-%d", sqlitePath(o), schema)
	if err := os.Remove(dest); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("remove an older copy: %w", err)
	}
	if _, err := db.ExecContext(ctx, `VACUUM INTO $1`, dest); err != nil {
		return fmt.Errorf("copy the database to %s before its schema is changed: %w", dest, err)
	}
	return nil
}

// classifySQLite goes by result codes, never by texts.
func classifySQLite(err error) model.Kind {
	e, ok := errors.AsType[sqlite3.Error](err)
	if !ok {
		if errors.Is(err, syscall.ENOSPC) {
			return model.Full
		}
		return model.Internal
	}
	switch {
	case e.Code == sqlite3.ErrFull,
		e.Code == sqlite3.ErrIoErr && (e.SystemErrno == syscall.ENOSPC || e.SystemErrno == syscall.EFBIG || e.SystemErrno == syscall.EDQUOT):
		return model.Full
	case e.Code == sqlite3.ErrBusy, e.Code == sqlite3.ErrLocked:
		return model.Busy
	case e.ExtendedCode == sqlite3.ErrConstraintUnique, e.ExtendedCode == sqlite3.ErrConstraintPrimaryKey:
		return model.Conflict
	}
	return model.Internal
}
