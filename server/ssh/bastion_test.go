package ssh

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/creack/pty"
	"github.com/gliderlabs/ssh"
	gossh "golang.org/x/crypto/ssh"
)

// bastion is a jump host on loopback, as promoters in large companies have one: it
// forwards to the door and to nothing else.
type bastion struct {
	t      *testing.T
	server *ssh.Server
	addr   string
	served chan error

	closing sync.Once
}

func newBastion(t *testing.T, door string) *bastion {
	t.Helper()
	host, port, err := net.SplitHostPort(door)
	if err != nil {
		t.Fatal(err)
	}
	b := &bastion{t: t, served: make(chan error, 1)}
	b.server = &ssh.Server{
		Handler:          func(s ssh.Session) { _, _ = io.WriteString(s, "no shell here\n") },
		PublicKeyHandler: func(ssh.Context, ssh.PublicKey) bool { return true },
		LocalPortForwardingCallback: func(_ ssh.Context, to string, toPort uint32) bool {
			return to == host && strconv.Itoa(int(toPort)) == port
		},
		ChannelHandlers: map[string]ssh.ChannelHandler{"session": ssh.DefaultSessionHandler, "direct-tcpip": ssh.DirectTCPIPHandler},
	}
	b.server.AddHostKey(newKey(t))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b.addr = l.Addr().String()
	go func() { b.served <- b.server.Serve(l) }()
	t.Cleanup(b.close)
	return b
}

// close cuts every connection through the bastion.
func (b *bastion) close() {
	b.closing.Do(func() {
		_ = b.server.Close()
		if err := <-b.served; !errors.Is(err, ssh.ErrServerClosed) {
			b.t.Errorf("bastion: %v", err)
		}
	})
}

// jump is ssh through the bastion.
func (o *openSSH) jump(b *bastion, flags []string, words ...string) *exec.Cmd {
	o.t.Helper()
	host, port, err := net.SplitHostPort(b.addr)
	if err != nil {
		o.t.Fatal(err)
	}
	// -J takes no options for the jump host but those of a configuration file.
	config := "Host *\n UserKnownHostsFile /dev/null\n StrictHostKeyChecking no\n LogLevel ERROR\n IdentitiesOnly yes\n" +
		" IdentityAgent none\n BatchMode yes\n IdentityFile " + o.file("key") + "\n"
	if err := os.WriteFile(o.file("config"), []byte(config), 0o600); err != nil {
		o.t.Fatal(err)
	}
	c := o.command(nil)
	c.Args = append([]string{"ssh", "-F", o.file("config"), "-J", net.JoinHostPort(host, port)}, flags...)
	c.Args = append(c.Args, o.args[len(o.args)-3:]...) // -p PORT HOST
	c.Args = append(c.Args, words...)
	return c
}

// goroutines is how many there are while the door serves no connection.
func (d *door) goroutines() int {
	d.t.Helper()
	until(d.t, "the door does not serve", func() bool { return strings.Contains(stacks(), "(*people).Watch.func1") })
	return runtime.NumGoroutine()
}

// settled waits until there are no more goroutines than before.
func settled(t *testing.T, before int) {
	t.Helper()
	until(t, "goroutines are left", func() bool { return runtime.NumGoroutine() <= before })
}

func TestBastion_Commands_ReachTheDoor(t *testing.T) {
	d := open(t, func(c *Config) {
		c.Command = func(_ context.Context, e CommandEnv, args []string) int {
			_, _ = io.WriteString(e.Stdout, e.Actor.Name+" "+strings.Join(args, "|")+"\n")
			return len(args)
		}
	})
	o, b := d.openSSH(), newBastion(t, d.addr)
	before := d.goroutines()
	c := o.jump(b, nil, "link", "add", "'Ana B'")
	out := newBuffer()
	c.Stdout, c.Stderr = out, out
	if got := status(t, c); got != 3 || out.String() != "cleo link|add|Ana B\n" {
		t.Errorf("exit status %d, out %q", got, out)
	}
	d.empty()
	settled(t, before)

	// It is the bastion that was passed: no other address can be reached through it.
	jump, err := gossh.Dial("tcp", b.addr, clientConfig(gossh.PublicKeys(d.ana)))
	if err != nil {
		t.Fatal(err)
	}
	defer jump.Close()
	if conn, err := jump.Dial("tcp", "127.0.0.1:1"); err == nil {
		conn.Close()
		t.Error("the bastion forwards anywhere")
	}
}

// terminalOf starts the command on a terminal of its own, 80 by 24.
func terminalOf(t *testing.T, c *exec.Cmd) (tty *os.File, out *buffer) {
	t.Helper()
	tty, err := pty.StartWithSize(c, &pty.Winsize{Cols: 80, Rows: 24})
	if err != nil {
		t.Fatal(err)
	}
	out = newBuffer()
	read := make(chan struct{})
	go func() {
		defer close(read)
		_, _ = io.Copy(out, tty) // until the program is gone
	}()
	t.Cleanup(func() {
		_ = c.Process.Kill()
		_ = tty.Close()
		<-read
	})
	return tty, out
}

func TestBastion_Console_ResizesAndQuits(t *testing.T) {
	d := open(t, nil)
	o, b := d.openSSH(), newBastion(t, d.addr)
	before := d.goroutines()
	c := o.jump(b, nil)
	tty, out := terminalOf(t, c)
	out.wait(t, "drawn 80x24")
	if err := pty.Setsize(tty, &pty.Winsize{Cols: 111, Rows: 33}); err != nil {
		t.Fatal(err)
	}
	out.wait(t, "drawn 111x33")
	if _, err := io.WriteString(tty, "q"); err != nil {
		t.Fatal(err)
	}
	if err := c.Wait(); err != nil {
		t.Errorf("%v: %q", err, out)
	}
	d.empty()
	until(t, "the terminal is read on", func() bool { return !strings.Contains(stacks(), "terminalOf.func1") })
	(&terminal{t: t, out: out}).restored()
	settled(t, before)
}

func TestBastion_CutWithConsoleOpen_LeavesNothing(t *testing.T) {
	d := open(t, nil)
	o := d.openSSH()
	before := d.goroutines()
	b := newBastion(t, d.addr)
	c := o.jump(b, nil)
	_, out := terminalOf(t, c)
	out.wait(t, "drawn 80x24")
	if open := len(d.sessions.byKey()); open != 1 {
		t.Fatalf("%d sessions are open", open)
	}
	b.close()
	d.empty()
	if err := c.Wait(); err == nil {
		t.Error("the client ends well, though its connection was cut")
	}
	until(t, "the terminal is read on", func() bool { return !strings.Contains(stacks(), "terminalOf.func1") })
	settled(t, before)
}
