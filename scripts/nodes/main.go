//go:build linux

// Command nodes runs three nodes of lastclick over PostgreSQL under Patroni on one machine,
// and does to them what happens to machines. scripts/cluster builds and runs it.
//
// The servers are Debian's, with the configuration files of this folder: an operator's, in
// which the lab changes addresses, paths and passwords alone. Everything listens on
// loopback, and is gone at the end. The lab has proxies of its own in the network, so that
// it can be cut, frozen and delayed: one between each node and the database, and one
// between each two members of PostgreSQL.
//
// Beside each fault there are customers, checkouts and a promoter, who go to the nodes and
// to HAProxy. A ledger keeps what was acknowledged: in the end each of its orders must be in
// the database once, clicks must be counted once, all nodes must say the same, and
// lastclick check must find nothing. Where not, it ends with status 1.
//
// One machine proves what the programs do, not what several machines do: memory,
// processors and the disk are shared, and clocks cannot differ.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/pflag"

	"lastclick/scripts/stress/visit"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	err := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, pflag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "scripts/cluster:", err)
		os.Exit(1)
	}
}

// options are the flags.
type options struct {
	pgbouncer bool
	async     bool
	plain     bool
	hosts     bool
	only      []string
	keep      bool
}

const usage = `usage: scripts/cluster up [flags]           start, print addresses, run until Ctrl-C
       scripts/cluster fault NAME           do it to the one that is up
       scripts/cluster faults [flags]       every fault under load, and a table
`

func run(ctx context.Context, args []string, in io.Reader, out, progress io.Writer) error {
	o := options{}
	f := pflag.NewFlagSet("scripts/cluster", pflag.ContinueOnError)
	f.SortFlags = false
	f.SetOutput(progress)
	f.StringSliceVar(&o.only, "only", nil, "faults: only those whose name holds one of these words")
	f.BoolVar(&o.pgbouncer, "pgbouncer", false, "the nodes connect through PgBouncer, in transaction mode")
	f.BoolVar(&o.hosts, "hosts", false, "the nodes' URL names the three members (target_session_attrs=read-write) instead of HAProxy")
	f.BoolVar(&o.async, "async", false, "asynchronous replication: a failover loses the tail")
	f.BoolVar(&o.plain, "plain", false, "the small set-up: a primary and a synchronous standby, promoted by hand; no etcd, no Patroni")
	f.BoolVar(&o.keep, "keep", false, "leave the folder with all logs")
	f.Usage = func() {
		fmt.Fprint(progress, usage, "\nfaults:\n", listFaults(func(fault) bool { return true }), "\nflags:\n", f.FlagUsages())
	}
	if err := f.Parse(args); err != nil {
		return err
	}
	if o.pgbouncer && (o.hosts || o.plain) {
		return errors.New("--pgbouncer goes to HAProxy: without --hosts and --plain")
	}
	r := report{out, progress}
	switch what := f.Args(); {
	case len(what) == 1 && what[0] == "up":
		return up(ctx, o, in, r)
	case len(what) == 1 && what[0] == "faults":
		return tryFaults(ctx, o, r)
	case len(what) == 2 && what[0] == "fault":
		return askForFault(ctx, what[1], r)
	default:
		f.Usage()
		return fmt.Errorf("say what: up, faults, or fault and its name; %q is neither", strings.Join(what, " "))
	}
}

// report is where tables go, and what is being done.
type report struct{ out, progress io.Writer }

func (r report) say(format string, values ...any) { fmt.Fprintf(r.progress, format+"\n", values...) }

func (r report) table(head []string, rows [][]string) { visit.Table(r.out, head, rows) }
