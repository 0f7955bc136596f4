package db

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"lastclick/model"
)

// seenEvery is how exactly the time of the last visit is kept.
const seenEvery = time.Minute

const selectPeople = `SELECT p.id, p.name, p.email, p.role, c.slug, p.last_seen, p.created_at
	FROM people p LEFT JOIN clients c ON c.id = p.client_id WHERE p.removed_at IS NULL`

const selectKeys = `SELECT k.fingerprint, k.public, k.comment, p.name, k.last_seen, k.created_at, p.id
	FROM person_keys k JOIN people p ON p.id = k.person_id WHERE k.removed_at IS NULL AND p.removed_at IS NULL`

// visible narrows people to those the actor may see: an owner the client's own, an
// admin also the admins, or without a client all. $1 is the client's id, $2 the admin
// flag.
const visible = ` AND (p.client_id = $1 OR $2 = 1 AND (p.client_id IS NULL OR $1 = 0))`

// Further conditions on people, on $3.
const (
	byName = ` AND p.name_fold = $3`
	byID   = ` AND p.id = $3`
	byKey  = ` AND p.id = (SELECT person_id FROM person_keys WHERE fingerprint = $3 AND removed_at IS NULL)`
)

// people are those that the actor may see, with their keys, admins first.
func (c *conn) people(a model.Actor) ([]model.Person, error) {
	return c.peopleWhere(a, selectPeople+visible+orderPeople, selectKeys+visible+orderKeys)
}

const (
	orderPeople = ` ORDER BY COALESCE(p.client_id, 0), p.name_fold`
	orderKeys   = ` ORDER BY k.id`
)

// peopleWhere runs the queries of people and of their keys; args are those after $2.
func (c *conn) peopleWhere(a model.Actor, people, keys string, args ...any) ([]model.Person, error) {
	client, err := c.scope(a)
	if err != nil {
		return nil, err
	}
	args = append([]any{client, flag(a.Role == model.Admin)}, args...)
	var list []model.Person
	at := map[int64]int{}
	err = c.each(func(r *sql.Rows) error {
		p := model.Person{Keys: []model.Key{}}
		var seen *int64
		var created int64
		err := r.Scan(&p.ID, &p.Name, &p.Email, &p.Role, &p.Client, &seen, &created)
		p.LastSeen, p.CreatedAt = optionalTime(seen), fromMillis(created)
		at[p.ID] = len(list)
		list = append(list, p)
		return err
	}, people, args...)
	if err != nil {
		return nil, err
	}
	err = c.each(func(r *sql.Rows) error {
		var k model.Key
		var seen *int64
		var created, person int64
		err := r.Scan(&k.Fingerprint, &k.Public, &k.Comment, &k.Person, &seen, &created, &person)
		k.LastSeen, k.CreatedAt = optionalTime(seen), fromMillis(created)
		list[at[person]].Keys = append(list[at[person]].Keys, k)
		return err
	}, keys, args...)
	return list, err
}

// person finds a person by name among those that the actor may see. The client's people
// go before admins.
func (c *conn) person(a model.Actor, name string) (model.Person, error) {
	found, err := c.peopleWhere(a, selectPeople+visible+byName+orderPeople, selectKeys+visible+byName+orderKeys, foldName(name))
	switch {
	case err != nil:
		return model.Person{}, err
	case len(found) == 0:
		return model.Person{}, model.NotFoundError("person", name)
	case len(found) > 1 && a.Client == "":
		return model.Person{}, &model.Error{Kind: model.Invalid, Field: "client", Msg: "several people have this name", Hint: "name the client with --client SLUG"}
	}
	return found[len(found)-1], nil // admins come first
}

func foldName(name string) string { return strings.ToLower(composed(name)) }

// People are those that the actor may see.
func (s *Store) People(ctx context.Context, a model.Actor) ([]model.Person, error) {
	if err := a.Require(model.Owner); err != nil {
		return nil, err
	}
	return read(ctx, s, func(c *conn) ([]model.Person, error) { return c.people(a) })
}

// HasAdmin says whether there is an admin who can sign in.
func (s *Store) HasAdmin(ctx context.Context) (bool, error) {
	return read(ctx, s, func(c *conn) (has bool, err error) {
		err = c.row(`SELECT CASE WHEN EXISTS (SELECT 1 FROM people p JOIN person_keys k ON k.person_id = p.id
			WHERE p.role = 'admin' AND p.removed_at IS NULL AND k.removed_at IS NULL) THEN 1 ELSE 0 END`).Scan(&has)
		return has, err
	})
}

// Identify finds the person that a proved key belongs to, and notes to the minute that
// it was used.
func (s *Store) Identify(ctx context.Context, fingerprint string) (model.Actor, error) {
	type seen struct {
		actor model.Actor
		key   int64
		last  *int64
	}
	who, err := read(ctx, s, func(c *conn) (w seen, err error) {
		err = c.row(`SELECT p.id, p.name, p.role, COALESCE(c.slug, ''), k.id, k.last_seen
			FROM person_keys k JOIN people p ON p.id = k.person_id LEFT JOIN clients c ON c.id = p.client_id
			WHERE k.fingerprint = $1 AND k.removed_at IS NULL AND p.removed_at IS NULL`, fingerprint).
			Scan(&w.actor.Person, &w.actor.Name, &w.actor.Role, &w.actor.Client, &w.key, &w.last)
		if isNoRows(err) {
			return w, model.NotFoundError("key", fingerprint)
		}
		w.actor.Key = fingerprint
		return w, err
	})
	if err != nil {
		return model.Actor{}, err
	}
	if now := millis(s.now()); who.last == nil || now-*who.last >= seenEvery.Milliseconds() {
		err := s.update(ctx, func(t *tx) error {
			if _, err := t.exec(`UPDATE person_keys SET last_seen = $1 WHERE id = $2`, now, who.key); err != nil {
				return err
			}
			_, err := t.exec(`UPDATE people SET last_seen = $1 WHERE id = $2`, now, who.actor.Person)
			return err
		})
		if err != nil { // people can sign in while the disk is full
			s.log.Warn("the time of a visit could not be stored", "err", err)
		}
	}
	return who.actor, nil
}

// AddPerson adds a person with a key, or one who needs none, to the actor's client, or an
// admin. Of those who have no key none counts as the last owner or admin.
func (s *Store) AddPerson(ctx context.Context, a model.Actor, n model.NewPerson) (model.Person, error) {
	if err := a.Require(model.Owner); err != nil {
		return model.Person{}, err
	}
	n, err := n.Validate()
	if err != nil {
		return model.Person{}, err
	}
	if n.Role == model.Admin {
		if err := a.Require(model.Admin); err != nil {
			return model.Person{}, err
		}
		a.Client = ""
	} else if _, err := a.RequireClient(model.Owner); err != nil {
		return model.Person{}, err
	}
	if (n.Key.Fingerprint == "") != n.NoKey {
		return model.Person{}, model.Invalidf("key", "key is missing: give a public key such as \"ssh-ed25519 AAAA…\"")
	}
	return write(ctx, s, func(t *tx) (model.Person, error) {
		client, err := t.scope(a)
		if err != nil {
			return model.Person{}, err
		}
		p, err := t.insertPerson(n, client)
		if err != nil {
			return p, err
		}
		if !n.NoKey {
			k, err := t.insertKey(p, n.Key)
			if err != nil {
				return p, err
			}
			p.Keys = append(p.Keys, k)
		}
		p.Client = optional(a.Client)
		if err := t.audit(a, client, "promoter add", p.Name, nil, p); err != nil {
			return p, err
		}
		return p, t.endInvites(a, client, p.Name)
	})
}

func (t *tx) insertPerson(n model.NewPerson, client int64) (model.Person, error) {
	p := model.Person{Name: composed(n.Name), Email: optional(n.Email), Role: n.Role, Keys: []model.Key{}, CreatedAt: fromMillis(millis(t.now))}
	err := t.row(`INSERT INTO people (client_id, name, name_fold, email, role, created_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT DO NOTHING RETURNING id`,
		optional(client), p.Name, foldName(p.Name), p.Email, string(p.Role), millis(t.now)).Scan(&p.ID)
	if isNoRows(err) {
		return p, errTaken("name", p.Name, "choose another, or add a key with: key add")
	}
	return p, err
}

// RemovePerson removes a person and their keys. It refuses the last owner of a client
// and the last admin.
func (s *Store) RemovePerson(ctx context.Context, a model.Actor, name string) error {
	if err := a.Require(model.Owner); err != nil {
		return err
	}
	return s.update(ctx, func(t *tx) error {
		p, err := t.person(a, name)
		if err != nil {
			return err
		}
		if err := t.requireOtherLead(p, 0); err != nil {
			return err
		}
		if _, err := t.exec(`UPDATE people SET removed_at = $1 WHERE id = $2`, millis(t.now), p.ID); err != nil {
			return err
		}
		if _, err := t.exec(`UPDATE person_keys SET removed_at = $1 WHERE person_id = $2 AND removed_at IS NULL`, millis(t.now), p.ID); err != nil {
			return err
		}
		if err := t.forgetSettings(p.ID); err != nil {
			return err
		}
		client, err := t.clientID(p)
		if err != nil {
			return err
		}
		return t.audit(a, client, "promoter remove", p.Name, p, nil)
	})
}

// SetRole gives a person of a client another role. It refuses to take the last owner's, and
// an admin's: admins are of no client.
func (s *Store) SetRole(ctx context.Context, a model.Actor, name string, role model.Role) (model.Person, error) {
	if err := a.Require(model.Owner); err != nil {
		return model.Person{}, err
	}
	if err := model.CheckClientRole(role); err != nil {
		return model.Person{}, err
	}
	return write(ctx, s, func(t *tx) (model.Person, error) {
		p, err := t.person(a, name)
		if err != nil || p.Role == role {
			return p, err
		}
		if p.Role == model.Admin {
			return p, &model.Error{Kind: model.Conflict, Field: "role", Msg: p.Name + " is an admin of the platform, who has no role at a client", Hint: "remove the admin, and add the person to the client"}
		}
		if err := t.requireOtherLead(p, 0); err != nil {
			return p, err
		}
		if _, err := t.exec(`UPDATE people SET role = $1 WHERE id = $2`, string(role), p.ID); err != nil {
			return p, err
		}
		before := p
		p.Role = role
		client, err := t.clientID(p)
		if err != nil {
			return p, err
		}
		return p, t.audit(a, client, "promoter set", p.Name, before, p)
	})
}

// clientID is the id of a person's client, 0 for an admin.
func (c *conn) clientID(p model.Person) (int64, error) {
	if p.Client == nil {
		return 0, nil
	}
	cl, err := c.client(*p.Client)
	return cl.ID, err
}

// requireOtherLead refuses to remove the last admin, or the last owner of a client: the
// person with all keys (key 0), or one key of theirs.
func (t *tx) requireOtherLead(p model.Person, key int64) error {
	if p.Role != model.Admin && p.Role != model.Owner || len(p.Keys) == 0 { // one without a key never counted
		return nil
	}
	client, err := t.clientID(p)
	if err != nil {
		return err
	}
	var others int64
	err = t.row(`SELECT count(*) FROM people p JOIN person_keys k ON k.person_id = p.id
		WHERE p.role = $1 AND COALESCE(p.client_id, 0) = $2 AND p.removed_at IS NULL AND k.removed_at IS NULL
			AND (p.id <> $3 OR $4 <> 0 AND k.id <> $4)`, string(p.Role), client, p.ID, key).Scan(&others)
	if err != nil || others > 0 {
		return err
	}
	left, lead := "the team would be left without an owner: ", "owner"
	if p.Role == model.Admin {
		left, lead = "the platform would be left without an admin: ", "admin"
	}
	if key != 0 {
		return &model.Error{Kind: model.Conflict, Msg: left + "this is the last " + lead + "'s last key", Hint: "add another " + lead + " or key first"}
	}
	return &model.Error{Kind: model.Conflict, Msg: left + p.Name + " is the last " + lead + " with a key", Hint: "add another " + lead + " first"}
}
