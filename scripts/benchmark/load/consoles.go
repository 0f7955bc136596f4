package load

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/ssh"

	"lastclick/scripts/benchmark/measure"
)

// Consoles are SSH sessions with a terminal each, which watch while orders are posted.
// They read what they are sent and count it; they do not draw it.
type Consoles struct {
	Address  string   // of the SSH server
	Keys     [][]byte // private keys in PEM; the sessions are spread over them
	Sessions int
	Width    int
	Height   int
	Orders   Orders // the changes; Count is set by each step
}

// opening is how many sessions are opened at a time: more would only queue in the
// handshake.
const opening = 8

// quiet is how long no session may get bytes until the first screens count as drawn.
const quiet = 400 * time.Millisecond

// change is one order that was posted while sessions watch.
type change struct{ at time.Time }

type consoles struct {
	job      *Consoles
	sessions []*consoleSession
	current  atomic.Pointer[change]
	steps    int
}

// consoleSession is one terminal.
type consoleSession struct {
	client *ssh.Client
	keys   io.WriteCloser

	mu        sync.Mutex
	ended     error // why no more comes
	bytes     int64
	heard     time.Time // the latest bytes
	seen      *change   // the latest change that it got bytes for
	updates   int
	latencies measure.Latencies
}

func (c *Consoles) prepare(ctx context.Context) (runner, error) {
	var signers []ssh.Signer
	for _, pem := range c.Keys {
		signer, err := ssh.ParsePrivateKey(pem)
		if err != nil {
			return nil, err
		}
		signers = append(signers, signer)
	}
	all := &consoles{job: c}
	if err := all.open(ctx, signers); err != nil {
		all.close()
		return nil, err
	}
	return all, nil
}

// open opens the sessions and waits until their first screens are drawn.
func (c *consoles) open(ctx context.Context, signers []ssh.Signer) error {
	c.sessions = make([]*consoleSession, c.job.Sessions)
	errs := make(chan error, c.job.Sessions)
	turns := make(chan struct{}, opening)
	for i := range c.sessions {
		go func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			s, err := c.session(ctx, signers[i%len(signers)])
			c.sessions[i] = s
			errs <- err
		}()
	}
	var failed error
	for range c.sessions {
		failed = errors.Join(failed, <-errs)
	}
	if failed != nil {
		return failed
	}
	return c.settle(ctx)
}

func (c *consoles) close() {
	for _, s := range c.sessions {
		if s != nil {
			_ = s.client.Close()
		}
	}
}

// session opens one terminal and reads what comes.
func (c *consoles) session(ctx context.Context, signer ssh.Signer) (*consoleSession, error) {
	tcp, err := (&net.Dialer{}).DialContext(ctx, "tcp", c.job.Address)
	if err != nil {
		return nil, err
	}
	config := &ssh.ClientConfig{User: "bench", Auth: []ssh.AuthMethod{ssh.PublicKeys(signer)}, HostKeyCallback: ssh.InsecureIgnoreHostKey()}
	connection, channels, requests, err := ssh.NewClientConn(tcp, c.job.Address, config)
	if err != nil {
		_ = tcp.Close()
		return nil, err
	}
	s := &consoleSession{client: ssh.NewClient(connection, channels, requests)}
	shell, err := s.client.NewSession()
	if err != nil {
		return s, err
	}
	// A session whose input ends is one that was quit.
	if s.keys, err = shell.StdinPipe(); err != nil {
		return s, err
	}
	out, err := shell.StdoutPipe()
	if err != nil {
		return s, err
	}
	if err := shell.RequestPty("xterm-256color", c.job.Height, c.job.Width, ssh.TerminalModes{}); err != nil {
		return s, err
	}
	if err := shell.Shell(); err != nil {
		return s, err
	}
	go s.read(out, &c.current)
	return s, nil
}

// read ends with the connection, which close closes.
func (s *consoleSession) read(out io.Reader, current *atomic.Pointer[change]) {
	buffer := make([]byte, 16<<10)
	for {
		n, err := out.Read(buffer)
		if n > 0 {
			s.take(n, current.Load(), time.Now())
		}
		if err != nil {
			s.mu.Lock()
			s.ended = err
			s.mu.Unlock()
			return
		}
	}
}

// take counts n bytes that came while c was the latest change.
func (s *consoleSession) take(n int, c *change, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bytes += int64(n)
	s.heard = now
	if c != nil && c != s.seen {
		s.seen = c
		s.updates++
		s.latencies.Add(now.Sub(c.at))
	}
}

// settle waits until every session has been sent something, and nothing came for a
// while.
func (c *consoles) settle(ctx context.Context) error {
	late := time.After(patience)
	for {
		silent, waiting := time.Hour, 0
		for _, s := range c.sessions {
			s.mu.Lock()
			if s.bytes == 0 {
				waiting++
			}
			silent = min(silent, time.Since(s.heard))
			s.mu.Unlock()
		}
		if err := c.ended(); err != nil {
			return err
		}
		if waiting == 0 && silent >= quiet {
			return nil
		}
		select {
		case <-time.After(quiet / 4):
		case <-late:
			return fmt.Errorf("after %v, %d of %d sessions have drawn nothing, the others are not quiet", patience, waiting, len(c.sessions))
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// ended is an error where a session has ended, which none should.
func (c *consoles) ended() error {
	var first error
	n := 0
	for _, s := range c.sessions {
		s.mu.Lock()
		if s.ended != nil {
			first = s.ended
			n++
		}
		s.mu.Unlock()
	}
	if n > 0 {
		return fmt.Errorf("%d of %d sessions have ended: %w", n, len(c.sessions), first)
	}
	return nil
}

func (c *consoles) run(ctx context.Context, s Step) (Result, error) {
	for _, t := range c.sessions {
		t.mu.Lock()
		t.bytes, t.updates, t.latencies = 0, 0, measure.Latencies{}
		t.mu.Unlock()
	}
	begin := time.Now()
	if s.Changes > 0 {
		if err := c.change(ctx, s.Changes, s.Every); err != nil {
			return Result{}, err
		}
	} else if err := pause(ctx, s.For); err != nil {
		return Result{}, err
	}
	r := Result{Seconds: time.Since(begin).Seconds()}
	var latencies measure.Latencies
	for _, t := range c.sessions {
		t.mu.Lock()
		r.Bytes += t.bytes
		r.Updates += t.updates
		latencies.Merge(&t.latencies)
		t.mu.Unlock()
	}
	for r.Missed = s.Changes*len(c.sessions) - r.Updates; latencies.Len() < s.Changes*len(c.sessions); {
		latencies.Add(s.Every)
	}
	r.Good = s.Changes
	r.latencies(&latencies)
	return r, c.ended()
}

// change posts orders, one after another at the pace, and after the last one leaves the
// sessions the same time.
func (c *consoles) change(ctx context.Context, count int, every time.Duration) error {
	c.steps++
	orders := c.job.Orders
	orders.Count, orders.Prefix = count, fmt.Sprintf("%s-%d", orders.Prefix, c.steps)
	requests, err := orders.build(time.Now())
	if err != nil {
		return err
	}
	conns, err := dial(ctx, orders.Addresses, 1)
	if err != nil {
		return err
	}
	poster := conns[0]
	defer poster.Close()
	begin := time.Now()
	for n := range count {
		if err := pause(ctx, time.Until(begin.Add(time.Duration(n)*every))); err != nil {
			return err
		}
		c.current.Store(&change{time.Now()})
		if _, err := poster.Write(requests.at(n)); err != nil {
			return err
		}
		status, body, err := poster.answer()
		if err != nil {
			return err
		}
		if !applied(status, body) {
			return fmt.Errorf("a change was answered with %d %.300s", status, body)
		}
	}
	return pause(ctx, time.Until(begin.Add(time.Duration(count)*every)))
}

func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
