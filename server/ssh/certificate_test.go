package ssh

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"lastclick/model"
	"lastclick/model/testenv"
)

// authorityFile writes the keys of CAs to a file.
func authorityFile(t *testing.T, keys ...gossh.Signer) string {
	t.Helper()
	text := "# the CA of the company\n\n"
	for _, k := range keys {
		text += string(gossh.MarshalAuthorizedKey(k.PublicKey()))
	}
	path := filepath.Join(t.TempDir(), "ca.pub")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// certified is the key with a certificate by the CA, of which change may change more.
func certified(t *testing.T, ca, key gossh.Signer, change func(*gossh.Certificate)) gossh.Signer {
	t.Helper()
	now := uint64(time.Now().Unix())
	cert := &gossh.Certificate{
		Key: key.PublicKey(), CertType: gossh.UserCert, KeyId: "mia@laptop", Serial: 7,
		ValidPrincipals: []string{"mia"}, ValidAfter: now - 60, ValidBefore: now + 3600,
	}
	if change != nil {
		change(cert)
	}
	if err := cert.SignCert(rand.Reader, ca); err != nil {
		t.Fatal(err)
	}
	signer, err := gossh.NewCertSigner(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

func rsaSigner(t *testing.T, bits int, algorithms ...string) gossh.Signer {
	t.Helper()
	private, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	key, err := gossh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	if len(algorithms) > 0 {
		if key, err = gossh.NewSignerWithAlgorithms(key.(gossh.AlgorithmSigner), algorithms); err != nil {
			t.Fatal(err)
		}
	}
	return key
}

// trusting is a door that trusts the CAs; its command says who asks.
func trusting(t *testing.T, cas ...gossh.Signer) *door {
	t.Helper()
	d := open(t, func(c *Config) {
		c.UserCAFiles = []string{authorityFile(t, cas...)}
		c.Command = func(_ context.Context, e CommandEnv, _ []string) int {
			fmt.Fprintf(e.Stdout, "%s %v\n", e.Actor.Name, e.Actor.Certificate != nil)
			return 0
		}
	})
	d.people.named = map[string]model.Actor{"mia": {Person: 5, Name: "mia", Role: model.Owner, Client: "acme"}}
	return d
}

// who is whom the keys sign in, and by a certificate: "mia true"; empty for no one.
func (d *door) who(keys ...gossh.Signer) string {
	d.t.Helper()
	c, err := gossh.Dial("tcp", d.addr, clientConfig(gossh.PublicKeys(keys...)))
	if err != nil {
		return ""
	}
	defer c.Close()
	x := d.session(c, "")
	if err := x.Start("whoami"); err != nil {
		d.t.Fatal(err)
	}
	if x.status() != 0 {
		return ""
	}
	return strings.TrimSpace(x.out.String())
}

// A certificate that does not hold proves nothing: alone it signs no one in, and with the
// plain key behind it, the plain key does.
func TestCertificate_Hostile_FallsBackToPlainKey(t *testing.T) {
	ca, other := newKey(t), newKey(t)
	weakCA := rsaSigner(t, 2048, gossh.KeyAlgoRSA) // signs over SHA-1
	strongCA := rsaSigner(t, 2048, gossh.KeyAlgoRSASHA512)
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ecCA, err := gossh.NewSignerFromKey(ec)
	if err != nil {
		t.Fatal(err)
	}
	d := trusting(t, ca, weakCA, strongCA, ecCA)
	now := uint64(time.Now().Unix())
	option := func(name, value string) func(*gossh.Certificate) {
		return func(c *gossh.Certificate) { c.CriticalOptions = map[string]string{name: value} }
	}
	for _, c := range []struct {
		name   string
		ca     gossh.Signer
		change func(*gossh.Certificate)
		holds  bool
	}{
		{"good", ca, nil, true},
		{"good, RSA CA over SHA-512", strongCA, nil, true},
		{"good, ECDSA CA", ecCA, nil, true},
		{"good, among other principals", ca, func(c *gossh.Certificate) { c.ValidPrincipals = []string{"root", "mia"} }, true},
		{"good, for ever", ca, func(c *gossh.Certificate) { c.ValidBefore = gossh.CertTimeInfinity }, true},
		{"good, from here", ca, option("source-address", "192.0.2.1,127.0.0.0/8"), true},
		{"good, unknown extension", ca, func(c *gossh.Certificate) { c.Extensions = map[string]string{"x@example.com": "1"} }, true},
		{"expired", ca, func(c *gossh.Certificate) { c.ValidBefore = now - 1 }, false},
		{"not yet valid", ca, func(c *gossh.Certificate) { c.ValidAfter = now + 60 }, false},
		{"times past counting", ca, func(c *gossh.Certificate) { c.ValidBefore = 1<<63 + 1 }, false},
		{"of a host", ca, func(c *gossh.Certificate) { c.CertType = gossh.HostCert }, false},
		{"of an unknown type", ca, func(c *gossh.Certificate) { c.CertType = 3 }, false},
		{"another CA", other, nil, false},
		{"no principal", ca, func(c *gossh.Certificate) { c.ValidPrincipals = nil }, false},
		{"from elsewhere", ca, option("source-address", "192.0.2.0/24"), false},
		{"from nowhere", ca, option("source-address", ""), false},
		{"from garbage", ca, option("source-address", "127.0.0.1/8/8"), false},
		{"force-command", ca, option("force-command", "true"), false},
		{"verify-required", ca, option("verify-required", ""), false},
		{"unknown critical option", ca, option("x@example.com", ""), false},
		{"CA over SHA-1", weakCA, nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			key := newKey(t)
			cert := certified(t, c.ca, key, c.change)
			want := ""
			if c.holds {
				want = "mia true"
			}
			if got := d.who(cert); got != want {
				t.Errorf("alone: %q, want %q", got, want)
			}
			if !c.holds {
				if got := d.who(certified(t, c.ca, d.ana, c.change), d.ana); got != "ana false" {
					t.Errorf("with ana's key behind it: %q", got)
				}
			}
		})
	}
	// A certificate whose signature or contents were changed afterwards.
	altered := certified(t, ca, newKey(t), nil)
	altered.PublicKey().(*gossh.Certificate).ValidPrincipals = []string{"mia", "root"}
	if got := d.who(altered); got != "" {
		t.Errorf("altered: %q", got)
	}
	// A public certificate without its private key.
	if got := d.who(offered{certified(t, ca, newKey(t), nil)}); got != "" {
		t.Errorf("offered alone: %q", got)
	}
	if !strings.Contains(d.log.String(), `msg="an ssh certificate was refused" key_id=mia@laptop serial=7 principals=mia`) {
		t.Errorf("log:\n%s", d.log)
	}
}

// Whom the certificate names goes before whom its key belongs to; where it names no one,
// its key counts. Identity is the proved certificate's alone.
func TestCertificate_Identity_FromTheProvedOne(t *testing.T) {
	ca := newKey(t)
	d := trusting(t, ca)
	nobody := func(c *gossh.Certificate) { c.ValidPrincipals = []string{"unix-account"} }
	for _, c := range []struct {
		name string
		keys []gossh.Signer
		want string
	}{
		{"mia's certificate on ana's key", []gossh.Signer{certified(t, ca, d.ana, nil)}, "mia true"},
		{"no one's certificate on ana's key", []gossh.Signer{certified(t, ca, d.ana, nobody)}, "ana false"},
		{"no one's certificate", []gossh.Signer{certified(t, ca, newKey(t), nobody)}, ""},
		{"mia's certificate offered, ana's key signs", []gossh.Signer{offered{certified(t, ca, newKey(t), nil)}, d.ana}, ""},
		{"mia's certificate refused, then ana's key", []gossh.Signer{certified(t, newKey(t), newKey(t), nil), d.ana}, "ana false"},
	} {
		if got := d.who(c.keys...); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	// Of a connection that shows a certificate and signs with another key.
	if got := d.who(forged{certified(t, ca, newKey(t), nil), d.ana}); got != "" {
		t.Errorf("signed with another key: %q", got)
	}
}

// A session ends with its certificate, and with its person.
func TestCertificate_Ends_SessionEnds(t *testing.T) {
	ca := newKey(t)
	clock := &later{}
	d := open(t, func(c *Config) { c.UserCAFiles = []string{authorityFile(t, ca)} }, func(s *Server) { s.now = clock.now })
	d.people.named = map[string]model.Actor{"mia": {Person: 5, Name: "mia", Role: model.Owner, Client: "acme"}}
	short := d.tui(d.dial(certified(t, ca, newKey(t), func(c *gossh.Certificate) { c.ValidBefore = uint64(time.Now().Unix()) + 2 })))
	long := d.dial(certified(t, ca, newKey(t), nil))
	stays, key := d.tui(long), d.tui(d.dial(d.ana))
	if got := short.status(); got != 1 || !strings.Contains(short.errs.String(), "your certificate has ended") {
		t.Errorf("exit status %d, told %q", got, short.errs)
	}
	stays.press("x")
	stays.out.wait(t, "keys x")
	// A shared connection opens no more sessions after the end.
	clock.by.Store(int64(2 * time.Hour))
	x := d.session(long, "")
	if err := x.Start("whoami"); err != nil {
		t.Fatal(err)
	}
	if got := x.status(); got != 1 || !strings.Contains(x.errs.String(), "does not hold any more") {
		t.Errorf("exit status %d, told %q", got, x.errs)
	}
	clock.by.Store(0)
	d.people.mu.Lock()
	delete(d.people.named, "mia")
	d.people.mu.Unlock()
	d.people.moved <- struct{}{}
	if got := stays.status(); got != 1 || !strings.Contains(stays.errs.String(), removedSentence) {
		t.Errorf("exit status %d, told %q", got, stays.errs)
	}
	key.press("x")
	key.out.wait(t, "keys x")
}

func TestUserCA_Files_ReadOrRefused(t *testing.T) {
	ca := newKey(t)
	cert := string(gossh.MarshalAuthorizedKey(certified(t, ca, newKey(t), nil).PublicKey()))
	plain := string(gossh.MarshalAuthorizedKey(ca.PublicKey()))
	weak := string(gossh.MarshalAuthorizedKey(rsaSigner(t, 1024).PublicKey()))
	for _, c := range []struct{ text, says string }{
		{plain, ""},
		{"\n# two\n" + plain + plain, ""},
		{"", "holds no public key"},
		{"# nothing\n", "holds no public key"},
		{cert, "certificate"},
		{weak, "too weak"},
		{"cert-authority " + plain, "options"},
		{"-----BEGIN OPENSSH PRIVATE KEY-----\n", "private key"},
		{"garbage\n", "no public key"},
		{strings.Repeat("#", maxAuthorityFile+1), "at most"},
		{strings.Repeat(plain, maxAuthorities+1), "at most"},
	} {
		path := filepath.Join(t.TempDir(), "ca")
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := readAuthorities([]string{path})
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%.40q: %v, want %q", c.text, err, c.says)
		}
	}
	if _, err := readAuthorities([]string{filepath.Join(t.TempDir(), "none")}); err == nil {
		t.Error("a missing file is taken")
	}
}

// The real ssh-keygen signs, and the real client signs in.
func TestOpenSSH_Certificate_SignsIn(t *testing.T) {
	keygen := testenv.Need(t, "ssh-keygen", "ssh")[0]
	dir := t.TempDir()
	run := func(args ...string) {
		t.Helper()
		if out, err := exec.CommandContext(t.Context(), keygen, args...).CombinedOutput(); err != nil {
			t.Fatalf("ssh-keygen %v: %v\n%s", args, err, out)
		}
	}
	run("-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(dir, "ca"))
	names := make(chan string, 1)
	d := open(t, func(c *Config) {
		c.UserCAFiles = []string{filepath.Join(dir, "ca.pub")}
		c.Command = func(_ context.Context, e CommandEnv, _ []string) int {
			names <- e.Actor.Name
			return 0
		}
	})
	d.people.named = map[string]model.Actor{"mia": {Person: 5, Name: "mia", Role: model.Owner, Client: "acme"}}
	o := d.openSSH()
	run("-q", "-t", "ed25519", "-N", "", "-f", o.file("mia"))
	host, _, _ := net.SplitHostPort(d.addr)
	told := func(flags ...string) string {
		t.Helper()
		cmd := o.command(append(flags, "-i", o.file("mia")), "whoami")
		errs := newBuffer()
		cmd.Stderr = errs
		if got := status(t, cmd); got != 1 {
			t.Errorf("%v: exit status %d", flags, got)
		}
		return errs.String()
	}
	for _, c := range []struct {
		flags  []string
		key    string
		status int
	}{
		{[]string{"-n", "mia"}, "mia", 0},
		{[]string{"-n", "mia", "-O", "source-address=" + host + "/32"}, "mia", 0},
		{[]string{"-n", "mia", "-O", "source-address=192.0.2.1"}, "", 1},
		{[]string{"-n", "mia", "-O", "force-command=true"}, "", 1},
		{[]string{"-n", "mia", "-V", "20200101:20200102"}, "", 1},
		{[]string{"-n", "mia", "-h"}, "", 1},
	} {
		run(append(append([]string{"-q", "-s", filepath.Join(dir, "ca"), "-I", "mia@laptop", "-V", "+1h"}, c.flags...), o.file("mia.pub"))...)
		cmd := o.command([]string{"-i", o.file("mia"), "-o", "CertificateFile=" + o.file("mia-cert.pub")}, "whoami")
		// Refused certificates leave the plain key, which no one has here.
		if got := status(t, cmd); got != c.status {
			t.Fatalf("%v: exit status %d\n%s", c.flags, got, d.log)
		}
		if c.key != "" {
			if got := <-names; got != c.key {
				t.Errorf("%v: signed in as %s", c.flags, got)
			}
		}
	} // Its principal names no one; and where the client offers the plain key first.
	run("-q", "-s", filepath.Join(dir, "ca"), "-I", "x", "-n", "noone", "-V", "+1h", o.file("mia.pub"))
	if got := told("-o", "CertificateFile="+o.file("mia-cert.pub")); !strings.Contains(got, "Your certificate names no one here: noone\n") {
		t.Errorf("told %q", got)
	}
	if got := told(); !strings.Contains(got, "With a certificate, name it: ssh -o CertificateFile=KEY-cert.pub -p 2222 tickets.example\n") {
		t.Errorf("told %q", got)
	}
}
