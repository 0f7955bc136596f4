package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// ACMEItem returns what SetACMEItem kept under the name; nil where there is nothing.
func (s *Store) ACMEItem(ctx context.Context, name string) ([]byte, error) {
	return read(ctx, s, func(c *conn) (item []byte, err error) {
		err = c.row(`SELECT item FROM acme_items WHERE name = $1`, name).Scan(&item)
		if errors.Is(err, sql.ErrNoRows) {
			return nil, nil
		}
		return item, err
	})
}

// SetACMEItem keeps a certificate with its key, an account's key or the answer to a
// challenge for all nodes, in the place of one of that name.
func (s *Store) SetACMEItem(ctx context.Context, name string, item []byte) error {
	return s.update(ctx, func(t *tx) error {
		_, err := t.exec(`INSERT INTO acme_items (name, item) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET item = excluded.item`, name, item)
		return err
	})
}

// RemoveACMEItem removes an item; none of that name is no error.
func (s *Store) RemoveACMEItem(ctx context.Context, name string) error {
	return s.update(ctx, func(t *tx) error {
		_, err := t.exec(`DELETE FROM acme_items WHERE name = $1`, name)
		return err
	})
}

// ClaimACMEOrder says whether this node is the one to ask for a certificate, for which others
// must then wait until the claim ends by itself. The item of a claim is the time of its end.
func (s *Store) ClaimACMEOrder(ctx context.Context, name string, lasts time.Duration) (mine bool, err error) {
	err = s.update(ctx, func(t *tx) error {
		now, err := t.sharedNow()
		if err != nil {
			return err
		}
		stamp := func(at time.Time) []byte { return fmt.Appendf(nil, "%020d", millis(at)) } // in the order of time
		n, err := t.exec(`INSERT INTO acme_items (name, item) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET item = excluded.item WHERE acme_items.item <= $3`,
			name+"+claim", stamp(now.Add(lasts)), stamp(now))
		mine = n == 1
		return err
	})
	return mine, err
}
