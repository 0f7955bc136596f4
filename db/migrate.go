package db

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
)

//go:embed migrations
var migrationFiles embed.FS

// migrations are the schema's steps, forward only; each runs in a transaction of
// its own. A step that has been released never changes.
func migrations() ([]string, error) {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	steps := make([]string, len(names))
	for i, name := range names { // sorted, as fs.Glob gives them
		b, err := migrationFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		steps[i] = string(b)
	}
	return steps, nil
}

// migrate brings the database to this program's schema. A newer one is refused: an
// older program would break what it does not know.
func migrate(ctx context.Context, e *engine, o Options, db *sql.DB) error {
	steps, err := migrations()
	if err != nil {
		return err
	}
	return migrateTo(ctx, e, o, db, steps)
}

func migrateTo(ctx context.Context, e *engine, o Options, db *sql.DB, steps []string) error {
	var version int
	fresh := false
	if err := db.QueryRowContext(ctx, `SELECT version FROM schema_version`).Scan(&version); err != nil {
		fresh = true
	}
	if err := e.claim(ctx, db); err != nil {
		return err
	}
	if version > len(steps) {
		return fmt.Errorf("the database has schema %d and this program knows %d: start a newer lastclick", version, len(steps))
	}
	if !fresh && version < len(steps) {
		if err := e.keep(ctx, o, db, version); err != nil {
			return err
		}
	}
	for version < len(steps) {
		done, err := step(ctx, e, db, steps, version)
		if err != nil {
			return fmt.Errorf("bring the database to schema %d: %w", version+1, err)
		}
		version = done
	}
	return nil
}

// step runs the step after version, unless another node was faster, and returns the
// version that the database has then.
func step(ctx context.Context, e *engine, db *sql.DB, steps []string, version int) (int, error) {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer tx.Rollback()
	if e.begin != "" {
		if _, err := tx.ExecContext(ctx, e.begin); err != nil {
			return 0, err
		}
	}
	if version == 0 {
		if _, err := tx.ExecContext(ctx, e.ddl(`CREATE TABLE IF NOT EXISTS schema_version (id INTEGER PRIMARY KEY, version INTEGER NOT NULL) STRICT;`)); err != nil {
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
	if _, err := tx.ExecContext(ctx, e.ddl(steps[version])); err != nil {
		return 0, err
	}
	if _, err := tx.ExecContext(ctx, `UPDATE schema_version SET version = $1`, version+1); err != nil {
		return 0, err
	}
	return version + 1, tx.Commit()
}
