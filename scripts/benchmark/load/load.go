// Package load is what the benchmark puts on the servers. It runs in a process of its
// own, so that the server's accounting holds the server's work alone.
//
// The benchmark writes a Job to its standard input as a line of JSON. Once everything
// is prepared (requests built and signed, connections and sessions open) it prints
// "ready". Then each Step that it reads is answered with a Result, a line each. It ends
// with its input.
//
// A generator shares the processors with what it measures, so it does little: requests
// are built before the clock starts, and of an answer it reads the status, the length
// and, for orders, one word. Each connection has one request under way at a time; a
// slower server is asked less often.
package load

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"lastclick/scripts/benchmark/measure"
)

// Job is one kind of load. Exactly one field is set.
type Job struct {
	Clicks   *Clicks   `json:",omitempty"`
	Orders   *Orders   `json:",omitempty"`
	Database *Database `json:",omitempty"`
	Consoles *Consoles `json:",omitempty"`
}

// Step is what to do next: load for a time, or, with consoles, changes at a pace.
type Step struct {
	For     time.Duration // without Changes: consoles are left alone so long
	Changes int
	Every   time.Duration
}

// Result is what a step did.
type Result struct {
	Good     int     // operations that were answered as they should be
	Bad      int     // answered otherwise
	FirstBad string  // the first such answer, cut short
	Cut      int     // connections that the server ended
	FirstCut string  // how the first one was
	Seconds  float64 // from the first operation to the last answer
	P50      float64 // latency of the good ones, ms
	P99      float64
	Max      float64
	Settled  int // good ones that were answered more than 50 ms before the last answer

	// Of consoles: an update is a change that a session was sent bytes for before the
	// next change was made. The latencies are from the moment at which the change is
	// posted to a session's first bytes; a missed update counts with the whole time
	// until the next change.
	Updates int
	Missed  int
	Bytes   int64 // that all sessions were sent
}

// latencies fills in what the collected latencies say.
func (r *Result) latencies(l *measure.Latencies) {
	r.P50, r.P99, r.Max = l.Percentile(50), l.Percentile(99), l.Percentile(100)
}

// runner is a prepared job.
type runner interface {
	run(ctx context.Context, s Step) (Result, error)
	close()
}

// Main reads a job from in, prepares it and runs the steps that follow. It returns nil
// at the end of in.
func Main(ctx context.Context, in io.Reader, out io.Writer) error {
	lines := json.NewDecoder(bufio.NewReader(in))
	var job Job
	if err := lines.Decode(&job); err != nil {
		return fmt.Errorf("read the job: %w", err)
	}
	r, err := job.prepare(ctx)
	if err != nil {
		return err
	}
	defer r.close()
	if _, err := fmt.Fprintln(out, "ready"); err != nil {
		return err
	}
	for {
		var s Step
		if err := lines.Decode(&s); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("read a step: %w", err)
		}
		result, err := r.run(ctx, s)
		if err != nil {
			return err
		}
		if err := json.NewEncoder(out).Encode(result); err != nil {
			return err
		}
	}
}

func (j Job) prepare(ctx context.Context) (runner, error) {
	switch {
	case j.Clicks != nil:
		return j.Clicks.prepare(ctx)
	case j.Orders != nil:
		return j.Orders.prepare(ctx)
	case j.Database != nil:
		return j.Database.prepare(ctx)
	case j.Consoles != nil:
		return j.Consoles.prepare(ctx)
	}
	return nil, errors.New("the job is empty")
}
