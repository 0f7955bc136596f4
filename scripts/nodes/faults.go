//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// faults are all that can be tried, those that lose orders last.
func faults() []fault {
	return []fault{
		{name: "kill-node", what: "SIGKILL of a node, 6 s without it", harm: killNode},
		{name: "hang-node", what: "a node hangs for 8 s inside a transaction, its locks held", harm: hangNode},
		{name: "kill-leader", what: "PostgreSQL's leader and its Patroni are gone at once", harm: killLeader, where: patroni},
		{name: "hang-leader", what: "the leader's machine hangs, another leads, the old one wakes up", harm: hangLeader, where: patroni},
		{name: "hang-standby", what: "the synchronous standby's machine hangs for 25 s", harm: hangStandby, where: patroni},
		{name: "switch-over", what: "patronictl switchover", harm: switchOver, where: patroni},
		{name: "restart-database", what: "all members stop in order and start again", harm: restartDatabase, where: patroni},
		{name: "kill-etcd", what: "one of three members of etcd is gone for 10 s", harm: killEtcd, where: patroni},
		{name: "stop-etcd", what: "etcd is away for 30 s, longer than Patroni's ttl", harm: stopEtcd, where: patroni},
		{name: "freeze-network", what: "a node's way to the database drops everything for 12 s, nothing is told", harm: freezeNetwork},
		{name: "cut-network", what: "a node's way to the database is reset, and refused for 8 s", harm: cutNetwork},
		{name: "delay-network", what: "5 ms and then 50 ms to the database for all nodes", harm: delayNetwork},
		{name: "kill-balancer", what: "HAProxy is gone for 3 s", harm: killBalancer},
		{name: "kill-pgbouncer", what: "PgBouncer is gone for 3 s", harm: killBouncer, where: bouncer},
		{name: "promote", what: "the primary is gone, its standby is promoted by hand", harm: promote, where: small},
		{name: "lose-tail", what: "asynchronous: replication is cut, orders are acknowledged, the leader is gone", harm: loseTail, loses: true, where: patroni},
	}
}

// setup is where a fault can be tried.
type setup int

const (
	anywhere setup = iota
	patroni
	small   // a primary and a standby
	bouncer // PgBouncer
)

// missing says why it cannot be tried; "": it can.
func (f fault) missing(o options) string {
	switch {
	case f.where == patroni && o.plain:
		return "only with Patroni, without --plain"
	case f.where == small && !o.plain:
		return "only with --plain"
	case f.where == bouncer && !o.pgbouncer:
		return "only with --pgbouncer"
	}
	return ""
}

// can says whether the fault can be tried.
func (o options) can(f fault) bool { return f.missing(o) == "" }

func listFaults(of func(fault) bool) string {
	var b strings.Builder
	for _, f := range faults() {
		if !of(f) {
			continue
		}
		fmt.Fprintf(&b, "  %-17s %s\n", f.name, f.what)
	}
	return b.String()
}

// victim is the node that is harmed where one is.
func (t *trial) victim() *node { return t.nodes[nodeCount-1] }

// harmed says that the node itself is not expected to answer.
func (t *trial) harmed(d *node) { t.sick[d.name], t.sick["HAProxy"] = true, true }

// since is the time since the harm began, for reports.
func (t *trial) since() string { return fmt.Sprintf("%.1f s", time.Since(t.began).Seconds()) }

func killNode(t *trial) (string, error) {
	d := t.victim()
	t.harmed(d)
	t.killed = true
	d.kill()
	pause(t.ctx, 6*time.Second)
	return d.name + " killed, started again after 6 s", d.start()
}

// hangNode stops a node where it is in the middle of a transaction. Far from the database
// its transactions are long, and it is soon caught in one.
func hangNode(t *trial) (string, error) {
	d := t.victim()
	for _, w := range d.ways {
		w.Delay(20 * time.Millisecond)
		defer w.Delay(0)
	}
	tries := 0
	caught, err := false, error(nil)
	for !caught && err == nil && tries < 200 {
		tries++
		d.signal(syscall.SIGSTOP)
		if caught, err = t.holdsTransaction(); !caught {
			d.signal(syscall.SIGCONT)
			pause(t.ctx, 7*time.Millisecond)
		}
	}
	defer d.signal(syscall.SIGCONT)
	if err != nil || !caught {
		return "", errors.Join(err, fmt.Errorf("%s was not caught in a transaction in %d tries", d.name, tries))
	}
	t.began = time.Now()
	t.harmed(d)
	pause(t.ctx, 8*time.Second)
	return d.name + " stopped inside a transaction, resumed after 8 s", nil
}

// holdsTransaction says whether a transaction is open that does nothing, for longer than
// any that is under way.
func (t *trial) holdsTransaction() (bool, error) {
	leader := t.leader()
	if leader == nil {
		return false, errors.New("no member leads")
	}
	ctx, cancel := context.WithTimeout(t.ctx, restTime)
	defer cancel()
	db, err := pgx.Connect(ctx, leader.admin())
	if err != nil {
		return false, err
	}
	defer db.Close(ctx)
	const idle = `SELECT coalesce(string_agg(pid || ' ' || xact_start, ',' ORDER BY pid), '') FROM pg_stat_activity
		WHERE usename = 'lastclick' AND state = 'idle in transaction'`
	var first, second string
	if err := db.QueryRow(ctx, idle).Scan(&first); err != nil || first == "" {
		return false, err
	}
	pause(ctx, 60*time.Millisecond)
	if err := db.QueryRow(ctx, idle).Scan(&second); err != nil {
		return false, err
	}
	for one := range strings.SplitSeq(first, ",") {
		if strings.Contains(second, one) {
			return true, nil
		}
	}
	return false, nil
}

// another waits until another member leads.
func (t *trial) another(than *member, within time.Duration) (*member, error) {
	var now *member
	err := t.await("another member leads", within, func() error {
		for _, m := range t.members {
			if m != than && m.isPrimary() {
				now = m
				return nil
			}
		}
		return errors.New("none does")
	})
	return now, err
}

func killLeader(t *trial) (string, error) {
	old := t.leader()
	if old == nil {
		return "", errors.New("no member leads")
	}
	old.kill()
	now, err := t.another(old, recovery)
	if err != nil {
		return "", err
	}
	did := fmt.Sprintf("%s killed, %s leads after %s", old.name, now.name, t.since())
	return did, old.start()
}

func hangLeader(t *trial) (string, error) {
	old := t.leader()
	if old == nil {
		return "", errors.New("no member leads")
	}
	old.hang()
	defer old.resume()
	now, err := t.another(old, recovery)
	if err != nil {
		return "", err
	}
	did := fmt.Sprintf("%s stopped, %s leads after %s", old.name, now.name, t.since())
	if err := t.l.flow(flowAfter, recovery); err != nil {
		return did, err
	}
	old.resume()
	woken := time.Now()
	err = t.await("the old leader follows", startTime, func() error {
		if old.isPrimary() {
			return errors.New(old.name + " says that it leads")
		}
		var recovery bool
		if err := t.query(old, `SELECT pg_is_in_recovery()`, &recovery); err != nil {
			return err
		}
		if !recovery {
			return errors.New("it is no standby yet")
		}
		return nil
	})
	return fmt.Sprintf("%s; woken up, %s is a standby after %.1f s", did, old.name, time.Since(woken).Seconds()), err
}

// hangStandby stops the machine that commits wait for.
func hangStandby(t *trial) (string, error) {
	leader := t.leader()
	if leader == nil {
		return "", errors.New("no member leads")
	}
	var name string
	if err := t.query(leader, `SELECT application_name FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum') LIMIT 1`, &name); err != nil {
		return "", err
	}
	for _, m := range t.members {
		if m.name == name {
			m.hang()
			defer m.resume()
			pause(t.ctx, 25*time.Second)
			return name + " stopped, resumed after 25 s", nil
		}
	}
	return "", fmt.Errorf("%q is no member", name)
}

func switchOver(t *trial) (string, error) {
	old := t.leader()
	if err := t.switchOver(); err != nil {
		return "", err
	}
	now, err := t.another(old, recovery)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("from %s to %s, %s", old.name, now.name, t.since()), nil
}

func restartDatabase(t *trial) (string, error) {
	for _, m := range t.members {
		m.signal(syscall.SIGTERM)
	}
	for _, m := range t.members {
		select {
		case <-m.Ended():
		case <-time.After(recovery):
			return "", fmt.Errorf("%s does not end", m.name)
		}
	}
	did := "all ended after " + t.since()
	for _, m := range t.members {
		if err := m.start(); err != nil {
			return did, err
		}
	}
	now, err := t.another(nil, recovery)
	if err != nil {
		return did, err
	}
	return fmt.Sprintf("%s and started again, %s leads after %s", did, now.name, t.since()), nil
}

func killEtcd(t *trial) (string, error) {
	t.etcd[0].end()
	pause(t.ctx, 10*time.Second)
	return "one killed, started again after 10 s", t.etcd[0].start()
}

func stopEtcd(t *trial) (string, error) {
	for _, e := range t.etcd {
		e.end()
	}
	pause(t.ctx, 30*time.Second)
	for _, e := range t.etcd {
		if err := e.start(); err != nil {
			return "", err
		}
	}
	return "all three killed, started again after 30 s; failsafe_mode is on", nil
}

func freezeNetwork(t *trial) (string, error) {
	d := t.victim()
	for _, w := range d.ways {
		w.Freeze()
		defer w.Thaw()
	}
	pause(t.ctx, 12*time.Second)
	return d.name + "’s way frozen, thawed after 12 s", nil
}

func cutNetwork(t *trial) (string, error) {
	d := t.victim()
	for _, w := range d.ways {
		w.Cut()
		defer w.Mend()
	}
	pause(t.ctx, 8*time.Second)
	return d.name + "’s way cut, mended after 8 s", nil
}

func delayNetwork(t *trial) (string, error) {
	var did []string
	for _, distance := range []time.Duration{5 * time.Millisecond, 50 * time.Millisecond} {
		for _, d := range t.nodes {
			for _, w := range d.ways {
				w.Delay(distance)
				defer w.Delay(0)
			}
		}
		before, _ := t.l.ledger.Counts()
		const each = 6 * time.Second
		pause(t.ctx, each)
		after, _ := t.l.ledger.Counts()
		did = append(did, fmt.Sprintf("%v: %.0f orders/s", distance, float64(after-before)/each.Seconds()))
	}
	return strings.Join(did, ", "), nil
}

func killBalancer(t *trial) (string, error) {
	t.sick["HAProxy"] = true
	t.haproxy.end()
	pause(t.ctx, 3*time.Second)
	return "HAProxy killed, started again after 3 s", t.haproxy.start()
}

func killBouncer(t *trial) (string, error) {
	t.bouncer.end()
	pause(t.ctx, 3*time.Second)
	return "PgBouncer killed, started again after 3 s", t.bouncer.start()
}

// tailLength is how many orders of each target are acknowledged and lost.
const tailLength = 10

func loseTail(t *trial) (did string, err error) {
	if err := t.setAsync(true); err != nil {
		return "", err
	}
	old := t.leader()
	if old == nil {
		return "", errors.New("no member leads")
	}
	before, _ := t.l.ledger.Counts()
	old.inner.Freeze()
	err = t.l.flow(tailLength, recovery)
	after, _ := t.l.ledger.Counts()
	t.began = time.Now()
	old.kill()
	// What is still on its way is lost, too.
	old.inner.Cut()
	old.inner.Thaw()
	old.inner.Mend()
	if err != nil {
		return "", err
	}
	now, err := t.another(old, recovery)
	if err != nil {
		return "", err
	}
	did = fmt.Sprintf("%d orders acknowledged while replication was cut, %s killed, %s leads after %s", after-before, old.name, now.name, t.since())
	if err := old.start(); err != nil {
		return did, err
	}
	if err := t.l.flow(flowAfter, recovery); err != nil {
		return did, err
	}
	return did, t.setAsync(false)
}
