package team

import (
	"context"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/ui"
)

// Team is who signs in for the client: people, their keys beneath them, and the
// invites that are not used yet.
type Team struct {
	page.ListPage[row]
}

// New is the team of the client that is worked on.
func New(s *page.Session) *Team {
	p := &Team{}
	p.InitList(s, "team", "team", (*row).id, page.Always(readTeam(s)))
	p.Table.Children, p.Table.Open = (*row).keys, true
	p.Table.Columns = p.columns()
	p.Table.Search = search
	p.About = func() string { return "Who signs in, with which keys" }
	p.Total = p.count
	p.None = func(w int) []string {
		return p.Theme.Message(w, "The team has no people yet.", "Press "+p.Keys.Name("n")+" to invite the first person. They sign in with their SSH key and the code that you give them.")
	}
	p.Own = []ui.Action{
		ui.On("n", "invite", "invite a person", func() tea.Cmd { return p.Open(newInviteForm(s)) }),
		p.OnRow("E", "role", "change the person's role (asks first)", p.editRole).If(func() bool { return hasRole(p.Table.Current()) }),
		p.OnRow("E", "", "", p.noRole).If(func() bool { return isAdmin(p.Table.Current()) }),
		p.OnRow("+", "add key", "add a key of the person, pasted", func(r row) tea.Cmd {
			return p.Open(newKeyForm(s, r.person, r.person.ID == p.Actor.Person))
		}).If(func() bool { r := p.Table.Current(); return r != nil && r.invite == nil && s.ReadKey != nil }),
		p.OnRow("-", "remove", "remove the person or the key, or revoke the invite (asks first)", p.remove).Called("delete"),
		ui.On("H", "hooks", "hooks: addresses that are told of sales and scans", func() tea.Cmd { return p.Open(p.Routes.Hooks(s)) }),
		p.OnRow("c", "copy", "copy the fingerprint", func(r row) tea.Cmd { return p.CopyText("Fingerprint", r.key.Fingerprint) }).
			If(func() bool { r := p.Table.Current(); return r != nil && r.key != nil }),
		p.ExportAction(func() page.Export {
			return page.Export{Args: "promoter list --csv", File: "team.csv", Notes: []string{"Their keys: key list --csv."}}
		}).If(p.HasRow),
	}
	return p
}

func readTeam(of *page.Session) page.Call[page.List[row]] {
	change := of.ChangesClient()
	return func(ctx context.Context, s page.Store, a model.Actor) (d page.List[row], err error) {
		if d.Rows, err = readRows(ctx, s, a); err != nil {
			return d, err
		}
		c, err := s.Client(ctx, a, a.Client)
		d.Zone, d.Note = c.Location(), "Attribution: "+c.Attribution()+change
		return d, err
	}
}

// readRows are the people with their keys, and the invites.
func readRows(ctx context.Context, s page.Store, a model.Actor) (rows []row, err error) {
	people, err := s.People(ctx, a)
	if err != nil {
		return nil, err
	}
	invites, err := s.Invites(ctx, a)
	if err != nil {
		return nil, err
	}
	for _, who := range people {
		rows = append(rows, row{person: who})
	}
	for i := range invites {
		n := &invites[i]
		rows = append(rows, row{person: model.Person{Name: n.Name, Role: n.Role}, invite: n})
	}
	return rows, nil
}

func (p *Team) count() string {
	var people, keys, invites int64
	for i := range p.Rows {
		if p.Rows[i].invite != nil {
			invites++
			continue
		}
		people++
		keys += int64(len(p.Rows[i].person.Keys))
	}
	text := model.Plural(people, "person", "people") + ", " + model.Plural(keys, "key", "keys")
	if invites > 0 {
		text += ", " + model.Plural(invites, "open invite", "open invites")
	}
	return text
}

// Crumbs is the way here.
func (p *Team) Crumbs() []string { return []string{"Live Stats", "Team"} }

// ShellCommands list and change the team.
func (p *Team) ShellCommands() []page.Args {
	return []page.Args{"promoter list", "promoter invite NAME EMAIL --role member", "promoter set NAME --role owner", "promoter remove NAME", "key list", "key add < id_ed25519.pub", "key remove FINGERPRINT", page.Args("client show").With(p.Actor.Client)}
}

// remove asks, and asks again where people would lock themselves out.
func (p *Team) remove(r row) tea.Cmd {
	switch {
	case r.invite != nil:
		return p.Ask("Revoke the invite of "+r.invite.Name+"? Its code is no longer valid then.", func() tea.Cmd {
			return p.Change("Revoked the invite of "+r.invite.Name, func(ctx context.Context, s page.Store, a model.Actor) error {
				return s.RevokeInvite(ctx, a, r.invite.Name)
			})
		})
	case r.key != nil:
		k := *r.key
		k.Person = r.person.Name
		return p.askToRemove(&r, "Remove this key of "+r.person.Name+"? Sessions opened with it end at once.",
			"You are signed in with this very key: this session ends at once. Really?",
			func(ctx context.Context, s page.Store, a model.Actor) (page.Done, error) {
				text, err := removeKey(k)(ctx, s, a)
				return page.Done{Text: text, Undo: page.Undo{Label: "gives it back", Do: addKey(k)}}, err
			})
	}
	return p.askToRemove(&r, "Remove "+r.person.Name+"? All their keys and open sessions end at once.",
		"This is you: your session ends at once, and you cannot come back. Really?",
		func(ctx context.Context, s page.Store, a model.Actor) (page.Done, error) {
			return page.Done{Text: "Removed " + r.person.Name}, s.RemovePerson(ctx, a, r.person.Name)
		})
}

// askToRemove asks first, and then second where the row is the actor's own.
func (p *Team) askToRemove(r *row, first, second string, call page.Call[page.Done]) tea.Cmd {
	remove := func() tea.Cmd { return p.ChangeTo(call) }
	if !p.own(r) {
		return p.Ask(first, remove)
	}
	return p.Ask(first, func() tea.Cmd { return p.Ask(second, remove) })
}
