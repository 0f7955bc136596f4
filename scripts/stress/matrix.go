//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"lastclick/scripts/stress/visit"
)

// fault is a row of the matrix.
type fault struct {
	name string
	run  func(*trial) error
	gone bool // it takes away what was acknowledged: then orders may be lost, and it must be noticed
}

// trial is a fault that is being tried, and what came of it.
type trial struct {
	*lab
	d *daemon
	v *visitors

	customer, checkout, promoter string
	account                      visit.Account
	recovery                     string
	skipped                      string
}

// errSkipped is returned for a row that this machine cannot run.
var errSkipped = errors.New("skipped")

func (t *trial) skip(format string, values ...any) error {
	t.skipped = fmt.Sprintf(format, values...)
	return errSkipped
}

func faults() []fault {
	var all []fault
	for _, group := range [][]fault{diskFaults(), fileFaults(), stoppedFaults(), processFaults(), clockFaults()} {
		all = append(all, group...)
	}
	return all
}

// faultMatrix runs the rows and prints the table.
func faultMatrix(ctx context.Context, r report, only []string) error {
	var failed error
	var lines [][]string
	for _, f := range faults() {
		if !visit.Wanted(f.name, only) {
			continue
		}
		begin := time.Now()
		t, err := tryFault(ctx, f)
		line := []string{f.name, t.customer, t.checkout, t.promoter, fmt.Sprint(t.account.Lost), fmt.Sprint(t.account.Doubled), t.recovery}
		switch {
		case errors.Is(err, errSkipped):
			line = []string{f.name, "", "", "", "", "", "NOT RUN: " + t.skipped}
		case err != nil:
			line[6] = "FAILED: " + strings.ReplaceAll(err.Error(), "\n", "; ")
			failed = errors.Join(failed, fmt.Errorf("%s: %w", f.name, err))
		}
		lines = append(lines, line)
		r.say("%-60s %5.1f s  %s", f.name, time.Since(begin).Seconds(), outcome(err))
		if ctx.Err() != nil {
			failed = errors.Join(failed, ctx.Err())
			break
		}
	}
	visit.Table(r.out, []string{"fault", "customer saw", "checkout saw", "promoter saw", "lost", "doubled", "recovery"}, lines)
	if len(lines) == 0 {
		return fmt.Errorf("no row has %s in its name", strings.Join(only, " or "))
	}
	return failed
}

func outcome(err error) string {
	switch {
	case err == nil:
		return "held"
	case errors.Is(err, errSkipped):
		return "NOT RUN"
	}
	return "FAILED: " + err.Error()
}

func tryFault(ctx context.Context, f fault) (t *trial, err error) {
	l, err := newLab(ctx, "fault")
	if err != nil {
		return &trial{}, err
	}
	defer l.close()
	t = &trial{lab: l, customer: "–", checkout: "–", promoter: "–", recovery: "–"}
	t.d = l.daemon()
	if err := f.run(t); err != nil {
		return t, err
	}
	if f.gone {
		if t.account.Doubled > 0 {
			return t, t.account.Err()
		}
		return t, nil
	}
	return t, t.account.Err()
}

// under is a fault that happens under a daemon with visitors.
type under struct {
	prepare func() error // before the daemon starts
	quiet   bool         // no orders arrive while the deed is done, for it takes away what came after the backup
	harm    func() error
	holds   time.Duration // how long it lasts; 0: a second
	mend    func() (how string, err error)
	refuses bool // no order may be acknowledged while it lasts
	ends    bool // the harm is that the daemon ends: what is seen meanwhile counts, and it is mended at once
}

// under runs it, and leaves the daemon stopped, in order.
func (t *trial) under(u under) error {
	if u.prepare != nil {
		if err := u.prepare(); err != nil {
			return err
		}
	}
	if err := t.d.begin(); err != nil {
		return err
	}
	if err := t.visitAll(); err != nil {
		return err
	}
	defer t.v.stop()
	if u.quiet {
		t.v.paused.Store(true)
		time.Sleep(settle)
	}
	t.v.forget()
	if err := u.harm(); err != nil {
		return fmt.Errorf("do harm: %w", err)
	}
	if !u.ends {
		if err := t.watch(u); err != nil {
			return err
		}
	}
	begin := time.Now()
	how, err := u.mend()
	if err != nil {
		return fmt.Errorf("mend: %w", err)
	}
	if _, err := t.v.until(1, recoveryTime); err != nil {
		return fmt.Errorf("after it was mended (%s): %w", how, err)
	}
	t.recovery = fmt.Sprintf("%s: orders after %.1f s", how, time.Since(begin).Seconds())
	if u.ends {
		t.look()
	}
	return t.settle()
}

// watch looks at what is seen while the harm lasts.
func (t *trial) watch(u under) error {
	time.Sleep(settle) // what was on its way is answered
	t.v.forget()
	t.v.paused.Store(false)
	before, _ := t.v.ledger.Counts()
	time.Sleep(max(u.holds, time.Second))
	t.look()
	after, _ := t.v.ledger.Counts()
	if u.refuses && after > before {
		return fmt.Errorf("%d orders were acknowledged while they could not be kept", after-before)
	}
	return nil
}

const (
	settle       = 150 * time.Millisecond
	recoveryTime = 30 * time.Second
	warm         = 40 // orders before the harm
)

// visitAll begins the visits and waits until orders flow.
func (t *trial) visitAll() (err error) {
	if t.v, err = t.d.visit(usual, nil); err != nil {
		return err
	}
	_, err = t.v.until(warm, recoveryTime)
	return err
}

// look notes what was seen since forget. A 503 without Retry-After is named so.
func (t *trial) look() {
	t.customer, t.checkout, t.promoter = t.v.customers.Take().String(), t.v.checkouts.Take().String(), t.v.people.Take().String()
}

// settle ends the visits, delivers again what was not acknowledged, stops the daemon in
// order, starts it again and audits what is on the disk.
func (t *trial) settle() error {
	t.v.stop()
	if err := t.v.redeliver(); err != nil {
		return err
	}
	if err := t.d.Stop(); err != nil {
		return err
	}
	return t.audit()
}

// audit starts the daemon that was ended, compares, stops it and checks.
func (t *trial) audit() (err error) {
	if err := t.d.start(); err != nil {
		return err
	}
	if t.account, err = t.v.audit(t.d); err != nil {
		return err
	}
	if err := t.d.Stop(); err != nil {
		return err
	}
	return t.d.check()
}
