//go:build linux

package main

import (
	"bufio"
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"
)

// up starts everything and runs until it is interrupted. Names of faults are taken from its
// input, and from other terminals.
func up(ctx context.Context, o options, in io.Reader, r report) error {
	c, err := newCluster(ctx, o)
	if err != nil {
		return err
	}
	defer c.close()
	if err := c.start(r); err != nil {
		return err
	}
	if err := c.describe(r); err != nil {
		return err
	}
	d := &door{c: c, r: r}
	end, err := d.listen()
	if err != nil {
		r.say("scripts/cluster fault does not reach this one: %v", err)
	} else {
		defer end()
	}
	lines := make(chan string)
	go func() { // ends with the program: a read of the terminal has no other end
		for s := bufio.NewScanner(in); s.Scan(); {
			select {
			case lines <- strings.TrimSpace(s.Text()):
			case <-ctx.Done():
			}
		}
	}()
	for {
		select {
		case <-ctx.Done():
			return nil
		case name := <-lines:
			if name != "" {
				fmt.Fprint(r.out, d.try(name))
			}
		}
	}
}

// describe prints where everything is.
func (c *cluster) describe(r report) error {
	block, err := ssh.MarshalPrivateKey(c.adminKey, "")
	if err != nil {
		return err
	}
	key := filepath.Join(c.dir, "admin")
	if err := os.WriteFile(key, pem.EncodeToMemory(block), 0o600); err != nil {
		return err
	}
	console := func(address string) string {
		_, port, _ := net.SplitHostPort(address) // of ours
		return "ssh -i " + key + " -o UserKnownHostsFile=" + filepath.Join(c.dir, "known_hosts") + " -p " + port + " 127.0.0.1"
	}
	line := func(name, value string) { fmt.Fprintf(r.out, "%-22s %s\n", name, value) }
	line("links and checkouts", "http://"+c.entry("80")+"   (HAProxy; a link is /link-00)")
	line("console", console(c.entry("2222")))
	for _, d := range c.nodes {
		line(d.name, "http://"+d.HTTP+"/readyz   http://"+d.Metrics+"/metrics   "+console(d.SSH))
	}
	if c.options.plain {
		line("primary and standby", c.members[0].listen+", "+c.members[1].listen)
	} else {
		line("Patroni", "patronictl -c "+c.members[0].config+" list")
		line("the leader's address", c.entry("5432"))
	}
	line("HAProxy", "http://"+c.entry("7000"))
	line("checkout", "http://"+c.entry("80")+"/webhooks/box   secret "+c.secret)
	line("logs", c.dir+"/*.log")
	fmt.Fprintf(r.out, "\nType a fault to see what happens, Ctrl-C to end:\n%s", listFaults(c.options.can))
	return nil
}

// door is how people ask for faults, one after another.
type door struct {
	mu    sync.Mutex
	c     *cluster
	r     report
	tried int
}

// socket is where the one that is up listens for its user.
func socket() string {
	return filepath.Join(os.TempDir(), fmt.Sprintf("lastclick-cluster-%d.sock", os.Getuid()))
}

// try does it and says what came of it.
func (d *door) try(name string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, f := range faults() {
		if f.name != name {
			continue
		}
		if why := f.missing(d.c.options); why != "" {
			return name + " is " + why + "\n"
		}
		d.tried++
		d.r.say("%s: %s. Some 40 s with customers, checkouts and a promoter …", f.name, f.what)
		t, err := d.c.try(f, fmt.Sprint("o", d.tried))
		if err != nil {
			t.wrong = append(t.wrong, err.Error())
		}
		var b strings.Builder
		for n, cell := range t.row() {
			fmt.Fprintf(&b, "%-43s %s\n", head[n], cell)
		}
		return b.String()
	}
	return fmt.Sprintf("%q is no fault. They are:\n%s", name, listFaults(d.c.options.can))
}

// listen takes faults from other terminals. A socket that no one listens on is of one that
// was killed.
func (d *door) listen() (end func(), err error) {
	path := socket()
	if c, err := net.Dial("unix", path); err == nil { //nolint:noctx // it does not wait
		_ = c.Close()
		return nil, errors.New("another one is up")
	}
	_ = os.Remove(path)
	l, err := net.Listen("unix", path) //nolint:noctx // it does not wait
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	server := &http.Server{ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, d.try(strings.TrimPrefix(r.URL.Path, "/")))
	})}
	var served sync.WaitGroup
	served.Go(func() { _ = server.Serve(l) })
	return func() {
		_ = server.Close()
		served.Wait()
		d.mu.Lock() // what is still being tried ends first, and nothing begins
	}, nil
}

// askForFault asks the one that is up.
func askForFault(ctx context.Context, name string, r report) error {
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket())
	}}}
	defer client.CloseIdleConnections()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://cluster/"+name, nil)
	if err != nil {
		return err
	}
	answer, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("none is up (scripts/cluster up): %w", err)
	}
	defer answer.Body.Close()
	_, err = io.Copy(r.out, answer.Body)
	return err
}
