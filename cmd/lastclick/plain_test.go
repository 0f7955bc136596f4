package main

import (
	"bytes"
	"io"
	"strings"
	"sync"
	"testing"

	"golang.org/x/crypto/ssh"
)

// dialogue is `ssh HOST plain`, with or without a terminal.
type dialogue struct {
	p       *platform
	session *ssh.Session
	in      io.WriteCloser
	mu      sync.Mutex
	out     bytes.Buffer
	read    int // of out, up to what was waited for
}

func (p *platform) dialogue(terminal bool) *dialogue {
	p.t.Helper()
	client := p.dial(p.admin)
	p.t.Cleanup(func() { _ = client.Close() })
	session, err := client.NewSession()
	if err != nil {
		p.t.Fatal(err)
	}
	d := &dialogue{p: p, session: session}
	if d.in, err = session.StdinPipe(); err != nil {
		p.t.Fatal(err)
	}
	session.Stdout, session.Stderr = d, d
	if terminal {
		if err := session.RequestPty("xterm-256color", 24, 80, ssh.TerminalModes{}); err != nil {
			p.t.Fatal(err)
		}
	}
	if err := session.Start("plain"); err != nil {
		p.t.Fatal(err)
	}
	return d
}

func (d *dialogue) Write(b []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.out.Write(b)
}

func (d *dialogue) say(text string) {
	d.p.t.Helper()
	if _, err := io.WriteString(d.in, text); err != nil {
		d.p.t.Fatal(err)
	}
}

// hears waits for the words, one after the other, behind what was waited for before.
func (d *dialogue) hears(words ...string) {
	d.p.t.Helper()
	for _, word := range words {
		d.p.eventually("the dialogue says "+word, func() bool {
			d.mu.Lock()
			defer d.mu.Unlock()
			at := strings.Index(d.out.String()[d.read:], word)
			if at >= 0 {
				d.read += at + len(word)
			}
			return at >= 0
		})
	}
}

// The whole of plain mode over SSH, as a pipe and as a terminal has it: nothing but lines is
// sent, a new order is said as it comes, and what is made there is there.
func TestPlain_OverSSH_WithAndWithoutTerminal(t *testing.T) {
	p := serve(t)
	box := p.seed()
	kim := p.browser()
	kim.follow("/ana")
	for n, terminal := range []bool{false, true} {
		enter := map[bool]string{false: "\n", true: "\r"}[terminal]
		code := map[bool]string{false: "bo-pipe", true: "bo-terminal"}[terminal]
		d := p.dialogue(terminal)
		d.hears("Link tracking for Acme.", "Ana, ana, Summerfest:", "q to leave.", "> ")
		d.say("1" + enter)
		d.hears("Shortlink: ", "/ana", "No welcome mail is sent", "> ")
		if terminal {
			d.say("x\x7fb" + enter)
			d.hears("x\b \bb\r\n", "Back to the list of links.", "> ")
		} else {
			d.say("b" + enter)
			d.hears("Back to the list of links.", "> ")
		}
		d.say("n" + enter + "Bo Lind" + enter + "bo@" + enter + "bo@example.com" + enter + enter + "social" + enter + code + enter + enter)
		d.hears("is not an e-mail address", "Code of the shortlink?", "/"+code, "> ")
		d.say("w" + enter)
		d.hears("Press Enter to stop.")
		id := []string{"W-PIPE", "W-TERMINAL"}[n]
		if status, answer := box.post("msg_"+id, orderBody(id, kim.receipt(), 4500)); status != 200 {
			t.Fatalf("%d %s", status, answer)
		}
		d.hears(id+", ", ": 1 ticket, GBP 45.00, ana, last click.")
		d.say(enter)
		d.hears("> ")
		d.say(": link set " + code + " --name \"Bo  Lindt\"" + enter) // a command within it
		d.hears("The tracking link "+code+" is changed.", "> ")
		d.say("f" + enter + "LINDT" + enter + "1" + enter + "c" + enter + "Bo Lind" + enter + enter + enter + enter)
		d.hears("1 link with “LINDT”", "Bo Lindt, code "+code, "Changed: Bo Lind, bo@example.com", "> ")
		d.say("b" + enter + "b" + enter)
		d.hears("Link tracking for Acme.", "> ")
		d.say("o" + enter + "1" + enter)
		d.hears("Order "+id, "Credited to Ana (ana): the last link that was clicked", "the order.", "> ")
		if terminal {
			d.say("\x04") // ctrl+d
		} else {
			d.say("q" + enter)
		}
		if err := d.session.Wait(); err != nil {
			t.Errorf("terminal %v: %v", terminal, err)
		}
		d.mu.Lock()
		text := d.out.String()
		d.mu.Unlock()
		if strings.ContainsAny(text, "\x1b\x07\t") || !terminal && strings.ContainsAny(text, "\r\b") {
			t.Errorf("terminal %v: more than lines were sent: %q", terminal, text)
		}
		if out := p.run("link", "show", code, "--json"); !strings.Contains(out, `"name":"Bo Lind"`) {
			t.Errorf("the link was not made: %s", out)
		}
	}
	d := p.dialogue(true)
	d.hears("> ")
	d.say("\x03") // ctrl+c
	if err := d.session.Wait(); err != nil {
		t.Errorf("ctrl+c: %v", err)
	}
	p.eventually("each dialogue has one line of the log", func() bool { return strings.Count(p.stderr.String(), "command=plain") == 3 })
}
