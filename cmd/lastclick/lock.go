package main

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// lockData makes sure that only one daemon serves a data directory: each keeps the links
// in memory, so two would answer differently. The lock ends with the process, however
// that ends.
func lockData(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("--data: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("--data %s: another lastclick serves it: stop that one, or name another directory (several nodes share a database with --database postgres://…)", dir)
	}
	return f, nil
}
