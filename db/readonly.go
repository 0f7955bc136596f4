package db

import (
	"context"
	"errors"
	"fmt"

	"lastclick/model"
)

// errReadOnly answers every change to a store that was opened with ReadOnly.
var errReadOnly = &model.Error{Kind: model.Denied, Msg: "the database is open for reading only: nothing was changed", Hint: "do it through the running daemon"}

// openReadOnly makes a store of readers alone, beside a daemon that may be running. It
// has no committer, brings nothing up to date and leaves the database as it is.
func (s *Store) openReadOnly(ctx context.Context) (err error) {
	if err := s.openReaders(ctx); err != nil {
		return err
	}
	if err := s.openReplica(); err != nil {
		return err
	}
	m, err := s.engine.migrations()
	if err != nil {
		return err
	}
	version, err := schemaVersion(ctx, s.engine, s.readers)
	needs := len(m.steps)
	switch {
	case err != nil:
		return err
	case version >= beingMoved:
		return errBeingMoved
	case version == 0:
		return errors.New("the database has no tables yet: start lastclick serve once, which makes them")
	case version < needs:
		return fmt.Errorf("the database has schema %d and this program needs %d: start lastclick serve once, which brings it up to date", version, needs)
	case version > needs:
		return fmt.Errorf("the database has schema %d and this program knows %d: use a newer lastclick", version, needs)
	}
	c, err := read(ctx, s, func(c *conn) (*cache, error) { return c.loadCache(1) })
	s.cache.Store(c)
	return err
}

// openReaders makes a store of readers alone, whatever schema the database has.
func (s *Store) openReaders(ctx context.Context) (err error) {
	close(s.committed)
	s.clicks.close() // takes none
	if s.readers, err = s.engine.openReadOnly(ctx); err != nil {
		return err
	}
	if s.file != nil {
		return s.file.adopt(ctx, s.readers)
	}
	return nil
}
