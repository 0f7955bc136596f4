package ssh

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	gossh "golang.org/x/crypto/ssh"

	"lastclick/server/internal/sshline"
)

// run runs a command on the terminal and returns its exit status.
func (x *terminal) run(command string) int {
	x.t.Helper()
	if err := x.Start(command); err != nil {
		x.t.Fatal(err)
	}
	return x.status()
}

func TestCommand_WithoutTerminal_HasInputOutputAndStatus(t *testing.T) {
	d := open(t, func(c *Config) {
		c.Command = func(_ context.Context, e CommandEnv, args []string) int {
			in, err := io.ReadAll(e.Stdin)
			fmt.Fprintf(e.Stdout, "%q %s %s %q %v tty=%v width=%d\n", args, e.Actor.Name, e.Actor.Client, in, err, e.TTY, e.Width)
			fmt.Fprintln(e.Stderr, "a warning")
			return 7
		}
	})
	x := d.session(d.dial(d.ana), "")
	x.press("from a pipe")
	x.in.Close()
	if got := x.run(`link add 'Ana B' "a\"b" --json`); got != 7 {
		t.Errorf("exit status %d", got)
	}
	if got, want := x.out.String(), `["link" "add" "Ana B" "a\"b" "--json"] ana acme "from a pipe" <nil> tty=false width=0`+"\n"; got != want {
		t.Errorf("out %q, want %q", got, want)
	}
	if got := x.errs.String(); got != "a warning\n" {
		t.Errorf("errs %q", got)
	}
	d.empty()
}

func TestCommand_OnTerminal_GetsLinesAndInterrupt(t *testing.T) {
	resized := make(chan struct{})
	d := open(t, func(c *Config) {
		c.UI = func(Screen) tea.Model { t.Error("ssh -t HOST command opens the screens"); return nil }
		c.Command = func(ctx context.Context, e CommandEnv, _ []string) int {
			fmt.Fprintf(e.Stdout, "one\ntwo %d\n", e.Width)
			<-resized
			line := make([]byte, 100)
			n, _ := e.Stdin.Read(line)
			fmt.Fprintf(e.Stdout, "%q\n", line[:n])
			<-ctx.Done() // ctrl+c
			return 1
		}
	})
	x := d.session(d.dial(d.ana), "xterm")
	if err := x.Start("stats"); err != nil {
		t.Fatal(err)
	}
	for i := range 50 { // no program reads them, and the channel's requests go on
		if err := x.WindowChange(24+i, 80); err != nil {
			t.Fatal(err)
		}
	}
	if ok, err := x.SendRequest("window-change", true, nil); ok || err != nil {
		t.Errorf("a window-change of nothing: %v %v", ok, err)
	}
	close(resized)
	x.out.wait(t, "one\r\ntwo 80\r\n")
	x.press("yes\r")
	x.out.wait(t, `"yes\n"`)
	x.press("more that is not read" + strings.Repeat("x", 10_000))
	x.press("\x03")
	if got := x.status(); got != 1 {
		t.Errorf("exit status %d", got)
	}
	d.empty()
}

func TestCommand_ClientGone_Ends(t *testing.T) {
	began := make(chan struct{}, 2)
	d := open(t, func(c *Config) {
		c.Command = func(ctx context.Context, _ CommandEnv, _ []string) int {
			began <- struct{}{}
			<-ctx.Done()
			return 1
		}
	})
	c := d.dial(d.ana)
	x, y := d.session(c, ""), d.session(c, "xterm")
	for _, x := range []*terminal{x, y} {
		if err := x.Start("export orders"); err != nil {
			t.Fatal(err)
		}
		<-began
	}
	x.Close()
	y.Close()
	d.empty()
}

// A client that closes its channel in the middle of an answer ends the command that writes it,
// though its connection stays.
func TestCommand_ClientGoneWhileStreaming_Ends(t *testing.T) {
	d := open(t, func(c *Config) {
		c.Command = func(_ context.Context, e CommandEnv, _ []string) int {
			for {
				if _, err := e.Stdout.Write(make([]byte, 32<<10)); err != nil {
					return 1
				}
			}
		}
	})
	c := d.dial(d.ana)
	ch, reqs, err := c.OpenChannel("session", nil)
	if err != nil {
		t.Fatal(err)
	}
	go gossh.DiscardRequests(reqs)
	if ok, err := ch.SendRequest("exec", true, gossh.Marshal(struct{ Command string }{"export tickets"})); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if _, err := io.ReadFull(ch, make([]byte, 1<<20)); err != nil {
		t.Fatal(err)
	}
	ch.Close()
	d.empty()
	d.tui(c)
}

func TestCommand_PersonRemoved_Ends(t *testing.T) {
	d := open(t, func(c *Config) {
		c.Command = func(ctx context.Context, e CommandEnv, _ []string) int {
			fmt.Fprintln(e.Stdout, "begun")
			<-ctx.Done()
			return 0
		}
	})
	x := d.session(d.dial(d.ana), "")
	if err := x.Start("export orders"); err != nil {
		t.Fatal(err)
	}
	x.out.wait(t, "begun")
	d.people.remove(d.ana)
	if got := x.status(); got != 1 || !strings.Contains(x.errs.String(), removedSentence) {
		t.Errorf("exit status %d, told %q", got, x.errs)
	}
}

func TestCommand_Panics_EndsAloneWithFaultNumber(t *testing.T) {
	d := open(t, func(c *Config) {
		c.Command = func(context.Context, CommandEnv, []string) int { panic("command broke") }
	})
	c := d.dial(d.ana)
	x := d.session(c, "")
	if got := x.run("stats"); got != 1 || !strings.Contains(x.errs.String(), "report the fault ") {
		t.Errorf("exit status %d, told %q", got, x.errs)
	}
	d.log.wait(t, "command broke")
	if y := d.session(c, ""); y.run("stats") != 1 {
		t.Error("the connection is gone")
	}
}

func TestShell_WithoutTerminal_SaysHowToConnect(t *testing.T) {
	d := open(t, nil)
	x := d.session(d.dial(d.ana), "")
	if err := x.Shell(); err != nil {
		t.Fatal(err)
	}
	if got := x.status(); got != 2 || !strings.Contains(x.errs.String(), "ssh -t -p 2222 tickets.example\n") {
		t.Errorf("exit status %d, told %q", got, x.errs)
	}
}

func TestCommand_BrokenLine_IsRefused(t *testing.T) {
	d := open(t, func(c *Config) {
		c.Command = func(_ context.Context, _ CommandEnv, args []string) int { t.Errorf("run: %q", args); return 0 }
	})
	c := d.dial(d.ana)
	for _, line := range []string{`link add "Ana`, "stats " + strings.Repeat("x", sshline.MaxLine)} {
		x := d.session(c, "")
		if got := x.run(line); got != 2 || !strings.HasPrefix(x.errs.String(), "lastclick: ") {
			t.Errorf("%.20q: exit status %d, told %q", line, got, x.errs)
		}
	}
}

func TestLogin_Address_IsTheCommandLine(t *testing.T) {
	for address, want := range map[string]string{
		"tickets.example:2222": "ssh -t -p 2222 tickets.example",
		"tickets.example:22":   "ssh -t tickets.example",
		"[::1]:2222":           "ssh -t -p 2222 ::1",
		":2222":                "ssh -t -p 2222 HOST",
		"tickets.example":      "ssh -t tickets.example",
	} {
		s := &Server{cfg: Config{Address: address}}
		if got := s.login("-t"); got != want {
			t.Errorf("%q: %q, want %q", address, got, want)
		}
	}
}

// One line of the log for a command: its name, how it ended and how long it took, and nothing
// of its words.
func TestCommand_Log_OneLineWithoutItsWords(t *testing.T) {
	d := open(t, func(c *Config) {
		c.Command = func(_ context.Context, e CommandEnv, args []string) int {
			if args[0] == "link" {
				e.Failed("not found: link")
			}
			return 1
		}
		c.CommandName = func(args []string) string { return map[string]string{"link": "link show"}[args[0]] }
	})
	x := d.session(d.dial(d.ana), "")
	x.run("link show s3cret")
	d.log.wait(t, `level=INFO msg=command`)
	x = d.session(d.dial(d.ana), "xterm")
	x.run("s3cret words")
	d.log.wait(t, `command=unknown`)
	x = d.session(d.dial(d.ana), "")
	x.run("'s3cret")
	x = d.session(d.dial(d.ana), "")
	x.run("join s3cret")
	d.log.wait(t, `command=join`)
	log := d.log.String()
	if !strings.Contains(log, `person=ana user=somebody command="link show" status=1 seconds=`) || strings.Count(log, `reason="not found: link"`) != 1 {
		t.Errorf("the command is not named: %s", log)
	}
	for _, word := range []string{"s3cret", "signed in", "signed out"} {
		if strings.Contains(log, word) {
			t.Errorf("the log has %q: %s", word, log)
		}
	}
	if n := strings.Count(log, "msg=command"); n != 4 {
		t.Errorf("%d lines of 4 commands: %s", n, log)
	}
}

// A dialogue that only writes is not used: it is warned, and ends, as a screen is.
func TestCommand_Dialogue_IdleAsAScreen(t *testing.T) {
	for _, term := range []string{"", "xterm"} {
		d := open(t, func(c *Config) {
			c.IdleTimeout = 2 * time.Second
			c.CommandName = func(args []string) string { return args[0] }
			c.Command = func(ctx context.Context, e CommandEnv, _ []string) int {
				for ctx.Err() == nil {
					fmt.Fprintln(e.Stdout, "a new order")
					select {
					case <-ctx.Done():
					case <-time.After(time.Millisecond):
					}
				}
				return 0
			}
		})
		x := d.session(d.dial(d.ana), term)
		if err := x.Start("plain"); err != nil {
			t.Fatal(err)
		}
		x.errs.wait(t, "lastclick: This session closes in 1 second: press Enter to stay.")
		if got := x.status(); got != 1 {
			t.Errorf("exit status %d", got)
		}
		x.errs.wait(t, "lastclick: there was no input for 2 seconds, so the session is closed.")
		d.log.wait(t, `command=plain status=1`)
		d.log.wait(t, `reason="there was no input`)
		d.empty()
	}
}
