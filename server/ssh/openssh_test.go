package ssh

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	gossh "golang.org/x/crypto/ssh"

	"lastclick/model"
	"lastclick/model/testenv"
)

// openSSH is the client that people have, with one key and no configuration.
type openSSH struct {
	t    *testing.T
	d    *door
	dir  string
	args []string
}

func (d *door) openSSH() *openSSH {
	d.t.Helper()
	testenv.Need(d.t, "ssh")
	o := &openSSH{t: d.t, d: d, dir: d.t.TempDir()}
	host, port, err := net.SplitHostPort(d.addr)
	if err != nil {
		d.t.Fatal(err)
	}
	o.args = []string{
		"-F", "/dev/null", "-o", "UserKnownHostsFile=/dev/null", "-o", "StrictHostKeyChecking=no", "-o", "LogLevel=ERROR",
		"-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none", "-o", "BatchMode=yes", "-p", port, host,
	}
	d.people.set(o.key("key", ""), model.Actor{Person: 3, Name: "cleo", Role: model.Member, Client: "acme"})
	return o
}

// key writes a key pair, its private half locked where there is a passphrase.
func (o *openSSH) key(name, passphrase string) gossh.Signer {
	o.t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		o.t.Fatal(err)
	}
	signer, err := gossh.NewSignerFromKey(private)
	if err != nil {
		o.t.Fatal(err)
	}
	block, err := gossh.MarshalPrivateKey(private, "")
	if passphrase != "" {
		block, err = gossh.MarshalPrivateKeyWithPassphrase(private, "", []byte(passphrase))
	}
	if err != nil {
		o.t.Fatal(err)
	}
	files := map[string][]byte{name + ".pub": gossh.MarshalAuthorizedKey(signer.PublicKey()), name: pem.EncodeToMemory(block)}
	for f, content := range files {
		if err := os.WriteFile(filepath.Join(o.dir, f), content, 0o600); err != nil {
			o.t.Fatal(err)
		}
	}
	return signer
}

// command is ssh with the flags before the host and the words after it.
func (o *openSSH) command(flags []string, words ...string) *exec.Cmd {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	o.t.Cleanup(cancel)
	return exec.CommandContext(ctx, "ssh", append(append(flags, o.args...), words...)...)
}

func (o *openSSH) file(name string) string { return filepath.Join(o.dir, name) }

func status(t *testing.T, c *exec.Cmd) int {
	t.Helper()
	err := c.Run()
	if c.ProcessState == nil {
		t.Fatal(err)
	}
	return c.ProcessState.ExitCode()
}

func TestOpenSSH_SharedConnectionKilled_LeavesNothing(t *testing.T) {
	var updates atomic.Int64
	d := open(t, func(c *Config) {
		c.UI = func(s Screen) tea.Model { return &echo{screen: s, updates: &updates} }
		c.KeepAlive = 100 * time.Millisecond
	})
	o := d.openSSH()
	sock := o.file("mux")
	master := o.command([]string{"-i", o.file("key"), "-o", "ControlMaster=yes", "-S", sock, "-N"})
	if err := master.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = master.Process.Kill()
		_ = master.Wait()
	}()
	until(t, "the master does not come up", func() bool { _, err := os.Stat(sock); return err == nil })

	client := o.command([]string{"-tt", "-S", sock})
	out := newBuffer()
	client.Stdout, client.Stderr = out, out
	in, err := client.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(in, "j"); err != nil {
		t.Fatal(err)
	}
	out.wait(t, "keys j")
	_ = client.Process.Kill()
	_ = client.Wait()
	d.empty()
	if got := updates.Load(); got > 20 {
		t.Errorf("%d updates: something spins", got)
	}
	// The master lives, and the next session with it.
	again := o.command([]string{"-tt", "-S", sock})
	again.Stdin = strings.NewReader("q")
	againOut := newBuffer()
	again.Stdout, again.Stderr = againOut, againOut
	if got := status(t, again); got != 0 {
		t.Errorf("exit status %d: %q", got, againOut)
	}
}

func TestOpenSSH_OfferedKey_GivesNoIdentity(t *testing.T) {
	names := make(chan string, 1)
	d := open(t, func(c *Config) {
		c.Command = func(_ context.Context, e CommandEnv, _ []string) int { names <- e.Actor.Name; return 0 }
	})
	o := d.openSSH()
	// An admin's public key is offered first and accepted for a try, but its private
	// half stays locked; then cleo's signs.
	d.people.set(o.key("admin", "a passphrase"), model.Actor{Person: 9, Name: "root", Role: model.Admin})
	c := o.command([]string{"-v", "-l", "root", "-i", o.file("admin"), "-i", o.file("key")}, "whoami")
	log := newBuffer()
	c.Stderr = log
	if got := status(t, c); got != 0 {
		t.Fatalf("exit status %d\n%s", got, log)
	}
	if got := <-names; got != "cleo" {
		t.Errorf("signed in as %s", got)
	}
	if !strings.Contains(log.String(), "Server accepts key: "+o.file("admin")+" ") {
		t.Errorf("the admin's key was not offered:\n%s", log)
	}
}

func TestOpenSSH_Commands_RunAndForwardingIsRefused(t *testing.T) {
	d := open(t, func(c *Config) {
		c.Command = func(_ context.Context, e CommandEnv, args []string) int {
			_, _ = io.WriteString(e.Stdout, strings.Join(args, "|")+"\n")
			return len(args)
		}
	})
	o := d.openSSH()
	key := []string{"-i", o.file("key")}
	for _, c := range []struct {
		flags, words []string
		status       int
		out          string
	}{
		{key, []string{"link", "add", "'Ana B'"}, 3, "link|add|Ana B\n"},
		{append(key, "-tt"), []string{"stats"}, 1, "stats\r\n"},
		{append(key, "-T"), nil, 2, ""},
		{append(key, "-s"), []string{"sftp"}, 255, ""},
		{append(key, "-N", "-o", "ExitOnForwardFailure=yes", "-R", "0:localhost:1"), nil, 255, ""},
		{append(key, "-W", "localhost:1"), nil, 255, ""},
	} {
		cmd := o.command(c.flags, c.words...)
		out := newBuffer()
		cmd.Stdout = out
		if got := status(t, cmd); got != c.status || out.String() != c.out {
			t.Errorf("%v %v: exit status %d, out %q; want %d, %q", c.flags, c.words, got, out, c.status, c.out)
		}
	}
	d.empty()
}

func TestOpenSSH_Stopped_DoesNotKeepShutdown(t *testing.T) {
	d := open(t, floods)
	o := d.openSSH()
	c := o.command([]string{"-tt", "-i", o.file("key")})
	c.Stdout = io.Discard
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = c.Process.Kill()
		_ = c.Wait()
	}()
	until(t, "no session", func() bool { return len(d.sessions.byKey()) == 1 })
	if err := c.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Second)
	defer cancel()
	_ = d.Shutdown(ctx) // returns, whatever the client does
	d.empty()
}
