package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"lastclick/scripts/benchmark/load"
	"lastclick/scripts/benchmark/measure"
	"lastclick/scripts/benchmark/process"
)

// aftermath is how long a server may work after the last answer before its processor
// time is read: clicks are written up to 50 ms later.
const aftermath = 200 * time.Millisecond

// loader is a load process that is prepared.
type loader struct {
	*process.Process
	e     *env
	lines *json.Encoder
}

// loader starts one and waits until it is prepared.
func (e *env) loader(job load.Job) (*loader, error) {
	p, err := e.start("load", e.self, "load")
	if err != nil {
		return nil, err
	}
	l := &loader{p, e, json.NewEncoder(p.Stdin)}
	if err := l.lines.Encode(job); err != nil {
		return nil, p.Failure(err)
	}
	line, err := p.Line(e.ctx, process.StartTime)
	if err != nil {
		return nil, err
	}
	if line != "ready" {
		return nil, p.Failure(fmt.Errorf("%q in place of the line that it is ready", line))
	}
	return l, nil
}

// begin has it do the step; result waits for what it did.
func (l *loader) begin(s load.Step) error {
	if err := l.lines.Encode(s); err != nil {
		return l.Failure(err)
	}
	return nil
}

func (l *loader) result(within time.Duration) (r load.Result, err error) {
	line, err := l.Line(l.e.ctx, within)
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal([]byte(line), &r); err != nil {
		return r, l.Failure(err)
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
	r, err := l.result(s.For + time.Duration(s.Changes)*s.Every + process.StartTime)
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
		used, e := measure.CPU(s.PID())
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
	defer l.Kill()
	r, used, err := l.step(load.Step{For: d}, servers...)
	if err == nil {
		err = wholly(r)
	}
	if err != nil {
		return measure.Sample{}, r, err
	}
	return measure.Sample{
		Rate: float64(r.Good) / r.Seconds,
		CPU:  float64(used.Microseconds()) / float64(r.Good),
		P50:  r.P50, P99: r.P99,
	}, r, nil
}

// wholly is an error unless every answer was a good one, and there was one.
func wholly(r load.Result) error {
	switch {
	case r.Bad > 0:
		return fmt.Errorf("%d answers of %d were bad, the first one: %s", r.Bad, r.Bad+r.Good, r.FirstBad)
	case r.Cut > 0:
		return fmt.Errorf("%d connections were cut: %s", r.Cut, r.FirstCut)
	case r.Good == 0:
		return errors.New("there was no answer in all the time")
	}
	return nil
}

// hitAll puts the loads of several jobs on the servers at once. Of the latencies it tells
// the worst job's.
func (e *env) hitAll(jobs []load.Job, d time.Duration, servers ...server) (all measure.Sample, err error) {
	loaders, results, errs := make([]*loader, len(jobs)), make([]load.Result, len(jobs)), make([]error, len(jobs))
	for i, job := range jobs {
		if loaders[i], err = e.loader(job); err != nil {
			return all, err
		}
		defer loaders[i].Kill()
	}
	before, err := cpu(servers)
	if err != nil {
		return all, err
	}
	var done sync.WaitGroup
	for i, l := range loaders {
		done.Go(func() {
			if results[i], _, errs[i] = l.step(load.Step{For: d}); errs[i] == nil {
				errs[i] = wholly(results[i])
			}
		})
	}
	done.Wait()
	if err := errors.Join(errs...); err != nil {
		return all, err
	}
	after, err := cpu(servers)
	if err != nil {
		return all, err
	}
	good := 0
	for _, r := range results {
		good += r.Good
		all.Rate += float64(r.Good) / r.Seconds
		all.P50, all.P99 = max(all.P50, r.P50), max(all.P99, r.P99)
	}
	all.CPU = float64((after - before).Microseconds()) / float64(good)
	return all, nil
}
