package db

import (
	"database/sql"
	"io"
	"time"

	"lastclick/model"
)

const (
	keyLife  = 90 * 24 * time.Hour // of a signing key, until the next one signs
	keyDelay = 10 * time.Minute    // before a new key signs, so that every node knows it by then
	keyCheck = time.Hour           // how often the newest key is checked
)

// rotateKeys looks after the signing keys until the store closes.
func (s *Store) rotateKeys() {
	tick := time.NewTicker(keyCheck)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if err := s.update(s.ctx, (*tx).renewKeys); err != nil {
				s.log.Error("the signing keys could not be checked", "err", err)
			}
		case <-s.ctx.Done():
			return
		}
	}
}

// renewKeys makes the first signing key and the secret of the customer hashes, or the
// next key when the newest one is keyLife old. All keys keep verifying, until a person ends
// them (receipt_keys.go): an order may come long after its click.
func (t *tx) renewKeys() error {
	secret, err := t.random(32)
	if err != nil {
		return err
	}
	if _, err := t.exec(`INSERT INTO meta (name, value) VALUES ('customers', $1) ON CONFLICT DO NOTHING`, secret); err != nil {
		return err
	}
	kept, err := t.customersSecret()
	if err != nil {
		return err
	}
	keys, err := t.signingKeys()
	if err != nil {
		return err
	}
	from, due := t.now, len(keys) == 0
	if !due {
		due = t.now.Sub(keys[len(keys)-1].From) >= keyLife
		from = t.now.Add(keyDelay)
	}
	if due {
		if _, err := t.insertSigningKey(from); err != nil {
			return err
		}
		if keys, err = t.signingKeys(); err != nil {
			return err
		}
		t.updateCache(signingKeys, 0, func(*cache) {})
	}
	t.onCommit(func() {
		t.s.customers = kept
		t.s.keyring.Replace(keys...)
	})
	return nil
}

// customersSecret is the secret of the customer hashes.
func (c *conn) customersSecret() (secret []byte, err error) {
	err = c.row(`SELECT value FROM meta WHERE name = 'customers'`).Scan(&secret)
	return secret, err
}

// insertSigningKey makes a key that signs from then on.
func (t *tx) insertSigningKey(from time.Time) (k model.SigningKey, err error) {
	if k.Secret, err = t.random(32); err != nil {
		return k, err
	}
	k.From = fromMillis(millis(from))
	err = t.row(`INSERT INTO signing_keys (secret, from_at) VALUES ($1, $2) RETURNING id`, k.Secret, millis(from)).Scan(&k.ID)
	return k, err
}

// signingKeys are the keys, the oldest first.
func (c *conn) signingKeys() ([]model.SigningKey, error) {
	var keys []model.SigningKey
	err := c.each(func(r *sql.Rows) error {
		var k model.SigningKey
		var from int64
		if err := r.Scan(&k.ID, &k.Secret, &from); err != nil {
			return err
		}
		k.From = fromMillis(from)
		keys = append(keys, k)
		return nil
	}, `SELECT id, secret, from_at FROM signing_keys ORDER BY from_at, id`)
	return keys, err
}

// random draws n bytes.
func (t *tx) random(n int) ([]byte, error) {
	b := make([]byte, n)
	_, err := io.ReadFull(t.s.randomness, b)
	return b, err
}
