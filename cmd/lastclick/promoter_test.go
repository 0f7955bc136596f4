package main

import (
	"encoding/base64"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestConsole_PromotersDay_EachActionWorks(t *testing.T) {
	p := serve(t)
	box := p.seed()
	kim := p.browser()
	kim.follow("/ana")
	if status, answer := box.post("m1", orderBody("A-1001", kim.receipt(), 4500)); status != 200 {
		t.Fatalf("%d %s", status, answer)
	}
	s := p.console(p.admin, 120, 36)
	s.waitFor("Live Stats › Marketing › Link Tracking", "Ana", "45.00")

	s.press("n")
	s.waitFor("Create a New Tracking Link", "Add Tracking Link")
	s.press("Zoë Quill\tzoe@example.com\x13") // ctrl+s adds
	s.waitFor("Zoë Quill", "Share only these two")
	s.press("c")
	s.waitFor("clipboard (OSC 52)")
	var links struct {
		Links []struct {
			Name     string
			ShortURL string `json:"short_url"`
		}
	}
	p.json(&links, "link", "list")
	short := links.Links[len(links.Links)-1].ShortURL
	if want := "\x1b]52;c;" + base64.StdEncoding.EncodeToString([]byte(short)) + "\a"; !strings.Contains(s.output(), want) {
		t.Errorf("the shortlink %s did not reach the terminal's clipboard", short)
	}

	s.press("\x1b")
	s.waitFor("Link Tracking", "Ana")
	s.press("/ana\r")
	s.waitFor("1/2")
	s.press(" ")
	s.waitFor("ga", "45.00")
	s.press("\r")
	s.waitFor("Ticket types", "/ana")
	s.press("\x1b")
	s.waitFor("1/2")
	s.press("a")
	s.waitFor("y/N")
	s.press("\r") // the default is No
	s.gone("y/N")
	s.press("a")
	s.waitFor("y/N")
	s.press("y")
	s.waitFor("z")
	p.eventually("the link is archived", func() bool { return p.archived("ana") })
	s.press("z")
	p.eventually("the link is back", func() bool { return !p.archived("ana") })

	s.press("3")
	s.waitFor("Orders", "A-1001")
	s.press("\r")
	s.waitFor("A-1001-1", "won", "Credited to Ana")
	s.quit()
}

func (p *platform) archived(code string) bool {
	var link struct{ Archived bool }
	p.json(&link, "link", "show", code)
	return link.Archived
}

func TestConsole_InvitedViewer_JoinsAndIsConfined(t *testing.T) {
	p := serve(t)
	p.seed()
	p.run("client", "add", "rival", "--name", "Rival", "--url", "https://rival.example")
	p.run("link", "add", "Secret", "secret@example.com", "--code", "secret-link", "--client", "rival", "--no-mail")
	var invite struct{ Code string }
	p.json(&invite, "promoter", "invite", "Vera", "vera@example.com", "--role", "viewer", "--client", "acme")

	vera := newIdentity(t, "vera")
	if _, errOut, status := p.as(vera, "stats"); status != 1 || !strings.Contains(errOut, "invite") {
		t.Errorf("an unknown key's command: %d %q", status, errOut)
	}
	s := p.console(vera, 80, 24)
	s.waitFor("invite")
	s.press("wrong-code\r")
	s.waitFor("is not valid")
	s.press(strings.Repeat("\x7f", 20) + invite.Code + "\r")
	s.waitFor("Link Tracking", "Ana")
	if strings.Contains(s.text(), "Secret") {
		t.Error("another client's link is on the screen")
	}
	s.press("n?") // in one write, as from a fast typist
	s.waitFor("Help")
	if text := s.text(); strings.Contains(text, "create a new tracking link") {
		t.Errorf("a viewer is offered to create links:\n%s", text)
	}
	for _, args := range [][]string{{"link", "add", "X", "x@example.com"}, {"link", "archive", "ana"}, {"promoter", "list"}, {"client", "list"}, {"checkout", "list"}} {
		if _, errOut, status := p.as(vera, args...); status != 1 || errOut == "" {
			t.Errorf("a viewer's %q: %d %q", args, status, errOut)
		}
	}
	for _, args := range [][]string{{"link", "show", "secret-link"}, {"link", "show", "no-such-link"}} {
		_, errOut, status := p.as(vera, args...)
		if status != 1 || strings.ReplaceAll(errOut, args[2], "") != "there is no link \"\"\n" {
			t.Errorf("%q: %d %q", args, status, errOut)
		}
	}
	var stats struct{ Links []any }
	p.json(&stats, "stats", "--client", "acme")

	// Removal ends the open session at once.
	p.run("promoter", "remove", "Vera", "--client", "acme")
	select {
	case <-s.ended:
	case <-time.After(5 * time.Second):
		t.Errorf("the session of a removed person goes on:\n%s", s.text())
	}
	s.close()
	if _, _, status := p.as(vera, "stats"); status != 1 {
		t.Errorf("a removed key's command: %d", status)
	}
}

func TestConsole_TwoTerminals_OwnColoursAndSizes(t *testing.T) {
	p := serve(t)
	p.seed()
	colour := p.console(p.admin, 120, 36)
	defer colour.close()
	plain := p.consoleWith(p.admin, 80, 24, "xterm-256color", map[string]string{"NO_COLOR": "1"})
	defer plain.close()
	colour.waitFor("Ana", "Total")
	plain.waitFor("Ana", "Total")
	sgr := regexp.MustCompile(`\x1b\[[0-9;]*m`)
	coloured := func(out string) bool {
		for _, m := range sgr.FindAllString(out, -1) {
			if regexp.MustCompile(`[\[;](3[0-7]|9[0-7]|38|4[0-7])[;m]`).MatchString(m) {
				return true
			}
		}
		return false
	}
	if !coloured(colour.output()) {
		t.Error("no colour on a terminal that has them")
	}
	if coloured(plain.output()) {
		t.Error("colour in spite of NO_COLOR")
	}
	if err := plain.session.WindowChange(10, 40); err != nil {
		t.Fatal(err)
	}
	plain.resize(40, 10)
	plain.wait(func(text string) bool {
		for line := range strings.Lines(text) {
			if len([]rune(strings.TrimRight(line, "\n"))) > 40 {
				return false
			}
		}
		return strings.Contains(text, "Ana") && strings.Contains(text, "Total")
	}, "the screen does not fit 40x10")
	colour.quit()
	plain.quit()
}

func TestConsole_LiveOrder_LeavesCursorAndScreen(t *testing.T) {
	p := serve(t)
	box := p.seed()
	p.run("link", "add", "Ben", "ben@example.com", "--event", "summerfest", "--code", "ben", "--no-mail")
	s := p.console(p.admin, 120, 36)
	defer s.close()
	s.waitFor("Ana", "Ben", "Total")
	s.press("G")
	s.wait(func(text string) bool { return strings.Contains(cursorLine(text), "Ben") }, "the cursor is not on the last link")
	kim := p.browser()
	kim.follow("/ben")
	before := len(s.output())
	if status, answer := box.post("m1", orderBody("A-1", kim.receipt(), 777700)); status != 200 {
		t.Fatalf("%d %s", status, answer)
	}
	s.waitFor("7,777.00")
	if sent := len(s.output()) - before; sent >= 120*36 {
		t.Errorf("%d bytes for one order, a screen has %d cells", sent, 120*36)
	}
	if line := cursorLine(s.text()); !strings.Contains(line, "Ben") {
		t.Errorf("the cursor left Ben for %q", line)
	}
	s.quit()
}

func cursorLine(text string) string {
	for line := range strings.Lines(text) {
		if strings.Contains(line, "▌") {
			return line
		}
	}
	return ""
}
