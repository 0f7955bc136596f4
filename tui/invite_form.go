package tui

import (
	"context"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
)

// inviteForm asks somebody to join: the code that it comes to is shown once.
type inviteForm struct {
	form
	loc *time.Location
}

func newInviteForm(e *env) *inviteForm {
	p := &inviteForm{form: newForm(e, "Invite somebody"), loc: time.UTC}
	p.button, p.doing = "Invite", "Inviting"
	p.ask("name", "Name", "of the person", "")
	p.ask("email", "E-mail", "gets the code; optional", "")
	roles := model.Roles
	if e.actor.Role == model.Admin {
		roles = append(append([]model.Role{}, roles...), model.Admin)
	}
	p.offer("role", "Role", "", plainChoices(roles)).choose(string(model.Member))
	p.check = func(f *formField) error {
		n := model.NewPerson{Name: "x"}
		switch f.key {
		case "name":
			n.Name = f.value()
		case "email":
			n.Email = f.value()
		}
		_, err := n.Validate()
		return err
	}
	p.send = func() tea.Cmd {
		n := model.NewPerson{Name: p.trimmedValue("name"), Email: p.trimmedValue("email"), Role: model.Role(p.field("role").value())}
		return load(e, claim{owner: p.owner}, func(ctx context.Context, s model.Store, a model.Actor) (model.Invite, error) {
			return s.Invite(ctx, a, n)
		})
	}
	p.explain = func(w int) []string {
		return e.paragraph(w, e.ink.faint, map[model.Role]string{
			model.Owner:  "An owner may do everything for this client, and looks after the team.",
			model.Member: "A member creates links and events, and sees all numbers.",
			model.Viewer: "A viewer sees all numbers and changes nothing.",
			model.Admin:  "An admin runs the whole platform and sees every client.",
		}[model.Role(p.field("role").value())])
	}
	return p
}

func (p *inviteForm) twins() []string { return []string{"promoter invite NAME EMAIL --role member"} }

func (p *inviteForm) start() tea.Cmd {
	return load(p.env, claim{owner: p.owner}, clientZone)
}

func (p *inviteForm) update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case answer[*time.Location]:
		if m.err == nil {
			p.loc = m.value
		}
	case answer[model.Invite]:
		if p.refused(m.err) {
			return nil
		}
		return replace(p.invited(m.value))
	default:
		return p.taken(msg)
	}
	return nil
}

// invited is the code, and what to do with it.
func (p *inviteForm) invited(i model.Invite) *secretPage {
	e := p.env
	give := "Give it to " + i.Name + ": it is shown this once."
	if i.Email != "" {
		give = "It is on its way to " + i.Email + ", and is shown this once."
	}
	return newSecret(e, "Invite code for "+clean(i.Name), "Invite code", i.Code, give,
		i.Name+" signs in with their own SSH key and enters the code, which then belongs to that key: "+e.connect(),
		"It works once, until "+i.ExpiresAt.In(p.loc).Format("2 Jan 2006 15:04")+".")
}
