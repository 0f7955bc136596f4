package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"time"

	"lastclick/scripts/benchmark/load"
	"lastclick/scripts/benchmark/measure"
)

// aftermath is how long a server may work after the last answer before its processor
// time is read: clicks are written up to 50 ms later.
const aftermath = 200 * time.Millisecond

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

func goVersion() string { return runtime.Version() }
func processors() int   { return runtime.NumCPU() }
func lockThread()       { runtime.LockOSThread() }

// env is what a row runs in: a folder, and the processes that it starts.
type env struct {
	*benchmark
	ctx       context.Context
	row       string
	dir       string
	processes []*process
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
		p.kill()
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
func (e *env) start(name, path string, args ...string) (*process, error) {
	cmd := exec.CommandContext(e.ctx, path, args...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + e.dir, "TMPDIR=" + e.dir}
	return e.startCommand(name, cmd, syscall.SIGKILL)
}

func (e *env) startCommand(name string, cmd *exec.Cmd, end syscall.Signal) (*process, error) {
	p, err := startProcess(name, cmd, end)
	if err != nil {
		return nil, err
	}
	e.processes = append(e.processes, p)
	return p, nil
}

// server is a process that has printed its ready line.
type server struct {
	*process
	addresses
}

// ready waits for the line.
func (e *env) ready(p *process) (server, error) {
	line, err := p.line(e.ctx, startTime)
	if err != nil {
		return server{}, err
	}
	a, err := parseReady(line)
	if err != nil {
		return server{}, p.failure(err)
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

// loader is a load process that is prepared.
type loader struct {
	*process
	e     *env
	lines *json.Encoder
}

// loader starts one and waits until it is prepared.
func (e *env) loader(job load.Job) (*loader, error) {
	p, err := e.start("load", e.self, "load")
	if err != nil {
		return nil, err
	}
	l := &loader{p, e, json.NewEncoder(p.stdin)}
	if err := l.lines.Encode(job); err != nil {
		return nil, p.failure(err)
	}
	line, err := p.line(e.ctx, startTime)
	if err != nil {
		return nil, err
	}
	if line != "ready" {
		return nil, p.failure(fmt.Errorf("%q in place of the line that it is ready", line))
	}
	return l, nil
}

// begin has it do the step; result waits for what it did.
func (l *loader) begin(s load.Step) error {
	if err := l.lines.Encode(s); err != nil {
		return l.failure(err)
	}
	return nil
}

func (l *loader) result(within time.Duration) (r load.Result, err error) {
	line, err := l.line(l.e.ctx, within)
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal([]byte(line), &r); err != nil {
		return r, l.failure(err)
	}
	return r, nil
}

// step does a step and returns the processor time that the servers spent on it.
func (l *loader) step(s load.Step, servers ...server) (load.Result, time.Duration, error) {
	before, err := cpu(servers)
	if err != nil {
		return load.Result{}, 0, err
	}
	if err := l.begin(s); err != nil {
		return load.Result{}, 0, err
	}
	r, err := l.result(s.For + time.Duration(s.Changes)*s.Every + startTime)
	if err != nil {
		return r, 0, err
	}
	if s.Changes == 0 {
		time.Sleep(aftermath)
	}
	after, err := cpu(servers)
	return r, after - before, err
}

func cpu(servers []server) (all time.Duration, err error) {
	for _, s := range servers {
		used, e := measure.CPU(s.pid())
		all, err = all+used, errors.Join(err, e)
	}
	return all, err
}

// hit puts the job's load on the servers for a while. Every answer must be a good one.
func (e *env) hit(job load.Job, d time.Duration, servers ...server) (measure.Sample, load.Result, error) {
	l, err := e.loader(job)
	if err != nil {
		return measure.Sample{}, load.Result{}, err
	}
	defer l.kill()
	r, used, err := l.step(load.Step{For: d}, servers...)
	switch {
	case err != nil:
		return measure.Sample{}, r, err
	case r.Bad > 0:
		return measure.Sample{}, r, fmt.Errorf("%d answers of %d were bad, the first one: %s", r.Bad, r.Bad+r.Good, r.FirstBad)
	case r.Cut > 0:
		return measure.Sample{}, r, fmt.Errorf("%d connections were cut: %s", r.Cut, r.FirstCut)
	case r.Good == 0:
		return measure.Sample{}, r, errors.New("there was no answer in all the time")
	}
	return measure.Sample{
		Rate: float64(r.Good) / r.Seconds,
		CPU:  float64(used.Microseconds()) / float64(r.Good),
		P50:  r.P50, P99: r.P99,
	}, r, nil
}

// side is one of those that are compared.
type side struct {
	name    string
	measure func() (measure.Sample, error)
}

// samples are what the sides did in one round, by name.
type samples map[string]measure.Sample

// rounds measures all sides in each round, in the opposite order in every other one,
// and hands over what they did.
func (e *env) rounds(sides []side, done func(samples)) error {
	order := slices.Clone(sides)
	for range e.options.rounds {
		m := samples{}
		for _, s := range order {
			sample, err := s.measure()
			if err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
			m[s.name] = sample
		}
		for _, s := range sides {
			e.report.AddSide(e.row, s.name, m[s.name])
		}
		done(m)
		slices.Reverse(order)
	}
	return nil
}

// unique is a prefix for the ids of one job's orders.
func (e *env) unique() string {
	e.jobs++
	return fmt.Sprintf("%s-%d", e.row, e.jobs)
}
