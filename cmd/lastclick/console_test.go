package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/hinshun/vt10x"
	"golang.org/x/crypto/ssh"
)

// screen is a console over real SSH, seen through a terminal emulator.
type screen struct {
	p       *platform
	client  *ssh.Client
	session *ssh.Session
	keys    io.WriteCloser
	ended   chan struct{} // closed when the session has ended, with err
	err     error

	mu    sync.Mutex
	term  vt10x.Terminal
	raw   bytes.Buffer
	moved chan struct{} // signalled when the screen may have changed
}

func (p *platform) dial(who identity) *ssh.Client {
	p.t.Helper()
	client, err := ssh.Dial("tcp", p.ssh, &ssh.ClientConfig{User: "me", Auth: []ssh.AuthMethod{ssh.PublicKeys(who.signer)}, HostKeyCallback: ssh.InsecureIgnoreHostKey(), Timeout: 10 * time.Second})
	if err != nil {
		p.t.Fatal(err)
	}
	return client
}

// console opens the TUI as who, on a terminal of w by h.
func (p *platform) console(who identity, w, h int) *screen {
	p.t.Helper()
	return p.consoleWith(who, w, h, "xterm-256color", nil)
}

func (p *platform) consoleWith(who identity, w, h int, term string, env map[string]string) *screen {
	p.t.Helper()
	s := &screen{p: p, client: p.dial(who), term: vt10x.New(vt10x.WithSize(w, h)), moved: make(chan struct{}, 1), ended: make(chan struct{})}
	var err error
	if s.session, err = s.client.NewSession(); err != nil {
		p.t.Fatal(err)
	}
	if s.keys, err = s.session.StdinPipe(); err != nil {
		p.t.Fatal(err)
	}
	s.session.Stdout = s
	for name, value := range env {
		if err := s.session.Setenv(name, value); err != nil {
			p.t.Fatal(err)
		}
	}
	if err := s.session.RequestPty(term, h, w, ssh.TerminalModes{}); err != nil {
		p.t.Fatal(err)
	}
	if err := s.session.Shell(); err != nil {
		p.t.Fatal(err)
	}
	go func() {
		defer close(s.ended)
		s.err = s.session.Wait()
	}()
	return s
}

// Write takes what the console draws.
func (s *screen) Write(b []byte) (int, error) {
	s.mu.Lock()
	s.raw.Write(b)
	_, _ = s.term.Write(b)
	s.mu.Unlock()
	select {
	case s.moved <- struct{}{}:
	default:
	}
	return len(b), nil
}

// text is what stands on the screen.
func (s *screen) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.term.String()
}

// output is everything that was sent to the terminal.
func (s *screen) output() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.raw.String()
}

// resize makes the emulator's own window as large as the session was told.
func (s *screen) resize(w, h int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.term.Resize(w, h)
}

// gone waits until the word is not on the screen.
func (s *screen) gone(word string) {
	s.p.t.Helper()
	s.wait(func(text string) bool { return !strings.Contains(text, word) }, "the screen still shows "+word)
}

// waitFor waits until all of the words are on the screen at once.
func (s *screen) waitFor(words ...string) {
	s.p.t.Helper()
	s.wait(func(text string) bool {
		for _, w := range words {
			if !strings.Contains(text, w) {
				return false
			}
		}
		return true
	}, "the screen never showed "+strings.Join(words, ", "))
}

func (s *screen) wait(ok func(text string) bool, why string) {
	s.p.t.Helper()
	late := time.After(10 * time.Second)
	for !ok(s.text()) {
		select {
		case <-s.moved:
		case <-late:
			s.p.t.Fatalf("%s; it shows\n%s", why, s.text())
		}
	}
}

func (s *screen) press(keys string) {
	s.p.t.Helper()
	if _, err := io.WriteString(s.keys, keys); err != nil {
		s.p.t.Fatal(err)
	}
}

// quit presses q and wants the session to end in order.
func (s *screen) quit() {
	s.p.t.Helper()
	s.press("q")
	select {
	case <-s.ended:
		if s.err != nil {
			s.p.t.Errorf("q ended the session with %v", s.err)
		}
	case <-time.After(5 * time.Second):
		s.p.t.Error("q did not end the session within 5 s")
	}
	_ = s.client.Close()
}

func (s *screen) close() { _ = s.client.Close() }

// local runs a subcommand of the program to its end.
func (p *platform) local(args ...string) (output string, status int) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	cmd := lastclick(ctx, p.t.TempDir(), args...)
	out, err := cmd.CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return string(out), exit.ExitCode()
	}
	if err != nil {
		p.t.Fatal(err)
	}
	return string(out), 0
}
