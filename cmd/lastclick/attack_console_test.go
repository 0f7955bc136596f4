package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

// serveHTTPOn serves the handler on the loopback, and returns its address.
func serveHTTPOn(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

// getFrom requests an address of another listener than that of the public.
func (p *platform) getFrom(address string) (int, string) {
	p.t.Helper()
	r, err := http.Get(address)
	if err != nil {
		p.t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return r.StatusCode, string(body)
}

// evilSSH are hostile user names, terminals and environments, of the admin and of a
// stranger who tries codes.
func evilSSH(a *attack, _ *checkout) {
	stranger := newIdentity(a.t, "stranger")
	for _, text := range evil {
		for _, who := range []identity{a.admin, stranger} {
			client, err := ssh.Dial("tcp", a.ssh, &ssh.ClientConfig{User: text, Auth: []ssh.AuthMethod{ssh.PublicKeys(who.signer)}, HostKeyCallback: ssh.InsecureIgnoreHostKey(), Timeout: 10 * time.Second})
			if err != nil {
				a.t.Fatal(err)
			}
			for _, line := range []string{"whoami", "join " + text, text} {
				s, err := client.NewSession()
				if err != nil {
					a.t.Fatal(err)
				}
				_ = s.Setenv("LANG", text)
				_ = s.RequestPty(text, 24, 80, ssh.TerminalModes{})
				out, _ := s.CombinedOutput(line)
				a.out(fmt.Sprintf("%.30q over SSH", line), strings.ReplaceAll(string(out), "\r\n", "\n"))
			}
			_ = client.Close()
		}
	}
}

// evilConsole types and pastes hostile text into the forms of the console, and of the
// screen that asks a stranger for a code.
func evilConsole(a *attack, _ *checkout) {
	s := a.console(a.admin, 80, 24)
	defer s.close()
	s.waitFor("Link Tracking")
	for i, text := range evil {
		paste := "\x1b[200~" + strings.ReplaceAll(text, "\x1b[201~", "") + "\x1b[201~"
		s.press("n")
		s.waitFor("Create a New Tracking Link")
		s.press(paste + "\t" + paste)
		s.press("\x13")
		s.waitFor("  ! ") // the form stays, and says why
		s.press("\x1b")
		s.waitFor("y/N")
		s.press("y")
		s.gone("Create a New Tracking Link")
		s.press("/" + paste + "\r")
		s.press("\x1b?")
		s.waitFor("Help")
		s.press("\x1b")
		s.gone("Help")
		s.harmless(a, fmt.Sprintf("the console with text %d", i))
	}
	s.close()
	s = a.console(newIdentity(a.t, "stranger"), 80, 24)
	defer s.close()
	s.waitFor("invite")
	for i, text := range evil[:2] {
		s.press("\x1b[200~" + text + "\x1b[201~\r")
		s.waitFor("  ! ") // not valid, or too many were tried
		s.harmless(a, fmt.Sprintf("the join screen with text %d", i))
	}
}

// outOfConsole walks through every page at 80×24, and through what enter opens.
func outOfConsole(a *attack, _ *checkout) {
	s := a.console(a.admin, 80, 24)
	defer s.close()
	for tab, title := range []string{"Link Tracking", "Events", "Orders", "Team", "Audit", "Clients", "Checkouts", "Inbox"} {
		s.press(fmt.Sprint(tab + 1))
		s.waitFor(fmt.Sprintf("[%d %s", tab+1, title[:4]))
		for range 12 {
			s.press("\r")
			s.press("\x1b")
			s.press("j")
		}
		s.press("\r?")
		s.waitFor("Help")
		s.press("\x1b\x1b\x1b")
		s.press("?")
		s.waitFor("Help")
		s.press("\x1b")
		s.gone("Help")
		s.harmless(a, title)
		for line := range strings.Lines(s.text()) {
			if n := len([]rune(strings.TrimRight(line, "\n"))); n > 80 {
				a.t.Errorf("%s: a line of %d columns", title, n)
			}
		}
	}
	s.quit()
}
