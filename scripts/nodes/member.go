//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"lastclick/scripts/benchmark/proxy"
)

// member is a machine with PostgreSQL and Patroni.
type member struct {
	*server
	n      int
	listen string       // PostgreSQL's address
	rest   string       // Patroni's
	inner  *proxy.Proxy // the way of the other members to its PostgreSQL
	config string
}

// startMembers starts the three and waits until they replicate.
func (c *cluster) startMembers() error {
	if c.options.plain {
		return c.startPlainMembers()
	}
	for n := range c.members {
		m, err := c.newMember(n)
		if err != nil {
			return err
		}
		c.members[n] = m
		if err := m.start(); err != nil {
			return err
		}
	}
	if err := c.await("all members replicate", startTime, c.replicating); err != nil {
		return err
	}
	if c.options.async {
		return c.setAsync(true)
	}
	return nil
}

func (c *cluster) newMember(n int) (*member, error) {
	host := machine(firstMember, n)
	m := &member{n: n, listen: c.addresses.of(host, "5432"), rest: c.addresses.of(host, "8008")}
	var err error
	if m.inner, err = proxy.Start(c.ctx, m.listen, 0); err != nil {
		return nil, err
	}
	c.atEnd(m.inner.Close)
	name := fmt.Sprint("db", n+1)
	dir, err := c.folder(name)
	if err != nil {
		return nil, err
	}
	m.config, err = c.configure("patroni.yml", dir, func(s string) string { return forMember(s, n) },
		change{"connect_address: " + host + ":5432", "connect_address: " + m.inner.Address()},
		change{"/var/lib/postgresql/15/lastclick", filepath.Join(dir, "data")},
		change{"/usr/lib/postgresql/15/bin", c.postgres},
		change{"/var/lib/postgresql/patroni.pgpass", filepath.Join(dir, "pgpass")},
		change{"/var/run/postgresql", dir},
		change{"SUPERUSER-PASSWORD", c.password.superuser},
		change{"REPLICATION-PASSWORD", c.password.replication},
		change{"REWIND-PASSWORD", c.password.rewind},
		change{"REST-PASSWORD", c.password.rest},
		change{"mode: automatic", `mode: "off"`}, // it would restart this machine
	)
	if err != nil {
		return nil, err
	}
	m.server = &server{c: c, as: c.as, name: name, dir: dir, args: []string{program("patroni"), m.config}}
	c.atEnd(m.killPostgres)
	return m, nil
}

// data is its database.
func (m *member) data() string { return filepath.Join(m.dir, "data") }

// postmaster is the process of PostgreSQL; 0: it does not run.
func (m *member) postmaster() int {
	b, err := os.ReadFile(filepath.Join(m.dir, "data", "postmaster.pid"))
	if err != nil {
		return 0
	}
	line, _, _ := strings.Cut(string(b), "\n")
	pid, err := strconv.Atoi(line)
	// The file outlives a process that is killed, and its number may be another's by now.
	if command, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid)); err != nil || !bytes.Contains(command, []byte(m.data())) {
		return 0
	}
	return pid
}

// processes are PostgreSQL's: the postmaster and its children.
func (m *member) processes() (all []int) {
	pid := m.postmaster()
	if pid == 0 {
		return nil
	}
	all = []int{pid}
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%[1]d/children", pid))
	if err != nil {
		return all
	}
	for _, child := range strings.Fields(string(b)) {
		if n, err := strconv.Atoi(child); err == nil {
			all = append(all, n)
		}
	}
	return all
}

// killPostgres kills all processes of PostgreSQL at once, as a power cut ends them.
func (m *member) killPostgres() { m.signalPostgres(syscall.SIGKILL) }

func (m *member) signalPostgres(signal syscall.Signal) {
	for _, pid := range m.processes() {
		_ = syscall.Kill(pid, signal)
	}
}

// kill is the end of the machine: Patroni and PostgreSQL at once.
func (m *member) kill() {
	m.killPostgres()
	m.signal(syscall.SIGKILL)
	<-m.Ended()
}

// hang stops the machine without ending anything, resume lets it go on.
func (m *member) hang() {
	m.signal(syscall.SIGSTOP)
	m.signalPostgres(syscall.SIGSTOP)
}

func (m *member) resume() {
	m.signalPostgres(syscall.SIGCONT)
	m.signal(syscall.SIGCONT)
}

// admin is the URL of PostgreSQL's admin.
func (m *member) admin() string {
	return "postgres://postgres:" + m.c.password.superuser + "@" + m.listen + "/postgres?sslmode=disable"
}

// query reads one row of a member, as its admin.
func (c *cluster) query(m *member, sql string, into ...any) error {
	ctx, cancel := context.WithTimeout(c.ctx, restTime)
	defer cancel()
	db, err := pgx.Connect(ctx, m.admin())
	if err != nil {
		return err
	}
	defer db.Close(context.WithoutCancel(ctx))
	return db.QueryRow(ctx, sql).Scan(into...)
}

// createDatabase makes the nodes' role and database.
func (c *cluster) createDatabase() error {
	leader := c.leader()
	if leader == nil {
		return errors.New("no member leads")
	}
	for _, sql := range []string{
		"CREATE ROLE lastclick LOGIN PASSWORD '" + c.password.node + "'", // letters and digits
		"CREATE DATABASE lastclick OWNER lastclick",
	} {
		if err := leader.exec(sql); err != nil {
			return err
		}
	}
	return c.awaitDatabase()
}

// awaitDatabase waits until every member has the database: a node whose URL names them all
// takes "there is no such database" of a standby for the last word.
func (c *cluster) awaitDatabase() error {
	late := time.Now().Add(recovery)
	for _, m := range c.members {
		for m != nil {
			var databases int
			err := c.query(m, `SELECT count(*) FROM pg_database WHERE datname = 'lastclick'`, &databases)
			if err == nil && databases == 1 {
				break
			}
			if c.ctx.Err() != nil || time.Now().After(late) {
				return errors.Join(fmt.Errorf("%s has no database yet", m.name), err, c.ctx.Err())
			}
			pause(c.ctx, 100*time.Millisecond)
		}
	}
	return nil
}

// exec runs a statement as PostgreSQL's admin.
func (m *member) exec(sql string) error {
	ctx, cancel := context.WithTimeout(m.c.ctx, restTime)
	defer cancel()
	db, err := pgx.Connect(ctx, m.admin())
	if err != nil {
		return err
	}
	defer db.Close(context.WithoutCancel(ctx))
	_, err = db.Exec(ctx, sql)
	return err
}
