package db

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"lastclick/model"
)

// contactDelay is how long what was heard of checkouts waits, so that a flood of refused
// requests costs one small write in that time, and not one each. A killed process forgets
// that much; what people read is never older.
const contactDelay = 5 * time.Second

// contacts are the last accepted and the last refused delivery of each checkout, and when
// its secrets signed, as far as this node heard of them. There is at most one for each
// checkout that ever was.
type contacts struct {
	mu    sync.Mutex
	last  map[int64]contact
	dirty map[int64]bool
	due   chan struct{} // holds one: something is dirty
}

type contact struct {
	accepted, refused int64 // Unix milliseconds; 0 for never
	reason            string
	used              map[int64]int64 // by secret
}

func newContacts() *contacts {
	return &contacts{last: map[int64]contact{}, dirty: map[int64]bool{}, due: make(chan struct{}, 1)}
}

// Heard notes a delivery of a checkout. It never waits.
func (s *Store) Heard(h model.Contact) {
	m := s.contacts
	m.mu.Lock()
	defer m.mu.Unlock()
	c := m.last[h.Checkout]
	if at := millis(h.At); h.Refused != "" {
		c.refused, c.reason = at, model.Truncate(composed(model.Clean(h.Refused)), model.MaxRefused)
	} else {
		c.accepted = at
		if h.Secret != 0 {
			if c.used == nil {
				c.used = map[int64]int64{}
			}
			c.used[h.Secret] = at
		}
	}
	m.last[h.Checkout], m.dirty[h.Checkout] = c, true
	wake(m.due)
}

// describe makes what is known of a checkout as new as what this node has heard.
func (m *contacts) describe(k *model.Checkout) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := m.last[k.ID]
	later := func(have **time.Time, at int64) bool {
		if at == 0 || *have != nil && millis(**have) >= at {
			return false
		}
		*have = optionalTime(&at)
		return true
	}
	later(&k.AcceptedAt, c.accepted)
	if later(&k.RefusedAt, c.refused) {
		k.RefusedReason = &c.reason
	}
	for i, id := range k.SecretIDs {
		later(&k.SecretUses[i].UsedAt, c.used[id])
	}
}

func (m *contacts) forget(checkout int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.last, checkout)
	delete(m.dirty, checkout)
}

// drop forgets all that was heard.
func (m *contacts) drop() {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.last)
	clear(m.dirty)
}

// take is what was heard since it was last called.
func (m *contacts) take() map[int64]contact {
	m.mu.Lock()
	defer m.mu.Unlock()
	taken := map[int64]contact{}
	for id := range m.dirty {
		c := m.last[id]
		c.used = maps.Clone(c.used)
		taken[id] = c
	}
	clear(m.dirty)
	return taken
}

// again notes that what was taken could not be written.
func (m *contacts) again(taken map[int64]contact) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for id := range taken {
		if _, ok := m.last[id]; ok {
			m.dirty[id] = true
		}
	}
	wake(m.due)
}

// keepContacts writes what was heard, now and then, until the store stops.
func (s *Store) keepContacts() {
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-s.contacts.due:
		}
		select {
		case <-s.ctx.Done():
			return
		case <-time.After(contactDelay):
		}
		if err := s.flushContacts(s.ctx); err != nil && s.ctx.Err() == nil {
			s.log.Warn("when checkouts were last heard of could not be written", "err", err)
		}
	}
}

// flushContacts writes what was heard.
func (s *Store) flushContacts(ctx context.Context) error {
	taken := s.contacts.take()
	if len(taken) == 0 {
		return nil
	}
	err := s.update(ctx, func(t *tx) error { return t.writeContacts(taken) })
	if err != nil {
		s.contacts.again(taken)
	}
	return err
}

// writeContacts never sets a time back: another node may have heard later.
func (t *tx) writeContacts(taken map[int64]contact) error {
	for _, id := range slices.Sorted(maps.Keys(taken)) {
		c := taken[id]
		_, err := t.exec(`INSERT INTO checkout_states (checkout_id, accepted_at, refused_at, refused)
			SELECT id, CAST($1 AS BIGINT), CAST($2 AS BIGINT), CAST($3 AS TEXT) FROM checkouts WHERE id = $4 AND removed_at IS NULL
			ON CONFLICT (checkout_id) DO UPDATE SET
				accepted_at = CASE WHEN excluded.accepted_at > checkout_states.accepted_at THEN excluded.accepted_at ELSE checkout_states.accepted_at END,
				refused = CASE WHEN excluded.refused_at > checkout_states.refused_at THEN excluded.refused ELSE checkout_states.refused END,
				refused_at = CASE WHEN excluded.refused_at > checkout_states.refused_at THEN excluded.refused_at ELSE checkout_states.refused_at END`,
			c.accepted, c.refused, c.reason, id)
		if err != nil {
			return err
		}
		for _, secret := range slices.Sorted(maps.Keys(c.used)) {
			if _, err := t.exec(`UPDATE checkout_secrets SET used_at = $1 WHERE id = $2 AND (used_at IS NULL OR used_at < $1)`, c.used[secret], secret); err != nil {
				return err
			}
		}
	}
	t.markChanged(platform)
	return nil
}

// lastContacts writes what was heard before the store closes.
func (s *Store) lastContacts() {
	if s.readOnly || !s.loaded.Load() {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if err := s.flushContacts(ctx); err != nil {
		s.log.Warn("when checkouts were last heard of could not be written", "err", err)
	}
}
