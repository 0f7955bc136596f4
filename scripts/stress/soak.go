//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/spf13/pflag"

	"lastclick/scripts/stress/visit"
)

// soakOptions are the flags of scripts/soak.
type soakOptions struct {
	during time.Duration
	kills  int
}

func parseSoak(args []string, usage io.Writer) (soakOptions, error) {
	o := soakOptions{}
	f := pflag.NewFlagSet("scripts/soak", pflag.ContinueOnError)
	f.SortFlags = false
	f.SetOutput(usage)
	f.DurationVar(&o.during, "for", 10*time.Minute, "how long; less than two minutes tell nothing about growth")
	f.IntVar(&o.kills, "kills", 3, "how often the daemon is killed, in the first fifth of the time; what is measured is the life after that")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	switch {
	case f.NArg() > 0:
		return o, fmt.Errorf("%q is no flag: see --help", f.Arg(0))
	case o.during < 10*time.Second || o.kills < 0:
		return o, errors.New("ten seconds at least, and no fewer than no kills")
	}
	return o, nil
}

// soakPace leaves a shared machine some room: what is looked for is what grows, not what
// is fast.
var soakPace = pace{customers: 4, checkouts: 6, click: 2 * time.Millisecond, order: 4 * time.Millisecond, stats: 200 * time.Millisecond, refused: 50 * time.Millisecond}

// Bounds of a daemon that is left alone after the load, beside those of its first idle
// moment. SQLite opens its readers' connections when they are first needed, and keeps
// them: three descriptors each.
const (
	moreGoroutines  = 4
	moreDescriptors = 3*8 + 4
	mostWAL         = 16 << 20 // db keeps no longer one once it is quiet
	// mostResident is Go's heap, which is some 70 MB at most with so many visitors, SQLite's
	// caches (96 MB, see db/malloc.go), sorts, the program itself, and what malloc and Go
	// keep for reuse.
	mostResident = 300 << 20
	// caches is what a daemon takes while SQLite's caches fill with a database that grows,
	// beside what it has when it begins, and Go's heap under load. Above that, the last third
	// of the time may have growth more than the middle third, on average.
	caches = (96 + 32) << 20
	growth = 0.10
)

func (o soakOptions) run(ctx context.Context, r report) error {
	l, err := newLab(ctx, "soak")
	if err != nil {
		return err
	}
	defer l.close()
	d := l.daemon()
	if err := d.begin(); err != nil {
		return err
	}
	s := &soak{d: d, r: r, began: time.Now(), during: o.during}
	if s.page, err = d.statsPage(); err != nil {
		return err
	}
	if err := s.mark("start, idle"); err != nil {
		return err
	}
	if s.v, err = d.visit(soakPace, nil); err != nil {
		return err
	}
	defer func() { s.end() }()
	if err := s.killed(o.kills); err != nil {
		return err
	}
	s.begin()
	if err := s.live(); err != nil {
		return err
	}
	return s.finish()
}

// killed kills the daemon under load, spread over the first fifth of the time.
func (s *soak) killed(kills int) error {
	for n := range kills {
		visit.Wait(s.d.l.ctx, s.during/5/time.Duration(kills))
		if err := s.d.l.ctx.Err(); err != nil {
			return err
		}
		s.d.Kill()
		if err := s.d.start(); err != nil {
			return err
		}
		s.r.say("killed and started again, %d of %d", n+1, kills)
	}
	if kills == 0 {
		return nil
	}
	// The life that is measured begins idle, as the first one did.
	s.v.stop()
	visit.Wait(s.d.l.ctx, 2*time.Second)
	s.samples = nil
	if err := s.mark("start of the last life, idle"); err != nil {
		return err
	}
	return s.v.begin()
}

// live samples until the time is over.
func (s *soak) live() error {
	every := min(time.Minute, s.during/10)
	for end := s.began.Add(s.during); time.Until(end) > every/2; {
		visit.Wait(s.d.l.ctx, every)
		if err := s.mark("under load"); err != nil {
			return err
		}
	}
	return nil
}

// finish ends the load, samples once it is quiet, audits, and gives the verdict.
func (s *soak) finish() error {
	s.end()
	if err := s.v.redeliver(); err != nil {
		return err
	}
	s.v.client.CloseIdleConnections()
	http.DefaultClient.CloseIdleConnections()
	visit.Wait(s.d.l.ctx, 15*time.Second) // connections end, the WAL is cut
	if err := s.mark("end, idle"); err != nil {
		return err
	}
	a, err := s.v.audit(s.d)
	if err != nil {
		return err
	}
	if err := s.d.Stop(); err != nil {
		return err
	}
	check := s.d.check()
	fmt.Fprintf(s.r.out, "orders: %v; check: %s\n", a, outcome(check))
	fmt.Fprintf(s.r.out, "beside them: %s\n", s.done())
	verdict := s.verdict()
	if verdict == nil {
		fmt.Fprintln(s.r.out, "flat")
	} else {
		fmt.Fprintln(s.r.out, "NOT FLAT:", verdict)
	}
	return errors.Join(a.Err(), check, verdict, s.failed())
}
