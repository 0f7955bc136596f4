package db

import (
	"context"
	"database/sql"
	"encoding/base32"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"lastclick/model"
)

// checkouts are the live ones with their secrets, by name: all, or the one of a name.
func (c *conn) checkouts(name string) ([]model.Checkout, error) {
	var list []model.Checkout
	byID := map[int64]int{}
	err := c.each(func(r *sql.Rows) error {
		var k model.Checkout
		var created int64
		var api string
		if err := r.Scan(&k.ID, &k.Name, &k.Client, &k.Kind, &api, &k.Token, &created); err != nil {
			return err
		}
		k.API, k.CreatedAt = optional(api), fromMillis(created)
		byID[k.ID] = len(list)
		list = append(list, k)
		return nil
	}, `SELECT k.id, k.name, c.slug, k.kind, k.api_url, k.token, k.created_at FROM checkouts k LEFT JOIN clients c ON c.id = k.client_id
		WHERE k.removed_at IS NULL AND (k.name = $1 OR $1 = '') ORDER BY k.name`, name)
	if err != nil {
		return nil, err
	}
	err = c.each(func(r *sql.Rows) error {
		var checkout, id, created int64
		var used *int64
		var secret []byte
		if err := r.Scan(&checkout, &id, &secret, &created, &used); err != nil {
			return err
		}
		if i, ok := byID[checkout]; ok {
			k := &list[i]
			k.Secrets, k.SecretIDs = append(k.Secrets, secret), append(k.SecretIDs, id)
			k.SecretUses = append(k.SecretUses, model.SecretUse{CreatedAt: fromMillis(created), UsedAt: optionalTime(used)})
			k.Live++
		}
		return nil
	}, `SELECT s.checkout_id, s.id, s.secret, s.created_at, s.used_at FROM checkout_secrets s JOIN checkouts k ON k.id = s.checkout_id WHERE k.name = $1 OR $1 = '' ORDER BY s.id DESC`, name)
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
// was removed revives it: its orders and customers stay its own, and what it still had
// to ask of its shop is asked with the new token.
func (s *Store) AddCheckout(ctx context.Context, a model.Actor, n model.NewCheckout) (model.CheckoutSecret, error) {
	if err := a.Require(model.Admin); err != nil {
		return model.CheckoutSecret{}, err
	}
	k, err := n.Validate()
	if err != nil {
		return model.CheckoutSecret{}, err
	}
	return write(ctx, s, func(t *tx) (none model.CheckoutSecret, err error) {
		var cl model.Client
		if n.Client != "" {
			if cl, err = t.client(n.Client); err != nil {
				return none, err
			}
		}
		if _, err := t.liveCheckout(k.Name); err == nil {
			return none, errTaken("checkout", k.Name, "choose another, or give it a new secret with: checkout rotate")
		} else if model.KindOf(err) != model.NotFound {
			return none, err
		}
		var id int64
		err = t.row(`INSERT INTO checkouts (name, client_id, kind, api_url, token, created_at) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (name) DO UPDATE SET client_id = excluded.client_id, kind = excluded.kind, api_url = excluded.api_url, token = excluded.token, removed_at = NULL RETURNING id`,
			k.Name, optional(cl.ID), k.Kind, orEmpty(k.API), k.Token, millis(t.now)).Scan(&id)
		if err != nil {
			return none, err
		}
		if err := t.requeueFetches(id); err != nil {
			return none, err
		}
		secret, err := t.addSecret(id, k.Name, k.Kind, k.Secrets)
		if err != nil {
			return none, err
		}
		t.markChanged(platform)
		return secret, t.audit(a, cl.ID, "checkout add", k.Name, nil, map[string]any{"client": optional(n.Client), "kind": k.Kind, "api_url": k.API})
	})
}

// shopAlphabet writes the secrets that shops are given: they stand in addresses too.
var shopAlphabet = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// addSecret gives the checkout a new secret, or the one that was entered; the one before
// stays live, older ones end. Of a standard checkout the bytes are kept, of a shop the
// text.
func (t *tx) addSecret(id int64, name, kind string, entered [][]byte) (model.CheckoutSecret, error) {
	out := model.CheckoutSecret{Name: name, Kind: kind, URL: t.s.postAddress(name)}
	var secret []byte
	if len(entered) > 0 {
		secret = entered[0]
	} else {
		random, err := t.random(32)
		if err != nil {
			return out, err
		}
		if secret, out.Secret = random, "whsec_"+base64.StdEncoding.EncodeToString(random); kind != model.StandardKind {
			out.Secret = shopAlphabet.EncodeToString(random)
			secret = []byte(out.Secret)
		}
	}
	if _, err := t.exec(`INSERT INTO checkout_secrets (checkout_id, secret, created_at) VALUES ($1, $2, $3)`, id, secret, millis(t.now)); err != nil {
		return out, err
	}
	err := t.endSecrets(&out, id, 2)
	return out, err
}

// endSecrets leaves the newest secrets of a checkout live, as many as are kept.
func (t *tx) endSecrets(out *model.CheckoutSecret, id int64, kept int) error {
	_, err := t.exec(`DELETE FROM checkout_secrets WHERE checkout_id = $1
		AND id NOT IN (SELECT id FROM checkout_secrets WHERE checkout_id = $1 ORDER BY id DESC LIMIT $2)`, id, kept)
	if err != nil {
		return err
	}
	k, err := t.liveCheckout(out.Name)
	if err != nil {
		return err
	}
	t.s.contacts.describe(&k)
	out.Secrets = k.SecretUses
	t.updateCache(aCheckout, k.ID, func(m *cache) { m.putCheckout(k) })
	return nil
}

// Checkouts are the live checkouts by name, without their secrets.
func (s *Store) Checkouts(ctx context.Context, a model.Actor) ([]model.Checkout, error) {
	return s.shownCheckouts(ctx, a, "")
}

// Checkout is the live checkout with the name, without its secrets.
func (s *Store) Checkout(ctx context.Context, a model.Actor, name string) (model.Checkout, error) {
	name = strings.ToLower(strings.TrimSpace(name))
	list, err := s.shownCheckouts(ctx, a, name)
	if err != nil {
		return model.Checkout{}, err
	}
	if name == "" || len(list) == 0 {
		return model.Checkout{}, model.NotFoundError("checkout", name)
	}
	return list[0], nil
}

func (s *Store) shownCheckouts(ctx context.Context, a model.Actor, name string) ([]model.Checkout, error) {
	if err := a.Require(model.Admin); err != nil {
		return nil, err
	}
	return read(ctx, s, func(c *conn) ([]model.Checkout, error) { return c.shownCheckouts(name) })
}

func (c *conn) shownCheckouts(name string) ([]model.Checkout, error) {
	list, err := c.checkouts(name)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if err := c.describe(&list[i]); err != nil {
			return nil, err
		}
		c.s.contacts.describe(&list[i])
		list[i].URL = c.s.postAddress(list[i].Name)
		list[i].Secrets, list[i].SecretIDs, list[i].Token = nil, nil, ""
	}
	return list, nil
}

// postAddress is where a checkout posts to.
func (s *Store) postAddress(name string) string { return s.baseURL + "/webhooks/" + name }

// describe adds what is known of a checkout beside its settings.
func (c *conn) describe(k *model.Checkout) error {
	var accepted, refused, held int64
	var why, hold string
	err := c.row(`SELECT accepted_at, refused_at, refused, hold_until, hold FROM checkout_states WHERE checkout_id = $1`, k.ID).Scan(&accepted, &refused, &why, &held, &hold)
	if err != nil && !isNoRows(err) {
		return err
	}
	k.AcceptedAt, k.RefusedAt, k.RefusedReason = optionalTime(optional(accepted)), optionalTime(optional(refused)), optional(why)
	if held > millis(c.s.now()) {
		k.HeldUntil, k.HeldReason = optionalTime(&held), &hold
	}
	k.Ignored = []string{}
	if k.Standard() {
		return nil
	}
	if k.Ignored, err = c.ignoredIDs(k.ID); err != nil {
		return err
	}
	k.Queued, err = c.counted(`SELECT count(*) FROM shop_deliveries WHERE checkout_id = $1 AND state = 'queued'`, []any{k.ID})
	return err
}

// usedLately is how long after its last use a secret is still taken for one in use.
const usedLately = 24 * time.Hour

// RotateCheckout adds a secret, or ends the old ones.
func (s *Store) RotateCheckout(ctx context.Context, a model.Actor, name string, r model.Rotation) (model.CheckoutSecret, error) {
	if err := a.Require(model.Admin); err != nil {
		return model.CheckoutSecret{}, err
	}
	name = strings.ToLower(strings.TrimSpace(name))
	return write(ctx, s, func(t *tx) (none model.CheckoutSecret, err error) {
		k, err := t.liveCheckout(name)
		if err != nil {
			return none, err
		}
		s.contacts.describe(&k)
		if err := mayEnd(k, r, t.now); err != nil {
			return none, err
		}
		if r.EndOld {
			out := model.CheckoutSecret{Name: k.Name, Kind: k.Kind, URL: s.postAddress(k.Name)}
			if err := t.endSecrets(&out, k.ID, 1); err != nil {
				return none, err
			}
			out.Ended = k.SecretUses[1:]
			return out, t.audit(a, 0, "checkout rotate", k.Name, map[string]any{"secrets": k.Live}, map[string]any{"secrets": 1})
		}
		kind, ok := model.KindNamed(k.Kind)
		if !ok {
			return none, model.Invalidf("kind", "this version knows no checkouts of the kind %q", k.Kind)
		}
		entered, err := kind.CheckSecret(r.Secret)
		if err != nil {
			return none, err
		}
		var given [][]byte
		if entered != "" {
			given = [][]byte{[]byte(entered)}
		}
		out, err := t.addSecret(k.ID, k.Name, k.Kind, given)
		if err != nil {
			return none, err
		}
		out.Ended = k.SecretUses[min(1, len(k.SecretUses)):]
		return out, t.audit(a, 0, "checkout rotate", k.Name, nil, nil)
	})
}

// mayEnd refuses to end a secret that the checkout still signs with: of the live ones all
// but the newest end.
func mayEnd(k model.Checkout, r model.Rotation, now time.Time) error {
	switch {
	case r.EndOld && r.Secret != "":
		return model.Invalidf("secret", "secret: --end-old takes none, since it only ends the old ones")
	case r.EndOld && k.Live < 2:
		return &model.Error{Kind: model.Conflict, Msg: fmt.Sprintf("the checkout %s has one secret alone: there is no old one to end", k.Name), Hint: "give it a new one first with: checkout rotate " + k.Name}
	case r.Force:
		return nil
	}
	for _, use := range k.SecretUses[min(1, len(k.SecretUses)):] {
		if use.UsedAt != nil && now.Sub(*use.UsedAt) < usedLately {
			return &model.Error{
				Kind: model.Conflict, Msg: fmt.Sprintf("the older secret of %s was last used at %s, so the checkout still signs with it", k.Name, use.UsedAt.UTC().Format(time.RFC3339)),
				Hint: "enter the newer one there first, or end the older one all the same with --force",
			}
		}
	}
	return nil
}

// RemoveCheckout ends a checkout's secrets and token; its orders stay.
func (s *Store) RemoveCheckout(ctx context.Context, a model.Actor, name string) error {
	if err := a.Require(model.Admin); err != nil {
		return err
	}
	return s.update(ctx, func(t *tx) error {
		k, err := t.liveCheckout(name)
		if err != nil {
			return err
		}
		if _, err := t.exec(`UPDATE checkouts SET removed_at = $1, token = '' WHERE id = $2`, millis(t.now), k.ID); err != nil {
			return err
		}
		if _, err := t.exec(`DELETE FROM checkout_states WHERE checkout_id = $1`, k.ID); err != nil {
			return err
		}
		if _, err := t.exec(`DELETE FROM checkout_secrets WHERE checkout_id = $1`, k.ID); err != nil {
			return err
		}
		t.updateCache(aCheckout, k.ID, func(m *cache) { m.dropCheckout(k.Name) })
		t.onCommit(func() { s.contacts.forget(k.ID) })
		return t.audit(a, 0, "checkout remove", k.Name, map[string]any{"client": k.Client}, nil)
	})
}
