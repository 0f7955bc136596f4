package db

import (
	"context"
	"database/sql"
	"fmt"

	"lastclick/model"
)

// maxAliases bounds the aliases of a link, removed ones too.
const maxAliases = 1000

// AddAlias gives a link a further code (R24): shortlinks, codes and coupons of that name
// are the link's from then on. One that was removed comes back to its own link alone.
func (s *Store) AddAlias(ctx context.Context, a model.Actor, code, alias string) (model.Link, error) {
	alias, err := model.Slug("alias", alias)
	if err != nil {
		return model.Link{}, err
	}
	return s.changeLink(ctx, a, code, "link code add", func(t *tx, l model.Link) (model.Link, error) {
		var others int64
		err := t.row(`SELECT (SELECT count(*) FROM links WHERE code = $1) + (SELECT count(*) FROM aliases WHERE alias = $1 AND (link_id <> $2 OR removed_at IS NULL))`, alias, l.ID).Scan(&others)
		if err != nil {
			return l, err
		}
		if others > 0 {
			return l, errTaken("alias", alias, "choose another; a code is never given to a second link, also not one that was removed")
		}
		var aliases int64
		if err := t.row(`SELECT count(*) FROM aliases WHERE link_id = $1 AND alias <> $2`, l.ID, alias).Scan(&aliases); err != nil {
			return l, err
		}
		if aliases >= maxAliases {
			return l, &model.Error{Kind: model.Invalid, Field: "alias", Msg: fmt.Sprintf("a link has at most %s further codes, removed ones too", model.FormatCount(maxAliases)), Hint: "make another link for the rest"}
		}
		_, err = t.exec(`INSERT INTO aliases (alias, link_id, created_at) VALUES ($1, $2, $3) ON CONFLICT (alias) DO UPDATE SET removed_at = NULL`, alias, l.ID, millis(t.now))
		return l, err
	})
}

// RemoveAlias takes a further code from a link. It is never given to another one.
func (s *Store) RemoveAlias(ctx context.Context, a model.Actor, code, alias string) (model.Link, error) {
	alias = model.FoldCode(alias)
	return s.changeLink(ctx, a, code, "link code remove", func(t *tx, l model.Link) (model.Link, error) {
		n, err := t.exec(`UPDATE aliases SET removed_at = $1 WHERE alias = $2 AND link_id = $3 AND removed_at IS NULL`, millis(t.now), alias, l.ID)
		if err == nil && n == 0 {
			err = &model.Error{Kind: model.NotFound, Field: "code", Msg: fmt.Sprintf("the link %s has no further code %q", l.Code, model.Clean(alias)), Hint: "link show " + l.Code + " has them all"}
		}
		return l, err
	})
}

// cachedAlias is an alias as the tables have it.
type cachedAlias struct {
	alias   string
	link    int64
	removed bool
}

// putAlias adds an alias, or changes whether it is removed. An alias stays with its link,
// so that its row never changes otherwise.
func (m *cache) putAlias(a cachedAlias) {
	if r := m.aliases.find(a.alias); r != nil {
		r.setArchived(a.removed)
		return
	}
	if !a.removed {
		m.aliases.add(a.link, []byte(a.alias), 0, false)
	}
}

// linkByAlias is the link that the alias names; nil for none.
func (m *cache) linkByAlias(alias string) *linkRow {
	r := m.aliases.find(alias)
	if r == nil {
		return nil
	}
	if _, removed := r.at(); removed {
		return nil
	}
	return m.links.get(r.id)
}

const selectAliases = `SELECT alias, link_id, CASE WHEN removed_at IS NULL THEN 0 ELSE 1 END FROM aliases`

func scanAlias(r *sql.Rows) (a cachedAlias, err error) {
	err = r.Scan(&a.alias, &a.link, &a.removed)
	return a, err
}

// loadAliases puts those that are in use.
func (c *conn) loadAliases(m *cache) error {
	return c.each(func(r *sql.Rows) error {
		a, err := scanAlias(r)
		if err == nil {
			m.putAlias(a)
		}
		return err
	}, selectAliases+` WHERE removed_at IS NULL`)
}

// changedAliases are all aliases of links that changed.
func (t *tx) changedAliases(since, until int64) (changes []func(*cache), err error) {
	err = t.each(func(r *sql.Rows) error {
		a, err := scanAlias(r)
		changes = append(changes, func(m *cache) { m.putAlias(a) })
		return err
	}, selectAliases+` WHERE link_id IN (SELECT id FROM cache_changes WHERE kind = $1 AND n > $2 AND n <= $3)`, aLink, since, until)
	return changes, err
}

// cachedAliases are all aliases of a link.
func (t *tx) cachedAliases(link int64) (list []cachedAlias, err error) {
	err = t.each(func(r *sql.Rows) error {
		a, err := scanAlias(r)
		list = append(list, a)
		return err
	}, selectAliases+` WHERE link_id = $1`, link)
	return list, err
}
