package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"lastclick/model"
)

// errReadOnly answers every change to a store that was opened with ReadOnly.
var errReadOnly = &model.Error{Kind: model.Denied, Msg: "the database is open for reading only: nothing was changed", Hint: "do it through the running daemon"}

// inspect makes a store of readers alone, beside a daemon that may be running. It
// has no committer, brings nothing up to date and leaves the file as it is.
func (s *Store) inspect(ctx context.Context) error {
	close(s.committed)
	s.clicks.queue = nil // takes none
	if s.writer != nil {
		if err := s.writer.Close(); err != nil {
			return err
		}
		s.writer = nil
	}
	if err := s.engine.claim(ctx, s.readers); err != nil {
		return err
	}
	steps, err := migrations()
	if err != nil {
		return err
	}
	var version int
	if err := s.readers.QueryRowContext(ctx, `SELECT version FROM schema_version`).Scan(&version); err != nil {
		return fmt.Errorf("read the version of the database: %w", err)
	}
	switch {
	case version < len(steps):
		return fmt.Errorf("the database has schema %d and this program needs %d: start lastclick serve once, which brings it up to date", version, len(steps))
	case version > len(steps):
		return fmt.Errorf("the database has schema %d and this program knows %d: use a newer lastclick", version, len(steps))
	}
	g, err := read(ctx, s, (*conn).loadGate)
	s.gate.Store(g)
	return err
}

// inspectSQLite opens a file that must be there. SQLite makes the WAL's files beside
// it where no daemon has, for it cannot read without them.
func inspectSQLite(ctx context.Context, path string) (readers *sql.DB, err error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("there is no database at %s: name its folder with --data, or the database with --database", path)
	case err != nil:
		return nil, fmt.Errorf("open the database: %w", err)
	case info.Size() == 0:
		return nil, fmt.Errorf("the file %s is empty, not a database: name its folder with --data, or the database with --database", path)
	}
	readers = sqliteReaders(path)
	if err := readers.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), readers.Close())
	}
	return readers, nil
}
