package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// Crash says what is to happen after so many more requests to the engine: none is carried
// out any more, as if the process had been killed there. With Sent the next one is carried
// out, and only its answer is lost; with Once all that follow go well.
type Crash struct {
	Requests   int
	Sent, Once bool
}

// OpenCrashing is Open for a store that can be crashed.
func OpenCrashing(ctx context.Context, o Options) (s *Store, crash func(Crash), err error) {
	c := &crashing{}
	o.doubtWait = time.Second
	s, err = openAround(ctx, o,
		func(e fileEngine) fileEngine { return crashingFile{e, c} },
		func(e sharedEngine) sharedEngine { return crashingShared{e, c} })
	return s, c.arm, err
}

// errCrashed looks like a connection that broke.
var errCrashed = fmt.Errorf("the process was killed here: %w", io.ErrUnexpectedEOF)

type crashing struct {
	mu    sync.Mutex
	armed bool
	Crash
	look func() bool // nil, or says whether a look for a lost COMMIT comes through
}

// OnLook has look called at each look for a COMMIT whose answer was lost: it says whether
// that comes through.
func (s *Store) OnLook(look func() bool) {
	c := s.shared.(crashingShared).crashing
	c.mu.Lock()
	defer c.mu.Unlock()
	c.look = look
}

func (c *crashing) arm(crash Crash) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.armed, c.Crash = true, crash
}

func (c *crashing) around(run func() error) error {
	c.mu.Lock()
	c.Requests--
	crashed, first, sent := c.armed && c.Requests < 0, c.Requests == -1, c.Sent
	c.armed = c.armed && !(crashed && c.Once)
	c.mu.Unlock()
	switch {
	case !crashed:
		return run()
	case first && sent:
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

func (e crashingShared) committed(ctx context.Context, conn *sql.Conn, session string, batch int64) (bool, error) {
	e.mu.Lock()
	look := e.look
	e.mu.Unlock()
	if look != nil && !look() {
		return false, errCrashed
	}
	return e.sharedEngine.committed(ctx, conn, session, batch)
}

func (e crashingShared) run(ctx context.Context, conn *sql.Conn, requests []request) error {
	return e.around(func() error { return e.sharedEngine.run(ctx, conn, requests) })
}
