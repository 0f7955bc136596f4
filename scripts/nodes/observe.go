//go:build linux

package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	probeEvery    = 100 * time.Millisecond
	probePatience = 1500 * time.Millisecond
	leastState    = 100 * time.Millisecond // a state that was seen once, between two probes
)

// observer asks every node's /readyz again and again.
type observer struct {
	c    *cluster
	stop context.CancelFunc
	all  sync.WaitGroup

	mu     sync.Mutex
	states []map[string]time.Duration // of each node: how long each answer held
	before []map[string]float64       // metrics
}

// observe begins.
func (c *cluster) observe() *observer {
	ctx, stop := context.WithCancel(c.ctx)
	o := &observer{c: c, stop: stop, states: make([]map[string]time.Duration, nodeCount)}
	o.before = o.scrape()
	for n, d := range c.nodes {
		o.states[n] = map[string]time.Duration{}
		client := &http.Client{Timeout: probePatience}
		o.all.Go(func() {
			defer client.CloseIdleConnections()
			last := time.Now()
			tick := time.NewTicker(probeEvery)
			defer tick.Stop()
			for ctx.Err() == nil {
				state := ask(ctx, client, d.HTTP)
				now := time.Now()
				o.mu.Lock()
				o.states[n][state] += now.Sub(last)
				o.mu.Unlock()
				last = now
				select {
				case <-ctx.Done():
				case <-tick.C:
				}
			}
		})
	}
	return o
}

// ask says in words what /readyz answers.
func ask(ctx context.Context, client *http.Client, address string) string {
	status, said, err := readyz(ctx, client, address, "")
	switch {
	case err != nil:
		return "no answer"
	case status != http.StatusOK:
		return fmt.Sprintf("redirects %s: %s", said.Redirects, said.Why)
	case said.Orders != "ok":
		return fmt.Sprintf("orders %s: %s", said.Orders, said.Why)
	}
	return "ok"
}

func (o *observer) end() {
	o.stop()
	o.all.Wait()
}

// said is what the nodes said beside ok, and for how long.
func (o *observer) said() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	type line struct {
		text  string
		nodes []string
	}
	var lines []*line
	for n, states := range o.states {
		var parts []string
		for state, held := range states {
			if state != "ok" && held > leastState {
				parts = append(parts, fmt.Sprintf("%s %.1f s", state, held.Seconds()))
			}
		}
		slices.Sort(parts)
		if len(parts) > 0 {
			lines = append(lines, &line{strings.Join(parts, ", "), []string{o.c.nodes[n].name}})
		}
	}
	if len(lines) == 0 {
		return "ok all the time"
	}
	var all []string
	for _, l := range lines {
		all = append(all, strings.Join(l.nodes, " ")+": "+l.text)
	}
	return strings.Join(all, "; ")
}

// watched are the metrics that tell of trouble.
var watched = []struct{ metric, name string }{
	{"lastclick_commit_failures_total", "failed commits"},
	{"lastclick_cache_rebuilds_total", "caches read again"},
	{"lastclick_clicks_dropped_total", "clicks dropped"},
}

// scrape reads the metrics of every node; nil for one that does not answer.
func (o *observer) scrape() (all []map[string]float64) {
	for _, d := range o.c.nodes {
		ctx, cancel := context.WithTimeout(o.c.ctx, restTime)
		values, err := d.Scrape(ctx)
		cancel()
		if err != nil {
			values = nil
		}
		all = append(all, values)
	}
	return all
}

// counted is how the metrics have moved. A node that was started again begins at nothing.
func (o *observer) counted() string {
	var parts []string
	after := o.scrape()
	for _, w := range watched {
		sum := 0.0
		for n := range after {
			if d := after[n][w.metric] - o.before[n][w.metric]; d > 0 {
				sum += d
			} else if d < 0 {
				sum += after[n][w.metric]
			}
		}
		if sum > 0 {
			parts = append(parts, fmt.Sprintf("%s +%.0f", w.name, sum))
		}
	}
	if len(parts) == 0 {
		return "still"
	}
	return strings.Join(parts, ", ")
}
