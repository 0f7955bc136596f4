package team

import (
	"context"
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/ui"
)

// mayDo says what the people of a role may do.
var mayDo = map[model.Role]string{
	model.Owner:  "An owner may do everything for this client, and looks after the team.",
	model.Member: "A member creates links and events, and sees all numbers.",
	model.Viewer: "A viewer sees all numbers and changes nothing.",
	model.Admin:  "An admin runs the whole platform and sees every client.",
}

// hasRole says whether the row is of a person whose role can be changed: an admin is of no
// client.
func hasRole(r *row) bool {
	return r != nil && r.invite == nil && r.key == nil && r.person.Role != model.Admin
}

// isAdmin says whether the row is an admin.
func isAdmin(r *row) bool {
	return r != nil && r.invite == nil && r.key == nil && r.person.Role == model.Admin
}

// noRole says why there is nothing to choose.
func (p *Team) noRole(r row) tea.Cmd {
	return p.Toast(page.Warning, model.Line(r.person.Name)+" is an admin of the platform; roles are of a client")
}

// editRole asks which role a person gets, and whether to.
func (p *Team) editRole(r row) tea.Cmd {
	var choices []ui.Choice
	for _, role := range model.Roles {
		choices = append(choices, ui.Choice{Value: string(role), Title: string(role), Note: mayDo[role]})
	}
	return p.Open(page.NewPicker(p.Session, "Role of "+model.Line(r.person.Name), choices, string(r.person.Role), func(c ui.Choice) tea.Cmd {
		role := model.Role(c.Value)
		if role == r.person.Role {
			return nil
		}
		return p.askRole(&r, role)
	}))
}

func (p *Team) askRole(r *row, role model.Role) tea.Cmd {
	who := r.person
	set := func(to model.Role) page.Call[string] {
		return func(ctx context.Context, s page.Store, a model.Actor) (string, error) {
			_, err := s.SetRole(ctx, a, who.Name, to)
			return who.Name + " has the role " + string(to), err
		}
	}
	giveBack := func(ctx context.Context, s page.Store, a model.Actor) (string, error) {
		people, err := s.People(ctx, a)
		if err == nil && !slices.ContainsFunc(people, func(is model.Person) bool { return is.ID == who.ID && is.Role == role }) {
			err = model.ErrChangedSince
		}
		if err != nil {
			return "", err
		}
		return set(who.Role)(ctx, s, a)
	}
	change := func() tea.Cmd {
		return p.ChangeTo(func(ctx context.Context, s page.Store, a model.Actor) (page.Done, error) {
			text, err := set(role)(ctx, s, a)
			return page.Done{Text: text, Undo: page.Undo{Label: "gives " + string(who.Role) + " back", Do: giveBack}}, err
		})
	}
	ask := "Give " + who.Name + " the role " + string(role) + "? Their open sessions end at once; they sign in again with it."
	if !p.own(r) {
		return p.Ask(ask, change)
	}
	return p.Ask(ask, func() tea.Cmd {
		return p.Ask("This is you: your session ends at once, and only another owner can give you the role back. Really?", change)
	})
}
