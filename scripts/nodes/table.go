//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"lastclick/scripts/stress/visit"
)

// tryFaults tries every fault that is wanted and prints the table.
func tryFaults(ctx context.Context, o options, r report) error {
	var wanted []fault
	for _, f := range faults() {
		if visit.Wanted(f.name, o.only) && o.can(f) {
			wanted = append(wanted, f)
		}
	}
	if len(wanted) == 0 {
		return fmt.Errorf("no fault has %s in its name", strings.Join(o.only, " or "))
	}
	c, err := newCluster(ctx, o)
	if err != nil {
		return err
	}
	defer func() { c.close() }()
	if err := c.start(r); err != nil {
		return err
	}
	var failed error
	var rows [][]string
	for n, f := range wanted {
		begin := time.Now()
		t, err := c.try(f, fmt.Sprint("o", n+1))
		if err != nil {
			t.wrong = append(t.wrong, err.Error())
		}
		rows = append(rows, t.row())
		verdict := "held"
		if len(t.wrong) > 0 {
			verdict = "FAILED: " + strings.Join(t.wrong, "; ")
			failed = errors.Join(failed, fmt.Errorf("%s: %s", f.name, strings.Join(t.wrong, "; ")))
		}
		r.say("%-17s %5.1f s  %s", f.name, time.Since(begin).Seconds(), verdict)
		if ctx.Err() != nil {
			failed = errors.Join(failed, ctx.Err())
			break
		}
	}
	r.table(head, rows)
	return failed
}
