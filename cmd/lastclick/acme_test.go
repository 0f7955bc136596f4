package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"lastclick/model/testenv"
)

// pebble is Let's Encrypt's own small ACME server, which validates names as theirs does,
// but at the ports and by the name server of the test.
type pebble struct {
	directory string
	ca        string // file, for SSL_CERT_FILE
	roots     *x509.CertPool
	log       *testenv.Buffer
}

// startPebble starts one that reaches names at those ports of this machine.
func startPebble(t *testing.T, httpPort, tlsPort string) *pebble {
	t.Helper()
	path, err := exec.CommandContext(t.Context(), "go", "tool", "-modfile=../../scripts/tools/go.mod", "-n", "pebble").Output()
	if err != nil {
		testenv.Missing(t, "pebble of scripts/tools")
	}
	ca, dir := newAuthority(t), t.TempDir()
	cert, key := ca.issue(t, 2, time.Now().Add(-time.Hour), time.Now().Add(time.Hour), "localhost")
	for name, b := range map[string][]byte{"cert.pem": cert, "key.pem": key} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	listen, manage := freeAddress(t), freeAddress(t)
	config, err := json.Marshal(map[string]any{"pebble": map[string]any{
		"listenAddress": listen, "managementListenAddress": manage,
		"certificate": filepath.Join(dir, "cert.pem"), "privateKey": filepath.Join(dir, "key.pem"),
		"httpPort": json.Number(httpPort), "tlsPort": json.Number(tlsPort), "keyAlgorithm": "ecdsa",
		"retryAfter": map[string]int{"authz": 1, "order": 1},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "config.json"), config, 0o600); err != nil {
		t.Fatal(err)
	}
	b := &pebble{directory: "https://" + listen + "/dir", ca: ca.file, log: &testenv.Buffer{}}
	cmd := exec.CommandContext(t.Context(), strings.TrimSpace(string(path)), "-config", filepath.Join(dir, "config.json"), "-dnsserver", nameServer(t))
	cmd.Env = append(os.Environ(), "PEBBLE_VA_NOSLEEP=1", "PEBBLE_WFE_NONCEREJECT=0", "PEBBLE_AUTHZREUSE=0")
	cmd.Stdout, cmd.Stderr = b.log, b.log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("pebble said:\n%s", b.log)
		}
	})
	own := x509.NewCertPool()
	own.AddCert(ca.cert)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: own}}, Timeout: 5 * time.Second}
	(&platform{t: t}).within(time.Minute, "pebble", func() bool {
		resp, err := client.Get("https://" + manage + "/roots/0")
		if err != nil {
			return false
		}
		defer resp.Body.Close()
		root, err := io.ReadAll(resp.Body)
		b.roots = x509.NewCertPool()
		return err == nil && b.roots.AppendCertsFromPEM(root)
	})
	return b
}

func (b *pebble) issued() int { return strings.Count(b.log.String(), "Issued certificate serial") }

// freeAddress is one of loopback where nothing listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// nameServer answers by TCP that every name is this machine.
func nameServer(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go answerNames(c)
		}
	}()
	return l.Addr().String()
}

func answerNames(c net.Conn) {
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	for {
		size := make([]byte, 2) // RFC 1035 §4.2.2
		if _, err := io.ReadFull(c, size); err != nil {
			return
		}
		query := make([]byte, int(size[0])<<8|int(size[1]))
		if _, err := io.ReadFull(c, query); err != nil {
			return
		}
		var m dnsmessage.Message
		if err := m.Unpack(query); err != nil || len(m.Questions) != 1 {
			return
		}
		m.Response, m.Additionals = true, nil
		if q := m.Questions[0]; q.Type == dnsmessage.TypeA {
			m.Answers = []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class}, Body: &dnsmessage.AResource{A: [4]byte{127, 0, 0, 1}}}}
		}
		answer, err := m.Pack()
		if err != nil {
			return
		}
		if _, err := c.Write(append([]byte{byte(len(answer) >> 8), byte(len(answer))}, answer...)); err != nil {
			return
		}
	}
}

func portOfAddress(addr string) string {
	_, port, _ := net.SplitHostPort(addr)
	return port
}

const acmeName = "go.example.test"

// The daemon gets a certificate, keeps it over a restart and renews it, against the ACME
// server that Let's Encrypt tests clients with: by tls-alpn-01 first, then by http-01.
func TestACME_RealAuthority_IssuedKeptRenewed(t *testing.T) {
	t.Parallel() // it waits for the authority most of the time
	web, redirect := newSocket(t, "http"), newSocket(t, "redirect")
	byTLS := startPebble(t, portOfAddress(freeAddress(t)), portOfAddress(web.addr))
	flags := func(b *pebble) []string {
		return []string{"--tls-domain", acmeName, "--acme-directory", b.directory, "--acme-email", "ops@example.com"}
	}
	p := &platform{prepare: pass(web, redirect), env: []string{"SSL_CERT_FILE=" + byTLS.ca}}
	p.begin(t, flags(byTLS)...)
	p.seed()
	var resp *http.Response
	p.within(time.Minute, "a certificate", func() (ok bool) {
		var err error
		resp, err = click(secure(web.addr, byTLS.roots), "https://"+acmeName+"/ana")
		return err == nil
	})
	serial := wantSecureClick(t, resp)
	if n := byTLS.issued(); n != 1 {
		t.Errorf("%d certificates were issued", n)
	}
	if _, err := click(secure(web.addr, byTLS.roots), "https://other.example.test/ana"); err == nil {
		t.Error("there is a certificate for another name")
	}
	wantRedirects(t, redirect.addr)
	wantPrivate(t, filepath.Join(p.data, "acme"))
	wantDoctor(t, p, flags(byTLS), "ok", "certificate", acmeName+" is valid until")

	// The next process serves the same certificate, and asks for none.
	p.stop()
	p.start(flags(byTLS)...)
	resp, err := click(secure(web.addr, byTLS.roots), "https://"+acmeName+"/ana")
	if err != nil {
		t.Fatal(err)
	}
	if again := wantSecureClick(t, resp); again.Cmp(serial) != 0 || byTLS.issued() != 1 {
		t.Errorf("certificate %x after %x, %d issued", again, serial, byTLS.issued())
	}
	p.stop()

	// A certificate that is near its end is served, and renewed at once.
	old := newAuthority(t)
	cert, key := old.issue(t, 300, time.Now().Add(-80*time.Hour), time.Now().Add(time.Hour), acmeName)
	if err := os.WriteFile(filepath.Join(p.data, "acme", acmeName), append(key, cert...), 0o600); err != nil {
		t.Fatal(err)
	}
	wantDoctor(t, p, flags(byTLS), "warn", "certificate", "should have renewed it")
	byHTTP := startPebble(t, portOfAddress(redirect.addr), portOfAddress(freeAddress(t)))
	p.env = []string{"SSL_CERT_FILE=" + byHTTP.ca}
	p.start(flags(byHTTP)...)
	p.within(time.Minute, "the renewed certificate", func() bool {
		resp, err := click(secure(web.addr, byHTTP.roots), "https://"+acmeName+"/ana")
		return err == nil && resp.TLS.PeerCertificates[0].SerialNumber.Cmp(big.NewInt(300)) != 0
	})
	if n := byHTTP.issued(); n != 1 {
		t.Errorf("%d certificates were issued for the renewal", n)
	}
	if log := p.stderr.String(); strings.Count(log, `msg="new certificate" name=`+acmeName) != 2 {
		t.Error("the log does not tell of two new certificates")
	}
}

// wantRedirects wants plain HTTP to lead to HTTPS, and no further.
func wantRedirects(t *testing.T, addr string) {
	t.Helper()
	client := secure(addr, nil)
	for url, want := range map[string]string{
		"http://" + acmeName + "/ana?x=1":                              "https://" + acmeName + "/ana?x=1",
		"http://evil.example/ana":                                      "https://" + acmeName + "/ana",
		"http://" + acmeName + "/.well-known/acme-challenge/not-known": "",
	} {
		resp, err := click(client, url)
		if err != nil || resp.Header.Get("Location") != want || (resp.StatusCode == http.StatusMovedPermanently) != (want != "") || resp.Header["Set-Cookie"] != nil {
			t.Errorf("%s: %v %+v", url, err, resp)
		}
	}
	resp, err := client.Post("http://"+acmeName+"/webhooks/boxoffice", "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusForbidden {
		t.Errorf("a webhook in clear: %d", resp.StatusCode)
	}
}

// wantPrivate wants a directory and its files to be this user's alone.
func wantPrivate(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) < 2 {
		t.Fatalf("%v %v", entries, err)
	}
	for _, path := range append([]string{"."}, names(entries)...) {
		info, err := os.Stat(filepath.Join(dir, path))
		if err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v %v", path, info.Mode(), err)
		}
	}
}

func names(entries []os.DirEntry) (list []string) {
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

// Without a certificate the daemon is ready all the same: clients fail in the handshake, and
// the log and doctor say why.
func TestACME_Refused_ReadyAndTheLogSaysWhy(t *testing.T) {
	ca := newAuthority(t)
	cert, key := ca.issue(t, 2, time.Now().Add(-time.Hour), time.Now().Add(time.Hour), "localhost")
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	asked := make(chan struct{}, 100)
	authority := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked <- struct{}{}
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, `{"type":"urn:ietf:params:acme:error:rejectedIdentifier","detail":"policy forbids this name"}`)
	}))
	authority.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
	authority.StartTLS()
	defer authority.Close()
	flags := []string{"--tls-domain", acmeName, "--tls-http", "off", "--acme-directory", authority.URL}
	p := &platform{env: []string{"SSL_CERT_FILE=" + ca.file}}
	p.begin(t, flags...)
	<-asked
	p.eventually("the log", func() bool { return strings.Contains(p.stderr.String(), "policy forbids this name") })
	for range 20 {
		if _, err := click(secure(strings.TrimPrefix(p.http, "http://"), nil), "https://"+acmeName+"/ana"); err == nil {
			t.Fatal("there is a certificate")
		}
	}
	if n := len(asked); n > 2 {
		t.Errorf("the authority was asked %d more times", n)
	}
	if n := bytes.Count([]byte(p.stderr.String()), []byte("level=ERROR")); n != 1 {
		t.Errorf("%d error lines", n)
	}
	if out := p.run("whoami"); !strings.Contains(out, "admin") {
		t.Errorf("whoami: %s", out)
	}
	wantDoctor(t, p, flags, "warn", "certificate", fmt.Sprintf("there is none of %s yet", acmeName))
}
