package main

import (
	"encoding/base64"
	"regexp"
	"strings"
)

// copied is what the console has sent to the clipboard.
func (s *screen) copied(before, after string) string {
	s.p.t.Helper()
	osc52 := regexp.MustCompile(regexp.QuoteMeta(before) + `\]52;c;([A-Za-z0-9+/=]+)` + regexp.QuoteMeta(after))
	var text string
	s.wait(func(string) bool {
		m := osc52.FindStringSubmatch(s.output())
		if m == nil {
			return false
		}
		raw, err := base64.StdEncoding.DecodeString(m[1])
		text = string(raw)
		return err == nil
	}, "nothing was sent to the clipboard")
	return text
}

func (w *rowsWorld) copies() {
	s := w.open(120, 36)
	s.press("c")
	if got := s.copied("\x1b", "\a"); !strings.HasSuffix(got, "/site-button") {
		w.t.Errorf("c copies %q", got)
	}
}

func (w *rowsWorld) copiesInTmux() {
	for term, around := range map[string][2]string{"tmux-256color": {"\x1bPtmux;\x1b\x1b", "\a\x1b\\"}, "screen": {"\x1bP\x1b", "\a\x1b\\"}} {
		s := w.openOn(120, 36, term, nil)
		s.press("c")
		if got := s.copied(around[0], around[1]); !strings.HasSuffix(got, "/site-button") {
			w.t.Errorf("%s: c copies %q", term, got)
		}
	}
}

func (w *rowsWorld) qr() {
	s := w.open(80, 24)
	s.press("\r")
	s.waitFor("Shortlink")
	s.press("Q")
	s.waitFor("▀", "/site-button")
	s.press("\x1b")
	s.waitFor("Shortlink")
}

func (w *rowsWorld) confirms() {
	s := w.open(120, 36)
	s.press("a")
	s.waitFor("y/N")
	s.press("\r") // the default is No
	s.gone("y/N")
	s.press("c") // what follows is done after it
	s.waitFor("sent to your terminal's clipboard")
	if out, stderr, status := w.as(w.owner, "link", "show", "site-button", "--json"); status != 0 || !strings.Contains(out, `"archived":false`) {
		w.t.Errorf("enter archived the link: %s%s", out, stderr)
	}
}

func (w *rowsWorld) undoArchive() {
	s := w.open(120, 36)
	s.press("/zoe\r")
	s.selected("Zoë")
	s.press("ay")
	s.waitFor("z restores it")
	s.press("z")
	s.waitFor("Restored")
	s.selected("Zoë")
}

func (w *rowsWorld) undoEdit() {
	s := w.open(120, 36)
	s.press("/mia\r")
	s.selected("Mia Chen")
	s.press("E")
	s.waitFor("Edit mia", "Save Link")
	s.press("x\x13") // ctrl+s
	s.waitFor("Mia Chenx", "z undoes it")
	s.press("z")
	s.waitFor("mia is as it was")
	s.gone("Mia Chenx")
}

func (w *rowsWorld) marks() {
	s := w.open(120, 36)
	s.press("t")
	s.waitFor("1 marked", "a archive marked")
	s.press("GM")
	s.waitFor("11 marked")
	s.press("a")
	s.waitFor("Archive 11 links: ", "y/N")
	s.press("n")
	s.gone("y/N")
	s.press("\x1b")
	s.gone("marked")
}

func (w *rowsWorld) errors() {
	s := w.open(120, 36)
	s.press("c")
	s.waitFor("sent to your terminal's clipboard (OSC 52)")
	s.press("n")
	s.waitFor("Add Tracking Link")
	s.press("Rosa\x13") // ctrl+s
	s.waitFor("Rosa", "is not an e-mail address")
}

// What a page shows is a command of one's own shell; the page says it and copies it.
func (w *rowsWorld) export() {
	out, stderr, status := w.as(w.owner, "export", "orders")
	if lines := strings.Count(out, "\n"); status != 0 || lines < 1000 {
		w.t.Errorf("status %d, %d lines: %s", status, lines, stderr)
	}
	s := w.open(120, 36)
	s.press("x")
	s.waitFor("ssh ", "stats --csv --sort tickets", "> links.csv")
	s.press("c")
	line := s.copied("\x1b", "\a")
	_, line, _ = strings.Cut(line, "stats ")
	line, _, _ = strings.Cut("stats "+line, " >")
	if out, stderr, status := w.as(w.owner, line); status != 0 || !strings.Contains(out, "Thursday Newsletter") || strings.Count(out, "\n") < 12 {
		w.t.Errorf("%s: status %d: %s%s", line, status, out, stderr)
	}
}
