package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// socket is one that is passed to daemons as systemd does, and open while none runs.
type socket struct {
	name string
	addr string
	file *os.File
}

func newSocket(t testing.TB, name string) socket {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	f, err := l.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return socket{name, l.Addr().String(), f}
}

// pass has a command find the sockets in its environment. LISTEN_PID is the process's own
// id, which a shell knows that becomes it.
func pass(sockets ...socket) func(*exec.Cmd) {
	return func(cmd *exec.Cmd) {
		names := []string{}
		for _, s := range sockets {
			names = append(names, s.name)
			cmd.ExtraFiles = append(cmd.ExtraFiles, s.file)
		}
		cmd.Args = append([]string{"sh", "-c", `LISTEN_PID=$$ exec "$0" "$@"`}, append([]string{cmd.Path}, cmd.Args[1:]...)...)
		cmd.Path = "/bin/sh"
		cmd.Env = append(cmd.Env, fmt.Sprint("LISTEN_FDS=", len(sockets)), "LISTEN_FDNAMES="+strings.Join(names, ":"))
	}
}

// Who asks while the daemon restarts waits, and is answered by the next one.
func TestSockets_Restart_RefusesNobody(t *testing.T) {
	web, ssh, metrics := newSocket(t, "http"), newSocket(t, "ssh"), newSocket(t, "metrics")
	p := &platform{prepare: pass(web, ssh, metrics)}
	p.begin(t)
	if p.http != "http://"+web.addr || p.ssh != ssh.addr || p.metrics != metrics.addr {
		t.Errorf("ready at %s %s %s, not at %s %s %s", p.http, p.ssh, p.metrics, web.addr, ssh.addr, metrics.addr)
	}
	p.seed()
	p.stop()
	answer := make(chan int, 1)
	asking, err := net.Dial("tcp", web.addr) // connected, with no daemon there
	if err != nil {
		t.Fatal(err)
	}
	defer asking.Close()
	go func() {
		client := secure(web.addr, nil)
		client.Transport = &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return asking, nil }}
		resp, err := client.Get("http://go.example.com/ana")
		if err != nil {
			t.Error(err)
			answer <- 0
			return
		}
		_ = resp.Body.Close()
		answer <- resp.StatusCode
	}()
	p.start()
	if status := <-answer; status != http.StatusFound {
		t.Errorf("who asked between two daemons was answered %d", status)
	}
}

func TestSockets_Wrong_IsASentence(t *testing.T) {
	web := newSocket(t, "http")
	for _, c := range []struct {
		sockets []socket
		want    string
	}{
		{[]socket{{name: "lastclick.socket", file: web.file}}, `FileDescriptorName= in its unit to one of http, ssh, metrics, redirect`},
		{[]socket{web, web}, "two sockets named http"},
		{[]socket{{name: "redirect", file: web.file}}, "--tls-domain or --tls-cert"},
		{[]socket{{name: "ssh", file: os.Stdin}}, "the socket ssh of systemd cannot be used"},
	} {
		cmd := lastclick(t.Context(), t.TempDir(), "serve", "--data", t.TempDir())
		pass(c.sockets...)(cmd)
		out, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(out), c.want) {
			t.Errorf("%v: %v %s", c.sockets, err, out)
		}
	}
}
