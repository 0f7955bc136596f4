package tui

import (
	"cmp"
	"context"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
)

// teamPage is who signs in for the client: people, their keys beneath them, and the
// invites that nobody has used yet.
type teamPage struct {
	listPage[teamRow]
}

// teamRow is a person, one of their keys, or an invite.
type teamRow struct {
	person model.Person // of an invite: whom it is for
	key    *model.Key
	invite *model.Invite
}

func newTeam(e *env) *teamPage {
	p := &teamPage{newListPage(e, "team", "team", teamKey)}
	p.total = p.count
	faint := func(*teamRow) paint { return e.ink.faint }
	p.columns = []listColumn[teamRow]{
		{title: "Name and keys", text: p.name, least: 40, most: 53, ink: func(r *teamRow) paint {
			if r.key != nil {
				return e.ink.faint
			}
			return paint{}
		}, order: func(a, b *teamRow) int {
			return strings.Compare(strings.ToLower(a.person.Name), strings.ToLower(b.person.Name))
		}},
		{title: "Role", text: role, order: func(a, b *teamRow) int { return cmp.Compare(roleRank(a), roleRank(b)) }},
		{title: "Last use", text: p.lastUse, ink: faint, drop: 1, down: true, order: func(a, b *teamRow) int { return lastSeen(a).Compare(lastSeen(b)) }},
		{title: "E-mail or comment", text: contact, ink: faint, least: 12, drop: 2},
	}
	p.query = always(readTeam)
	p.about = func() string { return "Who signs in, with which keys" }
	p.none = func(w int) []string {
		return e.message(w, "Nobody is on this team yet.", "Press n to invite the first person. They sign in with their SSH key and the code that you give them.")
	}
	return p
}

func teamKey(r *teamRow) string {
	switch {
	case r.key != nil:
		return "key " + r.key.Fingerprint
	case r.invite != nil:
		return "invite " + r.invite.Name
	}
	return "person " + string(r.person.Role) + " " + r.person.Name
}

func readTeam(ctx context.Context, s model.Store, a model.Actor) (d listData[teamRow], err error) {
	people, err := s.People(ctx, a)
	if err != nil {
		return d, err
	}
	invites, err := s.Invites(ctx, a)
	if err != nil {
		return d, err
	}
	for _, who := range people {
		d.rows = append(d.rows, teamRow{person: who})
		for i := range who.Keys {
			d.rows = append(d.rows, teamRow{person: who, key: &who.Keys[i]})
		}
	}
	for i := range invites {
		n := &invites[i]
		d.rows = append(d.rows, teamRow{person: model.Person{Name: n.Name, Role: n.Role}, invite: n})
	}
	d.loc, err = clientZone(ctx, s, a)
	return d, err
}

func (p *teamPage) name(r *teamRow) string {
	switch {
	case r.key != nil:
		return p.env.mark.branch + " " + r.key.Fingerprint
	case p.own(r):
		return r.person.Name + " (you)"
	}
	return r.person.Name
}

// own says whether the row is the actor's own, or the key that they signed in with.
func (p *teamPage) own(r *teamRow) bool {
	a := p.env.actor
	if r.key != nil {
		return r.key.Fingerprint == a.Key
	}
	return r.invite == nil && r.person.ID == a.Person
}

func role(r *teamRow) string {
	if r.key != nil {
		return "key"
	}
	return string(r.person.Role)
}

func roleRank(r *teamRow) int {
	rank := map[model.Role]int{model.Admin: 0, model.Owner: 1, model.Member: 2, model.Viewer: 3}[r.person.Role]
	if r.invite != nil {
		rank += 4
	}
	return rank
}

// lastSeen is when the person was seen last, also for their keys, which stay with
// them however the list is sorted.
func lastSeen(r *teamRow) time.Time {
	if r.person.LastSeen == nil {
		return time.Time{}
	}
	return *r.person.LastSeen
}

func (p *teamPage) lastUse(r *teamRow) string {
	switch {
	case r.invite != nil:
		return "invited, ends " + p.env.moment(r.invite.ExpiresAt, p.loc)
	case r.key != nil && p.own(r):
		return "now"
	case r.key != nil:
		return p.env.stamp(r.key.LastSeen, p.loc)
	}
	return p.env.stamp(r.person.LastSeen, p.loc)
}

func contact(r *teamRow) string {
	switch {
	case r.key != nil:
		return r.key.Comment
	case r.invite != nil:
		return r.invite.Email
	case r.person.Email != nil:
		return *r.person.Email
	}
	return ""
}

func (p *teamPage) count() string {
	var people, keys, invites int64
	for i := range p.rows {
		switch r := &p.rows[i]; {
		case r.key != nil:
			keys++
		case r.invite != nil:
			invites++
		default:
			people++
		}
	}
	text := plural(people, "person", "people") + ", " + plural(keys, "key", "keys")
	if invites > 0 {
		text += ", " + plural(invites, "open invite", "open invites")
	}
	return text
}

func (p *teamPage) crumbs() []string { return []string{"Live Stats", "Team"} }
func (p *teamPage) twins() []string {
	return []string{"promoter list", "promoter invite NAME EMAIL --role member", "promoter remove NAME", "key list", "key remove FINGERPRINT"}
}

func (p *teamPage) keys() []binding {
	if p.searching {
		return p.list.keys()
	}
	bs := []binding{{[]string{"n"}, "n", "invite somebody", "invite", func() tea.Cmd { return push(newInviteForm(p.env)) }}}
	if r := p.current(); r != nil {
		row := *r
		bs = append(bs, binding{[]string{"x"}, "x", "remove the person or the key, or revoke the invite (asks first)", "remove", func() tea.Cmd { return p.remove(row) }})
		if r.key != nil {
			bs = append(bs, binding{[]string{"c"}, "c", "copy the fingerprint", "copy", func() tea.Cmd { return p.env.copied("Fingerprint", row.key.Fingerprint) }})
		}
	}
	return append(bs, p.list.keys()...)
}

// remove asks, and asks again where one would shut oneself out.
func (p *teamPage) remove(r teamRow) tea.Cmd {
	e := p.env
	switch {
	case r.invite != nil:
		return ask("Revoke the invite of "+r.invite.Name+"? Its code opens nothing any more.", change(e, func(ctx context.Context, s model.Store, a model.Actor) changedMsg {
			return changedMsg{text: "Revoked the invite of " + r.invite.Name, err: s.RevokeInvite(ctx, a, r.invite.Name)}
		}))
	case r.key != nil:
		yes := change(e, func(ctx context.Context, s model.Store, a model.Actor) changedMsg {
			return changedMsg{text: "Removed a key of " + r.person.Name, err: s.RemoveKey(ctx, a, r.key.Fingerprint)}
		})
		if p.own(&r) {
			yes = ask("You are signed in with this very key: this session ends at once. Really?", yes)
		}
		return ask("Remove this key of "+r.person.Name+"? Sessions opened with it end at once.", yes)
	}
	yes := change(e, func(ctx context.Context, s model.Store, a model.Actor) changedMsg {
		return changedMsg{text: "Removed " + r.person.Name, err: s.RemovePerson(ctx, a, r.person.Name)}
	})
	if p.own(&r) {
		yes = ask("This is you: your session ends at once, and you cannot come back. Really?", yes)
	}
	return ask("Remove "+r.person.Name+"? All their keys and open sessions end at once.", yes)
}
