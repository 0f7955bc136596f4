package main

import (
	"bufio"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"

	"golang.org/x/crypto/ssh"
)

// The time and the address that the pictures show.
const (
	still   = "2026-11-24T16:07:24Z"
	address = "https://go.northside.example"
)

// demo is the demo that runs.
type demo struct {
	cmd  *exec.Cmd
	addr string
	keys map[string]ssh.Signer // by who signs in
}

var readyLine = regexp.MustCompile(`^ready http=\S+ ssh=(\S+) `)

// startDemo starts the demo and reads how to reach it.
func startDemo(ctx context.Context, program, home string) (*demo, error) {
	d := &demo{cmd: exec.CommandContext(context.WithoutCancel(ctx), program, "demo", "--still", still, "--base-url", address), keys: map[string]ssh.Signer{}}
	d.cmd.Env = []string{"HOME=" + home, "PATH=" + os.Getenv("PATH")}
	d.cmd.Stderr = os.Stderr
	out, err := d.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := d.cmd.Start(); err != nil {
		return nil, err
	}
	if err := d.read(bufio.NewScanner(out)); err != nil {
		return nil, errors.Join(err, d.stop())
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	return d, ctx.Err()
}

// keyFiles are the names of the files that the demo keeps the keys in.
var keyFiles = map[string]string{"key": "", "admin": admin}

// read takes the address and the keys from what the demo says.
func (d *demo) read(lines *bufio.Scanner) error {
	for lines.Scan() {
		line := lines.Text()
		if m := readyLine.FindStringSubmatch(line); m != nil {
			d.addr = m[1]
		}
		if _, command, found := strings.Cut(line, "ssh -i "); found {
			path, _, _ := strings.Cut(command, " ")
			key, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			if d.keys[keyFiles[filepath.Base(path)]], err = ssh.ParsePrivateKey(key); err != nil {
				return err
			}
		}
		if d.addr != "" && len(d.keys) == len(keyFiles) {
			return nil
		}
	}
	return errors.Join(errors.New("the demo did not say how to reach it"), lines.Err())
}

func (d *demo) stop() error {
	_ = d.cmd.Process.Signal(syscall.SIGTERM)
	return d.cmd.Wait()
}

// show signs in, goes to the page and returns what stands on the screen.
func (d *demo) show(ctx context.Context, s shot) ([][]cell, error) {
	key := d.keys[s.page.as]
	if s.page.as == stranger {
		_, fresh, err := ed25519.GenerateKey(nil)
		if err != nil {
			return nil, err
		}
		if key, err = ssh.NewSignerFromKey(fresh); err != nil {
			return nil, err
		}
	}
	client, err := ssh.Dial("tcp", d.addr, &ssh.ClientConfig{User: "me", Auth: []ssh.AuthMethod{ssh.PublicKeys(key)}, HostKeyCallback: ssh.InsecureIgnoreHostKey()})
	if err != nil {
		return nil, err
	}
	defer client.Close()
	session, err := client.NewSession()
	if err != nil {
		return nil, err
	}
	screen := newScreen(s.w, s.h)
	session.Stdout = screen
	keys, err := session.StdinPipe()
	if err != nil {
		return nil, err
	}
	for name, value := range s.look.env {
		if err := session.Setenv(name, value); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	if err := session.RequestPty(s.look.term, s.h, s.w, ssh.TerminalModes{}); err != nil {
		return nil, err
	}
	if err := session.Shell(); err != nil {
		return nil, err
	}
	return screen.walk(ctx, keys, s.page.steps, s.whole())
}

// walk types the keys of the steps and waits until the last text is there and nothing moves.
func (s *screen) walk(ctx context.Context, keys io.Writer, steps []step, last string) ([][]cell, error) {
	for _, step := range steps {
		if err := s.await(ctx, step.sees); err != nil {
			return nil, err
		}
		if _, err := io.WriteString(keys, step.keys); err != nil {
			return nil, err
		}
	}
	if err := s.await(ctx, last); err != nil {
		return nil, err
	}
	return s.cells(), nil
}

// quiet is how long nothing must move for a page to be whole.
const quiet = 400 * time.Millisecond

// loading stands where a page waits for the store.
const loading = "Loading…"

// await waits until the text is on the screen, nothing is loading and nothing moves.
func (s *screen) await(ctx context.Context, text string) error {
	for {
		select {
		case <-ctx.Done():
			return fmt.Errorf("the screen never showed %q; it shows\n%s", text, s.text())
		case <-s.moved:
		case <-time.After(quiet):
			if now := s.text(); strings.Contains(now, text) && !strings.Contains(now, loading) {
				return nil
			}
		}
	}
}
