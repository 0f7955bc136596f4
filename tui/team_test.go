package tui

import (
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/muesli/termenv"

	"lastclick/model"
)

func TestInvite_Code_ShownOnce(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, w: 100, h: 24, profile: termenv.Ascii})
	c.press("4", "n", "ctrl+s")
	c.sees("! Name is missing")
	c.write("Kim Park")
	c.press("tab")
	c.write("kim@")
	c.press("tab")
	c.sees(`"kim@" is not an e-mail address`)
	c.press("shift+tab")
	c.write("example.com")
	c.press("enter", "right", "ctrl+s") // member, viewer
	c.sees("K7QF-2MXP-9RTD", "A mail with it to kim@example.com is queued", "ssh -p 2222 tickets.example", "It works once, until 8 Jun 2026 13:00.")
	c.press("c")
	if got := strings.Join(append(store.calls, c.copied...), ", "); got != "invite Kim Park kim@example.com viewer, K7QF-2MXP-9RTD" {
		t.Errorf("it came to %q", got)
	}
	c.press("enter")
	c.sees("Who signs in")
	c.misses("K7QF")
}

func TestInvite_Role_OnlyAnAdminInvitesAdmins(t *testing.T) {
	for role, want := range map[model.Role]bool{model.Owner: false, model.Admin: true} {
		c := open(t, setup{client: "acme", role: role, w: 100, h: 24, profile: termenv.Ascii})
		c.press("4", "n", "tab", "tab")
		found := false
		for range 4 {
			c.press("right")
			found = found || strings.Contains(c.screen(), "[ admin")
		}
		if found != want {
			t.Errorf("%s may invite an admin: %v", role, found)
		}
	}
}

func TestTeam_Remove_AsksTwiceForOnesOwn(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, w: 100, h: 24, profile: termenv.Ascii})
	c.press("4", "-")
	c.sees("Remove Sam? All their keys and open sessions end at once. y/N")
	c.press("y")
	c.sees("This is you", "y/N")
	c.press("n", "j", "-", "y")
	c.sees("You are signed in with this very key", "y/N")
	c.press("enter")
	if len(store.calls) > 0 {
		t.Fatalf("without a second yes: %v", store.calls)
	}
	c.press("-", "y", "y", "j", "-", "y", "j", "-", "y", "G", "-", "y")
	want := "remove SHA256:qH8baHrA5X0qCBovKCZyM02Q7TFtK4GMqVgOo4TZJAE, remove SHA256:2rTcyo1bA9mVgOo4TZJAEqH8baHrA5X0qCBovKCZyM0, remove Bo Lind, revoke Kim Park"
	if got := strings.Join(store.calls, ", "); got != want {
		t.Errorf("the store was asked to\n%s, not\n%s", got, want)
	}
}

func TestTeam_LastOwner_RefusedInWords(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, w: 120, h: 24, profile: termenv.Ascii})
	c.press("4")
	store.fail = &model.Error{Kind: model.Conflict, Msg: "the team would be left without an owner", Hint: "add another owner first"}
	c.press("-", "y", "y")
	c.sees("! The team would be left without an owner: add another owner first", "Bo Lind")
}

func TestTeam_Role_ChangedAndUndone(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, w: 120, h: 24, profile: termenv.Ascii})
	c.press("4", "G", "E")
	c.misses("Role of")
	c.press("k", "E")
	c.misses("Role of") // a key has none
	c.press("k", "E")
	c.sees("Role of Bo Lind", "owner", "A viewer sees all numbers and changes nothing.")
	c.press("enter") // the one that it is
	c.misses("y/N")
	c.press("E", "up", "enter")
	c.sees("Give Bo Lind the role member? Their open sessions end at once;", "y/N")
	c.press("n", "E", "up", "enter", "y")
	c.sees("✓ Bo Lind has the role member · z gives viewer back (10 s)")
	c.press("z")
	calls(t, store, "role of Bo Lind member", "role of Bo Lind viewer")
}

func TestTeam_OwnRole_AsksTwice(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, w: 120, h: 24, profile: termenv.Ascii})
	c.press("4", "E", "down", "enter", "y")
	c.sees("This is you: your session ends at once", "y/N")
	c.press("n")
	calls(t, store)
	c.press("E", "down", "enter", "y", "y")
	calls(t, store, "role of Sam member")
}

func TestTeam_Keys_PastedListedRemoved(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, w: 120, h: 24, profile: termenv.Ascii})
	c.press("4")
	c.sees("this session")
	c.press("+")
	c.sees("Add a key of yours", "Paste the one line of a .pub file")
	c.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("ssh-ed25519 AAAA"), Paste: true})
	c.press("enter")
	c.sees("! Public key is not an SSH public key")
	c.write(" sam@tablet")
	c.sees("✓ SHA256:sam@tablet")
	c.press("enter")
	c.sees("✓ Added a key of Sam · z removes it (10 s)")
	c.press("z", "j", "j", "-", "y")
	c.sees("Removed a key of Sam · z gives it back (10 s)")
	c.press("z")
	calls(t, store, `add SHA256:sam@tablet to ""`, "remove SHA256:sam@tablet", "remove SHA256:2rTcyo1bA9mVgOo4TZJAEqH8baHrA5X0qCBovKCZyM0", `add SHA256:2rTcyo1bA9mVgOo4TZJAEqH8baHrA5X0qCBovKCZyM0 to "Sam"`)
	c.press("j", "+")
	c.sees("Add a key of Bo Lind")
}

func TestTeam_RoleOfAnAdmin_SaysWhyThereIsNone(t *testing.T) {
	store := newFake()
	store.people[0].Role = model.Admin
	c := open(t, setup{client: "acme", store: store, role: model.Admin, w: 120, h: 24, profile: termenv.Ascii})
	c.press("4", "E")
	c.sees("Sam is an admin of the platform; roles are of a client")
	c.misses("Role of Sam")
}
