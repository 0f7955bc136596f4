//go:build linux

// Command stress breaks what lastclick stands on, attacks it and wears it out, and says
// what customers, checkouts and promoters saw. scripts/faults and scripts/soak build and
// run it.
//
// It works on the real program from outside: over HTTP, SSH and signed webhooks, on
// loopback, with databases in folders that are gone afterwards. Beside each fault and
// each attack there are the same visitors: customers who click, a checkout that delivers
// orders, a promoter who signs in and asks for the statistics. A ledger keeps what was
// acknowledged; in the end each of its orders must be in the database once, and
// lastclick check must find nothing. Where not, it ends with status 1.
//
// Rows that need what a machine does not offer (mounts, loop devices, namespaces) are
// skipped, and the table says why. So that mounts and addresses are gone with it, the
// program runs in namespaces of its own where it may.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/pflag"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, pflag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "stress:", err)
		os.Exit(1)
	}
}

// run is also the program of the process inside the namespaces: "inside …", and of the one that attacks.
func run(ctx context.Context, args []string, out, progress io.Writer) error {
	if len(args) == 0 {
		return errors.New("say what: faults or soak")
	}
	what, args := args[0], args[1:]
	inside := what == "inside"
	if inside && len(args) > 0 {
		what, args = args[0], args[1:]
	}
	switch what {
	case "attacker":
		return runAttacker(ctx, args, out)
	case "faults":
		o, err := parseFaults(args, progress)
		if err != nil {
			return err
		}
		if !inside {
			if done, err := enterNamespaces(ctx, what, args, o.attacks); done {
				return err
			}
		}
		return o.run(ctx, report{out, progress})
	case "soak":
		o, err := parseSoak(args, progress)
		if err != nil {
			return err
		}
		return o.run(ctx, report{out, progress})
	}
	return fmt.Errorf("%q is neither faults nor soak", what)
}

// report is where tables go, and what is being done.
type report struct{ out, progress io.Writer }

func (r report) say(format string, values ...any) { fmt.Fprintf(r.progress, format+"\n", values...) }

// faultOptions are the flags of scripts/faults.
type faultOptions struct {
	only    []string
	rounds  int
	cuts    int
	control bool
	attacks bool
	each    time.Duration
	seed    uint64
}

func parseFaults(args []string, usage io.Writer) (faultOptions, error) {
	o := faultOptions{}
	f := pflag.NewFlagSet("scripts/faults", pflag.ContinueOnError)
	f.SortFlags = false
	f.SetOutput(usage)
	f.StringSliceVar(&o.only, "only", nil, "only rows whose name holds one of these words")
	f.IntVar(&o.rounds, "rounds", 0, "instead of the matrix: kill the daemon under load so many times (20 is usual)")
	f.IntVar(&o.cuts, "cuts", 0, "instead of the matrix: cut the power of its disk under load so many times (5 is usual)")
	f.BoolVar(&o.control, "control", false, "with --cuts, and a daemon that is kept from syncing: orders must be lost, or the cuts prove nothing")
	f.BoolVar(&o.attacks, "attacks", false, "instead of the matrix: attack it with honest visitors beside")
	f.DurationVar(&o.each, "for", 5*time.Second, "how long each attack lasts, and the time before it that it is compared with")
	f.Uint64Var(&o.seed, "seed", 1, "of what is left to chance in the power cuts")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	switch {
	case f.NArg() > 0:
		return o, fmt.Errorf("%q is no flag: see --help", f.Arg(0))
	case o.rounds < 0 || o.cuts < 0 || o.each < time.Second:
		return o, errors.New("rounds and cuts are counts, and an attack lasts a second at least")
	case o.control && o.cuts == 0:
		return o, errors.New("--control goes with --cuts")
	}
	return o, nil
}

func (o faultOptions) run(ctx context.Context, r report) error {
	var failed error
	matrix := true
	if o.rounds > 0 {
		matrix = false
		failed = errors.Join(failed, killRounds(ctx, r, o.rounds))
	}
	if o.cuts > 0 {
		matrix = false
		failed = errors.Join(failed, powerCuts(ctx, r, o.cuts, o.seed, o.control))
	}
	if o.attacks {
		matrix = false
		failed = errors.Join(failed, attackAll(ctx, r, o.only, o.each))
	}
	if matrix {
		failed = errors.Join(failed, faultMatrix(ctx, r, o.only))
	}
	return failed
}
