package db

import (
	"cmp"
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"time"
)

// A step on PostgreSQL waits schemaLockWait for each lock, and lets the nodes that run go
// on for schemaPause before the next of schemaTries.
const (
	schemaLockWait = "2s"
	schemaPause    = time.Second
	schemaTries    = 20
)

//go:embed migrations
var migrationFiles embed.FS

// migrations are the files of one engine's folder. Each step runs in a transaction of
// its own, forward only. What a released step makes never changes.
type migrations struct {
	versionTable string // 0000.sql
	steps        []step // 0001.sql is the first: it makes schema 1 of schema 0
}

// step makes the next schema: the file, and after it, in the same transaction, what SQL
// cannot do; nil where there is nothing. oldest is the oldest schema whose programs may go
// on writing while nodes are upgraded one after the other; 0: none but its own.
type step struct {
	text   string
	fill   func(*conn) error
	oldest int
}

// fills are the Go parts of steps, by the file's name.
var fills = map[string]func(*conn) error{"0005.sql": fillSums, "0016.sql": fillOrderLists}

// compatible are the steps that only add what programs of an earlier schema may leave
// alone, by the file's name, with the oldest of these. A column with a default that only
// newer programs read is such a step; a sum that every order must keep is none.
var compatible = map[string]int{}

// oldestSince is the schema that has the column oldest.
const oldestSince = 12

func readMigrations(folder string) (m migrations, err error) {
	read := func(name string) string {
		text, e := migrationFiles.ReadFile(name)
		err = errors.Join(err, e)
		return string(text)
	}
	m.versionTable = read("migrations/" + folder + "/0000.sql")
	names, e := fs.Glob(migrationFiles, "migrations/"+folder+"/*.sql")
	if err = errors.Join(err, e); err != nil {
		return m, err
	}
	for _, name := range names[1:] { // sorted by name
		m.steps = append(m.steps, step{read(name), fills[path.Base(name)], compatible[path.Base(name)]})
	}
	return m, err
}

// schemaVersion is the schema that the database has; 0 for a database without tables.
// A version that is there and cannot be read is an error: a full database must never
// be taken for an empty one.
func schemaVersion(ctx context.Context, e engine, db *sql.DB) (version int, err error) {
	look := func(q querier) error {
		there, err := e.hasTable(ctx, q, "schema_version")
		if err == nil && there {
			err = q.QueryRowContext(ctx, `SELECT version FROM schema_version`).Scan(&version)
		}
		return err
	}
	if _, shared := e.(sharedEngine); shared { // where the schema is to be found is said by its transactions
		var tx *sql.Tx
		if tx, err = db.BeginTx(ctx, e.snapshot()); err == nil {
			defer tx.Rollback()
			err = look(tx)
		}
	} else {
		err = look(db)
	}
	if err != nil {
		return 0, fmt.Errorf("read the version of the database's schema: %w", err)
	}
	return version, nil
}

// migrate brings the database to this program's schema, whose number it returns. A newer
// one is refused: an older program would break what it does not know.
func migrate(ctx context.Context, e engine, db *sql.DB) (known int, err error) {
	m, err := e.migrations()
	if err != nil {
		return 0, err
	}
	return len(m.steps), m.apply(ctx, e, db)
}

func (m migrations) apply(ctx context.Context, e engine, db *sql.DB) error {
	file, isFile := e.(fileEngine)
	if isFile {
		if err := file.adopt(ctx, db); err != nil {
			return err
		}
	}
	version, err := schemaVersion(ctx, e, db)
	if err == nil {
		err = m.refuse(version)
	}
	if err != nil {
		return err
	}
	if isFile && version > 0 && version < len(m.steps) {
		if err := file.backupBeforeMigrate(ctx, db, version); err != nil {
			return err
		}
	}
	for version < len(m.steps) {
		reached, err := m.stepAgain(ctx, e, db, version)
		if err != nil {
			if shared, ok := e.(sharedEngine); ok {
				err = shared.explain(err)
			}
			return fmt.Errorf("bring the database to schema %d: %w", version+1, err)
		}
		version = reached
	}
	return m.refuse(version) // of a newer node that was faster
}

// refuse refuses a schema that is newer than this program, or of a move that is not
// finished.
func (m migrations) refuse(version int) error {
	switch {
	case version >= beingMoved:
		return errBeingMoved
	case version > len(m.steps):
		return fmt.Errorf("the database has schema %d and this program knows %d: start a newer lastclick", version, len(m.steps))
	}
	return nil
}

// stepAgain is step, tried again where others hold the tables.
func (m migrations) stepAgain(ctx context.Context, e engine, db *sql.DB, version int) (reached int, err error) {
	shared, ok := e.(sharedEngine)
	for range schemaTries {
		reached, err = m.step(ctx, e, db, version)
		if err == nil || !ok || !shared.retriable(err) {
			return reached, err
		}
		pause := time.NewTimer(schemaPause)
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return 0, errors.Join(err, ctx.Err())
		}
	}
	return reached, fmt.Errorf("others use its tables without a pause, as an export or pg_dump does for long: end them or wait, and start again: %w", err)
}

// step runs the step after version, unless another node was faster, and returns the
// version that the database has then.
func (m migrations) step(ctx context.Context, e engine, db *sql.DB, version int) (int, error) {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer tx.Rollback()
	shared, isShared := e.(sharedEngine)
	if isShared {
		if err := shared.lock(ctx, tx); err != nil {
			return 0, err
		}
	}
	if version == 0 {
		if err := m.makeVersionTable(ctx, tx); err != nil {
			return 0, err
		}
	}
	if isShared {
		if err := shared.lockSchema(ctx, tx); err != nil {
			return 0, err
		}
	}
	var now int
	if err := tx.QueryRowContext(ctx, `SELECT version FROM schema_version`).Scan(&now); err != nil {
		return 0, err
	}
	if now > version {
		return now, nil
	}
	if err := m.runStep(ctx, e, tx, version); err != nil {
		return 0, err
	}
	return version + 1, tx.Commit()
}

func (m migrations) makeVersionTable(ctx context.Context, tx *sql.Tx) error {
	if _, err := tx.ExecContext(ctx, m.versionTable); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO schema_version (id, version) VALUES (1, 0) ON CONFLICT DO NOTHING`)
	return err
}

// runStep runs the step after version.
func (m migrations) runStep(ctx context.Context, e engine, tx *sql.Tx, version int) error {
	next := m.steps[version]
	if _, err := tx.ExecContext(ctx, next.text); err != nil {
		return err
	}
	if next.fill != nil {
		s := &Store{engine: e}
		s.shared, _ = e.(sharedEngine)
		if err := next.fill(&conn{ctx: ctx, db: tx, s: s}); err != nil {
			return err
		}
	}
	version++
	if version < oldestSince {
		_, err := tx.ExecContext(ctx, `UPDATE schema_version SET version = $1`, version)
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE schema_version SET version = $1, oldest = $2`, version, cmp.Or(next.oldest, version))
	return err
}
