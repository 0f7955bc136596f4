package ssh

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"net"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/hinshun/vt10x"
	gossh "golang.org/x/crypto/ssh"

	"lastclick/model"
)

// patience is how long a test waits for what should happen soon.
const patience = 15 * time.Second

// people is a Store of keys and codes alone: what is asked here of the real one is
// five methods, and the tests decide when keys go.
type people struct {
	mu      sync.Mutex
	keys    map[string]model.Actor
	codes   map[string]model.Actor
	named   map[string]model.Actor // by principal
	moved   chan struct{}
	looked  func() // called at every Identify
	refused error
	slow    bool // Identify is not done before its context is
}

func (p *people) Identify(ctx context.Context, fingerprint string) (model.Actor, error) {
	p.mu.Lock()
	looked, slow, err := p.looked, p.slow, p.refused
	a, ok := p.keys[fingerprint]
	p.mu.Unlock()
	if looked != nil {
		looked()
	}
	if slow {
		<-ctx.Done()
		return model.Actor{}, &model.Error{Kind: model.Busy, Msg: "the store did not answer in time", Err: ctx.Err()}
	}
	if err != nil {
		return model.Actor{}, err
	}
	if !ok {
		return model.Actor{}, model.NotFoundError("key", fingerprint)
	}
	return a, nil
}

func (p *people) IdentifyPrincipals(_ context.Context, principals []string) (model.Actor, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, name := range principals {
		if a, ok := p.named[name]; ok {
			return a, nil
		}
	}
	return model.Actor{}, model.NotFoundError("person", "of the certificate")
}

func (p *people) Choose(_ context.Context, a model.Actor, _ string) (model.Actor, error) {
	if a.Client == "" {
		a.Client = "acme"
	}
	return a, nil
}

func (p *people) Watch(ctx context.Context, _ string) <-chan struct{} {
	out := make(chan struct{}, 1)
	go func() {
		defer close(out)
		for {
			select {
			case <-ctx.Done():
				return
			case <-p.moved:
				select {
				case out <- struct{}{}:
				default:
				}
			}
		}
	}()
	return out
}

func (p *people) Join(_ context.Context, code string, k model.Key) (model.Actor, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	a, ok := p.codes[code]
	if !ok {
		return a, &model.Error{Kind: model.NotFound, Msg: "this code is not valid"}
	}
	delete(p.codes, code)
	p.keys[k.Fingerprint] = a
	return a, nil
}

func (p *people) set(signer gossh.Signer, a model.Actor) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keys[gossh.FingerprintSHA256(signer.PublicKey())] = a
}

func (p *people) remove(signer gossh.Signer) {
	p.mu.Lock()
	delete(p.keys, gossh.FingerprintSHA256(signer.PublicKey()))
	p.mu.Unlock()
	p.moved <- struct{}{}
}

// door is a running server with one person, ana.
type door struct {
	*Server
	t      *testing.T
	addr   string
	people *people
	ana    gossh.Signer
	log    *buffer
	done   chan error // Serve's
}

// open starts a door on loopback; change may set more of its configuration, and hook
// more of the server.
func open(t *testing.T, change func(*Config), hook ...func(*Server)) *door {
	t.Helper()
	d := &door{t: t, people: &people{keys: map[string]model.Actor{}, codes: map[string]model.Actor{}, moved: make(chan struct{})}, ana: newKey(t), log: newBuffer(), done: make(chan error, 1)}
	d.people.set(d.ana, model.Actor{Person: 1, Name: "ana", Role: model.Member, Client: "acme"})
	c := Config{
		Store: d.people, HostKeyPath: filepath.Join(t.TempDir(), "host"), Address: "tickets.example:2222",
		UI:      func(s Screen) tea.Model { return &echo{screen: s} },
		Command: func(context.Context, CommandEnv, []string) int { return 0 },
		Log:     slog.New(slog.NewTextHandler(d.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	if change != nil {
		change(&c)
	}
	var err error
	if d.Server, err = New(c); err != nil {
		t.Fatal(err)
	}
	for _, h := range hook {
		h(d.Server)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d.addr = l.Addr().String()
	go func() { d.done <- d.Serve(l) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := d.Shutdown(ctx); err != nil {
			t.Errorf("shutdown: %v", err)
		}
		if err := <-d.done; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	return d
}

// dial signs in with the key.
func (d *door) dial(key gossh.Signer) *gossh.Client {
	d.t.Helper()
	c, err := gossh.Dial("tcp", d.addr, clientConfig(gossh.PublicKeys(key)))
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { c.Close() })
	return c
}

// empty waits until no session is open and nothing of a program runs any more.
func (d *door) empty() {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := d.sessions.wait(ctx); err != nil {
		d.t.Fatalf("sessions stay open\n%s", stacks())
	}
	until(d.t, "goroutines of a program are left", func() bool {
		s := stacks()
		return !strings.Contains(s, "bubbletea.(*Program)") && !strings.Contains(s, "ssh.(*session)")
	})
}

func stacks() string {
	buf := make([]byte, 4<<20)
	return string(buf[:runtime.Stack(buf, true)])
}

// until polls for a condition that nothing announces.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	end := time.After(patience)
	for !ok() {
		select {
		case <-tick.C:
		case <-end:
			t.Fatalf("%s\n%s", what, stacks())
		}
	}
}

func newKey(t *testing.T) gossh.Signer {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s, err := gossh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func clientConfig(auth ...gossh.AuthMethod) *gossh.ClientConfig {
	return &gossh.ClientConfig{User: "somebody", Auth: auth, HostKeyCallback: gossh.InsecureIgnoreHostKey(), Timeout: patience}
}

// terminal is a client's session with a PTY.
type terminal struct {
	*gossh.Session
	t    *testing.T
	in   io.WriteCloser
	out  *buffer
	errs *buffer
}

// session opens a channel on the connection, with a PTY where term is not empty.
func (d *door) session(c *gossh.Client, term string, env ...string) *terminal {
	d.t.Helper()
	s, err := c.NewSession()
	if err != nil {
		d.t.Fatal(err)
	}
	x := &terminal{Session: s, t: d.t, out: newBuffer(), errs: newBuffer()}
	s.Stdout, s.Stderr = x.out, x.errs
	if x.in, err = s.StdinPipe(); err != nil {
		d.t.Fatal(err)
	}
	for _, kv := range env {
		k, v, _ := strings.Cut(kv, "=")
		if err := s.Setenv(k, v); err != nil {
			d.t.Fatalf("setenv %s: %v", kv, err)
		}
	}
	if term != "" {
		if err := s.RequestPty(term, 24, 80, gossh.TerminalModes{}); err != nil {
			d.t.Fatal(err)
		}
		x.out.screen = vt10x.New(vt10x.WithSize(80, 24))
	}
	return x
}

// tui opens the screens and waits until they are drawn.
func (d *door) tui(c *gossh.Client) *terminal {
	d.t.Helper()
	x := d.session(c, "xterm-256color")
	if err := x.Shell(); err != nil {
		d.t.Fatal(err)
	}
	x.out.wait(d.t, "drawn 80x24")
	return x
}

func (x *terminal) press(keys string) {
	x.t.Helper()
	if _, err := io.WriteString(x.in, keys); err != nil {
		x.t.Fatal(err)
	}
}

// status waits for the end of the session and returns its exit status.
func (x *terminal) status() int {
	x.t.Helper()
	done := make(chan error, 1)
	go func() { done <- x.Wait() }()
	select {
	case err := <-done:
		if e, ok := errors.AsType[*gossh.ExitError](err); ok {
			return e.ExitStatus()
		}
		if err != nil {
			x.t.Fatalf("the session ended without a status: %v\n%s", err, x.out)
		}
		return 0
	case <-time.After(patience):
		x.t.Fatalf("the session does not end\n%s", x.out)
		return -1
	}
}

// buffer collects output and lets tests wait for a part of it.
type buffer struct {
	mu     sync.Mutex
	b      bytes.Buffer
	screen vt10x.Terminal // that shows the output; nil where there is none
	more   chan struct{}
}

func newBuffer() *buffer { return &buffer{more: make(chan struct{})} }

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	close(b.more)
	b.more = make(chan struct{})
	if b.screen != nil {
		_, _ = b.screen.Write(p)
	}
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// wait waits for a part of the output, or of the screen.
func (b *buffer) wait(t *testing.T, part string) {
	t.Helper()
	end := time.After(patience)
	for {
		b.mu.Lock()
		found, more := strings.Contains(b.b.String(), part) || b.screen != nil && strings.Contains(b.screen.String(), part), b.more
		b.mu.Unlock()
		if found {
			return
		}
		select {
		case <-more:
		case <-end:
			t.Fatalf("%q does not come:\n%s", part, b)
		}
	}
}

// echo is a screen that shows its size, the keys pressed and how often it was
// updated; q quits, and capital letters break it.
type echo struct {
	screen  Screen
	keys    string
	size    string
	updates *atomic.Int64
}

type tick struct{}

func (e *echo) Init() tea.Cmd { return nil }

func (e *echo) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if e.updates != nil {
		e.updates.Add(1)
	}
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		e.size = "drawn " + itoa(msg.Width) + "x" + itoa(msg.Height)
	case tea.KeyMsg:
		switch k := msg.String(); k {
		case "q":
			return e, tea.Quit
		case "U":
			panic("update broke")
		case "B":
			return e, tea.Batch(func() tea.Msg { return nil }, func() tea.Msg { panic("batch broke") })
		case "S":
			return e, tea.Sequence(func() tea.Msg { return nil }, func() tea.Msg { panic("sequence broke") })
		case "Z":
			e.keys += k
			return e, tea.Batch(tea.Suspend, tea.Exec(nil, nil))
		case "c":
			return e, func() tea.Msg { e.screen.Copy("https://go.example/ana"); return nil }
		default:
			e.keys += k
			if k == "V" {
				return e, nil
			}
		}
	}
	return e, nil
}

func (e *echo) View() string {
	if strings.HasSuffix(e.keys, "V") {
		panic("view broke")
	}
	word := e.screen.Renderer.NewStyle().Foreground(colour).Render("colour")
	return e.size + "\nkeys " + e.keys + "\n" + word + "\n" + e.screen.Actor.Name + " of " + e.screen.Actor.Client
}
