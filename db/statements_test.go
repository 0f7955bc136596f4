package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"sync"

	"github.com/jackc/pgx/v5"
)

// OpenRecorded is Open for a store that notes its statements and counts the rows that
// they read. The returned function gives those since it was last called.
func OpenRecorded(ctx context.Context, o Options) (s *Store, taken func() (statements []string, rows int), err error) {
	r := &recorder{}
	s, err = openRecorded(ctx, o, r)
	return s, r.take, err
}

// OpenWatched is Open for a store that asks allow before each statement; what is not
// allowed fails.
func OpenWatched(ctx context.Context, o Options, allow func(statement string) bool) (*Store, error) {
	return openRecorded(ctx, o, &recorder{allow: allow})
}

func openRecorded(ctx context.Context, o Options, r *recorder) (*Store, error) {
	return openAround(ctx, o,
		func(e fileEngine) fileEngine { return recordedFile{e, r} },
		func(e sharedEngine) sharedEngine { return recordedShared{e, r} })
}

// openAround is Open with something around the engine.
func openAround(ctx context.Context, o Options, file func(fileEngine) fileEngine, shared func(sharedEngine) sharedEngine) (*Store, error) {
	s := newStore(o)
	if s.file != nil {
		s.file = file(s.file)
		s.engine = s.file
	} else {
		s.shared = shared(s.shared)
		s.engine = s.shared
	}
	return s, s.start(ctx)
}

type recordedFile struct {
	fileEngine
	*recorder
}

func (e recordedFile) open(ctx context.Context) (readers, writer *sql.DB, err error) {
	return e.around(e.fileEngine.open(ctx))
}

type recordedShared struct {
	sharedEngine
	*recorder
}

func (e recordedShared) open(ctx context.Context) (readers, writer *sql.DB, err error) {
	return e.around(e.sharedEngine.open(ctx))
}

// recorder opens connections of a pool and notes what is asked of them.
type recorder struct {
	mu         sync.Mutex
	statements []string
	rows       int
	allow      func(statement string) bool // nil, or says whether it may run
}

func (r *recorder) take() (statements []string, rows int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	statements, rows = r.statements, r.rows
	r.statements, r.rows = nil, 0
	return statements, rows
}

func (r *recorder) countRow() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rows++
}

func (r *recorder) note(statement string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.statements = append(r.statements, statement)
	if r.allow != nil && !r.allow(statement) {
		return errRefused
	}
	return nil
}

var errRefused = errors.New("the test refuses this statement")

// around are pools whose connections are those of two other pools, each held as long
// as the pool here keeps it.
func (r *recorder) around(readers, writer *sql.DB, err error) (*sql.DB, *sql.DB, error) {
	if err != nil {
		return nil, nil, err
	}
	around := func(pool *sql.DB, most int) *sql.DB {
		db := sql.OpenDB(recordingConnector{r, pool})
		db.SetMaxOpenConns(most)
		db.SetMaxIdleConns(most)
		return db
	}
	return around(readers, readerConns), around(writer, 1), nil
}

type recordingConnector struct {
	*recorder
	pool *sql.DB
}

func (c recordingConnector) Driver() driver.Driver { return c.pool.Driver() }

// Close closes the pool that is recorded, with the one around it.
func (c recordingConnector) Close() error { return c.pool.Close() }

func (c recordingConnector) Connect(ctx context.Context) (driver.Conn, error) {
	held, err := c.pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	var inner engineConn
	err = held.Raw(func(raw any) error {
		inner = raw.(engineConn)
		return nil
	})
	return recordingConn{inner, c.recorder, held}, err
}

// engineConn is what the connections of both drivers can do.
type engineConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ExecerContext
	driver.QueryerContext
}

type recordingConn struct {
	engineConn
	recorder *recorder
	held     *sql.Conn
}

// CheckNamedValue takes the types that the driver itself takes.
func (c recordingConn) CheckNamedValue(v *driver.NamedValue) error {
	if checker, ok := c.engineConn.(driver.NamedValueChecker); ok {
		return checker.CheckNamedValue(v)
	}
	return driver.ErrSkip
}

// ResetSession says which connections are of no use any more, as the driver does: the pool
// here would hand out one that a cancelled statement has closed again and again.
func (c recordingConn) ResetSession(ctx context.Context) error {
	if resetter, ok := c.engineConn.(driver.SessionResetter); ok {
		return resetter.ResetSession(ctx)
	}
	return nil
}

// Conn is for the pipelines of PostgreSQL, whose statements are not noted.
func (c recordingConn) Conn() *pgx.Conn { return c.engineConn.(pgxConn).Conn() }

func (c recordingConn) Close() error { return c.held.Close() }

func (c recordingConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if err := c.recorder.note(query); err != nil {
		return nil, err
	}
	return c.engineConn.ExecContext(ctx, query, args)
}

func (c recordingConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if err := c.recorder.note(query); err != nil {
		return nil, err
	}
	rows, err := c.engineConn.QueryContext(ctx, query, args)
	return recordedRows{rows, c.recorder}, err
}

type recordedRows struct {
	driver.Rows
	recorder *recorder
}

func (r recordedRows) Next(dest []driver.Value) error {
	err := r.Rows.Next(dest)
	if err == nil {
		r.recorder.countRow()
	}
	return err
}
