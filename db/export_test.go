package db

import (
	"context"
	"errors"
	"sync"
	"testing"
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

// Hang has the store's committer hang inside of a transaction that holds the client acme,
// until goesOn is called.
func (s *Store) Hang(t *testing.T) (hangs chan struct{}, goesOn func()) {
	hangs, held := make(chan struct{}), make(chan struct{})
	var done sync.WaitGroup
	done.Go(func() {
		err := s.update(context.Background(), func(tx *tx) error {
			_, err := tx.exec(`UPDATE clients SET name = name WHERE slug = 'acme'`)
			close(hangs)
			<-held
			return err
		})
		if err == nil {
			t.Error("what the node did after it hung was committed")
		}
	})
	return hangs, func() { close(held); done.Wait() }
}
