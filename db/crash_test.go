package db

import (
	"context"
	"database/sql"
	"errors"
	"sync"
)

// OpenCrashing is Open for a store that can be crashed: after so many more requests to
// the engine none is carried out any more, as if the process had been killed there. With
// sent, the last one is carried out and only its answer is lost.
func OpenCrashing(ctx context.Context, o Options) (s *Store, crash func(requests int, sent bool), err error) {
	s = newStore(o)
	c := &crashing{}
	if s.file != nil {
		s.file = crashingFile{s.file, c}
		s.engine = s.file
	} else {
		s.shared = crashingShared{s.shared, c}
		s.engine = s.shared
	}
	return s, c.arm, s.start(ctx)
}

var errCrashed = errors.New("the process was killed here")

type crashing struct {
	mu    sync.Mutex
	armed bool
	left  int
	sent  bool
}

func (c *crashing) arm(requests int, sent bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.armed, c.left, c.sent = true, requests, sent
}

func (c *crashing) around(run func() error) error {
	c.mu.Lock()
	c.left--
	crashed, last := c.armed && c.left < 0, c.armed && c.left == -1
	c.mu.Unlock()
	if !crashed {
		return run()
	}
	if last && c.sent {
		return errors.Join(run(), errCrashed)
	}
	return errCrashed
}

type crashingFile struct {
	fileEngine
	*crashing
}

func (e crashingFile) run(ctx context.Context, conn *sql.Conn, requests []request) error {
	// One by one: a process that is killed may have run some of them.
	for i := range requests {
		if err := e.around(func() error { return e.fileEngine.run(ctx, conn, requests[i:i+1]) }); err != nil {
			return err
		}
	}
	return nil
}

type crashingShared struct {
	sharedEngine
	*crashing
}

func (e crashingShared) run(ctx context.Context, conn *sql.Conn, requests []request) error {
	return e.around(func() error { return e.sharedEngine.run(ctx, conn, requests) })
}
