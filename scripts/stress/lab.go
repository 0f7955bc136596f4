//go:build linux

package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/crypto/ssh"

	"lastclick/scripts/benchmark/process"
	"lastclick/scripts/stress/visit"
)

// lab is where one trial takes place: a folder, an admin, and what must be ended, which is
// ended in the opposite order.
type lab struct {
	ctx    context.Context
	binary string // lastclick
	dir    string
	admin  ssh.Signer
	ends   []func()
	orders int // prefixes of orders that were given away
}

// newLab makes a lab. Its folder is gone after close.
func newLab(ctx context.Context, name string) (*lab, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	binary := filepath.Join(filepath.Dir(self), "lastclick")
	if _, err := os.Stat(binary); err != nil {
		return nil, fmt.Errorf("the daemon is missing (scripts/faults and scripts/soak build it): %w", err)
	}
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	admin, err := ssh.NewSignerFromKey(private)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "lastclick-"+name+"-")
	if err != nil {
		return nil, err
	}
	l := &lab{ctx: ctx, binary: binary, dir: dir, admin: admin}
	l.atEnd(func() { _ = os.RemoveAll(dir) })
	return l, nil
}

func (l *lab) atEnd(f func()) { l.ends = append(l.ends, f) }

func (l *lab) close() {
	for _, f := range slices.Backward(l.ends) {
		f()
	}
	l.ends = nil
}

// run runs a program to its end and returns what it printed; its error holds what it said.
func (l *lab) run(name string, args ...string) (string, error) {
	cmd := exec.CommandContext(l.ctx, name, args...)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	cmd.Env = []string{"HOME=" + l.dir, "TMPDIR=" + l.dir, "PATH=" + os.Getenv("PATH")}
	if err := cmd.Run(); err != nil {
		return out.String(), fmt.Errorf("%s %s: %w: %s%s", filepath.Base(name), strings.Join(args, " "), err, out.String(), said.String())
	}
	return out.String(), nil
}

// lastclick runs a command of the program beside the daemon.
func (l *lab) lastclick(args ...string) (string, error) { return l.run(l.binary, args...) }

// daemon is lastclick serve. Its fields up to env may be changed until it starts.
type daemon struct {
	l     *lab
	data  string
	host  string   // it listens on
	flags []string // beside the usual ones
	env   []string

	*process.Process
	process.Addresses
	secret string // of the checkout
}

func (l *lab) daemon() *daemon {
	return &daemon{l: l, data: filepath.Join(l.dir, "data"), host: "127.0.0.1"}
}

// file is the SQLite database.
func (d *daemon) file() string { return filepath.Join(d.data, "lastclick.db") }

// launch starts the process without waiting until it is ready.
func (d *daemon) launch() error {
	at := d.Addresses // where it listened before: the visitors go on
	if at == (process.Addresses{}) {
		free := net.JoinHostPort(d.host, "0")
		at = process.Addresses{HTTP: free, SSH: free, Metrics: free}
	}
	args := []string{"serve", "--data", d.data, "--http", at.HTTP, "--ssh", at.SSH, "--metrics", at.Metrics, "--admin-key", d.l.adminKey()}
	cmd := exec.CommandContext(d.l.ctx, d.l.binary, append(args, d.flags...)...)
	cmd.Env = append([]string{"HOME=" + d.l.dir, "TMPDIR=" + d.l.dir}, d.env...)
	p, err := process.Start("lastclick", cmd, syscall.SIGKILL)
	if err != nil {
		return err
	}
	d.Process = p
	d.l.atEnd(p.Kill)
	return nil
}

// start starts the daemon, again after it has ended, and waits until it is ready.
func (d *daemon) start() error {
	if err := d.launch(); err != nil {
		return err
	}
	line, err := d.Line(d.l.ctx, process.StartTime)
	if err != nil {
		return err
	}
	at, err := process.ParseReady(line)
	if err == nil && at != d.Addresses { // visitors may be reading them
		d.Addresses = at
	}
	return err
}

// begin starts a new daemon and fills it.
func (d *daemon) begin() error {
	if err := d.start(); err != nil {
		return err
	}
	return d.fill()
}

func (d *daemon) fill() error {
	c, err := d.dial()
	if err != nil {
		return err
	}
	defer c.Close()
	d.secret, err = visit.Fill(c)
	return err
}

// refused starts a daemon that is expected to refuse, and returns the sentence it says; an
// error where it starts.
func (d *daemon) refused() (string, error) {
	if err := d.launch(); err != nil {
		return "", err
	}
	select {
	case <-d.Ended():
	case <-time.After(process.StartTime):
		return "", errors.New("it neither starts nor ends")
	case <-func() chan struct{} {
		started := make(chan struct{})
		go func() {
			if line, err := d.Line(d.l.ctx, process.StartTime); err == nil && line != "" {
				close(started)
			}
		}()
		return started
	}():
		d.Kill()
		return "", errors.New("it starts as if nothing was wrong")
	}
	return lastLine(d.Said()), nil
}

func (l *lab) adminKey() string {
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(l.admin.PublicKey()))) + " admin"
}

// dial signs in as the admin.
func (d *daemon) dial() (*ssh.Client, error) { return d.dialFrom(nil) }

func (d *daemon) dialFrom(source net.Addr) (*ssh.Client, error) {
	return visit.Dial(d.l.ctx, d.SSH, d.l.admin, source)
}

func (d *daemon) command(line string) (string, error) {
	c, err := d.dial()
	if err != nil {
		return "", err
	}
	defer c.Close()
	return visit.Command(c, line)
}

// check is lastclick check on the database of a daemon, running or not.
func (d *daemon) check() error {
	_, err := d.l.lastclick("check", "--data", d.data)
	return err
}

// lastLine is the last line of a text that is not empty.
func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}
