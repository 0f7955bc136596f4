package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"slices"
)

// listeners are the sockets of serve.
type listeners struct {
	http, ssh net.Listener
	metrics   net.Listener // nil: off
}

// listen opens the sockets, and adds them to opened.
func (c *config) listen(ctx context.Context, opened *closers) (l listeners, err error) {
	for _, s := range []struct {
		flag, address string
		listener      *net.Listener
	}{{"http", c.http, &l.http}, {"ssh", c.ssh, &l.ssh}, {"metrics", c.metrics, &l.metrics}} {
		if s.flag == "metrics" && s.address == "" {
			continue
		}
		if *s.listener, err = new(net.ListenConfig).Listen(ctx, "tcp", s.address); err != nil {
			return l, fmt.Errorf("--%s %s: %w", s.flag, s.address, err)
		}
		opened.add(*s.listener)
	}
	return l, nil
}

// closers are what has to be closed when a later step fails.
type closers []io.Closer

func (c *closers) add(x io.Closer) { *c = append(*c, x) }

// closeAll closes the last one first.
func (c *closers) closeAll() {
	for _, x := range slices.Backward(*c) {
		_ = x.Close()
	}
}
