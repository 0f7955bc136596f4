package db

import (
	"context"
	"database/sql"
	"encoding/base64"

	"lastclick/model"
)

// hook is a row of hooks.
type hook struct {
	id     int64
	client int64 // 0 for all
	person int64 // who added it; 0 for none
	secret []byte
	state  string
	model.Hook
}

const selectHooks = `SELECT h.id, COALESCE(h.client_id, 0), COALESCE(h.person_id, 0), h.secret, h.state, h.url, c.slug, h.last_error, h.failing_since, h.delivered_at, h.created_by, h.created_at
	FROM hooks h LEFT JOIN clients c ON c.id = h.client_id`

func scanHook(r interface{ Scan(...any) error }) (hook, error) {
	var h hook
	var failing, delivered *int64
	var created int64
	err := r.Scan(&h.id, &h.client, &h.person, &h.secret, &h.state, &h.URL, &h.Client, &h.LastError, &failing, &delivered, &h.CreatedBy, &created)
	h.FailingSince, h.DeliveredAt, h.CreatedAt = optionalTime(failing), optionalTime(delivered), fromMillis(created)
	switch {
	case h.state != "active":
		h.State = model.HookDisabled
	case failing != nil:
		h.State = model.HookFailing
	default:
		h.State = model.HookActive
	}
	return h, err
}

func (c *conn) hookByID(id int64) (hook, error) {
	return scanHook(c.row(selectHooks+` WHERE h.id = $1`, id))
}

// findHook finds a hook by its URL. Without a client it is the platform's, or else the
// only client's.
func (c *conn) findHook(client int64, url string) (hook, error) {
	var found []hook
	err := c.each(func(r *sql.Rows) error {
		h, err := scanHook(r)
		found = append(found, h)
		return err
	}, selectHooks+` WHERE h.state <> 'removed' AND h.url = $1 AND (COALESCE(h.client_id, 0) = $2 OR $2 = 0) ORDER BY COALESCE(h.client_id, 0)`, url, client)
	switch {
	case err != nil:
		return hook{}, err
	case len(found) == 0:
		return hook{}, model.NotFoundError("hook", url)
	case len(found) > 1 && found[0].client != 0:
		return hook{}, &model.Error{Kind: model.Invalid, Field: "client", Msg: "several clients have a hook with this URL", Hint: "name the client with --client SLUG"}
	}
	return found[0], nil
}

// hookScope is the id of the client whose hooks the actor works on; 0 for the platform's.
func (c *conn) hookScope(a model.Actor) (int64, error) {
	if err := a.Require(model.Owner); err != nil {
		return 0, err
	}
	return c.scope(a)
}

// AddHook adds a hook, or enables one again that was disabled.
func (s *Store) AddHook(ctx context.Context, a model.Actor, url string) (model.HookSecret, error) {
	if err := a.Require(model.Owner); err != nil {
		return model.HookSecret{}, err
	}
	url, err := model.CheckURL("url", url)
	if err != nil {
		return model.HookSecret{}, err
	}
	return write(ctx, s, func(t *tx) (none model.HookSecret, err error) {
		client, err := t.hookScope(a)
		if err != nil {
			return none, err
		}
		id, err := t.putHook(a, client, url)
		if err != nil {
			return none, err
		}
		h, err := t.hookByID(id)
		if err != nil {
			return none, err
		}
		if err := t.hooksChanged(id); err != nil {
			return none, err
		}
		secret := model.HookSecret{Hook: h.Hook, Secret: "whsec_" + base64.StdEncoding.EncodeToString(h.secret)}
		return secret, t.audit(a, client, "hook add", url, nil, map[string]any{"client": h.Client})
	})
}

// putHook makes the hook's row active.
func (t *tx) putHook(a model.Actor, client int64, url string) (int64, error) {
	h, err := scanHook(t.row(selectHooks+` WHERE COALESCE(h.client_id, 0) = $1 AND h.url = $2`, client, url))
	if err != nil && !isNoRows(err) {
		return 0, err
	}
	if h.state == "active" {
		return 0, errTaken("hook", url, "it is active already; for a new secret, remove it and add it again")
	}
	var others int64
	if err := t.row(`SELECT count(*) FROM hooks WHERE COALESCE(client_id, 0) = $1 AND state <> 'removed' AND url <> $2`, client, url).Scan(&others); err != nil {
		return 0, err
	}
	if others >= model.MaxHooks {
		return 0, &model.Error{Kind: model.Conflict, Field: "url", Msg: "there are as many hooks as there may be", Hint: "remove one first"}
	}
	secret := h.secret
	if len(secret) == 0 {
		if secret, err = t.random(32); err != nil {
			return 0, err
		}
	}
	// An order that another node was committing may have left a message.
	if _, err := t.exec(`DELETE FROM hook_outbox WHERE hook_id = $1`, h.id); err != nil {
		return 0, err
	}
	// What was queued to be mailed about it holds no longer.
	if _, err := t.exec(`UPDATE outbox SET state = 'failed', last_error = 'the hook was enabled again before its mail could be sent' WHERE hook_id = $1 AND state = 'queued'`, h.id); err != nil {
		return 0, err
	}
	var id int64
	err = t.row(`INSERT INTO hooks (client_id, url, secret, state, created_by, person_id, created_at, next_at, failures)
		VALUES ($1, $2, $3, 'active', $4, (SELECT id FROM people WHERE id = $5), $6, $6, 0)
		ON CONFLICT (COALESCE(client_id, 0), url) DO UPDATE SET secret = excluded.secret, state = 'active', created_by = excluded.created_by, person_id = excluded.person_id,
			created_at = excluded.created_at, next_at = excluded.next_at, failures = 0, failing_since = NULL, last_error = NULL
		RETURNING id`, optional(client), url, secret, a.Name, a.Person, millis(t.now)).Scan(&id)
	return id, err
}

// Hooks are those that the actor may see, without their secrets: an owner the client's
// own, an admin also the platform's, or without a client all.
func (s *Store) Hooks(ctx context.Context, a model.Actor) ([]model.Hook, error) {
	return read(ctx, s, func(c *conn) ([]model.Hook, error) {
		client, err := c.hookScope(a)
		if err != nil {
			return nil, err
		}
		var list []model.Hook
		var ids []int64
		err = c.each(func(r *sql.Rows) error {
			h, err := scanHook(r)
			list, ids = append(list, h.Hook), append(ids, h.id)
			return err
		}, selectHooks+` WHERE h.state <> 'removed' AND (h.client_id = $1 OR $2 = 1 AND (h.client_id IS NULL OR $1 = 0)) ORDER BY COALESCE(h.client_id, 0), h.url`,
			client, flag(a.Role == model.Admin))
		for i := 0; i < len(ids) && err == nil; i++ {
			err = c.row(`SELECT count(*) FROM hook_outbox WHERE hook_id = $1`, ids[i]).Scan(&list[i].Waiting)
		}
		return list, err
	})
}

// RemoveHook removes a hook, its secret, and what waits for it.
func (s *Store) RemoveHook(ctx context.Context, a model.Actor, url string) (model.Hook, error) {
	return write(ctx, s, func(t *tx) (model.Hook, error) {
		client, err := t.hookScope(a)
		if err != nil {
			return model.Hook{}, err
		}
		h, err := t.findHook(client, url)
		if err != nil {
			return h.Hook, err
		}
		if _, err := t.exec(`DELETE FROM hook_outbox WHERE hook_id = $1`, h.id); err != nil {
			return h.Hook, err
		}
		if _, err := t.exec(`UPDATE hooks SET state = 'removed', secret = $1 WHERE id = $2`, []byte{}, h.id); err != nil {
			return h.Hook, err
		}
		if err := t.hooksChanged(h.id); err != nil {
			return h.Hook, err
		}
		return h.Hook, t.audit(a, h.client, "hook remove", h.URL, map[string]any{"client": h.Client}, nil)
	})
}

// HookTarget is the hook with the URL, disabled or not.
func (s *Store) HookTarget(ctx context.Context, a model.Actor, url string) (model.HookTarget, error) {
	return read(ctx, s, func(c *conn) (model.HookTarget, error) {
		client, err := c.hookScope(a)
		if err != nil {
			return model.HookTarget{}, err
		}
		h, err := c.findHook(client, url)
		return h.target(), err
	})
}

func (h hook) target() model.HookTarget {
	return model.HookTarget{ID: h.id, URL: h.URL, Client: h.Client, Secret: h.secret}
}

// hookedClients are the clients whose sales an active hook is told of; 0 is all of them.
type hookedClients map[int64]bool

// of says whether a hook is told of the client's sales.
func (h hookedClients) of(client int64) bool { return h[0] || h[client] }

func (c *conn) hookedClients() (hookedClients, error) {
	clients, err := c.ids(`SELECT DISTINCT COALESCE(client_id, 0) FROM hooks WHERE state = 'active'`)
	hooked := hookedClients{}
	for _, id := range clients {
		hooked[id] = true
	}
	return hooked, err
}

// hooksChanged has the cache know which clients have hooks now.
func (t *tx) hooksChanged(id int64) error {
	hooked, err := t.hookedClients()
	if err == nil {
		t.updateCache(aHook, id, func(m *cache) { m.setHooked(hooked) })
	}
	return err
}

// changedHooks is what other nodes changed of hooks, which are few.
func (t *tx) changedHooks(since, until int64) ([]func(*cache), error) {
	ids, err := t.changedIDs(aHook, since, until)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	hooked, err := t.hookedClients()
	return []func(*cache){func(m *cache) { m.setHooked(hooked) }}, err
}

func (m *cache) setHooked(h hookedClients) { m.hooked.Store(&h) }

// hookedNow is empty where no hook is active.
func (m *cache) hookedNow() hookedClients {
	if h := m.hooked.Load(); h != nil {
		return *h
	}
	return nil
}
