//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"lastclick/scripts/stress/visit"
)

// processFaults are what happens to the daemon and to what it talks to.
func processFaults() []fault {
	return []fault{
		{name: "file descriptors exhausted", run: descriptors},
		{name: "two daemons on one file", run: twoDaemons},
		{name: "mail server that hangs", run: mailHangs},
		{name: "SIGTERM under load", run: endUnderLoad},
		{name: "SIGKILL under load", run: killUnderLoad},
	}
}

// descriptors leaves the daemon no descriptor for new connections; those that are open go
// on.
func descriptors(t *trial) error {
	var back func() error
	return t.under(under{
		harm: func() (err error) {
			back, err = limit(t.d.PID(), unix.RLIMIT_NOFILE, 3)
			return err
		},
		mend: func() (string, error) { return "by itself once there are more", back() },
	})
}

func twoDaemons(t *trial) error {
	var said string
	return t.under(under{
		harm: func() (err error) {
			second := t.daemon()
			second.data = filepath.Join(t.dir, "second")
			second.flags = []string{"--database", t.d.file()}
			said, err = second.refused()
			return err
		},
		mend: func() (string, error) { return "the second refuses: " + said, nil },
	})
}

// mailHangs has a mail server that takes connections and says nothing.
func mailHangs(t *trial) error {
	silent, err := new(net.ListenConfig).Listen(t.ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	t.atEnd(func() { _ = silent.Close() })
	called := make(chan struct{}, 1<<10)
	go func() {
		for {
			c, err := silent.Accept()
			if err != nil {
				return
			}
			t.atEnd(func() { _ = c.Close() })
			called <- struct{}{}
		}
	}()
	t.d.flags = []string{"--smtp", "smtp://" + silent.Addr().String(), "--mail-from", "tickets@example.com"}
	return t.under(under{
		harm: func() error {
			if _, err := t.d.command("link add Late late@example.com --code late"); err != nil {
				return err
			}
			select {
			case <-called:
				return nil
			case <-time.After(recoveryTime):
				return errors.New("the mail server was not called")
			}
		},
		mend: func() (string, error) { return "nothing to mend, the mail waits", nil },
	})
}

// endUnderLoad stops the daemon in order while all visit, and starts it again.
func endUnderLoad(t *trial) error {
	var took time.Duration
	return t.under(under{
		ends: true,
		harm: func() error {
			begin := time.Now()
			err := t.d.Stop()
			took = time.Since(begin)
			if took > 10*time.Second {
				err = errors.Join(err, fmt.Errorf("it took %v", took))
			}
			return err
		},
		mend: func() (string, error) {
			return fmt.Sprintf("exit 0 after %.2f s; started again", took.Seconds()), t.d.start()
		},
	})
}

func killUnderLoad(t *trial) error {
	return t.under(under{
		ends: true,
		harm: func() error { t.d.Kill(); return nil },
		mend: func() (string, error) { return "started again", t.d.start() },
	})
}

// killRounds kills the daemon under load again and again, and audits after each start.
func killRounds(ctx context.Context, r report, rounds int) error {
	l, err := newLab(ctx, "kill")
	if err != nil {
		return err
	}
	defer l.close()
	d := l.daemon()
	if err := d.begin(); err != nil {
		return err
	}
	fast := pace{customers: 2, checkouts: 16, click: time.Millisecond, order: time.Millisecond, stats: 100 * time.Millisecond}
	v, err := d.visit(fast, nil)
	if err != nil {
		return err
	}
	defer func() { v.stop() }()
	var lines [][]string
	for round := range rounds {
		if _, err := v.until(50+97*(round%7), recoveryTime); err != nil {
			return err
		}
		d.Kill()
		v.stop()
		begin := time.Now()
		if err := d.start(); err != nil {
			return err
		}
		started := time.Since(begin)
		a, err := v.audit(d)
		if err == nil {
			err = errors.Join(a.Err(), d.check())
		}
		if err != nil {
			return fmt.Errorf("round %d: %w", round+1, err)
		}
		_, open := v.ledger.Counts()
		lines = append(lines, []string{fmt.Sprint(round + 1), fmt.Sprint(a.Acknowledged), fmt.Sprint(open), fmt.Sprint(a.Lost), fmt.Sprint(a.Doubled), fmt.Sprintf("%d ms", started.Milliseconds()), "clean"})
		if err := v.redeliver(); err != nil {
			return err
		}
		if err := v.begin(); err != nil {
			return err
		}
	}
	visit.Table(r.out, []string{"SIGKILL round", "acknowledged in all", "without an answer", "lost", "doubled", "start to ready", "check"}, lines)
	return nil
}
