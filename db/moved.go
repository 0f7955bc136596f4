package db

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"lastclick/model"
)

// movedSuffix is that of the file beside a SQLite database which says that it was moved,
// and where to. While it is there the database is not served: a daemon that is started as
// before would take orders that the nodes never see.
const movedSuffix = ".moved"

// markMoved writes that file, which is durable when it returns.
func (f *sqliteFile) markMoved(where string) error {
	path := f.path + movedSuffix
	if err := os.WriteFile(path, []byte(where+"\n"), 0o600); err != nil {
		return fmt.Errorf("note that the database was moved: %w", err)
	}
	if err := errors.Join(syncDir(path), syncDir(filepath.Dir(path))); err != nil {
		return fmt.Errorf("note that the database was moved: %w", err)
	}
	return nil
}

// refuseMoved refuses to serve a database that was moved.
func (f *sqliteFile) refuseMoved() error {
	path := f.path + movedSuffix
	where, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("see whether the database was moved: %w", err)
	}
	return &model.Error{
		Kind: model.Conflict, Msg: fmt.Sprintf("the database %s was moved %s", f.path, model.Line(strings.TrimSpace(string(where)))),
		Hint: fmt.Sprintf("start with --database postgres://…; to serve the SQLite database all the same, without what PostgreSQL took since, remove %s", path),
	}
}
