package db

import (
	"context"
	"crypto/sha256"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"lastclick/model"
)

// This file holds when the cache file is written: soon after a change, now and then
// without one, since its age is what a start goes by, and when the store closes. It is
// never written while the database is away: it would claim to be as new as that.

const (
	cacheSaveEvery = time.Minute // after changes at most
	cacheSaveIdle  = time.Hour   // without any
	cacheSaveTime  = 10 * time.Second
	cacheLastTime  = time.Second // for the database to answer when the store closes
)

// cacheSaver writes the cache file; one at a time.
type cacheSaver struct {
	path string // empty: none is kept
	ctx  context.Context
	stop context.CancelFunc // ends keepCacheFile, before the last file is written

	mu    sync.Mutex
	saved savedCache
	taken atomic.Int64 // of the file on disk, in Unix milliseconds; 0: there is none
}

// savedCache tells whether anything changed since the file was written.
type savedCache struct {
	cache   *cache
	count   version
	secrets [sha256.Size]byte
}

// cacheSecrets is what the file holds beside the cache, and the count of the cache's
// changes, read at one moment.
type cacheSecrets struct {
	database [sha256.Size]byte
	keys     []model.SigningKey
	hostKeys []byte
	count    version
}

func (c *conn) cacheSecrets() (k cacheSecrets, err error) {
	customers, err := c.customersSecret()
	if err != nil {
		return k, err
	}
	k.database = databaseID(customers)
	if k.keys, err = c.signingKeys(); err != nil {
		return k, err
	}
	if k.hostKeys, err = c.hostKeys(); err != nil {
		return k, err
	}
	k.count, err = c.versionOf(memory)
	return k, err
}

// sum tells these secrets from others.
func (k cacheSecrets) sum() [sha256.Size]byte {
	h := sha256.New()
	for _, key := range k.keys {
		fmt.Fprintln(h, key.ID, millis(key.From))
		h.Write(key.Secret)
	}
	h.Write(k.hostKeys)
	return [sha256.Size]byte(h.Sum(nil))
}

// keepCacheFile writes the file when it is due, until the store stops.
func (s *Store) keepCacheFile() {
	tick := time.NewTicker(cacheSaveEvery)
	defer tick.Stop()
	failing := false
	for {
		err := s.saveCache(s.saver.ctx, cacheSaveTime, cacheSaveIdle)
		if s.saver.ctx.Err() != nil {
			return
		}
		if err != nil && !failing {
			s.log.Warn("no snapshot of the cache could be written: a start without the database goes by the last one", "file", s.saver.path, "err", err)
		}
		failing = err != nil
		select {
		case <-tick.C:
		case <-s.saver.ctx.Done():
			return
		}
	}
}

// lastCacheFile writes the file before the store closes.
func (s *Store) lastCacheFile() {
	if s.saver.path == "" || !s.loaded.Load() {
		return
	}
	s.saver.stop()
	if err := s.saveCache(context.Background(), cacheLastTime, cacheSaveEvery); err != nil {
		s.log.Warn("no snapshot of the cache could be written", "file", s.saver.path, "err", err)
	}
}

// saveCache writes the file where something changed, or the file is older than that. It
// reads the database within the time, for what the file holds beside the cache, and as the
// proof that the cache is as new as the database.
func (s *Store) saveCache(ctx context.Context, within, oldest time.Duration) error {
	s.saver.mu.Lock()
	defer s.saver.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	now := s.now()
	k, err := snapshot(ctx, s, within, (*conn).cacheSecrets)
	if err != nil {
		return err
	}
	if err := s.caughtUp(ctx, k.count); err != nil {
		return err
	}
	// Before the cache is looked at: a change between the two is written again.
	state := savedCache{s.cache.Load(), s.versions.of(memory), k.sum()}
	if state == s.saver.saved && now.Sub(fromMillis(s.saver.taken.Load())) < oldest {
		return nil
	}
	f := &cacheFile{taken: now, database: k.database, servers: s.shared.servers(), keys: k.keys, hostKeys: k.hostKeys, cache: state.cache}
	if err := f.save(s.saver.path); err != nil {
		s.metrics.saveFailures.Inc()
		return err
	}
	s.saver.saved = state
	s.saver.taken.Store(millis(now))
	s.metrics.saves.Inc()
	return nil
}

// caughtUp waits until the cache has what was counted in the database.
func (s *Store) caughtUp(ctx context.Context, count version) error {
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for s.versions.of(memory).n < count.n {
		select {
		case <-look.C:
		case <-ctx.Done():
			return fmt.Errorf("the cache is not as new as the database: %w", ctx.Err())
		}
	}
	return nil
}
