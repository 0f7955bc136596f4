package main

import (
	"crypto/x509"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lastclick/model/testenv"
)

// The sample's HAProxy stands before a node: health checks pass, and what comes through has
// the address of its client.
func TestHAProxy_Sample_HTTPSAndSSHThroughIt(t *testing.T) {
	haproxy, err := exec.LookPath("haproxy")
	if err != nil {
		haproxy = testenv.Need(t, "/usr/sbin/haproxy")[0]
	}
	ca, dir := newAuthority(t), t.TempDir()
	cert, key := ca.issue(t, 100, time.Now().Add(-time.Hour), time.Now().Add(20*time.Hour), "go.example.com")
	for name, b := range map[string][]byte{"cert.pem": cert, "key.pem": key} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	redirect := newSocket(t, "redirect")
	p := &platform{prepare: pass(redirect)}
	p.begin(t, "--tls-cert", filepath.Join(dir, "cert.pem"), "--tls-key", filepath.Join(dir, "key.pem"), "--base-url", "https://go.example.com", "--trusted-proxy", "127.0.0.0/8")
	p.seed()
	sample, err := os.ReadFile(filepath.Join(samples, "haproxy", "haproxy.cfg"))
	if err != nil {
		t.Fatal(err)
	}
	https, plain, ssh := freeAddress(t), freeAddress(t), freeAddress(t)
	config := filepath.Join(dir, "haproxy.cfg")
	text := strings.NewReplacer(
		"bind :443", "bind "+https, "bind :80", "bind "+plain, "bind :22", "bind "+ssh,
		"10.0.0.11:443", strings.TrimPrefix(p.http, "http://"), "10.0.0.11:80", redirect.addr, "10.0.0.11:22", p.ssh,
		"    server node2", "    # server node2", "inter 2s", "inter 200ms",
	).Replace(string(sample))
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out := &testenv.Buffer{}
	cmd := exec.CommandContext(t.Context(), haproxy, "-db", "-f", config)
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("haproxy said\n%s", out)
		}
	}()
	roots := x509.NewCertPool()
	roots.AddCert(ca.cert)
	p.eventually("haproxy", func() bool {
		resp, err := click(secure(https, roots), "https://go.example.com/ana")
		return err == nil && resp.StatusCode == http.StatusFound && resp.Proto == "HTTP/2.0"
	})
	if resp, err := click(secure(plain, nil), "http://go.example.com/ana"); err != nil || resp.Header.Get("Location") != "https://go.example.com/ana" {
		t.Errorf("%v %v", resp, err)
	}
	p.ssh = ssh
	client := p.dial(p.admin)
	defer client.Close()
	session, err := client.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	if err := session.Run("whoami"); err != nil {
		t.Fatal(err)
	}
	want := "from=" + client.LocalAddr().String()
	p.eventually("the client's address in the log", func() bool { return strings.Contains(p.stderr.String(), want) })
}
