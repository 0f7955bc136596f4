package db

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"lastclick/model"
)

// Move copies a whole SQLite database to an empty one of PostgreSQL, and compares both.
//
// A table is copied in the order of its primary key, in transactions of many rows. So how
// far a table has come is what the target holds itself: the highest key. Whatever ends
// the program, the next one goes on behind it; no row comes twice and none is left out.
//
// Until both sides were found equal the target is no database that a daemon starts on: its
// schema_version is beingMoved and more, which earlier versions refuse too. The table
// move says which source it is of. The source is read only, and its lock is held.

// beingMoved and the schema's number is the version of a database into which a move is
// not finished.
const beingMoved = 1_000_000

var errBeingMoved = errors.New("a move from SQLite into this database is not finished: run lastclick migrate-to again, which goes on where it stopped; to begin anew, empty the database first (drop and make it)")

// MoveOptions say what is moved where.
type MoveOptions struct {
	From Options // the SQLite database
	To   string  // postgres://…

	// What one machine keeps in files, and nodes in their database.
	HostKeys     []byte            // the SSH host keys' file; nil: there is none
	Certificates map[string][]byte // of ACME, by name

	Progress func(MoveProgress) // called now and then, by one goroutine; nil: not at all
}

// MoveProgress says how far a table has come, or something else in a sentence.
type MoveProgress struct {
	Note        string // empty: the other fields say it
	Comparing   bool   // else copying
	Table       string
	Rows, Total int64
	Done        bool
	Took        time.Duration // of this table
	New         int64         // rows that were copied in this time; the others were there
}

// Moved says what Move did.
type Moved struct {
	Tables []MovedTable
	Marker string // the file beside the SQLite database that keeps it from being served
}

// MovedTable is a table as both sides have it. Digest is that of all its rows.
type MovedTable struct {
	Name      string
	From, To  int64 // rows
	Identical bool
}

// Move moves the database. An error leaves the source as it was, and what was copied in
// the target; the same call goes on.
func Move(ctx context.Context, o MoveOptions) (Moved, error) {
	m, err := newMover(o)
	if err != nil {
		return Moved{}, err
	}
	return m.move(ctx)
}

func newMover(o MoveOptions) (*mover, error) {
	from, isFile := engineOf(o.From).(*sqlite)
	to, isServer := engineOf(Options{URL: o.To}).(*postgres)
	switch {
	case !isFile:
		return nil, &model.Error{Kind: model.Invalid, Field: "database", Msg: "the database to be moved is a SQLite file", Hint: "name its folder with --data"}
	case !isServer:
		return nil, &model.Error{Kind: model.Invalid, Field: "URL", Msg: "a database is moved to PostgreSQL", Hint: "write postgres://user@host/database, and give the password by LASTCLICK_DATABASE or LASTCLICK_DATABASE_FILE"}
	}
	if o.Progress == nil {
		o.Progress = func(MoveProgress) {}
	}
	return &mover{o: o, from: from, to: to, open: to.open, name: rand.Text(), rows: moveRows}, nil
}

// mover is a move under way.
type mover struct {
	o    MoveOptions
	from *sqlite
	to   *postgres
	open func(context.Context) (readers, writer *sql.DB, err error) // the target
	name string                                                     // of this process, so that only one moves
	rows int                                                        // see moveRows

	file   *sqliteFile // whose lock is held
	source *Store      // opened to read
	pool   *sql.DB
	target *sql.Conn // writes; of pool
	tables []moveTable
	state  []byte // of the source: what identifies what it holds
}

func (m *mover) move(ctx context.Context) (moved Moved, err error) {
	if m.file, err = m.from.holdStill(); err != nil {
		return moved, err
	}
	defer func() { err = errors.Join(err, m.file.close()) }()
	if err := m.openSource(ctx); err != nil {
		return moved, err
	}
	defer func() { err = errors.Join(err, m.source.Close()) }()
	if err := m.openTarget(ctx); err != nil {
		return moved, err
	}
	defer func() { err = errors.Join(err, m.closeTarget()) }()
	moved, err = m.run(ctx)
	return moved, m.interrupted(ctx, err)
}

func (m *mover) run(ctx context.Context) (moved Moved, err error) {
	if err := m.prepare(ctx); err != nil {
		return moved, err
	}
	// What is wrong is not carried along.
	if err := m.check(ctx, m.source, "SQLite", "see what lastclick check says, and restore a backup or report it; nothing was moved"); err != nil {
		return moved, err
	}
	for _, t := range m.tables {
		if err := m.copyTable(ctx, t); err != nil {
			return moved, err
		}
	}
	if moved.Tables, err = m.compare(ctx); err != nil {
		return moved, err
	}
	if err := m.checkTarget(ctx); err != nil {
		return moved, err
	}
	moved.Marker = m.file.path + movedSuffix
	return moved, m.finish(ctx)
}

// interrupted says what to do where the person or the server has ended the move.
func (m *mover) interrupted(ctx context.Context, err error) error {
	const again = "run the same command again: it goes on where it stopped"
	_, said := errors.AsType[*model.Error](err)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return &model.Error{Kind: model.Busy, Msg: "the move was stopped; nothing is lost", Hint: again}
	case !said && m.to.classify(err) == model.Busy:
		return &model.Error{Kind: model.Busy, Msg: "PostgreSQL does not answer any more; nothing is lost", Hint: again, Err: err}
	}
	return err
}

// holdStill takes the lock of a database that is there, so that no daemon serves it.
func (e *sqlite) holdStill() (*sqliteFile, error) {
	if _, err := os.Stat(e.path); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no database at %s: name its folder with --data", e.path)
	}
	f := &sqliteFile{path: e.path}
	err := f.takeLock()
	if err != nil {
		return nil, errors.Join(err, f.close())
	}
	lost, err := f.lostWAL()
	if err == nil && lost {
		err = errors.New("the daemon before did not end in order, and the file -wal beside the database is gone: the last orders may be missing; start lastclick serve once, see what it says, and stop it")
	}
	if err != nil {
		return nil, errors.Join(err, f.close())
	}
	return f, nil
}

// openSource opens the source and reads what there is to be moved.
func (m *mover) openSource(ctx context.Context) (err error) {
	o := m.o.From
	o.ReadOnly = true
	if m.source, err = Open(ctx, o); err != nil {
		return err
	}
	m.tables, err = moveTables(ctx, m.source.readers)
	if err == nil {
		m.state, err = m.sourceState(ctx)
	}
	if err != nil {
		return errors.Join(err, m.source.Close())
	}
	return nil
}

// sourceState is a digest of what a later call must find as it is: the installation, by the
// secret of its customers' hashes; the daemon that served it last, by its mark; and how
// many rows there are.
func (m *mover) sourceState(ctx context.Context) ([]byte, error) {
	var mark int64
	if err := m.source.readers.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&mark); err != nil {
		return nil, err
	}
	h := sha256.New()
	_ = binary.Write(h, binary.BigEndian, mark)
	for i := range m.tables {
		t := &m.tables[i]
		if err := m.source.readers.QueryRowContext(ctx, `SELECT count(*) FROM `+quote(t.name)).Scan(&t.rows); err != nil {
			return nil, err
		}
		_ = binary.Write(h, binary.BigEndian, t.rows)
	}
	return h.Sum(nil), nil
}

// installation is what only copies of one database have in common.
func (m *mover) installation(ctx context.Context) ([]byte, error) {
	var secret []byte
	err := m.source.readers.QueryRowContext(ctx, `SELECT value FROM meta WHERE name = 'customers'`).Scan(&secret)
	if isNoRows(err) {
		return nil, errors.New("the database was never served: there is nothing to move, start lastclick serve --database postgres://… at once")
	}
	sum := sha256.Sum256(append([]byte("lastclick installation "), secret...))
	return sum[:], err
}

// check recounts every sum of one side.
func (m *mover) check(ctx context.Context, s *Store, side, hint string) error {
	p := MoveProgress{Comparing: true, Table: "check on " + side}
	m.o.Progress(p)
	began := time.Now()
	diffs, err := s.Check(ctx)
	if err != nil {
		return err
	}
	if len(diffs) > 0 {
		return &model.Error{Kind: model.Conflict, Msg: fmt.Sprintf("the database in %s does not pass its check: %d differences, the first: %v", side, len(diffs), diffs[0]), Hint: hint}
	}
	p.Done, p.Took = true, time.Since(began)
	m.o.Progress(p)
	return nil
}

func (m *mover) openTarget(ctx context.Context) (err error) {
	readers, writer, err := m.open(ctx)
	if err != nil {
		return err
	}
	m.pool = writer
	if err := readers.Close(); err != nil {
		return errors.Join(err, writer.Close())
	}
	if m.target, err = writer.Conn(ctx); err != nil {
		return errors.Join(err, writer.Close())
	}
	if m.to.pooled.Load() { // settings of a session, and what one transaction finds that another made
		err := &model.Error{Kind: model.Invalid, Field: "URL", Msg: "a move needs PostgreSQL itself, and a connection pooler such as PgBouncer is between", Hint: "name the server's own address for this one command; the nodes may go through the pooler"}
		return errors.Join(err, m.closeTarget())
	}
	// One transaction copies many rows, and one statement makes indexes or reads a table.
	if _, err := m.target.ExecContext(ctx, `SET statement_timeout = 0; SET idle_in_transaction_session_timeout = '60s'; SET lock_timeout = '30s'; SET tcp_user_timeout = '60s'`); err != nil {
		return errors.Join(err, m.closeTarget())
	}
	return nil
}

func (m *mover) closeTarget() error { return errors.Join(m.target.Close(), m.pool.Close()) }
