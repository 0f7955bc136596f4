//go:build linux

package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/ssh"

	"lastclick/scripts/stress/visit"
)

// How many of each come and go at once.
const (
	soakConsoles = 6
	soakPages    = 6
	soakChanges  = 3
	soakExports  = 2
	backupEvery  = 20 * time.Second
)

// soak is a long mixed load.
type soak struct {
	d      *daemon
	r      report
	v      *visitors
	page   string // of a sub-promoter
	began  time.Time
	during time.Duration

	stop    context.CancelFunc
	all     sync.WaitGroup
	samples []sample

	consoles, pages, refunds, scans, exports, backups atomic.Int64
	mu                                                sync.Mutex
	first                                             error // that should not have been
}

func (s *soak) done() string {
	return fmt.Sprintf("%d clicks, %d sign-ins, %d consoles, %d live pages, %d refunds, %d scans, %d exports, %d backups",
		s.v.customers.Total(), s.v.people.Total(), s.consoles.Load(), s.pages.Load(), s.refunds.Load(), s.scans.Load(), s.exports.Load(), s.backups.Load())
}

func (s *soak) fail(what string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.first == nil {
		s.first = fmt.Errorf("%s: %w", what, err)
	}
}

func (s *soak) failed() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.first
}

// begin begins what comes and goes beside the visitors.
func (s *soak) begin() {
	ctx, stop := context.WithCancel(s.d.l.ctx)
	s.stop = stop
	several := func(n int, do func(context.Context) error, what string, count *atomic.Int64) {
		for range n {
			s.all.Go(func() {
				for ctx.Err() == nil {
					err := do(ctx)
					if ctx.Err() != nil {
						return
					}
					if err != nil {
						s.fail(what, err)
						visit.Wait(ctx, 100*time.Millisecond)
						continue
					}
					count.Add(1)
				}
			})
		}
	}
	several(soakConsoles, s.console, "a console", &s.consoles)
	several(soakPages, s.livePage, "a live page", &s.pages)
	several(soakChanges, s.refund, "a refund", &s.refunds)
	several(soakChanges, s.scan, "a scan", &s.scans)
	several(soakExports, s.export, "an export", &s.exports)
	several(1, s.backup, "a backup", &s.backups)
}

// end ends all visits.
func (s *soak) end() {
	if s.stop != nil {
		s.stop()
		s.all.Wait()
		s.stop = nil
	}
	s.v.stop()
}

// console is a promoter who looks around for a moment, and quits or is cut off.
func (s *soak) console(ctx context.Context) error {
	c, err := s.d.dial()
	if err != nil {
		return err
	}
	defer c.Close()
	session, err := c.NewSession()
	if err != nil {
		return err
	}
	keys, err := session.StdinPipe()
	if err != nil {
		return err
	}
	session.Stdout = io.Discard
	if err := session.RequestPty("xterm-256color", 24+rand.IntN(30), 80+rand.IntN(80), ssh.TerminalModes{}); err != nil {
		return err
	}
	if err := session.Shell(); err != nil {
		return err
	}
	for _, key := range []string{"j", "e", "\t", "j", "\t", "s", "1", "\r", "\x1b"} {
		visit.Wait(ctx, time.Duration(50+rand.IntN(250))*time.Millisecond)
		if _, err := io.WriteString(keys, key); err != nil {
			return err
		}
	}
	if rand.IntN(2) == 0 {
		return nil // cut off
	}
	if _, err := io.WriteString(keys, "q"); err != nil {
		return err
	}
	ended := make(chan struct{})
	go func() {
		_ = session.Wait() // its status is that of a program that was quit
		close(ended)
	}()
	select {
	case <-ended:
	case <-time.After(recoveryTime):
		return fmt.Errorf("it does not end within %v of q", recoveryTime)
	case <-ctx.Done():
	}
	return nil
}

// livePage opens a sub-promoter's page and reads its changes for a moment.
func (s *soak) livePage(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(300+rand.IntN(3000))*time.Millisecond)
	defer cancel()
	for _, path := range []string{s.page, s.page + "/live"} {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.d.HTTP+path, nil)
		if err != nil {
			return err
		}
		resp, err := http.DefaultClient.Do(r) //nolint:bodyclose // visit.Drain closes it
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		visit.Drain(resp)
		if resp.StatusCode != http.StatusOK {
			return fmt.Errorf("%s: %s", path, resp.Status)
		}
	}
	return nil
}

func (s *soak) refund(ctx context.Context) error {
	visit.Wait(ctx, 20*time.Millisecond)
	id, ok := s.v.ledger.Any()
	if !ok {
		return nil
	}
	version := 2 + rand.IntN(2)
	answer := s.v.deliver(ctx, fmt.Sprintf("msg_%s_%d", id, version), visit.OrderVersion(id, version, []string{"refunded", "valid"}[version%2]))
	if answer != "200" && ctx.Err() == nil {
		return fmt.Errorf("%s: %s", id, answer)
	}
	return nil
}

func (s *soak) scan(ctx context.Context) error {
	visit.Wait(ctx, 10*time.Millisecond)
	id, ok := s.v.ledger.Any()
	if !ok {
		return nil
	}
	body := fmt.Appendf(nil, `{"type":"ticket.scanned","timestamp":%q,"data":{"ticket":"%s-0","at":%[1]q}}`, visit.PlacedAt(id).UTC().Format(time.RFC3339), id)
	if answer := s.v.deliver(ctx, "msg_scan_"+id, body); answer != "200" && ctx.Err() == nil {
		return fmt.Errorf("%s: %s", id, answer)
	}
	return nil
}

// export reads everything, now and then: it fills the caches of a reader.
func (s *soak) export(ctx context.Context) error {
	visit.Wait(ctx, time.Duration(1+rand.IntN(4))*time.Second)
	if ctx.Err() != nil {
		return nil
	}
	_, err := s.d.command("export " + []string{"orders", "tickets"}[rand.IntN(2)])
	return err
}

func (s *soak) backup(ctx context.Context) error {
	visit.Wait(ctx, backupEvery)
	if ctx.Err() != nil {
		return nil
	}
	dest := filepath.Join(s.d.l.dir, fmt.Sprintf("backup-%d.db", time.Now().UnixNano()))
	defer os.Remove(dest)
	out, err := s.d.l.lastclick("backup", "--data", s.d.data, dest)
	if err != nil {
		return fmt.Errorf("%w: %s", err, strings.TrimSpace(out))
	}
	return nil
}
