//go:build linux

package main

import (
	"embed"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// files are the configuration of db1 and of HAProxy, as an operator has it.
//
//go:embed etcd.env patroni.yml haproxy.cfg pgbouncer.ini postgresql.conf
var files embed.FS

// Machines of the configuration files.
const (
	balancerHost = "10.0.0.10"
	firstNode    = "10.0.0.11"
	firstMember  = "10.0.0.21"
)

// machine is the address of the nth machine after the first of its kind, from 0 on.
func machine(first string, n int) string { return fmt.Sprint(first[:len(first)-1], n+1) }

// addresses gives each address and port of the files one on loopback.
type addresses map[string]string

// Ports of the lab. The system takes ports of outgoing connections from 32768 on, so none of
// them takes the port of a server that is starting again.
const firstPort, lastPort = 10000, 30000

// of returns the address on loopback that stands for one of the files, always the same.
func (a addresses) of(host, port string) string {
	name := net.JoinHostPort(host, port)
	for a[name] == "" {
		free := fmt.Sprintf("127.0.0.1:%d", firstPort+rand.IntN(lastPort-firstPort))
		if !a.taken(free) {
			a[name] = free
		}
	}
	return a[name]
}

func (a addresses) taken(address string) bool {
	for _, given := range a {
		if given == address {
			return true
		}
	}
	l, err := net.Listen("tcp", address) //nolint:noctx // it does not wait
	if err != nil {
		return true
	}
	return l.Close() != nil
}

var (
	checkedPort = regexp.MustCompile(`(10\.0\.0\.\d+)(:\d+ check port )(\d+)`)
	hostAndPort = regexp.MustCompile(`(10\.0\.0\.\d+):(\d+)`)
	dsnAndPort  = regexp.MustCompile(`host=(10\.0\.0\.\d+) port=(\d+)`)
	listenLines = regexp.MustCompile(`listen_addr = (10\.0\.0\.\d+)\nlisten_port = (\d+)`)
)

// localize gives a file the addresses of the lab.
func (a addresses) localize(text string) string {
	split := func(address string) (host, port string) {
		host, port, _ = net.SplitHostPort(address) // of ours
		return host, port
	}
	text = strings.ReplaceAll(text, "10.0.0.0/24", "127.0.0.0/8")
	text = checkedPort.ReplaceAllStringFunc(text, func(s string) string {
		m := checkedPort.FindStringSubmatch(s)
		_, port := split(a.of(m[1], m[3]))
		return m[1] + m[2] + port
	})
	text = dsnAndPort.ReplaceAllStringFunc(text, func(s string) string {
		m := dsnAndPort.FindStringSubmatch(s)
		host, port := split(a.of(m[1], m[2]))
		return "host=" + host + " port=" + port
	})
	text = listenLines.ReplaceAllStringFunc(text, func(s string) string {
		m := listenLines.FindStringSubmatch(s)
		host, port := split(a.of(m[1], m[2]))
		return "listen_addr = " + host + "\nlisten_port = " + port
	})
	return hostAndPort.ReplaceAllStringFunc(text, func(s string) string { return a.of(split(s)) })
}

// forMember turns a file of db1 into the one of another member: lines that name one machine
// alone are about itself.
func forMember(text string, n int) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if len(regexp.MustCompile(`10\.0\.0\.2\d`).FindAllString(line, -1)) == 1 {
			line = strings.ReplaceAll(line, firstMember, machine(firstMember, n))
		}
		for _, own := range []string{"name: db1", "ETCD_NAME=db1"} {
			if line == own {
				line = strings.TrimSuffix(own, "1") + fmt.Sprint(n+1)
			}
		}
		lines[i] = line
	}
	return strings.Join(lines, "\n")
}

// change is a line of a file that is another in the lab: a path, a password.
type change struct{ from, to string }

// configure writes a file of the lab and returns its path. Each change must be one: a file
// that no longer has the line is an error.
func (c *cluster) configure(name, dir string, edit func(string) string, changes ...change) (string, error) {
	raw, err := files.ReadFile(name)
	if err != nil {
		return "", err
	}
	text := string(raw)
	if edit != nil {
		text = edit(text)
	}
	for _, ch := range changes {
		if !strings.Contains(text, ch.from) {
			return "", fmt.Errorf("%s has no %q for the lab to change", name, ch.from)
		}
		text = strings.ReplaceAll(text, ch.from, ch.to)
	}
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(c.addresses.localize(text)), 0o600); err != nil {
		return "", err
	}
	return path, c.give(path)
}
