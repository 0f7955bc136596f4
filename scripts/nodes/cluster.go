//go:build linux

package main

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/crypto/ssh"

	"lastclick/scripts/benchmark/process"
)

const (
	nodeCount   = 3
	memberCount = 3
	// startTime is how long the whole cluster may take until it is healthy, also after a fault.
	startTime = 90 * time.Second
)

// cluster is everything that runs.
type cluster struct {
	ctx       context.Context
	options   options
	binary    string // lastclick
	dir       string
	postgres  string              // the folder of its programs
	as        *syscall.Credential // whom the servers run as; nil: the user of this program
	addresses addresses
	password  passwords
	admin     ssh.Signer
	adminKey  ed25519.PrivateKey
	secret    string // of the checkout

	etcd    [memberCount]*server
	members [memberCount]*member
	haproxy *server
	bouncer *server
	nodes   [nodeCount]*node
	ends    []func()
}

// passwords are made for each lab.
type passwords struct{ superuser, replication, rewind, rest, node string }

// newCluster makes the folder and what the configuration needs; it starts nothing.
func newCluster(ctx context.Context, o options) (c *cluster, err error) {
	if err := installed(o); err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c = &cluster{ctx: ctx, options: o, binary: filepath.Join(filepath.Dir(self), "lastclick"), addresses: addresses{}}
	if _, err := os.Stat(c.binary); err != nil {
		return nil, fmt.Errorf("the daemon is missing (scripts/cluster builds it): %w", err)
	}
	if _, c.adminKey, err = ed25519.GenerateKey(rand.Reader); err != nil {
		return nil, err
	}
	if c.admin, err = ssh.NewSignerFromKey(c.adminKey); err != nil {
		return nil, err
	}
	for _, p := range []*string{&c.password.superuser, &c.password.replication, &c.password.rewind, &c.password.rest, &c.password.node} {
		*p = rand.Text()
	}
	c.postgres, _ = process.PostgresFolder()
	if c.dir, err = os.MkdirTemp("", "lastclick-cluster-"); err != nil {
		return nil, err
	}
	c.atEnd(func() {
		if !o.keep {
			_ = os.RemoveAll(c.dir)
		}
	})
	// The servers' user must reach its folders in it.
	if err := os.Chmod(c.dir, 0o711); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

func (c *cluster) atEnd(f func()) { c.ends = append(c.ends, f) }

func (c *cluster) close() {
	for _, f := range slices.Backward(c.ends) {
		f()
	}
	c.ends = nil
}

// start starts everything and fills it.
func (c *cluster) start(r report) error {
	begin := time.Now()
	steps := []struct {
		what string
		do   func() error
	}{
		{"etcd, unless it is the small set-up", c.startEtcd},
		{"PostgreSQL", c.startMembers},
		{"HAProxy", c.startBalancer},
		{"the database", c.createDatabase},
		{"three nodes", c.startNodes},
		{"a client, links and a checkout", c.fill},
	}
	for _, s := range steps {
		r.say("%5.1f s  %s", time.Since(begin).Seconds(), s.what)
		if err := s.do(); err != nil {
			return fmt.Errorf("start %s: %w", s.what, err)
		}
	}
	if err := c.healthy(); err != nil {
		return err
	}
	r.say("%5.1f s  ready", time.Since(begin).Seconds())
	return nil
}

// give gives a file or folder to whom the servers run as.
func (c *cluster) give(path string) error {
	if c.as == nil {
		return nil
	}
	return os.Chown(path, int(c.as.Uid), int(c.as.Gid))
}

// folder makes a folder for a server.
func (c *cluster) folder(name string) (string, error) {
	dir := filepath.Join(c.dir, name)
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return "", err
	}
	as, err := process.PostgresUser(dir)
	if as != nil {
		c.as = as
	}
	return dir, err
}

// await waits until it is so, and says what is missing if that takes too long.
func (c *cluster) await(what string, within time.Duration, so func() error) error {
	late := time.Now().Add(within)
	for {
		err := so()
		switch {
		case err == nil:
			return nil
		case c.ctx.Err() != nil:
			return c.ctx.Err()
		case time.Now().After(late):
			return fmt.Errorf("%s: not within %v: %w", what, within, err)
		}
		pause(c.ctx, 50*time.Millisecond)
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// startEtcd starts the three members.
func (c *cluster) startEtcd() error {
	if c.options.plain {
		return nil
	}
	for n := range c.etcd {
		name := fmt.Sprint("etcd", n+1)
		dir, err := c.folder(name)
		if err != nil {
			return err
		}
		path, err := c.configure("etcd.env", dir, func(s string) string { return forMember(s, n) },
			change{"/var/lib/etcd/lastclick", filepath.Join(dir, "data")})
		if err != nil {
			return err
		}
		env, err := readEnvironment(path)
		if err != nil {
			return err
		}
		c.etcd[n] = &server{c: c, as: c.as, name: name, dir: dir, args: []string{program("etcd")}, env: append(env, "ETCD_LOG_LEVEL=warn")}
		if err := c.etcd[n].start(); err != nil {
			return err
		}
	}
	return nil
}

// readEnvironment reads a file like /etc/default/etcd.
func readEnvironment(path string) (lines []string, err error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(b)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			lines = append(lines, line)
		}
	}
	return lines, nil
}

// startBalancer starts HAProxy, and PgBouncer where it is asked for.
func (c *cluster) startBalancer() error {
	dir, err := c.folder("haproxy")
	if err != nil {
		return err
	}
	edit := func(text string) string { return text }
	if c.options.plain {
		edit = withoutDatabase
	}
	path, err := c.configure("haproxy.cfg", dir, edit)
	if err != nil {
		return err
	}
	c.haproxy = &server{c: c, as: c.as, name: "haproxy", dir: dir, args: []string{program("haproxy"), "-db", "-f", path}}
	if err := c.haproxy.start(); err != nil {
		return err
	}
	// It takes every server for ready until it has asked it.
	if err := c.await("HAProxy knows who leads", startTime, func() error { return c.inBalancer("database", 1) }); err != nil || !c.options.pgbouncer {
		return err
	}
	if dir, err = c.folder("pgbouncer"); err != nil {
		return err
	}
	users := filepath.Join(dir, "userlist.txt")
	if err := os.WriteFile(users, []byte(`"lastclick" "`+c.password.node+"\"\n"), 0o600); err != nil {
		return err
	}
	if err := c.give(users); err != nil {
		return err
	}
	if path, err = c.configure("pgbouncer.ini", dir, nil, change{"/etc/pgbouncer/userlist.txt", users}); err != nil {
		return err
	}
	c.bouncer = &server{c: c, as: c.as, name: "pgbouncer", dir: dir, args: []string{program("pgbouncer"), path}}
	return c.bouncer.start()
}
