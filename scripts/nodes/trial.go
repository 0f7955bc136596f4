//go:build linux

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"lastclick/scripts/stress/visit"
)

// fault is what happens to the machines.
type fault struct {
	name, what string
	// harm does it and mends it again. What it did is said.
	harm func(*trial) (did string, err error)
	// loses is a fault that takes away orders which were acknowledged; then their number is
	// printed, and all the rest must hold.
	loses bool
	where setup
}

// trial is a fault that is being tried, and what came of it.
type trial struct {
	*cluster
	fault    fault
	l        *load
	o        *observer
	sick     map[string]bool // targets that are harmed themselves
	began    time.Time
	did      string
	account  visit.Account
	made     int // clicks that were answered with 302
	maybe    int // clicks without an answer of the node: they may be counted
	counted  int
	killed   bool // a node's memory is gone: it may hold the last clicks
	wrong    []string
	failures map[string]string
	refused  map[string]int // answers to orders beside 200
}

const (
	warmOrders = 10 // of each target, before the harm
	flowAfter  = 5  // of each target, after it
	recovery   = 60 * time.Second
	agreement  = 10 * time.Second // until all nodes say the same
)

// try harms a healthy cluster under load, and audits.
func (c *cluster) try(f fault, prefix string) (t *trial, err error) {
	t = &trial{cluster: c, fault: f, sick: map[string]bool{}, failures: map[string]string{}, refused: map[string]int{}}
	if err := c.healthy(); err != nil {
		return t, err
	}
	before, err := c.clicks()
	if err != nil {
		return t, err
	}
	if t.l, err = c.visitors(prefix); err != nil {
		return t, err
	}
	running := true
	end := func() {
		if running {
			t.l.end()
			running = false
		}
	}
	defer end()
	if err := t.l.flow(warmOrders, startTime); err != nil {
		return t, err
	}
	t.l.console.arm()
	t.o = c.observe()
	defer t.o.end()
	t.began = time.Now()
	if t.did, err = f.harm(t); err != nil {
		t.wrong = append(t.wrong, "do harm: "+err.Error())
	} else if err := t.l.flow(flowAfter, recovery); err != nil {
		t.wrong = append(t.wrong, err.Error())
	}
	if err := c.healthy(); err != nil {
		t.wrong = append(t.wrong, "not healthy again: "+err.Error())
	}
	end()
	t.o.end()
	return t, t.audit(before)
}

// audit compares what was acknowledged with what is there.
func (t *trial) audit(before int) (err error) {
	if err := t.l.settle(); err != nil {
		t.wrong = append(t.wrong, err.Error())
	}
	s, err := visit.Dial(t.ctx, t.nodes[0].SSH, t.admin, nil)
	if err != nil {
		return err
	}
	defer s.Close()
	if t.account, err = t.l.ledger.Audit(s); err != nil {
		return err
	}
	if t.account.Doubled > 0 || t.account.Lost > 0 && !t.fault.loses {
		t.wrong = append(t.wrong, t.account.Err().Error())
	}
	if err := t.await("all nodes say the same", agreement, t.agree); err != nil {
		t.wrong = append(t.wrong, err.Error())
	}
	if err := t.check(); err != nil {
		t.wrong = append(t.wrong, err.Error())
	}
	after, err := t.clicks()
	if err != nil {
		return err
	}
	t.counted = after - before
	t.judge()
	return nil
}

// judge says what is wrong with what the visitors saw.
func (t *trial) judge() {
	for _, target := range t.l.targets {
		seen := target.clicks.Take()
		t.made += seen.Answers["302"]
		// HAProxy's 502 and 504: the node has the request, and may answer it when it wakes up.
		t.maybe += seen.Answers[visit.NoAnswer] + seen.Answers["502"] + seen.Answers["504"]
		share, all := seen.Good()
		if share < 1 {
			t.failures[target.name] = fmt.Sprintf("%d of %d (%v)", all-seen.Answers["302"], all, seen)
			if !t.sick[target.name] {
				t.wrong = append(t.wrong, "redirects failed at "+target.name+": "+t.failures[target.name])
			}
		}
		for answer, n := range target.orders.Take().Answers {
			if answer != "200" {
				t.refused[answer] += n
			}
			if answer != "200" && answer != "503" && answer != visit.NoAnswer && answer != "502" && answer != "504" {
				t.wrong = append(t.wrong, "an order at "+target.name+" was answered with "+answer)
			}
		}
	}
	if t.counted > t.made+t.maybe || t.counted < t.made && !t.killed && !t.fault.loses {
		t.wrong = append(t.wrong, fmt.Sprintf("%d clicks were counted, %d were made (%d more had no answer)", t.counted, t.made, t.maybe))
	}
}

// stats is what a node says of all links.
func (d *node) stats() (string, error) { return d.command("stats --json") }

// agree says whether all nodes say the same.
func (t *trial) agree() error {
	first, err := t.nodes[0].stats()
	if err != nil {
		return err
	}
	for _, d := range t.nodes[1:] {
		other, err := d.stats()
		if err != nil {
			return err
		}
		if other != first {
			return fmt.Errorf("%s and %s say something else", t.nodes[0].name, d.name)
		}
	}
	return nil
}

// clicks is how many are counted in all, once that does not move.
func (c *cluster) clicks() (n int, err error) {
	last := -1
	err = c.await("clicks are counted", startTime, func() error {
		out, err := c.nodes[0].stats()
		if err != nil {
			return err
		}
		var stats struct {
			Links []struct {
				Link struct{ Clicks int }
			}
		}
		if err := json.Unmarshal([]byte(out), &stats); err != nil {
			return err
		}
		n = 0
		for _, l := range stats.Links {
			n += l.Link.Clicks
		}
		if n != last {
			last = n
			pause(c.ctx, 300*time.Millisecond)
			return errors.New("it moves")
		}
		return nil
	})
	return n, err
}

// check is lastclick check on the leader.
func (c *cluster) check() error {
	_, err := c.run(nil, []string{"LASTCLICK_DATABASE=" + c.nodes[0].database}, c.binary, "check")
	return err
}

// still says how long no order was acknowledged, at HAProxy and at the nodes.
func (t *trial) still() string {
	var parts []string
	for _, target := range slices.Backward(t.l.targets) {
		name := target.name
		if t.sick[name] && name != "HAProxy" {
			name += " (harmed)"
		}
		parts = append(parts, fmt.Sprintf("%s %.1f s", name, target.longest(t.began).Seconds()))
	}
	return strings.Join(parts, ", ")
}

var head = []string{"fault", "done", "longest time without an acknowledged order", "orders acknowledged", "lost", "doubled", "orders refused", "redirects failed", "clicks made / counted", "/readyz beside ok", "stats over SSH", "console", "metrics", "verdict"}

// row is what came of it.
func (t *trial) row() []string {
	if t.o == nil { // it did not come to that
		return append([]string{t.fault.name}, append(make([]string, len(head)-2), "FAILED: "+strings.Join(t.wrong, "; "))...)
	}
	clicks := fmt.Sprintf("%d / %d", t.made, t.counted)
	if t.maybe > 0 {
		clicks = fmt.Sprintf("%d (and %d unanswered) / %d", t.made, t.maybe, t.counted)
	}
	failed := "0"
	if len(t.failures) > 0 {
		var parts []string
		for _, target := range t.l.targets {
			if f := t.failures[target.name]; f != "" {
				parts = append(parts, target.name+" "+f)
			}
		}
		failed = strings.Join(parts, "; ")
	}
	verdict := "held: check clean, all nodes equal"
	if len(t.wrong) > 0 {
		verdict = "FAILED: " + strings.Join(t.wrong, "; ")
	}
	return []string{
		t.fault.name, t.did, t.still(), fmt.Sprint(t.account.Acknowledged), fmt.Sprint(t.account.Lost), fmt.Sprint(t.account.Doubled),
		visit.Sight{Answers: t.refused}.String(), failed, clicks, t.o.said(), t.l.people.Take().String(), t.l.console.said(), t.o.counted(), verdict,
	}
}
