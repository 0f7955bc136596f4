package team

import (
	"context"
	"slices"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/ui"
)

// inviteForm invites a person, and shows once the code that signs them in.
type inviteForm struct {
	page.FormPage
	zone *time.Location // the client's, for the end of the invite
}

func newInviteForm(s *page.Session) *inviteForm {
	p := &inviteForm{zone: time.UTC}
	p.InitForm(s, "Invite a person", "Invite", "Inviting")
	p.Form.Ask("name", "Name", "of the person", "")
	p.Form.Ask("email", "E-mail", "gets the code; optional", "")
	roles := slices.Clone(model.Roles)
	if p.Actor.Role == model.Admin {
		roles = append(roles, model.Admin)
	}
	p.Form.Offer("role", "Role", "", ui.PlainChoices(roles)).Choose(string(model.Member))
	p.Commands = func() []page.Args { return []page.Args{"promoter invite NAME EMAIL --role member"} }
	p.Validate = func() error {
		_, err := p.entered().Validate()
		return err
	}
	p.Loads, p.Form.Send, p.Form.Explain = p.readZone, p.send, p.explainRole
	return p
}

func (p *inviteForm) readZone() tea.Cmd {
	return page.Do(p.Session, p.ID(), page.ClientZone, func(zone *time.Location, err error) tea.Cmd {
		if err == nil { // UTC does where the zone cannot be read
			p.zone = zone
		}
		return nil
	})
}

func (p *inviteForm) entered() model.NewPerson {
	return model.NewPerson{Name: p.Form.Value("name"), Email: p.Form.Value("email"), Role: model.Role(p.Form.Value("role"))}
}

func (p *inviteForm) explainRole(w int) []string {
	return p.Theme.Paragraph(w, p.Theme.Faint, mayDo[model.Role(p.Form.Value("role"))])
}

func (p *inviteForm) send() tea.Cmd {
	n := p.entered()
	return page.Send(&p.FormPage, func(ctx context.Context, s page.Store, a model.Actor) (model.Invite, error) {
		return s.Invite(ctx, a, n)
	}, p.invited)
}

// invited shows the code, and what to do with it.
func (p *inviteForm) invited(i model.Invite) tea.Cmd {
	p.Announce("team", (&row{invite: &i, person: model.Person{Name: i.Name}}).id())
	give := "Give it to " + i.Name + ": it is shown this once."
	if i.Email != "" {
		give = "A mail with it to " + i.Email + " is queued, and it is shown this once."
		if p.MailsToFiles {
			give = "Give it to " + i.Name + ": it is shown this once, and the mail with it " + model.MailGoes(true) + "."
		}
	}
	return p.Replace(page.NewSecret(p.Session, "Invite code for "+model.Line(i.Name), "Invite code", i.Code, give,
		i.Name+" signs in with their own SSH key and enters the code, which then belongs to that key: "+p.Connect,
		"It works once, until "+i.ExpiresAt.In(p.zone).Format("2 Jan 2006 15:04")+"."))
}
