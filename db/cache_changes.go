package db

import (
	"context"
	"database/sql"
	"slices"

	"lastclick/model"
)

// The cache is changed by key: this node's commits put what they changed, and note its
// key beside the count of changes, so that the other nodes read that again and nothing
// else. Where something may have been missed, all of it is read again: on a new session of
// the committer (memory.go), and where the version of the memory does not follow from the
// last one.

const (
	cacheHistory = 1000 // counts whose keys are kept: more than nodes are ever behind
	cacheKeys    = 1000 // that are read one by one; for more, all is read
)

// cacheKey names something that the cache holds.
type cacheKey struct {
	kind string
	id   int64
}

// The kinds of what nodes keep in memory.
const (
	aClient     = "client"
	anEvent     = "event"
	aLink       = "link"
	aCheckout   = "checkout"
	aHook       = "hook"
	signingKeys = "keys" // and the secret of the customer hashes
)

// cacheChange is a change of the cache by this transaction.
type cacheChange struct {
	cacheKey
	apply func(*cache)
}

// updateCache changes the cache once what this operation did is durable.
func (t *tx) updateCache(kind string, id int64, apply func(*cache)) {
	t.markChanged(memory)
	t.cacheChanges = append(t.cacheChanges, cacheChange{cacheKey{kind, id}, apply})
	t.onCommit(func() { apply(t.s.cache.Load()) })
}

// noteKeys keeps the keys of this transaction's changes for the other nodes. Old ones go,
// and those of counts to come, which a count that was set back has left.
func (t *tx) noteKeys(now version) error {
	if _, err := t.exec(`DELETE FROM cache_changes WHERE n >= $1 OR n <= $2`, now.n, now.n-cacheHistory); err != nil {
		return err
	}
	for _, c := range t.cacheChanges {
		if _, err := t.exec(`INSERT INTO cache_changes (n, kind, id, tag) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, now.n, c.kind, c.id, now.tag); err != nil {
			return err
		}
	}
	return nil
}

// refreshCache makes the cache as new as the tables, after other nodes changed them.
func (s *Store) refreshCache(ctx context.Context) error {
	caughtUp, err := write(ctx, s, (*tx).catchUp)
	for try := 0; try < 3 && !caughtUp && err == nil; try++ {
		// Not by the writer: a million links take some seconds.
		var fresh cacheAt
		if fresh, err = s.readCache(ctx, 1); err != nil {
			return err
		}
		caughtUp, err = write(ctx, s, func(t *tx) (bool, error) { return t.swapCache(fresh) })
	}
	if caughtUp || err != nil {
		return err
	}
	return s.update(ctx, (*tx).reload)
}

// catchUp reads what other nodes changed since this node last looked. False says that
// this is not known.
func (t *tx) catchUp() (bool, error) {
	now, err := t.versionOf(memory)
	if err != nil {
		return false, err
	}
	changes, ok, err := t.changedBetween(t.s.versions.of(memory), now)
	if !ok || err != nil {
		return false, err
	}
	for _, c := range t.cacheChanges { // of operations before: they may have waited for another node's
		changes = append(changes, c.apply)
	}
	t.onCommit(func() {
		for _, apply := range changes {
			apply(t.s.cache.Load())
		}
		t.s.versions.set(memory, now)
	})
	return true, nil
}

// catchUpOrReload is catchUp, or reload where that does not know what changed.
func (t *tx) catchUpOrReload() error {
	if caughtUp, err := t.catchUp(); caughtUp || err != nil {
		return err
	}
	return t.reload()
}

// swapCache takes a cache that was read beside the committer, with what changed since.
// False says that this is not known.
func (t *tx) swapCache(fresh cacheAt) (bool, error) {
	now, err := t.versionOf(memory)
	if err != nil {
		return false, err
	}
	changes, ok, err := t.changedBetween(fresh.counts[memory], now)
	if !ok || err != nil {
		return false, err
	}
	if err := t.renewKeys(); err != nil {
		return false, err
	}
	for _, c := range t.cacheChanges { // of operations before, in this transaction
		changes = append(changes, c.apply)
	}
	t.onCommit(func() {
		for _, apply := range changes {
			apply(fresh.cache)
		}
		t.s.cache.Store(fresh.cache)
		t.s.metrics.rebuilds.Inc()
		t.s.versions.set(memory, now)
	})
	return true, nil
}

// reload reads all that is kept in memory, by the writer.
func (t *tx) reload() error {
	if err := t.renewKeys(); err != nil {
		return err
	}
	now, err := t.versionOf(memory)
	if err != nil {
		return err
	}
	m, err := t.loadCache(1)
	if err != nil {
		return err
	}
	t.onCommit(func() {
		t.s.cache.Store(m)
		t.s.metrics.rebuilds.Inc()
		t.s.versions.set(memory, now)
	})
	return nil
}

// changedBetween reads what was changed after one version, up to another. ok is false
// where the keys of that are not all there, or too many, or the first version is of a
// history that is lost.
func (t *tx) changedBetween(from, to version) (changes []func(*cache), ok bool, err error) {
	if from == to {
		return nil, true, nil
	}
	since, until := from.n, to.n
	var counts, keys, known int64
	err = t.row(`SELECT count(DISTINCT n), count(*), (SELECT count(*) FROM cache_changes WHERE n = $1 AND tag = $2) FROM cache_changes WHERE n > $1 AND n <= $3`, since, from.tag, until).
		Scan(&counts, &keys, &known)
	if err != nil || counts != until-since || keys > cacheKeys || known == 0 && from != (version{}) {
		return nil, false, err
	}
	for _, reread := range []func(*tx, int64, int64) ([]func(*cache), error){(*tx).changedClients, (*tx).changedEvents, (*tx).changedLinks, (*tx).changedAliases, (*tx).changedCheckouts, (*tx).changedHooks} {
		more, err := reread(t, since, until)
		if err != nil {
			return nil, false, err
		}
		changes = append(changes, more...)
	}
	secrets, err := t.changedIDs(signingKeys, since, until)
	if err == nil && len(secrets) > 0 {
		err = t.renewKeys()
	}
	return changes, err == nil, err
}

func (t *tx) changedIDs(kind string, since, until int64) ([]int64, error) {
	return t.ids(`SELECT DISTINCT id FROM cache_changes WHERE kind = $1 AND n > $2 AND n <= $3`, kind, since, until)
}

func (t *tx) changedClients(since, until int64) (changes []func(*cache), err error) {
	ids, err := t.changedIDs(aClient, since, until)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	all, err := t.clients() // they are few
	for _, cl := range all {
		if slices.Contains(ids, cl.ID) {
			changes = append(changes, func(m *cache) { m.putClient(cl) })
		}
	}
	return changes, err
}

func (t *tx) changedEvents(since, until int64) (changes []func(*cache), err error) {
	err = t.each(func(r *sql.Rows) error {
		var e model.Event
		var client int64
		err := r.Scan(&e.ID, &e.Slug, &e.URL, &client, &e.Carry)
		changes = append(changes, func(m *cache) { m.putEvent(e, client) })
		return err
	}, `SELECT id, slug, url, client_id, carry FROM events WHERE id IN (SELECT id FROM cache_changes WHERE kind = $1 AND n > $2 AND n <= $3)`, anEvent, since, until)
	return changes, err
}

func (t *tx) changedLinks(since, until int64) (changes []func(*cache), err error) {
	err = t.each(func(r *sql.Rows) error {
		var id int64
		var l cachedLink
		err := r.Scan(&id, &l.code, &l.client, &l.event, &l.archived)
		changes = append(changes, func(m *cache) { m.putLink(id, l) })
		return err
	}, `SELECT id, code, client_id, COALESCE(event_id, 0), CASE WHEN archived_at IS NULL THEN 0 ELSE 1 END FROM links
		WHERE id IN (SELECT id FROM cache_changes WHERE kind = $1 AND n > $2 AND n <= $3)`, aLink, since, until)
	return changes, err
}

func (t *tx) changedCheckouts(since, until int64) (changes []func(*cache), err error) {
	ids, err := t.changedIDs(aCheckout, since, until)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	live, err := t.checkouts("") // they are few
	if err != nil {
		return nil, err
	}
	return []func(*cache){func(m *cache) { m.setCheckouts(live) }}, nil
}
