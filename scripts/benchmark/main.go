// Command benchmark measures lastclick against others that do the same work, and
// prints a table of ratios with their goals. scripts/bench builds and runs it.
//
// It works on the real program from outside: over HTTP, SSH and signed webhooks, on
// loopback, with databases in folders that are gone afterwards. What it compares runs in
// processes of their own, and so does the load, so that the accounting of a server's
// process holds its own work. In a round all sides run one after another, in the
// opposite order in every other round, and ratios are taken inside a round.
//
// A row (one file row_*.go each) starts what it compares, runs the rounds and adds to
// its figures. The packages beside it are measure (statistics, accounting, report), load
// (what is put on the servers) and peer (what is compared with).
//
// Load and servers share the machine's processors, as they must where there is one
// machine. Rates are therefore those of a whole machine with its customers on it, and
// only ratios and processor time say something about the program.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/pflag"

	"lastclick/scripts/benchmark/load"
	"lastclick/scripts/benchmark/measure"
	"lastclick/scripts/benchmark/peer"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil && !errors.Is(err, pflag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "benchmark:", err)
		os.Exit(1)
	}
}

// run is also the program of the processes that the benchmark starts: "load" and
// "peer NAME".
func run(ctx context.Context, args []string) error {
	switch {
	case len(args) == 1 && args[0] == "load":
		return load.Main(ctx, os.Stdin, os.Stdout)
	case len(args) > 1 && args[0] == "peer":
		return runPeer(ctx, args[1], args[2:])
	}
	o, err := parseOptions(args, os.Stderr)
	if err != nil {
		return err
	}
	return bench(ctx, o)
}

func runPeer(ctx context.Context, name string, args []string) error {
	var c peer.Config
	f := pflag.NewFlagSet("peer", pflag.ContinueOnError)
	f.IntVar(&c.Links, "links", 0, "")
	f.StringVar(&c.Secret, "secret", "", "")
	if err := f.Parse(args); err != nil {
		return err
	}
	return peer.Run(ctx, name, c, os.Stdout)
}

// options are what a run measures, and for how long.
type options struct {
	rounds int
	each   time.Duration // one side of a round
	orders int           // stored
	links  int           // in the row of many
	small  bool
	size
	only     []string
	jsonFile string
	markdown bool
}

// size is what a run on any machine has, and what a small one has.
type size struct {
	connections int // of a load on HTTP
	clicked     int // links that orders come by
	receipts    int // distinct, of their customers; an order has one of them
	sessions    int // consoles at once
	changes     int // for them to show, at least
}

var (
	fullSize  = size{connections: 64, clicked: 100, receipts: 300, sessions: 500, changes: 5}
	smallSize = size{connections: 8, clicked: 5, receipts: 10, sessions: 20, changes: 2}
)

func parseOptions(args []string, usage io.Writer) (options, error) {
	o := options{}
	full := false
	f := pflag.NewFlagSet("scripts/bench", pflag.ContinueOnError)
	f.SortFlags = false
	f.SetOutput(usage)
	f.IntVar(&o.rounds, "rounds", 5, "rounds of every comparison")
	f.DurationVar(&o.each, "for", 3*time.Second, "how long one side of a round runs")
	f.IntVar(&o.orders, "orders", 100_000, "orders that are stored in the rows stored and page")
	f.BoolVar(&full, "full", false, "with 1,000,000 orders stored; these alone take some minutes")
	f.BoolVar(&o.small, "small", false, "one short round of little, to prove that the benchmark works; checks no goal")
	f.StringSliceVar(&o.only, "only", nil, "only these rows: "+strings.Join(rowNames(), ", "))
	f.StringVar(&o.jsonFile, "json", "", "write the report to this file too, as JSON")
	f.BoolVar(&o.markdown, "markdown", false, "print the table of the README instead")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	o.links, o.size = 1_000_000, fullSize
	if full {
		o.orders = 1_000_000
	}
	if o.small {
		o.rounds, o.each, o.orders, o.links, o.size = 1, 200*time.Millisecond, 1000, 5000, smallSize
	}
	switch {
	case f.NArg() > 0:
		return o, fmt.Errorf("%q is no flag: see --help", f.Arg(0))
	case o.rounds < 1 || o.each <= 0 || o.orders < 1000:
		return o, errors.New("at least one round, some time and 1000 orders are needed")
	}
	for _, name := range o.only {
		if !slices.Contains(rowNames(), name) {
			return o, fmt.Errorf("--only %s: the rows are %s", name, strings.Join(rowNames(), ", "))
		}
	}
	return o, nil
}

// row is a group of figures that need the same servers.
type row struct {
	name string
	run  func(*env) error
}

// rows are all of them, in the order of the report.
func rows() []row {
	return []row{
		{"redirect", redirectRow},
		{"links", linksRow},
		{"webhook", webhookRow},
		{"stored", storedRow},
		{"postgres", postgresRow},
		{"page", pageRow},
		{"console", consoleRow},
		{"kill", killRow},
	}
}

func rowNames() (names []string) {
	for _, r := range rows() {
		names = append(names, r.name)
	}
	return names
}

// bench measures the rows and writes the report. A row that fails does not keep the
// others from being measured; its error is returned in the end. What was measured before
// an interruption is written too.
func bench(ctx context.Context, o options) error {
	b, err := newBenchmark(o)
	if err != nil {
		return err
	}
	defer b.close()
	var failed error
	for _, r := range rows() {
		if len(o.only) > 0 && !slices.Contains(o.only, r.name) {
			continue
		}
		began := time.Now()
		fmt.Fprintf(os.Stderr, "measuring %s …", r.name)
		err := b.row(ctx, r)
		fmt.Fprintf(os.Stderr, " %.0f s\n", time.Since(began).Seconds())
		if ctx.Err() != nil {
			b.report.Missing(r.name, "interrupted")
			failed = errors.New("interrupted")
			break
		}
		if err != nil {
			b.report.Missing(r.name, "the row failed")
			failed = errors.Join(failed, fmt.Errorf("%s: %w", r.name, err))
		}
	}
	return errors.Join(b.write(os.Stdout), failed)
}

// write prints the report, and writes it to the file that was asked for.
func (b *benchmark) write(out io.Writer) error {
	if b.options.markdown {
		b.report.Markdown(out)
	} else {
		b.report.Text(out)
	}
	if b.options.jsonFile == "" {
		return nil
	}
	f, err := os.Create(b.options.jsonFile)
	if err != nil {
		return err
	}
	return errors.Join(b.report.JSON(f), f.Close())
}

func newReport(o options) *measure.Report {
	return &measure.Report{
		At: time.Now(), Go: runtime.Version(), CPUs: runtime.NumCPU(), Rounds: o.rounds, Seconds: o.each.Seconds(),
		Orders: o.orders, Links: o.links, Checked: !o.small,
	}
}
