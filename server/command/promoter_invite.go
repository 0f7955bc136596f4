package command

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lastclick/model"
)

func (s *session) promoterInvite() *cobra.Command {
	var role string
	c := s.leaf(spec{
		use:   "invite NAME EMAIL",
		short: "Invite a person, who signs in with a key of their own.",
		more:  "NAME may have several words: the last word is the address, which the code is mailed to. It works once, until it expires: the key that enters it becomes the person's. A second invite of the same name replaces the first.",
		examples: []string{
			`promoter invite "Bo Lind" bo@example.com`,
			`promoter invite "Rita Ora" rita@example.com --role viewer`,
		},
		role: model.Owner,
		many: true,
		as: func(ctx context.Context, a model.Actor, args []string) error {
			last := len(args) - 1
			invite, err := s.Store.Invite(ctx, a, model.NewPerson{Name: strings.Join(args[:last], " "), Email: args[last], Role: model.Role(role)})
			if err != nil {
				return err
			}
			return s.reply(answer{json: invite, text: func(p *page) { s.invitePage(p, invite, s.zone(ctx, a)) }})
		},
	})
	c.Flags().StringVar(&role, "role", string(model.Member), roleText)
	return c
}

// invitePage is what the person who invites has to pass on.
func (s *session) invitePage(p *page, i model.Invite, loc *time.Location) {
	as := " as " + string(i.Role)
	if i.Client != nil {
		as += " of " + *i.Client
	}
	p.say(i.Name + " is invited" + as + ". The invite code, shown this once:")
	p.gap()
	p.put("  " + i.Code)
	p.gap()
	p.say("It works once, until " + minute(i.ExpiresAt, loc) + ", and a mail with it to " + i.Email + " " + model.MailGoes(s.MailsToFiles) + ". " + i.Name + " signs in with their own key and enters the code where the screen asks for it:")
	p.put("  " + strings.TrimSpace(s.ssh()))
	p.say("Or, without the screen:")
	p.put("  " + s.ssh() + "join " + i.Code)
}

func (s *session) promoterRevoke() *cobra.Command {
	return s.leaf(spec{
		use:      "revoke NAME",
		short:    "Withdraw an open invite: its code stops working.",
		more:     "A person who has used their code already is removed with promoter remove.",
		examples: []string{"promoter revoke Bo Lind"},
		role:     model.Owner,
		many:     true,
		as: func(ctx context.Context, a model.Actor, args []string) error {
			name := strings.Join(args, " ")
			if err := s.Store.RevokeInvite(ctx, a, name); err != nil {
				return err
			}
			return s.removed(name, "The invite of "+name+" is withdrawn.")
		},
	})
}

// openInvite is an invite in a list: its code was shown once, when it was made.
type openInvite struct {
	Name      string     `json:"name"`
	Email     string     `json:"email"`
	Role      model.Role `json:"role"`
	Client    *string    `json:"client"`
	ExpiresAt time.Time  `json:"expires_at"`
	CreatedAt time.Time  `json:"created_at"`
}

func openInvites(invites []model.Invite) []openInvite {
	open := make([]openInvite, len(invites))
	for i, x := range invites {
		open[i] = openInvite{x.Name, x.Email, x.Role, x.Client, x.ExpiresAt, x.CreatedAt}
	}
	return open
}

// inviteTable lists the open invites beneath the people, if there are any.
func (s *session) inviteTable(p *page, invites []openInvite, loc *time.Location) {
	if len(invites) == 0 {
		return
	}
	p.gap()
	p.title("Invited, not joined yet")
	t := &table{columns: []column{{title: "Name", min: 10}, {title: "Role"}, {title: "Client", min: 6, drop: 3}, {title: "Expires", drop: 1}, {title: "E-mail", min: 10, drop: 2}}}
	for _, x := range invites {
		t.add(x.Name, string(x.Role), or(x.Client, "–"), minute(x.ExpiresAt, loc), x.Email)
	}
	p.list(t)
}
