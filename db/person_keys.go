package db

import (
	"context"

	"lastclick/model"
)

// AddKey adds a key to a person that the actor may see; an empty name is the actor.
func (s *Store) AddKey(ctx context.Context, a model.Actor, person string, k model.Key) (model.Key, error) {
	if err := a.Require(model.Owner); err != nil {
		return model.Key{}, err
	}
	if k.Fingerprint == "" {
		return model.Key{}, model.Invalidf("key", "key is missing: give a public key such as \"ssh-ed25519 AAAA…\"")
	}
	k.Comment = model.Truncate(model.Clean(k.Comment), model.MaxName)
	return write(ctx, s, func(t *tx) (model.Key, error) {
		p, err := t.keyOwner(a, person)
		if err != nil {
			return k, err
		}
		added, err := t.insertKey(p, k)
		if err != nil {
			return added, err
		}
		client, err := t.clientID(p)
		if err != nil {
			return added, err
		}
		return added, t.audit(a, client, "key add", added.Fingerprint, nil, added)
	})
}

// keyOwner finds a person by name; an empty name is the actor.
func (c *conn) keyOwner(a model.Actor, name string) (model.Person, error) {
	if name != "" {
		return c.person(a, name)
	}
	found, err := c.peopleWhere(a, selectPeople+visible+byID, selectKeys+visible+byID+orderKeys, a.Person)
	if err == nil && len(found) == 0 {
		err = model.NotFoundError("person", a.Name)
	}
	if err != nil {
		return model.Person{}, err
	}
	return found[0], nil
}

func (t *tx) insertKey(p model.Person, k model.Key) (model.Key, error) {
	k.Person, k.Comment = p.Name, composed(k.Comment)
	k.LastSeen, k.CreatedAt = nil, fromMillis(millis(t.now))
	n, err := t.exec(`INSERT INTO person_keys (person_id, fingerprint, public, comment, created_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT DO NOTHING`, p.ID, k.Fingerprint, k.Public, k.Comment, millis(t.now))
	if err == nil && n == 0 {
		err = errTaken("key", k.Fingerprint, "it signs a person in already; every person needs a key of their own")
	}
	return k, err
}

// Keys are the keys of the people that the actor may see.
func (s *Store) Keys(ctx context.Context, a model.Actor) ([]model.Key, error) {
	people, err := s.People(ctx, a)
	if err != nil {
		return nil, err
	}
	var keys []model.Key
	for _, p := range people {
		keys = append(keys, p.Keys...)
	}
	return keys, nil
}

// RemoveKey removes a key. It refuses the last key of the last owner or admin.
func (s *Store) RemoveKey(ctx context.Context, a model.Actor, fingerprint string) error {
	if err := a.Require(model.Owner); err != nil {
		return err
	}
	return s.update(ctx, func(t *tx) error {
		found, err := t.peopleWhere(a, selectPeople+visible+byKey, selectKeys+visible+byKey+orderKeys, fingerprint)
		if err != nil {
			return err
		}
		for _, p := range found {
			for _, k := range p.Keys {
				if k.Fingerprint == fingerprint {
					return t.removeKey(a, p, k)
				}
			}
		}
		return model.NotFoundError("key", fingerprint)
	})
}

func (t *tx) removeKey(a model.Actor, p model.Person, k model.Key) error {
	var id int64
	if err := t.row(`SELECT id FROM person_keys WHERE fingerprint = $1 AND removed_at IS NULL`, k.Fingerprint).Scan(&id); err != nil {
		return err
	}
	if err := t.requireOtherLead(p, id); err != nil {
		return err
	}
	if _, err := t.exec(`UPDATE person_keys SET removed_at = $1 WHERE id = $2`, millis(t.now), id); err != nil {
		return err
	}
	client, err := t.clientID(p)
	if err != nil {
		return err
	}
	return t.audit(a, client, "key remove", k.Fingerprint, k, nil)
}

// EnsureAdmins makes each key an admin's. A key that is known stays with its person. It
// returns the keys that are new.
func (s *Store) EnsureAdmins(ctx context.Context, people []model.NewPerson) ([]model.Key, error) {
	admins := make([]model.NewPerson, len(people))
	for i, n := range people {
		n.Role = model.Admin
		n, err := n.Validate()
		if err != nil {
			return nil, err
		}
		if n.Key.Fingerprint == "" {
			return nil, model.Invalidf("key", "key of %s is missing", n.Name)
		}
		admins[i] = n
	}
	return write(ctx, s, func(t *tx) ([]model.Key, error) {
		var added []model.Key
		daemon := model.Actor{Role: model.Admin}
		for _, n := range admins {
			var known int64
			err := t.row(`SELECT count(*) FROM person_keys WHERE fingerprint = $1 AND removed_at IS NULL`, n.Key.Fingerprint).Scan(&known)
			if err != nil {
				return nil, err
			}
			if known > 0 {
				continue
			}
			p, err := t.findOrAddAdmin(n)
			if err != nil {
				return nil, err
			}
			k, err := t.insertKey(p, n.Key)
			if err != nil {
				return nil, err
			}
			added = append(added, k)
			if err := t.audit(daemon, 0, "key add", k.Fingerprint, nil, k); err != nil {
				return nil, err
			}
		}
		return added, nil
	})
}

// findOrAddAdmin is the admin with the name, who is added where there is none.
func (t *tx) findOrAddAdmin(n model.NewPerson) (model.Person, error) {
	p := model.Person{Name: composed(n.Name), Role: model.Admin}
	err := t.row(`SELECT id FROM people WHERE name_fold = $1 AND client_id IS NULL AND removed_at IS NULL`, foldName(n.Name)).Scan(&p.ID)
	if isNoRows(err) {
		return t.insertPerson(n, 0)
	}
	return p, err
}
