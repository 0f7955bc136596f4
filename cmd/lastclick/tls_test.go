package main

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/spf13/pflag"
	"golang.org/x/crypto/acme/autocert"
)

// authority signs certificates of a test.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	file string // its certificate, for SSL_CERT_FILE
}

func newAuthority(t testing.TB) *authority {
	t.Helper()
	a := &authority{file: filepath.Join(t.TempDir(), "ca.pem")}
	var err error
	if a.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotBefore: time.Now().Add(-24 * time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, a.key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(a.file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return a
}

// issue makes a certificate of the name and of 127.0.0.1, and its key, in PEM.
func (a *authority) issue(t testing.TB, serial int64, from, until time.Time, name string) (cert, key []byte) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), NotBefore: from, NotAfter: until, DNSNames: []string{name}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, k.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalECPrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: private})
}

// secure is a customer who reaches the name at addr, and trusts the roots.
func secure(addr string, roots *x509.CertPool) *http.Client {
	return &http.Client{
		Timeout:       15 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true,
			DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
				return new(net.Dialer).DialContext(ctx, network, addr)
			},
		},
	}
}

// click follows the link as a customer's browser does, and returns the answer.
func click(client *http.Client, url string) (*http.Response, error) {
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", phone)
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	return resp, nil
}

// wantSecureClick wants what a click by HTTPS gets, and returns the serial of the certificate.
func wantSecureClick(t *testing.T, resp *http.Response) *big.Int {
	t.Helper()
	if resp.StatusCode != http.StatusFound || resp.Proto != "HTTP/2.0" || resp.Header.Get("Strict-Transport-Security") != "max-age=2592000" {
		t.Errorf("%d %s %v", resp.StatusCode, resp.Proto, resp.Header)
	}
	cookies := resp.Cookies()
	if len(cookies) != 1 || cookies[0].Name != "lastclick" || !cookies[0].Secure {
		t.Errorf("cookies %v", cookies)
	}
	return resp.TLS.PeerCertificates[0].SerialNumber
}

func TestTLSFiles_SIGHUP_NewCertificateAndNoConnectionDropped(t *testing.T) {
	ca, dir := newAuthority(t), t.TempDir()
	certFile, keyFile := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	write := func(cert, key []byte) {
		t.Helper()
		for path, b := range map[string][]byte{certFile: cert, keyFile: key} {
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	now := time.Now()
	first, firstKey := ca.issue(t, 100, now.Add(-time.Hour), now.Add(20*time.Hour), "go.example.test")
	write(first, firstKey)
	flags := []string{"--tls-cert", certFile, "--tls-key", keyFile, "--tls-http", "127.0.0.1:0", "--base-url", "https://go.example.test", "--trusted-proxy", "127.0.0.0/8"}
	p := &platform{env: []string{"SSL_CERT_FILE=" + ca.file}}
	p.begin(t, flags...)
	box := p.seed()
	addr := strings.TrimPrefix(p.http, "http://")
	roots := x509.NewCertPool()
	roots.AddCert(ca.cert)

	// What asks from this machine needs neither the host's name nor a proxy's header.
	if out, status := p.local("health", "--http", addr); status != 0 {
		t.Errorf("health: %d %s", status, out)
	}
	for _, door := range []string{addr, p.ssh} {
		if err := reacts(t.Context(), door); err != nil {
			t.Errorf("the watchdog at %s: %v", door, err)
		}
	}

	open := secure(addr, roots) // its connection stays open
	resp, err := click(open, "https://go.example.test/ana")
	if err != nil {
		t.Fatal(err)
	}
	if serial := wantSecureClick(t, resp); serial.Int64() != 100 {
		t.Errorf("serial %v", serial)
	}
	if _, err := tls.Dial("tcp", addr, &tls.Config{RootCAs: roots, ServerName: "go.example.test", MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}); err == nil {
		t.Error("TLS 1.1 is spoken")
	}
	serves := func(serial int64) bool {
		resp, err := click(secure(addr, roots), "https://go.example.test/ana")
		return err == nil && resp.TLS.PeerCertificates[0].SerialNumber.Int64() == serial
	}
	second, secondKey := ca.issue(t, 200, now.Add(-time.Hour), now.Add(23*time.Hour), "go.example.test")
	write(second, firstKey)
	hangup := func() {
		if err := p.cmd.Process.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
	}
	hangup()
	p.eventually("the log", func() bool { return strings.Contains(p.stderr.String(), "the one before stays") })
	if !serves(100) {
		t.Error("a bad file took the certificate away")
	}
	write(second, secondKey)
	hangup()
	p.eventually("the new certificate", func() bool { return serves(200) })
	if resp, err := click(open, "https://go.example.test/ana"); err != nil || resp.TLS.PeerCertificates[0].SerialNumber.Int64() != 100 {
		t.Errorf("the connection from before: %v", err)
	}

	// The PROXY header comes before TLS.
	proxied := secure(addr, roots)
	proxied.Transport.(*http.Transport).DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		c, err := new(net.Dialer).DialContext(ctx, network, addr)
		if err == nil {
			_, err = io.WriteString(c, proxyHeader)
		}
		return c, err
	}
	if resp, err := click(proxied, "https://go.example.test/ana"); err != nil || resp.StatusCode != http.StatusFound {
		t.Errorf("by a proxy: %v", err)
	}
	// A live stats page over HTTP/2.
	var link struct {
		StatsURL string `json:"stats_url"`
	}
	p.json(&link, "link", "show", "ana")
	live, err := open.Get(link.StatsURL + "/live")
	if err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(live.Body).ReadString('\n'); err != nil || live.Proto != "HTTP/2.0" || line != "retry: 3000\n" {
		t.Errorf("%s %q %v", live.Proto, line, err)
	}
	_ = live.Body.Close()
	// checkout test reaches its own door, whatever the public name leads to.
	if out, errOut, status := p.as(p.admin, "checkout", "test", box.name); status != 0 || !strings.Contains(out, "verdict") {
		t.Errorf("%d %s %s", status, out, errOut)
	}
	wantDoctor(t, p, flags, "ok", "certificate", "is valid until")
	wantDoctor(t, p, append(flags, "--base-url", "https://other.example.test"), "wrong", "certificate", "not for the base URL's host")
	// doctor trusts the authorities of this machine alone, as customers' browsers do.
	wantDoctor(t, p, append(flags, "--base-url", "https://"+addr, "--online"), "wrong", "certificate", "unknown authority")
	resp, err = http.Get("http://" + p.metrics + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	metrics, _ := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	// The shortest form, as Prometheus writes it: a time that ends in 0 has a digit less.
	if want := fmt.Sprintf("lastclick_certificate_expires_timestamp_seconds %v\n", float64(now.Add(23*time.Hour).Unix())); !strings.Contains(string(metrics), want) {
		t.Errorf("no %s", want)
	}
}

// wantDoctor wants the finding.
func wantDoctor(t *testing.T, p *platform, flags []string, state, what, words string) {
	t.Helper()
	out, _ := p.local(append([]string{"doctor", "--data", p.data}, flags...)...)
	for line := range strings.Lines(out) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == state && fields[1] == what && strings.Contains(line, words) {
			return
		}
	}
	t.Errorf("doctor says no %s %s %q in\n%s", state, what, words, out)
}

func TestConfig_TLS_WhatCannotBeTogetherIsRefused(t *testing.T) {
	for _, c := range []struct {
		args string
		want string // empty: it is taken
	}{
		{"--tls-cert a", "need each other"},
		{"--tls-key a", "need each other"},
		{"--tls-cert a --tls-key b", ""},
		{"--tls-cert a --tls-key b --tls-http :80", ""},
		{"--tls-cert a --tls-key b --tls-domain go.example.com", "one of the two"},
		{"--tls-domain go.example.com --tls-domain tickets.example.org", ""},
		{"--tls-domain go.example.com --tls-http off", ""},
		{"--tls-domain go.example.com --tls-http 80", "--tls-http"},
		{"--tls-domain *.example.com", "whole public name"},
		{"--tls-domain 192.0.2.1", "whole public name"},
		{"--tls-domain go.example.com --acme-directory http://ca.example/dir", "https://"},
		{"--tls-domain go.example.com --acme-directory https://ca.example/dir --acme-email ops@example.com", ""},
		{"--tls-domain go.example.com --acme-email ops", "--acme-email"},
		{"--acme-directory https://ca.example/dir", "for --tls-domain"},
		{"--acme-email ops@example.com", "for --tls-domain"},
		{"--tls-http :80", "neither is given"},
		{"--tls-domain go.example.com --cookie-domain example.com", ""},
	} {
		var conf config
		flags := pflag.NewFlagSet("serve", pflag.ContinueOnError)
		conf.serveFlags(flags)
		if err := flags.Parse(strings.Fields(c.args)); err != nil {
			t.Fatal(err)
		}
		err := conf.validate()
		if (err != nil) != (c.want != "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %q", c.args, err, c.want)
		}
	}
}

func TestConfig_TLS_DoubtsAreTold(t *testing.T) {
	for args, want := range map[string]string{
		"--http :443 --tls-domain Go.example.com":                                                                        "",
		"--http :443 --tls-domain go.example.com --tls-domain b.example.com":                                             "",
		"--tls-domain go.example.com":                                                                                    "port 443",
		"--http :8443 --tls-domain go.example.com --base-url https://go.example.com:8443":                                "",
		"--http :443 --tls-domain go.example.com --base-url https://www.example.com":                                     "not one of --tls-domain",
		"--http :443 --tls-cert a --tls-key b --base-url http://go.example.com":                                          "is not https",
		"--base-url https://go.example.com":                                                                              "",
		"--http :443 --tls-domain go.example.com --base-url https://xn--mnchen-3ya.example --tls-domain münchen.example": "",
	} {
		var conf config
		flags := pflag.NewFlagSet("serve", pflag.ContinueOnError)
		conf.serveFlags(flags)
		if err := flags.Parse(strings.Fields(args)); err != nil {
			t.Fatal(err)
		}
		if err := conf.validate(); err != nil {
			t.Fatal(err)
		}
		doubts := strings.Join(conf.tlsDoubts(conf.baseURL, conf.http), "; ")
		if (doubts == "") != (want == "") || !strings.Contains(doubts, want) {
			t.Errorf("%q: %q, want %q", args, doubts, want)
		}
	}
	for database, want := range map[string]bool{"": true, "/var/lib/x.db": true, "postgres://db/x": false, "postgresql://db/x": false} {
		c := config{database: database, data: "data"}
		if dir, isDir := c.certificateCache(nil).(autocert.DirCache); isDir != want || isDir && dir != autocert.DirCache(filepath.Join("data", "acme")) {
			t.Errorf("with the database %q the certificates are in %v", database, c.certificateCache(nil))
		}
	}
	c := config{baseURL: "https://go.example.com:8443", tls: tlsConfig{domains: []string{"go.example.com", "b.example.com"}}}
	if got := fmt.Sprint((&doctor{c: &c}).publicAddresses()); got != "[https://go.example.com:8443 https://b.example.com]" {
		t.Errorf("doctor asks %s", got)
	}
	if err := (&c).tls.validate(); err != nil || c.tls.plainAddress() != ":80" || c.tls.scheme() != "https" {
		t.Errorf("%v %+v", err, c.tls)
	}
}
