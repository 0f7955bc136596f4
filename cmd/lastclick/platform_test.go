package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"lastclick/model/testenv"
)

// The test binary is also the program: with this in its environment it runs main,
// so that tests start, kill and restart real processes.
const asProgram = "LASTCLICK_TEST_AS_PROGRAM"

// fakeShops in the environment makes two kinds of shops those of shops_test.go.
const fakeShops = "LASTCLICK_TEST_FAKE_SHOPS"

func TestMain(m *testing.M) {
	if os.Getenv(fakeShops) != "" {
		registerFakeShops()
	}
	if os.Getenv(hastyShops) != "" {
		hurryShops()
	}
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// lastclick is the command that runs lastclick with the arguments, in an environment
// of its own.
func lastclick(ctx context.Context, home string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, os.Args[0], args...)
	// Under the race detector a program sleeps before it exits, a second unless told
	// otherwise, in which other goroutines may still be caught.
	cmd.Env = []string{asProgram + "=1", "HOME=" + home, "PATH=" + os.Getenv("PATH"), "GORACE=atexit_sleep_ms=50"}
	if url := os.Getenv(onDatabase); url != "" {
		cmd.Env = append(cmd.Env, onDatabase+"="+url)
	}
	return cmd
}

// identity is a person's key pair: a private key file for OpenSSH, a signer for our own
// client.
type identity struct {
	path   string
	public string
	signer ssh.Signer
}

func newIdentity(t testing.TB, name string) identity {
	t.Helper()
	pub, priv, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(priv, name)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(priv)
	if err != nil {
		t.Fatal(err)
	}
	p, err := ssh.NewPublicKey(pub)
	if err != nil {
		t.Fatal(err)
	}
	return identity{path, strings.TrimSpace(string(ssh.MarshalAuthorizedKey(p))) + " " + name, signer}
}

// platform is a daemon that runs as a process of its own.
type platform struct {
	t       testing.TB
	data    string
	admin   identity
	home    string // of the daemon; empty: a new folder
	keyless bool   // without --admin-key
	env     []string
	prepare func(*exec.Cmd)   // before the daemon starts; may be nil
	fill    func(data string) // fills the new data directory; may be nil
	cmd     *exec.Cmd
	http    string // http://127.0.0.1:port
	ssh     string // 127.0.0.1:port
	metrics string
	stderr  *testenv.Buffer
	stdout  *bufio.Reader
}

// serve starts a daemon on free ports over a new data directory.
func serve(t testing.TB, flags ...string) *platform {
	t.Helper()
	p := &platform{}
	p.begin(t, flags...)
	return p
}

// begin starts p over a new data directory.
func (p *platform) begin(t testing.TB, flags ...string) {
	t.Helper()
	p.t, p.data, p.admin = t, filepath.Join(t.TempDir(), "data"), newIdentity(t, "admin")
	if p.fill != nil {
		p.fill(p.data)
	}
	p.start(flags...)
	t.Cleanup(func() {
		if p.cmd != nil {
			p.stop()
		}
		if t.Failed() {
			t.Logf("the daemon said:\n%s", p.stderr)
		}
	})
}

// start starts the daemon, again after stop or kill, and waits until it is ready.
func (p *platform) start(flags ...string) {
	p.t.Helper()
	args := append([]string{"serve", "--data", p.data, "--http", "127.0.0.1:0", "--ssh", "127.0.0.1:0", "--metrics", "127.0.0.1:0"}, flags...)
	if !p.keyless {
		args = append(args, "--admin-key", p.admin.public)
	}
	if p.home == "" {
		p.home = p.t.TempDir()
	}
	cmd := lastclick(context.Background(), p.home, args...)
	cmd.Env = append(cmd.Env, p.env...)
	if p.prepare != nil {
		p.prepare(cmd)
	}
	if p.stderr == nil {
		p.stderr = &testenv.Buffer{}
	}
	cmd.Stderr = p.stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.cmd, p.stdout = cmd, bufio.NewReader(stdout)
	line := make(chan string, 1)
	go func() {
		s, _ := p.stdout.ReadString('\n')
		line <- s
	}()
	select {
	case s := <-line:
		var httpAddr string
		if _, err := fmt.Sscanf(s, "ready http=%s ssh=%s metrics=%s\n", &httpAddr, &p.ssh, &p.metrics); err != nil {
			p.t.Fatalf("the first line is %q (%v); stderr:\n%s", s, err, p.stderr)
		}
		p.http = "http://" + httpAddr
	case <-time.After(30 * time.Second):
		_ = cmd.Process.Kill()
		p.t.Fatalf("not ready after 30 s; stderr:\n%s", p.stderr)
	}
}

// stop asks the daemon to end and wants it to, with status 0, within 10 s.
func (p *platform) stop() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	rest := make(chan string, 1)
	exited := make(chan error, 1)
	go func(cmd *exec.Cmd, stdout io.Reader) {
		b, _ := io.ReadAll(stdout)
		rest <- string(b)
		exited <- cmd.Wait()
	}(p.cmd, p.stdout)
	select {
	case err := <-exited:
		if err != nil {
			p.t.Errorf("the daemon ended with %v; stderr:\n%s", err, p.stderr)
		}
		if more := <-rest; more != "" {
			p.t.Errorf("the daemon printed more than one line on stdout: %q", more)
		}
	case <-time.After(10 * time.Second):
		_ = p.cmd.Process.Kill()
		p.t.Errorf("the daemon did not end within 10 s of SIGTERM; stderr:\n%s", p.stderr)
	}
	p.cmd = nil
}

// kill ends the daemon as a power failure would.
func (p *platform) kill() {
	p.t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		p.t.Fatal(err)
	}
	_ = p.cmd.Wait()
	p.cmd = nil
}

// as runs a command as who, through the SSH client of golang.org/x/crypto, so that the
// tests do not need OpenSSH.
func (p *platform) as(who identity, args ...string) (stdout, stderr string, status int) {
	p.t.Helper()
	return p.command(who, "", strings.Join(args, " "), 30*time.Second)
}

// pipe runs a command as the admin with the text on its standard input.
func (p *platform) pipe(in, line string) (stdout, stderr string, status int) {
	p.t.Helper()
	return p.command(p.admin, in, line, 2*time.Minute)
}

func (p *platform) command(who identity, in, line string, within time.Duration) (stdout, stderr string, status int) {
	p.t.Helper()
	client := p.dial(who)
	defer client.Close()
	session, err := client.NewSession()
	if err != nil {
		p.t.Fatal(err)
	}
	var out, errOut bytes.Buffer
	session.Stdin, session.Stdout, session.Stderr = strings.NewReader(in), &out, &errOut
	late := time.AfterFunc(within, func() { _ = client.Close() })
	defer late.Stop()
	err = session.Run(line)
	if exit, ok := errors.AsType[*ssh.ExitError](err); ok {
		return out.String(), errOut.String(), exit.ExitStatus()
	}
	if err != nil {
		p.t.Fatalf("ssh %q: %v", line, err)
	}
	return out.String(), errOut.String(), 0
}

// run wants the command to succeed and returns what it printed.
func (p *platform) run(args ...string) string {
	p.t.Helper()
	out, errOut, status := p.as(p.admin, args...)
	if status != 0 {
		p.t.Fatalf("ssh %q: status %d: %s", args, status, errOut)
	}
	return out
}

// json runs the command with --json and decodes what it printed.
func (p *platform) json(into any, args ...string) {
	p.t.Helper()
	out := p.run(append(args, "--json")...)
	if err := json.Unmarshal([]byte(out), into); err != nil {
		p.t.Fatalf("ssh %q: %v in %s", args, err, out)
	}
}
