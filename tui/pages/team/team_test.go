package team

import (
	"strings"
	"testing"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/ui"
)

func TestTeam_KeysBeneathShortNames_AreNotCut(t *testing.T) {
	const fingerprint = "SHA256:qH8baHrA5X0qCBovKCZyM02Q7TFtK4GMqVgOo4TZJAE"
	p := New(&page.Session{Theme: ui.NewTheme(nil, false), Actor: model.Actor{Person: 1, Role: model.Owner, Key: fingerprint}})
	p.ShowRows([]row{{person: model.Person{ID: 1, Name: "Sam", Role: model.Owner, Keys: []model.Key{{Fingerprint: fingerprint, Comment: "sam@laptop"}}}}})
	p.Table.Layout(100)
	lines := p.Table.Lines(5)
	if len(lines) != 2 || !strings.Contains(lines[0], "Sam (you)") || !strings.Contains(lines[1], "└ "+fingerprint) || !strings.Contains(lines[1], "sam@laptop") {
		t.Errorf("%q", lines)
	}
	if got := p.count(); got != "1 person, 1 key" {
		t.Errorf("it counts %q", got)
	}
}

func TestInviteForm_Roles_OnlyAnAdminGivesAdmin(t *testing.T) {
	for role, want := range map[model.Role]int{model.Owner: 3, model.Admin: 4} {
		p := newInviteForm(&page.Session{Theme: ui.NewTheme(nil, false), Actor: model.Actor{Role: role}})
		if got := len(p.Form.Field("role").Options); got != want {
			t.Errorf("%s may give %d roles, not %d", role, got, want)
		}
	}
}
