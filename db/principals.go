package db

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"unicode/utf8"

	"lastclick/model"
)

// adminPlace stands for a client before an admin's name in a principal. It is a reserved
// word, so it is no client's.
const adminPlace = "admin"

// IdentifyPrincipals finds the one person whom the principals of a certificate name, and
// notes to the minute that they signed in.
func (s *Store) IdentifyPrincipals(ctx context.Context, principals []string) (model.Actor, error) {
	type seen struct {
		actor model.Actor
		last  *int64
	}
	who, err := read(ctx, s, func(c *conn) (w seen, err error) {
		var found []seen
		for _, principal := range principals {
			if !utf8.ValidString(principal) || strings.ContainsRune(principal, 0) { // no name is so
				continue
			}
			err := c.each(func(r *sql.Rows) error {
				var w seen
				err := r.Scan(&w.actor.Person, &w.actor.Name, &w.actor.Role, &w.actor.Client, &w.last)
				if !slices.ContainsFunc(found, func(f seen) bool { return f.actor.Person == w.actor.Person }) {
					found = append(found, w)
				}
				return err
			}, selectNamed, principalArgs(principal)...)
			if err != nil {
				return w, err
			}
		}
		switch len(found) {
		case 0:
			return w, model.NotFoundError("person", strings.Join(principals, ", "))
		case 1:
			return found[0], nil
		}
		return w, &model.Error{
			Kind: model.Conflict, Msg: "your certificate names more than one person here, so it signs none of them in",
			Hint: "ask for one with the principal CLIENT/NAME, or admin/NAME for an admin",
		}
	})
	if err != nil {
		return model.Actor{}, err
	}
	if now := millis(s.now()); who.last == nil || now-*who.last >= seenEvery.Milliseconds() {
		err := s.update(ctx, func(t *tx) error {
			_, err := t.exec(`UPDATE people SET last_seen = $1 WHERE id = $2`, now, who.actor.Person)
			return err
		})
		if err != nil { // people can sign in while the disk is full
			s.log.Warn("the time of a visit could not be stored", "err", err)
		}
	}
	return who.actor, nil
}

// selectNamed finds the people with a name, of all clients or, for a place in $1, of one.
// Two are enough to know that there are several.
const selectNamed = `SELECT p.id, p.name, p.role, COALESCE(c.slug, ''), p.last_seen FROM people p LEFT JOIN clients c ON c.id = p.client_id
	WHERE p.removed_at IS NULL AND ($1 = '' OR COALESCE(c.slug, '` + adminPlace + `') = $1) AND p.name_fold = $2 ORDER BY p.id LIMIT 2`

// principalArgs are the place and the name of a principal: NAME or PLACE/NAME. A name with
// a slash in it needs its place, so that no one can take a name that reads as another's.
func principalArgs(principal string) []any {
	place, name, placed := strings.Cut(principal, "/")
	if !placed {
		return []any{"", foldName(principal)}
	}
	if place == "" { // no place has no name
		return []any{"/", foldName(name)}
	}
	return []any{strings.ToLower(place), foldName(name)}
}
