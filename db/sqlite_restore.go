package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"lastclick/model"
)

// Restored says what Restore did.
type Restored struct {
	Path string // of the database
	Kept string // what the file before is called now, its -wal and -shm alike; empty: there was none
}

// Restore puts a backup in the place of the SQLite database of the options, which no
// daemon may serve meanwhile. The backup is copied and the copy checked first; nothing of
// the files before is lost, they are kept beside under another name. Where the process
// is killed between the two, there is no database, and no daemon makes a new one.
func Restore(ctx context.Context, o Options, source string) (Restored, error) {
	e, ok := engineOf(o).(*sqlite)
	if !ok {
		return Restored{}, &model.Error{Kind: model.Invalid, Field: "database", Msg: "a backup is a SQLite file, and the database is PostgreSQL", Hint: "restore that with pg_restore"}
	}
	if err := sameFile(source, e.path); err != nil {
		return Restored{}, err
	}
	if err := os.MkdirAll(filepath.Dir(e.path), 0o700); err != nil {
		return Restored{}, fmt.Errorf("make the folder of the database: %w", err)
	}
	f := &sqliteFile{path: e.path}
	if err := f.takeLock(); err != nil {
		return Restored{}, errors.Join(err, f.close())
	}
	r, err := e.restore(ctx, f, source)
	return r, errors.Join(err, f.close())
}

// sameFile refuses a source that is the database itself.
func sameFile(source, path string) error {
	from, err := os.Stat(source)
	if errors.Is(err, fs.ErrNotExist) {
		return &model.Error{Kind: model.NotFound, Field: "source", Msg: fmt.Sprintf("there is no file %s", source), Hint: "name a file that lastclick backup made"}
	}
	if err != nil {
		return fmt.Errorf("look at the backup: %w", err)
	}
	if to, err := os.Stat(path); err == nil && os.SameFile(from, to) {
		return &model.Error{Kind: model.Conflict, Field: "source", Msg: fmt.Sprintf("%s is the database itself", source), Hint: "name a file that lastclick backup made"}
	}
	return nil
}

func (e *sqlite) restore(ctx context.Context, f *sqliteFile, source string) (r Restored, err error) {
	dir, err := os.MkdirTemp(filepath.Dir(e.path), ".lastclick-restore-")
	if err != nil {
		return r, fmt.Errorf("make a folder for the copy: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	part := filepath.Join(dir, "lastclick.db")
	if err := e.copyBackup(ctx, source, part); err != nil {
		return r, err
	}
	r.Path = e.path
	kept := fmt.Sprintf("%s.before-restore-%s", e.path, time.Now().UTC().Format("20060102T150405Z"))
	if _, err := os.Lstat(kept); err == nil {
		return r, &model.Error{Kind: model.Conflict, Msg: fmt.Sprintf("%s exists already", kept), Hint: "try again in a second"}
	}
	if err := f.markMade(); err != nil {
		return r, err
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		switch err := os.Rename(e.path+suffix, kept+suffix); {
		case err == nil:
			r.Kept = kept
		case !errors.Is(err, fs.ErrNotExist):
			return r, fmt.Errorf("keep the files before: %w", err)
		}
	}
	if err := os.Rename(part, e.path); err != nil {
		return r, fmt.Errorf("put the copy in its place: %w", err)
	}
	return r, syncDir(filepath.Dir(e.path))
}

// copyBackup copies the source to dest and checks the copy: that it is a whole database
// of lastclick, of a schema that this program knows.
func (e *sqlite) copyBackup(ctx context.Context, source, dest string) error {
	bad := func(err error) error {
		if e.classify(err) == model.Full {
			return &model.Error{Kind: model.Full, Msg: "there is no room for the copy of the backup", Hint: "make room beside the database", Err: err}
		}
		return &model.Error{Kind: model.Invalid, Field: "source", Msg: fmt.Sprintf("%s is no backup of lastclick, or it is damaged", source), Hint: "name another; the database was left as it is", Err: err}
	}
	from := sql.OpenDB(connector{sqliteDSN(source, "mode=ro&_busy_timeout=5000"), nil})
	defer from.Close()
	var id int64
	if err := from.QueryRowContext(ctx, `PRAGMA application_id`).Scan(&id); err != nil {
		return bad(err)
	}
	if id != applicationID {
		return bad(fmt.Errorf("its application id is %d", id))
	}
	version, err := schemaVersion(ctx, e, from)
	if err != nil {
		return bad(err)
	}
	m, err := e.migrations()
	if err != nil {
		return err
	}
	if version == 0 || version > len(m.steps) {
		return &model.Error{Kind: model.Invalid, Field: "source", Msg: fmt.Sprintf("%s has schema %d and this program knows 1 to %d", source, version, len(m.steps)), Hint: "restore it with a newer lastclick; the database was left as it is"}
	}
	if _, err := from.ExecContext(ctx, `VACUUM INTO $1`, dest); err != nil {
		return bad(err)
	}
	for _, check := range []func(context.Context, string) error{unmark, verifyCopy} {
		if err := check(ctx, dest); err != nil {
			return bad(err)
		}
	}
	return syncFile(dest, 0o600)
}
