//go:build linux

package main

import (
	"bufio"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/ssh"

	"lastclick/scripts/stress/visit"
)

// attack is one way to attack. run returns once its workers are started.
type attack struct {
	name, what string
	run        func(*attacker)
}

func attacks() []attack {
	return []attack{
		{"unsigned bodies of 1 MiB, 600 connections", "bodies", func(a *attacker) { a.workers(bodyAttackers, a.largeBody) }},
		{"1,000 half-open and 1,000 slow requests", "connections", func(a *attacker) { a.workers(1000, a.halfOpen); a.workers(1000, a.slowHeader) }},
		{"GET /readyz without end, 300 connections", "requests", func(a *attacker) { a.workers(300, a.asking("GET /readyz?orders HTTP/1.1\r\nHost: x\r\n\r\n")) }},
		{"QR codes of 2048 pixels, 300 connections", "pictures", func(a *attacker) { a.workers(300, a.picture) }},
		{"unsigned POST flood, 200 connections", "requests", func(a *attacker) { a.workers(200, a.asking(unsignedPost)) }},
		{"600 silent SSH connections", "connections", func(a *attacker) { a.workers(600, a.silentSSH) }},
		{"random stats tokens, 200 connections", "requests", func(a *attacker) { a.workers(200, a.randomToken) }},
		{"4,200 streams of a stats page", "streams", func(a *attacker) { a.workers(4200, a.stream) }},
		{"pastes without end on the invite screen", "MiB", func(a *attacker) { a.workers(8, a.paste) }},
		{"window changes without end", "changes", func(a *attacker) { a.workers(8, a.windowChanges) }},
	}
}

const unsignedPost = "POST /webhooks/" + visit.CheckoutName + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"

// attacker is the process that attacks.
type attacker struct {
	ctx             context.Context
	http, ssh, page string
	started         atomic.Int64
	did, refused    atomic.Int64
	all             sync.WaitGroup
}

// workers has n of them do something again and again.
func (a *attacker) workers(n int, do func(source net.Addr)) {
	for range n {
		number := a.started.Add(1)
		source := &net.TCPAddr{IP: net.ParseIP(fmt.Sprint(attackNetwork, 1+number%attackerCount))}
		a.all.Go(func() {
			for a.ctx.Err() == nil {
				do(source)
			}
		})
	}
}

// dial opens a connection that is closed in the end; nil where it is refused.
func (a *attacker) dial(source net.Addr, address string) net.Conn {
	c, err := (&net.Dialer{LocalAddr: source, Timeout: 5 * time.Second}).DialContext(a.ctx, "tcp", address)
	if err != nil {
		a.refuse()
		return nil
	}
	context.AfterFunc(a.ctx, func() { _ = c.Close() })
	return c
}

// refuse counts, and pauses a moment as any attacker must.
func (a *attacker) refuse() {
	if a.ctx.Err() == nil {
		a.refused.Add(1)
	}
	visit.Wait(a.ctx, 20*time.Millisecond)
}

// The bodies together come as fast as a link of 1 Gbit/s carries them: loopback would
// carry ten times that, and the queue in it is not the daemon's.
const (
	bodyAttackers = 600
	bodyPace      = 125_000_000 / bodyAttackers // bytes a second
)

// largeBody sends a megabyte without a signature that holds, with headers that hold.
func (a *attacker) largeBody(source net.Addr) {
	c := a.dial(source, a.http)
	if c == nil {
		return
	}
	defer c.Close()
	setPace(c, bodyPace)
	const size = 1 << 20
	_, err := fmt.Fprintf(c, "POST /webhooks/%s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\nwebhook-id: msg_x\r\nwebhook-timestamp: %d\r\nwebhook-signature: v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n", visit.CheckoutName, size, time.Now().Unix())
	for sent := 0; err == nil && sent < size; sent += len(filler) {
		_, err = c.Write(filler)
	}
	if err == nil {
		_, err = bufio.NewReader(c).ReadString('\n')
	}
	a.count(err)
}

var filler = []byte(strings.Repeat(" ", 32<<10))

func (a *attacker) count(err error) {
	if err != nil {
		a.refuse()
		return
	}
	a.did.Add(1)
}

// halfOpen says nothing until it is cut.
func (a *attacker) halfOpen(source net.Addr) { a.silent(source, a.http) }

func (a *attacker) silentSSH(source net.Addr) { a.silent(source, a.ssh) }

func (a *attacker) silent(source net.Addr, address string) {
	c := a.dial(source, address)
	if c == nil {
		return
	}
	defer c.Close()
	a.did.Add(1)
	begin := time.Now()
	_, _ = io.Copy(io.Discard, c)
	if time.Since(begin) < 50*time.Millisecond {
		a.refuse()
	}
}

// slowHeader sends a byte now and then.
func (a *attacker) slowHeader(source net.Addr) {
	c := a.dial(source, a.http)
	if c == nil {
		return
	}
	defer c.Close()
	a.did.Add(1)
	_, err := io.WriteString(c, "GET / HTTP/1.1\r\nX: ")
	for err == nil && a.ctx.Err() == nil {
		visit.Wait(a.ctx, 300*time.Millisecond)
		_, err = io.WriteString(c, "x")
	}
}

// asking sends the request again and again on one connection.
func (a *attacker) asking(request string) func(net.Addr) {
	return func(source net.Addr) { a.ask(source, func() string { return request }) }
}

func (a *attacker) picture(source net.Addr) {
	n := int(a.did.Load())
	a.ask(source, func() string {
		n++
		return fmt.Sprintf("GET /qr/%s.png?size=%d HTTP/1.1\r\nHost: x\r\n\r\n", visit.LinkCode(n), 2048-n%500)
	})
}

func (a *attacker) randomToken(source net.Addr) {
	a.ask(source, func() string { return "GET /stats/" + rand.Text()[:22] + " HTTP/1.1\r\nHost: x\r\n\r\n" })
}

func (a *attacker) ask(source net.Addr, request func() string) {
	c := a.dial(source, a.http)
	if c == nil {
		return
	}
	defer c.Close()
	in := bufio.NewReader(c)
	for a.ctx.Err() == nil {
		if _, err := io.WriteString(c, request()); err != nil {
			a.refuse()
			return
		}
		resp, err := http.ReadResponse(in, nil) //nolint:bodyclose // visit.Drain closes it
		if err != nil {
			a.refuse()
			return
		}
		visit.Drain(resp)
		if resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode == http.StatusServiceUnavailable {
			a.refused.Add(1)
		} else {
			a.did.Add(1)
		}
	}
}

// stream opens a live page and reads it until it is cut.
func (a *attacker) stream(source net.Addr) {
	c := a.dial(source, a.http)
	if c == nil {
		return
	}
	defer c.Close()
	if _, err := fmt.Fprintf(c, "GET %s/live HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n", a.page); err != nil {
		a.refuse()
		return
	}
	resp, err := http.ReadResponse(bufio.NewReader(c), nil) //nolint:bodyclose // visit.Drain closes it
	if err != nil || resp.StatusCode != http.StatusOK {
		a.refuse()
		visit.Wait(a.ctx, time.Second) // as browsers do
		return
	}
	a.did.Add(1)
	visit.Drain(resp)
}

// inviteScreen opens the screen that a key without a person meets.
func (a *attacker) inviteScreen(source net.Addr) (*ssh.Session, io.WriteCloser) {
	c := a.dial(source, a.ssh)
	if c == nil {
		return nil, nil
	}
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, nil
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		return nil, nil
	}
	conn, channels, requests, err := ssh.NewClientConn(c, a.ssh, &ssh.ClientConfig{User: "x", Auth: []ssh.AuthMethod{ssh.PublicKeys(signer)}, HostKeyCallback: ssh.InsecureIgnoreHostKey()})
	if err != nil {
		_ = c.Close()
		return nil, nil
	}
	client := ssh.NewClient(conn, channels, requests)
	s, err := client.NewSession()
	if err == nil {
		err = s.RequestPty("xterm-256color", 24, 80, ssh.TerminalModes{})
	}
	if err == nil {
		s.Stdout = io.Discard
		var in io.WriteCloser
		if in, err = s.StdinPipe(); err == nil {
			if err = s.Shell(); err == nil {
				go func() { _ = s.Wait(); _ = client.Close() }()
				return s, in
			}
		}
	}
	_ = client.Close()
	return nil, nil
}

// paste begins a paste and never ends it.
func (a *attacker) paste(source net.Addr) {
	s, in := a.inviteScreen(source)
	if s == nil {
		a.refuse()
		return
	}
	defer s.Close()
	_, err := io.WriteString(in, "\x1b[200~")
	letters := []byte(strings.Repeat("a", 32<<10))
	for n := 1; err == nil && a.ctx.Err() == nil; n++ {
		_, err = in.Write(letters)
		if n%32 == 0 {
			a.did.Add(1)
		}
	}
	a.refuse()
}

func (a *attacker) windowChanges(source net.Addr) {
	s, _ := a.inviteScreen(source)
	if s == nil {
		a.refuse()
		return
	}
	defer s.Close()
	for n := 0; a.ctx.Err() == nil; n++ {
		if s.WindowChange(500-n%2, 1000) != nil {
			break
		}
		a.did.Add(1)
	}
	a.refuse()
}
