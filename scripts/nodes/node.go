//go:build linux

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/crypto/ssh"

	"lastclick/scripts/benchmark/process"
	"lastclick/scripts/benchmark/proxy"
	"lastclick/scripts/stress/visit"
)

// node is one lastclick serve.
type node struct {
	*server
	process.Addresses
	ways     []*proxy.Proxy // to what its URL names
	database string
}

// startNodes starts the three.
func (c *cluster) startNodes() error {
	for n := range c.nodes {
		node, err := c.newNode(n)
		if err != nil {
			return err
		}
		c.nodes[n] = node
		if err := node.start(); err != nil {
			return err
		}
	}
	return nil
}

// databaseHosts are the addresses that a node's URL names.
func (c *cluster) databaseHosts() (hosts []string) {
	switch {
	case c.options.hosts || c.options.plain:
		for _, m := range c.members {
			if m != nil {
				hosts = append(hosts, m.listen)
			}
		}
		return hosts
	case c.options.pgbouncer:
		return []string{c.addresses.of(balancerHost, "6432")}
	}
	return []string{c.addresses.of(balancerHost, "5432")}
}

func (c *cluster) newNode(n int) (*node, error) {
	host := machine(firstNode, n)
	d := &node{Addresses: process.Addresses{HTTP: c.addresses.of(host, "8080"), SSH: c.addresses.of(host, "2222"), Metrics: c.addresses.of(host, "9090")}}
	var near []string
	for _, target := range c.databaseHosts() {
		p, err := proxy.Start(c.ctx, target, 0)
		if err != nil {
			return nil, err
		}
		c.atEnd(p.Close)
		d.ways = append(d.ways, p)
		near = append(near, p.Address())
	}
	d.database = "postgres://lastclick:" + c.password.node + "@" + strings.Join(near, ",") + "/lastclick?sslmode=disable&target_session_attrs=read-write"
	name := fmt.Sprint("node", n+1)
	d.server = &server{c: c, name: name, dir: c.dir, says: true, env: []string{"LASTCLICK_DATABASE=" + d.database}, args: []string{
		c.binary, "serve", "--data", filepath.Join(c.dir, name), "--http", d.HTTP, "--ssh", d.SSH, "--metrics", d.Metrics,
		"--trusted-proxy", "127.0.0.0/8", "--base-url", "http://" + c.entry("80"), "--ssh-address", c.entry("2222"),
		"--admin-key", strings.TrimSpace(string(ssh.MarshalAuthorizedKey(c.admin.PublicKey()))) + " admin",
	}}
	return d, nil
}

// entry is an address of HAProxy.
func (c *cluster) entry(port string) string { return c.addresses.of(balancerHost, port) }

// start starts it, again after it has ended, and waits until it is ready.
func (d *node) start() error {
	if err := d.server.start(); err != nil {
		return err
	}
	if _, err := d.Line(d.c.ctx, process.StartTime); err != nil {
		return fmt.Errorf("%w: %s", err, tail(d.log()))
	}
	return nil
}

// kill ends it as the end of its machine would.
func (d *node) kill() {
	d.signal(syscall.SIGKILL)
	<-d.Ended()
}

// command runs one over SSH.
func (d *node) command(line string) (string, error) {
	s, err := visit.Dial(d.c.ctx, d.SSH, d.c.admin, nil)
	if err != nil {
		return "", err
	}
	defer s.Close()
	return visit.Command(s, line)
}

// fill adds what the platform holds, through HAProxy.
func (c *cluster) fill() error {
	if err := c.await("HAProxy lets people in", startTime, func() (err error) {
		s, err := visit.Dial(c.ctx, c.entry("2222"), c.admin, nil)
		if err != nil {
			return err
		}
		return s.Close()
	}); err != nil {
		return err
	}
	s, err := visit.Dial(c.ctx, c.entry("2222"), c.admin, nil)
	if err != nil {
		return err
	}
	defer s.Close()
	c.secret, err = visit.Fill(s)
	return err
}

// readiness is what /readyz says.
type readiness struct{ Redirects, Orders, Why string }

// readyz asks a node, or HAProxy.
func readyz(ctx context.Context, client *http.Client, address, query string) (status int, said readiness, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/readyz"+query, nil)
	if err != nil {
		return 0, said, err
	}
	resp, err := client.Do(r)
	if err != nil {
		return 0, said, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return resp.StatusCode, said, err
	}
	return resp.StatusCode, said, json.Unmarshal(body, &said)
}

// healthy waits until the members replicate, every node can commit, and HAProxy knows it.
func (c *cluster) healthy() error {
	if err := c.await("all members replicate", startTime, c.replicating); err != nil {
		return err
	}
	client := &http.Client{Timeout: restTime}
	defer client.CloseIdleConnections()
	return c.await("every node is ready", startTime, func() error {
		for _, d := range c.nodes {
			switch status, said, err := readyz(c.ctx, client, d.HTTP, "?orders"); {
			case err != nil:
				return err
			case status != http.StatusOK:
				return fmt.Errorf("%s says %d: %s", d.name, status, said.Why)
			}
		}
		for _, backend := range []string{"redirects", "orders", "ssh"} {
			if err := c.inBalancer(backend, nodeCount); err != nil {
				return err
			}
		}
		return c.inBalancer("database", 1)
	})
}

// inBalancer says whether HAProxy sends connections to so many servers of a backend.
func (c *cluster) inBalancer(backend string, want int) error {
	if backend == "database" && c.options.plain {
		return nil
	}
	ctx, cancel := context.WithTimeout(c.ctx, restTime)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+c.entry("7000")+"/;csv", nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	up := 0
	for line := range strings.Lines(string(body)) {
		cells := strings.Split(line, ",")
		const status = 17 // of HAProxy's columns (Management Guide, 9.1)
		if len(cells) > status && cells[0] == backend && cells[1] != "BACKEND" && cells[1] != "FRONTEND" && strings.HasPrefix(cells[status], "UP") {
			up++
		}
	}
	if up != want {
		return fmt.Errorf("HAProxy takes %d servers of %s for ready, not %d", up, backend, want)
	}
	return nil
}
