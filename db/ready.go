package db

import (
	"context"
	"time"
)

// readyKeep is how long a commit proves that the store can commit.
const readyKeep = time.Second

// Ready says whether the store can commit, by a commit that changes nothing and waits for
// no lock of another node. On a server, which would flush its log to disk for that, the last
// commit answers where it was a moment ago; a file may have gone since.
func (s *Store) Ready(ctx context.Context) error {
	if s.isClosed() {
		return errClosed
	}
	if s.shared != nil && s.committedLately() {
		return s.Away()
	}
	if s.file != nil {
		if _, err := read(ctx, s, func(c *conn) (n int64, err error) {
			err = c.row(`SELECT version FROM schema_version`).Scan(&n)
			return n, err
		}); err != nil {
			return err
		}
	}
	return s.enqueue(ctx, op{probe: true})
}

// committedLately says that the newest commit was a moment ago, and did not fail.
func (s *Store) committedLately() bool {
	done, failed := s.doneAt.Load(), s.failedAt.Load()
	age := time.Duration(time.Now().UnixNano() - done)
	return failed < done && age >= 0 && age < readyKeep
}
