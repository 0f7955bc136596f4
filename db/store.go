package db

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"io"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"lastclick/model"
)

// Options say which database to open, and how.
type Options struct {
	URL     string           // empty: SQLite at Dir/lastclick.db; a path or "file:…": SQLite there; "postgres://…"
	Dir     string           // the data folder
	BaseURL string           // public address of the platform, for the links' addresses; without a trailing slash
	Now     func() time.Time // nil: time.Now
	Random  io.Reader        // nil: crypto/rand
	Log     *slog.Logger     // nil: nothing is logged

	// ReadOnly opens a database that is there, also beside a running daemon, to look
	// at it, check it or copy it. It is neither made nor brought up to date, and every
	// change is refused.
	ReadOnly bool
}

// Store keeps everything in one database. It implements model.Store and is safe for
// concurrent use.
type Store struct {
	engine     *engine
	readers    *sql.DB
	writer     *sql.DB // the committer's alone
	options    Options
	path       string // of the SQLite file
	baseURL    string
	now        func() time.Time
	randomness io.Reader
	log        *slog.Logger

	gate      atomic.Pointer[gate]
	keyring   *model.Keyring
	customers []byte                 // secret of the customer hashes; the committer's alone
	cells     map[model.Bucket]int64 // their rows; the committer's alone
	spellings sync.Map               // query → as the engine wants it
	hub       hub
	clicks    clickBuffer

	ops       chan op
	closing   sync.RWMutex // held for reading while something is queued
	closed    bool
	quit      chan struct{}   // ends the committer
	ctx       context.Context // of the goroutines beside the committer
	stop      context.CancelFunc
	committed chan struct{}  // closed when the committer has ended
	tenders   sync.WaitGroup // of the goroutines beside the committer
	moves     moves
	exports   atomic.Int32 // that are running
	closeOnce sync.Once
	closeErr  error
}

var _ model.Store = (*Store)(nil)

// Open opens the database, makes or renews its tables, and starts the committer.
// Close must be called.
func Open(ctx context.Context, o Options) (*Store, error) {
	e := sqliteEngine
	if strings.HasPrefix(o.URL, "postgres://") || strings.HasPrefix(o.URL, "postgresql://") {
		e = postgresEngine
	}
	s := &Store{
		engine: e, options: o, path: sqlitePath(o), baseURL: strings.TrimRight(o.BaseURL, "/"), now: o.Now, randomness: o.Random, log: o.Log,
		ops: make(chan op, queueLength), quit: make(chan struct{}),
		committed: make(chan struct{}), moves: newMoves(), cells: map[model.Bucket]int64{},
		keyring: model.NewKeyring(),
	}
	s.ctx, s.stop = context.WithCancel(context.Background())
	s.hub.watchers = map[chan struct{}]int64{}
	s.clicks.queue = make(chan model.Click, clickQueue)
	if s.now == nil {
		s.now = time.Now
	}
	if s.randomness == nil {
		s.randomness = rand.Reader
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	var err error
	if s.readers, s.writer, err = e.open(ctx, o); err != nil {
		s.stop()
		return nil, err
	}
	if o.ReadOnly {
		if err := s.inspect(ctx); err != nil {
			return nil, errors.Join(err, s.Close())
		}
		return s, nil
	}
	if err := migrate(ctx, e, o, s.writer); err != nil {
		s.stop()
		return nil, errors.Join(err, s.readers.Close(), s.writer.Close())
	}
	s.gate.Store(&gate{})
	go s.commit()
	if err := s.change(ctx, s.reload); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	s.tenders.Go(s.tendKeys)
	if e.shared {
		s.tenders.Go(s.follow)
	}
	return s, nil
}

// reload makes the keys that are due and reads what is kept in memory.
func (s *Store) reload(t *tx) error {
	if err := t.renewKeys(); err != nil {
		return err
	}
	g, err := t.loadGate()
	if err != nil {
		return err
	}
	moved, err := t.loadMoves()
	if err != nil {
		return err
	}
	t.then(func() {
		s.gate.Store(g)
		s.moves.know(moved)
	})
	return nil
}

// tendKeys looks after the signing keys until the store closes.
func (s *Store) tendKeys() {
	tick := time.NewTicker(keyCheck)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if err := s.change(s.ctx, (*tx).renewKeys); err != nil {
				s.log.Error("the signing keys could not be looked at", "err", err)
			}
		case <-s.ctx.Done():
			return
		}
	}
}

// Ready says whether the store can read and commit.
func (s *Store) Ready(ctx context.Context) error {
	if _, err := read(ctx, s, func(c *conn) (n int64, err error) {
		err = c.row(`SELECT version FROM schema_version`).Scan(&n)
		return n, err
	}); err != nil {
		return err
	}
	// A write that changes nothing still needs the room and the lock that any needs.
	return s.change(ctx, func(t *tx) error {
		_, err := t.exec(`UPDATE schema_version SET version = version`)
		return err
	})
}

// Close commits what is queued, counts the clicks that wait and closes the
// database. What comes later is refused.
func (s *Store) Close() error {
	s.closeOnce.Do(func() {
		s.closing.Lock()
		s.closed = true
		s.closing.Unlock()
		s.stop()
		close(s.quit)
		<-s.committed
		s.tenders.Wait()
		s.hub.close()
		err := s.readers.Close()
		if s.writer == nil { // opened with ReadOnly
			s.closeErr = err
			return
		}
		if e := s.engine.last(context.Background(), s.writer); e != nil {
			s.log.Warn("the store's upkeep failed", "err", e)
		}
		s.closeErr = errors.Join(err, s.writer.Close())
	})
	return s.closeErr
}
