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
