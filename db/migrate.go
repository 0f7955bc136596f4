package db

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
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
// cannot do; nil where there is nothing.
type step struct {
	text string
	fill func(*conn) error
}

// fills are the Go parts of steps, by the file's name.
var fills = map[string]func(*conn) error{"0005.sql": fillSums}

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
		m.steps = append(m.steps, step{read(name), fills[path.Base(name)]})
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

// migrate brings the database to this program's schema. A newer one is refused: an
// older program would break what it does not know.
func migrate(ctx context.Context, e engine, db *sql.DB) error {
	m, err := e.migrations()
	if err != nil {
		return err
	}
	return m.apply(ctx, e, db)
}

func (m migrations) apply(ctx context.Context, e engine, db *sql.DB) error {
	file, isFile := e.(fileEngine)
	if isFile {
		if err := file.adopt(ctx, db); err != nil {
			return err
		}
	}
	version, err := schemaVersion(ctx, e, db)
	if err != nil {
		return err
	}
	if version > len(m.steps) {
		return fmt.Errorf("the database has schema %d and this program knows %d: start a newer lastclick", version, len(m.steps))
	}
	if isFile && version > 0 && version < len(m.steps) {
		if err := file.backupBeforeMigrate(ctx, db, version); err != nil {
			return err
		}
	}
	for version < len(m.steps) {
		reached, err := m.step(ctx, e, db, version)
		if err != nil {
			if shared, ok := e.(sharedEngine); ok {
				err = shared.explain(err)
			}
			return fmt.Errorf("bring the database to schema %d: %w", version+1, err)
		}
		version = reached
	}
	return nil
}

// step runs the step after version, unless another node was faster, and returns the
// version that the database has then.
func (m migrations) step(ctx context.Context, e engine, db *sql.DB, version int) (int, error) {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer tx.Rollback()
	if shared, ok := e.(sharedEngine); ok {
		if err := shared.lock(ctx, tx); err != nil {
			return 0, err
		}
	}
	if version == 0 {
		if _, err := tx.ExecContext(ctx, m.versionTable); err != nil {
			return 0, err
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO schema_version (id, version) VALUES (1, 0) ON CONFLICT DO NOTHING`); err != nil {
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
	if _, err := tx.ExecContext(ctx, m.steps[version].text); err != nil {
		return 0, err
	}
	if fill := m.steps[version].fill; fill != nil {
		s := &Store{engine: e}
		s.shared, _ = e.(sharedEngine)
		if err := fill(&conn{ctx: ctx, db: tx, s: s}); err != nil {
			return 0, err
		}
	}
	if _, err := tx.ExecContext(ctx, `UPDATE schema_version SET version = $1`, version+1); err != nil {
		return 0, err
	}
	return version + 1, tx.Commit()
}
