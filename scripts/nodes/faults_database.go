//go:build linux

package main

import (
	"errors"
	"fmt"
	"syscall"
	"time"

	"lastclick/scripts/stress/visit"
)

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
	code, err := t.tail()
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
	did = fmt.Sprintf("%d orders and a link acknowledged while replication was cut, %s killed, %s leads after %s", after-before, old.name, now.name, t.since())
	if err := old.start(); err != nil {
		return did, err
	}
	if err := t.l.flow(flowAfter, recovery); err != nil {
		return did, err
	}
	if err := t.await("the link that was lost is unknown to every node", agreement, func() error { return t.clicked(code, "404") }); err != nil {
		t.wrong = append(t.wrong, err.Error())
	}
	return did, t.setAsync(false)
}

// tail is what will be lost: a link that every node knows, and orders.
func (t *trial) tail() (code string, err error) {
	code = fmt.Sprintf("tail-%d", time.Now().Unix())
	if _, err := t.nodes[0].command("link add Tail tail@example.com --code " + code + " --no-mail"); err != nil {
		return code, err
	}
	if err := t.await("every node knows the link", agreement, func() error { return t.clicked(code, "302") }); err != nil {
		return code, err
	}
	return code, t.l.flow(tailLength, recovery)
}

// clicked says whether every node answers a click on the link so.
func (t *trial) clicked(code, want string) error {
	for _, d := range t.nodes {
		if got := visit.Click(t.ctx, t.l.clicks, d.HTTP, code); got != want {
			return fmt.Errorf("%s answers %s", d.name, got)
		}
	}
	return nil
}
