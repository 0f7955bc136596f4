//go:build linux

package main

import (
	"fmt"
	"strings"
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
		{name: "strand-primary", what: "commits no longer reach the synchronous standby for 20 s, then the primary is gone", harm: strand, where: small},
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
