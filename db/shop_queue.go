package db

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"

	"lastclick/model"
)

// KeepShopDelivery puts what a shop posted on disk.
func (s *Store) KeepShopDelivery(ctx context.Context, d model.ShopDelivery, lease time.Duration) (int64, error) {
	header, err := json.Marshal(d.Header)
	if err != nil {
		return 0, err
	}
	state := "queued"
	if d.Fault != (model.Fault{}) {
		state = "failed"
	}
	return write(ctx, s, func(t *tx) (id int64, err error) {
		now, err := t.sharedNow()
		if err != nil {
			return 0, err
		}
		// A checkout that was removed meanwhile keeps nothing.
		err = t.row(`INSERT INTO shop_deliveries (checkout_id, state, header, body, fetch_key, received_at, tries, leased, next_at)
			SELECT k.id, CAST($1 AS TEXT), CAST($2 AS TEXT), $3, CAST($4 AS TEXT), CAST($5 AS BIGINT), 0, CAST($6 AS BIGINT), CAST($7 AS BIGINT)
			FROM checkouts k WHERE k.id = $8 AND k.removed_at IS NULL RETURNING id`,
			state, string(header), d.Body, optional(d.FetchKey), millis(d.Received), flag(lease > 0), millis(now.Add(lease)), d.Checkout).Scan(&id)
		if isNoRows(err) {
			return 0, model.NotFoundError("checkout", d.CheckoutName)
		}
		if err == nil && state == "failed" {
			err = t.putDeliveryInInbox(id, "unmapped", d.Fault)
		}
		return id, err
	})
}

// dueShop is what is due of a checkout. What is to be fetched waits while its shop's API
// is held, and while another delivery of the same object is leased.
const dueShop = ` FROM shop_deliveries d JOIN checkouts k ON k.id = d.checkout_id LEFT JOIN checkout_states s ON s.checkout_id = d.checkout_id
	WHERE k.removed_at IS NULL AND d.state = 'queued' AND d.next_at <= $1 AND (d.fetch_key IS NULL OR COALESCE(s.hold_until, 0) <= $1
		AND NOT EXISTS (SELECT 1 FROM shop_deliveries o WHERE o.checkout_id = d.checkout_id AND o.fetch_key = d.fetch_key AND o.state = 'queued' AND o.leased = 1 AND o.next_at > $1))`

// DueShopDeliveries leases what is due.
func (s *Store) DueShopDeliveries(ctx context.Context, take model.ShopTake) ([]model.ShopDelivery, error) {
	shops := s.cache.Load().shops()
	if len(shops) == 0 || take.Limit < 1 {
		return nil, nil
	}
	due, err := read(ctx, s, func(c *conn) ([]int64, error) {
		now, err := c.sharedNow()
		if err != nil {
			return nil, err
		}
		return c.ids(`SELECT d.id`+dueShop+` LIMIT 1`, millis(now))
	})
	if err != nil || len(due) == 0 { // usually nothing is, and that costs no commit
		return nil, err
	}
	// No shop is always the first one that is served.
	rand.Shuffle(len(shops), func(i, j int) { shops[i], shops[j] = shops[j], shops[i] })
	return write(ctx, s, func(t *tx) (list []model.ShopDelivery, err error) {
		now, err := t.sharedNow()
		if err != nil {
			return nil, err
		}
		for _, k := range shops {
			n := min(take.Each-take.Working[k], take.Limit-len(list))
			if n < 1 {
				continue
			}
			ids, err := t.ids(`SELECT d.id`+dueShop+` AND d.checkout_id = $2 ORDER BY d.next_at, d.id LIMIT $3`, millis(now), k, n)
			if err != nil {
				return nil, err
			}
			taken := map[int64]bool{}
			for _, id := range ids {
				newest, err := t.newestDelivery(id)
				if err != nil {
					return nil, err
				}
				if taken[newest] {
					continue
				}
				taken[newest] = true
				d, err := t.leaseDelivery(newest, now.Add(take.Lease))
				if err != nil {
					return nil, err
				}
				list = append(list, d)
			}
		}
		return list, nil
	})
}

// newestDelivery is the newest delivery of the same object. The older ones are done with
// it, for it will find the object as it is now; it goes on with how often they failed.
func (t *tx) newestDelivery(id int64) (int64, error) {
	var checkout int64
	var key *string
	if err := t.row(`SELECT checkout_id, fetch_key FROM shop_deliveries WHERE id = $1`, id).Scan(&checkout, &key); err != nil || key == nil {
		return id, err
	}
	var newest, tries int64
	err := t.row(`SELECT max(id), max(tries) FROM shop_deliveries WHERE checkout_id = $1 AND fetch_key = $2 AND state = 'queued'`, checkout, *key).Scan(&newest, &tries)
	if err != nil {
		return 0, err
	}
	older, err := t.ids(`SELECT id FROM shop_deliveries WHERE checkout_id = $1 AND fetch_key = $2 AND state = 'queued' AND id < $3`, checkout, *key, newest)
	if err != nil || len(older) == 0 {
		return newest, err
	}
	if _, err := t.exec(`UPDATE shop_deliveries SET tries = $1 WHERE id = $2`, tries, newest); err != nil {
		return 0, err
	}
	for _, o := range older {
		if err := t.settleDelivery(o); err != nil {
			return 0, err
		}
	}
	return newest, nil
}

func (t *tx) leaseDelivery(id int64, until time.Time) (model.ShopDelivery, error) {
	if _, err := t.exec(`UPDATE shop_deliveries SET leased = 1, next_at = $1 WHERE id = $2`, millis(until), id); err != nil {
		return model.ShopDelivery{}, err
	}
	d := model.ShopDelivery{ID: id}
	var header string
	var received int64
	var key *string
	err := t.row(`SELECT d.checkout_id, k.name, d.header, d.body, d.fetch_key, d.received_at, d.tries FROM shop_deliveries d JOIN checkouts k ON k.id = d.checkout_id WHERE d.id = $1`, id).
		Scan(&d.Checkout, &d.CheckoutName, &header, &d.Body, &key, &received, &d.Tries)
	if err != nil {
		return d, err
	}
	d.FetchKey, d.Received = orEmpty(key), fromMillis(received)
	return d, json.Unmarshal([]byte(header), &d.Header)
}

// ShopDeliveryDone settles a delivery, and its item in the inbox.
func (s *Store) ShopDeliveryDone(ctx context.Context, id int64, note string) error {
	return s.update(ctx, func(t *tx) error {
		if err := t.settleDelivery(id); err != nil || note == "" {
			return err
		}
		return t.putDeliveryInInbox(id, "note", model.Fault{Detail: model.Truncate(note, model.MaxRefused)})
	})
}

func (t *tx) settleDelivery(id int64) error {
	if _, err := t.exec(`UPDATE shop_deliveries SET state = 'done', leased = 0, settled_at = $1 WHERE id = $2 AND state = 'queued'`, millis(t.now), id); err != nil {
		return err
	}
	n, err := t.exec(`UPDATE inbox SET state = 'applied', resolved_at = $1 WHERE delivery_id = $2 AND resolved_at IS NULL`, millis(t.now), id)
	if n > 0 {
		t.markChanged(platform)
	}
	return err
}

// ShopDeliveryLater ends the lease of a delivery, which is due again later.
func (s *Store) ShopDeliveryLater(ctx context.Context, id int64, l model.ShopLater) error {
	return s.update(ctx, func(t *tx) error {
		now, err := t.sharedNow()
		if err != nil {
			return err
		}
		n, err := t.exec(`UPDATE shop_deliveries SET tries = tries + 1, leased = 0, next_at = $1 WHERE id = $2 AND state = 'queued'`, millis(now.Add(l.After)), id)
		if err != nil || n == 0 {
			return err
		}
		reason := model.Truncate(composed(model.Clean(l.Reason)), model.MaxRefused)
		if l.Hold > 0 {
			_, err := t.exec(`INSERT INTO checkout_states (checkout_id, hold_until, hold)
				SELECT checkout_id, CAST($1 AS BIGINT), CAST($2 AS TEXT) FROM shop_deliveries WHERE id = $3
				ON CONFLICT (checkout_id) DO UPDATE SET hold = excluded.hold,
					hold_until = CASE WHEN excluded.hold_until > checkout_states.hold_until THEN excluded.hold_until ELSE checkout_states.hold_until END`,
				millis(now.Add(l.Hold)), reason, id)
			if err != nil {
				return err
			}
		}
		if !l.Tell {
			return nil
		}
		return t.putDeliveryInInbox(id, "waiting", model.Fault{Detail: reason})
	})
}

// ShopDeliveryFailed puts a delivery into the inbox.
func (s *Store) ShopDeliveryFailed(ctx context.Context, id int64, f model.Fault) error {
	return s.update(ctx, func(t *tx) error {
		n, err := t.exec(`UPDATE shop_deliveries SET state = 'failed', leased = 0 WHERE id = $1 AND state = 'queued'`, id)
		if err != nil || n == 0 {
			return err
		}
		return t.putDeliveryInInbox(id, "unmapped", f)
	})
}

// putDeliveryInInbox makes the item of a delivery, or says in it what is wrong now.
func (t *tx) putDeliveryInInbox(id int64, state string, f model.Fault) error {
	var checkout, received int64
	var kind string
	var body []byte
	err := t.row(`SELECT d.checkout_id, k.kind, d.body, d.received_at FROM shop_deliveries d JOIN checkouts k ON k.id = d.checkout_id WHERE d.id = $1`, id).
		Scan(&checkout, &kind, &body, &received)
	if err != nil {
		return err
	}
	f.Field, f.Detail = composed(model.Clean(f.Field)), composed(model.Clean(f.Detail))
	reason, faults := f.Detail, []model.Fault{}
	if f.Field != "" {
		reason, faults = f.Field+" "+f.Detail, append(faults, f)
	}
	errors, err := json.Marshal(faults)
	if err != nil {
		return err
	}
	digest := sha256.Sum256(body)
	t.markChanged(platform)
	_, err = t.exec(`INSERT INTO inbox (checkout_id, webhook_id, digest, type, state, reason, errors, body, received_at, delivery_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (checkout_id, webhook_id, digest) DO UPDATE SET state = excluded.state, reason = excluded.reason, errors = excluded.errors, resolved_at = NULL`,
		checkout, fmt.Sprint("delivery-", id), digest[:], kind, state, reason, string(errors), body, received, id)
	return err
}

// deliveryOf is the delivery that an item of the inbox is about; 0 for none.
func (c *conn) deliveryOf(item int64) (id int64, err error) {
	err = c.row(`SELECT COALESCE(delivery_id, 0) FROM inbox WHERE id = $1`, item).Scan(&id)
	return id, err
}

// retryDelivery queues a delivery again, due at once: its shop's API is asked again too.
func (t *tx) retryDelivery(a model.Actor, item model.InboxItem, id int64) error {
	n, err := t.exec(`UPDATE shop_deliveries SET state = 'queued', tries = 0, settled_at = NULL, next_at = CASE WHEN leased = 1 AND state = 'queued' THEN next_at ELSE $1 END WHERE id = $2`, millis(t.now), id)
	if err != nil {
		return err
	}
	if n == 0 {
		return &model.Error{Kind: model.Conflict, Msg: "what the shop posted is kept no more", Hint: "have the shop send it again"}
	}
	if _, err := t.exec(`UPDATE checkout_states SET hold_until = 0 WHERE checkout_id IN (SELECT checkout_id FROM shop_deliveries WHERE id = $1)`, id); err != nil {
		return err
	}
	if _, err := t.exec(`UPDATE inbox SET state = 'retrying', resolved_at = NULL WHERE id = $1`, item.ID); err != nil {
		return err
	}
	t.markChanged(platform)
	after := item
	after.State = "retrying"
	return t.auditInbox(a, "inbox retry", item, after)
}

// requeueFetches has what could not be fetched for a checkout tried at once, since its API
// has a new address or token. What a worker has under way it reports by itself.
func (t *tx) requeueFetches(checkout int64) error {
	if _, err := t.exec(`UPDATE shop_deliveries SET state = 'queued', tries = 0, leased = 0, next_at = $1
		WHERE checkout_id = $2 AND fetch_key IS NOT NULL AND (state = 'failed' OR state = 'queued' AND leased = 0)`, millis(t.now), checkout); err != nil {
		return err
	}
	_, err := t.exec(`UPDATE checkout_states SET hold_until = 0 WHERE checkout_id = $1`, checkout)
	return err
}

// endLeases gives up the leases of a process before: it is gone, where the database is a
// file. On a server another node may hold them; they end by themselves.
func (t *tx) endLeases() error {
	if t.s.file == nil {
		return nil
	}
	_, err := t.exec(`UPDATE shop_deliveries SET leased = 0, next_at = $1 WHERE state = 'queued' AND leased = 1`, millis(t.now))
	return err
}

// ForgetShopDeliveries deletes those that were settled before a time. Their items in the
// inbox stay.
func (s *Store) ForgetShopDeliveries(ctx context.Context, before time.Time, limit int) (int, error) {
	old := func(c *conn, n int) ([]int64, error) {
		return c.ids(`SELECT id FROM shop_deliveries WHERE settled_at < $1 ORDER BY settled_at LIMIT $2`, millis(before), n)
	}
	ids, err := read(ctx, s, func(c *conn) ([]int64, error) { return old(c, 1) })
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	return write(ctx, s, func(t *tx) (int, error) {
		ids, err := old(&t.conn, limit)
		if err != nil {
			return 0, err
		}
		for _, id := range ids {
			if _, err := t.exec(`DELETE FROM shop_deliveries WHERE id = $1`, id); err != nil {
				return 0, err
			}
		}
		return len(ids), nil
	})
}
