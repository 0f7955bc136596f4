package ssh

import (
	"context"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	charm "github.com/charmbracelet/ssh"
	gossh "golang.org/x/crypto/ssh"
)

// These tests show what charmbracelet/ssh of 2025-08-26 does without this package in
// front of it. One that fails tells that the library was mended, and that what stands
// against it here may go.

// plainServer is the library's server as it comes, with one handler.
func plainServer(t *testing.T, handler charm.Handler) *gossh.Client {
	t.Helper()
	s := &charm.Server{Handler: handler, PublicKeyHandler: func(charm.Context, charm.PublicKey) bool { return true }}
	key := newKey(t)
	s.AddHostKey(key)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = s.Serve(l) // always an error
	}()
	c, err := gossh.Dial("tcp", l.Addr().String(), clientConfig(gossh.PublicKeys(key)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Close()
		_ = s.Close()
		<-served
	})
	return c
}

func TestLibrary_WithoutFilter_TakesAgentAndAnyNumberOfVariables(t *testing.T) {
	s, err := plainServer(t, func(charm.Session) {}).NewSession()
	if err != nil {
		t.Fatal(err)
	}
	if ok, err := s.SendRequest("auth-agent-req@openssh.com", true, nil); !ok || err != nil {
		t.Errorf("the agent is refused: %v %v", ok, err)
	}
	for i := range 10 * maxEnv {
		if err := s.Setenv("LD_PRELOAD", strings.Repeat("x", 10*maxEnvValue)); err != nil {
			t.Fatalf("variable %d is refused: %v", i, err)
		}
	}
}

func TestLibrary_WithoutFilter_ClosedChannelEndsNoContextAndClosesTheSizes(t *testing.T) {
	type seen struct {
		ctx    error
		closed bool
	}
	saw, closed := make(chan seen), make(chan struct{})
	c := plainServer(t, func(s charm.Session) {
		_, sizes, _ := s.Pty()
		<-closed
		_, _ = io.Copy(io.Discard, s) // to the close
		<-sizes                       // the first
		_, open := <-sizes            // an endless row of sizes of zero: what Wish's loop spins on
		saw <- seen{s.Context().Err(), !open}
	})
	s, err := c.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.RequestPty("xterm", 24, 80, gossh.TerminalModes{}); err != nil {
		t.Fatal(err)
	}
	if err := s.Shell(); err != nil {
		t.Fatal(err)
	}
	_ = s.Close()
	close(closed)
	if got := <-saw; got.ctx != nil || !got.closed {
		t.Errorf("context %v, sizes closed %v", got.ctx, got.closed)
	}
}

func TestLibrary_WithoutFilter_UnreadResizeBlocksTheConnection(t *testing.T) {
	read := make(chan struct{})
	c := plainServer(t, func(s charm.Session) {
		_, sizes, _ := s.Pty()
		close(read) // a size that comes before is a data race in the library
		<-s.Context().Done()
		for range sizes { // or the library's goroutine stays for ever
		}
	})
	s, err := c.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.RequestPty("xterm", 24, 80, gossh.TerminalModes{}); err != nil {
		t.Fatal(err)
	}
	if err := s.Shell(); err != nil {
		t.Fatal(err)
	}
	<-read
	for range 64 { // one fills the library's place, 16 that of the channel
		if err := s.WindowChange(24, 80); err != nil {
			t.Fatal(err)
		}
	}
	until(t, "the connection is not blocked", func() bool {
		all := stacks()
		return strings.Contains(all, "ssh.(*session).handleRequests") && strings.Contains(all, "ssh.(*channel).handlePacket")
	})
}

// metadata is a try to sign in.
type metadata struct {
	gossh.ConnMetadata
	user string
}

func (m metadata) User() string        { return m.user }
func (metadata) SessionID() []byte     { return []byte("id") }
func (metadata) ClientVersion() []byte { return nil }
func (metadata) ServerVersion() []byte { return nil }
func (metadata) LocalAddr() net.Addr   { return &net.TCPAddr{} }
func (metadata) RemoteAddr() net.Addr  { return &net.TCPAddr{} }

// signedInAs is a connection that was signed in under the name.
type signedInAs struct {
	gossh.Conn
	user string
}

func (c signedInAs) User() string { return c.user }

// The library keeps the name of the first try in its context. A session has the one that
// came with the signature.
func TestAuth_UserChangedBetweenTries_SessionHasTheLast(t *testing.T) {
	type handshake struct {
		ctx    charm.Context
		config *gossh.ServerConfig
	}
	began := make(chan handshake, 1)
	d := open(t, nil, func(s *Server) {
		configure := s.lib.ServerConfigCallback
		s.lib.ServerConfigCallback = func(ctx charm.Context) *gossh.ServerConfig {
			c := configure(ctx)
			began <- handshake{ctx, c}
			return c
		}
	})
	raw, err := net.Dial("tcp", d.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	h := <-began
	if _, err := io.ReadFull(raw, make([]byte, 4)); err != nil { // of the version: the library has set up the config
		t.Fatal(err)
	}
	for _, user := range []string{"root", "cleo"} {
		if _, err := h.config.PublicKeyCallback(metadata{user: user}, d.ana.PublicKey()); err != nil {
			t.Fatal(err)
		}
	}
	if got := h.ctx.User(); got != "root" {
		t.Errorf("the library's name is %q: it was mended", got)
	}
	s := newSession(h.ctx, connectionOf(h.ctx), &gossh.ServerConn{Conn: signedInAs{user: "cleo"}}, d.ana.PublicKey(), d.cfg.Log)
	defer s.cancel()
	if s.user != "cleo" {
		t.Errorf("the session's name is %q", s.user)
	}
}

// The library has no timeout of the handshake, so a client could hold a place for ever at any
// step of it.
func TestAuth_StalledHandshake_IsCutOff(t *testing.T) {
	d := open(t, func(c *Config) { c.HandshakeTimeout = 200 * time.Millisecond })
	for name, sends := range map[string]string{"silent": "", "in the version": "SSH-2.0-x", "after the version": "SSH-2.0-x\r\n"} {
		raw, err := net.Dial("tcp", d.addr)
		if err != nil {
			t.Fatal(err)
		}
		_ = raw.SetDeadline(time.Now().Add(patience))
		if _, err := io.WriteString(raw, sends); err != nil {
			t.Error(name, err)
		}
		if _, err := io.Copy(io.Discard, raw); err != nil {
			t.Errorf("%s: not closed: %v", name, err)
		}
		_ = raw.Close()
	}
	// Keys are agreed upon, and none is offered.
	cut := make(chan struct{})
	waits := gossh.PublicKeysCallback(func() ([]gossh.Signer, error) {
		<-cut
		return nil, nil
	})
	raw, err := net.Dial("tcp", d.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	failed := make(chan error, 1)
	go func() {
		_, _, _, err := gossh.NewClientConn(raw, d.addr, clientConfig(waits))
		failed <- err
	}()
	until(t, "the client is not cut off", func() bool {
		d.conns.mu.Lock()
		defer d.conns.mu.Unlock()
		return len(d.conns.conns) == 0
	})
	close(cut)
	if err := <-failed; err == nil {
		t.Error("signed in without a key")
	}
}

// A panic in the goroutine of a connection or a channel would end the daemon.
func TestAuth_PanicInAHandler_EndsItsConnectionAlone(t *testing.T) {
	var broken atomic.Value
	broken.Store("")
	breaks := func(what string) {
		if broken.Load() == what {
			panic(what)
		}
	}
	d := open(t, nil, func(s *Server) {
		key, config, conn := s.lib.PublicKeyHandler, s.lib.ServerConfigCallback, s.lib.ConnCallback
		s.lib.PublicKeyHandler = func(ctx charm.Context, k charm.PublicKey) bool { breaks("key handler broke"); return key(ctx, k) }
		s.lib.ServerConfigCallback = func(ctx charm.Context) *gossh.ServerConfig { breaks("config broke"); return config(ctx) }
		s.lib.ConnCallback = func(ctx charm.Context, c net.Conn) net.Conn { breaks("connection broke"); return conn(ctx, c) }
	})
	other := d.tui(d.dial(d.ana))
	for _, fault := range []string{"key handler broke", "config broke", "connection broke"} {
		broken.Store(fault)
		if c, err := gossh.Dial("tcp", d.addr, clientConfig(gossh.PublicKeys(d.ana))); err == nil {
			c.Close()
			t.Errorf("%s: signed in", fault)
		}
		d.log.wait(t, fault)
	}
	other.press("x")
	other.out.wait(t, "keys x")
}

func TestSession_PanicInAHandler_EndsItAlone(t *testing.T) {
	for _, fault := range []string{"look-up broke", "screen broke"} {
		var broken atomic.Bool
		d := open(t, func(c *Config) {
			c.UI = func(s Screen) tea.Model {
				if broken.Load() && fault == "screen broke" {
					panic(fault)
				}
				return &echo{screen: s}
			}
		})
		c := d.dial(d.ana)
		other := d.tui(c)
		broken.Store(true)
		if fault == "look-up broke" {
			d.people.mu.Lock()
			d.people.looked = func() { panic(fault) }
			d.people.mu.Unlock()
		}
		x := d.session(c, "xterm")
		if err := x.Shell(); err != nil {
			t.Fatal(err)
		}
		if got := x.status(); got != 1 || !strings.Contains(x.errs.String(), "report the fault ") {
			t.Errorf("%s: exit status %d, told %q", fault, got, x.errs)
		}
		d.log.wait(t, fault)
		other.press("x")
		other.out.wait(t, "keys x")
	}
}

// Without a handler of authentication the library lets everybody in. No channel opens then
// without the key that signed.
func TestAuth_NoHandler_OpensNoSession(t *testing.T) {
	d := open(t, func(c *Config) {
		c.Command = func(context.Context, CommandEnv, []string) int { t.Error("a command ran"); return 0 }
	}, func(s *Server) {
		if s.lib.PublicKeyHandler == nil || s.lib.PasswordHandler != nil || s.lib.KeyboardInteractiveHandler != nil {
			t.Error("not the public key alone")
		}
		s.lib.PublicKeyHandler = nil
	})
	c, err := gossh.Dial("tcp", d.addr, clientConfig())
	if err != nil {
		t.Fatalf("the library was mended: %v", err)
	}
	defer c.Close()
	if s, err := c.NewSession(); err == nil {
		_ = s.Run("whoami")
		t.Error("a session opens")
	} else if !strings.Contains(err.Error(), "sign in with a public key") {
		t.Error(err)
	}
}
