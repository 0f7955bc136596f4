//go:build linux

package main

import (
	"bytes"
	"context"
	"io/fs"
	"net"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"lastclick/model/testenv"
	"lastclick/scripts/benchmark/process"
	"lastclick/scripts/stress/visit"
)

// file is a configuration file, as it is in this folder.
func file(t *testing.T, name string) string {
	t.Helper()
	raw, err := fs.ReadFile(files, name)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// testCluster has a folder and addresses, and runs nothing.
func testCluster(t *testing.T) *cluster {
	t.Helper()
	return &cluster{ctx: t.Context(), dir: t.TempDir(), addresses: addresses{}}
}

// check runs a server's own check of its configuration.
func check(t *testing.T, program string, args ...string) {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		path = testenv.Need(t, "/usr/sbin/"+program)[0]
	}
	if out, err := exec.CommandContext(t.Context(), path, args...).CombinedOutput(); err != nil {
		t.Errorf("%s %q: %v\n%s", program, args, err, out)
	}
}

func TestHAProxy_Configuration_Valid(t *testing.T) {
	for name, edit := range map[string]func(string) string{"with Patroni": nil, "the small set-up": withoutDatabase} {
		c := testCluster(t)
		path, err := c.configure("haproxy.cfg", c.dir, edit)
		if err != nil {
			t.Fatal(err)
		}
		t.Log(name)
		check(t, "haproxy", "-c", "-q", "-f", path)
	}
	if small := withoutDatabase(file(t, "haproxy.cfg")); strings.Contains(small, "\nlisten database") || !strings.Contains(small, "listen status") {
		t.Errorf("the small set-up has\n%s", small)
	}
}

// Each address becomes one on loopback, the same wherever it stands, and a member is told
// its own.
func TestConfiguration_Member_ItsOwnAddressAndName(t *testing.T) {
	a := addresses{}
	text := a.localize(forMember(file(t, "patroni.yml"), 1))
	for _, want := range []string{
		"\nname: db2\n", "listen: " + a.of("10.0.0.22", "8008"), "connect_address: " + a.of("10.0.0.22", "5432"),
		"hosts: [" + a.of("10.0.0.21", "2379") + ", " + a.of("10.0.0.22", "2379") + ", " + a.of("10.0.0.23", "2379") + "]",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	env := a.localize(forMember(file(t, "etcd.env"), 2))
	for _, want := range []string{
		"ETCD_NAME=db3\n", "ETCD_LISTEN_PEER_URLS=http://" + a.of("10.0.0.23", "2380") + "\n",
		"ETCD_INITIAL_CLUSTER=db1=http://" + a.of("10.0.0.21", "2380") + ",",
	} {
		if !strings.Contains(env, want) {
			t.Errorf("no %q in\n%s", want, env)
		}
	}
	balancer := a.localize(file(t, "haproxy.cfg"))
	_, rest, _ := net.SplitHostPort(a.of("10.0.0.21", "8008"))
	if want := "server db1 " + a.of("10.0.0.21", "5432") + " check port " + rest + "\n"; !strings.Contains(balancer, want) {
		t.Errorf("no %q in\n%s", want, balancer)
	}
	bouncer := a.localize(file(t, "pgbouncer.ini"))
	host, port, _ := net.SplitHostPort(a.of(balancerHost, "6432"))
	if want := "listen_addr = " + host + "\nlisten_port = " + port + "\n"; !strings.Contains(bouncer, want) {
		t.Errorf("no %q in\n%s", want, bouncer)
	}
	left := regexp.MustCompile(`10\.0\.0\.\d+:\d`)
	for _, text := range []string{text, env, balancer, bouncer} {
		if found := left.FindString(text); found != "" {
			t.Errorf("%s is left in\n%s", found, text)
		}
	}
	seen := map[string]bool{}
	for name, address := range a {
		if seen[address] {
			t.Errorf("%s shares %s with another", name, address)
		}
		seen[address] = true
	}
}

// Patroni's own check finds nothing but that the addresses are those of a test.
func TestPatroni_Configuration_Valid(t *testing.T) {
	patroni, err := exec.LookPath("patroni")
	if err != nil {
		testenv.Need(t, "/usr/bin/patroni")
	}
	c := testCluster(t)
	folder, ok := process.PostgresFolder()
	if !ok {
		testenv.Missing(t, "PostgreSQL")
	}
	path, err := c.configure("patroni.yml", c.dir, nil, change{"/usr/lib/postgresql/15/bin", folder})
	if err != nil {
		t.Fatal(err)
	}
	out, _ := exec.CommandContext(t.Context(), patroni, "--validate-config", path).CombinedOutput()
	for line := range strings.Lines(string(out)) {
		for _, fine := range []string{"is not reachable", `must not contain "127.0.0.1"`} {
			if strings.Contains(line, fine) {
				line = ""
			}
		}
		if strings.TrimSpace(line) != "" {
			t.Error(line)
		}
	}
}

func TestConfigure_LineThatIsGone_Error(t *testing.T) {
	c := testCluster(t)
	if _, err := c.configure("patroni.yml", c.dir, nil, change{"no such line", ""}); err == nil || !strings.Contains(err.Error(), "no such line") {
		t.Error(err)
	}
}

func TestTarget_Longest_TimeWithoutAnOrder(t *testing.T) {
	begin := time.Now()
	at := func(seconds int) time.Time { return begin.Add(time.Duration(seconds) * time.Second) }
	target := &target{acks: []time.Time{at(-9), at(-1), at(2), at(7), at(8)}}
	if got := target.longest(begin); got != 5*time.Second {
		t.Errorf("%v", got)
	}
	if got := target.longest(at(9)); got != 0 {
		t.Errorf("no order since: %v", got)
	}
}

// What is on the screen while all is well is no news, with other numbers neither.
func TestConsole_Look_OnlyWhatIsNew(t *testing.T) {
	c := &console{usual: map[string]bool{}}
	c.look("ana 12 £3.00\nas of 10:00:01 · live\n")
	c.arm()
	c.look("ana 13 £4.00\nas of 10:00:02 · the database is away\n")
	c.look("ana 14 £4.00\nas of 10:00:03 · the database is away\n")
	if got := c.said(); got != "“as of 10:00:02 · the database is away”" {
		t.Error(got)
	}
}

// A trial fails where an honest visitor was hurt, and where clicks are not counted once.
func TestTrial_Judge_WhatVisitorsSaw(t *testing.T) {
	visitors := func(answers ...string) *load {
		one := &target{name: "node1"}
		for _, a := range answers {
			one.clicks.Add(a, a == "302", time.Millisecond)
		}
		return &load{targets: []*target{one}}
	}
	for name, tt := range map[string]struct {
		answers []string
		counted int
		sick    bool
		killed  bool
		want    string
	}{
		"all":                           {[]string{"302", "302"}, 2, false, false, ""},
		"one is missing":                {[]string{"302", "302"}, 1, false, false, "1 clicks were counted, 2 were made"},
		"one is twice":                  {[]string{"302"}, 2, false, false, "2 clicks were counted, 1 were made"},
		"a node's memory is gone":       {[]string{"302", "302"}, 1, true, true, ""},
		"a living one failed":           {[]string{"302", "503"}, 1, false, false, "redirects failed at node1"},
		"a dead one failed":             {[]string{"302", visit.NoAnswer}, 1, true, false, ""},
		"given up by HAProxy":           {[]string{"302", "502"}, 2, true, false, ""},
		"without an answer and counted": {[]string{"302", visit.NoAnswer}, 2, true, false, ""},
	} {
		x := &trial{l: visitors(tt.answers...), counted: tt.counted, killed: tt.killed, sick: map[string]bool{"node1": tt.sick}, failures: map[string]string{}, refused: map[string]int{}}
		x.judge()
		if got := strings.Join(x.wrong, "; "); (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestRun_Flags_RefusedAndTaken(t *testing.T) {
	for _, args := range [][]string{nil, {"down"}, {"fault"}, {"faults", "x"}, {"up", "--pgbouncer", "--hosts"}, {"faults", "--only", "no such fault"}} {
		var out bytes.Buffer
		if err := run(context.Background(), args, &out, &out, &out); err == nil {
			t.Errorf("%q is taken", args)
		}
	}
	names := map[string]bool{}
	for _, f := range faults() {
		if names[f.name] || f.what == "" {
			t.Errorf("%q", f.name)
		}
		names[f.name] = true
	}
	var o options
	tried := map[string]bool{}
	for _, o = range []options{{}, {plain: true}, {pgbouncer: true}} {
		for _, f := range faults() {
			if f.missing(o) == "" {
				tried[f.name] = true
			}
		}
	}
	if len(tried) != len(names) {
		t.Errorf("only %v can be tried", tried)
	}
}
