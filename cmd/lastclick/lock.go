package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"lastclick/db"
)

// lockData makes sure that only one daemon serves a data directory: each keeps the links
// in memory, so two would answer differently.
func lockData(dir string) (*os.File, error) {
	f, err := db.LockFile(filepath.Join(dir, "lock"))
	if errors.Is(err, db.ErrLocked) {
		return nil, fmt.Errorf("--data %s: another lastclick serves it: stop that one, or name another directory (several nodes share a database with --database postgres://…)", dir)
	}
	if err != nil {
		return nil, fmt.Errorf("--data: %w", err)
	}
	return f, nil
}
