package ssh

import (
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"lastclick/model"
)

func TestAuth_WithoutPublicKey_IsRefused(t *testing.T) {
	d := open(t, nil)
	for name, auth := range map[string][]gossh.AuthMethod{
		"nothing":  nil,
		"password": {gossh.Password("secret")},
		"keyboard-interactive": {gossh.KeyboardInteractive(func(string, string, []string, []bool) ([]string, error) {
			return nil, nil
		})},
	} {
		if c, err := gossh.Dial("tcp", d.addr, clientConfig(auth...)); err == nil {
			c.Close()
			t.Errorf("%s signs in", name)
		}
	}
}

// offered is a key that a client shows but cannot sign with.
type offered struct{ gossh.Signer }

func (offered) Sign(io.Reader, []byte) (*gossh.Signature, error) {
	return nil, errors.New("the private key is not here")
}

func TestAuth_UnprovedKey_IsRefused(t *testing.T) {
	d := open(t, nil)
	for name, key := range map[string]gossh.Signer{"offered alone": offered{d.ana}, "signed with another": forged{d.ana, newKey(t)}} {
		if c, err := gossh.Dial("tcp", d.addr, clientConfig(gossh.PublicKeys(key))); err == nil {
			c.Close()
			t.Errorf("%s: signs in", name)
		}
	}
}

// forged shows one key and signs with another.
type forged struct{ shown, signs gossh.Signer }

func (f forged) PublicKey() gossh.PublicKey { return f.shown.PublicKey() }
func (f forged) Sign(r io.Reader, data []byte) (*gossh.Signature, error) {
	return f.signs.Sign(r, data)
}

func TestUnknownKey_SignsIn_IsToldWhatToDo(t *testing.T) {
	d := open(t, nil)
	stranger := newKey(t)
	fingerprint := gossh.FingerprintSHA256(stranger.PublicKey())
	c := d.dial(stranger)

	x := d.session(c, "")
	if err := x.Start("whoami"); err != nil {
		t.Fatal(err)
	}
	want := "lastclick: this key is not known here: " + fingerprint + "\n" +
		"Ask the person who runs your account for an invite. With its code, sign in on a terminal: ssh -p 2222 tickets.example\n" +
		"or without one: ssh -p 2222 tickets.example join CODE\n"
	if got := x.status(); got != 1 || x.errs.String() != want {
		t.Errorf("exit status %d, told %q, want %q", got, x.errs, want)
	}

	x = d.session(c, "xterm")
	if err := x.Shell(); err != nil {
		t.Fatal(err)
	}
	x.out.wait(t, "Press any key to close.\r\n")
	if !strings.Contains(x.out.String(), fingerprint) {
		t.Errorf("no fingerprint: %q", x.out)
	}
	x.press("x")
	if got := x.status(); got != 1 {
		t.Errorf("exit status %d", got)
	}
	d.empty()
}

func TestRemoval_OfKeyOrRole_EndsOpenSessions(t *testing.T) {
	d := open(t, nil)
	ben := newKey(t)
	d.people.set(ben, model.Actor{Person: 2, Name: "ben", Role: model.Owner, Client: "acme"})
	c := d.dial(d.ana)
	x, y, other := d.tui(c), d.tui(d.dial(d.ana)), d.tui(d.dial(ben))
	d.people.remove(d.ana)
	for _, x := range []*terminal{x, y} {
		if got := x.status(); got != 1 {
			t.Errorf("exit status %d", got)
		}
		x.restored()
		x.errs.wait(t, "lastclick: "+removedSentence)
	}
	other.press("x")
	other.out.wait(t, "keys x")
	// The connection is still there, and of no use.
	z := d.session(c, "")
	if err := z.Start("whoami"); err != nil {
		t.Fatal(err)
	}
	if got := z.status(); got != 1 {
		t.Errorf("exit status %d", got)
	}
	// Another role ends the session as well.
	d.people.set(ben, model.Actor{Person: 2, Name: "ben", Role: model.Viewer, Client: "acme"})
	d.people.moved <- struct{}{}
	if got := other.status(); got != 1 || !strings.Contains(other.errs.String(), changedSentence) {
		t.Errorf("exit status %d, told %q", got, other.errs)
	}
}

func TestRemoval_StoreCannotAnswer_IsTriedAgain(t *testing.T) {
	d := open(t, nil)
	x := d.tui(d.dial(d.ana))
	asked := make(chan struct{}, 16)
	d.people.mu.Lock()
	d.people.refused = &model.Error{Kind: model.Busy, Msg: "the store is busy"}
	d.people.looked = func() { asked <- struct{}{} }
	d.people.mu.Unlock()
	d.people.remove(d.ana)
	<-asked
	d.people.mu.Lock()
	d.people.refused, d.people.looked = nil, nil
	d.people.mu.Unlock()
	if got := x.status(); got != 1 {
		t.Errorf("exit status %d", got)
	}
}

func TestRemoval_WhileSigningIn_IsSeen(t *testing.T) {
	d := open(t, nil)
	c := d.dial(d.ana)
	var once sync.Once
	d.people.mu.Lock()
	d.people.looked = func() {
		once.Do(func() {
			// Between the look-up's read and the session's note of it: a change, and
			// a watch that meets a session without an owner.
			d.people.mu.Lock()
			clear(d.people.keys)
			d.people.mu.Unlock()
			d.recheckKeys()
		})
	}
	d.people.mu.Unlock()
	x := d.session(c, "")
	if err := x.Start("whoami"); err != nil {
		t.Fatal(err)
	}
	if got := x.status(); got != 1 || !strings.Contains(x.errs.String(), "not known") {
		t.Errorf("exit status %d, told %q", got, x.errs)
	}
}

func TestIdentity_StoreCannotAnswer_IsToldWithoutDetails(t *testing.T) {
	d := open(t, nil)
	d.people.refused = &model.Error{Kind: model.Internal, Msg: "disk /dev/sda1 on fire"}
	x := d.session(d.dial(d.ana), "")
	if err := x.Start("whoami"); err != nil {
		t.Fatal(err)
	}
	if got, want := x.status(), "lastclick: your key cannot be looked up now: try again in a moment.\n"; got != 1 || x.errs.String() != want {
		t.Errorf("exit status %d, told %q, want %q", got, x.errs, want)
	}
}

func TestIdentity_DatabaseAway_IsSaid(t *testing.T) {
	d := open(t, nil)
	d.people.refused = &model.Error{Kind: model.Busy, Msg: "the database cannot be reached", Hint: "try again in a moment", Err: errors.New("10.0.0.1 refused")}
	x := d.session(d.dial(d.ana), "")
	if err := x.Start("whoami"); err != nil {
		t.Fatal(err)
	}
	if got, want := x.status(), "lastclick: your key cannot be looked up now: the database cannot be reached: try again in a moment.\n"; got != 1 || x.errs.String() != want {
		t.Errorf("exit status %d, told %q, want %q", got, x.errs, want)
	}
}

// A client that leaves while its key is looked up is no fault of ours.
func TestIdentity_ClientLeaves_IsNoError(t *testing.T) {
	d, asked := open(t, nil), make(chan struct{})
	d.people.slow, d.people.looked = true, func() { close(asked) }
	c := d.dial(d.ana)
	x := d.session(c, "")
	if err := x.Start("whoami"); err != nil {
		t.Fatal(err)
	}
	<-asked
	_ = c.Close()
	d.log.wait(t, "left before the key was looked up")
	if log := d.log.String(); strings.Contains(log, "level=ERROR") || strings.Contains(log, "level=WARN") {
		t.Errorf("the log says %s", log)
	}
}

func TestRequests_OtherThanSessions_AreRefused(t *testing.T) {
	d := open(t, nil)
	c := d.dial(d.ana)
	for _, kind := range []string{"direct-tcpip", "direct-streamlocal@openssh.com", "x11", "tun@openssh.com"} {
		if ch, _, err := c.OpenChannel(kind, nil); err == nil {
			ch.Close()
			t.Errorf("channel %s opens", kind)
		}
	}
	for _, kind := range []string{"tcpip-forward", "streamlocal-forward@openssh.com"} {
		if ok, _, err := c.SendRequest(kind, true, nil); ok || err != nil {
			t.Errorf("%s: %v %v", kind, ok, err)
		}
	}
	x := d.session(c, "")
	for _, kind := range []string{"auth-agent-req@openssh.com", "x11-req", "subsystem", "break", "eow@openssh.com"} {
		payload := gossh.Marshal(struct{ Name string }{"sftp"})
		if ok, err := x.SendRequest(kind, true, payload); ok || err != nil {
			t.Errorf("%s: %v %v", kind, ok, err)
		}
	}
	for i, kv := range []string{"PATH=/bin", "LD_PRELOAD=x", "LC_=" + strings.Repeat("x", 200), strings.Repeat("LC_", 20) + "=x"} {
		k, v, _ := strings.Cut(kv, "=")
		if x.Setenv(k, v) == nil {
			t.Errorf("variable %d is taken", i)
		}
	}
	taken := 0
	for range 100 {
		if x.Setenv("LC_TIME", "C") == nil {
			taken++
		}
	}
	if taken != maxEnv {
		t.Errorf("%d variables are taken, want %d", taken, maxEnv)
	}
}

func TestAuth_WeakAlgorithms_AreRefused(t *testing.T) {
	d := open(t, nil)
	weak := gossh.InsecureAlgorithms()
	for name, config := range map[string]gossh.Config{
		"kex":    {KeyExchanges: weak.KeyExchanges},
		"cipher": {Ciphers: weak.Ciphers},
		"mac":    {Ciphers: []string{gossh.CipherAES128CTR}, MACs: append(weak.MACs, gossh.HMACSHA1)},
	} {
		c := clientConfig(gossh.PublicKeys(d.ana))
		c.Config = config
		if c, err := gossh.Dial("tcp", d.addr, c); err == nil {
			c.Close()
			t.Errorf("%s: SHA-1 or CBC is agreed upon", name)
		}
	}
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	key, err := gossh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	sha1, err := gossh.NewSignerWithAlgorithms(key.(gossh.AlgorithmSigner), []string{gossh.KeyAlgoRSA})
	if err != nil {
		t.Fatal(err)
	}
	if c, err := gossh.Dial("tcp", d.addr, clientConfig(gossh.PublicKeys(sha1))); err == nil {
		c.Close()
		t.Error("an RSA signature over SHA-1 signs in")
	}
	d.dial(key) // over SHA-2 it does
	c := d.dial(d.ana)
	if got := string(c.ServerVersion()); got != "SSH-2.0-lastclick" {
		t.Errorf("version %q", got)
	}
}

func TestAuth_Certificate_IsPassedOver(t *testing.T) {
	d := open(t, nil)
	cert := &gossh.Certificate{Key: d.ana.PublicKey(), CertType: gossh.UserCert, ValidBefore: gossh.CertTimeInfinity}
	if err := cert.SignCert(rand.Reader, newKey(t)); err != nil {
		t.Fatal(err)
	}
	signer, err := gossh.NewCertSigner(cert, d.ana)
	if err != nil {
		t.Fatal(err)
	}
	c, err := gossh.Dial("tcp", d.addr, clientConfig(gossh.PublicKeys(signer, d.ana)))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	x := d.session(c, "")
	if err := x.Start("whoami"); err != nil {
		t.Fatal(err)
	}
	if got := x.status(); got != 0 {
		t.Errorf("exit status %d: %s", got, x.errs)
	}
}

func TestConnection_SilentClient_IsCutOff(t *testing.T) {
	d := open(t, func(c *Config) { c.HandshakeTimeout = 200 * time.Millisecond })
	signedIn := d.tui(d.dial(d.ana))
	shared := d.dial(d.ana) // has no session yet
	raw, err := net.Dial("tcp", d.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	_ = raw.SetDeadline(time.Now().Add(patience))
	if _, err := io.ReadAll(raw); err != nil {
		t.Errorf("not closed: %v", err)
	}
	// A channel that asks for nothing is closed as well; who works stays.
	x := d.session(d.dial(d.ana), "")
	if _, err := io.Copy(io.Discard, mustPipe(t, x)); err != nil {
		t.Error(err)
	}
	signedIn.press("x")
	signedIn.out.wait(t, "keys x")
	d.tui(shared)
}

// mustPipe reads what the channel carries until it is closed.
func mustPipe(t *testing.T, x *terminal) io.Reader {
	t.Helper()
	x.Session.Stderr = nil
	r, err := x.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestSessions_TooManyOfOneKey_AreRefused(t *testing.T) {
	d := open(t, func(c *Config) { c.MaxSessionsPerKey = 2 })
	c := d.dial(d.ana)
	x, _ := d.tui(c), d.tui(d.dial(d.ana))
	if _, err := c.NewSession(); err == nil || !strings.Contains(err.Error(), "too many sessions") {
		t.Errorf("a third session: %v", err)
	}
	x.press("q")
	x.status()
	until(t, "the place is not given back", func() bool {
		s, err := c.NewSession()
		if err == nil {
			s.Close()
		}
		return err == nil
	})
}
