package db

import (
	"context"
	"database/sql"

	"lastclick/model"
)

const selectClients = `SELECT id, slug, name, url, timezone, rule, window_s, carry, tracking, reply_to, created_at FROM clients`

func scanClient(r interface{ Scan(...any) error }) (model.Client, error) {
	var c model.Client
	var window, created int64
	err := r.Scan(&c.ID, &c.Slug, &c.Name, &c.URL, &c.Timezone, &c.Rule, &window, &c.Carry, &c.Tracking, &c.ReplyTo, &created)
	c.Window = model.WindowOf(window)
	c.CreatedAt = fromMillis(created)
	return c, err
}

func (c *conn) clients() ([]model.Client, error) {
	var list []model.Client
	err := c.each(func(r *sql.Rows) error {
		cl, err := scanClient(r)
		list = append(list, cl)
		return err
	}, selectClients+` ORDER BY slug`)
	return list, err
}

func (c *conn) client(slug string) (model.Client, error) {
	cl, err := scanClient(c.row(selectClients+` WHERE slug = $1`, slug))
	if isNoRows(err) {
		return cl, model.NotFoundError("client", slug)
	}
	return cl, err
}

// scope is the id of the client that the actor works on; 0 for an admin who has
// not chosen one.
func (c *conn) scope(a model.Actor) (int64, error) {
	if a.Client == "" && a.Role == model.Admin {
		return 0, nil
	}
	cl, err := c.client(a.Client)
	return cl.ID, err
}

// Choose gives an actor the client to work on.
func (s *Store) Choose(ctx context.Context, a model.Actor, client string) (model.Actor, error) {
	if a.Role != model.Admin {
		if err := a.Require(model.Viewer); err != nil {
			return a, err
		}
		if client != "" && client != a.Client {
			return a, model.NotFoundError("client", client)
		}
		return a, nil
	}
	if client == "" && a.Client != "" {
		return a, nil
	}
	chosen, err := read(ctx, s, func(c *conn) (string, error) {
		if client == "" {
			return c.onlyClient()
		}
		cl, err := c.client(client)
		return cl.Slug, err
	})
	if err == nil {
		a.Client = chosen
	}
	return a, err
}

// onlyClient is the slug of the only client; empty where there are none or several.
func (c *conn) onlyClient() (string, error) {
	var slugs []string
	err := c.each(func(r *sql.Rows) error {
		var slug string
		err := r.Scan(&slug)
		slugs = append(slugs, slug)
		return err
	}, `SELECT slug FROM clients LIMIT 2`)
	if err != nil || len(slugs) != 1 {
		return "", err
	}
	return slugs[0], nil
}

// AddClient adds a client.
func (s *Store) AddClient(ctx context.Context, a model.Actor, n model.NewClient) (model.Client, error) {
	if err := a.Require(model.Admin); err != nil {
		return model.Client{}, err
	}
	cl, err := n.Validate()
	if err != nil {
		return model.Client{}, err
	}
	cl.Name = composed(cl.Name)
	return write(ctx, s, func(t *tx) (model.Client, error) {
		cl.CreatedAt = fromMillis(millis(t.now))
		err := t.row(`INSERT INTO clients (slug, name, url, timezone, days_timezone, rule, window_s, carry, tracking, reply_to, created_at) VALUES ($1, $2, $3, $4, $4, $5, $6, $7, $8, $9, $10)
			ON CONFLICT (slug) DO NOTHING RETURNING id`,
			cl.Slug, cl.Name, cl.URL, cl.Timezone, string(cl.Rule), cl.Window.Seconds(), string(cl.Carry), string(cl.Tracking), cl.ReplyTo, millis(t.now)).Scan(&cl.ID)
		if isNoRows(err) {
			return cl, errTaken("slug", cl.Slug, "choose another, or change that client with: client set")
		}
		if err != nil {
			return cl, err
		}
		t.updateCache(aClient, cl.ID, func(m *cache) { m.putClient(cl) })
		t.markChanged(platform)
		return cl, t.audit(a, cl.ID, "client add", cl.Slug, nil, cl)
	})
}

// Clients are all clients by slug.
func (s *Store) Clients(ctx context.Context, a model.Actor) ([]model.Client, error) {
	if err := a.Require(model.Admin); err != nil {
		return nil, err
	}
	return read(ctx, s, (*conn).clients)
}

// Client is one client: an admin may see any, other people their own.
func (s *Store) Client(ctx context.Context, a model.Actor, slug string) (model.Client, error) {
	if err := a.Require(model.Viewer); err != nil {
		return model.Client{}, err
	}
	if a.Role != model.Admin && slug != a.Client {
		return model.Client{}, model.NotFoundError("client", slug)
	}
	return shared(ctx, s, slug, clientKey{}, func(_ *conn, cl model.Client, _ uint64) (model.Client, error) { return cl, nil })
}

// SetClient changes a client. A new rule or window is for orders to come (R4). A new
// timezone holds at once, for past days too, and their sums are counted soon.
func (s *Store) SetClient(ctx context.Context, a model.Actor, slug string, ch model.ClientChange) (model.Client, error) {
	if err := a.Require(model.Admin); err != nil {
		return model.Client{}, err
	}
	return write(ctx, s, func(t *tx) (model.Client, error) {
		old, err := t.client(slug)
		if err != nil {
			return old, err
		}
		cl, err := ch.Apply(old)
		if err != nil {
			return old, err
		}
		cl.Name = composed(cl.Name)
		_, err = t.exec(`UPDATE clients SET name = $1, url = $2, timezone = $3, rule = $4, window_s = $5, carry = $6, tracking = $7, reply_to = $8 WHERE id = $9`,
			cl.Name, cl.URL, cl.Timezone, string(cl.Rule), cl.Window.Seconds(), string(cl.Carry), string(cl.Tracking), cl.ReplyTo, cl.ID)
		if err != nil {
			return old, err
		}
		t.updateCache(aClient, cl.ID, func(m *cache) { m.putClient(cl) })
		if cl.Timezone != old.Timezone {
			t.onCommit(func() { wake(t.s.staleDays) })
		}
		return cl, t.audit(a, cl.ID, "client set", cl.Slug, old, cl)
	})
}
