package db

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
)

// Upgrade brings a database to the schema of a program to come, which programs since the
// schema oldest may go on writing to; 0: none.
func Upgrade(ctx context.Context, o Options, oldest int) error {
	e := engineOf(o)
	m, err := e.migrations()
	if err != nil {
		return err
	}
	readers, writer, err := e.open(ctx)
	if err != nil {
		return err
	}
	m.steps = append(slices.Clone(m.steps), step{text: `ALTER TABLE orders ADD COLUMN later BIGINT NOT NULL DEFAULT 0; ALTER TABLE links ADD COLUMN later BIGINT NOT NULL DEFAULT 0`, oldest: oldest})
	return errors.Join(m.apply(ctx, e, writer), readers.Close(), writer.Close())
}

// Schema is that of this program.
func (s *Store) Schema() int { return s.schema }

// Poll looks for changes of other nodes at once.
func (s *Store) Poll(ctx context.Context) { s.poll(ctx) }

// HoldChange keeps a transaction of the store's committer open, which has changed something, until
// goesOn is called; that returns what became of it.
func (s *Store) HoldChange(t *testing.T) (goesOn func() error) {
	t.Helper()
	holds, held := make(chan struct{}), make(chan struct{})
	done := make(chan error, 1)
	go func() {
		done <- s.update(context.Background(), func(tx *tx) error {
			_, err := tx.exec(`UPDATE clients SET name = 'held' WHERE slug = 'acme'`)
			close(holds)
			<-held
			return err
		})
	}()
	<-holds
	release := sync.OnceFunc(func() { close(held) })
	t.Cleanup(release) // a test that fails must not keep the store from closing
	return func() error { release(); return <-done }
}
