package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"

	"lastclick/scripts/benchmark/measure"
	"lastclick/scripts/benchmark/process"
)

// benchmark is one run.
type benchmark struct {
	options options
	dir     string // of everything that the run writes
	self    string // this program
	daemon  string // the program that is measured
	report  *measure.Report
	keys    []identity // the admins'
	stored  storedData
}

func newBenchmark(o options) (*benchmark, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	daemon := filepath.Join(filepath.Dir(self), "lastclick")
	if _, err := os.Stat(daemon); err != nil {
		return nil, fmt.Errorf("the program to be measured is missing (scripts/bench builds it): %w", err)
	}
	keys, err := newIdentities(consoleKeys)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "lastclick-bench")
	if err != nil {
		return nil, err
	}
	return &benchmark{options: o, dir: dir, self: self, daemon: daemon, keys: keys, report: newReport(o)}, nil
}

func (b *benchmark) close() { _ = os.RemoveAll(b.dir) }

// env is what a row runs in: a folder, and the processes that it starts.
type env struct {
	*benchmark
	ctx       context.Context
	row       string
	dir       string
	processes []*process.Process
	closers   []func()
	jobs      int
}

// row runs a row and ends whatever it started.
func (b *benchmark) row(ctx context.Context, r row) (err error) {
	e := &env{benchmark: b, ctx: ctx, row: r.name}
	if e.dir, err = os.MkdirTemp(b.dir, r.name); err != nil {
		return err
	}
	defer e.close()
	return r.run(e)
}

func (e *env) close() {
	for _, p := range slices.Backward(e.processes) {
		p.Kill()
	}
	for _, f := range slices.Backward(e.closers) {
		f()
	}
	_ = os.RemoveAll(e.dir)
}

// figure adds a line to the report.
func (e *env) figure(what, against, unit string, goal measure.Goal) *measure.Figure {
	return e.report.Figure(e.row, what, against, unit, goal)
}

// missing says of the row's figures without values why they have none.
func (e *env) missing(reason string) { e.report.Missing(e.row, reason) }

// start starts a program that ends with the row.
func (e *env) start(name, path string, args ...string) (*process.Process, error) {
	cmd := exec.CommandContext(e.ctx, path, args...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + e.dir, "TMPDIR=" + e.dir}
	return e.startCommand(name, cmd, syscall.SIGKILL)
}

func (e *env) startCommand(name string, cmd *exec.Cmd, end syscall.Signal) (*process.Process, error) {
	p, err := process.Start(name, cmd, end)
	if err != nil {
		return nil, err
	}
	e.processes = append(e.processes, p)
	return p, nil
}

// server is a process that has printed its ready line.
type server struct {
	*process.Process
	process.Addresses
}

// ready waits for the line.
func (e *env) ready(p *process.Process) (server, error) {
	line, err := p.Line(e.ctx, process.StartTime)
	if err != nil {
		return server{}, err
	}
	a, err := process.ParseReady(line)
	if err != nil {
		return server{}, p.Failure(err)
	}
	return server{p, a}, nil
}

// peer starts one of the package peer.
func (e *env) peer(name string, args ...string) (server, error) {
	p, err := e.start("peer "+name, e.self, append([]string{"peer", name}, args...)...)
	if err != nil {
		return server{}, err
	}
	return e.ready(p)
}

// unique is a prefix for the ids of one job's orders.
func (e *env) unique() string {
	e.jobs++
	return fmt.Sprintf("%s-%d", e.row, e.jobs)
}
