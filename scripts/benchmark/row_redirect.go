package main

import (
	"errors"
	"fmt"
	"os/exec"
	"time"

	"lastclick/scripts/benchmark/load"
	"lastclick/scripts/benchmark/measure"
	"lastclick/scripts/benchmark/peer"
	"lastclick/scripts/benchmark/process"
)

const (
	ours      = "lastclick"
	fewLinks  = 1000
	bareName  = "bare net/http"
	nginxName = "nginx, return 302"
)

// redirectRow compares first clicks, each of which lastclick counts, with a redirect that
// only signs a cookie, and with nginx, which does not even that. It ends with SIGTERM
// under load: as many clicks must be counted as were answered.
func redirectRow(e *env) error {
	rate := e.figure("requests a second", bareName, "×", measure.AtLeast(0.95))
	cost := e.figure("CPU a request", bareName, "×", measure.AtMost(1.1))
	tail := e.figure("p99", bareName, "×", measure.AtMost(1.5))
	limit := e.figure("requests a second", nginxName, "×", measure.Goal{})
	uncounted := e.figure("clicks counted less 302 answers, SIGTERM under load", "", "", measure.AtMost(0))

	d, err := e.daemonWithLinks("redirect", fewLinks)
	if err != nil {
		return err
	}
	plain, err := e.peer(peer.Bare, "--links", fmt.Sprint(fewLinks))
	if err != nil {
		return err
	}
	sides := []side{e.clicking(ours, d.server, fewLinks), e.clicking(bareName, plain, fewLinks)}
	nginx, err := e.nginx()
	switch {
	case errors.Is(err, exec.ErrNotFound):
		limit.Missing = "nginx is not installed (Debian: apt-get install nginx-light)"
	case err != nil:
		return err
	default:
		sides = append(sides, e.clicking(nginxName, nginx, fewLinks))
	}
	err = e.rounds(sides, func(m samples) {
		rate.Add(m[ours].Rate / m[bareName].Rate)
		cost.Add(m[ours].CPU / m[bareName].CPU)
		tail.Add(m[ours].P99 / m[bareName].P99)
		if s, ok := m[nginxName]; ok {
			limit.Add(m[ours].Rate / s.Rate)
		}
	})
	if err != nil {
		return err
	}
	counted, answered, err := e.stopUnderLoad(d, fewLinks)
	if err != nil {
		return err
	}
	uncounted.Add(float64(max(counted-answered, answered-counted)))
	uncounted.Note = fmt.Sprintf("%d answers", answered)
	return nil
}

// clicking is a side that answers clicks.
func (e *env) clicking(name string, s server, links int) side {
	return side{name, func() (measure.Sample, error) {
		sample, _, err := e.hit(load.Job{Clicks: &load.Clicks{Address: s.HTTP, Links: links, Connections: e.options.connections}}, e.options.each, s)
		return sample, err
	}}
}

// stopUnderLoad stops the daemon while clicks come in, and returns how many of them it
// has counted when it starts again, and how many it answered.
func (e *env) stopUnderLoad(d *daemon, links int) (counted, answered int, err error) {
	before, err := d.clicks()
	if err != nil {
		return 0, 0, err
	}
	l, err := e.loader(load.Job{Clicks: &load.Clicks{Address: d.HTTP, Links: links, Connections: e.options.connections}})
	if err != nil {
		return 0, 0, err
	}
	defer l.Kill()
	if err := l.begin(load.Step{For: time.Minute}); err != nil { // or as long as the daemon answers
		return 0, 0, err
	}
	time.Sleep(max(e.options.each/2, 500*time.Millisecond))
	if err := d.Stop(); err != nil {
		return 0, 0, err
	}
	r, err := l.result(process.StartTime)
	if err != nil {
		return 0, 0, err
	}
	if r.Good == 0 || r.Bad > 0 {
		return 0, 0, fmt.Errorf("%d good answers and %d bad ones (%s) before the stop", r.Good, r.Bad, r.FirstBad)
	}
	if err := d.start(); err != nil {
		return 0, 0, err
	}
	after, err := d.clicks()
	return after - before, r.Good, err
}
