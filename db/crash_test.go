package db

import (
	"context"
	"database/sql"
	"errors"
	"sync"
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
	s, err = openAround(ctx, o,
		func(e fileEngine) fileEngine { return crashingFile{e, c} },
		func(e sharedEngine) sharedEngine { return crashingShared{e, c} })
	return s, c.arm, err
}

var errCrashed = errors.New("the process was killed here")

type crashing struct {
	mu    sync.Mutex
	armed bool
	Crash
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

func (e crashingShared) run(ctx context.Context, conn *sql.Conn, requests []request) error {
	return e.around(func() error { return e.sharedEngine.run(ctx, conn, requests) })
}
