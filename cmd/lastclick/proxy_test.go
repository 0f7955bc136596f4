package main

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

const proxyHeader = "PROXY TCP4 203.0.113.9 192.0.2.1 12345 80\r\n"

// answerTo sends the text and returns the first line of the answer.
func answerTo(t *testing.T, addr, text string) string {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(15 * time.Second))
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	line, _ := bufio.NewReader(c).ReadString('\n')
	return strings.TrimSpace(line)
}

// throughProxy signs in over a connection that begins with the header.
func (p *platform) throughProxy(header string) (*ssh.Client, error) {
	p.t.Helper()
	c, err := net.Dial("tcp", p.ssh)
	if err != nil {
		p.t.Fatal(err)
	}
	_ = c.SetDeadline(time.Now().Add(15 * time.Second))
	if _, err := io.WriteString(c, header); err != nil {
		p.t.Fatal(err)
	}
	conn, channels, requests, err := ssh.NewClientConn(c, p.ssh, &ssh.ClientConfig{
		User: "x", Auth: []ssh.AuthMethod{ssh.PublicKeys(p.admin.signer)}, HostKeyCallback: ssh.InsecureIgnoreHostKey(),
	})
	if err != nil {
		_ = c.Close()
		return nil, err
	}
	p.t.Cleanup(func() { _ = conn.Close() })
	return ssh.NewClient(conn, channels, requests), nil
}

// HAProxy before both listeners: limits count the customer's address, not the proxy's.
func TestProxy_Trusted_LimitsByTheRealAddress(t *testing.T) {
	p := serve(t, "--trusted-proxy", "127.0.0.0/8", "--log-level", "debug")
	p.seed()
	web := strings.TrimPrefix(p.http, "http://")
	ask := func(header, path string) string {
		return answerTo(t, web, header+"GET "+path+" HTTP/1.1\r\nHost: go.example.com\r\nUser-Agent: "+phone+"\r\nConnection: close\r\n\r\n")
	}
	for _, header := range []string{"", proxyHeader, "PROXY UNKNOWN\r\n", "\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c\xcb\x00\x71\x09\xc0\x00\x02\x01\x30\x39\x00\x50"} {
		if got := ask(header, "/ana"); got != "HTTP/1.1 302 Found" {
			t.Errorf("after %q: %q", header, got)
		}
	}
	for header, want := range map[string]string{"PROXY TCP4 nonsense\r\n": "", "PROXY TCP4 203.0.113.9 192.0.2.1 1 2\n": ""} {
		if got := ask(header, "/ana"); got != want {
			t.Errorf("after %q: %q", header, got)
		}
	}
	// More wrong codes than one network may ask for, and another network is not limited by it.
	conn, err := net.Dial("tcp", web)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
	const guesses = 600
	go func() {
		_, _ = io.WriteString(conn, proxyHeader+strings.Repeat("GET /zzz HTTP/1.1\r\nHost: go.example.com\r\n\r\n", guesses))
	}()
	limited, answers := 0, bufio.NewReader(conn)
	for range guesses {
		resp, err := http.ReadResponse(answers, nil)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		if resp.StatusCode == http.StatusTooManyRequests {
			limited++
		}
	}
	if limited < 50 {
		t.Errorf("%d of %d guesses through the proxy were limited", limited, guesses)
	}
	if got := ask(strings.Replace(proxyHeader, "203.0.113.9", "203.0.113.10", 1), "/zzz"); got != "HTTP/1.1 404 Not Found" {
		t.Errorf("another network: %q", got)
	}
	if got := ask("", "/zzz"); got != "HTTP/1.1 404 Not Found" {
		t.Errorf("from this machine: %q", got)
	}

	// 32 connections of SSH a network; loopback, the proxy's own address, has no such limit.
	for i := range 32 {
		if _, err := p.throughProxy(proxyHeader); err != nil {
			t.Fatalf("connection %d: %v", i, err)
		}
	}
	if _, err := p.throughProxy(proxyHeader); err == nil {
		t.Error("a network has more connections than it may")
	}
	if _, err := p.throughProxy(strings.Replace(proxyHeader, "203.0.113.9", "203.0.113.10", 1)); err != nil {
		t.Errorf("another network: %v", err)
	}
	if out := p.run("whoami"); !strings.Contains(out, "admin") {
		t.Errorf("without a header: %s", out)
	}
	if log := p.stderr.String(); !strings.Contains(log, "203.0.113.9:12345") {
		t.Error("the log does not know the client's address")
	}
}

// From an address that is not trusted, a header is not believed, and never skipped.
func TestProxy_Stranger_IsRefused(t *testing.T) {
	p := serve(t, "--trusted-proxy", "192.0.2.0/24")
	web := strings.TrimPrefix(p.http, "http://")
	const request = "GET /robots.txt HTTP/1.1\r\nHost: go.example.com\r\nConnection: close\r\n\r\n"
	if got := answerTo(t, web, request); got != "HTTP/1.1 200 OK" {
		t.Errorf("without a header: %q", got)
	}
	for _, header := range []string{proxyHeader, "PROXY UNKNOWN\r\n", "\r\n\r\n\x00\r\nQUIT\n\x20\x00\x00\x00"} {
		if got := answerTo(t, web, header+request); got != "HTTP/1.1 400 Bad Request" {
			t.Errorf("after %q: %q", header, got)
		}
		if _, err := p.throughProxy(header); err == nil {
			t.Errorf("ssh after %q goes on", header)
		}
	}
	if out := p.run("whoami"); !strings.Contains(out, "admin") {
		t.Errorf("without a header: %s", out)
	}
}
