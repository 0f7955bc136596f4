package db

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"lastclick/model"
)

// SetCheckout changes a checkout.
func (s *Store) SetCheckout(ctx context.Context, a model.Actor, name string, ch model.CheckoutChange) (model.Checkout, error) {
	if err := a.Require(model.Admin); err != nil {
		return model.Checkout{}, err
	}
	name = strings.ToLower(strings.TrimSpace(name))
	return write(ctx, s, func(t *tx) (model.Checkout, error) {
		old, err := t.liveCheckout(name)
		if err != nil {
			return old, err
		}
		if old.Ignored, err = t.ignoredIDs(old.ID); err != nil {
			return old, err
		}
		k, err := ch.Apply(old)
		if err != nil {
			return old, err
		}
		if orEmpty(k.API) != orEmpty(old.API) || k.Token != old.Token {
			if err := t.setAPI(k); err != nil {
				return old, err
			}
		}
		if err := t.setIgnored(old, k); err != nil {
			return old, err
		}
		t.markChanged(platform)
		before, after := settingsOf(old), settingsOf(k)
		if k.Token != old.Token {
			after["token"] = "changed" // never the token itself
		}
		if err := t.audit(a, 0, "checkout set", k.Name, before, after); err != nil {
			return old, err
		}
		shown, err := t.shownCheckouts(k.Name)
		if err != nil {
			return old, err
		}
		return shown[0], nil
	})
}

// settingsOf is what the audit says of a checkout that is changed.
func settingsOf(k model.Checkout) map[string]any {
	return map[string]any{"api_url": k.API, "ignored": k.Ignored}
}

// setAPI changes the address and the token of a checkout's API, and has it asked again for
// what it could not give before.
func (t *tx) setAPI(k model.Checkout) error {
	if _, err := t.exec(`UPDATE checkouts SET api_url = $1, token = $2 WHERE id = $3`, orEmpty(k.API), k.Token, k.ID); err != nil {
		return err
	}
	t.updateCache(aCheckout, k.ID, func(m *cache) { m.putCheckout(k) })
	return t.requeueFetches(k.ID)
}

// ignoredIDs are the shop's ids that are no events.
func (c *conn) ignoredIDs(checkout int64) ([]string, error) {
	ids := []string{}
	err := c.each(func(r *sql.Rows) error {
		var id string
		err := r.Scan(&id)
		ids = append(ids, id)
		return err
	}, `SELECT shop_id FROM shop_events WHERE checkout_id = $1 AND event_id IS NULL ORDER BY shop_id`, checkout)
	return ids, err
}

// setIgnored makes the ids that are ignored those of k, and applies what waited for them.
func (t *tx) setIgnored(old, k model.Checkout) error {
	for _, id := range old.Ignored {
		if slices.Contains(k.Ignored, id) {
			continue
		}
		if _, err := t.exec(`DELETE FROM shop_events WHERE checkout_id = $1 AND shop_id = $2 AND event_id IS NULL`, k.ID, id); err != nil {
			return err
		}
	}
	for _, id := range k.Ignored {
		if slices.Contains(old.Ignored, id) {
			continue
		}
		if err := t.ignore(k, id); err != nil {
			return err
		}
		waiting := model.ShopID{Checkout: k.Name, ID: id}.String()
		if err := t.inUnit(func(u *unit) error { return u.unpark(waiting) }); err != nil {
			return err
		}
	}
	return nil
}

// ignore notes that an id of the shop is no event. One that an event has, or that is the
// slug of one that the checkout may sell for, cannot be.
func (t *tx) ignore(k model.Checkout, id string) error {
	taken := func(format string, args ...any) *model.Error {
		return &model.Error{Kind: model.Conflict, Field: "ignore", Msg: fmt.Sprintf("ignore: the id "+format, args...)}
	}
	var client string
	err := t.row(`SELECT c.slug FROM events e JOIN clients c ON c.id = e.client_id WHERE e.slug = $1`, id).Scan(&client)
	switch {
	case err == nil && (k.Client == nil || *k.Client == client):
		e := taken("%s is the slug of an event of %s, so tickets for it are that event's", id, client)
		e.Hint = "an event keeps its slug: only another id in the shop can be ignored"
		return e
	case err != nil && !isNoRows(err):
		return err
	}
	n, err := t.exec(`INSERT INTO shop_events (checkout_id, shop_id) VALUES ($1, $2) ON CONFLICT (checkout_id, shop_id) DO NOTHING`, k.ID, id)
	if err != nil || n > 0 {
		return err
	}
	var slug string
	if err := t.row(`SELECT e.slug, c.slug FROM shop_events s JOIN events e ON e.id = s.event_id JOIN clients c ON c.id = e.client_id
		WHERE s.checkout_id = $1 AND s.shop_id = $2`, k.ID, id).Scan(&slug, &client); err != nil {
		return err
	}
	e := taken("%s is that of the event %s of %s", model.ShopID{Checkout: k.Name, ID: id}, slug, client)
	e.Hint = fmt.Sprintf("take it away there first, with all that it is called in %s: event set %s --client %s --shop %s:", k.Name, slug, client, k.Name)
	return e
}

// ignoredAt is a checkout that may sell for the client and ignores the slug; empty for
// none.
func (t *tx) ignoredAt(client int64, slug string) (name string, err error) {
	err = t.row(`SELECT k.name FROM shop_events s JOIN checkouts k ON k.id = s.checkout_id
		WHERE s.shop_id = $1 AND s.event_id IS NULL AND k.removed_at IS NULL AND (k.client_id IS NULL OR k.client_id = $2) ORDER BY k.name LIMIT 1`, slug, client).Scan(&name)
	if isNoRows(err) {
		return "", nil
	}
	return name, err
}

// ignoredError says that an id cannot be an event's, and what frees it.
func ignoredError(field string, s model.ShopID) error {
	return &model.Error{
		Kind: model.Conflict, Field: field, Msg: fmt.Sprintf("%s: the checkout %s ignores the id %s, since it is no event", field, s.Checkout, s.ID),
		Hint: "where it is one after all, an admin frees it first: " + s.Free(),
	}
}
