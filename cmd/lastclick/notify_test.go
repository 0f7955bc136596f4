package main

import (
	"context"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"lastclick/model/testenv"
)

// notices is a service manager's end of NOTIFY_SOCKET.
type notices struct {
	t    testing.TB
	conn *net.UnixConn
	path string
	seen []string
}

func listenNotices(t testing.TB) *notices {
	t.Helper()
	path := filepath.Join(t.TempDir(), "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &notices{t: t, conn: conn, path: path}
}

// next is the next notice.
func (n *notices) next() string {
	n.t.Helper()
	if err := n.conn.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		n.t.Fatal(err)
	}
	b := make([]byte, 4096)
	k, err := n.conn.Read(b)
	if err != nil {
		n.t.Fatalf("no notice came after %q: %v", n.seen, err)
	}
	n.seen = append(n.seen, string(b[:k]))
	return string(b[:k])
}

// until reads on until the notice comes, and returns those before it.
func (n *notices) until(notice string) (before []string) {
	n.t.Helper()
	for {
		got := n.next()
		if got == notice {
			return before
		}
		before = append(before, got)
	}
}

// What a service manager hears from the start to the stop, and what health says.
func TestNotify_StartReloadStop_ServiceManagerIsTold(t *testing.T) {
	n := listenNotices(t)
	p := &platform{env: []string{"NOTIFY_SOCKET=" + n.path, "WATCHDOG_USEC=400000"}}
	p.begin(t)
	n.until("READY=1")
	n.until("WATCHDOG=1")
	n.until("WATCHDOG=1")

	address := strings.TrimPrefix(p.http, "http://")
	if out, status := p.local("health", "--http", address); status != 0 || !strings.Contains(out, "alive at "+address) {
		t.Errorf("health: %d %s", status, out)
	}
	if out, status := p.local("health", "--http", p.ssh); status != 1 || !strings.Contains(out, "is not alive at "+p.ssh) {
		t.Errorf("health of what is no HTTP: %d %s", status, out)
	}

	if err := p.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	n.until("RELOADING=1")
	if between := n.until("READY=1"); slices.ContainsFunc(between, func(s string) bool { return s != "WATCHDOG=1" }) {
		t.Errorf("while it reloads: %q", between)
	}
	n.until("WATCHDOG=1")
	p.run("whoami") // it still serves
	p.stop()
	n.until("STOPPING=1")
	if out, status := p.local("health", "--http", address); status != 1 {
		t.Errorf("health after the stop: %d %s", status, out)
	}
}

// What may keep the ping away, and what may not: a restart would not bring a database
// back.
func TestWatchdog_WhatHangs_PingsOnlyWhereARestartMendsNothing(t *testing.T) {
	alive := serve(t)
	mute, err := net.Listen("tcp", "127.0.0.1:0") // the kernel accepts; nothing answers
	if err != nil {
		t.Fatal(err)
	}
	defer mute.Close()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	http := strings.TrimPrefix(alive.http, "http://")
	away := func(context.Context) error { return context.DeadlineExceeded }
	answers := func(context.Context) error { return nil }
	for _, c := range []struct {
		name      string
		http, ssh string
		busy      time.Duration
		storage   func(context.Context) error
		pings     int
	}{
		{"all is well", http, alive.ssh, 0, answers, 1},
		{"http accepts nothing", mute.Addr().String(), alive.ssh, 0, answers, 0},
		{"ssh accepts nothing", http, mute.Addr().String(), 0, answers, 0},
		{"ssh is closed", http, closed.Addr().String(), 0, answers, 0},
		{"a long import", http, alive.ssh, committerPatience - time.Second, answers, 1},
		{"the database is away", http, alive.ssh, time.Hour, away, 1},
		{"the committer hangs by itself", http, alive.ssh, committerPatience, answers, 0},
	} {
		pings := 0
		var log testenv.Buffer
		w := &watchdog{
			listeners: map[string]string{"http": c.http, "ssh": c.ssh},
			busy:      func() time.Duration { return c.busy }, storage: c.storage,
			ping: func() { pings++ }, log: (&config{}).logger(&log),
		}
		within := 20 * time.Second
		if mute := mute.Addr().String(); c.http == mute || c.ssh == mute {
			within = 100 * time.Millisecond
		}
		w.look(t.Context(), within)
		w.look(t.Context(), within)
		if pings != 2*c.pings {
			t.Errorf("%s: %d pings of two looks, wanted %d", c.name, pings, 2*c.pings)
		}
		if lines := strings.Count(log.String(), "\n"); lines != 1-c.pings {
			t.Errorf("%s: %d lines in the log, wanted %d: %s", c.name, lines, 1-c.pings, &log)
		}
	}
}
