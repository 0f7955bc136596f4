package db

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"strings"
	"time"
	"unicode"

	"lastclick/model"
)

const (
	inviteLife  = 7 * 24 * time.Hour
	inviteGroup = 4  // characters between two dashes
	inviteChars = 16 // of an alphabet of 27: 76 random bits
)

const selectInvites = `SELECT i.id, COALESCE(i.client_id, 0), i.name, COALESCE(i.email, ''), i.role, c.slug, i.created_at, i.expires_at
	FROM invites i LEFT JOIN clients c ON c.id = i.client_id`

// openInvite is the condition of an invite that can still be used.
const openInvite = ` WHERE i.closed_at IS NULL AND i.expires_at > $1`

type keptInvite struct {
	model.Invite
	id, client int64 // client 0 for an admin's
}

func scanInvite(r interface{ Scan(...any) error }) (keptInvite, error) {
	var i keptInvite
	var created, expires int64
	err := r.Scan(&i.id, &i.client, &i.Name, &i.Email, &i.Role, &i.Client, &created, &expires)
	i.CreatedAt, i.ExpiresAt = fromMillis(created), fromMillis(expires)
	return i, err
}

// Invite makes a code that binds the first key it is entered with, and mails it where
// the person has an address. An older invite of the same name ends.
func (s *Store) Invite(ctx context.Context, a model.Actor, n model.NewPerson) (model.Invite, error) {
	if err := a.Require(model.Owner); err != nil {
		return model.Invite{}, err
	}
	n, err := n.Validate()
	if err != nil {
		return model.Invite{}, err
	}
	if n.Role == model.Admin {
		if err := a.Require(model.Admin); err != nil {
			return model.Invite{}, err
		}
		a.Client = ""
	} else if _, err := a.RequireClient(model.Owner); err != nil {
		return model.Invite{}, err
	}
	return write(ctx, s, func(t *tx) (model.Invite, error) {
		client, err := t.scope(a)
		if err != nil {
			return model.Invite{}, err
		}
		var known int64
		err = t.row(`SELECT count(*) FROM people WHERE COALESCE(client_id, 0) = $1 AND name_fold = $2 AND removed_at IS NULL`, client, foldName(n.Name)).Scan(&known)
		if err != nil {
			return model.Invite{}, err
		}
		if known > 0 {
			return model.Invite{}, errTaken("name", composed(n.Name), "choose another, or add a key with: key add")
		}
		i, err := t.insertInvite(n, client)
		if err != nil {
			return i.Invite, err
		}
		i.Client = optional(a.Client)
		return i.Invite, t.audit(a, client, "promoter invite", i.Name, nil, shownInvite(i.Invite))
	})
}

func (t *tx) insertInvite(n model.NewPerson, client int64) (keptInvite, error) {
	i := keptInvite{client: client, Invite: model.Invite{
		Name: composed(n.Name), Email: n.Email, Role: n.Role,
		CreatedAt: fromMillis(millis(t.now)), ExpiresAt: fromMillis(millis(t.now.Add(inviteLife))),
	}}
	older, err := t.ids(unclosedInvites, client, foldName(n.Name))
	if err != nil {
		return i, err
	}
	for _, id := range older {
		if err := t.closeInvite(id); err != nil {
			return i, err
		}
	}
	if i.Code, err = t.inviteCode(); err != nil {
		return i, err
	}
	err = t.row(`INSERT INTO invites (client_id, name, name_fold, email, role, digest, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id`,
		optional(client), i.Name, foldName(i.Name), optional(i.Email), string(i.Role), inviteDigest(i.Code), millis(i.CreatedAt), millis(i.ExpiresAt)).Scan(&i.id)
	if err != nil || i.Email == "" {
		return i, err
	}
	_, err = t.exec(`INSERT INTO outbox (invite_id, code, kind, to_email, state, attempts, next_at, created_at) VALUES ($1, $2, 'invite', $3, 'queued', 0, $4, $4)`,
		i.id, i.Code, i.Email, millis(t.now))
	return i, err
}

// inviteCode is a code that a person can read out: four groups of four.
func (t *tx) inviteCode() (string, error) {
	drawn := ""
	for len(drawn) < inviteChars {
		code, err := model.NewCode(t.s.randomness)
		if err != nil {
			return "", err
		}
		drawn += code
	}
	groups := make([]string, 0, inviteChars/inviteGroup)
	for i := 0; i < inviteChars; i += inviteGroup {
		groups = append(groups, drawn[i:i+inviteGroup])
	}
	return strings.Join(groups, "-"), nil
}

// inviteDigest is what is kept of a code, and what a typed one is looked up by: the time
// that a wrong code takes does not tell how much of it was right. Case, white space and
// dashes of any kind do not matter.
func inviteDigest(code string) []byte {
	code = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) || r == '\u2212' {
			return -1
		}
		return unicode.ToLower(r)
	}, code)
	digest := sha256.Sum256([]byte(code))
	return digest[:]
}

// unclosedInvites are the ids of those of a name, of which there is one at most.
const unclosedInvites = `SELECT id FROM invites WHERE COALESCE(client_id, 0) = $1 AND name_fold = $2 AND closed_at IS NULL`

// endInvites ends the open invite of a person who was added in another way.
func (t *tx) endInvites(a model.Actor, client int64, name string) error {
	open, err := t.ids(unclosedInvites, client, foldName(name))
	if err != nil {
		return err
	}
	for _, id := range open {
		i, err := scanInvite(t.row(selectInvites+` WHERE i.id = $1`, id))
		if err != nil {
			return err
		}
		if err := t.closeInvite(id); err != nil {
			return err
		}
		if !i.ExpiresAt.After(t.now) {
			continue // it had ended by itself
		}
		if err := t.audit(a, client, "promoter revoke", i.Name, shownInvite(i.Invite), nil); err != nil {
			return err
		}
	}
	return nil
}

// closeInvite ends an invite, and its mail where that still waits.
func (t *tx) closeInvite(id int64) error {
	if _, err := t.exec(`UPDATE invites SET closed_at = $1 WHERE id = $2`, millis(t.now), id); err != nil {
		return err
	}
	_, err := t.exec(`UPDATE outbox SET state = 'failed', code = NULL, last_error = 'the invite ended before its mail could be sent' WHERE invite_id = $1 AND state = 'queued'`, id)
	return err
}

// shownInvite is what the audit keeps of an invite: no code.
func shownInvite(i model.Invite) map[string]any {
	return map[string]any{"name": i.Name, "email": optional(i.Email), "role": i.Role, "client": i.Client, "expires_at": i.ExpiresAt}
}

// Invites are the open ones that the actor may see, without their codes: an owner sees
// the client's, an admin also those of admins, or without a client all.
func (s *Store) Invites(ctx context.Context, a model.Actor) ([]model.Invite, error) {
	if err := a.Require(model.Owner); err != nil {
		return nil, err
	}
	return read(ctx, s, func(c *conn) ([]model.Invite, error) {
		kept, err := c.invites(a, millis(s.now()))
		list := make([]model.Invite, len(kept))
		for n, i := range kept {
			list[n] = i.Invite
		}
		return list, err
	})
}

// visibleInvites are the open ones at the time $1 that the actor may see: $2 is the
// client's id, $3 the admin flag.
const (
	visibleInvites = selectInvites + openInvite + ` AND (i.client_id = $2 OR $3 = 1 AND (i.client_id IS NULL OR $2 = 0))`
	orderInvites   = ` ORDER BY COALESCE(i.client_id, 0), i.name_fold LIMIT $4`
)

func (c *conn) invites(a model.Actor, now int64) ([]keptInvite, error) {
	return c.invitesOf(a, visibleInvites+orderInvites, now, model.MaxLimit)
}

func (c *conn) invitesOf(a model.Actor, query string, now int64, arg any) (list []keptInvite, err error) {
	client, err := c.scope(a)
	if err != nil {
		return nil, err
	}
	err = c.each(func(r *sql.Rows) error {
		i, err := scanInvite(r)
		list = append(list, i)
		return err
	}, query, now, client, flag(a.Role == model.Admin), arg)
	return list, err
}

// RevokeInvite ends an open invite. Where an admin sees two of the name, the
// client's is meant.
func (s *Store) RevokeInvite(ctx context.Context, a model.Actor, name string) error {
	if err := a.Require(model.Owner); err != nil {
		return err
	}
	return s.update(ctx, func(t *tx) error {
		found, err := t.invitesOf(a, visibleInvites+` AND i.name_fold = $4 ORDER BY COALESCE(i.client_id, 0)`, millis(t.now), foldName(name))
		switch {
		case err != nil:
			return err
		case len(found) == 0:
			return model.NotFoundError("invite", name)
		case len(found) > 1 && a.Client == "":
			return &model.Error{Kind: model.Invalid, Field: "client", Msg: "several people of this name are invited", Hint: "name the client with --client SLUG"}
		}
		i := found[len(found)-1] // admins come first
		if err := t.closeInvite(i.id); err != nil {
			return err
		}
		return t.audit(a, i.client, "promoter revoke", i.Name, shownInvite(i.Invite), nil)
	})
}

// errInvite is the one answer to every code that cannot be used.
var errInvite = &model.Error{Kind: model.NotFound, Field: "code", Msg: "this invite code is not valid", Hint: "look for a typing error; a code works once and for 7 days, so otherwise ask for a new one"}

// maxTries bounds the codes that are tried in a minute, on all nodes together. A code has
// 76 random bits, so this is not what keeps it secret: it bounds what strangers can have
// written. Each node bounds it by address too (server/ssh).
const maxTries = 60

// tryCode takes one of the tries of this minute.
func (t *tx) tryCode() error {
	now, err := t.sharedNow()
	if err != nil {
		return err
	}
	minute := now.Unix() / 60
	if _, err := t.exec(`DELETE FROM join_tries WHERE minute < $1`, minute); err != nil {
		return err
	}
	var tries int
	err = t.row(`INSERT INTO join_tries (minute, tries) VALUES ($1, 1) ON CONFLICT (minute) DO UPDATE SET tries = join_tries.tries + 1 RETURNING tries`, minute).Scan(&tries)
	if err == nil && tries > maxTries {
		return &model.Error{Kind: model.Busy, Msg: fmt.Sprintf("too many people try codes at this moment: try again in %s", model.Plural(60-now.Unix()%60, "second", "seconds"))}
	}
	return err
}

// Join makes the key that signed in the invited person's, once. A code that is refused is
// counted as one that was tried, so that is committed too.
func (s *Store) Join(ctx context.Context, code string, k model.Key) (model.Actor, error) {
	if k.Fingerprint == "" {
		return model.Actor{}, model.Invalidf("key", "key is missing: sign in with an SSH key to use an invite code")
	}
	k.Comment = model.Truncate(model.Clean(k.Comment), model.MaxName)
	digest := inviteDigest(code)
	var refused error
	a, err := write(ctx, s, func(t *tx) (a model.Actor, err error) {
		if err := t.tryCode(); err != nil {
			return a, err
		}
		var failed error
		refused, failed = t.attempt(func(t *tx) (err error) {
			a, err = t.join(digest, k)
			return err
		})
		return a, failed
	})
	if err == nil && refused != nil {
		return model.Actor{}, s.failed(refused)
	}
	return a, err
}

func (t *tx) join(digest []byte, k model.Key) (model.Actor, error) {
	i, err := scanInvite(t.row(selectInvites+openInvite+` AND i.digest = $2`, millis(t.now), digest))
	if isNoRows(err) {
		return model.Actor{}, errInvite
	}
	if err != nil {
		return model.Actor{}, err
	}
	p, err := t.insertPerson(model.NewPerson{Name: i.Name, Email: i.Email, Role: i.Role}, i.client)
	if model.KindOf(err) == model.Conflict {
		return model.Actor{}, &model.Error{Kind: model.Conflict, Field: "name", Msg: fmt.Sprintf("a person named %q is there already", i.Name), Hint: "ask for an invite under another name"}
	}
	if err != nil {
		return model.Actor{}, err
	}
	if k, err = t.insertKey(p, k); err != nil {
		return model.Actor{}, err
	}
	if err := t.closeInvite(i.id); err != nil {
		return model.Actor{}, err
	}
	p.Client, p.Keys = i.Client, append(p.Keys, k)
	a := model.Actor{Person: p.ID, Name: p.Name, Role: p.Role, Key: k.Fingerprint}
	if i.Client != nil {
		a.Client = *i.Client
	}
	return a, t.audit(a, i.client, "promoter join", p.Name, nil, p)
}
