package main

import (
	"slices"
	"strings"
	"testing"
)

type linkNow struct {
	Name, Email string
	Archived    bool
	Stats       string `json:"stats_url"`
}

func (p *platform) link(code string) (l linkNow) {
	p.t.Helper()
	p.json(&l, "link", "show", code)
	return l
}

// Edit, marks, undo and the owner's stats page over real SSH and a real store: what the
// console says is what the commands then say, and the audit has each step.
func TestConsole_EditMarkUndo_ReachTheStore(t *testing.T) {
	p := serve(t)
	p.seed()
	p.run("link", "add", "Ben", "ben@example.com", "--code", "ben", "--no-mail")
	s := p.console(p.admin, 120, 36)
	s.waitFor("Ana", "Ben", "Total")

	s.press("gE")
	s.waitFor("Edit ana", "ana@example.com")
	s.press(" Diaz\x13")
	s.waitFor("Saved ana · z undoes it")
	if got := p.link("ana").Name; got != "Ana Diaz" {
		t.Errorf("the name is %q", got)
	}
	s.press("z")
	s.waitFor("ana is as it was")
	if got := p.link("ana").Name; got != "Ana" {
		t.Errorf("undone, the name is %q", got)
	}

	s.press("ttay")
	s.waitFor("Archived 2 links · z restores them", "0 links", "All links are archived.")
	if !p.link("ana").Archived || !p.link("ben").Archived {
		t.Error("they are not archived")
	}
	s.press("z")
	s.waitFor("Restored 2 links", "Ana", "Ben")
	if p.link("ana").Archived || p.link("ben").Archived {
		t.Error("they are not restored")
	}

	before := p.link("ana").Stats
	s.press("g\r")
	s.waitFor("Link Tracking › ana")
	s.press("P")
	s.waitFor("y/N")
	s.press("y")
	s.waitFor("The stats page has a new address")
	after := p.link("ana").Stats
	if after == before {
		t.Error("the stats page has its old address")
	}
	s.press("pG")
	s.waitFor("clipboard (OSC 52)", after)
	s.quit()

	var audit struct {
		Audit []struct{ Action, Object string }
	}
	p.json(&audit, "audit")
	var steps []string
	for _, e := range slices.Backward(audit.Audit) {
		if strings.HasPrefix(e.Action, "link ") && e.Action != "link add" {
			steps = append(steps, e.Action+" "+e.Object)
		}
	}
	want := "link set ana, link set ana, link archive ana, link archive ben, link restore ana, link restore ben, link set ana"
	got := strings.Join(steps, ", ")
	if other := strings.NewReplacer("archive ana, link archive ben", "archive ben, link archive ana", "restore ana, link restore ben", "restore ben, link restore ana").Replace(want); got != want && got != other {
		t.Errorf("the audit has %s", got)
	}
}

// Keys and roles in the console: a pasted key signs in, the role of another person changes
// and ends their open session.
func TestConsole_KeyPastedAndRoleChanged(t *testing.T) {
	p := serve(t)
	p.seed()
	vera, tablet := newIdentity(t, "vera"), newIdentity(t, "tablet")
	p.run("promoter", "add", "Vera", "--role", "viewer", "--key", `"`+vera.public+`"`)
	open := p.console(vera, 80, 24)
	open.waitFor("Ana", "Total")

	s := p.console(p.admin, 120, 36)
	s.waitFor("Ana", "Total")
	s.press("4")
	s.waitFor("Vera", "this session")
	s.press("s") // by name
	s.waitFor("Name and keys ▲")
	for !strings.Contains(cursorLine(s.text()), "Vera") {
		line := cursorLine(s.text())
		s.press("j")
		s.wait(func(text string) bool { return cursorLine(text) != line }, "the cursor stays")
	}
	s.press("+")
	s.waitFor("Add a key of Vera")
	s.press("\x1b[200~" + tablet.public + "\x1b[201~")
	s.waitFor("✓ SHA256:")
	s.press("\r")
	s.waitFor("Added a key of Vera")
	if out, _, status := p.as(tablet, "whoami"); status != 0 || !strings.Contains(out, "Vera") {
		t.Errorf("the new key is %q", out)
	}
	s.press("E")
	s.waitFor("Role of Vera", "member")
	s.press("\x1b[A\r")
	s.waitFor("Give Vera the role member?")
	s.press("y")
	s.waitFor("Vera has the role member · z gives viewer back")
	<-open.ended
	if out, _, status := p.as(vera, "whoami"); status != 0 || !strings.Contains(out, "member") {
		t.Errorf("Vera is %q", out)
	}
	s.press("z")
	s.waitFor("Vera has the role viewer")
	s.quit()
	open.close()
}
