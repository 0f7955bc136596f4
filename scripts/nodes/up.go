//go:build linux

package main

import (
	"context"
	"io"
)

func listFaults() string { return "" }
func tryFaults(context.Context, options, report) error { return nil }
func askForFault(context.Context, string, report) error { return nil }
func (c *cluster) startPlainMembers() error  { return nil }
func (c *cluster) startPlainBalancer() error { return nil }

// up starts everything and runs until it is interrupted.
func up(ctx context.Context, o options, in io.Reader, r report) error {
	c, err := newCluster(ctx, o)
	if err != nil {
		return err
	}
	defer c.close()
	if err := c.start(r); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}
