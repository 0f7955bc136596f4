package db

import (
	"context"
	"database/sql"
	"encoding/base64"

	"lastclick/model"
)

// checkouts are the live ones with their secrets, by name: all, or the one of a name.
func (c *conn) checkouts(name string) ([]model.Checkout, error) {
	var list []model.Checkout
	byID := map[int64]int{}
	err := c.each(func(r *sql.Rows) error {
		var k model.Checkout
		var created int64
		if err := r.Scan(&k.ID, &k.Name, &k.Client, &created); err != nil {
			return err
		}
		k.CreatedAt = fromMillis(created)
		byID[k.ID] = len(list)
		list = append(list, k)
		return nil
	}, `SELECT k.id, k.name, c.slug, k.created_at FROM checkouts k LEFT JOIN clients c ON c.id = k.client_id
		WHERE k.removed_at IS NULL AND (k.name = $1 OR $1 = '') ORDER BY k.name`, name)
	if err != nil {
		return nil, err
	}
	err = c.each(func(r *sql.Rows) error {
		var id int64
		var secret []byte
		if err := r.Scan(&id, &secret); err != nil {
			return err
		}
		if i, ok := byID[id]; ok {
			list[i].Secrets = append(list[i].Secrets, secret)
			list[i].Live++
		}
		return nil
	}, `SELECT s.checkout_id, s.secret FROM checkout_secrets s JOIN checkouts k ON k.id = s.checkout_id WHERE k.name = $1 OR $1 = '' ORDER BY s.id DESC`, name)
	return list, err
}

// liveCheckout is the one with the name.
func (c *conn) liveCheckout(name string) (model.Checkout, error) {
	list, err := c.checkouts(name)
	if err == nil && len(list) == 0 {
		err = model.NotFoundError("checkout", name)
	}
	if err != nil {
		return model.Checkout{}, err
	}
	return list[0], nil
}

// AddCheckout makes a checkout for all clients, or for one. The name of one that
// was removed revives it: its orders and customers stay its own.
func (s *Store) AddCheckout(ctx context.Context, a model.Actor, name, client string) (model.CheckoutSecret, error) {
	if err := a.Require(model.Admin); err != nil {
		return model.CheckoutSecret{}, err
	}
	name, err := model.Slug("name", name)
	if err != nil {
		return model.CheckoutSecret{}, err
	}
	return write(ctx, s, func(t *tx) (none model.CheckoutSecret, err error) {
		var cl model.Client
		if client != "" {
			if cl, err = t.client(client); err != nil {
				return none, err
			}
		}
		if _, err := t.liveCheckout(name); err == nil {
			return none, errTaken("checkout", name, "choose another, or give it a new secret with: checkout rotate")
		} else if model.KindOf(err) != model.NotFound {
			return none, err
		}
		var id int64
		err = t.row(`INSERT INTO checkouts (name, client_id, created_at) VALUES ($1, $2, $3)
			ON CONFLICT (name) DO UPDATE SET client_id = excluded.client_id, removed_at = NULL RETURNING id`,
			name, optional(cl.ID), millis(t.now)).Scan(&id)
		if err != nil {
			return none, err
		}
		secret, err := t.addSecret(id, name)
		if err != nil {
			return none, err
		}
		t.markChanged(platform)
		return secret, t.audit(a, cl.ID, "checkout add", name, nil, map[string]any{"client": optional(client)})
	})
}

// addSecret gives the checkout a new secret; the one before stays live, older ones
// end.
func (t *tx) addSecret(id int64, name string) (model.CheckoutSecret, error) {
	secret, err := t.random(32)
	if err != nil {
		return model.CheckoutSecret{}, err
	}
	if _, err := t.exec(`INSERT INTO checkout_secrets (checkout_id, secret, created_at) VALUES ($1, $2, $3)`, id, secret, millis(t.now)); err != nil {
		return model.CheckoutSecret{}, err
	}
	_, err = t.exec(`DELETE FROM checkout_secrets WHERE checkout_id = $1
		AND id NOT IN (SELECT id FROM checkout_secrets WHERE checkout_id = $1 ORDER BY id DESC LIMIT 2)`, id)
	if err != nil {
		return model.CheckoutSecret{}, err
	}
	k, err := t.liveCheckout(name)
	if err != nil {
		return model.CheckoutSecret{}, err
	}
	t.updateCache(aCheckout, k.ID, func(m *cache) { m.putCheckout(k) })
	return model.CheckoutSecret{Name: name, Secret: "whsec_" + base64.StdEncoding.EncodeToString(secret)}, nil
}

// Checkouts are the live checkouts by name, without their secrets.
func (s *Store) Checkouts(ctx context.Context, a model.Actor) ([]model.Checkout, error) {
	if err := a.Require(model.Admin); err != nil {
		return nil, err
	}
	list, err := read(ctx, s, func(c *conn) ([]model.Checkout, error) { return c.checkouts("") })
	for i := range list {
		list[i].Secrets = nil
	}
	return list, err
}

// RotateCheckout adds a secret; the one before stays live, older ones end.
func (s *Store) RotateCheckout(ctx context.Context, a model.Actor, name string) (model.CheckoutSecret, error) {
	if err := a.Require(model.Admin); err != nil {
		return model.CheckoutSecret{}, err
	}
	return write(ctx, s, func(t *tx) (model.CheckoutSecret, error) {
		k, err := t.liveCheckout(name)
		if err != nil {
			return model.CheckoutSecret{}, err
		}
		secret, err := t.addSecret(k.ID, k.Name)
		if err != nil {
			return secret, err
		}
		return secret, t.audit(a, 0, "checkout rotate", k.Name, nil, nil)
	})
}

// RemoveCheckout ends a checkout's secrets; its orders stay.
func (s *Store) RemoveCheckout(ctx context.Context, a model.Actor, name string) error {
	if err := a.Require(model.Admin); err != nil {
		return err
	}
	return s.update(ctx, func(t *tx) error {
		k, err := t.liveCheckout(name)
		if err != nil {
			return err
		}
		if _, err := t.exec(`UPDATE checkouts SET removed_at = $1 WHERE id = $2`, millis(t.now), k.ID); err != nil {
			return err
		}
		if _, err := t.exec(`DELETE FROM checkout_secrets WHERE checkout_id = $1`, k.ID); err != nil {
			return err
		}
		t.updateCache(aCheckout, k.ID, func(m *cache) { m.dropCheckout(k.Name) })
		return t.audit(a, 0, "checkout remove", k.Name, map[string]any{"client": k.Client}, nil)
	})
}
