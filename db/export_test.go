package db

import (
	"context"
	"errors"
)

// MigrateTo makes the database that a program of an earlier schema left.
func MigrateTo(ctx context.Context, o Options, version int) error {
	e := engineOf(o)
	m, err := e.migrations()
	if err != nil {
		return err
	}
	readers, writer, err := e.open(ctx)
	if err != nil {
		return err
	}
	m.steps = m.steps[:version]
	return errors.Join(m.apply(ctx, e, writer), readers.Close(), writer.Close())
}

// CacheIsSame says whether do leaves the store with the cache that it had: it was
// changed by key, and not read again.
func (s *Store) CacheIsSame(do func()) bool {
	before := s.cache.Load()
	do()
	return s.cache.Load() == before
}
