package main

import (
	"fmt"
	"time"

	"lastclick/scripts/benchmark/measure"
)

// linksRow compares a daemon with many links, all of them clicked in turn, with one that
// has few.
func linksRow(e *env) error {
	many, few := fmt.Sprintf("%d links", e.options.links), fmt.Sprintf("%d links", fewLinks)
	rate := e.figure("requests a second, "+many, few, "×", measure.AtLeast(0.9))
	live := e.figure("memory a link, in use after GC", "", "bytes", measure.AtMost(150))
	resident := e.figure("memory a link, resident", "", "bytes", measure.Goal{})
	start := e.figure("start to ready, "+many, "", "s", measure.AtMost(1.5))

	small, err := e.daemonWithLinks("few", fewLinks)
	if err != nil {
		return err
	}
	large, err := e.daemonWithLinks("many", e.options.links)
	if err != nil {
		return err
	}
	for range e.options.rounds {
		took, err := large.restart()
		if err != nil {
			return err
		}
		start.Add(took.Seconds())
	}
	err = e.rounds([]side{e.clicking(many, large.server, e.options.links), e.clicking(few, small.server, fewLinks)}, func(m samples) {
		rate.Add(m[many].Rate / m[few].Rate)
	})
	if err != nil {
		return err
	}
	after, err := large.liveMemory()
	if err != nil {
		return err
	}
	before, err := small.liveMemory()
	if err != nil {
		return err
	}
	more := float64(e.options.links - fewLinks)
	live.Add((after.live - before.live) / more)
	resident.Add((after.resident - before.resident) / more)
	return nil
}

// daemonWithLinks starts a daemon with so many links of its client.
func (e *env) daemonWithLinks(name string, links int) (*daemon, error) {
	d, err := e.newDaemon(name)
	if err != nil {
		return nil, err
	}
	if err := d.Stop(); err != nil {
		return nil, err
	}
	if err := insertLinks(e.ctx, d.file(), links); err != nil {
		return nil, err
	}
	return d, d.start()
}

// restart stops the daemon in order and returns how long the next one took to be ready.
func (d *daemon) restart() (time.Duration, error) {
	if err := d.Stop(); err != nil {
		return 0, err
	}
	begin := time.Now()
	err := d.start()
	return time.Since(begin), err
}
