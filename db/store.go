package db

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"io"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"lastclick/model"
)

// Options say which database to open, and how.
type Options struct {
	URL     string                // empty: SQLite at Dir/lastclick.db; a path or "file:…": SQLite there; "postgres://…"
	ReadURL string                // of a standby of a PostgreSQL database, for what people look at; empty: there is none
	Dir     string                // the data folder
	BaseURL string                // public address of the platform, for the links' addresses; without a trailing slash
	Now     func() time.Time      // nil: time.Now
	Random  io.Reader             // nil: crypto/rand
	Log     *slog.Logger          // nil: nothing is logged
	Metrics prometheus.Registerer // nil: none are registered

	// ReadOnly opens an existing database, also beside a running daemon, to look at it,
	// check it or copy it. It is neither made nor migrated, and every change is refused.
	ReadOnly bool

	// Keep is how long is kept what would else only grow; the zero value keeps it for ever.
	Keep model.Retention

	// CacheFile is where this node keeps a snapshot of the cache, from which it redirects
	// when it starts while the database cannot be reached; empty: none is kept. It holds
	// the keys of receipts and the SSH host keys. It has no effect on SQLite, whose
	// database is on the same disk.
	CacheFile string

	// BatchLength is how many operations may share a transaction; 0 is what the store
	// finds best. scripts/bench compares that with 1.
	BatchLength int
	// FreshWait is how long a reader waits for the clicks before it reads without the
	// newest; 0 is a second. Tests wait longer on a machine that is busy.
	FreshWait time.Duration

	doubtWait time.Duration // of the constant's name; less in tests
}

// Store keeps everything in one database. It implements model.Store and is safe for
// concurrent use.
type Store struct {
	engine     engine
	file       fileEngine   // the engine, where it is one; else nil
	gone       bool         // the file was not intact; of the committer
	shared     sharedEngine // the engine, where it is one; else nil
	schema     int          // that this program knows
	outdated   atomic.Bool  // the database's is too new for it
	readers    *sql.DB
	writer     *sql.DB // the committer's alone; nil where opened with ReadOnly
	readURL    string
	replica    *replica // nil: there is none
	baseURL    string
	now        func() time.Time
	randomness io.Reader
	log        *slog.Logger

	cache     atomic.Pointer[cache]
	loaded    atomic.Bool // the cache was read; what a new session must read again
	saver     cacheSaver
	away      atomic.Bool   // the database was not reached yet
	standby   *cacheFile    // what the store ran from while it was away; nil: it never was
	opened    chan struct{} // closed when a store that was away has opened, or never will; nil: it never was
	openErr   error         // why it never will; read once opened is closed
	keyring   *model.Keyring
	customers []byte   // secret of the customer hashes; the committer's alone
	session   *session // nil: none is open; the committer's alone
	batches   int64    // how many it has begun to commit; the committer's alone
	doubt     *doubt   // nil: it is known what was committed; the committer's alone
	hub       hub
	heldWords heldWords
	pages     *pages
	sums      chan struct{} // a place for each sum of links that is counted
	clicks    clickBuffer
	contacts  *contacts
	lookUps   *lookUps
	metrics   metrics

	readOnly    bool // see Options
	ops         chan op
	doneAt      atomic.Int64 // when a transaction was last committed, in unix ns; failedAt: when one was not
	failedAt    atomic.Int64
	busySince   atomic.Int64 // of the committer, in unix ns, when it began what it is at; 0: it waits for work
	closing     sync.RWMutex // held for reading while something is queued
	closed      bool
	quit        chan struct{}   // ends the committer
	ctx         context.Context // of the background goroutines
	stop        context.CancelFunc
	committed   chan struct{}  // closed when the committer has ended
	background  sync.WaitGroup // the goroutines beside the committer
	versions    *versions
	pollFailure lasting       // of followNodes
	staleDays   chan struct{} // holds one: the timezone of a client has changed
	exports     atomic.Int32  // that are running
	closeOnce   sync.Once
	closeErr    error

	keep       model.Retention
	pollEvery  time.Duration // between two polls of what other nodes changed
	batchLimit int           // operations in one transaction at most
	freshWait  time.Duration // see Options
	doubtWait  time.Duration
}

var _ model.Store = (*Store)(nil)

// Open opens the database, makes or renews its tables, and starts the committer.
// Close must be called.
func Open(ctx context.Context, o Options) (*Store, error) {
	s := newStore(o)
	start := s.start
	if o.ReadOnly {
		start = s.openReadOnly
	}
	if err := start(ctx); err != nil {
		return nil, errors.Join(s.orDamage(err), s.Close())
	}
	if o.Metrics != nil {
		s.register(o.Metrics)
	}
	return s, nil
}

func newStore(o Options) *Store {
	s := &Store{
		engine: engineOf(o), readURL: o.ReadURL, baseURL: strings.TrimRight(o.BaseURL, "/"), now: o.Now, randomness: o.Random, log: o.Log,
		ops: make(chan op, queueLength), quit: make(chan struct{}), committed: make(chan struct{}),
		versions: newVersions(), clicks: newClickBuffer(), staleDays: make(chan struct{}, 1), sums: make(chan struct{}, summing), keyring: model.NewKeyring(),
		keep: o.Keep, readOnly: o.ReadOnly, pollEvery: pollEvery,
		batchLimit: cmp.Or(o.BatchLength, batchLength), freshWait: cmp.Or(o.FreshWait, freshWait), doubtWait: cmp.Or(o.doubtWait, doubtWait),
	}
	s.file, _ = s.engine.(fileEngine)
	if s.shared, _ = s.engine.(sharedEngine); s.shared != nil && !o.ReadOnly {
		s.saver.path = o.CacheFile
	}
	s.ctx, s.stop = context.WithCancel(context.Background())
	s.saver.ctx, s.saver.stop = context.WithCancel(s.ctx)
	s.hub = newHub()
	s.pages = newPages()
	s.contacts = newContacts()
	s.lookUps = newLookUps()
	s.metrics = newMetrics()
	if s.now == nil {
		s.now = time.Now
	}
	if s.randomness == nil {
		s.randomness = rand.Reader
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	return s
}

// start opens the database for writing, or goes by the cache file while it is away.
func (s *Store) start(ctx context.Context) error {
	if err := s.openReplica(); err != nil {
		close(s.committed) // it has not begun
		return err
	}
	s.cache.Store(newCache(0))
	err := s.open(ctx, connectTime)
	if err == nil {
		s.work()
		return s.foldJournal(ctx)
	}
	if err = s.standIn(ctx, err); err != nil && s.writer == nil {
		close(s.committed) // it has not begun
	}
	return err
}

// work starts the goroutines of a store that is open.
func (s *Store) work() {
	s.background.Go(s.rotateKeys)
	s.background.Go(s.keepDays)
	s.background.Go(s.keepContacts)
	s.background.Go(s.forgetOld)
	if s.shared != nil {
		s.background.Go(s.followNodes)
	}
	if s.replica != nil {
		s.background.Go(s.followReplica)
	}
	if s.saver.path != "" {
		s.background.Go(s.keepCacheFile)
	}
}

// openWriter opens the database and brings it to this program's schema.
func (s *Store) openWriter(ctx context.Context, within time.Duration) error {
	made, lost := false, false
	if s.file != nil {
		var err error
		if made, lost, err = s.file.hold(); err != nil {
			return err
		}
	}
	readers, writer, err := s.connect(ctx, within)
	if err != nil {
		return err
	}
	schema, err := migrate(ctx, s.engine, writer)
	if err == nil && s.file != nil {
		err = s.file.begin(ctx, writer)
	}
	if err != nil {
		return errors.Join(err, writer.Close(), readers.Close())
	}
	s.readers, s.writer, s.schema = readers, writer, schema
	if made {
		s.log.Warn("a new, empty database was made")
	}
	if lost {
		s.log.Warn("the daemon before did not end in order, and the file -wal beside the database is gone: the last orders may be missing; have the checkouts send those of that time again, which changes nothing of what is known already")
	}
	return nil
}

// connect waits no longer than that for a server where the cache file can stand in.
func (s *Store) connect(ctx context.Context, within time.Duration) (readers, writer *sql.DB, err error) {
	if s.saver.path != "" {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, within)
		defer cancel()
	}
	if readers, writer, err = s.engine.open(ctx); err != nil {
		return nil, nil, &unreachedError{err}
	}
	return readers, writer, nil
}

// load fills the memory of a store that begins. Nothing watches it yet, so what other
// nodes changed before is not news.
func (s *Store) load(ctx context.Context) error {
	var customers []byte
	err := s.submit(ctx, op{do: func(t *tx) error {
		entries, err := t.journaled()
		if err != nil {
			return err
		}
		t.onCommit(func() { s.clicks.found(entries, t.now) })
		if err := t.endLeases(); err != nil {
			return err
		}
		if err := t.renewKeys(); err != nil {
			return err
		}
		customers, err = t.customersSecret()
		return err
	}})
	if err != nil {
		return err
	}
	readers := 1
	if s.file != nil { // nothing else writes to it
		readers = runtime.GOMAXPROCS(0)
	}
	fresh, err := transaction(ctx, s, readTimeout, func(c *conn) (cacheAt, error) { return c.cacheAt(min(readers, readerConns/2)) })
	if err != nil {
		return err
	}
	s.versions.setAll(fresh.counts)
	s.cache.Store(fresh.cache)
	if s.standby != nil {
		s.admitClicks(databaseID(customers) == s.standby.database, fresh.cache)
	}
	s.loaded.Store(true)
	if s.shared != nil { // it was read beside the committer
		if err := s.submit(ctx, op{do: (*tx).catchUpOrReload}); err != nil {
			return err
		}
	}
	s.away.Store(false)
	return nil
}

// foldJournal folds the clicks that a process before has left: it was killed.
func (s *Store) foldJournal(ctx context.Context) error {
	for s.clicks.unread() {
		_, _, before := s.clicks.state()
		if err := s.submit(ctx, op{}); err != nil {
			return err
		}
		if _, _, folds := s.clicks.state(); folds == before {
			return nil // it failed, which is in the log, and is tried again
		}
	}
	return nil
}

// Close commits what is queued, counts the clicks that wait and closes the database.
// What comes later is refused.
func (s *Store) Close() error {
	s.closeOnce.Do(func() {
		s.lastContacts()
		s.lastCacheFile()
		s.closing.Lock()
		s.closed = true
		s.closing.Unlock()
		s.clicks.close()
		s.stop()
		close(s.quit)
		<-s.committed
		s.background.Wait()
		s.hub.close()
		s.endSession()
		if s.readers != nil {
			s.closeErr = s.readers.Close()
		}
		s.closeErr = errors.Join(s.closeErr, s.replica.close())
		if s.file != nil {
			defer func() { s.closeErr = errors.Join(s.closeErr, s.file.letGo()) }()
		}
		if s.writer == nil {
			return
		}
		if s.file != nil {
			if err := s.file.finalize(context.Background(), s.writer); err != nil {
				s.log.Warn("the database could not be tidied before closing", "err", err)
			}
		}
		s.closeErr = errors.Join(s.closeErr, s.writer.Close())
	})
	return s.closeErr
}

// Backup writes a consistent, verified copy of the live database to dest, which must
// not exist yet.
func (s *Store) Backup(ctx context.Context, dest string) error {
	return s.engine.backup(ctx, dest)
}
