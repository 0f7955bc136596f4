package db

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// markBusy notes that the committer has begun something.
func (s *Store) markBusy() { s.busySince.Store(time.Now().UnixNano()) }

// CommitterBusy is how long the committer has been at what it does now: a transaction or
// a checkpoint. It is 0 while it waits for work.
func (s *Store) CommitterBusy() time.Duration {
	since := s.busySince.Load()
	if since == 0 {
		return 0
	}
	return time.Since(time.Unix(0, since))
}

// StorageAnswers says whether what the committer writes to answers others before ctx
// ends: the server, or the disk of the file. It tells a committer that hangs by itself
// from one that waits, and asks neither the committer nor its connection.
//
// A disk that hangs may keep a goroutine for as long; so call it now and then, not in a
// loop.
func (s *Store) StorageAnswers(ctx context.Context) error {
	if err := s.Away(); err != nil {
		return err
	}
	answered := make(chan error, 1)
	go func() {
		if s.file != nil {
			answered <- s.file.answers(ctx)
		} else {
			answered <- s.readers.PingContext(ctx)
		}
	}()
	select {
	case err := <-answered:
		return err
	case <-ctx.Done():
		return fmt.Errorf("the storage does not answer: %w", ctx.Err())
	}
}

// answers writes a file beside the database to the disk, and removes it.
func (e *sqlite) answers(context.Context) error {
	f, err := os.CreateTemp(filepath.Dir(e.path), ".lastclick-answers-")
	if err != nil {
		return fmt.Errorf("write beside the database: %w", err)
	}
	defer os.Remove(f.Name())
	defer f.Close()
	if _, err := f.WriteString("x"); err != nil {
		return fmt.Errorf("write beside the database: %w", err)
	}
	return f.Sync()
}
