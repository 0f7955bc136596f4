package db

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/mattn/go-sqlite3"

	"lastclick/model"
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

// MigrateWatched brings a database to this program's schema. It asks allow before each
// statement, of SQLite at each table and column that a statement names, and what is not
// allowed fails.
func MigrateWatched(ctx context.Context, o Options, allow func() bool) error {
	e := engineOf(o)
	m, err := e.migrations()
	if err != nil {
		return err
	}
	readers, writer, err := e.open(ctx)
	if err != nil {
		return err
	}
	defer readers.Close()
	if file, ok := e.(*sqlite); ok {
		if err := writer.Close(); err != nil {
			return err
		}
		writer = sql.OpenDB(connector{sqliteDSN(file.path, "_journal=WAL&_fk=1&_txlock=immediate"), func(c *sqlite3.SQLiteConn) error {
			c.RegisterAuthorizer(func(int, string, string, string) int {
				if !allow() {
					return sqlite3.SQLITE_DENY
				}
				return sqlite3.SQLITE_OK
			})
			return nil
		}})
	} else {
		r := &recorder{allow: func(string) bool { return allow() }}
		around := sql.OpenDB(recordingConnector{r, writer})
		around.SetMaxOpenConns(1)
		writer = around
	}
	defer writer.Close()
	return m.apply(ctx, e, writer)
}

// SetTimezoneAlone changes a client's timezone without starting the count of its days.
func (s *Store) SetTimezoneAlone(ctx context.Context, slug, timezone string) error {
	return s.update(ctx, func(t *tx) error {
		cl, err := t.client(slug)
		if err != nil {
			return err
		}
		t.markChanged(cl.ID)
		_, err = t.exec(`UPDATE clients SET timezone = $1 WHERE id = $2`, timezone, cl.ID)
		return err
	})
}

// MakeDaysStale has the next store that opens the database count the client's days again.
func MakeDaysStale(ctx context.Context, o Options, slug string) error {
	e := engineOf(o)
	readers, writer, err := e.open(ctx)
	if err != nil {
		return err
	}
	_, err = writer.ExecContext(ctx, `UPDATE clients SET days_timezone = '' WHERE slug = $1`, slug)
	return errors.Join(err, readers.Close(), writer.Close())
}

// HasDays says whether the client's days are kept in its timezone.
func (s *Store) HasDays(ctx context.Context, slug string) (bool, error) {
	return read(ctx, s, func(c *conn) (bool, error) {
		cl, err := c.client(slug)
		if err != nil {
			return false, err
		}
		return c.hasDays(cl)
	})
}

// RenewDays counts the days of clients whose timezone has changed, and fails instead at
// the end where fail says so.
func (s *Store) RenewDays(ctx context.Context, fail error) error {
	if fail == nil {
		return s.renewDays(ctx)
	}
	stale, err := read(ctx, s, (*conn).staleClients)
	if err != nil {
		return err
	}
	for _, client := range stale {
		err = errors.Join(err, s.update(ctx, func(t *tx) error { return errors.Join(t.renewDays(client), fail) }))
	}
	return err
}

// CacheIsSame says whether do leaves the store with the cache that it had: it was
// changed by key, and not read again.
func (s *Store) CacheIsSame(do func()) bool {
	before := s.cache.Load()
	do()
	return s.cache.Load() == before
}

// Hold keeps the committer busy, in a transaction, until release is called.
func (s *Store) Hold(t *testing.T) (release func()) { return s.hold(t) }

// Queued is how many operations wait for the committer.
func (s *Store) Queued() int { return len(s.ops) }

// ForgetCommit has the store think that its last commit is long ago.
func (s *Store) ForgetCommit() { s.doneAt.Store(0) }

// CommittedAt is when the store last committed.
func (s *Store) CommittedAt() time.Time { return time.Unix(0, s.doneAt.Load()) }

// SaveCache writes the cache file where that is due by its hour.
func (s *Store) SaveCache(ctx context.Context) error {
	return s.saveCache(ctx, time.Minute, cacheSaveIdle)
}

// CacheFileHolds says whether the link is in the file.
func CacheFileHolds(path, code string) (bool, error) {
	f, err := readCacheFile(path)
	return err == nil && f.cache.links.find(code) != nil, err
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

// ListedColumns are all columns that privacy.go lists.
func ListedColumns() []string {
	names := slices.Concat(listedColumns(aboutUsers), listedColumns(aboutNeither))
	for _, d := range aboutBuyers {
		names = append(names, listedColumns(d.columns)...)
	}
	return names
}

// MaxTries is how many invite codes may be tried in a minute.
const MaxTries = maxTries

// RunJobs does all at once what the store does by itself now and then.
func (s *Store) RunJobs(ctx context.Context) error {
	s.Heard(model.Contact{Checkout: 1, At: s.now()})
	jobs := []func() error{
		func() error { return s.update(ctx, (*tx).renewKeys) },
		func() error { return s.renewDays(ctx) },
		func() error { _, err := s.ForgetOld(ctx); return err },
		func() error { return s.flushContacts(ctx) },
		func() error { return s.refreshCache(ctx) },
		func() error { return s.enqueue(ctx, op{}) }, // folds the clicks
		func() error { _, err := s.ForgetShopDeliveries(ctx, s.now(), 100); return err },
		func() error { _, err := s.DueMail(ctx, 0, time.Minute); return err },
		func() error { _, err := s.DueHooks(ctx, 0, time.Minute); return err },
		func() error { _, err := s.DueShopDeliveries(ctx, model.ShopTake{Limit: 1}); return err },
	}
	errs := make([]error, len(jobs))
	var all sync.WaitGroup
	for i, job := range jobs {
		all.Go(func() { errs[i] = job() })
	}
	all.Wait()
	return errors.Join(errs...)
}
