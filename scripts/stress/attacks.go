//go:build linux

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"lastclick/scripts/benchmark/measure"
	"lastclick/scripts/benchmark/process"
	"lastclick/scripts/stress/visit"
)

// Attacks take place in a network of their own, whose loopback device has all of these
// addresses: none is one that the daemon's limits exempt.
const (
	serverAddress  = "198.51.100.1"
	honestAddress  = "192.0.2.10"
	attackNetwork  = "203.0.113." // the last part is the attacker's number
	attackerCount  = 200          // networks that the attackers come from
	attackCooldown = time.Second  // until the next comparison
)

// What counts as hurt: an honest visitor who is not served, or one in a hundred who waits
// ten times as long as before the attack, and noticeably so.
const (
	hurtTimes  = 10
	noticeable = 250.0 // ms; a sign-in costs some of it by itself
)

// attackAll attacks a daemon in each way, with honest visitors before and beside.
func attackAll(ctx context.Context, r report, only []string, each time.Duration) error {
	l, err := newLab(ctx, "attack")
	if err != nil {
		return err
	}
	defer l.close()
	if err := l.addNetwork(); err != nil {
		return fmt.Errorf("attacks are NOT RUN: a network of their own cannot be made here: %w", err)
	}
	d := l.daemon()
	d.host = serverAddress
	if err := d.begin(); err != nil {
		return err
	}
	page, err := d.statsPage()
	if err != nil {
		return err
	}
	v, err := d.visit(usual, &net.TCPAddr{IP: net.ParseIP(honestAddress)})
	if err != nil {
		return err
	}
	defer func() { v.stop() }()
	if _, err := v.until(warm, recoveryTime); err != nil {
		return err
	}
	var lines [][]string
	var failed error
	for _, a := range attacks() {
		if !visit.Wanted(a.name, only) {
			continue
		}
		o, err := (&arena{d: d, v: v, page: page, each: each}).attack(a)
		if err != nil {
			return fmt.Errorf("%s: %w", a.name, err)
		}
		lines = append(lines, o.line())
		r.say("%-50s %s", a.name, o.verdict())
		if v := o.verdict(); v != held {
			failed = errors.Join(failed, fmt.Errorf("%s: %s", a.name, v))
		}
	}
	visit.Table(r.out, []string{"attack", "what it did", "click p50/p99, before → during (served)", "order", "sign-in and stats", "daemon: memory before → most", "processors", "log"}, lines)
	v.stop()
	a, err := v.audit(d)
	return errors.Join(failed, err, a.Err(), d.check())
}

// addNetwork gives the loopback device the addresses.
func (l *lab) addNetwork() error {
	if !insideNamespaces() {
		return errors.New("no namespace")
	}
	if _, err := l.run("ip", "link", "set", "lo", "up"); err != nil {
		return err
	}
	for _, network := range []string{serverAddress + "/32", honestAddress + "/32", attackNetwork + "0/24"} {
		if _, err := l.run("ip", "route", "add", "local", network, "dev", "lo"); err != nil {
			return err
		}
	}
	return nil
}

// statsPage is the path of a sub-promoter's page.
func (d *daemon) statsPage() (string, error) {
	out, err := d.command("link show " + visit.LinkCode(0) + " --json")
	if err != nil {
		return "", err
	}
	var shown struct {
		Stats string `json:"stats_url"`
	}
	if err := json.Unmarshal([]byte(out), &shown); err != nil {
		return "", err
	}
	_, path, ok := strings.Cut(shown.Stats, "/stats/")
	if !ok {
		return "", fmt.Errorf("no stats page in %s", out)
	}
	return "/stats/" + path, nil
}

// arena is where an attack takes place.
type arena struct {
	d    *daemon
	v    *visitors
	page string
	each time.Duration
}

// outcome is what an attack did to the honest.
type attackOutcome struct {
	name, did      string
	before, during [3]visit.Sight // click, order, sign-in
	rss, most      int64
	cpu            float64 // processors that the daemon took
	logged         int64
}

func (a *arena) attack(one attack) (o attackOutcome, err error) {
	o.name = one.name
	a.v.forget()
	time.Sleep(a.each)
	o.before = a.v.sights()
	if o.rss, err = measure.Resident(a.d.PID()); err != nil {
		return o, err
	}
	logged := a.d.Wrote()
	attacker, err := a.start(one.name)
	if err != nil {
		return o, err
	}
	defer attacker.Kill()
	time.Sleep(settle)
	a.v.forget()
	worked, err := measure.CPU(a.d.PID())
	if err != nil {
		return o, err
	}
	for end := time.Now().Add(a.each); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		rss, err := measure.Resident(a.d.PID())
		if err != nil {
			return o, err
		}
		o.most = max(o.most, rss)
	}
	o.during = a.v.sights()
	after, err := measure.CPU(a.d.PID())
	if err != nil {
		return o, err
	}
	o.cpu = (after - worked).Seconds() / a.each.Seconds()
	o.logged = a.d.Wrote() - logged
	if o.did, err = endAttacker(a.d.l.ctx, attacker); err != nil {
		return o, err
	}
	time.Sleep(attackCooldown)
	return o, a.v.d.l.ctx.Err()
}

func (v *visitors) sights() [3]visit.Sight {
	return [3]visit.Sight{v.customers.Take(), v.checkouts.Take(), v.people.Take()}
}

// start starts a process that attacks. It is the last one to get a processor: those of
// attackers are elsewhere.
func (a *arena) start(name string) (*process.Process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(a.d.l.ctx, "nice", "-n", "19", self, "attacker", name, a.d.HTTP, a.d.SSH, a.page)
	cmd.Env = os.Environ()
	return process.Start("attacker", cmd, syscall.SIGKILL)
}

// endAttacker ends it and returns what it did.
func endAttacker(ctx context.Context, p *process.Process) (string, error) {
	if err := p.Stop(); err != nil {
		return "", err
	}
	return p.Line(ctx, process.StopTime)
}

const held = "held"

// verdict says who was hurt.
func (o *attackOutcome) verdict() string {
	var hurt []string
	for i, who := range []string{"click", "order", "sign-in"} {
		before, during := o.before[i], o.during[i]
		share, all := during.Good()
		p99 := during.Latencies.Percentile(99)
		switch {
		case all == 0:
			hurt = append(hurt, "no "+who+" ended")
		case share < 1:
			hurt = append(hurt, fmt.Sprintf("%s: %s", who, during))
		case p99 > noticeable && p99 > hurtTimes*before.Latencies.Percentile(99):
			hurt = append(hurt, fmt.Sprintf("%s: p99 %.0f ms, %.0f before", who, p99, before.Latencies.Percentile(99)))
		}
	}
	if len(hurt) == 0 {
		return held
	}
	return "HURT: " + strings.Join(hurt, "; ")
}

func (o *attackOutcome) line() []string {
	cells := []string{o.name, o.did}
	for i := range o.before {
		b, d := o.before[i], o.during[i]
		share, all := d.Good()
		cells = append(cells, fmt.Sprintf("%.0f/%.0f → %.0f/%.0f ms (%.4g %% of %d)", b.Latencies.Percentile(50), b.Latencies.Percentile(99), d.Latencies.Percentile(50), d.Latencies.Percentile(99), 100*share, all))
	}
	return append(cells, fmt.Sprintf("%d → %d MB", o.rss>>20, o.most>>20), fmt.Sprintf("%.1f", o.cpu), fmt.Sprintf("%d KB", o.logged>>10))
}

// runAttacker is the process that attacks, until it is told to end. It prints what it did.
func runAttacker(ctx context.Context, args []string, out io.Writer) error {
	if len(args) != 4 {
		return fmt.Errorf("an attacker takes a name, two addresses and a path: %q", args)
	}
	for _, a := range attacks() {
		if a.name != args[0] {
			continue
		}
		x := &attacker{ctx: ctx, http: args[1], ssh: args[2], page: args[3]}
		a.run(x)
		x.all.Wait()
		fmt.Fprintf(out, "%s: %d done, %d refused or cut\n", a.what, x.did.Load(), x.refused.Load())
		return nil
	}
	return fmt.Errorf("no attack is called %q", args[0])
}
