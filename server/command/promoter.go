package command

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lastclick/model"
)

// roleText explains --role of `promoter add` and `promoter invite`.
const roleText = "what the person may do, `R`: owner (all of the client and its team), member (links, events and stats) or viewer (stats) (default member)"

// promoters are the commands about the people of a client.
func (s *session) promoters() *cobra.Command {
	return s.group("promoter", "Promoters: the people of a client, who sign in with their keys.", s.promoterInvite(), s.promoterAdd(), s.promoterList(), s.promoterSet(), s.promoterRevoke(), s.promoterRemove())
}

func (s *session) promoterAdd() *cobra.Command {
	var role, email, text string
	var noKey bool
	c := s.leaf(spec{
		use:   "add NAME",
		short: "Add a person with their public SSH key.",
		more: "NAME may have several words. Without the person's key, invite them instead: promoter invite. Where the daemon has a --user-ca, people need no key here: with --no-key they sign in with a certificate alone, " +
			"whose principal is their NAME or, where others have the name too, CLIENT/NAME (admin/NAME for an admin).",
		examples: []string{
			"promoter add Bo Lind --role viewer --key - < bo.pub",
			`promoter add Bo Lind --key "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReFVvD5obVsALAgJRNarH4TRpNePnAS bo@laptop"`,
			"promoter add Bo Lind --no-key",
		},
		role: model.Owner,
		many: true,
		run: func(ctx context.Context, args []string) error {
			var key model.Key
			switch {
			case noKey && text != "":
				return usagef("--key and --no-key exclude one another")
			case !noKey && text == "":
				return usagef("--key must be given, or --no-key")
			case !noKey:
				var err error
				if key, err = s.key(text); err != nil {
					return err
				}
			}
			a, err := s.actor(ctx)
			if err != nil {
				return err
			}
			person, err := s.Store.AddPerson(ctx, a, model.NewPerson{Name: strings.Join(args, " "), Email: email, Role: model.Role(role), Key: key, NoKey: noKey})
			if err != nil {
				return err
			}
			return s.reply(answer{json: person, text: func(p *page) {
				with := "the key " + key.Fingerprint
				if noKey {
					with = "a certificate that names them"
				}
				p.say(person.Name + " can sign in from now on" + place(person) + ", with " + with + ":")
				p.put("  " + strings.TrimSpace(s.ssh()))
			}})
		},
	})
	f := c.Flags()
	f.StringVar(&role, "role", string(model.Member), roleText)
	f.StringVar(&email, "email", "", "the person's `ADDRESS`, for their colleagues to see")
	f.StringVar(&text, "key", "", `the line of the person's .pub file, `+"`KEY`"+`; - reads it from the input`)
	f.BoolVar(&noKey, "no-key", false, "the person signs in with a certificate of --user-ca alone")
	return c
}

// place is the person's role and client, as a clause.
func place(p model.Person) string {
	if p.Client == nil {
		return " as an admin of the platform"
	}
	return " as " + string(p.Role) + " of " + *p.Client
}

// team is `promoter list --json`.
type team struct {
	Promoters []model.Person `json:"promoters"`
	Invites   []openInvite   `json:"invites"`
}

func (s *session) promoterList() *cobra.Command {
	return s.leaf(spec{
		use:      "list",
		short:    "List the client's people, and who is invited.",
		examples: []string{"promoter list"},
		role:     model.Owner,
		lists:    true,
		as: func(ctx context.Context, a model.Actor, _ []string) error {
			people, err := s.Store.People(ctx, a)
			if err != nil {
				return err
			}
			invited, err := s.Store.Invites(ctx, a)
			if err != nil {
				return err
			}
			invites := openInvites(invited)
			return s.reply(answer{
				json: team{people, invites},
				csv:  func() [][]string { return promoterRows(people, invites) },
				text: func(p *page) {
					loc := s.zone(ctx, a)
					s.promoterTable(p, people, len(invites) > 0, loc)
					s.inviteTable(p, invites, loc)
				},
			})
		},
	})
}

func (s *session) promoterTable(p *page, people []model.Person, invited bool, loc *time.Location) {
	switch {
	case len(people) == 0 && invited:
		p.say("This client has no people yet.")
		return
	case len(people) == 0:
		p.say("This client has no people yet. Invite the first person:")
		p.put("  " + s.ssh() + `promoter invite "Bo Lind" bo@example.com --role owner`)
		return
	}
	t := &table{columns: []column{
		{title: "Name", min: 10},
		{title: "Role"},
		{title: "Client", min: 6, drop: 4},
		{title: "Keys", right: true, drop: 2},
		{title: "Last seen", drop: 1},
		{title: "E-mail", min: 10, drop: 3},
	}}
	for _, x := range people {
		t.add(x.Name, string(x.Role), or(x.Client, "–"), strconv.Itoa(len(x.Keys)), minuteOr(x.LastSeen, loc, "never"), or(x.Email, "–"))
	}
	p.list(t)
}

// promoterRows are the people and, with the time at which their code expires, those
// who are invited.
func promoterRows(people []model.Person, invites []openInvite) [][]string {
	rows := [][]string{{"name", "email", "role", "client", "keys", "last_seen", "created_at", "expires_at"}}
	for _, x := range people {
		keys := make([]string, len(x.Keys))
		for i, k := range x.Keys {
			keys[i] = k.Fingerprint
		}
		rows = append(rows, []string{x.Name, or(x.Email, ""), string(x.Role), or(x.Client, ""), strings.Join(keys, " "), csvTime(x.LastSeen), csvTime(&x.CreatedAt), ""})
	}
	for _, x := range invites {
		rows = append(rows, []string{x.Name, x.Email, string(x.Role), or(x.Client, ""), "", "", csvTime(&x.CreatedAt), csvTime(&x.ExpiresAt)})
	}
	return rows
}

func (s *session) promoterSet() *cobra.Command {
	var role string
	c := s.leaf(spec{
		use:      "set NAME",
		short:    "Give a person another role.",
		more:     "Their open sessions end at once: they sign in again with the new role. The last owner stays one. Admins are of no client and have no other role.",
		examples: []string{"promoter set Bo Lind --role owner"},
		role:     model.Owner,
		many:     true,
		as: func(ctx context.Context, a model.Actor, args []string) error {
			person, err := s.Store.SetRole(ctx, a, strings.Join(args, " "), model.Role(strings.ToLower(role)))
			if err != nil {
				return err
			}
			return s.reply(answer{json: person, text: func(p *page) { p.say(person.Name + " signs in" + place(person) + " from now on.") }})
		},
	})
	f := c.Flags()
	f.StringVar(&role, "role", "", "what the person may do from now on, `R`: owner (all of the client and its team), member (links, events and stats) or viewer (stats)")
	require(f, "role")
	return c
}

func (s *session) promoterRemove() *cobra.Command {
	return s.leaf(spec{
		use:      "remove NAME",
		short:    "Remove a person and their keys.",
		more:     "Their open sessions end at once. The tracking links that they made stay. To withdraw an open invite, use promoter revoke.",
		examples: []string{"promoter remove Bo Lind"},
		role:     model.Owner,
		many:     true,
		as: func(ctx context.Context, a model.Actor, args []string) error {
			name := strings.Join(args, " ")
			if err := s.Store.RemovePerson(ctx, a, name); err != nil {
				return err
			}
			return s.removed(name, name+" is removed and cannot sign in any more.")
		},
	})
}
