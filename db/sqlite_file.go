package db

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"lastclick/model"
)

// sqliteFile is the database's file, as the process that writes to it found it when it
// began.
//
// It keeps the file open until SQLite has closed its own: closing any handle of a file
// would take away the locks that this process holds on it.
type sqliteFile struct {
	path string
	file *os.File
	lock *os.File // beside the file; its text says that a database was made, and that it is being served

	served bool // since begin

	mark, before uint32    // the file's mark since begin, and until a checkpoint wrote it
	changed      time.Time // when the file was last seen to be written
	size         int64     // that it had then: a clock of the disk ticks every few ms
}

// hostKeyName is the SSH host key in the data directory, which serve makes after the
// database: where it is, there was one.
const hostKeyName = "ssh_host_ed25519_key"

// errGone is what orders get while the file is not the one that was opened.
func errGone(err error) error {
	return &model.Error{
		Kind: model.Busy, Msg: "the file of the database was removed or replaced while the daemon runs: nothing is stored",
		Hint: "an admin puts it back as it was; or stops the daemon, restores a backup and starts it", Err: err,
	}
}

// errReadOnlyDisk is what orders get once the disk takes no more writes.
func errReadOnlyDisk(err error) error {
	return &model.Error{
		Kind: model.Busy, Msg: "the disk of the database takes no writes any more: nothing is stored",
		Hint: "an admin looks at the log of the system, repairs the file system and mounts it again", Err: err,
	}
}

// openSQLiteFile takes the lock and opens the file, which it makes where there was none
// before. made says that it did.
//
// The lock is beside the file and not in the data directory, so that two daemons with
// directories of their own never share a database: each keeps the links in memory.
func openSQLiteFile(path string) (f *sqliteFile, made bool, err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, false, fmt.Errorf("make the folder of the database: %w", err)
	}
	f = &sqliteFile{path: path}
	if err := f.takeLock(); err != nil {
		return nil, false, errors.Join(err, f.close())
	}
	if err := f.refuseMoved(); err != nil {
		return nil, false, errors.Join(err, f.close())
	}
	info, err := os.Stat(path)
	if made = errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0; made {
		if err := f.mayMake(); err != nil {
			return nil, false, errors.Join(err, f.close())
		}
	}
	// The file holds secrets: other users do not read it.
	if f.file, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return nil, false, errors.Join(fmt.Errorf("open the database: %w", err), f.close())
	}
	return f, made, nil
}

// takeLock takes the lock beside the file.
func (f *sqliteFile) takeLock() (err error) {
	if f.lock, err = LockFile(f.path + ".lock"); errors.Is(err, ErrLocked) {
		return fmt.Errorf("another lastclick serves the database %s: stop that one, or name another with --data or --database (several nodes share one with --database postgres://…)", f.path)
	}
	return err
}

// The texts of the lock.
const (
	textMade   = "A database was made here. Without this file, a new one is made where it is missing.\n"
	textServed = "It is being served.\n"
)

// madeText is what the lock says once there was a database.
const madeText = "A database was made here. Without this file, a new one is made where it is missing.\n"

// markMade notes in the lock that a database was made here, and that none is served.
func (f *sqliteFile) markMade() error {
	_, err := f.lock.WriteAt([]byte(textMade), 0)
	if err := errors.Join(err, f.lock.Truncate(int64(len(textMade)))); err != nil {
		return fmt.Errorf("write the lock of the database: %w", err)
	}
	return nil
}

// markServed notes that the database is being served, until markMade.
func (f *sqliteFile) markServed() error {
	if _, err := f.lock.WriteAt([]byte(textServed), int64(len(textMade))); err != nil {
		return fmt.Errorf("write the lock of the database: %w", err)
	}
	f.served = true
	return nil
}

// lostWAL says that the process before did not end in order and that its WAL is gone,
// which held what it committed last.
func (f *sqliteFile) lostWAL() (bool, error) {
	text := make([]byte, len(textMade)+len(textServed))
	n, err := f.lock.ReadAt(text, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return false, fmt.Errorf("read the lock of the database: %w", err)
	}
	if string(text[:n]) != textMade+textServed {
		return false, nil
	}
	_, err = os.Stat(f.path + "-wal")
	return errors.Is(err, fs.ErrNotExist), nil
}

// mayMake refuses to make a database where there was one: what it held is gone, and a
// new one would answer that nothing of it ever was.
func (f *sqliteFile) mayMake() error {
	for _, trace := range []string{f.lock.Name(), f.path + "-wal", filepath.Join(filepath.Dir(f.path), hostKeyName)} {
		if info, err := os.Stat(trace); err == nil && info.Size() > 0 {
			return fmt.Errorf("the database %s is gone or empty, and %s shows that there was one: put the file back, or restore a backup (lastclick restore); to begin with an empty one, remove %[2]s first", f.path, trace)
		}
	}
	return nil
}

// begin marks the database as served by this process: what is copied over it has another
// mark. It is SQLite's user_version, which nothing else uses; in a backup it is 0.
func (f *sqliteFile) begin(ctx context.Context, writer *sql.DB) (err error) {
	if err := f.markMade(); err != nil {
		return err
	}
	if f.before, _, err = f.readHeader(); err != nil {
		return err
	}
	f.mark = 1 + rand.Uint32N(math.MaxInt32)
	for _, query := range []string{fmt.Sprintf("PRAGMA user_version=%d", f.mark), "PRAGMA wal_checkpoint(PASSIVE)"} {
		if _, err := writer.ExecContext(ctx, query); err != nil {
			return fmt.Errorf("mark the database: %w", err)
		}
	}
	return f.markServed()
}

// intact says whether the path still leads to the file that is open, with what it held;
// behind a commit also whether its disk still takes writes.
func (f *sqliteFile) intact(committed bool) error {
	now, err := os.Stat(f.path)
	if err != nil {
		return errGone(err)
	}
	opened, err := f.file.Stat()
	if err != nil {
		return errGone(err)
	}
	if !os.SameFile(now, opened) {
		return errGone(errors.New("another file has its name"))
	}
	if committed {
		// ext4 may report as synced what it lost in the moment in which its journal fails. By
		// then it takes no writes, to no file.
		if _, err := f.lock.WriteAt([]byte(madeText[:1]), 0); err != nil {
			return errReadOnlyDisk(err)
		}
	}
	if now.ModTime().Equal(f.changed) && now.Size() == f.size {
		return nil
	}
	// A checkpoint wrote to it, ours or that of a program that copies it; or another file
	// was copied over it.
	mark, length, err := f.readHeader()
	if err != nil {
		return errGone(err)
	}
	// SQLite makes a file shorter with VACUUM alone, and then says how long it is.
	if now.Size() < min(f.size, length) {
		return errGone(errors.New("it was cut off"))
	}
	if mark != f.mark && mark != f.before {
		return errGone(errors.New("another database was copied over it"))
	}
	if mark == f.mark {
		f.before = mark
	}
	f.changed, f.size = now.ModTime(), now.Size()
	return nil
}

// readHeader reads the mark and the length in bytes that the file's header has
// (sqlite.org/fileformat.html §1.3), past SQLite's cache.
func (f *sqliteFile) readHeader() (mark uint32, length int64, err error) {
	var header [100]byte
	n, err := f.file.ReadAt(header[:], 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, 0, fmt.Errorf("read the header of the database: %w", err)
	}
	if n < len(header) || string(header[:16]) != "SQLite format 3\x00" {
		return 0, 0, errors.New("the file is no database any more")
	}
	page := int64(binary.BigEndian.Uint16(header[16:]))
	if page == 1 {
		page = 65536
	}
	return binary.BigEndian.Uint32(header[60:]), page * int64(binary.BigEndian.Uint32(header[28:])), nil
}

func (f *sqliteFile) close() error {
	var errs []error
	for _, file := range []*os.File{f.file, f.lock} {
		if file != nil {
			errs = append(errs, file.Close())
		}
	}
	return errors.Join(errs...)
}
