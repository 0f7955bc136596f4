package main

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Without a key in ~/.ssh the log says what to do.
func TestServe_FirstStart_KeysInHomeBecomeAdmins(t *testing.T) {
	admin := newIdentity(t, "kim@laptop")
	home := t.TempDir()
	if err := os.MkdirAll(filepath.Join(home, ".ssh"), 0o700); err != nil {
		t.Fatal(err)
	}
	p := &platform{t: t, data: filepath.Join(t.TempDir(), "data"), admin: admin, home: home, keyless: true}
	p.start()
	p.eventually("the hint", func() bool { return strings.Contains(p.stderr.String(), "ssh-keygen") })
	p.stop()
	if err := os.WriteFile(filepath.Join(home, ".ssh", "id_ed25519.pub"), []byte(admin.public+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.start()
	defer p.stop()
	if !strings.Contains(p.stderr.String(), "SHA256:") {
		t.Errorf("no fingerprint in the log:\n%s", p.stderr)
	}
	var who struct{ Name, Role string }
	p.json(&who, "whoami")
	if who.Role != "admin" || who.Name != "kim@laptop" {
		t.Errorf("%+v", who)
	}
}

func TestServe_SecondDaemon_Refused(t *testing.T) {
	p := serve(t)
	out, status := p.local("serve", "--data", p.data, "--http", "127.0.0.1:0", "--ssh", "127.0.0.1:0", "--metrics", "")
	if status != 1 || !strings.Contains(out, "another lastclick serves it") || strings.Contains(out, "ready") {
		t.Errorf("a second daemon: %d %s", status, out)
	}
	p.kill()
	p.start() // the lock ended with the process
}

// platform.stop wants status 0 within 10 s of SIGTERM; the terminal is restored.
func TestServe_ConsolesOpen_StopsInOrder(t *testing.T) {
	p := serve(t)
	p.seed()
	s := p.console(p.admin, 80, 24)
	s.waitFor("Ana")
	p.stop()
	<-s.ended
	if raw := s.output(); !strings.Contains(raw, "\x1b[?1049l") {
		t.Error("the terminal was left on the alternate screen")
	}
}

// Stopped under load, the daemon has counted exactly the clicks that it redirected.
func TestServe_StoppedUnderLoad_EveryRedirectCounted(t *testing.T) {
	p := serve(t)
	p.seed()
	const clickers, enough = 16, 2000
	var redirected atomic.Int64
	loaded := make(chan struct{})
	var load sync.WaitGroup
	count := func() {
		if redirected.Add(1) == enough {
			close(loaded)
		}
	}
	for range clickers {
		load.Go(func() {
			for p.clickUntilClosed(count) {
			}
		})
	}
	<-loaded
	p.stop()
	load.Wait()
	p.start()
	if counted := p.clicks("ana"); counted != int(redirected.Load()) {
		t.Errorf("%d clicks are counted, %d were redirected", counted, redirected.Load())
	}
}

// clickUntilClosed follows a link over one connection until the daemon closes it, and
// says whether there was one.
func (p *platform) clickUntilClosed(redirected func()) bool {
	conn, err := net.Dial("tcp", strings.TrimPrefix(p.http, "http://"))
	if err != nil {
		return false
	}
	defer conn.Close()
	answers := bufio.NewReader(conn)
	for {
		if _, err := fmt.Fprintf(conn, "GET /ana HTTP/1.1\r\nHost: go.example\r\nUser-Agent: %s\r\n\r\n", phone); err != nil {
			return true
		}
		resp, err := http.ReadResponse(answers, nil)
		if err != nil {
			return true
		}
		if resp.StatusCode != http.StatusFound {
			p.t.Errorf("a click is answered with %s", resp.Status)
			return false
		}
		redirected()
	}
}

// A silent mail server and a request that never ends do not add up: platform.stop wants
// status 0 within 10 s.
func TestServe_MailAndRequestHang_StopsInTime(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	dialled := make(chan net.Conn, 1)
	go func() {
		if c, err := silent.Accept(); err == nil {
			dialled <- c
		}
	}()
	p := serve(t, "--smtp", "smtp://"+silent.Addr().String(), "--mail-from", "tickets@example.com")
	p.seed()
	p.run("link", "add", "Ben", "ben@example.com", "--code", "ben")
	select {
	case c := <-dialled:
		defer c.Close()
	case <-time.After(10 * time.Second):
		t.Fatal("no mail was tried")
	}
	slow, err := net.Dial("tcp", strings.TrimPrefix(p.http, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Close()
	// Headers that promise a body which never comes, and the answer that says that
	// the daemon waits for it.
	fmt.Fprintf(slow, "POST /webhooks/boxoffice HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 9\r\n"+
		"webhook-id: m1\r\nwebhook-timestamp: %d\r\nwebhook-signature: v1,AAAA\r\n\r\n", time.Now().Unix())
	if line, err := bufio.NewReader(slow).ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") {
		t.Fatalf("%q, %v", line, err)
	}
	p.stop()
}

// A mail server and no public address: the mails would lead people to their own machines.
func TestServe_MailWithoutPublicAddress_WarnsOnce(t *testing.T) {
	const warning = `level=WARN msg="the links in mails will lead to the reader's own machine: give --base-url https://go.example.com"`
	for flags, want := range map[string]int{"": 0, "--smtp smtp://127.0.0.1:1": 1, "--smtp smtp://127.0.0.1:1 --base-url https://go.example.com": 0} {
		p := serve(t, strings.Fields(flags)...)
		p.stop()
		if n := strings.Count(p.stderr.String(), warning); n != want {
			t.Errorf("%q: said %d times, want %d:\n%s", flags, n, want, p.stderr)
		}
	}
}
