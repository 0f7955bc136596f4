package main

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"lastclick/model/testenv"
)

// seed adds a client, an event, a link and a checkout.
func (p *platform) seed() *checkout {
	p.t.Helper()
	p.run("client", "add", "acme", "--name", "Acme", "--url", "https://tickets.example/acme")
	p.run("event", "add", "summerfest", "--name", "Summerfest", "--url", "https://tickets.example/summerfest")
	p.run("link", "add", "Ana", "ana@example.com", "--event", "summerfest", "--code", "ana", "--no-mail")
	return p.checkout("boxoffice")
}

// orderBody is an order of one ticket, placed now.
func orderBody(id, receipt string, faceValue int) string {
	now := time.Now().UTC().Format(time.RFC3339)
	return fmt.Sprintf(`{"type":"order.placed","timestamp":%q,"data":{"id":%q,"version":1,"placed_at":%q,"currency":"GBP","customer":{"id":%q},
		"tracking":{"receipt":%q},"tickets":[{"id":"%s-1","event":"summerfest","type":"ga","face_value":%d}]}}`, now, id, now, "cus_"+id, receipt, id, faceValue)
}

// customerAndConsole are a customer who has clicked ana's link, and a console that
// shows it.
func (p *platform) customerAndConsole() (kim *browser, screen *screen) {
	kim = p.browser()
	kim.follow("/ana")
	screen = p.console(p.admin, 120, 36)
	screen.waitFor("Ana", "Total")
	return kim, screen
}

// scripts/bench measures how long it takes.
func TestLive_OrderCommitted_ReachesTheOpenScreen(t *testing.T) {
	p := serve(t)
	box := p.seed()
	kim, screen := p.customerAndConsole()
	defer screen.close()
	for i, sum := range []string{"1,111.11", "2,222.22", "3,333.33"} { // each is another text on the screen
		if status, answer := box.post(fmt.Sprint("msg_", i), orderBody(fmt.Sprint("A-", i), kim.receipt(), 111111)); status != 200 {
			t.Fatalf("%d %s", status, answer)
		}
		screen.waitFor(sum)
	}
	screen.quit()
}

// However a console ends, it leaves no goroutine behind. scripts/bench measures what
// waiting consoles cost.
func TestLive_ConsoleEnded_LeavesNoGoroutine(t *testing.T) {
	p := serve(t)
	p.seed()
	p.console(p.admin, 80, 24).quit() // what is made once, is made now
	base := p.settled(p.goroutines())

	shared := p.dial(p.admin)
	defer shared.Close()
	for name, end := range map[string]func(){
		"quit":        func() { p.console(p.admin, 80, 24).quit() },
		"end of file": func() { s := p.console(p.admin, 80, 24); s.waitFor("Ana"); _ = s.keys.Close(); <-s.ended; s.close() },
		"cut off":     func() { s := p.console(p.admin, 80, 24); s.waitFor("Ana"); s.close() },
		"one channel of a shared connection": func() {
			s, err := shared.NewSession()
			if err != nil {
				t.Fatal(err)
			}
			if err := s.RequestPty("xterm", 24, 80, ssh.TerminalModes{}); err != nil {
				t.Fatal(err)
			}
			if err := s.Shell(); err != nil {
				t.Fatal(err)
			}
			_ = s.Close()
		},
	} {
		for range 5 {
			end()
		}
		// The shared connection itself takes a few.
		if n := p.settled(base + 8); n > base+8 {
			t.Errorf("%s: %d goroutines, %d before", name, n, base)
		}
	}
}

// A console that waits holds few goroutines: each has a stack.
func TestLive_WaitingConsole_FewGoroutines(t *testing.T) {
	p := serve(t)
	p.seed()
	p.console(p.admin, 80, 24).quit() // what is made once, is made now
	base := p.settled(p.goroutines())
	const consoles, each = 10, 12
	for range consoles {
		s := p.console(p.admin, 80, 24)
		defer s.close()
		s.waitFor("Ana", "Total")
	}
	most := base + consoles*each + 2 // the metrics' own connection
	if n := p.settled(most); n > most {
		t.Errorf("%d goroutines with %d consoles open, %d before: more than %d each", n, consoles, base, each)
	}
}

// The client that shares a connection is killed, and the connection lives on.
func TestLive_OpenSSHMultiplexedClientKilled_LeavesNoGoroutine(t *testing.T) {
	program := testenv.Need(t, "ssh")[0]
	p := serve(t)
	p.seed()
	host, port, _ := strings.Cut(p.ssh, ":")
	dir, err := os.MkdirTemp("", "lc") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	options := []string{
		"-F", "/dev/null", "-i", p.admin.path, "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
		"-o", "LogLevel=ERROR", "-S", filepath.Join(dir, "s"), "-p", port,
	}
	master := exec.CommandContext(t.Context(), program, append(options, "-M", "-N", host)...)
	if err := master.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = master.Process.Kill(); _ = master.Wait() }()
	p.eventually("the master's socket", func() bool { _, err := os.Stat(filepath.Join(dir, "s")); return err == nil })
	base := p.settled(p.goroutines())
	for range 3 {
		one := exec.CommandContext(t.Context(), program, append(options, "-tt", host)...)
		in, err := one.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		out, err := one.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := one.Start(); err != nil {
			t.Fatal(err)
		}
		if _, err := bufio.NewReader(out).ReadByte(); err != nil {
			t.Fatal(err)
		}
		_ = one.Process.Kill()
		_ = in.Close()
		_ = one.Wait()
	}
	if n := p.settled(base + 2); n > base+2 {
		t.Errorf("%d goroutines, %d before", n, base)
	}
}

func (p *platform) goroutines() int { return int(p.metric("go_goroutines")) }

// settled waits, at most 10 s, until there are no more than most goroutines.
func (p *platform) settled(most int) int {
	n := p.goroutines()
	late := time.After(10 * time.Second)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for n > most {
		select {
		case <-tick.C:
			n = p.goroutines()
		case <-late:
			return n
		}
	}
	return n
}

func (p *platform) eventually(what string, ok func() bool) {
	p.t.Helper()
	p.within(10*time.Second, what, ok)
}

func (p *platform) within(d time.Duration, what string, ok func() bool) {
	p.t.Helper()
	late := time.After(d)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-late:
			p.t.Fatalf("never came: %s", what)
		}
	}
}

// scrape returns what the daemon tells Prometheus.
func (p *platform) scrape() string {
	p.t.Helper()
	resp, err := http.Get("http://" + p.metrics + "/metrics")
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		p.t.Fatal(resp.Status, err)
	}
	return string(raw)
}

// metric reads one value of the daemon's metrics.
func (p *platform) metric(name string) float64 {
	p.t.Helper()
	for line := range strings.Lines(p.scrape()) {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			f, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			if err != nil {
				p.t.Fatal(err)
			}
			return f
		}
	}
	p.t.Fatalf("no metric %s", name)
	return 0
}
