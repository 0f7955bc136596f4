package team

import (
	"cmp"
	"strings"
	"time"

	"lastclick/model"
	"lastclick/tui/ui"
)

// row is a person, one of their keys beneath them, or an invite.
type row struct {
	person model.Person // of an invite: whom it is for
	key    *model.Key
	invite *model.Invite
}

// id tells rows apart: an invite may have the name of a person.
func (r *row) id() string {
	switch {
	case r.key != nil:
		return "key " + r.key.Fingerprint
	case r.invite != nil:
		return "invite " + r.invite.Name
	}
	return "person " + string(r.person.Role) + " " + r.person.Name
}

// keys are the rows beneath a person.
func (r *row) keys() []row {
	rows := make([]row, len(r.person.Keys))
	for i := range rows {
		rows[i] = row{person: r.person, key: &r.person.Keys[i]}
	}
	return rows
}

func (p *Team) columns() []ui.Column[row] {
	faint := func(*row) ui.Style { return p.Theme.Faint }
	return []ui.Column[row]{
		{
			Title: "Name and keys", Text: p.name, Width: widest(p.name), Min: 40, Max: 53,
			Style: func(r *row) ui.Style {
				if r.key != nil {
					return p.Theme.Faint
				}
				return ui.Style{}
			},
			Compare: func(a, b *row) int {
				return strings.Compare(strings.ToLower(a.person.Name), strings.ToLower(b.person.Name))
			},
		},
		{Title: "Role", Text: role, Compare: func(a, b *row) int { return cmp.Compare(roleRank(a), roleRank(b)) }},
		{
			Title: "Last use", Text: p.lastUse, Width: widest(p.lastUse), Style: faint, Drop: 2, Descending: true,
			Compare: func(a, b *row) int { return lastSeen(a).Compare(lastSeen(b)) },
		},
		{Title: "E-mail or comment", Short: []string{"Contact"}, Text: contact, Width: widest(contact), Style: faint, Min: 12, Drop: 3},
	}
}

// widest is the cells that a text takes in a row and in the keys beneath it, which the
// table does not measure.
func widest(text func(*row) string) func(*row) int {
	return func(r *row) int {
		w := ui.Width(model.Line(text(r)))
		for _, key := range r.keys() {
			w = max(w, ui.Width(model.Line(text(&key))))
		}
		return w
	}
}

func (p *Team) name(r *row) string {
	switch {
	case r.key != nil:
		return p.Theme.Glyph.Branch + " " + r.key.Fingerprint
	case p.own(r):
		return r.person.Name + " (you)"
	}
	return r.person.Name
}

// own says whether the row is the actor's own, or the key that they signed in with.
func (p *Team) own(r *row) bool {
	if r.key != nil {
		return r.key.Fingerprint == p.Actor.Key
	}
	return r.invite == nil && r.person.ID == p.Actor.Person
}

func role(r *row) string {
	if r.key != nil {
		return "key"
	}
	return string(r.person.Role)
}

// roleRank sorts people from the most to the least, and invites after them.
func roleRank(r *row) int {
	rank := map[model.Role]int{model.Admin: 0, model.Owner: 1, model.Member: 2, model.Viewer: 3}[r.person.Role]
	if r.invite != nil {
		rank += 4
	}
	return rank
}

// lastSeen is when the person was seen last, the zero time for never.
func lastSeen(r *row) time.Time {
	if r.person.LastSeen == nil {
		return time.Time{}
	}
	return *r.person.LastSeen
}

func (p *Team) lastUse(r *row) string {
	switch {
	case r.invite != nil:
		return "invited, ends " + p.Moment(r.invite.ExpiresAt, p.Zone)
	case r.key != nil && p.own(r):
		return "this session"
	case r.key != nil:
		return p.Stamp(r.key.LastSeen, p.Zone)
	}
	return p.Stamp(r.person.LastSeen, p.Zone)
}

func contact(r *row) string {
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

// search is what the filter looks in: of a key that is found, its person is shown.
func search(r *row) string {
	of := []string{r.person.Name, string(r.person.Role)}
	if r.person.Email != nil {
		of = append(of, *r.person.Email)
	}
	if r.invite != nil {
		of = append(of, r.invite.Email, "invite")
	}
	if r.key != nil {
		of = append(of, r.key.Fingerprint, r.key.Comment)
	}
	return strings.Join(of, "\n")
}
