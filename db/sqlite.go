package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
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

// walKept is how large the WAL's file may stay once it is quiet, and walMost under load,
// in bytes. Readers that come without a pause keep a checkpoint from beginning the WAL from
// its start; then it is cut off in one of the moments between two of them.
const (
	walKept = 16 << 20
	walMost = 2 * checkpointPages * 4096
)

// sqlite keeps a database in one file. It is a fileEngine.
type sqlite struct {
	path       string
	parametric sync.Map     // query → the query with SQLite's parameters
	written    atomic.Int64 // queries that were put there since it was empty
	file       *sqliteFile  // of the store that writes
}

var _ fileEngine = (*sqlite)(nil)

func (e *sqlite) name() string { return "SQLite" }

func (e *sqlite) version(context.Context, *sql.DB) (string, error) {
	v, _, _ := sqlite3.Version()
	return v, nil
}

func (e *sqlite) migrations() (migrations, error) { return readMigrations("sqlite") }

func (e *sqlite) hasTable(ctx context.Context, db querier, name string) (there bool, err error) {
	err = db.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = $1`, name).Scan(&there)
	return there, err
}

// snapshot: in WAL mode every read transaction sees one state.
func (e *sqlite) snapshot() *sql.TxOptions { return nil }

// parametricKept bounds the queries that are kept in both forms.
const parametricKept = 1000

// parameters keeps what it wrote: there are a few hundred queries, and each runs often. Filters,
// the number of words of a search and the length of a page make others; so all are forgotten
// where they are too many.
func (e *sqlite) parameters(query string) string {
	if text, ok := e.parametric.Load(query); ok {
		return text.(string)
	}
	text := numberParameters(query)
	if e.written.Add(1) > parametricKept {
		e.parametric.Clear()
		e.written.Store(1)
	}
	e.parametric.Store(query, text)
	return text
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

func (e *sqlite) hold() (made, lost bool, err error) {
	if e.file, made, err = openSQLiteFile(e.path); err != nil {
		return made, false, err
	}
	lost, err = e.file.lostWAL()
	return made, lost, err
}

func (e *sqlite) begin(ctx context.Context, writer *sql.DB) error { return e.file.begin(ctx, writer) }

func (e *sqlite) intact(committed bool) error { return e.file.intact(committed) }

func (e *sqlite) letGo() error {
	if e.file == nil {
		return nil
	}
	var ended error
	if e.file.served && e.walSize() == 0 { // SQLite has moved it into the file
		ended = e.file.markMade()
	}
	return errors.Join(ended, e.file.close())
}

// open opens the writer first: read-only handles need the WAL's files.
func (e *sqlite) open(ctx context.Context) (readers, writer *sql.DB, err error) {
	if err := requireSQLiteFloor(); err != nil {
		return nil, nil, err
	}
	hook := func(c *sqlite3.SQLiteConn) error {
		_, err := c.Exec(fmt.Sprintf("PRAGMA wal_autocheckpoint=%d", checkpointPages), nil)
		return err
	}
	// _secure_delete: what is deleted is overwritten, so that a person who is erased is in no
	// free page of the file. Orders delete little.
	writer = sql.OpenDB(connector{sqliteDSN(e.path, "_journal=WAL&_sync=FULL&_fk=1&_txlock=immediate&_busy_timeout=5000&_cache_size=-32000&_stmt_cache_size=256&_secure_delete=1"), hook})
	writer.SetMaxOpenConns(1)
	if err := writer.PingContext(ctx); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("open %s: %w", e.path, err), writer.Close())
	}
	return e.readers(), writer, nil
}

func requireSQLiteFloor() error {
	if v, n, _ := sqlite3.Version(); n < sqliteFloor {
		return fmt.Errorf("this program was built with SQLite %s, which can lose commits: build it with 3.51.3 or newer", v)
	}
	return nil
}

// openReadOnly opens a file that must be there. SQLite makes the WAL's files beside it
// where no daemon has, for it cannot read without them.
func (e *sqlite) openReadOnly(ctx context.Context) (readers *sql.DB, err error) {
	if err := requireSQLiteFloor(); err != nil {
		return nil, err
	}
	info, err := os.Stat(e.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("there is no database at %s: name its folder with --data, or the database with --database", e.path)
	case err != nil:
		return nil, fmt.Errorf("open the database: %w", err)
	case info.Size() == 0:
		return nil, fmt.Errorf("the file %s is empty, not a database: name its folder with --data, or the database with --database", e.path)
	}
	readers = e.readers()
	if err := readers.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", e.path, err), readers.Close())
	}
	return readers, nil
}

func (e *sqlite) readers() *sql.DB {
	readers := sql.OpenDB(connector{sqliteDSN(e.path, "mode=ro&_query_only=1&_busy_timeout=5000&_cache_size=-8000&_stmt_cache_size=128"), nil})
	readers.SetMaxOpenConns(readerConns)
	readers.SetMaxIdleConns(readerConns)
	return readers
}

// connector opens connections with a hook, without registering a driver's name.
type connector struct {
	dsn  string
	hook func(*sqlite3.SQLiteConn) error
}

func (c connector) Connect(context.Context) (driver.Conn, error) { return c.Driver().Open(c.dsn) }
func (c connector) Driver() driver.Driver                        { return &sqlite3.SQLiteDriver{ConnectHook: c.hook} }

func (e *sqlite) adopt(ctx context.Context, db *sql.DB) error {
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

func (e *sqlite) checkpoint(ctx context.Context, writer querier) error {
	// It would lengthen a file that was cut off, which then looks whole.
	if err := e.intact(false); err != nil {
		return err
	}
	if _, err := writer.ExecContext(ctx, `PRAGMA wal_checkpoint(PASSIVE)`); err != nil || e.walSize() <= walKept {
		return err
	}
	// It gives up where a reader is in the way: orders must not wait for an export.
	for _, query := range []string{`PRAGMA busy_timeout=0`, `PRAGMA wal_checkpoint(TRUNCATE)`, `PRAGMA busy_timeout=5000`} {
		if _, err := writer.ExecContext(ctx, query); err != nil && e.classify(err) != model.Busy {
			return err
		}
	}
	return nil
}

func (e *sqlite) overgrown() bool { return e.walSize() > walMost }

// sizes are those of the database and of its WAL.
func (e *sqlite) sizes() map[string]int64 {
	sizes := map[string]int64{"wal": e.walSize()}
	if info, err := os.Stat(e.path); err == nil {
		sizes["database"] = info.Size()
	}
	return sizes
}

func (e *sqlite) walSize() int64 {
	info, err := os.Stat(e.path + "-wal")
	if err != nil {
		return 0
	}
	return info.Size()
}

func (e *sqlite) finalize(ctx context.Context, writer *sql.DB) error {
	_, optimize := writer.ExecContext(ctx, `PRAGMA optimize`)
	// Another program may read for long, as one that copies the WAL does: the stop does not
	// wait for it. What stays in the WAL is committed all the same.
	_, wait := writer.ExecContext(ctx, `PRAGMA busy_timeout=0`)
	_, checkpoint := writer.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`)
	return errors.Join(optimize, wait, checkpoint)
}

// classify goes by result codes, never by texts.
func (e *sqlite) classify(err error) model.Kind {
	failure, ok := errors.AsType[sqlite3.Error](err)
	if !ok {
		if errors.Is(err, syscall.ENOSPC) {
			return model.Full
		}
		return model.Internal
	}
	switch {
	case failure.Code == sqlite3.ErrFull,
		failure.Code == sqlite3.ErrIoErr && (failure.SystemErrno == syscall.ENOSPC || failure.SystemErrno == syscall.EFBIG || failure.SystemErrno == syscall.EDQUOT):
		return model.Full
	case failure.Code == sqlite3.ErrBusy, failure.Code == sqlite3.ErrLocked:
		return model.Busy
	case e.damaged(err), failure.Code == sqlite3.ErrIoErr, failure.Code == sqlite3.ErrCantOpen, failure.Code == sqlite3.ErrReadonly,
		failure.Code == sqlite3.ErrPerm, failure.Code == sqlite3.ErrNomem:
		return model.Busy // for those outside: what they sent is fine, and may be sent again
	case failure.ExtendedCode == sqlite3.ErrConstraintUnique, failure.ExtendedCode == sqlite3.ErrConstraintPrimaryKey:
		return model.Conflict
	}
	return model.Internal
}

// damaged says that the file does not hold what SQLite wrote.
func (e *sqlite) damaged(err error) bool {
	failure, ok := errors.AsType[sqlite3.Error](err)
	return ok && (failure.Code == sqlite3.ErrCorrupt || failure.Code == sqlite3.ErrNotADB)
}

func (e *sqlite) prepareSession(context.Context, *session) error { return nil }

func (e *sqlite) run(ctx context.Context, conn *sql.Conn, requests []request) error {
	return runEach(ctx, conn, requests)
}

func (e *sqlite) runSet(ctx context.Context, db querier, q *set, values []any, scan func(scanner) error) error {
	return runEach(ctx, db, []request{{set: q, values: values, scan: scan}})
}

// beginRequest takes the lock of the file at once: a reader must not have to become a writer.
func (e *sqlite) beginRequest() request { return request{text: "BEGIN IMMEDIATE"} }

// idRequest counts on from the highest id: this process is the only one that writes.
func (e *sqlite) idRequest(table string, n int, into *idPool) request {
	return request{text: "SELECT COALESCE(max(id), 0) FROM " + table, scan: func(r scanner) error {
		var highest int64
		err := r.Scan(&highest)
		into.last = max(into.last, highest)
		for range n {
			into.last++
			into.free = append(into.free, into.last)
		}
		return err
	}}
}

// isRolledBack: a full disk, for one, ends the transaction by itself.
func (e *sqlite) isRolledBack(err error) bool {
	failure, ok := errors.AsType[sqlite3.Error](err)
	return ok && failure.Code == sqlite3.ErrError
}

// probe needs the disk space and the lock of any other write.
func (e *sqlite) probe() []request {
	return []request{{text: `UPDATE schema_version SET version = version`}}
}
