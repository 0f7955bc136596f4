package command

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"lastclick/model"
)

// teammate is a line of the team: a person, or an invite that is not used yet.
type teammate struct {
	person model.Person
	invite *model.Invite
}

// team lists who signs in, and who is invited.
func (m *plainMode) team() error {
	list := aloud[teammate]{sentence: m.teammateSentence}
	read := func() error {
		people, err := m.Store.People(m.ctx, m.actor)
		if err != nil {
			return m.fail(err)
		}
		invites, err := m.Store.Invites(m.ctx, m.actor)
		if err != nil {
			return m.fail(err)
		}
		var all []teammate
		for _, p := range people {
			all = append(all, teammate{person: p})
		}
		for i := range invites {
			all = append(all, teammate{invite: &invites[i]})
		}
		m.say(model.Plural(int64(len(people)), "person", "people") + ", " + model.Plural(int64(len(invites)), "open invite", "open invites") + ".")
		list.begin(m, all)
		return nil
	}
	if err := read(); err != nil {
		return err
	}
	return screen(func(first bool) error {
		choices := append([]choice{{"n", "to invite a person", func() error { return then(m.invitePerson(), read) }}}, list.further(m)...)
		return m.choose(first, list.shown, "to open a person or an invite", func(n int) error {
			if i := list.items[n-1].invite; i != nil {
				return then(m.revoke(*i), read)
			}
			return then(m.person(list.items[n-1].person), read)
		}, append(choices,
			choice{"z", m.undoes(), func() error { return then(m.takeBack(), read) }},
			choice{"k", "to add a key of your own", func() error { return then(m.pasteKey(""), read) }},
			choice{"b", "to go back", goBack}, rarely, choice{"r", "to read the list again", read}))
	})
}

func (m *plainMode) teammateSentence(t teammate) string {
	if t.invite != nil {
		return t.invite.Name + ", invited as " + string(t.invite.Role) + ", " + t.invite.Email + ": the code works until " + minute(t.invite.ExpiresAt, m.loc)
	}
	p := t.person
	return p.Name + ", " + string(p.Role) + ", " + or(p.Email, "no e-mail address") + ": " + model.Plural(int64(len(p.Keys)), "key", "keys") + ", last seen " + minuteOr(p.LastSeen, m.loc, "never")
}

func (m *plainMode) invitePerson() error {
	var n model.NewPerson
	role := ""
	m.say("Invite a person, who signs in with a key of their own. " + giveUp)
	answered, err := m.askAll(func() error {
		if n.Role = model.Role(strings.ToLower(role)); role == "" {
			n.Role = model.Member
		}
		_, err := n.Validate()
		return err
	},
		question{field: "name", text: "Name?", into: &n.Name},
		question{field: "email", text: "E-mail address, which the code is mailed to?", into: &n.Email, knows: needed("Without an address no code can be mailed.")},
		question{field: "role", text: "Role: owner, member or viewer? Say nothing for member.", into: &role},
	)
	if err != nil || !answered {
		return err
	}
	invite, err := m.Store.Invite(m.ctx, m.actor, n)
	if err != nil {
		return m.fail(err)
	}
	m.changed(nil)
	m.sayPage(func(p *page) { m.invitePage(p, invite, m.loc) })
	return nil
}

func (m *plainMode) revoke(i model.Invite) error {
	yes, err := m.confirm("Withdraw the invite of " + i.Name + "? Its code stops working.")
	if err != nil || !yes {
		return err
	}
	if err := m.Store.RevokeInvite(m.ctx, m.actor, i.Name); err != nil {
		return m.fail(err)
	}
	m.changed(nil)
	m.say("Withdrawn.")
	return nil
}

// person is the page of one of the people.
func (m *plainMode) person(p model.Person) error {
	m.say(m.teammateSentence(teammate{person: p}) + ".")
	for i, k := range p.Keys {
		m.say(strconv.Itoa(i+1) + " the key " + k.Fingerprint + ", " + cmp.Or(k.Comment, "without a comment") + ", last seen " + minuteOr(k.LastSeen, m.loc, "never") + ".")
	}
	done := func(err error) error { return then(err, goBack) } // what it was is out of date
	return screen(func(first bool) error {
		var choices []choice
		if p.Role != model.Admin {
			choices = append(choices, choice{"c", "to change the role", func() error { return done(m.changeRole(p)) }})
		}
		return m.choose(first, len(p.Keys), "to remove a key", func(n int) error { return done(m.removeKey(p, p.Keys[n-1])) }, append(choices,
			choice{"k", "to add a key", func() error { return done(m.pasteKey(p.Name)) }},
			choice{"x", "to remove the person", func() error { return done(m.removePerson(p)) }},
			choice{"b", "to go back", goBack}))
	})
}

// own says whether the person is the one who speaks: some changes end this very session.
func (m *plainMode) own(p model.Person) bool { return p.ID == m.actor.Person }

// confirmBoth asks, and asks again where it is the person's own.
func (m *plainMode) confirmBoth(own bool, first, second string) (bool, error) {
	yes, err := m.confirm(first)
	if err != nil || !yes || !own {
		return yes, err
	}
	return m.confirm(second)
}

func (m *plainMode) changeRole(p model.Person) error {
	role := string(p.Role)
	answered, err := m.askAll(func() error { return model.CheckClientRole(model.Role(strings.ToLower(role))) },
		question{field: "role", text: leave("Role, owner, member or viewer", string(p.Role)), into: &role, now: string(p.Role)})
	if err != nil || !answered {
		return err
	}
	to := model.Role(strings.ToLower(role))
	if to == p.Role {
		m.say("Nothing is changed.")
		return nil
	}
	yes, err := m.confirmBoth(m.own(p), "Give "+p.Name+" the role "+string(to)+"? Their open sessions end at once; they sign in again with it.",
		"This is you: your session ends at once, and only another owner can give you the role back. Really?")
	if err != nil || !yes {
		return err
	}
	if _, err := m.Store.SetRole(m.ctx, m.actor, p.Name, to); err != nil {
		return m.fail(err)
	}
	m.changed(&undo{
		words: "to make " + p.Name + " " + string(p.Role) + " again",
		still: m.personAs(p.ID, func(is model.Person) bool { return is.Role == to }),
		back: func() (string, error) {
			_, err := m.Store.SetRole(m.ctx, m.actor, p.Name, p.Role)
			return p.Name + " has the role " + string(p.Role), err
		},
	})
	m.say(p.Name + " has the role " + string(to) + ". z gives " + string(p.Role) + " back.")
	return nil
}

func (m *plainMode) removePerson(p model.Person) error {
	yes, err := m.confirmBoth(m.own(p), "Remove "+p.Name+"? All their keys and open sessions end at once. The links that they made stay.",
		"This is you: your session ends at once, and you cannot come back. Really?")
	if err != nil || !yes {
		return err
	}
	if err := m.Store.RemovePerson(m.ctx, m.actor, p.Name); err != nil {
		return m.fail(err)
	}
	m.changed(nil)
	m.say("Removed " + p.Name + ".")
	return nil
}

func (m *plainMode) removeKey(p model.Person, k model.Key) error {
	yes, err := m.confirmBoth(k.Fingerprint == m.actor.Key, "Remove this key of "+p.Name+"? Sessions opened with it end at once.",
		"You are signed in with this very key: this session ends at once. Really?")
	if err != nil || !yes {
		return err
	}
	if err := m.Store.RemoveKey(m.ctx, m.actor, k.Fingerprint); err != nil {
		return m.fail(err)
	}
	m.changed(&undo{
		words: "to give the key back",
		still: m.personAs(p.ID, func(is model.Person) bool {
			return is.Name == p.Name && !slices.ContainsFunc(is.Keys, func(of model.Key) bool { return of.Fingerprint == k.Fingerprint })
		}),
		back: func() (string, error) {
			_, err := m.Store.AddKey(m.ctx, m.actor, p.Name, k)
			return p.Name + " has the key again", err
		},
	})
	m.say("Removed. z gives it back.")
	return nil
}

// pasteKey asks for the line of a .pub file; an empty person is oneself.
func (m *plainMode) pasteKey(person string) error {
	m.say("Paste the line of the .pub file, such as ssh-ed25519 AAAA and so on. " + giveUp)
	line, err := m.ask("> ")
	if err != nil {
		return err
	}
	if line == "." || line == "" {
		m.say("Nothing was done.")
		return nil
	}
	key, err := ParseKey(line)
	if err != nil {
		return m.fail(err)
	}
	if key, err = m.Store.AddKey(m.ctx, m.actor, person, key); err != nil {
		return m.fail(err)
	}
	m.changed(nil)
	m.say(key.Person + " can sign in with the key " + key.Fingerprint + " as well.")
	return nil
}
