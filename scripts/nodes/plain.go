//go:build linux

package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"lastclick/scripts/benchmark/proxy"
)

// startPlainMembers starts a primary and its standby, without Patroni.
func (c *cluster) startPlainMembers() error {
	for n := range 2 {
		m, err := c.newPlainMember(n)
		if err != nil {
			return err
		}
		c.members[n] = m
	}
	primary, standby := c.members[0], c.members[1]
	if err := primary.initialize(); err != nil {
		return err
	}
	if err := primary.serve(); err != nil {
		return err
	}
	if err := primary.exec("CREATE ROLE replicator REPLICATION LOGIN PASSWORD '" + c.password.replication + "'"); err != nil {
		return err
	}
	if err := standby.follow(primary); err != nil {
		return err
	}
	return c.await("the standby follows", startTime, c.replicating)
}

func (c *cluster) newPlainMember(n int) (*member, error) {
	name := fmt.Sprint("db", n+1)
	dir, err := c.folder(name)
	if err != nil {
		return nil, err
	}
	m := &member{n: n, listen: c.addresses.of(machine(firstMember, n), "5432")}
	if m.inner, err = proxy.Start(c.ctx, m.listen, 0); err != nil {
		return nil, err
	}
	c.atEnd(m.inner.Close)
	host, port, err := net.SplitHostPort(m.listen)
	m.server = &server{c: c, as: c.as, name: name, dir: dir, args: []string{
		filepath.Join(c.postgres, "postgres"), "-D", filepath.Join(dir, "data"), "-h", host, "-p", port, "-k", dir,
	}}
	c.atEnd(m.killPostgres)
	return m, err
}

// initialize makes an empty database with the operator's settings.
func (m *member) initialize() error {
	secret := filepath.Join(m.dir, "password")
	if err := os.WriteFile(secret, []byte(m.c.password.superuser), 0o600); err != nil {
		return err
	}
	if err := m.c.give(secret); err != nil {
		return err
	}
	if _, err := m.c.run(m.as, nil, filepath.Join(m.c.postgres, "initdb"), "-D", m.data(), "-U", "postgres", "-A", "scram-sha-256", "--pwfile", secret, "-E", "UTF8", "-k"); err != nil {
		return err
	}
	settings, err := files.ReadFile("postgresql.conf")
	if err != nil {
		return err
	}
	return appendTo(filepath.Join(m.data(), "postgresql.conf"), string(settings))
}

func appendTo(path, text string) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString("\n" + text)
	return errors.Join(err, f.Close())
}

// serve starts it and waits until it answers.
func (m *member) serve() error {
	if err := m.start(); err != nil {
		return err
	}
	return m.c.await(m.name+" answers", startTime, func() error {
		var one int
		return errors.Join(m.lost(), m.c.query(m, `SELECT 1`, &one))
	})
}

// follow makes the member a standby of the primary, from a new copy, which commits then
// wait for.
func (m *member) follow(primary *member) error {
	if err := os.RemoveAll(m.data()); err != nil {
		return err
	}
	host, port, err := net.SplitHostPort(primary.inner.Address())
	if err != nil {
		return err
	}
	conninfo := fmt.Sprintf("host=%s port=%s user=replicator password=%s application_name=standby", host, port, m.c.password.replication)
	if _, err := m.c.run(m.as, nil, filepath.Join(m.c.postgres, "pg_basebackup"), "-d", conninfo, "-D", m.data(), "-R", "-X", "stream", "-c", "fast"); err != nil {
		return err
	}
	// Once it is promoted it has no standby of its own.
	if err := appendTo(filepath.Join(m.data(), "postgresql.auto.conf"), "synchronous_standby_names = ''\n"); err != nil {
		return err
	}
	if err := m.serve(); err != nil || m.c.options.async {
		return err
	}
	return errors.Join(primary.exec("ALTER SYSTEM SET synchronous_standby_names = 'standby'"), primary.exec("SELECT pg_reload_conf()"))
}

// plainReplicating says what is missing until the standby follows the primary.
func (c *cluster) plainReplicating() error {
	leader := c.leader()
	if leader == nil {
		return errors.New("no primary")
	}
	var streaming, sync int
	if err := c.query(leader, `SELECT count(*), count(*) FILTER (WHERE sync_state = 'sync') FROM pg_stat_replication WHERE state = 'streaming'`, &streaming, &sync); err != nil {
		return err
	}
	if streaming != 1 || sync != 1 && !c.options.async {
		return fmt.Errorf("%d standbys, %d of them synchronous", streaming, sync)
	}
	return nil
}

// withoutDatabase is HAProxy's configuration where the nodes' URL names the members.
func withoutDatabase(text string) string {
	begin, rest, _ := strings.Cut(text, "listen database\n")
	_, end, _ := strings.Cut(rest, "\n\n")
	return begin + end
}

// promote is what an operator does who has no Patroni: the primary is gone, its standby is
// promoted, and later the old primary is made a standby.
func promote(t *trial) (string, error) {
	old := t.leader()
	if old == nil {
		return "", errors.New("no primary")
	}
	return t.succeed(old)
}

// strand is what two machines are most afraid of: the primary's commits no longer reach the
// standby, and then the primary is gone. Nothing may have been acknowledged meanwhile.
func strand(t *trial) (string, error) {
	old := t.leader()
	if old == nil {
		return "", errors.New("no primary")
	}
	t.l.quiet.Store(true)
	defer t.l.quiet.Store(false)
	old.inner.Freeze()
	defer old.inner.Mend()
	defer old.inner.Thaw()
	before, _ := t.l.ledger.Counts()
	pause(t.ctx, 20*time.Second) // longer than a node waits for a commit
	after, _ := t.l.ledger.Counts()
	old.inner.Cut() // what is still on its way is lost with it
	did, err := t.succeed(old)
	return fmt.Sprintf("%d orders acknowledged in 20 s without replication; %s", after-before, did), err
}

// succeed kills the primary and has its standby promoted; then the old primary is made the
// standby.
func (t *trial) succeed(old *member) (string, error) {
	standby := t.members[1-old.n]
	old.kill()
	pause(t.ctx, 2*time.Second) // the operator's, who is fast here
	promoted := time.Now()
	if _, err := t.run(standby.as, nil, filepath.Join(t.postgres, "pg_ctl"), "promote", "-D", standby.data()); err != nil {
		return "", err
	}
	if err := t.l.flow(flowAfter, recovery); err != nil {
		return "", err
	}
	did := fmt.Sprintf("%s killed, %s promoted 2 s later; orders at all targets %.1f s after that", old.name, standby.name, time.Since(promoted).Seconds())
	return did, old.follow(standby)
}
