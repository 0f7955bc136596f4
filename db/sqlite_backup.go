package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"lastclick/model"
)

// backupBeforeMigrate replaces an older copy of the same schema.
func (e *sqlite) backupBeforeMigrate(ctx context.Context, db *sql.DB, schema int) error {
	dest := fmt.Sprintf("%s.before-%d", e.path, schema)
	if err := os.Remove(dest); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("remove an older copy: %w", err)
	}
	// SQLite fills a file that is empty. It holds secrets: other users do not read it.
	f, err := os.OpenFile(dest, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		return fmt.Errorf("copy the database before its schema is changed: %w", err)
	}
	if _, err := db.ExecContext(ctx, `VACUUM INTO $1`, dest); err != nil {
		return fmt.Errorf("copy the database to %s before its schema is changed: %w", dest, err)
	}
	return nil
}

// backup copies to a temporary name beside dest, checks the copy, and only then gives
// it its name: what is called dest is always whole.
func (e *sqlite) backup(ctx context.Context, dest string) (err error) {
	exists := &model.Error{Kind: model.Conflict, Field: "dest", Msg: fmt.Sprintf("%s exists already", dest), Hint: "a backup overwrites nothing: name another file"}
	if _, err := os.Lstat(dest); err == nil {
		return exists
	}
	bad := func(err error) error {
		if e.classify(err) == model.Full {
			return &model.Error{Kind: model.Full, Msg: "there is no room for the backup", Hint: "make room, or name a file on another disk", Err: err}
		}
		return &model.Error{Kind: model.Internal, Field: "dest", Msg: fmt.Sprintf("the backup %s could not be written", dest), Hint: "see whether its folder exists and may be written to", Err: err}
	}
	dir, err := os.MkdirTemp(filepath.Dir(dest), ".lastclick-backup-")
	if err != nil {
		return bad(err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	part := filepath.Join(dir, "lastclick.db")
	source := sql.OpenDB(connector{sqliteDSN(e.path, "mode=ro&_busy_timeout=5000"), nil})
	defer source.Close()
	if _, err := source.ExecContext(ctx, `VACUUM INTO $1`, part); err != nil {
		return bad(err)
	}
	if err := unmark(ctx, part); err != nil {
		return bad(err)
	}
	if err := verifyCopy(ctx, part); err != nil {
		return bad(err)
	}
	if err := syncFile(part, 0o600); err != nil {
		return bad(err)
	}
	// A link refuses a name that came into being meanwhile, where a rename would
	// overwrite it; but some disks (exFAT) know no links.
	if err := os.Link(part, dest); errors.Is(err, fs.ErrExist) {
		return exists
	} else if err != nil {
		if err := os.Rename(part, dest); err != nil {
			return bad(err)
		}
	}
	return syncDir(filepath.Dir(dest))
}

// unmark takes the mark of the daemon that serves the source from a copy, so that the
// daemon notices where it is copied over its file.
func unmark(ctx context.Context, path string) error {
	db := sql.OpenDB(connector{sqliteDSN(path, ""), nil})
	_, err := db.ExecContext(ctx, `PRAGMA user_version=0`)
	return errors.Join(err, db.Close())
}

// verifyCopy runs SQLite's whole check on a copy that nothing else uses.
func verifyCopy(ctx context.Context, path string) error {
	db := sql.OpenDB(connector{sqliteDSN(path, "mode=ro&immutable=1"), nil})
	defer db.Close()
	var first string
	if err := db.QueryRowContext(ctx, `PRAGMA integrity_check(1)`).Scan(&first); err != nil {
		return err
	}
	if first != "ok" {
		return fmt.Errorf("the copy is damaged: %s", first)
	}
	return nil
}

func syncFile(path string, mode os.FileMode) error {
	if err := os.Chmod(path, mode); err != nil {
		return err
	}
	return syncDir(path)
}

// syncDir makes a file's bytes, or a folder's names, durable.
func syncDir(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// checkFile has SQLite check the file, and the references in it.
func (e *sqlite) checkFile(c *conn) ([]model.Difference, error) {
	var diffs []model.Difference
	err := c.each(func(r *sql.Rows) error {
		var line string
		err := r.Scan(&line)
		if line != "ok" {
			diffs = append(diffs, model.Difference{Cell: model.IntegrityCell, Kept: line, Facts: "ok"})
		}
		return err
	}, `PRAGMA integrity_check`)
	if err != nil {
		return nil, err
	}
	err = c.each(func(r *sql.Rows) error {
		var table, parent string
		var row *int64
		var key int64
		err := r.Scan(&table, &row, &parent, &key)
		diffs = append(diffs, model.Difference{Cell: fmt.Sprintf("references from %s to %s", table, parent), Kept: "a row that is not there", Facts: "one"})
		return err
	}, `PRAGMA foreign_key_check`)
	return diffs, err
}
