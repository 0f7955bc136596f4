package db

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"lastclick/model"
)

// moveTableName is the table with one row that says whose unfinished move a database is of.
const moveTableName = "move"

const makeMoveTable = `CREATE TABLE "move" (
	installation BYTEA NOT NULL, -- see mover.installation
	state        BYTEA NOT NULL, -- see mover.sourceState
	process      TEXT NOT NULL   -- that moves now
)`

// prepare makes the tables in an empty database, or finds those of an earlier call.
func (m *mover) prepare(ctx context.Context) error {
	installation, err := m.installation(ctx)
	if err != nil {
		return err
	}
	tx, err := m.target.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := m.to.lock(ctx, tx); err != nil {
		return err
	}
	empty, err := m.wantRoom(ctx, tx)
	switch {
	case err != nil:
		return err
	case empty:
		err = m.makeTables(ctx, tx, installation)
	default:
		err = m.takeOver(ctx, tx, installation)
	}
	if err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	return m.wantTarget(ctx)
}

// wantRoom fails unless the database is empty, or of an unfinished move. Tables that an
// extension brought hold no data of a person.
func (m *mover) wantRoom(ctx context.Context, tx *sql.Tx) (empty bool, err error) {
	var encoding string
	if err := tx.QueryRowContext(ctx, `SHOW server_encoding`).Scan(&encoding); err != nil {
		return false, err
	}
	if encoding != "UTF8" {
		return false, &model.Error{Kind: model.Conflict, Msg: fmt.Sprintf("the database keeps text as %s", encoding), Hint: "make one with createdb --encoding UTF8 --template template0"}
	}
	var tables int
	var one sql.NullString
	err = tx.QueryRowContext(ctx, `SELECT count(*), min(c.relname) FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
		AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')`).Scan(&tables, &one)
	if err != nil || tables == 0 {
		return err == nil, err
	}
	var ours, served bool
	if err := tx.QueryRowContext(ctx, `SELECT to_regclass('"move"') IS NOT NULL AND to_regclass('schema_version') IS NOT NULL, to_regclass('schema_version') IS NOT NULL`).Scan(&ours, &served); err != nil {
		return false, err
	}
	switch {
	case ours:
		return false, nil
	case served:
		return false, &model.Error{Kind: model.Conflict, Msg: "the database holds an installation of lastclick already", Hint: "name an empty one, such as createdb makes; where it is this one, moved before, start lastclick serve with it"}
	}
	return false, &model.Error{Kind: model.Conflict, Msg: fmt.Sprintf("the database is not empty: it has the table %s", model.Line(one.String)), Hint: "name an empty one, such as createdb makes"}
}

// makeTables makes them by the migrations, all in one transaction: a database with tables
// is of a move or it is none of ours.
func (m *mover) makeTables(ctx context.Context, tx *sql.Tx, installation []byte) error {
	steps, err := m.to.migrations()
	if err != nil {
		return err
	}
	if err := steps.makeVersionTable(ctx, tx); err != nil {
		return err
	}
	for version := range steps.steps {
		if err := steps.runStep(ctx, m.to, tx, version); err != nil {
			return err
		}
	}
	c := &conn{ctx: ctx, db: tx, s: &Store{engine: m.to}}
	for _, q := range []struct {
		text string
		args []any
	}{
		{`UPDATE schema_version SET version = version + $1`, []any{beingMoved}},
		{makeMoveTable, nil},
		{`INSERT INTO "move" (installation, state, process) VALUES ($1, $2, $3)`, []any{installation, m.state, m.name}},
	} {
		if _, err := c.exec(q.text, q.args...); err != nil {
			return err
		}
	}
	return nil
}

// takeOver goes on with an unfinished move of this installation. Where the source was
// served meanwhile, what was copied of it is thrown away.
func (m *mover) takeOver(ctx context.Context, tx *sql.Tx, installation []byte) error {
	var of, state []byte
	var version int
	if err := tx.QueryRowContext(ctx, `SELECT installation, state, version FROM "move", schema_version FOR UPDATE`).Scan(&of, &state, &version); err != nil {
		return err
	}
	if !bytes.Equal(of, installation) {
		return &model.Error{Kind: model.Conflict, Msg: "another SQLite database is being moved into this one, and that is not finished", Hint: "name an empty database, such as createdb makes"}
	}
	steps, err := m.to.migrations()
	if err != nil {
		return err
	}
	if version != beingMoved+len(steps.steps) {
		return &model.Error{Kind: model.Conflict, Msg: "another version of lastclick began this move", Hint: "go on with that version, or empty the database (drop and make it) and move again"}
	}
	if _, err := tx.ExecContext(ctx, `UPDATE "move" SET process = $1, state = $2`, m.name, m.state); err != nil {
		return err
	}
	if bytes.Equal(state, m.state) {
		m.o.Progress(MoveProgress{Note: "going on with the move that was begun before"})
		return nil
	}
	m.o.Progress(MoveProgress{Note: "the SQLite database was changed since the move began: it is copied from the beginning"})
	names := make([]string, len(m.tables))
	for i, t := range m.tables {
		names[i] = t.name
	}
	_, err = tx.ExecContext(ctx, `TRUNCATE `+quoteAll(names))
	return err
}

// wantOurs fails where another process has taken the move over, which the row's lock keeps
// it from until the transaction ends.
func (m *mover) wantOurs(ctx context.Context) error {
	var process string
	err := m.target.QueryRowContext(ctx, `SELECT process FROM "move" FOR UPDATE`).Scan(&process)
	gone, failed := errors.AsType[*pgconn.PgError](err)
	finished := failed && gone.Code == "42P01" // undefined_table
	if finished || err == nil && process != m.name {
		err = &model.Error{Kind: model.Conflict, Msg: "another lastclick migrate-to has taken this move over", Hint: "see what that one says"}
	}
	return err
}

// address is where the target is, for people; without a password.
func (m *mover) address() (config struct{ Host, Database string }) {
	_ = m.target.Raw(func(raw any) error {
		c := raw.(pgxConn).Conn().Config()
		config.Host, config.Database = c.Host, c.Database
		return nil
	})
	return config
}

// finish makes the target a database that nodes may serve, and the source one that no
// daemon serves by mistake.
func (m *mover) finish(ctx context.Context) error {
	config := m.address()
	now := time.Now().UTC()
	where := fmt.Sprintf("to PostgreSQL (database %s at %s) on %s", config.Database, config.Host, now.Format(time.RFC3339))
	return m.inTransaction(ctx, func() error {
		for _, t := range m.tables {
			if t.identity == "" || t.rows == 0 {
				continue
			}
			highest := `(SELECT max(` + quote(t.identity) + `) FROM ` + quote(t.name) + `)`
			if _, err := m.target.ExecContext(ctx, `SELECT setval(pg_get_serial_sequence($1, $2), `+highest+`)`, quote(t.name), t.identity); err != nil { //nolint:gosec // names of the schema
				return err
			}
		}
		if err := m.bringFiles(ctx, now); err != nil {
			return err
		}
		for _, text := range []string{`DROP TABLE "move"`, fmt.Sprintf(`UPDATE schema_version SET version = version - %d`, beingMoved)} {
			if _, err := m.target.ExecContext(ctx, text); err != nil {
				return err
			}
		}
		// Before the commit, so that none of the two databases is lost sight of: where the
		// commit fails the same call goes on, and this file says that it began.
		return m.file.markMoved(where)
	})
}

// bringFiles adds what one machine keeps in files, and ends the leases of the process that
// served the source: it is gone.
func (m *mover) bringFiles(ctx context.Context, now time.Time) error {
	if m.o.HostKeys != nil {
		if _, err := m.target.ExecContext(ctx, `INSERT INTO meta (name, value) VALUES ('host_keys', $1) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, m.o.HostKeys); err != nil {
			return err
		}
	}
	for name, item := range m.o.Certificates {
		if _, err := m.target.ExecContext(ctx, `INSERT INTO acme_items (name, item) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET item = excluded.item`, name, item); err != nil {
			return err
		}
	}
	_, err := m.target.ExecContext(ctx, `UPDATE shop_deliveries SET leased = 0, next_at = $1 WHERE state = 'queued' AND leased = 1`, millis(now))
	return err
}
