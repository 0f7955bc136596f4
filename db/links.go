package db

import (
	"context"
	"crypto/hmac"
	"database/sql"
	"encoding/base64"
	"reflect"
	"strings"

	"lastclick/model"
)

const selectLinks = `SELECT l.id, l.code, l.name, l.email, l.source, l.stats_token, CASE WHEN l.archived_at IS NULL THEN 0 ELSE 1 END, l.created_at,
		c.slug, c.url, c.tracking, e.slug, e.url, COALESCE(NULLIF(e.carry, ''), c.carry),
		COALESCE((SELECT string_agg(a.alias, ' ' ORDER BY a.alias) FROM aliases a WHERE a.link_id = l.id AND a.removed_at IS NULL), ''),
		COALESCE(n.clicks, 0), COALESCE(n.visitors, 0), COALESCE(n.bots, 0), COALESCE(n.qr_scans, 0),
		COALESCE((SELECT o.state FROM outbox o WHERE o.link_id = l.id AND o.kind = 'welcome' ORDER BY o.id DESC LIMIT 1), 'none')
	FROM links l JOIN clients c ON c.id = l.client_id LEFT JOIN events e ON e.id = l.event_id LEFT JOIN click_sums n ON n.link_id = l.id`

func (c *conn) scanLink(r interface{ Scan(...any) error }) (model.Link, error) {
	l := model.Link{Level: model.ClientLevel}
	var created int64
	var page *string
	var aliases string
	err := r.Scan(&l.ID, &l.Code, &l.Name, &l.Email, &l.Source, &l.StatsToken, &l.Archived, &created,
		&l.Client, &l.PageURL, &l.Tracking, &l.Event, &page, &l.Carry, &aliases, &l.Clicks, &l.Visitors, &l.Bots, &l.QRScans, &l.Mail)
	l.CreatedAt, l.Aliases = fromMillis(created), strings.Fields(aliases)
	if l.Event != nil {
		l.Level, l.PageURL = model.EventLevel, *page
	}
	return l.WithURLs(c.s.baseURL), err
}

// link is the client's link with the code.
func (c *conn) link(client, code string) (model.Link, error) {
	l, err := c.scanLink(c.row(selectLinks+` WHERE l.code = $1 AND c.slug = $2`, model.FoldCode(code), client))
	if isNoRows(err) {
		return l, model.NotFoundError("link", code)
	}
	return l, err
}

// links are the client's in the order of their creation.
func (c *conn) links(client int64) ([]model.Link, error) {
	var list []model.Link
	err := c.each(func(r *sql.Rows) error {
		l, err := c.scanLink(r)
		list = append(list, l)
		return err
	}, selectLinks+` WHERE l.client_id = $1 ORDER BY l.id`, client)
	return list, err
}

// AddLink makes a tracking link, and unless NoMail queues its welcome mail.
func (s *Store) AddLink(ctx context.Context, a model.Actor, n model.NewLink) (model.Link, error) {
	slug, err := a.RequireClient(model.Member)
	if err != nil {
		return model.Link{}, err
	}
	if n, err = n.Validate(); err != nil {
		return model.Link{}, err
	}
	n.Name = composed(n.Name)
	return write(ctx, s, func(t *tx) (model.Link, error) { return t.addLink(a, slug, n) })
}

// AddLinks is AddLink for several links, in their order.
func (s *Store) AddLinks(ctx context.Context, a model.Actor, list []model.NewLink) ([]model.AddedLink, error) {
	slug, err := a.RequireClient(model.Member)
	if err != nil {
		return nil, err
	}
	return write(ctx, s, func(t *tx) ([]model.AddedLink, error) {
		added := make([]model.AddedLink, len(list))
		for i, n := range list {
			n, refused := n.Validate()
			if refused == nil {
				n.Name = composed(n.Name)
				var failed error
				refused, failed = t.attempt(func(t *tx) (err error) {
					added[i].Link, err = t.addLink(a, slug, n)
					return err
				})
				if failed != nil {
					return nil, failed
				}
			}
			if refused != nil {
				if model.KindOf(refused) == model.Internal {
					return nil, refused
				}
				added[i] = model.AddedLink{Err: refused}
			}
		}
		return added, nil
	})
}

// addLink adds a link that Validate has passed.
func (t *tx) addLink(a model.Actor, slug string, n model.NewLink) (model.Link, error) {
	cl, err := t.client(slug)
	if err != nil {
		return model.Link{}, err
	}
	var event int64
	if n.Event != "" {
		e, err := t.event(slug, n.Event)
		if err != nil {
			return model.Link{}, err
		}
		event = e.ID
	}
	id, code, err := t.insertLink(n, cl.ID, event)
	if err != nil {
		return model.Link{}, err
	}
	if n.Archived {
		if _, err := t.exec(`UPDATE links SET archived_at = $1 WHERE id = $2`, millis(t.now), id); err != nil {
			return model.Link{}, err
		}
	}
	if !n.NoMail && !n.Archived {
		if err := t.queueWelcome(id, n.Email, a); err != nil {
			return model.Link{}, err
		}
	}
	l, err := t.link(slug, code)
	if err != nil {
		return l, err
	}
	t.updateCache(aLink, id, func(m *cache) {
		m.putLink(id, cachedLink{code: code, client: cl.ID, event: event, archived: n.Archived})
	})
	return l, t.audit(a, cl.ID, "link add", code, nil, shownLink(l))
}

// insertLink takes the code that n names, or draws a free one.
func (t *tx) insertLink(n model.NewLink, client, event int64) (id int64, code string, err error) {
	token, err := t.statsToken()
	if err != nil {
		return 0, "", err
	}
	for try := 0; try < 10; try++ {
		if code = n.Code; code == "" {
			if code, err = model.NewCode(t.s.randomness); err != nil {
				return 0, "", err
			}
		}
		err = t.row(`INSERT INTO links (code, client_id, event_id, name, email, source, stats_token, created_at)
			SELECT $1, $2, $3, $4, $5, $6, $7, $8 WHERE NOT EXISTS (SELECT 1 FROM aliases WHERE alias = $1)
			ON CONFLICT (code) DO NOTHING RETURNING id`,
			code, client, optional(event), n.Name, n.Email, n.Source, token, millis(t.now)).Scan(&id)
		if !isNoRows(err) {
			return id, code, err
		}
		if n.Code != "" {
			return 0, "", errTaken("code", code, "choose another; a code is never given to a second link, also not an archived link's")
		}
	}
	return 0, "", &model.Error{Kind: model.Internal, Msg: "no free code was found", Hint: "give one with --code"}
}

// statsToken is 128 random bits.
func (t *tx) statsToken() (string, error) {
	b, err := t.random(16)
	return base64.RawURLEncoding.EncodeToString(b), err
}

// shownLink is what the audit keeps of a link: no token.
func shownLink(l model.Link) map[string]any {
	shown := map[string]any{"code": l.Code, "name": l.Name, "email": l.Email, "level": l.Level, "event": l.Event, "source": l.Source, "archived": l.Archived}
	if len(l.Aliases) > 0 {
		shown["aliases"] = strings.Join(l.Aliases, " ")
	}
	return shown
}

// Links are the client's, in the order of their creation.
func (s *Store) Links(ctx context.Context, a model.Actor, archived bool) ([]model.Link, error) {
	slug, err := a.RequireClient(model.Viewer)
	if err != nil {
		return nil, err
	}
	s.awaitClicks(ctx)
	client, _ := s.cache.Load().clientID(slug)
	links, asOf, err := readListed(ctx, s, client, readTimeout, func(c *conn) ([]model.Link, error) {
		cl, err := c.client(slug)
		if err != nil {
			return nil, err
		}
		all, err := c.links(cl.ID)
		if archived || err != nil {
			return all, err
		}
		var live []model.Link
		for _, l := range all {
			if !l.Archived {
				live = append(live, l)
			}
		}
		return live, nil
	})
	s.noteAge(ctx, asOf)
	return links, err
}

// SetLink changes a link's owner or source, or gives its stats page a new address.
func (s *Store) SetLink(ctx context.Context, a model.Actor, code string, ch model.LinkChange) (model.Link, error) {
	return s.changeLink(ctx, a, code, "link set", func(t *tx, l model.Link) (model.Link, error) {
		l, err := ch.Apply(l)
		if err != nil {
			return l, err
		}
		if ch.NewStatsToken {
			if l.StatsToken, err = t.statsToken(); err != nil {
				return l, err
			}
		}
		_, err = t.exec(`UPDATE links SET name = $1, email = $2, source = $3, stats_token = $4 WHERE id = $5`,
			composed(l.Name), l.Email, l.Source, l.StatsToken, l.ID)
		if err == nil && ch.Digest != nil {
			err = t.setDigest(a, l, *ch.Digest)
		}
		return l, err
	})
}

// ArchiveLink ends a link's clicks; those made before keep their window (R6).
func (s *Store) ArchiveLink(ctx context.Context, a model.Actor, code string) (model.Link, error) {
	return s.changeLink(ctx, a, code, "link archive", func(t *tx, l model.Link) (model.Link, error) {
		_, err := t.exec(`UPDATE links SET archived_at = COALESCE(archived_at, $1) WHERE id = $2`, millis(t.now), l.ID)
		return l, err
	})
}

// RestoreLink undoes ArchiveLink.
func (s *Store) RestoreLink(ctx context.Context, a model.Actor, code string) (model.Link, error) {
	return s.changeLink(ctx, a, code, "link restore", func(t *tx, l model.Link) (model.Link, error) {
		_, err := t.exec(`UPDATE links SET archived_at = NULL WHERE id = $1`, l.ID)
		return l, err
	})
}

func (s *Store) changeLink(ctx context.Context, a model.Actor, code, action string, do func(*tx, model.Link) (model.Link, error)) (model.Link, error) {
	slug, err := a.RequireClient(model.Member)
	if err != nil {
		return model.Link{}, err
	}
	return write(ctx, s, func(t *tx) (model.Link, error) {
		old, err := t.link(slug, code)
		if err != nil {
			return old, err
		}
		if _, err := do(t, old); err != nil {
			return old, err
		}
		l, err := t.link(slug, old.Code)
		if err != nil {
			return old, err
		}
		g := cachedLink{code: l.Code, archived: l.Archived}
		if err := t.row(`SELECT client_id, COALESCE(event_id, 0) FROM links WHERE id = $1`, l.ID).Scan(&g.client, &g.event); err != nil {
			return old, err
		}
		aliases, err := t.cachedAliases(l.ID)
		if err != nil {
			return old, err
		}
		t.updateCache(aLink, l.ID, func(m *cache) {
			m.putLink(l.ID, g)
			for _, alias := range aliases {
				m.putAlias(alias)
			}
		})
		before, after := shownLink(old), shownLink(l)
		if !hmac.Equal([]byte(l.StatsToken), []byte(old.StatsToken)) {
			before["stats_page"], after["stats_page"] = "old address", "new address"
		}
		if action == "link set" && reflect.DeepEqual(before, after) { // a digest has an entry of its own
			return l, nil
		}
		return l, t.audit(a, g.client, action, l.Code, before, after)
	})
}
