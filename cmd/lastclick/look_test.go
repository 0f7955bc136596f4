package main

import (
	"fmt"
	"strings"
	"testing"
)

// clickOn clicks with the left button on the first place of the screen where the text
// stands (SGR mouse, as xterm sends it).
func (s *screen) clickOn(text string) {
	s.p.t.Helper()
	for y, l := range strings.Split(s.text(), "\n") {
		if before, _, ok := strings.Cut(l, text); ok {
			at := fmt.Sprintf("%d;%d", len([]rune(before))+1, y+1)
			s.press("\x1b[<0;" + at + "M\x1b[<0;" + at + "m")
			return
		}
	}
	s.p.t.Fatalf("no %q to click on:\n%s", text, s.text())
}

// A person's theme, keys and mouse are theirs in the next session, on any terminal.
func TestConsole_ThemeKeysAndMouse_AreKeptForThePerson(t *testing.T) {
	p := serve(t)
	p.seed()
	p.run("link", "add", "Ben", "ben@example.com", "--code", "ben", "--no-mail")

	first := p.consoleWith(p.admin, 120, 36, "foo", nil) // an unknown terminal has 16 colours
	first.waitFor("Ana", "Ben", "● live")
	if out := first.output(); !strings.Contains(out, "\x1b[1;36m[1 Link Tracking]") {
		t.Errorf("the open tab has no colour on a terminal of an unknown name: %q", out)
	}
	first.press("T")
	first.waitFor("for light backgrounds")
	first.press("j\r") // dark
	first.waitFor("Theme dark")
	first.press("m")
	first.waitFor("Mouse on")
	first.clickOn("3 Orders")
	first.waitFor("[3 Orders]")
	first.clickOn("1 Link Tracking")
	first.waitFor("sorted by Tickets")
	first.clickOn("Clicks")
	first.waitFor("sorted by Clicks ▼")
	first.clickOn("Clicks ▼ Cust.")
	first.waitFor("sorted by Clicks ▲")
	first.clickOn("Ana ")
	first.wait(func(text string) bool {
		return strings.Contains(text, "▌ Ana") || strings.Contains(text, "▌   Ana")
	}, "the click selects nothing")
	first.clickOn("Ana ")
	first.waitFor("Link Tracking › ana")
	first.press("\x1b")
	first.gone("› ana")
	first.quit()

	for _, line := range []string{"set up=e unfold=U", "set down=n new=N"} {
		p.run(append([]string{"keys"}, strings.Fields(line)...)...)
	}
	var theme struct{ Theme string }
	if p.json(&theme, "theme"); theme.Theme != "dark" {
		t.Errorf("the theme that was chosen in the console is %q", theme.Theme)
	}
	second := p.consoleWith(p.admin, 120, 36, "xterm-256color", map[string]string{"COLORTERM": "truecolor"})
	second.waitFor("Ana", "sorted by Clicks ▲", "N new")
	second.wait(func(string) bool {
		return strings.Contains(second.output(), "\x1b[1;38;2;125;207;255m[1 Link Tracking]") && strings.Contains(second.output(), "\x1b[?1002h")
	}, "neither the theme nor the mouse are those of the person")
	if before, _, _ := strings.Cut(second.output(), "[1 Link Tracking]"); !strings.HasSuffix(before, "\x1b[1;38;2;125;207;255m") {
		t.Errorf("the first frame is in another theme: %q", before)
	}
	cursor := func(name string) func(string) bool {
		return func(text string) bool { return strings.Contains(text, "▌   "+name) }
	}
	at, other := "Ana", "Ben"
	if strings.Contains(second.text(), "▌   Ben") {
		at, other = other, at
	}
	second.wait(cursor(at), "no cursor")
	if strings.Index(second.text(), at) < strings.Index(second.text(), other) {
		second.press("n")
		second.wait(cursor(other), "n does not go down")
		second.press("e")
	} else {
		second.press("e")
		second.wait(cursor(other), "e does not go up")
		second.press("n")
	}
	second.wait(cursor(at), "the keys do not go back")
	p.run("theme", "contrast") // the console that is open takes both over
	second.waitFor("Theme contrast")
	p.run("keys", "reset")
	second.waitFor("Your keys are others now: ? lists them", "n new")
	second.quit()

	bare := p.consoleWith(p.admin, 120, 36, "xterm-256color", map[string]string{"NO_COLOR": "1"})
	bare.waitFor("Ana", "n new")
	bare.wait(func(string) bool { return strings.Contains(bare.output(), "\x1b[1;7m") }, "without colours the row at the cursor is not reversed")
	for _, colour := range []string{"\x1b[3", "\x1b[9", ";3", ";9"} {
		if strings.Contains(stylesOf(bare.output()), colour) {
			t.Errorf("NO_COLOR, and %q is sent: %q", colour, bare.output())
		}
	}
	bare.quit()
}

// stylesOf are the styles of what was sent: sequences that end in m.
func stylesOf(out string) string {
	var styles strings.Builder
	for _, part := range strings.Split(out, "\x1b[")[1:] {
		if end := strings.IndexFunc(part, func(r rune) bool { return r >= '@' }); end >= 0 && part[end] == 'm' {
			styles.WriteString("\x1b[" + part[:end+1])
		}
	}
	return styles.String()
}
